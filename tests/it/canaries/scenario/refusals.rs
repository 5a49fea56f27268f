//! What is refused.

use serde_json::json;

use super::{Patient, People};
use crate::canaries::conversation::{Audience, Conversation, code};
use Audience::MayNot;

/// Nothing of what is refused is repeated: inputs that break rules, documents and bodies that are none, and headers.
pub fn refuse(talk: &mut Conversation, people: &People, patient: &Patient) {
    refuse_inputs(talk, people);
    refuse_documents(talk, people, patient);
    refuse_requests(talk, people);
}

/// A word to be found nowhere.
fn word(talk: &mut Conversation) -> String {
    talk.planted.secret()
}

/// A name in a document: the caller's own, so the answer may repeat it to that caller, and nothing else does.
fn name(talk: &mut Conversation) -> String {
    talk.planted.spoken()
}

fn refuse_inputs(talk: &mut Conversation, people: &People) {
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
}

fn refuse_documents(talk: &mut Conversation, people: &People, patient: &Patient) {
    let token = &people.clinician;
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
}

fn refuse_requests(talk: &mut Conversation, people: &People) {
    let token = &people.clinician;
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
