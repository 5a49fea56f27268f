use std::time::{Duration, Instant};

use super::super::{Documents, Limits, Violation, read_body};
use crate::kernel::error::ErrorCode;

fn documents() -> Documents {
    Documents::new(Limits::default(), &crate::schema::sdl())
}

#[track_caller]
fn refused(document: &str) -> Violation {
    documents().parse(document).expect_err("the document is not valid")
}

/// What is said of a body whose document passes and whose variables do not.
#[track_caller]
fn said_of(document: &str, variables: serde_json::Value) -> Vec<String> {
    let documents = documents();
    let body = serde_json::json!({ "query": document, "variables": variables }).to_string();
    let parameters = read_body(body.as_bytes(), documents.limits()).expect("a request");
    let parsed = documents.parse(&parameters.query).expect("the document is valid");
    let violation = documents.request(parsed, parameters).expect_err("the variables do not fit");
    assert_eq!(violation.code, ErrorCode::GraphqlValidationFailed);
    assert!(violation.faults.iter().all(|fault| fault.place.is_some()));
    violation.faults.into_iter().map(|fault| fault.message).collect()
}

#[test]
fn every_fault_is_told_with_its_place_and_the_first_of_them_as_the_message() {
    let violation = refused("{\n  viewer { nothing }\n  a: patient { id }\n}");
    let told: Vec<(&str, Option<(usize, usize)>)> = violation
        .faults
        .iter()
        .map(|fault| (fault.message.as_str(), fault.place.map(|place| (place.line, place.column))))
        .collect();
    assert_eq!(
        told,
        [
            ("type `Viewer` does not have a field `nothing`", Some((2, 12))),
            ("the required argument `Query.patient(id:)` is not provided", Some((3, 3))),
        ]
    );
    assert_eq!(violation.message, told[0].0);
    assert_eq!(violation.code, ErrorCode::GraphqlValidationFailed);
}

#[test]
fn a_thousand_faults_are_told_as_fifty_of_at_most_three_hundred_characters() {
    let names: String = (0..190).map(|number| format!("{}{number} ", "n".repeat(250))).collect();
    let violation = refused(&format!("{{ viewer {{ {names} }} }}"));
    assert_eq!(violation.faults.len(), 50);
    assert!(violation.faults.iter().all(|fault| fault.message.chars().count() <= 300));
    let items = vec!["Okafor"; 1_000];
    let filter = serde_json::json!({ "filter": { "status": { "in": items } } });
    assert_eq!(
        said_of("query($filter: PatientFilter) { patients(filter: $filter) { totalCount } }", filter).len(),
        50
    );
}

#[test]
fn no_fault_of_a_document_quotes_a_value() {
    for document in [
        "{ patients(first: \"Okafor\") { totalCount } }",
        "{ patients(first: Okafor) { totalCount } }",
        "{ patients(orderBy: Okafor) { totalCount } }",
        "{ patients(orderBy: \"Okafor\") { totalCount } }",
        "{ patients(filter: { status: { in: [ACTIVE, Okafor, \"Okafor\"] } }) { totalCount } }",
        "{ patients(filter: \"Okafor\") { totalCount } }",
        "{ viewer { roles @skip(if: \"Okafor\") } }",
        "query($order: Chronology = Okafor) { patients(orderBy: $order) { totalCount } }",
        "{ patient(id: { name: \"Okafor\" }) { id } }",
        "{ patients(search: { namePrefix: \"Okafor\", email: \"Okafor\" }) { totalCount } }",
        "{ patients(filter: { not: { locationId: { eq: \"Okafor\", eq: \"Okafor\" } } }) { totalCount } }",
        "{ patients(after: \"Okafor\") { totalCount } patients(after: \"Okafor2\") { totalCount } }",
        "{ patient(id: \"Okafor) { id } }",
        "{ patient(id: \"Okafor\" \"Okafor\") { id } }",
        "{ patient(\"Okafor\") { id } }",
        "{ patient(id: \"\\xOkafor\") { id } }",
        "\"Okafor\"",
        "{ viewer { roles } } \"\"\"Okafor\"\"\" 7",
        "{ patients(first: 7Okafor) { totalCount } }",
    ] {
        let violation = refused(document);
        assert!(!format!("{violation:?}").contains("Okafor"), "{document}: {violation:?}");
    }
    let large = refused("{ patients(first: 4111111111111111) { totalCount } }");
    assert!(!format!("{large:?}").contains("4111"), "{large:?}");
}

#[test]
fn no_fault_of_variables_quotes_a_value_and_each_says_where_it_stands() {
    let document = "query($filter: PatientFilter, $first: Int, $id: ID!) {
        patients(filter: $filter, first: $first) { totalCount } patient(id: $id) { id } }";
    let faults = said_of(
        document,
        serde_json::json!({
            "filter": { "and": [{}, { "status": { "in": ["ACTIVE", "Okafor"], "like": 1 } }] },
            "first": "Okafor",
        }),
    );
    assert_eq!(
        faults,
        [
            "variable `$filter.and[1].status` has the field `like`, which `PatientStatusComparator` does not have",
            "variable `$filter.and[1].status.in[1]` is no `PatientStatus`",
            "variable `$first` is no `Int`",
            "variable `$id` has no value, but its type `ID!` needs one",
        ]
    );
    let faults = said_of(document, serde_json::json!({ "filter": { "Jane Roe": 1 }, "id": null }));
    assert_eq!(
        faults,
        [
            "variable `$filter` has a field that `PatientFilter` does not have",
            "variable `$id` is null, but its type `ID!` needs a value",
        ]
    );
}

#[test]
fn who_mistypes_a_name_is_not_told_what_there_is() {
    for (document, secret) in [
        ("{ pateint { id } }", "patient"),
        ("{ patients(serch: 1) { totalCount } }", "search"),
        ("{ patients(orderBy: NEWEST) { totalCount } }", "NEWEST_FIRST"),
        ("{ patients(filter: { stat: 1 }) { totalCount } }", "status"),
        ("{ viewer { ... on Patien { id } } }", "Patient"),
    ] {
        let told = format!("{:?}", refused(document).faults);
        let known: Vec<&str> =
            told.split(|letter: char| !letter.is_alphanumeric() && letter != '_').collect();
        assert!(!known.contains(&secret), "{document}: {told}");
    }
}

#[test]
fn no_document_within_the_limits_takes_long_to_validate() {
    let fragments = |count: usize, last: &str| -> String {
        let fragment = |number: usize| match number + 1 == count {
            true => format!("fragment F{number} on Query {{ {last} }}"),
            false => format!("fragment F{number} on Query {{ ...F{} }}", number + 1),
        };
        (0..count).map(fragment).collect()
    };
    let operations = |count: usize| -> String {
        (0..count).map(|number| format!("query Q{number} {{ ...F0 }}")).collect()
    };
    let mut supervisors = "id ".to_owned();
    for _ in 0..8 {
        supervisors = format!("supervisor {{ {supervisors} }}").repeat(2);
    }
    let attacks = [
        format!("{{ viewer {{ {} }} }}", "roles ".repeat(1_990)),
        format!("{{ viewer {{ {} }} }}", (0..1_990).map(|number| format!("n{number} ")).collect::<String>()),
        format!(
            "{{ patient({}) {{ id }} }}",
            (0..660).map(|number| format!("n{number}: 1 ")).collect::<String>()
        ),
        format!(
            "{{ patients(filter: {{ status: {{ in: [{}] }} }}) {{ totalCount }} }}",
            "PAUSED ".repeat(1_980)
        ),
        format!("{{ patients(filter: {{ {} }}) {{ totalCount }} }}", "status: 1 ".repeat(650)),
        format!(
            "query({}) {{ __typename }}",
            (0..300).map(|number| format!("$v{number}: Int = 1 ")).collect::<String>()
        ),
        format!("{{ practitioner(id: 1) {{ {supervisors} }} }}"),
        format!("{}{}", operations(60), fragments(25, "__typename")),
        format!("{}{}", operations(4), fragments(95, "__typename")),
        format!("{{ ...F0 }}{}", fragments(190, "__typename")),
        format!("{}{{ viewer {{ {} }} }}", "\n".repeat(40_000), "n\n\n\n\n".repeat(1_900)),
    ];
    let documents = documents();
    for attack in attacks {
        let start = Instant::now();
        let _ = documents.parse(&attack);
        // A build without optimisation on a busy machine takes some fifty times of what is promised.
        assert!(start.elapsed() < Duration::from_secs(2), "{:.60}: {:?}", attack, start.elapsed());
    }
}
