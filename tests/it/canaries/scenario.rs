//! What is done with planted values: everything that the API can do with them, and everything that can go wrong.

use std::{
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::conversation::{Audience, Conversation, code, written};
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

/// People sign in and out: with wrong passwords, from nowhere, and rightly.
pub fn sign_in(talk: &mut Conversation, people: &People) {
    let document = "mutation($input: SignInInput!) { signIn(input: $input) { result { token } userErrors { code message } } }";
    for number in 0..14 {
        let password = talk.planted.secret();
        let input = match number % 4 {
            0 => {
                json!({ "organization": "demo", "email": "practitioner@demo.example", "password": password })
            }
            1 => {
                json!({ "organization": "demo", "email": format!("{}@demo.example", talk.planted.secret()), "password": password })
            }
            2 => {
                json!({ "organization": talk.planted.secret(), "email": "admin@demo.example", "password": password })
            }
            _ => {
                json!({ "organization": "demo", "email": talk.planted.secret(), "password": password.repeat(9) })
            }
        };
        let refused = talk.ask("", MayNot, document, json!({ "input": input }));
        assert!(refused["data"]["signIn"]["result"].is_null(), "{refused}");
        talk.mutate_literally("", MayNot, "signIn", &input);
    }
    let password = talk.planted.keep("consentry-demo");
    for login in ["owner", "billing", "practitioner-2"] {
        let input =
            json!({ "organization": "demo", "email": format!("{login}@demo.example"), "password": password });
        let answer = talk.ask("", MaySee, document, json!({ "input": input }));
        let token = answer["data"]["signIn"]["result"]["token"].as_str().expect("a token").to_owned();
        talk.planted.keep(token.clone());
        talk.ask(&token, MayNot, "{ viewer { roles } }", json!({}));
        talk.ask(&token, MayNot, "mutation { signOut { result { endedAt } } }", json!({}));
        let ended = talk.ask(&token, MayNot, "{ patients { totalCount } }", json!({}));
        assert_eq!(code(&ended), "UNAUTHENTICATED", "{ended}");
    }
    // A token that was never given out, and one that was, with another secret.
    let secret = talk.planted.secret();
    let forged = format!("{}{}", &people.clinician[..people.clinician.len() - secret.len()], secret);
    for token in [forged, talk.planted.secret()] {
        let refused = talk.ask(&token, MayNot, "{ patients { totalCount } }", json!({}));
        assert_eq!(code(&refused), "UNAUTHENTICATED", "{refused}");
    }
}

/// Nothing of what is refused is repeated: inputs that break rules, documents and bodies that are none, and headers.
pub fn refuse(talk: &mut Conversation, people: &People, patient: &Patient) {
    let token = &people.clinician;
    for field in [
        "givenName",
        "middleName",
        "familyName",
        "preferredName",
        "gender",
        "pronouns",
        "email",
        "phone",
        "ssn",
    ] {
        let long = talk.planted.secret();
        let control = talk.planted.secret();
        for value in [format!("{long} ").repeat(9), format!("{control}\u{7}")] {
            let input = json!({ "identity": { field: value } });
            let refused = talk.mutate(token, MayNot, "createPatient", &input);
            assert_eq!(
                refused["data"]["createPatient"]["userErrors"][0]["code"], "VALIDATION_FAILED",
                "{refused}"
            );
            talk.mutate_literally(token, MayNot, "createPatient", &input);
        }
    }
    for part in ["line1", "line2", "city", "state", "postalCode"] {
        let mut address =
            json!({ "line1": "1 Elm Street", "city": "Salem", "state": "OR", "postalCode": "97301" });
        address[part] = talk.planted.secret().repeat(10).into();
        let refused =
            talk.mutate(token, MayNot, "createPatient", &json!({ "identity": { "address": address } }));
        assert_eq!(
            refused["data"]["createPatient"]["userErrors"][0]["code"], "VALIDATION_FAILED",
            "{refused}"
        );
    }

    // Values of a wrong type.
    let word = |talk: &mut Conversation| talk.planted.secret();
    for identity in [
        json!({ "birthDate": word(talk) }),
        json!({ "birthDate": { "day": word(talk) } }),
        json!({ "givenName": { "text": word(talk) } }),
        json!({ "givenName": [word(talk), word(talk)] }),
        json!({ "languages": { "best": word(talk) } }),
        json!({ "address": word(talk) }),
        json!({ "address": { "line1": [word(talk)] } }),
        json!({ "emergencyContact": word(talk) }),
        json!(word(talk)),
        json!([word(talk)]),
    ] {
        let input = json!({ "identity": identity });
        for refused in [
            talk.mutate(token, MayNot, "createPatient", &input),
            talk.mutate_literally(token, MayNot, "createPatient", &input),
        ] {
            assert!(!code(&refused).is_empty(), "refused: {refused}");
        }
    }
    let mistyped = [
        ("query($id: ID!) { patient(id: $id) { id } }", json!({ "id": word(talk) })),
        ("query($id: ID!) { patient(id: $id) { id } }", json!({ "id": { "is": word(talk) } })),
        ("query($first: Int) { patients(first: $first) { totalCount } }", json!({ "first": word(talk) })),
        ("query($after: Cursor) { patients(after: $after) { totalCount } }", json!({ "after": word(talk) })),
        (
            "query($order: Chronology!) { patients(orderBy: $order) { totalCount } }",
            json!({ "order": word(talk) }),
        ),
        (
            "query($search: PatientSearch) { patients(search: $search) { totalCount } }",
            json!({ "search": { "phone": word(talk) } }),
        ),
        (
            "query($search: PatientSearch) { patients(search: $search) { totalCount } }",
            json!({ "search": { "email": word(talk) } }),
        ),
        (
            "query($search: PatientSearch) { patients(search: $search) { totalCount } }",
            json!({ "search": { "phone": "1", "email": word(talk) } }),
        ),
        (
            "query($filter: AuditLogFilter) { auditLogs(filter: $filter) { totalCount } }",
            json!({ "filter": { "from": word(talk) } }),
        ),
        ("query($id: Nothing!) { patient(id: $id) { id } }", json!({ "id": word(talk) })),
        ("query { patient(id: $id) { id } }", json!({ "id": word(talk) })),
        ("query($id: ID!) { patient(id: $id) { id } }", json!({ "other": word(talk) })),
        ("query($id: ID!) { patient(id: $id) { id } }", json!(word(talk))),
        ("query($id: ID!) { patient(id: $id) { id } }", json!([word(talk)])),
    ];
    for (document, variables) in mistyped {
        let refused = talk.ask(token, MayNot, document, variables);
        assert!(!code(&refused).is_empty(), "refused: {document}: {refused}");
    }

    // Values within documents that are refused.
    let id = &patient.id;
    let documents = [
        format!("{{ patient(id: \"{}\") {{ id }} }}", word(talk)),
        format!("{{ patients(first: \"{}\") {{ totalCount }} }}", word(talk)),
        format!("{{ patients(after: \"{}\") {{ totalCount }} }}", word(talk)),
        format!("{{ patients(search: {{ phone: \"{}\" }}) {{ totalCount }} }}", word(talk)),
        format!("{{ patients(search: \"{}\") {{ totalCount }} }}", word(talk)),
        format!("{{ patients(search: {{ nobody: \"{}\" }}) {{ totalCount }} }}", word(talk)),
        format!("{{ patients(orderBy: \"{}\") {{ totalCount }} }}", word(talk)),
        format!("{{ patient(id: \"{id}\", name: \"{}\") {{ id }} }}", word(talk)),
        format!("{{ patient(id: \"{id}\") {{ id(name: \"{}\") }} }}", word(talk)),
        format!("{{ patient(id: \"{id}\") @include(if: \"{}\") {{ id }} }}", word(talk)),
        format!("{{ patient(id: \"{id}\") @unknown(name: \"{}\") {{ id }} }}", word(talk)),
        format!("query($id: ID = \"{}\") {{ patient(id: $id) {{ id }} }}", word(talk)),
        format!(
            "mutation {{ createPatient(input: {{ identity: {{ nickname: \"{}\" }} }}) {{ result {{ id }} }} }}",
            word(talk)
        ),
        format!(
            "mutation {{ createPatient(input: {{ identity: {{ givenName: \"{}\" }} }}) {{ result }} }}",
            word(talk)
        ),
        format!(
            "mutation {{ createPatient(input: {{ identity: {{ givenName: \"{}\" }} }}) {{ result {{ id }} }}",
            word(talk)
        ),
        format!("mutation {{ createPatient(input: {{ identity: {{ givenName: \"{} ", word(talk)),
        format!("{{ patient(id: \"\"\"{}", word(talk)),
        format!("\"{}\"", word(talk)),
        format!("{{ \"{}\" }}", word(talk)),
        format!("# {}\n{{", word(talk)),
        format!("{{ patient(id: \"{}\\q\") {{ id }} }}", word(talk)),
        format!(
            "{{ patients(search: {{ namePrefix: {}}}) {{ totalCount }} }}",
            "[".repeat(60) + &format!("\"{}\"", word(talk)) + &"]".repeat(60)
        ),
        format!(
            "{{ patients(search: {{ namePrefix: [{}] }}) {{ totalCount }} }}",
            format!("\"{}\" ", word(talk)).repeat(2_100)
        ),
    ];
    for document in &documents {
        let refused = talk.ask(token, MayNot, document, json!({}));
        assert!(!code(&refused).is_empty(), "refused: {document}: {refused}");
        talk.ask("", MayNot, document, json!({}));
    }

    // Names in documents are the caller's own: the answer may repeat them to that caller, and nothing else does.
    let name = |talk: &mut Conversation| talk.planted.spoken();
    for document in [
        format!("{{ {} }}", name(talk)),
        format!("{{ {}: patient(id: \"{id}\") {{ id }} }}", name(talk)),
        format!("query {} {{ patient(id: \"{id}\") {{ id }} }}", name(talk)),
        format!("{{ patients(orderBy: {}) {{ totalCount }} }}", name(talk)),
        format!("{{ patient(id: \"{id}\") {{ ...{} }} }}", name(talk)),
        format!("fragment {} on Patient {{ id }} {{ patient(id: \"{id}\") {{ id }} }}", name(talk)),
        format!("{{ patient(id: \"{id}\") {{ ... on {} {{ id }} }} }}", name(talk)),
        format!("query(${0}: ID!) {{ patient(id: ${0}) {{ id }} }}", name(talk)),
        format!("{{ patient(id: \"{id}\") @{} {{ id }} }}", name(talk)),
    ] {
        talk.ask(token, MayNot, &document, json!({}));
    }
    let named = json!({ "query": "query One { viewer { roles } } query Two { viewer { roles } }", "operationName": name(talk) });
    talk.post(token, MayNot, &[], named.to_string().as_bytes());

    // Bodies that are no requests.
    let bodies = [
        word(talk),
        format!("{{\"query\": \"{}", word(talk)),
        format!("{{\"query\": \"{{ viewer {{ roles }} }}\", \"variables\": \"{}\"}}", word(talk)),
        format!("{{\"query\": [\"{}\"]}}", word(talk)),
        format!("{{\"{}\": 1}}", word(talk)),
        format!("[{{\"query\": \"{}\"}}]", word(talk)),
        format!("{{\"query\": \"{}\"}}", word(talk).repeat(9_000)),
        format!("{{\"query\": \"{{ viewer {{ roles }} }}\", \"extensions\": \"{}\"}}", word(talk)),
        format!("{{\"query\": \"{{ viewer {{ roles }} }}\", \"operationName\": [\"{}\"]}}", word(talk)),
    ];
    for body in &bodies {
        talk.post(token, MayNot, &[], body.as_bytes());
        talk.post(token, MayNot, &[("Content-Type", "text/plain")], body.as_bytes());
    }

    // Headers and paths.
    let viewer = json!({ "query": "{ viewer { roles } }" }).to_string();
    for header in [
        "X-Purpose-Of-Use",
        "Authorization",
        "Accept",
        "Content-Type",
        "Cookie",
        "User-Agent",
        "Origin",
        "Referer",
        "X-Forwarded-For",
        "Traceparent",
        "Forwarded",
    ] {
        let (alone, within) = (word(talk), format!("Bearer {}", word(talk)));
        for value in [&alone, &within] {
            talk.post(token, MayNot, &[(header, value)], viewer.as_bytes());
        }
    }
    // No request id is made of this: its characters are not those of one.
    let name = format!("{} {}", word(talk), word(talk));
    talk.post(token, MayNot, &[("X-Request-Id", &name)], viewer.as_bytes());
    for path in [
        format!("/{}", word(talk)),
        format!("/graphql?query={}", word(talk)),
        format!("/graphql/{}", word(talk)),
    ] {
        talk.request("GET", &path, MayNot, &[("Accept", "application/json")], b"");
    }
    let method = word(talk).to_uppercase();
    talk.request(&method, "/graphql", MayNot, &[], b"");
}

/// The database refuses, is slow, and is not to be had.
pub async fn fail(talk: &mut Conversation, people: &People, patient: &Patient) {
    let token = &people.clinician;
    let failures = [
        (
            "alter table phi.persons add constraint refused check (version < 0) not valid",
            "alter table phi.persons drop constraint refused",
            "INTERNAL",
        ),
        (
            "create function public.slow() returns trigger language plpgsql as 'begin perform pg_sleep(8); return new; end';
            create trigger slow before update on phi.persons for each row execute function public.slow()",
            "drop trigger slow on phi.persons; drop function public.slow()",
            "UNAVAILABLE",
        ),
        (
            "alter table phi.person_tokens rename to misplaced",
            "alter table phi.misplaced rename to person_tokens",
            "INTERNAL",
        ),
    ];
    for (breaks, mends, expected) in failures {
        talk.installation.superuser_runs(breaks).await;
        let identity = talk.planted.identity();
        let input = json!({ "patientId": patient.id, "expectedVersion": version(talk, token, &patient.id), "identity": identity });
        let failed = talk.mutate(token, MayNot, "updatePatientIdentity", &input);
        let literally = talk.mutate_literally(token, MayNot, "updatePatientIdentity", &input);
        talk.installation.superuser_runs(mends).await;
        assert_eq!((code(&failed), code(&literally)), (expected, expected), "{breaks}: {failed} {literally}");
    }

    // What is gated is readable to SQL: an error about its row could quote it.
    talk.installation
        .superuser_runs("alter table consents add constraint refused check (version < 0) not valid")
        .await;
    for _ in 0..2 {
        let input = consent(talk, &patient.id, true);
        let failed = talk.mutate(token, MayNot, "recordConsent", &input);
        assert_eq!(code(&failed), "INTERNAL", "{failed}");
    }
    talk.installation.superuser_runs("alter table consents drop constraint refused").await;

    let mut holder = talk.installation.superuser().await;
    sqlx::raw_sql("begin; lock table phi.persons in access exclusive mode")
        .execute(&mut holder)
        .await
        .expect("it is held");
    let identity = talk.planted.identity();
    let input = json!({ "patientId": patient.id, "expectedVersion": 1, "identity": identity });
    let failed = talk.mutate(token, MayNot, "createPatient", &json!({ "identity": input["identity"] }));
    assert_eq!(code(&failed), "UNAVAILABLE", "{failed}");
    sqlx::raw_sql("rollback").execute(&mut holder).await.expect("it is let go");
}

/// The server and PostgreSQL are killed while patients are entered, and come back.
pub fn crash(talk: &mut Conversation, people: &People) {
    for postgresql_too in [false, true] {
        let bodies: Vec<String> = (0..12)
            .map(|_| {
                let identity = talk.planted.identity();
                let document = "mutation($input: CreatePatientInput!) { createPatient(input: $input) { result { id } } }";
                json!({ "query": document, "variables": { "input": { "identity": identity } } }).to_string()
            })
            .collect();
        let bearer = format!("Bearer {}", people.clinician);
        let headers = [("Content-Type", "application/json"), ("Authorization", bearer.as_str())];
        let (installation, others) = (&talk.installation, &mut talk.others);
        // The first half is answered; of the second, nobody knows how far it came.
        let (answered, cut) = bodies.split_at(6);
        for body in answered {
            others.extend(installation.send("POST", "/graphql", &headers, body.as_bytes()));
        }
        let answers = thread::scope(|scope| {
            let sent: Vec<_> = cut
                .iter()
                .map(|body| scope.spawn(|| installation.send("POST", "/graphql", &headers, body.as_bytes())))
                .collect();
            thread::sleep(Duration::from_millis(15));
            if postgresql_too {
                installation.kill_postgresql();
            }
            installation.kill_server();
            sent.into_iter().flat_map(|sent| sent.join().expect("an answer or none")).collect::<Vec<u8>>()
        });
        others.extend(answers);
        talk.installation.start();
        let back = talk.ask(&people.clinician, MayNot, "{ patients { totalCount } }", json!({}));
        assert!(back["data"]["patients"]["totalCount"].is_number(), "it is back: {back}");
    }
}

/// Waits until the sink was told of a patient who was entered.
pub fn wait_for_events(talk: &Conversation) {
    let begun = Instant::now();
    while !String::from_utf8_lossy(&talk.installation.events()).contains("patient.created") {
        assert!(begun.elapsed() < Duration::from_secs(60), "the sink is told of nothing");
        thread::sleep(Duration::from_millis(100));
    }
}
