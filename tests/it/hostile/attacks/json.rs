//! The body: JSON that is none, or more than it seems.

use super::{
    Attack, BAD_REQUEST,
    End::{Answered, Refused},
    LIMIT, many,
};

const TYPENAME: &str = r#"{"query":"{__typename}"}"#;

pub fn attacks() -> Vec<Attack> {
    let not_json = Refused(BAD_REQUEST, "JSON");
    let batch = Refused(BAD_REQUEST, "one operation per request");
    vec![
        Attack::bytes("a batch of ten", format!("[{}]", [TYPENAME; 10].join(",")), batch)
            .from("graphql-cop: Batch Queries"),
        Attack::bytes("a batch of one", format!(" [{TYPENAME}]"), batch).from("DVGA: Batch Query Attack"),
        Attack::bytes("a batch of two thousand", format!("[{}]", vec![TYPENAME; 2_000].join(",")), batch),
        Attack::bytes("an empty batch", "[]", batch),
        Attack::bytes("50,000 open lists", "[".repeat(50_000), batch),
        Attack::bytes(
            "an unknown member nested 50,000 deep",
            format!(r#"{{"a":{}"#, "[".repeat(50_000)),
            Refused(LIMIT, "32 levels"),
        ),
        Attack::bytes("20,000 open objects", "{\"a\":".repeat(13_000), Refused(LIMIT, "32 levels")),
        Attack::bytes("a body that breaks off", r#"{"query":"{__type"#, not_json),
        Attack::bytes("a body that breaks off in an escape", "{\"query\":\"\\", not_json),
        Attack::bytes("a body that goes on", format!("{TYPENAME}}}"), not_json),
        Attack::bytes("two bodies", format!("{TYPENAME}{TYPENAME}"), not_json),
        Attack::bytes("no body", "", Refused(BAD_REQUEST, "empty")),
        Attack::bytes("a body of 60 KB of spaces", " ".repeat(60_000), Refused(BAD_REQUEST, "empty")),
        Attack::bytes("null", "null", Refused(BAD_REQUEST, "object")),
        Attack::bytes("a number", "1e5", Refused(BAD_REQUEST, "object")),
        Attack::bytes("a comment", r#"{/**/"query":"{__typename}"}"#, not_json),
        Attack::bytes("single quotes", "{'query':'{__typename}'}", not_json),
        Attack::bytes("a comma too many", r#"{"query":"{__typename}",}"#, not_json),
        Attack::bytes("not a number", r#"{"query":"{__typename}","variables":{"a":NaN}}"#, not_json),
        Attack::bytes("a line end in a string", "{\"query\":\"{__typename\n}\"}", not_json),
        Attack::bytes(
            "a number of 60,000 digits",
            format!(r#"{{"query":"{{__typename}}","variables":{{"a":{}}}}}"#, "9".repeat(60_000)),
            not_json,
        ),
        Attack::bytes(
            "a number beyond all numbers",
            r#"{"query":"{__typename}","variables":{"a":1e999999999}}"#,
            not_json,
        ),
        Attack::bytes(
            "a fraction of 60,000 digits",
            format!(r#"{{"query":"{{__typename}}","variables":{{"a":0.{}}}}}"#, "3".repeat(60_000)),
            Answered,
        ),
        Attack::bytes(
            "two documents",
            r#"{"query":"{__typename}","query":"mutation{signOut{result{endedAt}}}"}"#,
            Refused(BAD_REQUEST, "twice"),
        ),
        Attack::bytes(
            "two names of the operation",
            r#"{"query":"{__typename}","operationName":"A","operationName":"B"}"#,
            Refused(BAD_REQUEST, "twice"),
        ),
        Attack::bytes(
            "the document's name in an escape, and again",
            r#"{"query":"{__typename}","qu\u0065ry":"{a}"}"#,
            Refused(BAD_REQUEST, "twice"),
        ),
        Attack::bytes(
            "a document that is a list",
            r#"{"query":["{__typename}"]}"#,
            Refused(BAD_REQUEST, "`query`"),
        ),
        Attack::bytes("a document that is null", r#"{"query":null}"#, Refused(BAD_REQUEST, "`query`")),
        Attack::bytes(
            "a prototype",
            r#"{"query":"{__typename}","__proto__":{"admin":true},"constructor":{"prototype":{}}}"#,
            Answered,
        ),
        Attack::bytes(
            "5,000 members that nobody asked for",
            format!("{{{}\"query\":\"{{__typename}}\"}}", many(5_000, |number| format!("\"m{number}\":1,"))),
            Answered,
        ),
        Attack::bytes(
            "a body over the cap",
            format!(r#"{{"query":"{{__typename}}{}"}}"#, " ".repeat(65_536)),
            Refused("PAYLOAD_TOO_LARGE", "65536"),
        ),
        Attack::bytes("a megabyte", "x".repeat(1 << 20), Refused("PAYLOAD_TOO_LARGE", "65536")),
    ]
}
