//! Much of something small: directives, definitions, arguments, names that nobody knows.

use super::{
    Attack,
    End::{Answered, Refused},
    LIMIT, PARSE, VALIDATION, many,
};

pub fn attacks() -> Vec<Attack> {
    vec![
        Attack::document(
            "ten directives that there are not",
            format!("query{{__typename {}}}", "@aa".repeat(10)),
            Refused(VALIDATION, ""),
        )
        .from("graphql-cop: Directive Overloading"),
        Attack::document(
            "990 directives that there are not",
            format!("{{__typename {}}}", "@aa".repeat(990)),
            Refused(VALIDATION, ""),
        ),
        Attack::document(
            "5,000 directives",
            format!("{{__typename {}}}", "@aa".repeat(5_000)),
            Refused(LIMIT, "2000 tokens"),
        ),
        Attack::document(
            "200 times the same directive on one field",
            format!("{{__typename {}}}", "@include(if:true)".repeat(200)),
            Refused(VALIDATION, ""),
        ),
        Attack::document(
            "a directive on everything",
            format!("{{viewer{{{}}}}}", "roles @skip(if:true) ".repeat(240)),
            Answered,
        ),
        Attack::document(
            "400 variables that nothing uses",
            format!("query({}){{__typename}}", many(400, |number| format!("$v{number}:Int "))),
            Refused(VALIDATION, ""),
        ),
        Attack::document(
            "400 definitions of one variable",
            format!("query({}){{__typename}}", "$v:Int ".repeat(400)),
            Refused(VALIDATION, ""),
        ),
        Attack::document(
            "400 variables of types that there are not",
            format!("query({}){{__typename}}", many(400, |number| format!("$v{number}:T{number} "))),
            Refused(VALIDATION, ""),
        ),
        Attack::document(
            "480 variables that are not defined",
            format!("{{patients({})}}", many(480, |number| format!("a{number}:$v{number} "))),
            Refused(VALIDATION, ""),
        ),
        Attack::document(
            "1,900 fields that there are not",
            format!("{{viewer{{{}}}}}", many(1_900, |number| format!("f{number} "))),
            Refused(VALIDATION, ""),
        ),
        Attack::document(
            "600 arguments that there are not",
            format!("{{patients({}){{totalCount}}}}", many(600, |number| format!("a{number}:1 "))),
            Refused(VALIDATION, ""),
        ),
        Attack::document(
            "600 times the same argument",
            format!("{{patients({}){{totalCount}}}}", "first:1 ".repeat(600)),
            Refused(VALIDATION, ""),
        ),
        Attack::document(
            "names of 256 characters that there are not",
            format!("{{viewer{{{}}}}}", many(240, |number| format!("{}{number:03} ", "n".repeat(253)))),
            Refused(VALIDATION, ""),
        ),
        Attack::document(
            "a name of 60 KB",
            format!("{{{}}}", "n".repeat(60_000)),
            Refused(LIMIT, "256 characters"),
        ),
        Attack::document(
            "an alias of 60 KB",
            format!("{{{}:__typename}}", "n".repeat(60_000)),
            Refused(LIMIT, "256 characters"),
        ),
        Attack::document(
            "a variable's name of 60 KB",
            format!("query(${}:Int){{__typename}}", "n".repeat(60_000)),
            Refused(LIMIT, "256 characters"),
        ),
        Attack::document(
            "an enum value that there is not",
            format!("{{patients(orderBy:{}){{totalCount}}}}", "X".repeat(256)),
            Refused(VALIDATION, ""),
        ),
        Attack::document(
            "150 operations without a name to choose one",
            many(150, |number| format!("query Q{number}{{__typename}}")),
            Refused(VALIDATION, "operationName"),
        ),
        Attack::document("150 anonymous operations", "{__typename}".repeat(150), Refused(PARSE, "")),
        Attack::document(
            "a name that is nearly one of ours",
            "{viewer{permision{permission}}}",
            Refused(VALIDATION, ""),
        )
        .from("graphql-cop: Field Suggestions"),
        Attack::document("a stranger's keyword", "qwerty cop { abc }", Refused(PARSE, "line 1, column 1"))
            .from("graphql-cop: Unhandled Errors Detection"),
    ]
}
