//! Selections: what is asked for, too deep, too wide, too often.

use super::{
    Attack,
    End::{Answered, Refused},
    LIMIT, many,
};
use serde_json::json;

const COST: &str = "QUERY_TOO_COMPLEX";

pub fn attacks() -> Vec<Attack> {
    let braces = |levels: usize| "{a".repeat(levels) + &"}".repeat(levels);
    let loops = "careTeam{nodes{patient{".repeat(5) + "id" + &"}}}".repeat(5);
    vec![
        Attack::document("20,000 braces", "{".repeat(20_000), Refused(LIMIT, "48 levels")),
        Attack::document("60 KB of nested selections", braces(20_000), Refused(LIMIT, "48 levels")),
        Attack::document("selections nested 40 levels", braces(40), Refused(LIMIT, "15 levels")),
        Attack::document(
            "from a patient to the care team and back, over and over",
            format!("{{patients{{nodes{{{loops}}}}}}}"),
            Refused(LIMIT, "15 levels"),
        )
        .from("DVGA: Deep Recursion Query Attack"),
        Attack::document(
            "pages of a hundred within a page of a hundred",
            "{patients(first:100){nodes{careTeam(first:100){nodes{practitioner{id}}}}}}",
            Refused(COST, "limit of 10000"),
        ),
        Attack::document(
            "ten times the largest page, with all that hangs under it",
            format!(
                "{{{}}}fragment P on PatientConnection{{nodes{{identity{{__typename}}careTeam{{nodes{{id}}}}}}}}",
                many(10, |number| format!("p{number}:patients(first:100){{...P}}"))
            ),
            Refused(COST, "limit of 10000"),
        ),
        Attack::request(
            "a page whose size comes late",
            json!({
                "query": "query($n:Int){patients(first:$n){nodes{consents(first:$n){nodes{patient{id}}}}}}",
                "variables": { "n": 100 },
            }),
            Refused(COST, "limit of 10000"),
        ),
        Attack::document(
            "inline fragments nested as deep as the guard lets through",
            format!("{}__typename{}", "{...on Query".repeat(30) + "{", "}".repeat(31)),
            Answered,
        ),
        Attack::document(
            "nested inline fragments, deeper than a person would",
            format!("{}__typename{}", "{...".repeat(46) + "{", "}".repeat(47)),
            Refused(LIMIT, "32 levels"),
        ),
        Attack::document(
            "the same root field five hundred times",
            format!("query{{{}}}", "__typename \n".repeat(500)),
            Refused(LIMIT, "20 root fields"),
        )
        .from("graphql-cop: Field Duplication"),
        Attack::document(
            "the same field 1,900 times",
            format!("{{viewer{{{}}}}}", "roles ".repeat(1_900)),
            Answered,
        )
        .from("DVGA: Field Duplication Attack"),
        Attack::document(
            "the same object three hundred times",
            format!("{{viewer{{{}}}}}", "user{id}".repeat(300)),
            Answered,
        ),
        Attack::document(
            "a hundred aliases of a root field",
            format!("{{{}}}", many(101, |number| format!("alias{number}:__typename "))),
            Refused(LIMIT, "20 root fields"),
        )
        .from("graphql-cop: Alias Overloading"),
        Attack::document(
            "aliases of a field that costs something",
            format!(
                "{{{}}}",
                many(10, |number| format!("q{number}:viewer{{a:roles b:roles c:permissions{{permission}}}}"))
            ),
            Refused(LIMIT, "30 aliases"),
        )
        .from("DVGA: Aliases based Attack"),
        Attack::document(
            "aliases within a fragment that is spread again and again",
            format!("{{viewer{{{}}}}} fragment F on Viewer{{a:roles b:roles c:roles}}", "...F ".repeat(11)),
            Refused(LIMIT, "30 aliases"),
        ),
        Attack::document(
            "1,990 root fields with names of their own",
            format!("{{{}}}", many(1_990, |number| format!("f{number} "))),
            Refused(LIMIT, "20 root fields"),
        ),
        Attack::document(
            "the largest page, asked for over and over",
            format!("{{{}}}", many(21, |number| format!("q{number}:patients(first:100){{nodes{{id}}}}"))),
            Refused(LIMIT, "20 root fields"),
        )
        .from("DVGA: Resource Intensive Query Attack"),
        Attack::document(
            "more tokens than a document may have",
            format!("{{viewer{{{}}}}}", "roles ".repeat(2_000)),
            Refused(LIMIT, "2000 tokens"),
        ),
    ]
}
