use crate::kernel::error::ErrorCode;
use std::time::{Duration, Instant};

use super::violation::LONGEST_MESSAGE;
use super::*;

/// The query that explorers and code generators send, with every option of the reference implementation.
const INTROSPECTION: &str = include_str!("introspection.graphql");

fn parsed(document: &str) -> Result<ExecutableDocument, Violation> {
    read(document, &Limits::default()).map(|read| read.executable)
}

#[track_caller]
fn accepted(document: &str) {
    parsed(document).expect("the document keeps the limits");
}

#[track_caller]
fn refused(document: &str, code: ErrorCode, says: &str) {
    violated(parsed(document).expect_err("the document breaks a limit"), code, says);
}

#[track_caller]
fn body_refused(body: &str, code: ErrorCode, says: &str) {
    violated(
        read_body(body.as_bytes(), &Limits::default()).expect_err("the body breaks a limit"),
        code,
        says,
    );
}

#[track_caller]
fn violated(violation: Violation, code: ErrorCode, says: &str) {
    assert_eq!(violation.code, code, "{violation}");
    assert!(violation.message.contains(says), "{violation}");
    assert!(violation.message.chars().count() <= LONGEST_MESSAGE, "{violation}");
}

fn with_variables(variables: &str) -> String {
    format!(r#"{{"query":"{{a}}","variables":{variables}}}"#)
}

/// A chain of fragments that each spread the next one twice.
fn doubling(links: usize) -> String {
    let links: String =
        (0..links).map(|link| format!("fragment F{link} on Q{{...F{0} ...F{0}}}", link + 1)).collect();
    format!("{{...F0}}{links}")
}

const LIMIT: ErrorCode = ErrorCode::DocumentLimitExceeded;
const PARSE: ErrorCode = ErrorCode::GraphqlParseFailed;
const BAD: ErrorCode = ErrorCode::BadRequest;

#[test]
fn a_nested_input_literal_is_refused() {
    refused(&format!("{{a(x:{}1{})}}", "[".repeat(4_000), "]".repeat(4_000)), LIMIT, "48 levels");
    refused(&format!("{{a(x:{}1{})}}", "{y:".repeat(2_000), "}".repeat(2_000)), LIMIT, "48 levels");
    refused(&format!("query($v:{}I{}){{a}}", "[".repeat(4_000), "]".repeat(4_000)), LIMIT, "48 levels");
}

#[test]
fn twenty_thousand_braces_are_refused() {
    refused(&"{".repeat(20_000), LIMIT, "48 levels");
    refused(&"{a".repeat(10_000), LIMIT, "48 levels");
}

#[test]
fn nesting_up_to_the_limit_is_accepted() {
    accepted(&format!("{{a(x:{}1{})}}", "[".repeat(46), "]".repeat(46)));
    refused(&format!("{{a(x:{}1{})}}", "[".repeat(47), "]".repeat(47)), LIMIT, "48 levels");
}

#[test]
fn brackets_in_strings_and_comments_do_not_count() {
    let brackets = "{[(".repeat(200);
    accepted(&format!(r#"{{a(x:"{brackets}")}}"#));
    accepted(&format!(r#"{{a(x:"\"{brackets}\\")}}"#));
    accepted(&format!(r#"{{a(x:"""{brackets} \""" {brackets}""")}}"#));
    accepted(&format!("{{a # {brackets} \"\n}}"));
}

#[test]
fn brackets_after_an_empty_string_count() {
    let brackets = "[".repeat(100);
    refused(&format!(r#"{{a(x:["" {brackets}"#), LIMIT, "48 levels");
    refused(&format!(r#"{{a(x:["""""" {brackets}"#), LIMIT, "48 levels");
    refused(&format!("{{a # x\r{brackets}"), LIMIT, "48 levels");
}

#[test]
fn a_string_that_does_not_end_hides_nothing() {
    let brackets = "[".repeat(10_000);
    refused(&format!(r#"{{a(x:["""" {brackets}"#), PARSE, "line 1, column 7");
    refused(&format!("{{\n  a(x:[\" {brackets}"), PARSE, "line 2, column 8");
    refused(&format!("{{a(x:[\"\n {brackets}"), PARSE, "string");
    refused(&format!("{{a(x:[\"\\\n\" {brackets}"), PARSE, "string");
}

#[test]
fn a_token_flood_is_refused() {
    refused(&format!("{{a{{{}}}}}", "b ".repeat(2_000)), LIMIT, "2000 tokens");
    refused(&format!("{{a(x:[{}])}}", "-1".repeat(20_000)), LIMIT, "2000 tokens");
    refused(&format!("{{a(x:[{}])}}", "true ".repeat(5_000)), LIMIT, "2000 tokens");
    refused(&format!("{{a {}}}", "@b".repeat(5_000)), LIMIT, "2000 tokens");
    refused(&format!("{{a {}}}", "#\n".repeat(5_000)), LIMIT, "2000 tokens");
}

#[test]
fn values_that_run_together_are_refused() {
    refused(&format!("{{a(x:[{}])}}", "true".repeat(10_000)), LIMIT, "256 characters");
    refused(&format!("{{a(x:[{}])}}", "0".repeat(10_000)), PARSE, "zero");
    refused("{a(x:1.)}", PARSE, "digit");
    refused("{a(x:-)}", PARSE, "digit");
    refused("{a(x:1.5.5)}", PARSE, "runs into");
    accepted("{a(x:[0 -1 1.5 -0.5e+10 1E5 trueish nullable])}");
}

#[test]
fn long_comments_are_refused_and_short_ones_are_not() {
    accepted(&format!("#{}\n{{a}}", "x".repeat(8_000)));
    refused(&format!("#{}\n{{a}}", "x".repeat(60_000)), LIMIT, "8192 bytes of comments");
}

#[test]
fn doubling_fragments_are_refused_whether_spread_or_not() {
    let bomb = doubling(25);
    assert!(bomb.len() < 1_024);
    refused(&bomb, LIMIT, "10000 selections");
    refused(&bomb.replacen("{...F0}", "{a}", 1), LIMIT, "10000 selections");
    refused(&doubling(100).replace("...F100", "a"), LIMIT, "selections");
}

#[test]
fn operations_that_share_a_bomb_are_counted_together() {
    let operations: String = (0..20).map(|number| format!("query Q{number}{{...F0}}")).collect();
    refused(&format!("{operations}{}", doubling(9).replacen("{...F0}", "", 1)), LIMIT, "10000 selections");
}

#[test]
fn cyclic_fragments_are_refused() {
    refused("{...A} fragment A on Q{...A}", LIMIT, "spreads itself");
    refused("{...A} fragment A on Q{b{...B}} fragment B on Q{... on Q{...A}}", LIMIT, "spreads itself");
    refused("{a} fragment A on Q{...B} fragment B on Q{...A}", LIMIT, "spreads itself");
}

#[test]
fn a_mutation_selects_each_of_its_keys_once() {
    let once = "once";
    refused("mutation{a a}", LIMIT, once);
    refused("mutation{a{b} ...F} fragment F on M{a{c}}", LIMIT, once);
    refused("mutation{...F ...F} fragment F on M{a}", LIMIT, once);
    refused("mutation{x:a ... on M{...{x:b}}}", LIMIT, once);
    refused("query Q{a} mutation M{a a}", LIMIT, once);
    refused("mutation{a @skip(if:true) a}", LIMIT, once);
    accepted("mutation{a x:a y:a b{c c ...F}} fragment F on T{c}");
    accepted("{a a ...F} fragment F on Q{a}");
}

#[test]
fn a_mutation_checks_one_password() {
    refused("mutation{signIn x:signIn}", LIMIT, "`signIn`");
    refused("mutation{x:signIn ...F} fragment F on M{y:signIn}", LIMIT, "`signIn`");
    accepted("mutation{x:signIn signOut}");
}

#[test]
fn the_character_nul_is_refused_wherever_it_hides() {
    refused(r#"{a(x:"\u0000")}"#, PARSE, "NUL");
    refused("{a(x:\"\u{0}\")}", PARSE, "NUL");
    accepted(r#"{a(x:"\\u0000")}"#);
    accepted(r#"{a(x:"""\u0000""")}"#);
    body_refused(&with_variables(r#"{"v":"\u0000"}"#), ErrorCode::BadRequest, "NUL");
    body_refused(&with_variables(r#"{"v":[{"a\u0000":1}]}"#), ErrorCode::BadRequest, "NUL");
    let text = read_body(with_variables(r#"{"v":"\\u0000"}"#).as_bytes(), &Limits::default());
    assert!(text.is_ok(), "a backslash and five letters are text");
}

#[test]
fn a_fragment_that_is_not_defined_is_left_to_the_validator() {
    accepted("{...Nowhere}");
}

#[test]
fn a_chain_of_fragments_is_as_long_as_selections_may_nest() {
    let chain = |links: usize| {
        let links: String =
            (1..links).map(|link| format!("fragment F{link} on Q{{...F{}}}", link + 1)).collect();
        format!("{{...F1}}{links}")
    };
    accepted(&format!("{}fragment F31 on Q{{a}}", chain(31)));
    refused(&format!("{}fragment F32 on Q{{a}}", chain(32)), LIMIT, "32 levels");
    refused(&format!("{}fragment F240 on Q{{a}}", chain(240)), LIMIT, "32 levels");
    refused(&format!("{{a}}{}fragment F240 on Q{{a}}", &chain(240)[7..]), LIMIT, "32 levels");
}

#[test]
fn inline_fragments_nest_no_deeper_than_selections_may() {
    accepted(&format!("{}{{a}}{}", "{...".repeat(31), "}".repeat(31)));
    refused(&format!("{}{{a}}{}", "{...".repeat(32), "}".repeat(32)), LIMIT, "32 levels");
}

#[test]
fn operations_that_share_a_chain_of_fragments_are_counted_together() {
    let operations: String = (0..100).map(|number| format!("query Q{number}{{...F0}}")).collect();
    let chain: String = (0..30).map(|link| format!("fragment F{link} on Q{{...F{}}}", link + 1)).collect();
    refused(&format!("{operations}{chain}fragment F30 on Q{{a}}"), LIMIT, "20000 selections");
}

#[test]
fn an_alias_flood_is_refused() {
    let aliases: String = (0..31).map(|number| format!("a{number}:b ")).collect();
    refused(&format!("{{a{{{aliases}}}}}"), LIMIT, "30 aliases");
    accepted(&format!("{{a{{{}}}}}", aliases.replacen("a0:b", "b", 1)));
    let fragment: String = (0..16).map(|number| format!("a{number}:b ")).collect();
    refused(&format!("{{a{{...F}} c{{...F}}}} fragment F on Q{{{fragment}}}"), LIMIT, "30 aliases");
}

#[test]
fn root_fields_are_counted_with_their_fragments() {
    accepted(&format!("{{{}}}", "a ".repeat(20)));
    refused(&format!("{{{}}}", "a ".repeat(21)), LIMIT, "20 root fields");
    refused(&format!("{{...F ...F}} fragment F on Q{{{}}}", "a ".repeat(11)), LIMIT, "20 root fields");
}

#[test]
fn depth_is_counted_with_its_fragments() {
    accepted(&format!("{}a{}", "{a".repeat(14) + "{", "}".repeat(15)));
    refused(&format!("{}a{}", "{a".repeat(15) + "{", "}".repeat(16)), LIMIT, "15 levels");
    let half = |spread: &str| format!("{}{spread}{}", "{a".repeat(8), "}".repeat(8));
    refused(&format!("{} fragment F on Q{}", half("{...F}"), half("")), LIMIT, "15 levels");
}

#[test]
fn the_standard_introspection_query_is_accepted() {
    accepted(INTROSPECTION);
    let halved = Limits { introspection_cost: Limits::default().introspection_cost / 2, ..Limits::default() };
    assert!(read(INTROSPECTION, &halved).is_ok(), "a schema twice as curious still passes");
}

#[test]
fn introspection_is_bounded_by_limits_of_its_own() {
    let circle = "fields{type{".repeat(5) + "name" + &"}}".repeat(5);
    refused(&format!("{{__schema{{types{{{circle}}}}}}}"), LIMIT, "1000000 points");
    refused(
        &format!("{{__schema{{types{{fields{{{}}}}}}}}}", "name ".repeat(1_500)),
        LIMIT,
        "1000000 points",
    );
    let chain = "{ofType".repeat(24) + "{name}" + &"}".repeat(24);
    refused(&format!("{{__type(name:\"A\"){chain}}}"), LIMIT, "24 levels");
}

#[test]
fn introspection_does_not_go_in_circles() {
    let circle = |times: usize| "{fields{type".repeat(times) + "{name}" + &"}}".repeat(times);
    accepted(&format!("{{__type(name:\"A\"){}}}", circle(2)));
    refused(&format!("{{__type(name:\"A\"){}}}", circle(3)), LIMIT, "lists of fields and types");
    accepted(&format!("{{__schema{{types{}}}}}", circle(1)));
    refused(&format!("{{__schema{{types{}}}}}", circle(2)), LIMIT, "lists of fields and types");
    refused(
        "{__type(name:\"A\"){...T}} fragment T on __Type{possibleTypes{interfaces{inputFields{name}}}}",
        LIMIT,
        "lists",
    );
    accepted("{a{fields{fields{fields{b}}}}}");
}

#[test]
fn introspection_is_not_repeated_by_aliases() {
    let aliases = |count: usize| -> String { (0..count).map(|number| format!("a{number}:name ")).collect() };
    accepted(&format!("{{a:__schema{{types{{{}}}}} b:c}}", aliases(3)));
    refused(&format!("{{__schema{{types{{{}}}}}}}", aliases(4)), LIMIT, "3 aliases");
    refused(
        &format!("{{__type(name:\"A\"){{{}}} __schema{{types{{{}}}}}}}", aliases(2), aliases(2)),
        LIMIT,
        "3 aliases",
    );
}

#[test]
fn the_whole_schema_is_asked_for_once() {
    accepted("query A{__schema{types{name}}} query B{__schema{types{name}}}");
    refused(
        "{a:__schema{types{name}} b:__schema{types{name}}}",
        LIMIT,
        "`__schema` more than the limit of 1",
    );
    refused(
        "{...S ...S} fragment S on Q{__schema{types{name}}}",
        LIMIT,
        "`__schema` more than the limit of 1",
    );
}

#[test]
fn an_alias_that_says_introspection_does_not_hide_depth() {
    refused(&format!("{{__schema:a{}}}", "{a".repeat(15) + &"}".repeat(15)), LIMIT, "15 levels");
}

#[test]
fn what_is_not_graphql_is_answered_with_its_place() {
    refused("{", PARSE, "line 1, column 2");
    refused("{\n  a(\n}", PARSE, "line 3");
    refused("", PARSE, "line 1, column 1");
    refused("fragment A on Q{a}", PARSE, "does not contain an operation");
    refused("query A{a} query A{a}", PARSE, "defined twice");
}

#[test]
fn a_fault_does_not_echo_the_document() {
    let secret = "Jane Roe ".repeat(5_000);
    let violation =
        parsed(&format!(r#"{{a(x:"{secret}") ! }}"#)).expect_err("an exclamation mark is no field");
    assert!(!violation.message.contains("Jane"), "{violation}");
}

#[test]
fn text_with_a_nul_is_refused_wherever_it_stands() {
    refused("{a(x:\"b\u{0}\")}", PARSE, "NUL (line 1, column 6)");
    refused("{a(x:\"\"\"b\u{0}\"\"\")}", PARSE, "NUL");
    refused(r#"{a(x:"b\u0000")}"#, PARSE, "NUL");
    accepted(r#"{a(x:"b\\u0000")}"#);
    accepted(r#"{a(x:"""b\u0000""")}"#);
    body_refused(&with_variables(r#"{"a":["b\u0000"]}"#), BAD, "NUL");
    body_refused(&with_variables(r#"{"\u0000":1}"#), BAD, "NUL");
    body_refused(r#"{"query":"{a}","operationName":"\u0000"}"#, BAD, "NUL");
    assert!(read_body(with_variables(r#"{"a":"\\u0000"}"#).as_bytes(), &Limits::default()).is_ok());
}

#[test]
fn deep_json_is_refused() {
    let nested = |levels: usize| "{\"a\":".repeat(levels) + "1" + &"}".repeat(levels);
    assert!(read_body(with_variables(&nested(32)).as_bytes(), &Limits::default()).is_ok());
    body_refused(&with_variables(&nested(33)), LIMIT, "32 levels");
    body_refused(&with_variables(&"[".repeat(50_000)), LIMIT, "32 levels");
    body_refused(&format!(r#"{{"ignored":{}}}"#, "[".repeat(50_000)), LIMIT, "32 levels");
    body_refused(&format!(r#"{{"query":"{{a}}","extensions":{}}}"#, nested(33)), LIMIT, "32 levels");
}

#[test]
fn huge_arrays_are_refused() {
    let array = |length: usize| with_variables(&format!("{{\"a\":[{}1]}}", "1,".repeat(length - 1)));
    assert!(read_body(array(4_999).as_bytes(), &Limits::default()).is_ok());
    body_refused(&array(5_000), LIMIT, "5000 values");
    body_refused(&with_variables(&format!("{{\"a\":[{}1]}}", r#""","#.repeat(20_000))), LIMIT, "5000 values");
    body_refused(&with_variables(&format!("{{\"a\":[{}1]}}", "{},".repeat(20_000))), LIMIT, "5000 values");
}

#[test]
fn keys_and_brackets_in_json_strings_do_not_count() {
    let members: Vec<String> = (0..3_000).map(|number| format!("\"k{number}\":1")).collect();
    let body = with_variables(&format!("{{{}}}", members.join(",")));
    assert!(read_body(body.as_bytes(), &Limits::default()).is_ok());
    let body = with_variables(&format!(r#"{{"a":"{}\"{}"}}"#, "[{,:".repeat(200), "[".repeat(100)));
    assert!(read_body(body.as_bytes(), &Limits::default()).is_ok());
}

#[test]
fn a_megabyte_is_refused() {
    body_refused(&format!(r#"{{"query":"{}"}}"#, "x".repeat(1 << 20)), ErrorCode::PayloadTooLarge, "65536");
}

#[test]
fn malformed_json_is_answered_with_its_place_and_without_its_values() {
    body_refused(r#"{ "not a JSON"#, BAD, "line 1");
    body_refused("", BAD, "empty");
    body_refused("\"text\"", BAD, "object");
    body_refused(&with_variables(&":".repeat(50_000)), BAD, "well-formed");
    body_refused(r#"{"query":"{a}","query":"{b}"}"#, BAD, "twice");
    let violation = read_body(with_variables("\"Jane Roe\"").as_bytes(), &Limits::default());
    assert!(!violation.expect_err("variables are an object").message.contains("Jane"));
}

#[test]
fn batches_are_refused() {
    body_refused(r#" [{"query":"{a}"},{"query":"{a}"}]"#, BAD, "one operation per request");
    body_refused("[]", BAD, "one operation per request");
}

#[test]
fn members_are_read_as_the_specification_has_them() {
    let request_of = |body: &str| read_body(body.as_bytes(), &Limits::default());
    for body in [
        r#"{"query":"{a}","operationName":null,"variables":null,"extensions":null}"#,
        r#"{"query":"{a}","operationName":"","id":7,"doc":{"x":[]}}"#,
    ] {
        assert_eq!(request_of(body).expect("a request").operation_name, None);
    }
    let request =
        request_of(r#"{"query":"query B{a}","operationName":"B","variables":{"v":[1]}}"#).expect("a request");
    assert_eq!(request.operation_name.as_deref(), Some("B"));
    assert_eq!(request.variables.len(), 1);
    for wrong in [r#"{"q":1}"#, r#"{"query":null}"#, r#"{"query":1}"#, r#"{"query":"{a}","operationName":1}"#]
    {
        body_refused(wrong, BAD, "`query`");
    }
    body_refused(r#"{"query":"{a}","extensions":[]}"#, BAD, "objects");
}

#[test]
fn no_attack_takes_long() {
    let attacks = [
        format!("{{a(x:{}1{})}}", "[".repeat(4_000), "]".repeat(4_000)),
        "{".repeat(60_000),
        doubling(60).replace("...F60", "a"),
        format!("{{a(x:\"{}\")}}", "x".repeat(60_000)),
        format!("{{a{}}}", " ".repeat(60_000)),
        format!("{{a{{{}}}}}", "b ".repeat(1_990)),
        format!("{}{}", "{a".repeat(40), " ".repeat(60_000)),
    ];
    for attack in attacks {
        let start = Instant::now();
        let _ = parsed(&attack);
        // A build without optimisation on a busy machine takes some fifty times of what is promised.
        assert!(start.elapsed() < Duration::from_secs(2), "{:.40}", attack);
    }
}
