use apollo_compiler::parser::Parser;
use async_graphql::parser::parse_query;
use serde_json::Value as Json;

use super::*;

fn translated(document: &str) -> Result<ExecutableDocument, Violation> {
    let parsed = Parser::new().parse_ast(document, "document").expect("it is GraphQL");
    translate(&parsed, &Places::new(document))
}

/// The document without places: async-graphql gives some things others, such as a selection set that of its brace.
fn without_places(document: &ExecutableDocument) -> Json {
    fn strip(value: &mut Json) {
        match value {
            Json::Object(members) => {
                members.remove("pos");
                members.values_mut().for_each(strip);
            }
            Json::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut json = serde_json::to_value(document).expect("a document is JSON");
    strip(&mut json);
    json
}

#[test]
fn a_document_is_translated_into_what_the_executors_own_parser_reads() {
    for document in [
        include_str!("../introspection.graphql"),
        "{a}",
        // async-graphql wants a variable's directives before its default, which the specification does not.
        "query Q($a:[[Int!]!]!=[[1]],$b:T={c:[]},$f:Int @d(x:1))@e{a}",
        "query A{a:b(c:1,d:-0,e:1.5e3,f:\"\\u00e9\\n\",g:true,h:null,i:E,j:[1 [2]],k:{l:{m:$n}})@o(p:$q)@r{s}}",
        "mutation B{...F@a ...on T@b{c}...@d{e}...{f}} fragment F on U@g{h} query C{i}",
        "subscription{a}",
        "{a(b:\"\"\"\n    two\n      lines, \"quoted\"\n  \"\"\" c:\"\" d:\"\"\"\"\"\")}",
        "{a(b:9223372036854775807 c:18446744073709551615 d:99999999999999999999999999 e:-1E-7)}",
    ] {
        let translated = translated(document).expect("it can be executed");
        let read = parse_query(document).expect("async-graphql reads it");
        assert_eq!(without_places(&translated), without_places(&read), "{document}");
    }
}

#[test]
fn what_may_fail_when_it_is_executed_has_the_place_that_the_executors_own_parser_gives_it() {
    let document = "query Q {\r\n  a: b\n}";
    let of = |document: &ExecutableDocument| {
        let (_, operation) = document.operations.iter().next().expect("an operation");
        let field = &operation.node.selection_set.node.items[0];
        let Selection::Field(inner) = &field.node else { panic!("a field") };
        [operation.pos, field.pos, inner.pos, inner.node.name.pos]
    };
    let ours = of(&translated(document).expect("it can be executed"));
    assert_eq!(ours, of(&parse_query(document).expect("async-graphql reads it")));
    assert_eq!((ours[3].line, ours[3].column), (2, 6));
}

#[test]
fn what_no_document_may_be_is_refused() {
    for (document, says) in [
        ("query A{a} query A{a}", "defined twice"),
        ("{a} fragment F on T{a} fragment F on T{a}", "defined twice"),
        ("{a}{a}", "without a name"),
        ("{a} query A{a}", "without a name"),
        ("query A{a} {a}", "without a name"),
        ("fragment F on T{a}", "does not contain an operation"),
        ("{a} type T{a:Int}", "part of a schema"),
        ("{a(b:1e999)}", "too large"),
    ] {
        let violation = translated(document).expect_err(document);
        assert!(violation.message.contains(says), "{violation}");
    }
}

/// async-graphql's own parser keeps the backslash of the first and refuses the last two.
#[test]
fn text_is_read_as_the_specification_has_it() {
    for (literal, text) in [
        (r#""""a \""" b""""#, "a \"\"\" b"),
        (r#""\u00e9\n\/""#, "é\n/"),
        (r#""\u{1F600}""#, "😀"),
        (r#""\uD83D\uDE00""#, "😀"),
    ] {
        let document = translated(&format!("{{a(b:{literal})}}")).expect("it can be executed");
        let (_, operation) = document.operations.iter().next().expect("an operation");
        let Selection::Field(field) = &operation.node.selection_set.node.items[0].node else {
            panic!("a field")
        };
        assert_eq!(field.node.arguments[0].1.node, Value::String(text.to_owned()), "{literal}");
    }
}
