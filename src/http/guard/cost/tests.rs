use std::time::{Duration, Instant};

use async_graphql::Variables;

use super::super::validation;
use super::super::{Documents, Limits, read, read_body};
use super::*;
use crate::kernel::error::ErrorCode;
use crate::kernel::limit::built_in;

fn prices(document: &str) -> Prices {
    let schema = validation::schema(&crate::schema::sdl());
    let read = read(document, &Limits::default()).expect("the document keeps the limits");
    validation::check(document, &read.parsed, &schema).expect("the document is valid");
    Prices::of(&read.executable, &schema)
}

fn cost(document: &str) -> u64 {
    prices(document).cost(None, &Variables::default())
}

#[test]
fn a_request_costs_one_and_an_object_one_more_and_what_stands_in_a_row_nothing() {
    assert_eq!(cost("{ __typename }"), 1);
    assert_eq!(cost("{ viewer { roles purpose __typename } }"), 2);
    assert_eq!(cost("{ viewer { user { id } permissions { permission } } }"), 4);
}

#[test]
fn a_page_counts_as_often_as_it_has_rows() {
    assert_eq!(cost("{ patients(first: 7) { nodes { id displayCode } } }"), 1 + 2 + 7);
    assert_eq!(cost("{ patients(first: 7) { edges { cursor node { id } } } }"), 1 + 2 + 7 * 2);
    assert_eq!(cost("{ patients { nodes { id } } }"), 1 + 2 + 25, "a page of the root that nobody sized");
    assert_eq!(cost("{ patients(first: null) { nodes { id } } }"), 1 + 2 + 25);
    let team = "{ patients(first: 4) { nodes { careTeam { nodes { id } } } } }";
    assert_eq!(cost(team), 1 + 2 + 4 * (1 + 2 + 10), "a page within another that nobody sized");
    assert_eq!(cost("{ patients(first: 7) { totalCount pageInfo { endCursor } } }"), 1 + 2 + 5 + 1);
}

#[test]
fn a_page_is_as_large_as_its_variable_says() {
    let prices = prices(
        "query($n: Int, $m: Int = 3) { patients(first: $n) { nodes { careTeam(first: $m) { nodes { id } } } } }",
    );
    let with = |n: Option<i32>, m: Option<i32>| {
        let mut variables = Variables::default();
        for (name, value) in [("n", n), ("m", m)] {
            if let Some(value) = value {
                variables.insert(Name::new(name), Value::from(value));
            }
        }
        prices.cost(None, &variables)
    };
    assert_eq!(with(Some(4), Some(3)), 1 + 2 + 4 * (1 + 2 + 3));
    assert_eq!(with(Some(100), Some(100)), 1 + 2 + 100 * (1 + 2 + 100));
    assert_eq!(with(None, None), 1 + 2 + 25 * (1 + 2 + 10));
    assert_eq!(with(Some(i32::MAX), Some(3)), with(Some(100), Some(3)), "what is refused costs no more");
    assert_eq!(with(Some(-1), Some(3)), with(Some(1), Some(3)));
}

#[test]
fn what_is_protected_searched_or_changed_costs_more() {
    let id = "019b8c18-e382-7000-8000-000000000002";
    let name = "identity { ... on PatientIdentity { fullName } ... on Withheld { reason } }";
    assert_eq!(cost(&format!("{{ patient(id: \"{id}\") {{ {name} }} }}")), 1 + 1 + 3);
    let search = "{ patients(first: 1, search: { namePrefix: \"Oka\" }) { nodes { id } } }";
    assert_eq!(cost(search), 1 + 2 + 50 + 1);
    let sign_in = "mutation { signIn(input: { organization: \"a\", email: \"b\", password: \"c\" }) { userErrors { code } } }";
    assert_eq!(cost(sign_in), 1 + 100 + 1);
    let sign_out = "mutation { signOut { userErrors { code } } }";
    assert_eq!(cost(sign_out), 1 + 11 + 1);
}

#[test]
fn a_fragment_costs_what_stands_in_it_wherever_it_is_spread() {
    let spread = "{ patients(first: 5) { ...P } locations(first: 2) { nodes { ...L } } }
        fragment P on PatientConnection { totalCount nodes { ...Q } }
        fragment Q on Patient { id careTeam(first: 2) { nodes { id } } }
        fragment L on Location { id parent { id } }";
    let plain = "{ patients(first: 5) { totalCount nodes { id careTeam(first: 2) { nodes { id } } } }
        locations(first: 2) { nodes { id parent { id } } } }";
    assert_eq!(cost(spread), cost(plain));
    let variable = spread.replace("first: 2) { nodes { id } }", "first: $n) { nodes { id } }");
    let priced = prices(&format!("query($n: Int = 2) {variable}"));
    let two = Variables::from_json(serde_json::json!({ "n": 2 }));
    assert_eq!(priced.cost(None, &two), cost(plain));
}

#[test]
fn each_operation_of_a_document_has_its_own_cost() {
    let prices = prices("query A { viewer { roles } } query B { patients(first: 3) { nodes { id } } }");
    assert_eq!(prices.cost(Some("A"), &Variables::default()), 2);
    assert_eq!(prices.cost(Some("B"), &Variables::default()), 6);
}

#[test]
fn lists_within_lists_that_come_to_too_much_are_refused_with_what_they_come_to() {
    let documents = Documents::new(Limits::default(), &crate::schema::sdl());
    let document = |n: u32| {
        format!(
            r#"{{"query":"query($n: Int) {{ patients(first: 100) {{ nodes {{ careTeam(first: $n) {{ nodes {{ id }} }} }} }} }}","variables":{{"n":{n}}}}}"#
        )
    };
    let asked = |n: u32| {
        let parameters = read_body(document(n).as_bytes(), documents.limits()).expect("a request");
        let parsed = documents.parse(&parameters.query).expect("the document is valid");
        documents.request(parsed, parameters)
    };
    assert_eq!(asked(96).expect("below the limit").cost, 1 + 2 + 100 * (1 + 2 + 96));
    let violation = asked(97).expect_err("beyond the limit");
    assert_eq!(violation.code, ErrorCode::QueryTooComplex);
    assert!(violation.message.contains("10003 points") && violation.message.contains("limit of 10000"));
}

#[test]
fn pages_within_pages_are_multiplied() {
    let deep = (0..4).fold("id".to_owned(), |inner, _| {
        format!("careTeam(first: 100) {{ nodes {{ patient {{ {inner} }} }} }}")
    });
    let cost = cost(&format!("{{ patients(first: 100) {{ nodes {{ {deep} }} }} }}"));
    assert!((20_000_000_000..21_000_000_000).contains(&cost), "two objects in each of 100^5 places: {cost}");
}

#[test]
fn fragments_that_spread_each_other_are_priced_once() {
    let links: String = (0..10)
        .map(|link| {
            format!(
                "fragment F{link} on Patient {{ careTeam(first: $n) {{ nodes {{ id }} }} ...F{0} ...F{0} }}",
                link + 1
            )
        })
        .collect();
    let document = format!(
        "query($n: Int) {{ patients {{ nodes {{ ...F0 }} }} }} {links} fragment F10 on Patient {{ id }}"
    );
    let schema = validation::schema(&crate::schema::sdl());
    let read = read(&document, &Limits::default()).expect("the document keeps the limits");
    let begun = Instant::now();
    let prices = Prices::of(&read.executable, &schema);
    assert!(prices.formulas.len() < 40, "{} formulas", prices.formulas.len());
    // 2^10 - 1 teams of two, each with its page.
    assert_eq!(
        prices.cost(None, &Variables::from_json(serde_json::json!({ "n": 2 }))),
        1 + 2 + 25 * (1 + 1_023 * (2 + 2))
    );
    assert!(begun.elapsed() < Duration::from_secs(1), "it took {:?}", begun.elapsed());
}

#[test]
fn every_document_that_comes_with_the_server_is_valid_and_within_the_limit() {
    let documents = Documents::new(Limits::default(), &crate::schema::sdl());
    for text in built_in().values() {
        let document = documents.parse(text).unwrap_or_else(|violation| panic!("{text}: {violation}"));
        let named = text.split("query ").nth(1).or(text.split("mutation ").nth(1)).unwrap_or_default();
        assert!(!named.is_empty() && document.executable().operations.iter().count() == 1, "{text}");
    }
    assert!(built_in().len() >= 10, "{}", built_in().len());
}
