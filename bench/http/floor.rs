//! The floor: hand-written SQL behind bare routes, as far down as an answer with the same promises can go.
//!
//! It signs in the caller and answers in one transaction, whose settings travel with its beginning, as the role of the
//! server and under its row-level security. PostgreSQL makes the JSON, which is passed on as it comes. What it leaves out
//! is what the ratio is about: documents and their checks, types, loaders, decisions, plaintext, and the MAC of a record.

use std::{net::TcpListener, time::Duration};

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
    serve::ListenerExt,
};
use chrono::{DateTime, Utc};
use consentry::kernel::{
    clock::{Clock, Ids, RandomIds, SystemClock},
    crypto::BearerToken,
};
use sqlx::{
    AssertSqlSafe, ConnectOptions, PgPool, Postgres, Transaction,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use uuid::Uuid;

use crate::installation::{POOL, THREADS};

/// Serves until it is ended: on as many threads as the server, each with a runtime and connections of its own.
pub fn run(arguments: &[String]) {
    let [address, socket_directory, port, user, database] = arguments else { panic!("five arguments") };
    let options = PgConnectOptions::new_without_pgpass()
        .socket(socket_directory)
        .port(port.parse().expect("a port"))
        .username(user)
        .database(database)
        .disable_statement_logging();
    let listener = TcpListener::bind(address).expect("a free address");
    listener.set_nonblocking(true).expect("a socket");
    let threads: Vec<_> = (0..THREADS)
        .map(|_| {
            let (listener, options) = (listener.try_clone().expect("a socket"), options.clone());
            std::thread::spawn(move || serve(listener, options))
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().expect("it serves"));
}

fn serve(listener: TcpListener, options: PgConnectOptions) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let connections = u32::try_from(POOL / THREADS).expect("a small number");
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(Duration::from_secs(30))
            .test_before_acquire(false)
            .connect_lazy_with(options);
        let routes = Router::new()
            .route("/patients", get(page))
            .route("/patients/{id}", get(point))
            .route("/teams", get(teams))
            .route("/patients/{id}/team", post(assign))
            .with_state(pool);
        let listener = tokio::net::TcpListener::from_std(listener).expect("a socket");
        let listener = listener.tap_io(|stream| stream.set_nodelay(true).expect("a socket"));
        axum::serve(listener, routes).await.expect("it serves");
    });
}

/// Why there is no answer; the bench accepts none of them.
enum Refusal {
    Unauthenticated,
    Database(sqlx::Error),
}

impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Unauthenticated => StatusCode::UNAUTHORIZED.into_response(),
            Self::Database(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
        }
    }
}

type Answer = Result<([(header::HeaderName, &'static str); 1], String), Refusal>;

/// Who asks, and the transaction in which that was found out.
struct Caller {
    transaction: Transaction<'static, Postgres>,
    tenant_id: Uuid,
    token_id: Uuid,
    user_id: Uuid,
    practitioner_id: Uuid,
    now: DateTime<Utc>,
}

const SIGN_IN: &str = "
    select c.token_digest::bytea, c.expires_at, u.id, p.id
    from access_tokens c
    join users u on u.tenant_id = $1 and u.id = c.user_id and u.deleted_at is null and u.status = 'ACTIVE'
    join tenants t on t.id = $1 and t.status = 'ACTIVE'
    join practitioners p on p.tenant_id = $1 and p.user_id = u.id and p.deleted_at is null and p.status = 'ACTIVE'
    where c.tenant_id = $1 and c.id = $2 and c.kind = 'API' and c.deleted_at is null and c.revoked_at is null
        and exists (
            select from role_assignments a
            join role_permissions rp on rp.tenant_id = $1 and rp.role_id = a.role_id and rp.deleted_at is null
            where a.tenant_id = $1 and a.user_id = u.id and a.deleted_at is null
                and (a.expires_at is null or a.expires_at > $4) and rp.permission_key = $3 and rp.reach = 'OWN')";

impl Caller {
    async fn sign_in(
        pool: &PgPool,
        headers: &HeaderMap,
        permission: &str,
        isolation: &str,
    ) -> Result<Self, Refusal> {
        let token = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
            .and_then(|text| BearerToken::parse(text).ok())
            .ok_or(Refusal::Unauthenticated)?;
        let (tenant_id, token_id, now) = (token.tenant_id(), token.token_id(), SystemClock.now());
        let begin = format!(
            "begin isolation level {isolation}; set local app.tenant_id = '{tenant_id}'; set local app.actor_id = ''; \
             set local statement_timeout = '5s'; set local lock_timeout = '2s'; \
             set local idle_in_transaction_session_timeout = '30s'"
        );
        let mut transaction = pool.begin_with(AssertSqlSafe(begin)).await?;
        let found: Option<(Vec<u8>, DateTime<Utc>, Uuid, Uuid)> = sqlx::query_as(SIGN_IN)
            .bind(tenant_id)
            .bind(token_id)
            .bind(permission)
            .bind(now)
            .fetch_optional(&mut *transaction)
            .await?;
        match found {
            Some((digest, expires_at, user_id, practitioner_id))
                if token.matches(&digest) && now < expires_at =>
            {
                Ok(Self { transaction, tenant_id, token_id, user_id, practitioner_id, now })
            }
            _ => Err(Refusal::Unauthenticated),
        }
    }

    async fn answer(mut self, sql: &'static str, patient: Option<Uuid>) -> Answer {
        let query = sqlx::query_scalar(sql).bind(self.tenant_id).bind(self.practitioner_id).bind(self.now);
        let query = if let Some(patient) = patient { query.bind(patient) } else { query };
        let body: String = query.fetch_one(&mut *self.transaction).await?;
        self.transaction.commit().await?;
        Ok(json(body))
    }
}

fn json(body: String) -> ([(header::HeaderName, &'static str); 1], String) {
    ([(header::CONTENT_TYPE, "application/json")], body)
}

/// Patients whom the caller treats now.
macro_rules! caseload {
    () => {
        "(select patient_id from care_team_members
            where tenant_id = $1 and practitioner_id = $2 and starts_at <= $3 and (ends_at is null or ends_at > $3)
                and deleted_at is null)"
    };
}

const POINT: &str = concat!(
    "select json_build_object('data', json_build_object('patient', (
        select json_build_object('id', id, 'displayCode', display_code, 'status', status, 'version', version,
            'consentEpoch', consent_epoch)
        from patients
        where tenant_id = $1 and id = $4 and deleted_at is null and id in ",
    caseload!(),
    ")))::text"
);

const PAGE: &str = concat!(
    "select json_build_object('data', json_build_object('patients', json_build_object('nodes', coalesce(json_agg(
        json_build_object('id', id, 'displayCode', display_code, 'status', status, 'version', version,
            'consentEpoch', consent_epoch) order by created_at desc, id desc), '[]'))))::text
    from (select * from patients
        where tenant_id = $1 and deleted_at is null and id in ",
    caseload!(),
    " order by created_at desc, id desc limit 50) page"
);

const TEAMS: &str = concat!(
    "select json_build_object('data', json_build_object('patients', json_build_object('nodes', coalesce(json_agg(
        json_build_object('id', page.id, 'displayCode', display_code, 'careTeam', json_build_object('nodes', team.nodes))
        order by page.created_at desc, page.id desc), '[]'))))::text
    from (select id, display_code, created_at from patients
        where tenant_id = $1 and deleted_at is null and id in ",
    caseload!(),
    " order by created_at desc, id desc limit 50) page
    cross join lateral (
        select coalesce(json_agg(json_build_object('id', place.id, 'role', place.role, 'practitioner',
            (select json_build_object('id', pr.id, 'professionalName', pr.professional_name)
            from practitioners pr where pr.tenant_id = $1 and pr.id = place.practitioner_id and pr.deleted_at is null))
            order by place.created_at desc, place.id desc), '[]') as nodes
        from (select id, role, practitioner_id, created_at from care_team_members
            where tenant_id = $1 and patient_id = page.id and deleted_at is null
            order by created_at desc, id desc limit 10) place) team"
);

const ASSIGN: &str = concat!(
    "with patient as (
        select id from patients where tenant_id = $1 and id = $4 and deleted_at is null and id in ",
    caseload!(),
    " for no key update),
    treating as (
        select id from practitioners where tenant_id = $1 and id = $2 and status = 'ACTIVE' and deleted_at is null),
    place as (
        insert into care_team_members (tenant_id, id, patient_id, practitioner_id, role, starts_at, ends_at, created_by,
            updated_by)
        select $1, $5, patient.id, treating.id, 'ASSISTANT', $3, '2040-01-01Z', $8, $8 from patient, treating
        returning id, role),
    epoch as (
        update patients set consent_epoch = consent_epoch + 1 where tenant_id = $1 and id in (select id from patient)),
    noted as (
        insert into audit_logs (tenant_id, id, occurred_at, actor_id, actor_role, credential, credential_id, action,
            operation, target_kind, target_id, patient_id, fields, decision, purpose, request_id, address_hash,
            key_version, row_mac)
        select $1, $6, $3, $8, 'PRACTITIONER', 'API_TOKEN', $9, 'WRITE', 'care_team.assign', 'CARE_TEAM_MEMBER', $5,
            patient.id, '{practitioner,role,startsAt,endsAt}', 'PERMIT', 'TREATMENT', $6::text,
            decode(repeat('ab', 32), 'hex'), 1, decode(repeat('cd', 32), 'hex')
        from patient),
    event as (
        insert into outbox_events (tenant_id, id, event_type, aggregate_kind, aggregate_id, payload, available_at,
            occurred_at, created_by, updated_by)
        select $1, $7, 'care_team.assigned', 'PATIENT', patient.id, json_build_object('id', patient.id), $3, $3, $8, $8
        from patient)
    select json_build_object('data', json_build_object('assignCareTeam', json_build_object('result',
        json_build_object('id', id, 'role', role), 'userErrors', '[]'::json)))::text from place"
);

const READ: &str = "repeatable read";

async fn point(State(pool): State<PgPool>, Path(id): Path<Uuid>, headers: HeaderMap) -> Answer {
    Caller::sign_in(&pool, &headers, "patient.read", READ).await?.answer(POINT, Some(id)).await
}

async fn page(State(pool): State<PgPool>, headers: HeaderMap) -> Answer {
    Caller::sign_in(&pool, &headers, "patient.read", READ).await?.answer(PAGE, None).await
}

async fn teams(State(pool): State<PgPool>, headers: HeaderMap) -> Answer {
    Caller::sign_in(&pool, &headers, "patient.read", READ).await?.answer(TEAMS, None).await
}

async fn assign(State(pool): State<PgPool>, Path(patient): Path<Uuid>, headers: HeaderMap) -> Answer {
    let mut caller = Caller::sign_in(&pool, &headers, "patient.write", "read committed").await?;
    let body: String = sqlx::query_scalar(ASSIGN)
        .bind(caller.tenant_id)
        .bind(caller.practitioner_id)
        .bind(caller.now)
        .bind(patient)
        .bind(RandomIds.next())
        .bind(RandomIds.next())
        .bind(RandomIds.next())
        .bind(caller.user_id)
        .bind(caller.token_id)
        .fetch_one(&mut *caller.transaction)
        .await?;
    caller.transaction.commit().await?;
    Ok(json(body))
}
