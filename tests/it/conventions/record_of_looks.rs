//! Every look at a protected value is recorded: once for each request, patient and class, allowed or refused.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use consentry::kernel::{crypto::DerivedPurpose, record::AuditRow};
use entity::{Id, people::patient};
use serde_json::json;
use sqlx::{Row, postgres::PgRow};
use uuid::Uuid;

use super::schema_walk::{SchemaWalk, bears};
use crate::support::{Actor, Town, family::MOTHER};

/// For each protected field a query in which it stands, `$id` being the patient; `{}` is where the field goes.
const EXAMPLES: &[(&str, &str)] = &[
    ("AccessApproval.detail", "query($id: ID!) { accessApprovals(patientId: $id) { nodes { {} } } }"),
    ("AuditLog.subject", "query($id: ID!) { accessHistory(patientId: $id) { nodes { {} } } }"),
    (
        "BreakGlassEvent.detail",
        "query($id: ID!) { breakGlassEvents(filter: { patientId: $id }) { nodes { {} } } }",
    ),
    ("Consent.detail", "query($id: ID!) { consents(patientId: $id) { nodes { {} } } }"),
    ("Disclosure.detail", "query($id: ID!) { accountingOfDisclosures(patientId: $id) { nodes { {} } } }"),
    ("Patient.identity", "query($id: ID!) { patient(id: $id) { {} } }"),
    ("PersonRelationship.detail", "query($id: ID!) { patient(id: $id) { relationships { nodes { {} } } } }"),
    ("ProtectedNote.content", "query($id: ID!) { protectedNotes(patientId: $id) { nodes { {} } } }"),
    ("Query.explainAccess", "query($id: ID!) { {} }"),
    ("SharingGrant.detail", "query($id: ID!) { sharingGrants(patientId: $id) { nodes { {} } } }"),
];

/// Fields that nobody within the program sees; `consent::family` and `consent::partners` hold that looks at them are recorded.
const SEEN_FROM_OUTSIDE: [&str; 1] = ["SharedPatient.identity"];

/// A row of the record as it is stored.
struct Entry {
    row: PgRow,
}

impl Entry {
    fn text(&self, column: &str) -> Option<String> {
        self.row.get(column)
    }

    fn id(&self, column: &str) -> Option<Uuid> {
        self.row.get(column)
    }

    /// What is seen of the row: the patient, the class, the action, the decision and the reason.
    fn gist(&self) -> (Option<Uuid>, [Option<String>; 4]) {
        let texts = ["data_class", "action", "decision", "reason"].map(|column| self.text(column));
        (self.id("patient_id"), texts)
    }

    /// Whether the MAC is that of the row, once `change` was made to its operation.
    fn is_authentic(&self, keys: &consentry::kernel::crypto::TenantKeys, change: &str) -> bool {
        let text = |column| self.text(column);
        let [actor_role, target_kind, data_class, reason, purpose] =
            ["actor_role", "target_kind", "data_class", "reason", "purpose"].map(text);
        let [credential, action, operation, fields, decision, request_id] =
            ["credential", "action", "operation", "fields", "decision", "request_id"]
                .map(|column| text(column).expect("it is never missing"));
        let address_hash: Option<Vec<u8>> = self.row.get("address_hash");
        let user_agent_hash: Option<Vec<u8>> = self.row.get("user_agent_hash");
        let row = AuditRow {
            tenant_id: self.id("tenant_id").expect("a tenant"),
            id: self.id("id").expect("an id"),
            occurred_at: self.row.get::<DateTime<Utc>, _>("occurred_at").timestamp_micros(),
            actor_id: self.id("actor_id"),
            actor_role: actor_role.as_deref(),
            credential: &credential,
            action: &action,
            operation: &format!("{operation}{change}"),
            target_kind: target_kind.as_deref(),
            target_id: self.id("target_id"),
            patient_id: self.id("patient_id"),
            data_class: data_class.as_deref(),
            fields: &fields,
            decision: &decision,
            reason: reason.as_deref(),
            purpose: purpose.as_deref(),
            consent_id: self.id("consent_id"),
            request_id: &request_id,
            address_hash: address_hash.as_deref(),
            user_agent_hash: user_agent_hash.as_deref(),
            credential_id: self.id("credential_id"),
        };
        let version = u32::try_from(self.row.get::<i32, _>("key_version")).expect("a version");
        let mac = keys.mac_at(version, DerivedPurpose::AuditMac, &row.canonical_bytes()).expect("a key");
        self.row.get::<Vec<u8>, _>("row_mac") == mac
    }
}

/// The record of the town's tenant.
async fn record(town: &Town) -> BTreeMap<Uuid, Entry> {
    let mut transaction = town.tenant.begin().await;
    let rows = sqlx::query(
        "select tenant_id, id, occurred_at, actor_id, actor_role::text, credential::text, action::text, operation::text,
            target_kind::text, target_id, patient_id, data_class::text, array_to_string(fields, ',') as fields,
            decision::text, reason::text, purpose::text, consent_id, request_id::text, address_hash::bytea,
            user_agent_hash::bytea, key_version, row_mac::bytea, credential_id
        from audit_logs",
    )
    .fetch_all(&mut *transaction)
    .await
    .expect("the record is read");
    rows.into_iter().map(|row| (row.get("id"), Entry { row })).collect()
}

/// What one request adds to the record.
async fn added(
    town: &Town,
    actor: &Actor,
    document: &str,
    patient: Id<patient::Entity>,
) -> (Vec<Entry>, String) {
    let before = record(town).await;
    let data = actor.ask_with(document, json!({ "id": patient.to_string() })).await.ok();
    let mut after = record(town).await;
    after.retain(|id, _| !before.contains_key(id));
    (after.into_values().collect(), data.to_string())
}

struct Case {
    path: String,
    name: String,
    class: String,
    arguments: &'static str,
    example: &'static str,
}

impl Case {
    fn all(walk: &SchemaWalk) -> Vec<Self> {
        let known: BTreeSet<&str> = EXAMPLES.iter().map(|(path, _)| *path).collect();
        let cases: Vec<Self> = walk
            .fields()
            .filter(|(_, field)| bears(&field.directives, "phi"))
            .map(|(owner, field)| (format!("{owner}.{}", field.name.node), field))
            .filter(|(path, _)| !SEEN_FROM_OUTSIDE.contains(&path.as_str()))
            .map(|(path, field)| {
                let (_, example) = EXAMPLES
                    .iter()
                    .find(|(known, _)| *known == path)
                    .unwrap_or_else(|| panic!("`EXAMPLES` needs a query that asks for {path}"));
                let class = super::schema_walk::directive(&field.directives, "phi").expect("it bears @phi");
                let arguments = if field.arguments.is_empty() { "" } else { "(patientId: $id)" };
                Self { path, name: field.name.node.to_string(), class, arguments, example }
            })
            .collect();
        assert!(cases.len() >= 4, "protected fields were found: {}", cases.len());
        let found: BTreeSet<&str> = cases.iter().map(|case| case.path.as_str()).collect();
        assert_eq!(known, found, "`EXAMPLES` speaks of fields that there are");
        cases
    }

    /// The query with the field asked for under these keys.
    fn document(&self, keys: &[&str]) -> String {
        let fields: Vec<String> = keys
            .iter()
            .map(|key| {
                format!(
                    "{key}: {}{} {{ __typename ... on Withheld {{ reason }} }}",
                    self.name, self.arguments
                )
            })
            .collect();
        self.example.replace("{}", &fields.join(" "))
    }
}

struct Scene {
    town: Town,
    clinician: Actor,
    compliance: Actor,
    patient: Id<patient::Entity>,
}

impl Scene {
    async fn new() -> Self {
        let town = Town::new().await;
        let clinician = town.tenant.clinician().await;
        let patient = clinician.creates_patient("Amara", "Okafor").await;
        clinician.records_consent(patient, json!({})).await;
        clinician.shares(patient, MOTHER).await;
        let compliance = town.tenant.compliance().await;
        let auditor = town.tenant.compliance().await;
        compliance.approves_access(patient, &auditor).await;
        clinician.breaks_glass(patient).await;
        clinician.writes_protected_note(patient).await;
        let mother = json!({ "newPerson": { "givenName": "Ngozi", "familyName": "Okafor" } });
        clinician.links_parent(patient, mother).await;
        Self { town, clinician, compliance, patient }
    }

    /// Who asks: somebody who may.
    fn actor(&self, case: &Case) -> &Actor {
        let of_compliance = ["AccessApproval.detail", "Disclosure.detail"];
        if of_compliance.contains(&case.path.as_str()) { &self.compliance } else { &self.clinician }
    }

    /// The only row of a look at the patient.
    fn only_look(&self, case: &Case, rows: &[Entry], reason: Option<&str>) {
        let decision = if reason.is_some() { "DENY" } else { "PERMIT" };
        let texts = [Some(case.class.as_str()), Some("VIEW"), Some(decision), reason];
        let expected = (Some(self.patient.uuid()), texts.map(|text| text.map(str::to_owned)));
        let gists: Vec<_> = rows.iter().map(Entry::gist).collect();
        assert_eq!(gists, [expected], "{}", case.path);
    }
}

#[tokio::test]
async fn a_look_at_any_protected_field_adds_one_row_however_often_the_field_is_asked_for() {
    let scene = Scene::new().await;
    for case in Case::all(&SchemaWalk::new()) {
        for keys in [&["one"][..], &["one", "two", "three"]] {
            let (rows, data) =
                added(&scene.town, scene.actor(&case), &case.document(keys), scene.patient).await;
            assert!(!data.contains("Withheld") && data.contains("__typename"), "{}: {data}", case.path);
            scene.only_look(&case, &rows, None);
            assert_ne!(rows[0].text("fields").as_deref(), Some(""), "{}: the fields are named", case.path);
        }
    }
}

/// A practitioner does not act for payment, so the purpose withholds any protected field, whatever the consent says.
#[tokio::test]
async fn a_refusal_of_any_protected_field_adds_one_row_too() {
    let scene = Scene::new().await;
    for case in Case::all(&SchemaWalk::new()) {
        let biller = scene.actor(&case).with_purpose("PAYMENT");
        for keys in [&["one"][..], &["one", "two", "three"]] {
            let (rows, data) = added(&scene.town, &biller, &case.document(keys), scene.patient).await;
            assert!(data.contains("PURPOSE_REQUIRED"), "{}: {data}", case.path);
            scene.only_look(&case, &rows, Some("PURPOSE_REQUIRED"));
        }
    }
}

#[tokio::test]
async fn one_request_adds_one_row_for_each_patient_class_and_kind_of_record() {
    let Scene { town, clinician, patient, .. } = Scene::new().await;
    let second = clinician.creates_patient("Ben", "Nowhere").await;
    clinician.records_consent(second, json!({})).await;
    clinician.records_consent(second, json!({})).await;
    let refused = clinician.creates_patient("Chidi", "Unsigned").await;
    let document = "query($id: ID!) {
        patients { nodes { identity { __typename } again: identity { __typename } consents { nodes { detail { __typename } } } } }
        patient(id: $id) { identity { __typename } }
        accessHistory(patientId: $id) { nodes { subject { __typename } } }
    }";
    let (rows, _) = added(&town, &clinician, document, patient).await;
    let told: BTreeSet<_> = rows.iter().map(|row| (row.gist(), row.text("operation"))).collect();
    assert_eq!(told.len(), rows.len(), "no row twice");
    let row = |patient: Id<patient::Entity>, class: &str, operation: &str, reason: Option<&str>| {
        let decision = if reason.is_some() { "DENY" } else { "PERMIT" };
        let texts = [Some(class), Some("VIEW"), Some(decision), reason].map(|text| text.map(str::to_owned));
        ((Some(patient.uuid()), texts), Some(operation.to_owned()))
    };
    let expected = BTreeSet::from([
        row(patient, "DIRECTORY", "patient.identity", None),
        row(patient, "GENERAL_PHI", "consent.detail", None),
        row(patient, "GENERAL_PHI", "audit.subject", None),
        row(second, "DIRECTORY", "patient.identity", None),
        row(second, "GENERAL_PHI", "consent.detail", None),
        row(refused, "DIRECTORY", "patient.identity", Some("CONSENT_REQUIRED")),
    ]);
    assert_eq!(told, expected);
    let requests: BTreeSet<_> = rows.iter().map(|row| row.text("request_id")).collect();
    assert_eq!(requests.len(), 1, "they are of one request");
}

#[tokio::test]
async fn a_request_without_a_protected_field_adds_no_row() {
    let Scene { town, clinician, patient, .. } = Scene::new().await;
    let document = "query($id: ID!) { viewer { roles } patient(id: $id) { displayCode consents { nodes { version } } } patients { totalCount } }";
    let (rows, data) = added(&town, &clinician, document, patient).await;
    assert!(data.contains("displayCode"), "{data}");
    assert!(rows.is_empty());
}

#[tokio::test]
async fn every_row_of_the_record_carries_the_mac_of_what_it_says() {
    let scene = Scene::new().await;
    for case in Case::all(&SchemaWalk::new()) {
        let actor = scene.actor(&case);
        for actor in [actor, &actor.with_purpose("PAYMENT")] {
            added(&scene.town, actor, &case.document(&["one"]), scene.patient).await;
        }
    }
    let town = &scene.town;
    let anonymous = town.anonymous();
    let attempt = "mutation { signIn(input: { organization: \"town\", email: \"nobody@town.example\", password: \"wrong\" }) { userErrors { code } } }";
    assert_eq!(anonymous.ask(attempt).await.user_error("signIn"), "INVALID_CREDENTIALS");
    let keys = town.app.tenant_keys(town.tenant.id).await.expect("the tenant's keys");
    let record = record(town).await;
    for (id, entry) in &record {
        let operation = entry.text("operation");
        assert!(entry.is_authentic(&keys, ""), "{id}, {operation:?}");
        assert!(!entry.is_authentic(&keys, "x"), "{id}, {operation:?}: a change shows");
    }
    let kinds: BTreeSet<_> = record.values().filter_map(|entry| entry.text("operation")).collect();
    assert!(record.len() >= 12 && kinds.len() >= 7, "{} rows of {kinds:?}", record.len());
}

/// What a row says of a look must not depend on the order of the fields: the consent belongs to the look it permitted.
#[tokio::test]
async fn the_consent_behind_a_look_stands_in_its_row_whatever_was_asked_before_it() {
    let town = Town::with_part2_program().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let consent = clinician.records_consent(patient, json!({})).await;
    let fields = ["identity { __typename }", "consents { nodes { detail { __typename } } }"];
    for order in [[0, 1], [1, 0]] {
        let document =
            format!("query($id: ID!) {{ patient(id: $id) {{ {} {} }} }}", fields[order[0]], fields[order[1]]);
        let (rows, _) = added(&town, &clinician, &document, patient).await;
        let looks: BTreeSet<_> = rows
            .iter()
            .map(|row| (row.text("operation"), row.text("fields"), row.id("consent_id")))
            .collect();
        let row = |operation: &str, fields: &str, consent| {
            (Some(operation.to_owned()), Some(fields.to_owned()), consent)
        };
        let expected = BTreeSet::from([
            row("patient.identity", "identity", Some(consent.uuid())),
            row("consent.detail", "consents", None),
        ]);
        assert_eq!(looks, expected);
    }
}
