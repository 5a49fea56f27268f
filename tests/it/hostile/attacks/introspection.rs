//! Introspection: a schema that leads back to itself. It is open to everyone, within limits of its own.

use super::{
    Attack,
    End::{Answered, Refused},
    LIMIT, VALIDATION, many,
};

pub fn attacks() -> Vec<Attack> {
    let looped = |times: usize| "fields{type{".repeat(times) + "name" + &"}}".repeat(times);
    let costs = Refused(LIMIT, "Introspection costs");
    vec![
        Attack::document(
            "types of fields of types, four times",
            format!("query{{__schema{{types{{{}}}}}}}", looped(4)),
            costs,
        )
        .from("graphql-cop: Circular Query using Introspection"),
        Attack::document(
            "types of fields of types, ten times",
            format!("{{__type(name:\"Query\"){{{}}}}}", looped(10)),
            costs,
        ),
        Attack::document(
            "what a type is made of, thirty times",
            format!("{{__type(name:\"Query\"){}name{}}}", "{ofType".repeat(29) + "{", "}".repeat(30)),
            Refused(LIMIT, "24 levels"),
        ),
        Attack::document(
            "twenty times all types with their fields and arguments",
            format!(
                "{{{}}}",
                many(20, |number| format!("a{number}:__schema{{types{{fields{{name args{{name}}}}}}}}"))
            ),
            Refused(LIMIT, "`__schema` more than the limit of 1"),
        ),
        Attack::document(
            "a loop spread over fragments",
            "{__schema{types{...T}}} fragment T on __Type{fields{type{...U}}} fragment U on __Type{fields{type{...V}}} \
             fragment V on __Type{fields{type{name}}}",
            Refused(LIMIT, "lists of fields and types"),
        ),
        Attack::document(
            "thirty times what is said of every field",
            format!(
                "{{__schema{{types{{fields{{{}}}}}}}}}",
                many(30, |number| format!("a{number}:description "))
            ),
            Refused(LIMIT, "limit of 3 aliases"),
        ),
        Attack::document(
            "what is said of every field of the type of every field",
            "{__schema{types{fields{type{fields{description}}}}}}",
            Refused(LIMIT, "lists of fields and types"),
        ),
        Attack::document(
            "a loop behind an alias",
            format!("{{typename:__schema{{kinds:types{{{}}}}}}}", looped(4).replace("fields", "a:fields")),
            costs,
        ),
        Attack::document("the kinds of all types", "{__schema{types{kind}}}", Answered),
        Attack::document(
            "a type that there is not",
            format!("{{__type(name:\"{}\"){{name}}}}", "x".repeat(60_000)),
            Answered,
        ),
        Attack::document(
            "introspection deep within the data",
            "{viewer{__typename __schema{types{name}}}}",
            Refused(VALIDATION, ""),
        ),
    ]
}
