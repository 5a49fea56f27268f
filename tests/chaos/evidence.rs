//! What the database holds, read as somebody whom no policy binds, against what callers know.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use sqlx::{AssertSqlSafe, PgConnection, postgres::PgConnectOptions};
use uuid::Uuid;

use crate::{installation::Installation, ledger::Ledger, sink::Sink};

/// A lease lasts a minute; whoever takes the event then may find the receiver busy.
const DELIVERY: Duration = Duration::from_secs(120);
const PAUSE: Duration = Duration::from_millis(100);

/// Keys of patients that are not there, not once, or without their record or event.
const CREATIONS: &str = "
    select c.key from unnest($2::text[], $3::uuid[]) as c (key, id)
    where not exists (select from patients where tenant_id = $1 and id = c.id)
        or not exists (select from idempotency_keys where tenant_id = $1 and key = c.key and result_id = c.id)
        or 1 <> (select count(*) from audit_logs
            where tenant_id = $1 and patient_id = c.id and target_id = c.id and target_kind = 'PATIENT'
                and operation = 'patient.create' and action = 'WRITE' and starts_with(request_id, c.key || '.'))
        or 1 <> (select count(*) from outbox_events
            where tenant_id = $1 and aggregate_id = c.id and event_type = 'patient.created')";

/// Keys of consents that are not there, in another state, or without their record or event.
const CONSENTS: &str = "
    select c.key from unnest($2::text[], $3::uuid[], $4::uuid[], $5::text[]) as c (key, id, patient_id, revocation)
    where not exists (select from consents
            where tenant_id = $1 and id = c.id
                and status = case when c.revocation is null then 'ACTIVE' else 'REVOKED' end)
        or 1 <> (select count(*) from audit_logs
            where tenant_id = $1 and patient_id = c.patient_id and target_id = c.id
                and operation = 'consent.record' and action = 'WRITE' and starts_with(request_id, c.key || '.'))
        or (c.revocation is not null)::integer <> (select count(*) from audit_logs
            where tenant_id = $1 and patient_id = c.patient_id and target_id = c.id
                and operation = 'consent.revoke' and action = 'WRITE' and starts_with(request_id, c.revocation || '.'))
        or 1 + (c.revocation is not null)::integer <> (select count(*) from outbox_events
            where tenant_id = $1 and aggregate_id = c.id)";

/// Requests whose answer showed or withheld a patient's identity without a record of that look, and what they left instead.
const LOOKS: &str = "
    select concat_ws(' ', l.request, l.patient_id, case when l.shown then 'shown' else 'withheld' end, ':',
        (select string_agg(concat_ws(' ', a.patient_id, a.operation, a.action, a.decision, a.reason), ', ')
            from audit_logs a where a.tenant_id = $1 and a.request_id = l.request))
    from unnest($2::text[], $3::uuid[], $4::boolean[]) as l (request, patient_id, shown)
    where not exists (select from audit_logs
        where tenant_id = $1 and patient_id = l.patient_id and request_id = l.request and action = 'VIEW'
            and operation = 'patient.identity' and decision = case when l.shown then 'PERMIT' else 'DENY' end)";

/// What was there before the callers came, and where to look.
pub struct Evidence {
    options: PgConnectOptions,
    tenant_id: Uuid,
    patients: i64,
    consents: i64,
    /// Looks that were found already: their rows cannot go away unless `verify` says so.
    looks: usize,
}

impl Evidence {
    pub async fn before(installation: &Installation) -> Self {
        let options = installation.superuser();
        let mut connection = connect(&options).await;
        let tenant_id = sqlx::query_scalar("select id from tenants where slug = 'demo'")
            .fetch_one(&mut connection)
            .await
            .expect("the demo tenant");
        let mut evidence = Self { options, tenant_id, patients: 0, consents: 0, looks: 0 };
        evidence.patients = evidence.count(&mut connection, "patients").await;
        evidence.consents = evidence.count(&mut connection, "consents").await;
        evidence
    }

    async fn count(&self, connection: &mut PgConnection, table: &str) -> i64 {
        let sql = format!("select count(*) from {table} where tenant_id = $1");
        let count = sqlx::query_scalar(AssertSqlSafe(sql)).bind(self.tenant_id).fetch_one(connection);
        count.await.expect("rows are counted")
    }

    /// Everything that was acknowledged is there, once and with its record; every look was recorded.
    pub async fn check(&mut self, ledger: &Ledger) {
        let mut connection = connect(&self.options).await;
        let creations = &ledger.creations;
        let broken: Vec<String> = sqlx::query_scalar(CREATIONS)
            .bind(self.tenant_id)
            .bind(creations.iter().map(|creation| creation.key.as_str()).collect::<Vec<_>>())
            .bind(ledger.patients())
            .fetch_all(&mut connection)
            .await
            .expect("patients are compared");
        assert!(broken.is_empty(), "acknowledged patients: {broken:?}");
        let made = self.count(&mut connection, "patients").await - self.patients;
        assert_eq!(made, creations.len() as i64, "as many patients as idempotency keys");

        let filings = &ledger.filings;
        let revocations = filings.iter().map(|filing| filing.revocation.as_ref().map(|one| one.key.as_str()));
        let broken: Vec<String> = sqlx::query_scalar(CONSENTS)
            .bind(self.tenant_id)
            .bind(filings.iter().map(|filing| filing.key.as_str()).collect::<Vec<_>>())
            .bind(filings.iter().map(|filing| filing.consent).collect::<Vec<_>>())
            .bind(filings.iter().map(|filing| filing.patient).collect::<Vec<_>>())
            .bind(revocations.collect::<Vec<_>>())
            .fetch_all(&mut connection)
            .await
            .expect("consents are compared");
        assert!(broken.is_empty(), "acknowledged consents: {broken:?}");
        let made = self.count(&mut connection, "consents").await - self.consents;
        assert_eq!(made, filings.len() as i64, "as many consents as idempotency keys");

        let looks = &ledger.looks[self.looks..];
        let broken: Vec<String> = sqlx::query_scalar(LOOKS)
            .bind(self.tenant_id)
            .bind(looks.iter().map(|look| look.request.as_str()).collect::<Vec<_>>())
            .bind(looks.iter().map(|look| look.patient).collect::<Vec<_>>())
            .bind(looks.iter().map(|look| look.shown).collect::<Vec<_>>())
            .fetch_all(&mut connection)
            .await
            .expect("looks are compared");
        assert!(broken.is_empty(), "answers without a record: {broken:?}");
        self.looks = ledger.looks.len();
    }

    /// Lets the time of all leases pass at once. Only while no server runs: a lease of a living relay has to be respected.
    pub async fn end_leases(&self) {
        let sql =
            "update outbox_events set leased_until = now(), available_at = now() where leased_until > now()";
        let mut connection = connect(&self.options).await;
        sqlx::raw_sql(sql).execute(&mut connection).await.expect("leases end");
    }

    /// Waits until nothing is left to carry out; then all of it arrived, in order.
    pub async fn all_events_arrived(&self, sink: &Sink) {
        let begun = Instant::now();
        let mut connection = connect(&self.options).await;
        let open =
            "select status || ': ' || count(*) from outbox_events where status <> 'DONE' group by status";
        loop {
            let open: Vec<String> =
                sqlx::query_scalar(open).fetch_all(&mut connection).await.expect("the outbox");
            if open.is_empty() {
                break;
            }
            assert!(begun.elapsed() < DELIVERY, "events are left after {DELIVERY:?}: {open:?}");
            tokio::time::sleep(PAUSE).await;
        }
        let written: Vec<Uuid> =
            sqlx::query_scalar("select id from outbox_events").fetch_all(&mut connection).await.expect("ids");
        let written: BTreeSet<Uuid> = written.into_iter().collect();
        assert_eq!(sink.events(), written, "what arrived is what was written");
        assert_eq!(sink.out_of_order(), Vec::<String>::new(), "events of one aggregate come in order");
    }
}

async fn connect(options: &PgConnectOptions) -> PgConnection {
    use sqlx::ConnectOptions;
    options.connect().await.expect("the superuser connects")
}
