//! Input literals: the parser and the validator recurse over them.

use super::{
    Attack, BAD_INPUT,
    End::{Failed, Refused},
    LIMIT, PARSE, VALIDATION, many,
};

pub fn attacks() -> Vec<Attack> {
    let lists = |levels: usize| "[".repeat(levels) + "1" + &"]".repeat(levels);
    let objects = |levels: usize| "{and:".repeat(levels) + "1" + &"}".repeat(levels);
    let too_deep = Refused(LIMIT, "48 levels");
    vec![
        Attack::document("8 KB of nested lists", format!("{{patients(filter:{})}}", lists(4_000)), too_deep),
        Attack::document(
            "6 KB of nested objects",
            format!("{{patients(filter:{})}}", objects(1_000)),
            too_deep,
        ),
        Attack::document(
            "60 KB of nested lists",
            format!("{{patients(filter:{})}}", lists(30_000)),
            too_deep,
        ),
        Attack::document(
            "60 KB of nested objects",
            format!("{{patients(filter:{})}}", objects(10_000)),
            too_deep,
        ),
        Attack::document(
            "60 KB of lists that are never closed",
            format!("{{a(b:{}", "[".repeat(60_000)),
            too_deep,
        ),
        Attack::document(
            "nested lists under an unknown argument",
            format!("{{viewer(a:{})}}", lists(4_000)),
            too_deep,
        ),
        Attack::document(
            "nested lists as the argument of a directive",
            format!("{{__typename @skip(if:{})}}", lists(4_000)),
            too_deep,
        ),
        Attack::document(
            "nested lists as a variable's default",
            format!("query($v:[Int]={}){{__typename}}", lists(4_000)),
            too_deep,
        ),
        Attack::document(
            "a type of nested lists",
            format!("query($v:{}){{__typename}}", lists(4_000)),
            too_deep,
        ),
        Attack::document(
            "nested lists behind an empty string",
            format!(r#"{{patients(filter:["" {}])}}"#, lists(4_000)),
            too_deep,
        ),
        Attack::document(
            "nested lists behind an empty block string",
            format!(r#"{{patients(filter:["""""" {}])}}"#, lists(4_000)),
            too_deep,
        ),
        Attack::document(
            "nested lists within a block string that is never closed",
            format!(r#"{{patients(filter:["""" {}])}}"#, lists(4_000)),
            Refused(PARSE, "block string"),
        ),
        Attack::document(
            "nested lists within a string that goes on after the line",
            format!("{{patients(filter:[\"\\\n\" {}])}}", lists(4_000)),
            Refused(PARSE, "string"),
        ),
        Attack::document(
            "lists nested as deep as the guard lets through, of the wrong type",
            format!("{{patients(filter:{}){{totalCount}}}}", lists(46)),
            Refused(VALIDATION, ""),
        ),
        Attack::document(
            "a filter nested as deep as the guard lets through",
            format!(
                "{{patients(filter:{}{{status:{{eq:ACTIVE}}}}{}){{totalCount}}}}",
                "{and:".repeat(43),
                "}".repeat(43)
            ),
            Failed(BAD_INPUT),
        ),
        Attack::document(
            "20,000 values in a list",
            format!("{{patients(first:[{}])}}", "1,".repeat(20_000)),
            Refused(LIMIT, "2000 tokens"),
        ),
        Attack::document(
            "1,900 values in a list",
            format!("{{patients(first:[{}]){{totalCount}}}}", "1,".repeat(1_900)),
            Refused(VALIDATION, ""),
        ),
        Attack::document(
            "values that run together, so that each is many to the parser",
            format!("{{patients(first:[{}])}}", "true".repeat(12_000)),
            Refused(LIMIT, "256 characters"),
        ),
        Attack::document(
            "a thousand objects in a list",
            format!("{{patients(filter:{{and:[{}]}}){{totalCount}}}}", many(900, |_| "{}".to_owned())),
            Failed(BAD_INPUT),
        ),
    ]
}
