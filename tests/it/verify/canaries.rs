//! Values that an operator has searched for.

use std::{fs, path::PathBuf};

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{SECRETS, known, meddle, verify};
use crate::support::Town;

/// A file of values, removed with the test.
struct Values(PathBuf);

impl Values {
    fn of(town: &Town, values: &[&str]) -> Self {
        let name = format!("values-{}", town.database.name());
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::write(&path, values.join("\n")).expect("a file");
        Self(path)
    }

    fn arguments(&self) -> [&str; 2] {
        ["--canaries", self.0.to_str().expect("text")]
    }
}

impl Drop for Values {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[tokio::test]
async fn what_lies_sealed_in_the_vault_is_found_in_no_row() {
    let town = Town::new().await;
    known(&town).await;
    let long: Vec<&str> = SECRETS.into_iter().filter(|secret| secret.len() > 5).collect();
    let values = Values::of(&town, &long);

    let verdict = verify(&town, &values.arguments()).await;

    assert!(verdict.content, "{}", verdict.text);
    let line = verdict.line("canaries");
    assert!(line.starts_with(&format!("ok      canaries      {} values in ", long.len())), "{line}");
    assert!(!line.ends_with(" 0 rows"), "{line}");
}

#[tokio::test]
async fn a_value_that_stands_somewhere_is_named_by_number_table_and_row_and_never_quoted() {
    let (value, other) = ("Amara Okafor-Lindqvist", "Bela Nemeth-Szabo");
    let wide = value.encode_utf16().flat_map(u16::to_le_bytes).map(|byte| format!("{byte:02x}"));
    let wide: String = wide.collect();
    for (breach, table) in [
        (format!("update organizations set name = 'home of {}'", value.to_lowercase()), "organizations"),
        (
            format!("update outbox_events set payload = jsonb_build_object('note', '{value}')"),
            "outbox_events",
        ),
        (
            format!(
                "update sessions set token_digest = '\\x00' || convert_to(rpad('{value}', 31, '.'), 'UTF8')"
            ),
            "sessions",
        ),
        (
            format!("update audit_logs set request_id = '{}'", STANDARD.encode(format!("x {value}"))),
            "audit_logs",
        ),
        (format!("update phi.persons set gender = decode('{wide}', 'hex')"), "phi.persons"),
        (format!("update practitioners set licensed_states = array['OR', '{value}']"), "practitioners"),
    ] {
        let town = Town::new().await;
        known(&town).await;
        meddle(&town, &breach).await;
        let values = Values::of(&town, &[other, "", value]);

        let verdict = verify(&town, &values.arguments()).await;

        verdict.names("canaries", &format!("tenant town, value 2 stands in {table}, row "));
        verdict.keeps([value, other]);
    }
}

#[tokio::test]
async fn a_value_that_would_be_found_by_chance_is_refused_before_anything_is_read() {
    let town = Town::new().await;
    for (values, sentence) in [
        (&["long enough", "abc"][..], "value 2 has fewer than 6 characters"),
        (&[], "there is no value to search for"),
    ] {
        let values = Values::of(&town, values);
        let verdict = verify(&town, &values.arguments()).await;
        assert!(!verdict.content && verdict.text.contains(sentence), "{}", verdict.text);
        assert_eq!(verdict.text.lines().count(), 1, "{}", verdict.text);
    }
}
