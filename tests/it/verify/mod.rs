//! `consentry verify`, run as an operator runs it: every invariant is broken in turn, by somebody whom no rule of the
//! database binds, and is named by tenant, table and row, never by value.

mod canaries;
mod references;
mod sealed;

use std::process::Stdio;

use consentry::config;
use entity::{Id, people::patient};
use serde_json::json;
use sqlx::AssertSqlSafe;

use crate::support::{Actor, KEY, Town};

/// What the command printed, and whether it was content.
pub struct Verdict {
    pub content: bool,
    pub text: String,
}

impl Verdict {
    /// The line of this name.
    #[track_caller]
    pub fn line(&self, name: &str) -> &str {
        let mut lines = self.text.lines();
        let found = lines.find(|line| line.get(8..).is_some_and(|rest| rest.starts_with(name)));
        found.unwrap_or_else(|| panic!("no line {name}: {}", self.text))
    }

    /// Asserts that this line is broken, and says this.
    #[track_caller]
    fn names(&self, line: &str, problem: &str) {
        assert!(!self.content, "it found nothing: {}", self.text);
        let line = self.line(line);
        assert!(line.starts_with("broken") && line.contains(problem), "expected {problem:?}: {}", self.text);
    }

    /// Asserts that none of these stands anywhere in what was printed.
    #[track_caller]
    fn keeps<'s>(&self, secrets: impl IntoIterator<Item = &'s str>) {
        for secret in secrets {
            assert!(!self.text.contains(secret), "{secret} is printed");
        }
    }
}

/// Runs the command on the database of a town.
pub async fn verify(town: &Town, arguments: &[&str]) -> Verdict {
    let connection = town.database.connection("consentry_app");
    let url = format!(
        "postgres:///{}?host={}&port={}&user={}&sslmode=disable",
        connection.database,
        connection.socket_directory.display(),
        connection.port,
        connection.user,
    );
    let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_consentry"));
    for variable in config::VARIABLES {
        command.env_remove(variable);
    }
    let journal = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(town.database.name());
    let output = command
        .arg("verify")
        .args(arguments)
        .env("DATABASE_URL", url)
        .env("ENCRYPTION_KEY", KEY)
        .env("CONSENTRY_AUDIT_JOURNAL", journal)
        .stdin(Stdio::null())
        .output()
        .await
        .expect("the command runs");
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("text")).concat();
    Verdict { content: output.status.success(), text }
}

/// Changes what no rule of the database allows: as the superuser, with all triggers and foreign keys passed by.
async fn meddle(town: &Town, sql: &str) {
    let mut superuser = town.database.superuser().await;
    let sql = format!("set session_replication_role = replica; {sql}");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut superuser).await.expect("nothing binds the superuser");
}

const SECRETS: [&str; 6] =
    ["Amara", "Okafor", "amara@own.example", "+14155552671", "042156789", "I moved away"];

/// A clinician and a patient about whom something of every kind is known: an identity, and a consent that was revoked in
/// the patient's words.
async fn known(town: &Town) -> (Actor, Id<patient::Entity>) {
    let clinician = town.tenant.clinician().await;
    let identity = json!({
        "givenName": SECRETS[0],
        "familyName": SECRETS[1],
        "email": SECRETS[2],
        "phone": SECRETS[3],
        "ssn": SECRETS[4],
    });
    let answer = clinician.mutate("createPatient", json!({ "identity": identity }), "id").await.ok();
    let patient = crate::support::id(&answer["createPatient"]["result"]["id"]);
    let consent = clinician.records_consent(patient, json!({})).await;
    let own = town.tenant.patient_user(patient).await;
    let revoked = own
        .mutate("revokeConsent", json!({ "consentId": consent.to_string(), "reason": SECRETS[5] }), "id")
        .await;
    assert_eq!(revoked.ok()["revokeConsent"]["result"]["id"], consent.to_string());
    (clinician, patient)
}

#[tokio::test]
async fn a_database_that_nobody_meddled_with_is_found_whole_and_every_line_looked_at_something() {
    let town = Town::new().await;
    let another = town.another_tenant("neighbour").await;
    known(&town).await;
    another.clinician().await.creates_patient("Bela", "Nemeth").await;

    let verdict = verify(&town, &[]).await;

    assert!(verdict.content, "{}", verdict.text);
    verdict.keeps(SECRETS);
    for (line, counted) in [
        // Given and family name, email, phone number, social security number, the copy of a consent and the reason of its end;
        // and two names next door.
        ("sealed values", "ok      sealed values 9 values"),
        ("search tokens", "ok      search tokens "),
        ("user secrets", "ok      user secrets  "),
        ("references", "ok      references    "),
    ] {
        assert!(verdict.line(line).starts_with(counted), "{}", verdict.text);
    }
    assert!(!verdict.line("search tokens").ends_with(" 0 tokens"), "{}", verdict.text);
    // The reserved tenant is the third.
    assert!(verdict.line("references").ends_with(" rules in 3 tenants"), "{}", verdict.text);
}
