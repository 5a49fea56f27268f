//! Scale data: real in every respect, gone on with where it was cut off, refused where it has no place.

use std::{
    collections::BTreeSet,
    io::{BufRead, BufReader},
    process::Stdio,
    sync::Arc,
};

use consentry::{
    config,
    kernel::cluster::MIGRATOR,
    seed::{
        PASSWORD,
        scale::{Made, Plan, scale},
    },
};
use serde_json::{Value, json};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::{
    support::{Actor, KEY, Town},
    verify::verify,
};

async fn makes(town: &Town, tenants: u64, patients: u64) -> Made {
    let plan = Plan::new(tenants, patients).expect("a sensible plan");
    scale(&town.app, town.owner(), plan, 2, Arc::new(|_| {})).await.expect("scale data is made")
}

async fn tenant(town: &Town, slug: &str) -> Uuid {
    town.app.tenant_by_slug(slug).await.expect("tenants are read").expect("the tenant is there")
}

/// One number of a tenant.
async fn number(town: &Town, slug: &str, sql: &str) -> i64 {
    let begin = format!("begin; set local app.tenant_id = '{}'", tenant(town, slug).await);
    let pool = town.database.app();
    let mut transaction = pool.begin_with(sqlx::AssertSqlSafe(begin)).await.expect("a transaction begins");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned())).fetch_one(&mut *transaction).await.expect(sql)
}

async fn signs_in(town: &Town, slug: &str, login: &str) -> Actor {
    let email = format!("{login}@{slug}.example");
    let input = json!({ "organization": slug, "email": email, "password": PASSWORD });
    let answer = town.anonymous().mutate("signIn", input, "token").await.ok();
    let token = answer["signIn"]["result"]["token"].as_str().expect("a token");
    town.anonymous().with_token(token)
}

const PAGE: &str =
    "query($search: PatientSearch) { patients(first: 100, search: $search) { nodes { id identity {
    ... on PatientIdentity { givenName familyName phone email address { city } emergencyContact { name } }
    ... on Withheld { reason } } } } }";

async fn page(actor: &Actor, search: Value) -> Vec<Value> {
    let data = actor.ask_with(PAGE, json!({ "search": search })).await.ok();
    data["patients"]["nodes"].as_array().expect("a page").clone()
}

#[tokio::test]
async fn verify_finds_nothing_wrong_with_scale_data() {
    let town = Town::of_today().await;
    assert_eq!(makes(&town, 2, 60).await, Made { tenants: 2, patients: 120 });

    let verdict = verify(&town, &[]).await;

    assert!(verdict.content, "{}", verdict.text);
    assert!(verdict.line("data keys").starts_with("ok      data keys     240 keys"), "{}", verdict.text);
}

#[tokio::test]
async fn a_clinician_of_a_scale_tenant_signs_in_and_sees_whom_consents_allow() {
    let town = Town::of_today().await;
    makes(&town, 2, 80).await;
    // The second is a Part 2 program, where identity itself is a SUD record.
    for slug in ["scale-0001", "scale-0002"] {
        let mut reasons = BTreeSet::new();
        for login in ["practitioner", "practitioner-2"] {
            let patients = page(&signs_in(&town, slug, login).await, Value::Null).await;

            let (shown, withheld): (Vec<_>, Vec<_>) = patients
                .iter()
                .map(|patient| patient["identity"].clone())
                .partition(|identity| identity["reason"].is_null());
            assert!(shown.len() >= 25, "{slug} {login}: {patients:?}");
            let told = |field| shown.iter().filter(|identity| identity[field].is_string()).count();
            for field in ["givenName", "familyName", "phone", "email"] {
                assert_eq!(told(field), shown.len(), "{slug} {login} {field}: {patients:?}");
            }
            reasons.extend(
                withheld.iter().filter_map(|identity| identity["reason"].as_str().map(str::to_owned)),
            );
        }
        let expected = ["CONSENT_EXPIRED", "CONSENT_REQUIRED", "CONSENT_REVOKED", "RESTRICTED"];
        assert_eq!(reasons.iter().map(String::as_str).collect::<Vec<_>>(), expected, "{slug}");
    }
}

#[tokio::test]
async fn a_search_finds_scale_patients_by_name_phone_and_mail() {
    let town = Town::of_today().await;
    makes(&town, 1, 80).await;
    let clinician = signs_in(&town, "scale-0001", "practitioner").await;
    let all = page(&clinician, Value::Null).await;
    let one = all.iter().find(|patient| patient["identity"]["email"].is_string()).expect("somebody is shown");

    for (kind, field) in [("namePrefix", "familyName"), ("phone", "phone"), ("email", "email")] {
        let found = page(&clinician, json!({ kind: one["identity"][field] })).await;

        assert!(found.contains(one), "{kind}: {found:?}");
        assert!(found.len() < all.len() / 4, "{kind} finds some and not all: {}", found.len());
    }
}

#[tokio::test]
async fn every_state_of_consent_is_among_scale_data() {
    let town = Town::of_today().await;
    makes(&town, 1, 40).await;
    let consents = "select count(*) from consents c where";
    for (state, condition) in [
        ("active", "status = 'ACTIVE' and expiry_kind = 'NONE'"),
        ("waiting", "status = 'PENDING_SIGNATURE' and signed_at is null"),
        ("ended", "status = 'ACTIVE' and valid_to < now()"),
        ("revoked", "status = 'REVOKED' and revoked_by is not null"),
        ("restriction", "kind = 'RESTRICTION' and decision = 'DENY'"),
        (
            "one practitioner",
            "kind = 'SPECIFIC' and exists (
                select from consent_recipients r where r.consent_id = c.id and practitioner_id is not null)",
        ),
        (
            "without identity",
            "not exists (select from consent_scopes s where s.consent_id = c.id and data_class = 'DIRECTORY')",
        ),
    ] {
        assert!(number(&town, "scale-0001", &format!("{consents} {condition}")).await > 0, "{state}");
    }
}

#[tokio::test]
async fn each_write_of_scale_data_is_in_the_record_and_no_event_tells_of_it() {
    let town = Town::of_today().await;
    makes(&town, 1, 40).await;
    for (operation, rows) in [
        ("patient.create", "select count(*) from patients"),
        ("care_team.assign", "select count(*) from care_team_members"),
        ("consent.revoke", "select count(*) from consents where status = 'REVOKED'"),
        ("consent.draft", "select count(*) from consents where status = 'PENDING_SIGNATURE'"),
    ] {
        let recorded = format!(
            "select count(distinct target_id) from audit_logs
            where operation = '{operation}' and credential = 'OPERATOR' and actor_id is not null and target_kind <> 'PERSON'"
        );
        let written = number(&town, "scale-0001", rows).await;
        assert!(written > 0, "{operation}");
        assert_eq!(number(&town, "scale-0001", &recorded).await, written, "{operation}");
    }
    let events = "select count(*) from outbox_events where aggregate_kind in ('PATIENT', 'CONSENT')";
    assert_eq!(number(&town, "scale-0001", events).await, 0);
}

#[tokio::test]
async fn a_second_run_finds_all_there_and_larger_numbers_add_the_rest() {
    let town = Town::of_today().await;
    makes(&town, 1, 30).await;
    let content = "select md5(string_agg(p::text || c::text, '' order by p.id, c.id))::text
        from patients p left join consents c on c.patient_id = p.id";
    let before: String = text(&town, content).await;

    assert_eq!(makes(&town, 1, 30).await, Made::default());
    assert_eq!(text(&town, content).await, before, "the same rows");

    assert_eq!(makes(&town, 2, 300).await, Made { tenants: 1, patients: 570 });
    for slug in ["scale-0001", "scale-0002"] {
        assert_eq!(number(&town, slug, "select count(*) from patients").await, 300, "{slug}");
    }
}

async fn text(town: &Town, sql: &str) -> String {
    let begin = format!("begin; set local app.tenant_id = '{}'", tenant(town, "scale-0001").await);
    let pool = town.database.app();
    let mut transaction = pool.begin_with(sqlx::AssertSqlSafe(begin)).await.expect("a transaction begins");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned())).fetch_one(&mut *transaction).await.expect(sql)
}

#[tokio::test]
async fn a_run_that_was_cut_off_between_and_within_batches_is_gone_on_with() {
    let town = Town::of_today().await;
    // What a run leaves that ended while it provisioned its first tenant.
    town.owner_runs(
        "insert into tenants (id, slug, status) values (gen_random_uuid(), 'scale-0001', 'SUSPENDED')",
    )
    .await;
    let reached = Arc::new(Notify::new());
    let told = reached.clone();
    let plan = Plan::new(2, 600).expect("a sensible plan");
    let run = scale(&town.app, town.owner(), plan, 2, Arc::new(move |_| told.notify_one()));
    tokio::select! {
        biased;
        () = reached.notified() => {}
        _ = run => panic!("it is cut off after its first batch"),
    }

    let made = makes(&town, 2, 600).await;

    assert!((1..=1_200 - 250).contains(&made.patients), "the first batch was kept: {made:?}");
    for slug in ["scale-0001", "scale-0002"] {
        assert_eq!(number(&town, slug, "select count(*) from patients").await, 600, "{slug}");
    }
    let verdict = verify(&town, &[]).await;
    assert!(verdict.content, "{}", verdict.text);
}

fn command(town: &Town, arguments: &[&str]) -> std::process::Command {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_consentry"));
    for variable in config::VARIABLES {
        command.env_remove(variable);
    }
    command
        .arg("seed")
        .args(arguments)
        .env("DATABASE_URL", town.database.url("consentry_app"))
        .env("DATABASE_MIGRATOR_URL", town.database.url(MIGRATOR))
        .env("ENCRYPTION_KEY", KEY)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// What the command printed to both, and how it ended.
async fn runs(town: &Town, arguments: &[&str], production: bool) -> (Option<i32>, String) {
    let mut command = command(town, arguments);
    if production {
        command.env("CONSENTRY_ENVIRONMENT", "production");
    }
    let output = tokio::task::spawn_blocking(move || command.output()).await.expect("a thread");
    let output = output.expect("the command runs");
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).expect("text")).concat();
    (output.status.code(), text)
}

#[tokio::test]
async fn after_a_kill_the_command_goes_on_and_says_when_all_is_there() {
    let town = Town::of_today().await;
    let arguments = ["--tenants", "2", "--patients", "600"];
    let mut killed = command(&town, &arguments).spawn().expect("the command runs");
    let stderr = killed.stderr.take().expect("a pipe");
    tokio::task::spawn_blocking(move || {
        let lines = BufReader::new(stderr).lines().map_while(Result::ok);
        let first = lines.into_iter().find(|line| line.contains(" of 1200 patients"));
        assert!(first.is_some(), "it tells how far it is");
        killed.kill().expect("it is killed");
        killed.wait().expect("it ended");
    })
    .await
    .expect("the first batch was written");

    let (status, told) = runs(&town, &arguments, false).await;

    assert_eq!(status, Some(0), "{told}");
    assert!(told.contains("1200 patients"), "{told}");
    assert_eq!(number(&town, "scale-0002", "select count(*) from patients").await, 600);
    let (status, told) = runs(&town, &arguments, false).await;
    assert_eq!(status, Some(0), "{told}");
    assert!(told.starts_with("All 1200 patients are there already."), "{told}");
    let verdict = verify(&town, &[]).await;
    assert!(verdict.content, "{}", verdict.text);
}

#[tokio::test]
async fn nonsense_and_production_are_refused_in_one_sentence_and_nothing_is_made() {
    let town = Town::of_today().await;
    let before = town.tenant.count("patients").await;
    for (tenants, patients, production, sentence) in [
        ("0", "10", false, "cannot be made: ask for"),
        ("10", "0", false, "cannot be made: ask for"),
        ("100001", "1", false, "cannot be made: ask for"),
        ("1001", "10000", false, "cannot be made: ask for"),
        ("18446744073709551615", "18446744073709551615", false, "cannot be made: ask for"),
        ("1", "1", true, "demo data is refused in production"),
    ] {
        let (status, told) = runs(&town, &["--tenants", tenants, "--patients", patients], production).await;

        assert_eq!(status, Some(2), "{told}");
        assert!(told.starts_with("consentry: ") && told.contains(sentence), "{told}");
        assert_eq!(told.trim().lines().count(), 1, "{told}");
    }
    assert!(town.app.tenant_by_slug("scale-0001").await.expect("tenants are read").is_none());
    assert_eq!(town.tenant.count("patients").await, before);
}
