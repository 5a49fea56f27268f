//! What is done with planted values: everything that the API can do with them, and everything that can go wrong.

mod failures;
mod kept_apart;
mod refusals;
mod signing_in;

pub use failures::{crash, fail, wait_for_events};
pub use kept_apart::keep_apart;
pub use refusals::refuse;
pub use signing_in::sign_in;

use serde_json::{Value, json};

use super::conversation::{Audience, Conversation, written};
use Audience::{MayNot, MaySee};

const IDENTITY: &str =
    "identity { ... on PatientIdentity { fullName givenName middleName familyName preferredName
    birthDate gender pronouns languages phone email ssnLast4 address { line1 line2 city postalCode }
    emergencyContact { name phone relationship } } ... on Withheld { reason } }";

/// A patient who was planted.
pub struct Patient {
    id: String,
    consent: String,
    family_name: String,
    phone: String,
    email: String,
}

/// Who asks, by their tokens.
pub struct People {
    clinician: String,
    admin: String,
    house_staff: String,
    compliance: String,
    patient: String,
    stranger: String,
}

impl People {
    pub fn of(talk: &Conversation) -> Self {
        let token = |variable| talk.installation.token(variable);
        Self {
            clinician: token("CLINICIAN"),
            admin: token("ADMIN"),
            house_staff: token("HOUSE_STAFF"),
            compliance: token("COMPLIANCE"),
            patient: token("PATIENT"),
            stranger: token("CLINIC_CLINICIAN"),
        }
    }

    /// Everybody who may not see the clinician's patients.
    fn others(&self) -> [&str; 5] {
        [&self.admin, &self.house_staff, &self.patient, &self.stranger, ""]
    }
}

/// Patients are entered, as literals and as variables, once for each idempotency key; consents are filed.
pub fn enter(talk: &mut Conversation, people: &People) -> Vec<Patient> {
    let token = &people.clinician;
    let mut patients = Vec::new();
    for number in 0..18 {
        let identity = talk.planted.identity();
        let mut input = json!({ "identity": identity });
        if number % 3 == 0 {
            input["idempotencyKey"] = talk.planted.control().into();
        }
        let entered = match number % 2 {
            0 => talk.mutate(token, MayNot, "createPatient", &input),
            _ => talk.mutate_literally(token, MayNot, "createPatient", &input),
        };
        let id = written(&entered, "createPatient");
        if number % 3 == 0 {
            let again = talk.mutate(token, MayNot, "createPatient", &input);
            assert_eq!(written(&again, "createPatient"), id, "a replay");
            input["identity"]["givenName"] = talk.planted.secret().into();
            let other = talk.mutate(token, MayNot, "createPatient", &input);
            assert_eq!(
                other["data"]["createPatient"]["userErrors"][0]["code"], "IDEMPOTENCY_CONFLICT",
                "{other}"
            );
        }
        let consent = files_consent(talk, token, &id, number);
        let text = |field: &str| identity[field].as_str().expect("text").to_owned();
        let (family_name, phone, email) = (text("familyName"), text("phone"), text("email"));
        patients.push(Patient { id, consent, family_name, phone, email });
    }
    for patient in &patients[..4] {
        let identity = talk.planted.identity();
        let input = json!({ "patientId": patient.id, "expectedVersion": version(talk, token, &patient.id), "identity": identity });
        written(&talk.mutate(token, MayNot, "updatePatientIdentity", &input), "updatePatientIdentity");
    }
    patients
}

fn version(talk: &mut Conversation, token: &str, patient: &str) -> Value {
    let answer =
        talk.ask(token, MayNot, "query($id: ID!) { patient(id: $id) { version } }", json!({ "id": patient }));
    answer["data"]["patient"]["version"].clone()
}

fn files_consent(talk: &mut Conversation, token: &str, patient: &str, number: usize) -> String {
    let input = consent(talk, patient, number % 6 == 5);
    let filed = match number % 2 {
        0 => talk.mutate_literally(token, MayNot, "recordConsent", &input),
        _ => talk.mutate(token, MayNot, "recordConsent", &input),
    };
    written(&filed, "recordConsent")
}

fn consent(talk: &mut Conversation, patient: &str, ends_with_event: bool) -> Value {
    let (kind, expiry) = match ends_with_event {
        true => ("SPECIFIC", json!({ "event": talk.planted.gated() })),
        false => ("TPO", json!({ "never": true })),
    };
    json!({
        "patientId": patient,
        "signedAt": "2026-01-20T09:00:00Z",
        "signatureMethod": "PAPER",
        "signerCapacity": "SELF",
        "evidenceReference": talk.planted.gated(),
        "terms": {
            "kind": kind,
            "scopes": [{ "dataClass": "DIRECTORY" }, { "dataClass": "GENERAL_PHI" }, { "dataClass": "SUD" }],
            "recipients": [{ "recipientClass": "TREATING_PROVIDERS" }],
            "purposes": ["TREATMENT", "PAYMENT", "OPERATIONS"],
            "expiry": expiry,
            "redisclosureStatement": true,
            "refusalConsequences": true,
        },
    })
}

/// Patients are read and searched for: by the one who may, and by everybody else.
pub fn look(talk: &mut Conversation, people: &People, patients: &[Patient]) {
    let document = format!(
        "query($id: ID!) {{ patient(id: $id) {{ displayCode {IDENTITY} consents {{ nodes {{ detail {{ ... on ConsentDetail {{ evidenceReference expiryEvent revocationReason }} }} }} }} }} }}"
    );
    for patient in patients {
        let seen = talk.ask(&people.clinician, MaySee, &document, json!({ "id": patient.id }));
        assert!(seen["data"]["patient"]["identity"]["familyName"].is_string(), "the clinician sees: {seen}");
        for token in people.others() {
            talk.ask(token, MayNot, &document, json!({ "id": patient.id }));
        }
    }
    let list = format!(
        "{{ patients(first: 50) {{ totalCount nodes {{ displayCode {IDENTITY} }} pageInfo {{ endCursor }} }} }}"
    );
    talk.ask(&people.clinician, MaySee, &list, json!({}));
    for token in people.others().into_iter().filter(|token| *token != people.patient) {
        // The other tenant's clinician sees their own patients, who were not planted.
        talk.ask(token, MayNot, &list, json!({}));
    }
    let records = "{ auditLogs(first: 100) { nodes { operation subject { ... on AuditSubject { decision reason fields purpose } } } } }";
    for token in [&people.admin, &people.compliance, &people.clinician] {
        talk.ask(token, MayNot, records, json!({}));
    }
    for (number, patient) in patients.iter().enumerate().skip(4) {
        let search = match number % 3 {
            0 => json!({ "namePrefix": patient.family_name }),
            1 => json!({ "phone": patient.phone }),
            _ => json!({ "email": patient.email }),
        };
        let found =
            "query($search: PatientSearch!) { patients(search: $search) { totalCount nodes { id } } }";
        let answer = talk.ask(&people.clinician, MayNot, found, json!({ "search": search }));
        assert_eq!(answer["data"]["patients"]["nodes"][0]["id"], patient.id, "the clinician finds: {answer}");
        for token in people.others() {
            talk.ask(token, MayNot, found, json!({ "search": search }));
        }
        let (field, value) =
            search.as_object().and_then(|search| search.iter().next()).expect("one condition");
        let literally =
            format!("{{ patients(search: {{ {field}: {value} }}) {{ nodes {{ id displayCode }} }} }}");
        talk.ask(&people.clinician, MayNot, &literally, json!({}));
        talk.ask(&people.admin, MayNot, &literally, json!({}));
    }
}

/// Consents are revoked in the patient's words; then nothing is shown any more.
pub fn revoke(talk: &mut Conversation, people: &People, patients: &[Patient]) {
    for patient in patients {
        let input = json!({
            "consentId": patient.consent,
            "reason": format!("she said {} and left", talk.planted.secret()),
            "evidence": { "method": "PAPER", "reference": talk.planted.gated() },
        });
        written(&talk.mutate(&people.clinician, MayNot, "revokeConsent", &input), "revokeConsent");
        let again = json!({ "reason": talk.planted.secret(), "consentId": patient.consent,
            "evidence": { "method": "PAPER", "reference": talk.planted.gated() } });
        let refused = talk.mutate_literally(&people.clinician, MayNot, "revokeConsent", &again);
        assert_eq!(refused["data"]["revokeConsent"]["userErrors"][0]["code"], "INVALID_STATE", "{refused}");
        let document = format!("query($id: ID!) {{ patient(id: $id) {{ {IDENTITY} }} }}");
        let withheld = talk.ask(&people.clinician, MayNot, &document, json!({ "id": patient.id }));
        assert_eq!(withheld["data"]["patient"]["identity"]["reason"], "CONSENT_REVOKED", "{withheld}");
    }
}
