//! Bytes: what the scanner and the parser read before there is any meaning.

use serde_json::json;

use super::{
    Attack, BAD_INPUT, BAD_REQUEST,
    End::{Answered, Failed, Refused},
    LIMIT, PARSE,
};

pub fn attacks() -> Vec<Attack> {
    let patient = |id: &str| format!("{{patient(id:{id}){{id}}}}");
    let raw = |document: &[u8]| [br#"{"query":""#, document, br#""}"#].concat();
    vec![
        Attack::document(
            "a string of 60 KB",
            patient(&format!("\"{}\"", "x".repeat(60_000))),
            Failed(BAD_INPUT),
        ),
        Attack::document(
            "a block string of 50 KB in 25,000 lines",
            patient(&format!("\"\"\"{}\"\"\"", " \n".repeat(17_000))),
            Failed(BAD_INPUT),
        ),
        Attack::document(
            "a block string of 6,000 escaped quotes",
            patient(&format!("\"\"\"{}\"\"\"", "\\\"\"\"".repeat(6_000))),
            Failed(BAD_INPUT),
        ),
        Attack::document(
            "8,000 unicode escapes",
            patient(&format!("\"{}\"", "\\u0041".repeat(8_000))),
            Failed(BAD_INPUT),
        ),
        Attack::bytes(
            "a document written in escapes of JSON",
            format!(r#"{{"query":"{}"}}"#, "\\u007b".repeat(10_000)),
            Refused(LIMIT, "48 levels"),
        ),
        Attack::document("half of a surrogate pair", patient(r#""\uD83D""#), Refused(PARSE, "")),
        Attack::document(
            "a surrogate pair the wrong way round",
            patient(r#""\uDE00\uD83D""#),
            Refused(PARSE, ""),
        ),
        Attack::document("an escape that is none", patient(r#""\x41""#), Refused(PARSE, "")),
        Attack::document("an escape beyond Unicode", patient(r#""\u{110000}""#), Refused(PARSE, "")),
        Attack::document("an escape that is cut off", patient(r#""\u00""#), Refused(PARSE, "")),
        Attack::bytes(
            "half of a surrogate pair within JSON",
            raw(br"{a(b:\ud83d)}"),
            Refused(BAD_REQUEST, "JSON"),
        ),
        Attack::bytes("bytes that are no UTF-8", raw(b"{a \xff\xfe}"), Refused(BAD_REQUEST, "JSON")),
        Attack::bytes(
            "a slash in more bytes than it needs",
            raw(b"{a \xc0\xaf}"),
            Refused(BAD_REQUEST, "JSON"),
        ),
        Attack::bytes("a surrogate in three bytes", raw(b"{a \xed\xa0\xbd}"), Refused(BAD_REQUEST, "JSON")),
        Attack::bytes(
            "a body in UTF-16",
            "{\"query\":\"{__typename}\"}".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>(),
            Refused(BAD_REQUEST, "JSON"),
        ),
        Attack::bytes(
            "a byte order mark before the JSON",
            "\u{feff}{\"query\":\"{__typename}\"}",
            Refused(BAD_REQUEST, "JSON"),
        ),
        Attack::document("a byte order mark before the document", "\u{feff}{__typename}", Answered),
        Attack::document(
            "a thousand byte order marks",
            format!("{{__typename{}}}", "\u{feff}".repeat(2_000)),
            Refused(LIMIT, "2000 tokens"),
        ),
        Attack::document("a NUL in the document", "{__typename\u{0}}", Refused(BAD_REQUEST, "NUL")),
        Attack::document("a NUL in a string", patient("\"\u{0}\""), Refused(BAD_REQUEST, "NUL")),
        Attack::document("an escaped NUL in a string", patient(r#""\u0000""#), Refused(PARSE, "NUL")),
        Attack::document("letters that look like ours", "{__typen\u{430}me}", Refused(PARSE, "line 1")),
        Attack::document(
            "text that runs from right to left",
            "{\u{202e}__typename}",
            Refused(PARSE, "line 1"),
        ),
        Attack::document(
            "60 KB of comment",
            format!("#{}\n{{__typename}}", "x".repeat(60_000)),
            Refused(LIMIT, "8192 bytes of comments"),
        ),
        Attack::document("8 KB of comment", format!("#{}\n{{__typename}}", "x".repeat(8_000)), Answered),
        Attack::document(
            "3,000 comments",
            format!("{{__typename {}}}", "#\n".repeat(3_000)),
            Refused(LIMIT, "2000 tokens"),
        ),
        Attack::document("1,900 comments", format!("{{__typename {}}}", "#\r".repeat(1_900)), Answered),
        Attack::document("60 KB of spaces", format!("{{__typename{}}}", " ".repeat(60_000)), Answered),
        Attack::document("60 KB of commas", format!("{{__typename{}}}", ",".repeat(60_000)), Answered),
        Attack::document("30,000 lines", format!("{{__typename{}}}", "\n".repeat(30_000)), Answered),
        Attack::document(
            "30,000 lines and a fault after them",
            format!("{{__typename{}!}}", "\n".repeat(30_000)),
            Refused(PARSE, "line 30001"),
        ),
        Attack::document(
            "a string that does not end",
            format!("{{a(b:\"{}", "Jane Roe ".repeat(6_000)),
            Refused(PARSE, "does not end"),
        ),
        Attack::document(
            "60 KB of quotes",
            format!("{{a(b:[{}])}}", "\"\"".repeat(15_000)),
            Refused(LIMIT, "2000 tokens"),
        ),
        Attack::document("punctuation", "!".repeat(60_000), Refused(LIMIT, "2000 tokens")),
        Attack::document("an empty document", "", Refused(PARSE, "line 1")),
        Attack::request(
            "a document of spaces",
            json!({ "query": " ".repeat(60_000) }),
            Refused(PARSE, "line 1"),
        ),
    ]
}
