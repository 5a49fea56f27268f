//! A field that fails is null as the specification says: alone where it may be null, else with what holds it.

mod failing;

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::PathSegment;
use consentry::schema::Schema;
use entity::{Id, people::patient};
use failing::{DETAIL, Failing, Spot, spots};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    documents::{Values, no_literal},
    rows::{changed, rows_of},
    schema_walk::{NOBODYS, SchemaWalk, id_kind, name_of},
};
use crate::support::{
    Actor, Answer, Town,
    family::{MOTHER, Relative},
    id,
    partner::SigningKey,
};

/// Fields that no query of this test meets, so that nobody makes them fail.
const NEVER_MET: &[&str] = &[
    // They tell of the request itself, and nothing is counted here.
    "RateLimit.cost",
    "RateLimit.limit",
    "RateLimit.remaining",
    "RateLimit.resetAt",
    "RateLimit.restoreRate",
];

/// Counts of lists that grow with every request.
fn without_counts(data: &Value) -> Value {
    match data {
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| {
                let count = key == "totalCount" && value.is_number();
                (key.clone(), if count { json!(0) } else { without_counts(value) })
            })
            .collect(),
        Value::Array(items) => items.iter().map(without_counts).collect(),
        other => other.clone(),
    }
}

struct Scene {
    town: Town,
    failing: Failing,
    walk: SchemaWalk,
    clinician: Actor,
    compliance: Actor,
    admin: Actor,
    relative: Actor,
    ids: BTreeMap<&'static str, Uuid>,
    cursor: String,
}

impl Scene {
    async fn new() -> Self {
        let failing = Failing::default();
        let town = Town::with_schema(Schema::extended_by(failing.clone()), false).await;
        let clinician = town.tenant.clinician().await;
        let compliance = town.tenant.compliance().await;
        let admin = town.tenant.admin().await;
        let district = admin.enters_organization("DISTRICT", "north", None).await;
        admin.enters_organization("SCHOOL", "north-high", Some(district)).await;
        admin.gives_key(district, json!({})).await;
        admin.registers_client(district, json!([SigningKey::elliptic().published("one")]), json!({})).await;
        town.tenant.api_token(&clinician, None, None).await;
        let flag = json!({ "key": "chat.new", "enabled": true, "description": "The new chat" });
        admin.mutate("setFeatureFlag", flag, "id").await.ok();
        let upload =
            json!({ "clientName": "scheduling-app", "documents": [{ "body": "{ viewer { roles } }" }] });
        admin.mutate("uploadTrustedDocuments", upload, "documents { id }").await.ok();
        admin.enters_identity_provider("clinic").await;
        let location = town.tenant.location("House on the hill", false).await;
        let answer = clinician
            .ask_with(
                "mutation($input: CreatePatientInput!) { createPatient(input: $input) { result { id } userErrors { code message } } }",
                json!({ "input": {
                    "locationId": location.to_string(),
                    "identity": {
                        "givenName": "Amara",
                        "familyName": "Okafor",
                        "languages": ["English", "Igbo"],
                        "address": { "line1": "12 Oak Street", "city": "Springfield", "state": "IL", "postalCode": "62701" },
                        "emergencyContact": { "name": "Ngozi Okafor", "phone": "+12175550143" },
                    },
                } }),
            )
            .await
            .ok();
        let patient: Id<patient::Entity> = id(&answer["createPatient"]["result"]["id"]);
        clinician.records_consent(patient, json!({})).await;
        let to_the_district = json!({
            "kind": "REFERRAL_PARTNER", "expiry": { "date": "2027-05-01T00:00:00Z" },
            "recipients": [{ "organizationId": district.to_string() }],
        });
        clinician.records_consent(patient, to_the_district).await;
        let ben = clinician.creates_patient("Ben", "Nowhere").await;
        clinician.links_parent(patient, json!({ "patientId": ben.to_string() })).await;
        let minors = json!({
            "majorities": [{ "state": "NE", "age": 19 }], "locationId": location.to_string(),
            "rules": [{ "state": "IL", "service": "SUD", "minimumAge": 12, "parentalConsent": true }],
        });
        admin.mutate("setMinorConsentPolicy", minors, "id").await.ok();
        admin.mutate("setInternalUsePolicy", json!({ "withoutConsent": false }), "id").await.ok();
        let minutes = json!({ "defaultMinutes": 60, "longestMinutes": 240 });
        admin.mutate("setBreakGlassPolicy", minutes, "id").await.ok();
        let (_, grant) = clinician.shares(patient, MOTHER).await;
        let code = clinician.issues_code(grant).await;
        let relative = Relative::of(&town, &town.anonymous().opens_shared(MOTHER, &code).await).actor;
        assert_eq!(clinician.sees_identity_of(patient).await, Ok("Amara Okafor".to_owned()));
        let event = clinician.breaks_glass(patient).await;
        let review = json!({ "eventId": event.to_string(), "finding": "JUSTIFIED", "note": "it was one" });
        compliance.mutate("reviewBreakGlass", review, "id").await.ok();
        let auditor = town.tenant.compliance().await;
        let approval = compliance.approves_access(patient, &auditor).await;
        let revoked = json!({ "accessApprovalId": approval.to_string() });
        compliance.mutate("revokeAccessApproval", revoked, "id").await.ok();
        let note = clinician.writes_protected_note(patient).await;
        let admin = town.tenant.admin().await;
        let specialist = town.tenant.role_id("SPECIALIST").await;
        let terms = json!({
            "key": "NIGHT_SHIFT", "name": "Night shift", "rank": 30, "permissions": [], "parentRoleId": specialist.to_string(),
        });
        let role = admin.mutate("defineRole", terms, "id").await.ok();
        let role = id::<()>(&role["defineRole"]["result"]["id"]).uuid();
        // Entries of the record that come later stand before this cursor, so pages after it stay the same.
        let answer = compliance.ask("{ auditLogs(first: 1) { pageInfo { endCursor } } }").await.ok();
        let cursor = answer["auditLogs"]["pageInfo"]["endCursor"].as_str().expect("a cursor").to_owned();
        let ids = BTreeMap::from([
            ("organization", district.uuid()),
            ("patient", patient.uuid()),
            ("practitioner", clinician.practitioner().uuid()),
            ("protectedNote", note),
            ("role", role),
            ("user", clinician.user_id.expect("a signed-in actor").uuid()),
        ]);
        let walk = SchemaWalk::new();
        Self { town, failing, walk, clinician, compliance, admin, relative, ids, cursor }
    }

    /// A query for everything that one root field shows.
    fn broad(&self, field: &str) -> String {
        let ids = |position: &str| {
            let kind = id_kind(position);
            self.ids.get(kind).unwrap_or_else(|| panic!("`Scene` has to know a {kind}")).to_string()
        };
        let literal = |position: &str| {
            let in_the_record = ["Query.accessHistory.after", "Query.auditLogs.after"].contains(&position);
            // Pages within pages would cost more than a query may.
            let first = position.ends_with(".first").then(|| match position.starts_with("Query.") {
                true => "3".to_owned(),
                false => "2".to_owned(),
            });
            in_the_record.then(|| format!("\"{}\"", self.cursor)).or(first)
        };
        self.walk.root_document("query", "Query", field, &Values { id: &ids, literal: &literal }, 8)
    }

    /// Fails at a place and compares the whole answer; returns what is wrong.
    async fn check(
        &self,
        actor: &Actor,
        document: &str,
        name: &str,
        spot: &Spot,
        data: &Value,
    ) -> Option<String> {
        self.failing.at(Some(&spot.path));
        let answer = actor.ask(document).await;
        self.failing.at(None);
        let told = without_counts(&answer.body["data"]);
        let expected = spot.nulled(data);
        let errors = answer.body["errors"].as_array().cloned().unwrap_or_default();
        let paths: Vec<&Value> = errors.iter().map(|error| &error["path"]).collect();
        if paths != [&spot.json_path()] {
            return Some(format!("{name}: the errors' paths are {paths:?}, not one, {}", spot.json_path()));
        }
        if errors[0]["extensions"]["code"] != "INTERNAL" || answer.body.to_string().contains(DETAIL) {
            return Some(format!("{name}: the failure is not hidden: {}", errors[0]));
        }
        (told != expected).then(|| format!("{name}: answered {told}\n    instead of {expected}"))
    }
}

#[tokio::test]
async fn a_failing_field_of_any_type_is_null_alone_or_with_the_nearest_that_may_be() {
    let scene = Scene::new().await;
    let walk = &scene.walk;
    let mut met = BTreeSet::new();
    let mut wrong = Vec::new();
    let (mut alone, mut bubbled) = (0, 0);
    for (_, root, field) in walk.root_fields().into_iter().filter(|(_, root, _)| *root == "Query") {
        let document = scene.broad(&field.name.node);
        let mut baseline = None;
        // For those within the program there is nothing in it.
        let actors = match field.name.node.as_str() {
            "sharedPatients" => vec![&scene.relative],
            _ => vec![&scene.clinician, &scene.compliance, &scene.admin],
        };
        for actor in actors {
            let answer = actor.ask(&document).await;
            if answer.body.get("errors").is_none() {
                baseline = Some((actor, without_counts(&answer.body["data"])));
                break;
            }
        }
        let (actor, data) = baseline.unwrap_or_else(|| panic!("nobody is answered: {document}"));
        for (name, spot) in spots(walk, root, &data) {
            if met.contains(&name) {
                continue;
            }
            *if spot.nullable.last() == Some(&true) { &mut alone } else { &mut bubbled } += 1;
            wrong.extend(scene.check(actor, &document, &name, &spot, &data).await);
            met.insert(name);
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), met.len(), wrong.join("\n"));
    assert!(alone >= 60 && bubbled >= 80, "{alone} nullable places and {bubbled} others failed");

    let from_queries = walk.ways(|_| true);
    let unmet: Vec<String> = walk
        .fields()
        .filter(|(owner, _)| *owner != "Mutation" && from_queries[*owner].operation == "query")
        .map(|(owner, field)| format!("{owner}.{}", field.name.node))
        .filter(|name| !met.contains(name) && !NEVER_MET.contains(&name.as_str()))
        .collect();
    assert!(unmet.is_empty(), "`Scene` needs rows, or `NEVER_MET` a reason, for {unmet:?}");
}

/// Fields are merged by their keys; an alias must not lose the way to null.
#[tokio::test]
async fn the_path_of_an_error_names_aliases_and_siblings_of_the_same_field_survive() {
    let scene = Scene::new().await;
    let document = "{ mine: patients { rows: nodes { code: displayCode here: location { name } there: location { name } } } viewer { roles } }";
    let data = scene.clinician.ask(document).await.ok();
    let path = ["mine", "rows"].map(|name| PathSegment::Field(name.to_owned())).to_vec();
    let path = [path, vec![PathSegment::Index(1), PathSegment::Field("here".to_owned())]].concat();
    scene.failing.at(Some(&path));
    let answer = scene.clinician.ask(document).await;
    let mut expected = data.clone();
    expected["mine"]["rows"][1]["here"] = Value::Null;
    assert!(!data["mine"]["rows"][1]["there"].is_null(), "{data}");
    assert_eq!(answer.body["data"], expected);
    assert_eq!(paths(&answer), [json!(["mine", "rows", 1, "here"])]);
}

#[tokio::test]
async fn a_guard_that_refuses_one_root_field_leaves_the_others() {
    let scene = Scene::new().await;
    let answer =
        scene.clinician.ask("{ viewer { roles } auditLogs { nodes { id } } patients { totalCount } }").await;
    assert_eq!(
        answer.body["data"],
        json!({ "viewer": { "roles": ["PRACTITIONER"] }, "auditLogs": null, "patients": { "totalCount": 2 } })
    );
    assert_eq!(answer.refused(), "FORBIDDEN");
    assert_eq!(paths(&answer), [json!(["auditLogs"])]);

    let anonymous = scene
        .town
        .anonymous()
        .ask("{ viewer { roles } a: patients { totalCount } b: locations { totalCount } }")
        .await;
    assert_eq!(anonymous.body["data"], json!({ "viewer": null, "a": null, "b": null }));
    assert_eq!(paths(&anonymous), [json!(["a"]), json!(["b"])]);
}

#[tokio::test]
async fn an_argument_that_cannot_be_read_nulls_its_field_and_no_other() {
    let scene = Scene::new().await;
    let answer = scene.clinician.ask("{ viewer { roles } patient(id: \"seven\") { id } }").await;
    assert_eq!(answer.body["data"], json!({ "viewer": { "roles": ["PRACTITIONER"] }, "patient": null }));
    assert_eq!((answer.refused(), paths(&answer)), ("BAD_USER_INPUT", vec![json!(["patient"])]));

    let answer = scene.clinician.ask("{ viewer { roles } patients(after: \"seven\") { totalCount } }").await;
    assert_eq!(answer.body["data"], json!({ "viewer": { "roles": ["PRACTITIONER"] }, "patients": null }));
    assert_eq!((answer.refused(), paths(&answer)), ("BAD_CURSOR", vec![json!(["patients"])]));

    let answer = scene.clinician.ask("{ patients(first: 0) { totalCount } viewer { roles } }").await;
    assert_eq!(answer.body["data"], json!({ "patients": null, "viewer": { "roles": ["PRACTITIONER"] } }));
    assert_eq!((answer.refused(), paths(&answer)), ("BAD_USER_INPUT", vec![json!(["patients"])]));
}

#[tokio::test]
async fn an_argument_that_cannot_be_read_in_a_list_nulls_its_field_in_every_row() {
    let scene = Scene::new().await;
    let document = |after: &str| {
        format!(
            "{{ patients {{ nodes {{ displayCode careTeam{after} {{ totalCount }} consents {{ totalCount }} }} }} }}"
        )
    };
    let mut expected = scene.clinician.ask(&document("")).await.ok();
    let rows = expected["patients"]["nodes"].as_array_mut().expect("rows");
    assert_eq!(rows.len(), 2);
    for row in rows {
        assert_eq!(row["careTeam"]["totalCount"], 1);
        row["careTeam"] = Value::Null;
    }
    let answer = scene.clinician.ask(&document("(after: \"seven\")")).await;
    assert_eq!(answer.body["data"], expected);
    let mut paths = paths(&answer);
    paths.sort_by_key(Value::to_string);
    assert_eq!(
        paths,
        [json!(["patients", "nodes", 0, "careTeam"]), json!(["patients", "nodes", 1, "careTeam"])]
    );
    let codes =
        answer.body["errors"].as_array().into_iter().flatten().map(|error| &error["extensions"]["code"]);
    assert!(codes.into_iter().all(|code| code == "BAD_CURSOR"), "{}", answer.body);
}

#[tokio::test]
async fn a_mutation_that_fails_is_null_and_its_siblings_and_what_it_wrote_stay() {
    let scene = Scene::new().await;
    let tenant = &scene.town.tenant;
    let before = tenant.count("patients").await;
    let answer = scene
        .clinician
        .ask(
            "mutation {
                first: createPatient(input: {}) { result { status careTeam { totalCount } } userErrors { code } }
                second: signConsent(input: { consentId: \"01926b3e-7d4c-7a50-8f2e-5b1c9d0a6e77\", expectedVersion: 1 }) { result { id } userErrors { code } }
                third: createPatient(input: { locationId: \"seven\" }) { result { id } userErrors { code } }
                fourth: createPatient(input: {}) { result { status careTeam(after: \"seven\") { totalCount } } userErrors { code } }
            }",
        )
        .await;
    let created = |care_team: Value| json!({ "result": { "status": "ACTIVE", "careTeam": care_team }, "userErrors": [] });
    assert_eq!(
        answer.body["data"],
        json!({
            "first": created(json!({ "totalCount": 1 })),
            "second": null,
            "third": null,
            "fourth": created(Value::Null),
        })
    );
    let mut told: Vec<(Value, Value)> = answer.body["errors"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|error| (error["path"].clone(), error["extensions"]["code"].clone()))
        .collect();
    told.sort_by_key(|(path, _)| path.to_string());
    assert_eq!(
        told,
        [
            (json!(["fourth", "result", "careTeam"]), json!("BAD_CURSOR")),
            (json!(["second"]), json!("FORBIDDEN")),
            (json!(["third"]), json!("BAD_USER_INPUT")),
        ]
    );
    assert_eq!(tenant.count("patients").await, before + 2);
}

#[tokio::test]
async fn a_failing_part_of_a_payload_is_null_with_the_nearest_that_may_be() {
    let scene = Scene::new().await;
    let document = "mutation { createPatient(input: {}) { result { status location { name } careTeam { totalCount } } userErrors { code } } }";
    let data = without_counts(&scene.clinician.ask(document).await.ok());
    let spots = spots(&scene.walk, "Mutation", &data);
    let mut wrong = Vec::new();
    for (name, spot) in &spots {
        wrong.extend(scene.check(&scene.clinician, document, name, spot, &data).await);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let names: Vec<&str> = spots.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "CareTeamMemberConnection.totalCount",
            "Mutation.createPatient",
            "Patient.careTeam",
            "Patient.location",
            "Patient.status",
            "PatientPayload.result",
            "PatientPayload.userErrors",
        ]
    );
}

#[tokio::test]
async fn a_mutation_that_fails_before_it_ran_is_null_and_wrote_nothing() {
    let scene = Scene::new().await;
    let without = ["audit_logs", "sessions"];
    let before = rows_of(&scene.town.tenant, &without).await;
    let mut failed = 0;
    for (_, _, field) in scene.walk.root_fields().into_iter().filter(|(_, root, _)| *root == "Mutation") {
        let name = field.name.node.as_str();
        let values = Values { id: &|_| NOBODYS.to_string(), literal: &no_literal };
        let document = scene.walk.root_document("mutation", "Mutation", name, &values, 1);
        let spot =
            Spot { path: vec![PathSegment::Field(name.to_owned())], nullable: vec![field.ty.node.nullable] };
        let wrong = scene.check(&scene.clinician, &document, name, &spot, &json!({ name: {} })).await;
        assert_eq!(wrong, None);
        assert!(name_of(&field.ty.node).ends_with("Payload"), "{name}: a mutation returns a payload");
        failed += 1;
    }
    assert!(failed >= 9, "mutations failed: {failed}");
    assert_eq!(changed(&before, &rows_of(&scene.town.tenant, &without).await), Vec::<String>::new());
}

fn paths(answer: &Answer) -> Vec<Value> {
    answer.body["errors"].as_array().into_iter().flatten().map(|error| error["path"].clone()).collect()
}
