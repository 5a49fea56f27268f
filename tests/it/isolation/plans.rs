//! How the database goes about what the API asks: tenants with more than a thousand rows in every table, the plans of the
//! statements that were really sent, and a lint that reads them.

mod lint;

use std::collections::BTreeMap;

use consentry::{
    identity::user_creation::{NewAssignment, NewUser},
    kernel::crypto::BearerToken,
};
use entity::{Id, people::patient};
use serde_json::json;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use self::lint::Lint;
use crate::{
    conventions::{
        documents::{Values, no_literal},
        schema_walk::{SchemaWalk, id_kind},
    },
    support::{
        Actor, NOBODYS, Plan, Plans, Town,
        family::{MOTHER, Relative},
        id,
        partner::SigningKey,
    },
};

const MANY_ROWS: &str = include_str!("plans/many_rows.sql");

/// What no statement may carry: it is bound, so it is neither in `pg_stat_activity` nor in a log of statements.
const PROTECTED: [&str; 6] = ["Amara", "Okafor", "okafor", "amara@town.example", "555-0142", "5550142"];

/// PostgreSQL plans a prepared statement anew five times before it may keep a plan that fits all values.
const TIMES: usize = 7;

struct Scene {
    town: Town,
    actors: Vec<(&'static str, Actor)>,
    ids: BTreeMap<&'static str, Uuid>,
    plans: Plans,
    signer: SigningKey,
    client: String,
}

/// Mutations after which the token they came with is refused.
const ENDS_A_TOKEN: [&str; 2] = ["signOut", "renewSession"];

impl Scene {
    /// `None` where PostgreSQL came without `auto_explain`, which Debian's never does.
    async fn new() -> Option<Self> {
        let town = Town::new().await;
        let plans = Plans::of(&town.database).await?;
        let mut superuser = town.database.superuser().await;
        sqlx::raw_sql(MANY_ROWS).execute(&mut superuser).await.expect("many rows are written");
        let door = town.door(town.database.pool("consentry_app", 2));
        let tenant = &town.tenant;

        let clinician = tenant.clinician().await.at(door.clone());
        let location = tenant.location("House on the hill", false).await;
        let created = clinician
            .mutate(
                "createPatient",
                json!({
                    "locationId": location.to_string(),
                    "identity": { "givenName": "Amara", "familyName": "Okafor",
                        "email": "amara@town.example", "phone": "+1 212 555-0142" },
                }),
                "id careTeam { nodes { id } }",
            )
            .await
            .ok();
        let created = &created["createPatient"]["result"];
        let patient: Id<patient::Entity> = id(&created["id"]);
        let member = id::<()>(&created["careTeam"]["nodes"][0]["id"]).uuid();
        let consent = clinician.records_consent(patient, json!({})).await;
        let mother = json!({ "newPerson": { "givenName": "Ngozi", "familyName": "Okafor" } });
        let relationship = clinician.links_parent(patient, mother).await;
        for number in 0..30 {
            let other = clinician.creates_patient("Ben", &format!("Okafor{number}")).await;
            clinician.records_consent(other, json!({})).await;
        }
        assert_eq!(clinician.sees_identity_of(patient).await.as_deref(), Ok("Amara Okafor"));
        let (_, grant) = clinician.shares(patient, MOTHER).await;
        let relative = Relative::accepting(&town, &clinician, grant, MOTHER).await.actor.at(door.clone());
        let sql = "select id from sharing_devices where tenant_id = $1 order by created_at desc limit 1";
        let device: Uuid = tenant.scalar(sql, tenant.id).await.expect("a device that was accepted on");
        let admin = tenant.admin().await.at(door.clone());
        let district = admin.enters_organization("DISTRICT", "north", None).await;
        let (key, partner) = admin.gives_key(district, json!({})).await;
        let signer = SigningKey::elliptic();
        let (client, name) =
            admin.registers_client(district, json!([signer.published("one")]), json!({})).await;
        let program = tenant.api_token(&admin, None, None).await;
        let token = BearerToken::parse(program.token()).expect("a token").token_id();
        let terms = json!({ "key": "NIGHT_SHIFT", "name": "Night shift", "rank": 30, "permissions": [] });
        let role = admin.mutate("defineRole", terms, "id").await.ok();
        let role = id::<()>(&role["defineRole"]["result"]["id"]).uuid();
        let holder = tenant.user(NewUser::default()).await;
        let input = json!({ "userId": holder.user().to_string(), "roleId": role.to_string() });
        let assignment = admin.mutate("assignRole", input, "id").await.ok();
        let assignment = id::<()>(&assignment["assignRole"]["result"]["id"]).uuid();
        let elsewhere = tenant.another_session(&clinician).await;
        let session = BearerToken::parse(elsewhere.token()).expect("a token").token_id();
        let provider = tenant.admin().await.enters_identity_provider("clinic").await;
        let auditor = tenant.compliance().await;
        let approval = tenant.compliance().await.approves_access(patient, &auditor).await;
        let event = clinician.breaks_glass(patient).await;
        let note = clinician.writes_protected_note(patient).await;
        let ids = BTreeMap::from([
            ("accessApproval", approval),
            ("apiKey", key.uuid()),
            ("apiToken", token),
            ("auditor", auditor.user().uuid()),
            ("breakGlassEvent", event),
            ("careTeamMember", member),
            ("consent", consent.uuid()),
            ("emergencyPatient", patient.uuid()),
            ("employee", tenant.with_role("ASSISTANT").await.user().uuid()),
            ("location", location.uuid()),
            ("organization", district.uuid()),
            ("parentRole", tenant.role_id("SPECIALIST").await),
            ("partnerClient", client.uuid()),
            ("patient", patient.uuid()),
            ("practitioner", clinician.practitioner().uuid()),
            ("protectedNote", note),
            ("relationship", relationship.uuid()),
            ("relative", clinician.creates_patient("Caro", "Nowhere").await.uuid()),
            ("role", role),
            ("roleAssignment", assignment),
            ("session", session),
            ("sharingGrant", grant.uuid()),
            ("device", device),
            ("provider", provider),
            ("user", clinician.user().uuid()),
        ]);
        let role = NewAssignment { role: "MANAGER", location_id: Some(location), ..Default::default() };
        let manager = tenant.user(NewUser { roles: vec![role], ..Default::default() }).await;
        let actors = vec![
            ("the administrator", admin),
            ("the manager", manager.at(door.clone())),
            ("a partner", partner),
            ("a program", program),
            ("a relative", relative),
            ("the compliance officer", tenant.compliance().await.at(door.clone())),
            ("the patient", tenant.patient_user(patient).await.at(door.clone())),
            ("nobody", town.anonymous().at(door)),
            ("the clinician", clinician),
        ];
        sqlx::raw_sql("analyze").execute(&mut superuser).await.expect("statistics are made");
        plans.take();
        Some(Self { town, actors, ids, plans, signer, client: name })
    }

    /// Every root field with all there is behind it, and what the budget of statements is held with.
    fn documents(&self) -> Vec<String> {
        let walk = SchemaWalk::new();
        let own = |position: &str| {
            let kind = id_kind(position);
            self.ids.get(kind).unwrap_or_else(|| panic!("`Scene` has to make a {kind}")).to_string()
        };
        let values = Values { id: &own, literal: &no_literal };
        let mut documents: Vec<String> = Vec::new();
        for (operation, root, field) in walk.root_fields() {
            documents.push(walk.root_document(operation, root, field.name.node.as_str(), &values, 3));
        }
        let patient = self.ids["patient"];
        let page = "first: 25, orderBy: OLDEST_FIRST";
        let identity = "identity { ... on PatientIdentity { fullName } ... on Withheld { reason } }";
        let lists = [
            format!("{{ patients(first: 25) {{ totalCount nodes {{ displayCode {identity} }} }} }}"),
            format!("{{ patients({page}) {{ nodes {{ displayCode }} }} }}"),
            "{ patients(filter: { status: { in: [ACTIVE, PAUSED] } }) { totalCount nodes { id } } }".to_owned(),
            format!("{{ patients(search: {{ namePrefix: \"Okafor\" }}) {{ nodes {{ {identity} }} }} }}"),
            "{ patients(search: { email: \"amara@town.example\" }) { totalCount nodes { id } } }".to_owned(),
            "{ patients(search: { phone: \"+1 212 555-0142\" }) { nodes { id } } }".to_owned(),
            "{ patients { nodes { careTeam { totalCount nodes { practitioner { professionalName } } } } } }".to_owned(),
            "{ patients { nodes { consents { totalCount nodes { detail { ... on ConsentDetail { inForce scopes { dataClass }
                recipients { recipientClass } } } } } } } }".to_owned(),
            format!("{{ accessHistory(patientId: \"{patient}\") {{ totalCount nodes {{ operation }} }} }}"),
            "{ auditLogs(filter: { action: VIEW }) { totalCount nodes { operation } } }".to_owned(),
            format!("{{ auditLogs(filter: {{ patientId: \"{patient}\" }}) {{ nodes {{ operation }} }} }}"),
            format!("{{ explainAccess(patientId: \"{patient}\") {{ __typename }} }}"),
            "{ sharedPatients { totalCount nodes { sharedUntil identity { __typename } } } }".to_owned(),
            "{ users(filter: { status: { in: [ACTIVE, SUSPENDED] } }) { totalCount nodes { id } } }".to_owned(),
            "mutation { signIn(input: { organization: \"town\", email: \"nobody@town.example\", password: \"none\" })
                { userErrors { code } } }".to_owned(),
        ];
        documents.splice(0..0, lists);
        documents
    }

    /// What was sent for all of it, by all actors.
    async fn sent(&self) -> Vec<Plan> {
        // Before the documents, which end sessions and clients.
        let (_, clinician) = self.actors.last().expect("the clinician");
        for time in 0..TIMES {
            let now = self.town.app.clock().now();
            let assertion = self.signer.asserts(&self.client, &time.to_string(), now, json!({}));
            assert_eq!(clinician.asserts(&assertion).await.status.as_u16(), 200);
            let again = self.town.tenant.another_session(clinician).await;
            let pair = again.mutate("createTokenPair", json!({ "name": "a" }), "refreshToken").await.ok();
            let token = pair["createTokenPair"]["result"]["refreshToken"].clone();
            for _ in 0..2 {
                let refresh = "mutation($token: String!) { refreshTokens(input: { refreshToken: $token }) { result { accessToken } } }";
                again.ask_with(refresh, json!({ "token": token })).await;
            }
        }
        let mut answered = 0;
        for document in self.documents() {
            let ends = ENDS_A_TOKEN.iter().any(|field| document.contains(field));
            for (_, actor) in &self.actors {
                let signed_in = actor.user_id.is_some();
                for _ in 0..TIMES {
                    let actor = match ends && signed_in {
                        true => &self.town.tenant.another_session(actor).await,
                        false => actor,
                    };
                    let answer = actor.ask(&document).await;
                    assert_ne!(answer.status.as_u16(), 500, "{document}: {}", answer.body);
                    answered += usize::from(answer.body.get("errors").is_none());
                }
            }
        }
        assert!(answered >= 50 * TIMES, "questions were answered: {answered}");
        self.plans.take()
    }
}

#[tokio::test]
async fn no_statement_of_the_api_meets_the_policy_as_a_filter_or_reads_a_table_from_end_to_end() {
    let Some(scene) = Scene::new().await else { return without_auto_explain() };
    let lint = Lint::of(scene.town.owner()).await;
    assert!(lint.tables() >= 22, "all tables have more than a thousand rows: {}", lint.tables());

    let sent = scene.sent().await;
    let mut statements: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for plan in &sent {
        let found = statements.entry(&plan.statement).or_default();
        found.extend(lint.breaches(plan));
        found.sort_unstable();
        found.dedup();
    }
    assert!(statements.len() >= 40 && sent.len() >= 1_000, "{} of {}", statements.len(), sent.len());
    statements.retain(|_, found| !found.is_empty());
    assert!(statements.is_empty(), "{statements:#?}");

    let telling: Vec<_> = sent
        .iter()
        .filter(|plan| PROTECTED.iter().any(|value| plan.statement.contains(value)))
        .map(|plan| &plan.statement)
        .collect();
    assert!(telling.is_empty(), "statements carry protected values: {telling:#?}");
}

#[tokio::test]
async fn the_lint_of_plans_finds_a_policy_that_filters_and_an_operator_that_waits_for_it() {
    let Some(scene) = Scene::new().await else { return without_auto_explain() };
    let enums = "
        create type mood as enum ('CALM', 'SAD');
        create table scratch (tenant_id uuid not null, id uuid not null, mood mood not null);
        insert into scratch select id, gen_random_uuid(), case when n % 50 = 0 then 'SAD' else 'CALM' end::mood
            from tenants, generate_series(1, 500) n;
        create index scratch_mood_idx on scratch (mood);
        create index scratch_id_idx on scratch (id);
        alter table scratch enable row level security, force row level security;
        create policy tenant_isolation on scratch using (tenant_id = current_setting('app.tenant_id')::uuid);
        grant select on scratch to consentry_app;
        analyze scratch";
    let town = &scene.town;
    sqlx::raw_sql(enums).execute(&mut town.database.superuser().await).await.expect("a careless table");
    let lint = Lint::of(town.owner()).await;
    let pool = town.database.pool("consentry_app", 1);
    let by_id = format!("select from scratch where id = '{NOBODYS}'");
    for (sql, expected) in [
        // The index of an enum does not help under the policy.
        ("select from scratch where mood = 'SAD'", "scratch: a sequential scan"),
        ("select from scratch where mood = 'SAD'", "scratch: the policy is a filter"),
        ("select from scratch where mood = 'SAD'", "scratch: the filter compares mood, whose type can leak"),
        // An index that does not begin with the tenant finds the rows of all.
        (&by_id, "scratch: the policy is a filter"),
        (&by_id, "scratch: no condition of an index names the tenant"),
        ("select from patients where display_code ilike 'A%'", "patients: the filter uses ~~*"),
        ("select from patients where lower(display_code) = 'a'", "patients: the filter calls lower"),
        ("select from audit_logs where fields @> '{identity}'", "audit_logs: the filter uses @>"),
        (
            "select from audit_logs where id not in (select id from users)",
            "audit_logs: the filter asks a subquery",
        ),
    ] {
        scene.plans.take();
        let set = format!("set local app.tenant_id = '{}'", town.tenant.id);
        let mut transaction = pool.begin().await.expect("a transaction");
        sqlx::raw_sql(AssertSqlSafe(set)).execute(&mut *transaction).await.expect("the tenant is set");
        sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&mut *transaction).await.expect(sql);
        transaction.commit().await.expect("the statement is committed");
        let found: Vec<String> = scene.plans.take().iter().flat_map(|plan| lint.breaches(plan)).collect();
        assert!(found.iter().any(|breach| breach.starts_with(expected)), "{sql}: {expected}, not {found:#?}");
    }
}

fn without_auto_explain() {
    eprintln!("this PostgreSQL came without auto_explain, so no plan was looked at");
}
