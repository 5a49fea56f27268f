//! Demo data: the same everywhere, made once, every state of consent, nothing readable at rest.

use std::{collections::BTreeMap, sync::Arc};

use consentry::{
    identity::role_catalogue::SYSTEM_ROLES,
    kernel::{
        app::App,
        clock::{Clock, RandomIds, SystemClock},
        crypto::LocalKeyProvider,
    },
    schema::Schema,
    seed::demo,
};
use secrecy::ExposeSecret;
use sqlx::{AssertSqlSafe, PgPool};
use uuid::Uuid;

use crate::support::Database;

/// An installation with demo data.
struct Installation {
    database: Database,
    app: App,
    owner: PgPool,
    pool: PgPool,
}

impl Installation {
    async fn bare() -> Self {
        let database = Database::new().await;
        let provider = LocalKeyProvider::from_base64(&"q80cWZbSSwk2pEHwnVCzPU8FhGhTHzxWVhqWNtyW8Sc=".into());
        let provider = Arc::new(provider.expect("a key"));
        let schema = Schema::default();
        let app = App::new(database.app(), provider, Arc::new(SystemClock), Arc::new(RandomIds), schema);
        let (owner, pool) = (database.owner(), database.app());
        Self { database, app, owner, pool }
    }

    async fn new() -> Self {
        let installation = Self::bare().await;
        installation.seed().await;
        installation
    }

    async fn seed(&self) -> Vec<(String, String)> {
        let actors = demo(&self.app, &self.owner).await.expect("demo data is made");
        actors.into_iter().map(|actor| (actor.variable, actor.token.expose_secret().to_owned())).collect()
    }

    async fn tenant(&self, slug: &str) -> Uuid {
        self.app.tenant_by_slug(slug).await.expect("tenants are read").expect("the tenant is there")
    }

    /// All rows of a statement that returns one text, as the app's role within a tenant.
    async fn texts(&self, tenant_id: Uuid, sql: &str) -> Vec<String> {
        let begin = AssertSqlSafe(format!("begin; set local app.tenant_id = '{tenant_id}'"));
        let mut transaction = self.pool.begin_with(begin).await.expect("a transaction begins");
        sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_all(&mut *transaction).await.expect(sql)
    }

    async fn plant(&self, tenant_id: Uuid, sql: &str) {
        let begin = AssertSqlSafe(format!("begin; set local app.tenant_id = '{tenant_id}'"));
        let mut transaction = self.pool.begin_with(begin).await.expect("a transaction begins");
        sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&mut *transaction).await.expect(sql);
        transaction.commit().await.expect("it is kept");
    }

    async fn number(&self, tenant_id: Uuid, sql: &str) -> i64 {
        let texts = self.texts(tenant_id, &format!("select ({sql})::text")).await;
        texts[0].parse().expect("a number")
    }

    /// The tables that the app may read, with their columns and what each is made of beneath its domain.
    async fn columns(&self) -> BTreeMap<String, Vec<(String, String)>> {
        let sql = "select format('%I.%I', table_schema, table_name), column_name::text, udt_name::text
            from information_schema.columns
            where table_schema in ('public', 'phi')
                and has_table_privilege(format('%I.%I', table_schema, table_name), 'select')
            order by 1, ordinal_position";
        let rows: Vec<(String, String, String)> =
            sqlx::query_as(sql).fetch_all(&self.pool).await.expect("the catalog");
        let mut tables: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for (table, column, made_of) in rows {
            tables.entry(table).or_default().push((column, made_of));
        }
        tables
    }

    /// Where a value of any table contains one of `words`, in letters or in bytes; and how many values were read.
    async fn sweep(&self, words: &[String]) -> (Vec<String>, usize) {
        let bytes: Vec<String> = words.iter().map(|word| hexadecimal(word)).collect();
        let (mut found, mut read) = (Vec::new(), 0);
        for slug in TENANTS {
            let tenant_id = self.tenant(slug).await;
            for (table, columns) in self.columns().await {
                for (column, made_of) in columns {
                    let (shown, words) = match made_of.as_str() {
                        "bytea" => (format!("encode({column}::bytea, 'hex')"), bytes.as_slice()),
                        _ => (format!("{column}::text"), words),
                    };
                    let sql = format!("select {shown} from {table} where {column} is not null");
                    for value in self.texts(tenant_id, &sql).await {
                        read += 1;
                        if words.iter().any(|word| value.contains(word)) {
                            found.push(format!("{table}.{column} of {slug}"));
                        }
                    }
                }
            }
        }
        (found, read)
    }
}

fn hexadecimal(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

const TENANTS: [&str; 2] = ["demo", "brightwater"];

#[tokio::test]
async fn a_second_run_leaves_the_data_as_it_is_and_signs_everybody_in_anew() {
    let installation = Installation::bare().await;
    let first = installation.seed().await;
    let before = installation.rows().await;
    let second = installation.seed().await;
    assert_eq!(installation.rows().await, before, "the same rows");
    let names = |actors: &[(String, String)]| actors.iter().map(|actor| actor.0.clone()).collect::<Vec<_>>();
    assert_eq!(names(&first), names(&second), "the same actors");
    assert!(first.iter().zip(&second).all(|(one, other)| one.1 != other.1), "with other tokens");
}

#[tokio::test]
async fn every_role_has_a_user_in_both_tenants() {
    let installation = Installation::new().await;
    for slug in TENANTS {
        let tenant_id = installation.tenant(slug).await;
        let sql = "select distinct r.key::text from role_assignments a
            join roles r on r.tenant_id = a.tenant_id and r.id = a.role_id
            join users u on u.tenant_id = a.tenant_id and u.id = a.user_id
            where u.status = 'ACTIVE' and u.password_hash is not null and a.deleted_at is null";
        let mut roles = installation.texts(tenant_id, sql).await;
        let mut expected: Vec<&str> = SYSTEM_ROLES.iter().map(|role| role.key).collect();
        roles.sort_unstable();
        expected.sort_unstable();
        assert_eq!(roles, expected, "{slug}");
    }
}

#[tokio::test]
async fn every_state_of_consent_is_there() {
    let installation = Installation::new().await;
    let tenant_id = installation.tenant("demo").await;
    let consents = "select count(*) from consents where";
    let scopes = "select data_class from consent_scopes s where s.consent_id = consents.id";
    let states = [
        ("active", format!("{consents} kind = 'TPO' and status = 'ACTIVE' and expiry_kind = 'NONE'")),
        ("electronic", format!("{consents} status = 'ACTIVE' and signature_method = 'ELECTRONIC'")),
        ("waiting", format!("{consents} status = 'PENDING_SIGNATURE'")),
        ("ended", format!("{consents} status = 'ACTIVE' and valid_to < now()")),
        ("revoked", format!("{consents} status = 'REVOKED' and revocation_reason is not null")),
        ("restriction", format!("{consents} kind = 'RESTRICTION' and decision = 'DENY'")),
        ("without the class", format!("{consents} status = 'ACTIVE' and 'SUD' not in ({scopes})")),
        ("specific", format!("{consents} kind = 'SPECIFIC' and valid_to > now()")),
        ("to come", format!("{consents} status = 'ACTIVE' and valid_from > now()")),
        ("until an event", format!("{consents} expiry_kind = 'EVENT'")),
        (
            "beside a restriction",
            format!(
                "{consents} kind = 'TPO' and exists (select from consents other
                where other.patient_id = consents.patient_id and other.decision = 'DENY')"
            ),
        ),
        (
            "no consent",
            "select count(*) from patients where id not in (select patient_id from consents)".to_owned(),
        ),
        (
            "no identity",
            "select count(*) from patients join phi.persons p on p.id = person_id where family_name is null"
                .to_owned(),
        ),
    ];
    for (state, sql) in states {
        assert!(installation.number(tenant_id, &sql).await > 0, "{state}");
    }
    let named =
        "select count(distinct practitioner_id) from consent_recipients where practitioner_id is not null";
    assert_eq!(installation.number(tenant_id, named).await, 2, "two practitioners are named");
    let statuses = "select distinct status::text from patients order by 1";
    assert_eq!(
        installation.texts(tenant_id, statuses).await,
        ["ACTIVE", "DISCHARGED", "INACTIVE", "PAUSED"],
        "every status"
    );
    let clinic = installation.tenant("brightwater").await;
    for kind in ["'REFERRAL_PARTNER'", "'TPO' and signer_capacity = 'LEGAL_REPRESENTATIVE'"] {
        assert!(installation.number(clinic, &format!("{consents} kind = {kind}")).await > 0, "{kind}");
    }
    let future = "select count(*) from audit_logs where occurred_at > now()";
    assert_eq!(installation.number(tenant_id, future).await, 0, "nothing happened in the future");
    assert!(installation.app.clock().now() < SystemClock.now(), "on the clock of the machine");
}

#[tokio::test]
async fn nothing_that_tells_who_somebody_is_can_be_read_at_rest() {
    let installation = Installation::new().await;
    let canaries = canaries();
    assert!(canaries.len() > 80, "the demo people have names: {}", canaries.len());
    let (found, read) = installation.sweep(&canaries).await;
    assert_eq!(found, [""; 0]);
    assert!(read > 5_000, "the sweep reads: {read}");

    // It would find what is there to be found: text, and bytes beneath a domain.
    let (found, _) = installation.sweep(&["Dana Ruiz".to_owned()]).await;
    assert_eq!(found, ["public.practitioners.professional_name of demo"], "that name is public");
    let tenant_id = installation.tenant("demo").await;
    let plant = "update users set email_token = 'Marisol'::bytea where id = (select id from users order by id limit 1)";
    installation.plant(tenant_id, plant).await;
    let (found, _) = installation.sweep(&canaries).await;
    assert_eq!(found, ["public.users.email_token of demo"]);
}

#[tokio::test]
async fn display_codes_and_ids_are_the_same_in_every_installation() {
    let (one, other) = (Installation::new().await, Installation::new().await);
    for slug in TENANTS {
        let (here, there) = (one.tenant(slug).await, other.tenant(slug).await);
        assert_eq!(here, there, "the id of {slug}");
        for table in ["patients", "users", "practitioners", "consents", "locations", "care_team_members"] {
            let label = if table == "patients" { "display_code" } else { "''" };
            let sql = format!("select id::text || {label} from {table} order by id");
            assert_eq!(one.texts(here, &sql).await, other.texts(there, &sql).await, "{table} of {slug}");
        }
    }
    let code = "select count(*) from patients where display_code = 'WZ5B-7PJR'";
    assert_eq!(one.number(one.tenant("demo").await, code).await, 1, "the code that the README shows");
}

#[tokio::test]
async fn a_tenant_that_was_left_unfinished_is_set_aside_and_made_anew() {
    let installation = Installation::bare().await;
    // What a run leaves that was cut off after its first statement, and has taken the id.
    let id = Installation::new().await.tenant("demo").await;
    sqlx::query("insert into tenants (id, slug) values ($1, 'demo-unfinished')")
        .bind(id)
        .execute(&installation.owner)
        .await
        .expect("a row");
    let actors = installation.seed().await;
    assert_eq!(actors.len(), 7);
    let tenant_id = installation.tenant("demo").await;
    assert_ne!(tenant_id, id, "another tenant");
    let code = "select count(*) from patients where display_code = 'WZ5B-7PJR'";
    assert_eq!(installation.number(tenant_id, code).await, 1, "with the same display codes");
    let statuses: Vec<String> =
        sqlx::query_scalar("select status::text from tenants where slug <> 'platform' order by slug")
            .fetch_all(&installation.owner)
            .await
            .expect("tenants are read");
    assert_eq!(statuses, ["ACTIVE", "ACTIVE", "CLOSED"]);
}

#[tokio::test]
async fn two_runs_at_once_make_everything_once() {
    let installation = Installation::bare().await;
    let (one, other) = tokio::join!(installation.seed(), async {
        let owner = installation.database.owner();
        demo(&installation.app, &owner).await.expect("the second waits and signs in").len()
    });
    assert_eq!((one.len(), other), (7, 7));
    let tenants: i64 = sqlx::query_scalar("select count(*) from tenants where slug <> 'platform'")
        .fetch_one(&installation.owner)
        .await
        .expect("tenants are counted");
    assert_eq!(tenants, 2);
}

impl Installation {
    /// How many rows each table has, besides those that a sign-in adds, and what they hold.
    async fn rows(&self) -> Vec<String> {
        let mut all = Vec::new();
        for slug in TENANTS {
            let tenant_id = self.tenant(slug).await;
            for table in self.columns().await.keys() {
                if !["public.sessions", "public.audit_logs"].contains(&table.as_str()) {
                    let sql = format!("select md5(string_agg(t::text, '' order by t::text)) from {table} t");
                    let digest = self.texts(tenant_id, &format!("select coalesce(({sql}), '')")).await;
                    all.push(format!("{slug} {table} {}", digest[0]));
                }
            }
        }
        all
    }
}

/// What must not be found: every name, phone number and address of the demo patients, as it stands in the source.
fn canaries() -> Vec<String> {
    let sources = [
        include_str!("../../../src/seed/patients/recovery.rs"),
        include_str!("../../../src/seed/patients/clinics.rs"),
    ];
    let personal =
        ["given_name", "middle_name", "family_name", "phone", "email", "ssn", "address", "emergency_contact"];
    let mut canaries: Vec<String> = sources
        .iter()
        .flat_map(|source| source.lines())
        .filter(|line| personal.iter().any(|field| line.trim_start().starts_with(field)))
        .flat_map(|line| line.split('"').skip(1).step_by(2))
        // Shorter words stand in other words by chance; states and relationships are no secret.
        .filter(|text| text.chars().count() > 4 || !text.is_ascii())
        // Five digits, a ZIP code, stand in the microseconds of some moment now and then.
        .filter(|text| !text.bytes().all(|byte| byte.is_ascii_digit()))
        .filter(|text| !["mother", "father", "sister", "brother", "spouse", "daughter", "uncle", "grandmother"].contains(text))
        .map(str::to_owned)
        .collect();
    canaries.push("consentry-demo".to_owned());
    for slug in TENANTS {
        canaries.push(format!("@{slug}.example"));
    }
    canaries.sort_unstable();
    canaries.dedup();
    canaries
}
