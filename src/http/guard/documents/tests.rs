use async_graphql::Value;

use super::*;
use crate::http::guard::read_body;

fn documents() -> Documents {
    Documents::new(Limits::default(), &crate::schema::sdl())
}

fn kept(documents: &Documents, document: &str) -> bool {
    let digest: [u8; 32] = Sha256::digest(document).into();
    documents.kept.contains_key(&digest)
}

/// The request that a body makes.
fn requested(body: &str) -> Result<Request, Violation> {
    let documents = documents();
    let parameters = read_body(body.as_bytes(), documents.limits())?;
    documents.request(documents.parse(&parameters.query)?, parameters).map(|checked| checked.request)
}

#[test]
fn what_passed_is_kept_and_what_was_refused_is_not() {
    let documents = documents();
    let padded = format!("{{ viewer {{ roles }} }}{}", " ".repeat(LONGEST_KEPT));
    assert!(documents.parse("{ viewer { roles } }").is_ok());
    assert!(documents.parse(&padded).is_ok());
    for refused in ["{ viewer { nothing } }", "{ viewer", "{ ...A } fragment A on Query { ...A }"] {
        for _ in 0..2 {
            assert!(documents.parse(refused).is_err(), "{refused}");
        }
        assert!(!kept(&documents, refused), "{refused}");
    }
    assert!(kept(&documents, "{ viewer { roles } }"));
    assert!(!kept(&documents, &padded), "a long document is checked whenever it comes");
    assert!(!kept(&documents, "{ viewer { roles }}"), "other bytes are another document");
}

#[test]
fn what_is_kept_is_what_was_read() {
    let documents = documents();
    let [first, again] =
        [(); 2].map(|()| documents.parse("query Q { viewer { r: roles } }").expect("it is valid"));
    assert_eq!(format!("{first:?}"), format!("{again:?}"));
}

#[test]
fn a_flood_of_documents_stays_within_its_memory_and_does_not_push_out_what_is_used() {
    let documents = documents();
    let used = "{ viewer { roles } }";
    let new = |number: usize| format!("{{ patient(id: \"{number:07000}\") {{ id }} }}");
    for number in 0..120 {
        documents.parse(used).expect("it is valid");
        documents.parse(&new(number)).expect("it is valid");
    }
    documents.kept.run_pending_tasks();
    assert!(kept(&documents, used));
    assert!(documents.kept.weighted_size() <= CAPACITY, "{}", documents.kept.weighted_size());
    assert!(documents.kept.entry_count() < 60, "{}", documents.kept.entry_count());
}

#[test]
fn a_request_has_the_variables_that_its_operation_declares_and_no_others() {
    let request = requested(
        r#"{"query":"query($first: Int = 7, $order: Chronology! = OLDEST_FIRST, $after: Cursor) {
            patients(first: $first, orderBy: $order, after: $after) { totalCount } }",
            "variables":{"first":3,"unknown":"x"}}"#
            .replace('\n', " ")
            .as_str(),
    );
    let variables = request.expect("a request").variables;
    let names: Vec<&str> = variables.keys().map(|name| name.as_str()).collect();
    assert_eq!(names, ["first", "order"]);
    assert_eq!(variables["first"], Value::from(3));
    assert_eq!(variables["order"], Value::Enum(async_graphql::Name::new("OLDEST_FIRST")));
}

#[test]
fn an_operation_is_meant_without_doubt_or_not_at_all() {
    let two = "query A { viewer { roles } } query B { viewer { purpose } }";
    let body =
        |query: &str, name: &str| serde_json::json!({ "query": query, "operationName": name }).to_string();
    assert!(requested(&body(two, "B")).is_ok());
    assert!(requested(&body("query A { viewer { roles } }", "")).is_ok());
    for (query, name) in [(two, ""), (two, "Okafor"), ("{ viewer { roles } }", "A")] {
        let violation = requested(&body(query, name)).expect_err("nobody knows which is meant");
        assert_eq!(violation.code, crate::kernel::error::ErrorCode::GraphqlValidationFailed);
        assert!(violation.message.contains("`operationName`"), "{violation}");
        assert!(!violation.message.contains("Okafor"), "{violation}");
    }
}
