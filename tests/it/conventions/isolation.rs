//! An id of somebody else is answered as an id of nobody.

use std::collections::BTreeMap;

use consentry::identity::user_creation::NewUser;
use consentry::kernel::crypto::BearerToken;
use entity::{Id, people::patient};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    documents::{Values, no_literal},
    rows::{changed, rows_of},
    schema_walk::{IdPosition, NOBODYS, SchemaWalk, id_kind},
};
use crate::support::{Actor, Answer, Tenant, Town, id, partner::SigningKey};

/// Things of a tenant that all of its staff may refer to. Everything else is confined to the reach of the actor, so an
/// id beyond that reach is an id of nobody.
const KNOWN_IN_THE_TENANT: &[&str] =
    &["auditor", "emergencyPatient", "employee", "location", "organization", "practitioner", "user"];

/// People of a tenant, and an id of everything an argument can name, all around one patient.
struct Place {
    actors: Vec<(&'static str, Actor)>,
    ids: BTreeMap<&'static str, Uuid>,
}

impl Place {
    /// Furnishes a tenant. `given` keeps the names of two places apart.
    async fn new(tenant: &Tenant, given: &str) -> Self {
        let clinician = tenant.clinician().await;
        let admin = tenant.admin().await;
        let compliance = tenant.compliance().await;
        let location = tenant.location("House on the hill", false).await;
        let district = admin.enters_organization("DISTRICT", &given.to_lowercase(), None).await;
        let (key, _) = admin.gives_key(district, json!({})).await;
        let keys = json!([SigningKey::elliptic().published("one")]);
        let (client, _) = admin.registers_client(district, keys, json!({})).await;
        let program = tenant.api_token(&admin, None, None).await;
        let token = BearerToken::parse(program.token()).expect("a token").token_id();
        let answer = clinician
            .ask_with(
                "mutation($input: CreatePatientInput!) { createPatient(input: $input) { result { id careTeam { nodes { id } } } userErrors { code } } }",
                json!({ "input": {
                    "locationId": location.to_string(),
                    "identity": { "givenName": given, "familyName": "Okafor", "email": "amara@town.example" },
                } }),
            )
            .await
            .ok();
        let created = &answer["createPatient"]["result"];
        let patient: Id<patient::Entity> = id(&created["id"]);
        let member = id::<()>(&created["careTeam"]["nodes"][0]["id"]).uuid();
        let consent = clinician.records_consent(patient, json!({})).await;
        tenant.tells_emergency_room(&clinician, patient).await;
        let ben = clinician.creates_patient("Ben", "Nowhere").await;
        let relationship = clinician.links_parent(patient, json!({ "patientId": ben.to_string() })).await;
        let person = "select person_id from patients where id = $1";
        let person: Uuid = tenant.scalar(person, patient.uuid()).await.expect("a person");
        assert_eq!(clinician.sees_identity_of(patient).await, Ok(format!("{given} Okafor")));
        let entry: Uuid = tenant
            .scalar("select id from audit_logs where patient_id = $1 limit 1", patient.uuid())
            .await
            .expect("the look is recorded");
        let patient_user = tenant.patient_user(patient).await;
        let mother = format!("{}.okafor@example.org", given.to_lowercase());
        let (_, grant) = clinician.shares(patient, &mother).await;
        let code = clinician.issues_code(grant).await;
        let slug: Option<String> =
            tenant.scalar("select slug::text from organizations where id = $1", tenant.id).await;
        clinician.opens_shared_at(&slug.expect("a tenant has a slug"), &mother, &code).await.ok();
        let sql = "select d.id from sharing_devices d join sharing_grants g on g.user_id = d.user_id where g.id = $1";
        let device: Uuid = tenant.scalar(sql, grant.uuid()).await.expect("a device that was accepted on");
        let relative = clinician.creates_patient("Caro", "Nowhere").await;
        let role_key = format!("SHIFT_OF_{}", given.to_uppercase());
        let terms = json!({ "key": role_key, "name": "Night shift", "rank": 30, "permissions": [] });
        let role = admin.mutate("defineRole", terms, "id").await.ok();
        let role = id::<()>(&role["defineRole"]["result"]["id"]).uuid();
        let holder = tenant.user(NewUser::default()).await;
        let input = json!({ "userId": holder.user().to_string(), "roleId": role.to_string() });
        let assignment = admin.mutate("assignRole", input, "id").await.ok();
        let assignment = id::<()>(&assignment["assignRole"]["result"]["id"]).uuid();
        let elsewhere = tenant.another_session(&clinician).await;
        let session = BearerToken::parse(elsewhere.token()).expect("a token").token_id();
        let provider = admin.enters_identity_provider(&format!("clinic-{}", given.to_lowercase())).await;
        let auditor = tenant.compliance().await;
        let approval = compliance.approves_access(patient, &auditor).await;
        let event = clinician.breaks_glass(patient).await;
        let note = clinician.writes_protected_note(patient).await;
        let ids = BTreeMap::from([
            ("accessApproval", approval),
            ("apiKey", key.uuid()),
            ("apiToken", token),
            ("auditLog", entry),
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
            ("person", person),
            ("session", session),
            ("sharingGrant", grant.uuid()),
            ("device", device),
            ("practitioner", clinician.practitioner().uuid()),
            ("protectedNote", note),
            ("relationship", relationship.uuid()),
            ("relative", relative.uuid()),
            ("role", role),
            ("roleAssignment", assignment),
            ("provider", provider),
            ("user", clinician.user_id.expect("a signed-in actor").uuid()),
        ]);
        let actors = vec![
            ("the administrator", admin),
            ("the clinician", clinician),
            ("the compliance officer", compliance),
            ("the patient", patient_user),
        ];
        Self { actors, ids }
    }

    fn id(&self, kind: &str) -> Uuid {
        *self.ids.get(kind).unwrap_or_else(|| panic!("`Place` has to make a {kind} and keep its id"))
    }
}

/// What an answer tells, without what differs between any two requests.
#[derive(Debug, PartialEq)]
struct Told {
    status: u16,
    statements: u32,
    body: Value,
}

impl Told {
    fn by(answer: &Answer) -> Self {
        let mut body = answer.body.clone();
        for error in body["errors"].as_array_mut().into_iter().flatten() {
            assert_ne!(error["extensions"]["code"], "INTERNAL", "{error}");
            if let Some(extensions) = error["extensions"].as_object_mut() {
                assert!(extensions.remove("requestId").is_some(), "an error carries the request's id");
            }
        }
        Self { status: answer.status.as_u16(), statements: answer.statements, body }
    }

    fn is_refused_by_the_guard(&self) -> bool {
        self.body["errors"].as_array().is_some_and(|errors| {
            errors.iter().any(|error| {
                matches!(error["extensions"]["code"].as_str(), Some("FORBIDDEN" | "UNAUTHENTICATED"))
            })
        })
    }
}

/// Asks with an id of one's own wherever none is put in, and `id` at the position.
async fn ask(walk: &SchemaWalk, own: &Place, actor: &Actor, position: &IdPosition, id: Uuid) -> Told {
    let values = Values { id: &|position| own.id(id_kind(position)).to_string(), literal: &no_literal };
    let document = walk.document(&position.way, &position.input, &id.to_string(), &values);
    assert_eq!(
        document.matches(&id.to_string()).count(),
        1,
        "{position}: the id is asked with once: {document}"
    );
    Told::by(&actor.ask(&document).await)
}

fn positions(walk: &SchemaWalk) -> Vec<IdPosition> {
    let positions = walk.id_positions();
    assert!(positions.len() >= 25, "places for ids were found: {}", positions.len());
    positions
}

#[tokio::test]
async fn an_id_of_another_tenant_answers_as_a_random_one_in_every_argument_of_every_operation() {
    let town = Town::new().await;
    let walk = SchemaWalk::new();
    let own = Place::new(&town.tenant, "Amara").await;
    let neighbour = town.another_tenant("neighbour").await;
    let foreign = Place::new(&neighbour, "Bola").await;
    let before = rows_of(&neighbour, &[]).await;

    let mut told_apart = Vec::new();
    let mut admitted = BTreeMap::new();
    let mut sought = 0;
    for position in positions(&walk) {
        let kind = id_kind(&position.position);
        for (who, actor) in &own.actors {
            let theirs = ask(&walk, &own, actor, &position, foreign.id(kind)).await;
            let nobodys = ask(&walk, &own, actor, &position, NOBODYS).await;
            sought += u32::from(nobodys.statements > 0);
            *admitted.entry(position.to_string()).or_insert(false) |= !nobodys.is_refused_by_the_guard();
            if theirs != nobodys {
                told_apart.push(format!("{position} as {who}: {theirs:?} but {nobodys:?}"));
            }
        }
    }
    assert!(told_apart.is_empty(), "{told_apart:#?}");
    let never: Vec<_> = admitted.iter().filter(|(_, admitted)| !**admitted).collect();
    assert!(never.is_empty(), "some actor comes past the guard everywhere: {never:?}");
    assert!(sought >= 60, "the database was asked: {sought} times");
    assert_eq!(changed(&before, &rows_of(&neighbour, &[]).await), Vec::<String>::new());
}

/// Otherwise the sweep above would compare answers that never looked at the id.
#[tokio::test]
async fn an_id_of_ones_own_is_told_from_a_random_one_in_every_argument_of_every_operation() {
    let town = Town::new().await;
    let walk = SchemaWalk::new();
    let own = Place::new(&town.tenant, "Amara").await;
    let mut blind = Vec::new();
    // Queries first: mutations with ids of one's own change what there is to see.
    let (queries, mutations): (Vec<_>, Vec<_>) =
        positions(&walk).into_iter().partition(|position| position.way.operation == "query");
    assert!(queries.len() >= 15 && mutations.len() >= 10, "{} and {}", queries.len(), mutations.len());
    for position in queries.into_iter().chain(mutations) {
        let kind = id_kind(&position.position);
        let mut told = false;
        for (_, actor) in &own.actors {
            let nobodys = ask(&walk, &own, actor, &position, NOBODYS).await;
            told |= ask(&walk, &own, actor, &position, own.id(kind)).await.body != nobodys.body;
        }
        if !told {
            blind.push(position.to_string());
        }
    }
    assert!(blind.is_empty(), "nobody's id and one's own are the same here: {blind:#?}");
}

#[tokio::test]
async fn an_id_beyond_the_reach_of_a_clinician_or_a_patient_answers_as_a_random_one() {
    let town = Town::new().await;
    let walk = SchemaWalk::new();
    let own = Place::new(&town.tenant, "Amara").await;
    let colleagues = Place::new(&town.tenant, "Chidi").await;
    let confined: Vec<_> =
        own.actors.iter().filter(|(who, _)| matches!(*who, "the clinician" | "the patient")).collect();
    assert_eq!(confined.len(), 2);

    let mut told_apart = Vec::new();
    let mut compared = 0;
    for position in positions(&walk) {
        let kind = id_kind(&position.position);
        if KNOWN_IN_THE_TENANT.contains(&kind) {
            continue;
        }
        let before = rows_of(&town.tenant, &["audit_logs"]).await;
        for (who, actor) in &confined {
            let theirs = ask(&walk, &own, actor, &position, colleagues.id(kind)).await;
            let nobodys = ask(&walk, &own, actor, &position, NOBODYS).await;
            if theirs != nobodys {
                told_apart.push(format!("{position} as {who}: {theirs:?} but {nobodys:?}"));
            }
            compared += 1;
        }
        let changed = changed(&before, &rows_of(&town.tenant, &["audit_logs"]).await);
        assert!(changed.is_empty(), "{position} changed {changed:?}");
    }
    assert!(told_apart.is_empty(), "{told_apart:#?}");
    assert!(compared >= 20, "answers were compared: {compared}");
}
