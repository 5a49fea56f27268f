//! Variables: JSON that reaches the schema.

use serde_json::{Value, json};

use super::{
    Attack, BAD_INPUT, BAD_REQUEST,
    End::{Answered, Failed, Refused},
    LIMIT, VALIDATION, many,
};

const FILTERED: &str = "query($filter:PatientFilter){patients(filter:$filter){totalCount}}";

pub fn attacks() -> Vec<Attack> {
    let raw = |variables: &str| format!(r#"{{"query":"{{__typename}}","variables":{variables}}}"#);
    let nested = |levels: usize| "{\"and\":".repeat(levels) + "1" + &"}".repeat(levels);
    let filter = (0..28).fold(json!({ "status": { "eq": "ACTIVE" } }), |inner, _| json!({ "not": inner }));
    let page = |first: Value| json!({ "query": "query($first:Int){patients(first:$first){totalCount}}", "variables": { "first": first } });
    vec![
        Attack::bytes("33 levels", raw(&nested(33)), Refused(LIMIT, "32 levels")),
        Attack::bytes(
            "10,000 levels of objects",
            raw(&"{\"a\":".repeat(10_000)),
            Refused(LIMIT, "32 levels"),
        ),
        Attack::bytes("50,000 levels of lists", raw(&"[".repeat(50_000)), Refused(LIMIT, "32 levels")),
        Attack::bytes(
            "10,000 values",
            raw(&format!("{{\"a\":[{}1]}}", "1,".repeat(10_000))),
            Refused(LIMIT, "5000 values"),
        ),
        Attack::bytes(
            "6,000 variables that nothing defines",
            raw(&format!("{{{}\"z\":1}}", many(5_200, |number| format!("\"v{number}\":1,")))),
            Refused(LIMIT, "5000 values"),
        ),
        Attack::bytes(
            "4,000 variables that nothing defines",
            raw(&format!("{{{}\"z\":1}}", many(4_000, |number| format!("\"v{number}\":1,")))),
            Answered,
        ),
        Attack::bytes(
            "one variable four thousand times",
            raw(&format!("{{{}\"z\":1}}", "\"v\":1,".repeat(4_000))),
            Answered,
        ),
        Attack::bytes(
            "a variable of a name of 60 KB that nothing defines",
            raw(&format!("{{\"{}\":1}}", "v".repeat(60_000))),
            Answered,
        ),
        Attack::bytes("a list in place of variables", raw("[1]"), Refused(BAD_REQUEST, "objects")),
        Attack::bytes("text in place of variables", raw("\"{}\""), Refused(BAD_REQUEST, "objects")),
        Attack::request(
            "a filter nested 29 levels",
            json!({ "query": FILTERED, "variables": { "filter": filter } }),
            Failed(BAD_INPUT),
        ),
        Attack::request(
            "4,000 conditions",
            json!({ "query": FILTERED, "variables": { "filter": { "or": vec![json!({}); 4_000] } } }),
            Failed(BAD_INPUT),
        ),
        Attack::request(
            "a list of 4,000 statuses",
            json!({ "query": FILTERED, "variables": { "filter": { "status": { "in": vec!["ACTIVE"; 4_000] } } } }),
            Answered,
        ),
        Attack::request(
            "a variable that is missing",
            json!({ "query": "query($id:ID!){patient(id:$id){id}}" }),
            Refused(VALIDATION, ""),
        ),
        Attack::request(
            "an object in place of an id",
            json!({ "query": "query($id:ID!){patient(id:$id){id}}", "variables": { "id": { "$ne": null } } }),
            Refused(VALIDATION, ""),
        ),
        Attack::request("2,147,483,647 as a page", page(json!(i32::MAX)), Failed(BAD_INPUT)),
        Attack::request("a page of minus one", page(json!(-1)), Failed(BAD_INPUT)),
        Attack::request("a page beyond 32 bits", page(json!(1_i64 << 31)), Refused(VALIDATION, "")),
        Attack::request("a page of one and a half", page(json!(1.5)), Refused(VALIDATION, "")),
        Attack::request("a page of 1e300", page(json!(1e300)), Refused(VALIDATION, "")),
        Attack::request("a page of true", page(json!(true)), Refused(VALIDATION, "")),
        Attack::request(
            "operators of a document database",
            json!({ "query": FILTERED, "variables": { "filter": { "$where": "sleep(10000)" } } }),
            Refused(VALIDATION, ""),
        ),
    ]
}
