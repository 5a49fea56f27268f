//! Fragments: the validator walks each as often as it is spread.

use super::{
    Attack,
    End::{Answered, Refused},
    LIMIT, PARSE, VALIDATION, many,
};

pub fn attacks() -> Vec<Attack> {
    let doubling = |links: usize| {
        many(links, |link| format!("fragment F{link} on Query{{...F{0} ...F{0}}}", link + 1))
            + &format!("fragment F{links} on Query{{__typename}}")
    };
    let cycle = Refused(LIMIT, "spreads itself");
    let too_many = Refused(LIMIT, "10000 selections");
    vec![
        Attack::document("fragments that double, under 1 KB", "{...F0}".to_owned() + &doubling(22), too_many),
        Attack::document(
            "fragments that double a hundred times",
            "{...F0}".to_owned() + &doubling(100),
            too_many,
        ),
        Attack::document(
            "fragments that double and are not used",
            "{__typename}".to_owned() + &doubling(22),
            too_many,
        ),
        Attack::document(
            "twenty operations that share fragments that double",
            many(20, |number| format!("query Q{number}{{viewer{{...F0}}}}"))
                + &doubling(9).replace("Query", "Viewer"),
            too_many,
        ),
        Attack::document("a fragment that spreads itself", "{...A} fragment A on Query{...A}", cycle),
        Attack::document(
            "two fragments that spread each other",
            "query{...Start} fragment Start on Query{viewer{roles} ...End} fragment End on Query{...Start}",
            cycle,
        )
        .from("DVGA: circular fragments"),
        Attack::document(
            "a cycle through fields and inline fragments",
            "{...A} fragment A on Query{viewer{patient{...B}}} fragment B on Patient{...on Patient{location{parent{...C}}}} \
             fragment C on Location{parent{...C}}",
            cycle,
        ),
        Attack::document(
            "a cycle that nothing uses",
            "{__typename} fragment A on Query{...B} fragment B on Query{...A}",
            cycle,
        ),
        Attack::document(
            "a cycle of two hundred fragments",
            "{...F0}".to_owned()
                + &many(200, |link| format!("fragment F{link} on Query{{...F{}}}", (link + 1) % 200)),
            cycle,
        ),
        Attack::document(
            "280 fragments that nothing uses",
            "{__typename}".to_owned()
                + &many(280, |number| format!("fragment F{number} on Query{{__typename}}")),
            Refused(VALIDATION, ""),
        ),
        Attack::document(
            "a chain of thirty fragments",
            "{...F0}".to_owned()
                + &many(30, |link| format!("fragment F{link} on Query{{...F{}}}", link + 1))
                + "fragment F30 on Query{__typename}",
            Answered,
        ),
        Attack::document(
            "a chain of 240 fragments",
            "{...F0}".to_owned()
                + &many(240, |link| format!("fragment F{link} on Query{{...F{}}}", link + 1))
                + "fragment F240 on Query{__typename}",
            Refused(LIMIT, "32 levels"),
        ),
        Attack::document(
            "a hundred operations that share a chain of fragments",
            many(100, |number| format!("query Q{number}{{...F0}}"))
                + &many(30, |link| format!("fragment F{link} on Query{{...F{}}}", link + 1))
                + "fragment F30 on Query{__typename}",
            Refused(LIMIT, "20000 selections"),
        ),
        Attack::document(
            "fields nested by fragments instead of braces",
            "{patients{nodes{...F0}}}".to_owned()
                + &many(8, |link| {
                    format!("fragment F{link} on Patient{{careTeam{{nodes{{patient{{...F{}}}}}}}}}", link + 1)
                })
                + "fragment F8 on Patient{id}",
            Refused(LIMIT, "15 levels"),
        ),
        Attack::document(
            "fragments on two hundred types that there are not",
            format!(
                "{{viewer{{{}}}}}{}",
                many(200, |number| format!("...F{number} ")),
                many(200, |number| format!("fragment F{number} on T{number}{{a}}"))
            ),
            Refused(VALIDATION, ""),
        ),
        Attack::document(
            "spreads of five hundred fragments that there are not",
            format!("{{viewer{{{}}}}}", many(500, |number| format!("...F{number} "))),
            Refused(VALIDATION, ""),
        ),
        Attack::document(
            "two fragments of one name",
            "{...A} fragment A on Query{__typename} fragment A on Query{__typename}",
            Refused(PARSE, "A"),
        ),
    ]
}
