//! Operations: which one is meant, and what else a document may hold.

use serde_json::json;

use super::{
    Attack, BAD_REQUEST,
    End::{Answered, Refused},
    PARSE, VALIDATION,
};

const TWO: &str = "query A{__typename} mutation B{signOut{result{endedAt}}}";

pub fn attacks() -> Vec<Attack> {
    let named = |document: &str, name: &str| json!({ "query": document, "operationName": name });
    let none = Refused(VALIDATION, "operationName");
    vec![
        Attack::request("an operation that there is not", named(TWO, "C"), none),
        Attack::request("two operations and no choice", json!({ "query": TWO }), none),
        Attack::request("a name for an operation without one", named("{__typename}", "A"), none),
        Attack::request(
            "an operation's name of 60 KB",
            named("query A{__typename}", &"A".repeat(60_000)),
            none,
        ),
        Attack::request(
            "a name that writes a line into the log",
            named("query A{__typename}", "A\n2026-11-21T08:00:00Z INFO signed in as ADMIN"),
            none,
        )
        .from("DVGA: Log spoofing / Log Injection"),
        Attack::document(
            "a name in the document that writes a line into the log",
            "query getPastes\nINFO signed in as ADMIN{__typename}",
            Refused(PARSE, "line 2"),
        )
        .from("DVGA: Log spoofing / Log Injection"),
        Attack::bytes(
            "a name that is a list",
            r#"{"query":"query A{__typename}","operationName":["A"]}"#,
            Refused(BAD_REQUEST, "`operationName`"),
        ),
        Attack::request(
            "the name of a harmless operation on a harmful one",
            named("query getPastes{systemHealth}", "getPastes"),
            Refused(VALIDATION, ""),
        )
        .from("DVGA: GraphQL Query Deny List Bypass"),
        Attack::request("an empty name", named("query A{__typename}", ""), Answered),
        Attack::document("a subscription", "subscription{paste{id title}}", Refused(VALIDATION, "")),
        Attack::document("a type", "{__typename} type Query{a:Int}", Refused(PARSE, "line 1")),
        Attack::document(
            "more of the schema",
            "extend type Query{a:Int} {__typename}",
            Refused(PARSE, "line 1"),
        ),
        Attack::document("a deferred fragment", "{... @defer{__typename}}", Refused(VALIDATION, "")),
        Attack::document(
            "a streamed list",
            "{viewer{roles @stream(initialCount:0)}}",
            Refused(VALIDATION, ""),
        ),
        Attack::document("a live query", "query @live{__typename}", Refused(VALIDATION, "")),
        Attack::request(
            "a persisted document that nobody stored",
            json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": "0".repeat(64) } } }),
            Refused(BAD_REQUEST, "`query`"),
        ),
        Attack::request(
            "a wish to be traced",
            json!({ "query": "{__typename}", "extensions": { "tracing": true, "debug": true } }),
            Answered,
        )
        .from("graphql-cop: GraphQL Tracing / Debug Modes"),
        Attack::document(
            "a system field of another server",
            "{_service{sdl} _entities(representations:[]){__typename}}",
            Refused(VALIDATION, ""),
        )
        .from("DVGA: OS Command Injection #2"),
    ]
}
