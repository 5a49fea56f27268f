//! Breaking the glass in a medical emergency (42 CFR 2.51).

mod reviews;

use chrono::TimeDelta;
use consentry::identity::user_creation::{NewAssignment, NewPractitioner, NewUser};
use entity::{Id, people::patient};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{epoch_of, refusals_of, revokes};
use crate::support::{Actor, Answer, NOBODYS, Town, id};

/// Breaks the glass for the identity of a patient, with parts of the input replaced.
async fn breaks(actor: &Actor, patient: Id<patient::Entity>, parts: Value) -> Answer {
    let mut input = json!({
        "patient": { "id": patient.to_string() },
        "emergencyNature": "found unconscious in the kitchen",
        "reason": "nobody else knows who she is and what she takes",
        "recipientName": "Dr. Quill",
        "recipientAffiliation": "Mercy Hospital",
        "classes": ["DIRECTORY"],
    });
    for (key, value) in parts.as_object().into_iter().flatten() {
        input[key] = value.clone();
    }
    actor.mutate("breakGlass", input, "id patientId expiresAt").await
}

/// Breaks the glass, which is allowed; returns the event.
async fn broke(actor: &Actor, patient: Id<patient::Entity>, parts: Value) -> Uuid {
    let data = breaks(actor, patient, parts).await.ok();
    let payload = &data["breakGlass"];
    assert_eq!(payload["userErrors"], json!([]));
    assert_eq!(payload["result"]["patientId"], patient.to_string());
    id::<()>(&payload["result"]["id"]).uuid()
}

/// What somebody sees of a patient: the name, why it is withheld, or that there is nobody.
async fn sees(actor: &Actor, patient: Id<patient::Entity>) -> String {
    let document = "query($id: ID!) { patient(id: $id) {
        identity { ... on PatientIdentity { fullName } ... on Withheld { reason } } } }";
    let data = actor.ask_with(document, json!({ "id": patient.to_string() })).await.ok();
    let identity = &data["patient"]["identity"];
    let said = identity["fullName"].as_str().or(identity["reason"].as_str());
    said.unwrap_or("NOBODY").to_owned()
}

const NAME: &str = "Amara Okafor";

/// A town with a patient of a clinician, and a clinician who does not know the patient.
async fn scene() -> (Town, Actor, Id<patient::Entity>, Actor) {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let stranger = town.tenant.clinician().await;
    (town, clinician, patient, stranger)
}

/// Case 16.
#[tokio::test]
async fn a_broken_glass_opens_for_an_hour_and_sixty_one_minutes_later_the_answer_is_no_again() {
    let (town, clinician, patient, stranger) = scene().await;
    assert_eq!(sees(&stranger, patient).await, "NOBODY");
    assert_eq!(sees(&clinician, patient).await, "CONSENT_REQUIRED");

    broke(&stranger, patient, json!({})).await;
    broke(&clinician, patient, json!({})).await;
    assert_eq!((sees(&stranger, patient).await, sees(&clinician, patient).await), (NAME.into(), NAME.into()));

    town.clock.advance(TimeDelta::hours(1) - TimeDelta::milliseconds(1));
    assert_eq!(sees(&stranger, patient).await, NAME, "a millisecond before the end");
    town.clock.advance(TimeDelta::milliseconds(1));
    assert_eq!(sees(&stranger, patient).await, "NOBODY", "at the end");
    town.clock.advance(TimeDelta::minutes(1));
    assert_eq!(sees(&stranger, patient).await, "NOBODY");
    assert_eq!(sees(&clinician, patient).await, "CONSENT_REQUIRED");
}

#[tokio::test]
async fn whoever_knows_no_more_than_the_display_code_breaks_the_glass_with_it() {
    let (town, _, patient, stranger) = scene().await;
    let sql = "select display_code::text from patients where id = $1";
    let code: String = town.tenant.scalar(sql, patient.uuid()).await.expect("a code");
    let spoken = format!(" {} ", code.to_lowercase());

    broke(&stranger, patient, json!({ "patient": { "displayCode": spoken } })).await;

    assert_eq!(sees(&stranger, patient).await, NAME);
}

#[tokio::test]
async fn an_emergency_stands_in_the_accounting_in_the_record_and_among_the_events_at_once() {
    let (town, _, patient, stranger) = scene().await;
    let epoch = epoch_of(&town, patient).await;

    let event = broke(&stranger, patient, json!({})).await;
    assert_eq!(sees(&stranger, patient).await, NAME);

    let sql = "select concat_ws(' ', purpose, exception, notice_variant, array_to_string(data_classes, ','), consent_id is null)
        from disclosures where break_glass_event_id = $1";
    let told: Option<String> = town.tenant.scalar(sql, event).await;
    assert_eq!(told.as_deref(), Some("EMERGENCY EMERGENCY 1 DIRECTORY t"));
    assert_eq!(town.tenant.count("disclosures").await, 1, "a look of one's own people is no disclosure");
    assert!(epoch_of(&town, patient).await > epoch, "whoever watches the patient asks again");
    let sql =
        "select array_agg(event_type::text order by event_type) from outbox_events where aggregate_id = $1";
    let events: Option<Vec<String>> = town.tenant.scalar(sql, event).await;
    assert_eq!(events, Some(vec!["break_glass.invoked".to_owned(), "break_glass.review_overdue".to_owned()]));
    let sql = "select array_agg(concat_ws(' ', action, operation, target_kind) order by id) from audit_logs
        where target_id = $1 and decision = 'PERMIT'";
    let recorded: Option<Vec<String>> = town.tenant.scalar(sql, event).await;
    let expected = ["WRITE break_glass.invoke BREAK_GLASS_EVENT", "VIEW patient.identity BREAK_GLASS_EVENT"];
    assert_eq!(recorded, Some(expected.map(str::to_owned).to_vec()), "the look says what it rests on");
    let kept: Option<String> = town
        .tenant
        .scalar(
            "select encode(emergency_nature::bytea, 'escape') from break_glass_events where id = $1",
            event,
        )
        .await;
    assert!(!kept.expect("a row").contains("kitchen"), "what was said is sealed");
}

#[tokio::test]
async fn a_glass_that_one_session_broke_is_whole_in_another_and_for_programs() {
    let (town, clinician, patient, stranger) = scene().await;
    let elsewhere = town.tenant.another_session(&stranger).await;
    let program = town.tenant.api_token(&stranger, None, None).await.with_purpose("TREATMENT");

    broke(&stranger, patient, json!({})).await;

    assert_eq!(sees(&stranger, patient).await, NAME);
    assert_eq!(sees(&elsewhere, patient).await, "NOBODY");
    assert_eq!(sees(&program, patient).await, "NOBODY");
    assert_eq!(sees(&clinician, patient).await, "CONSENT_REQUIRED", "nor for anybody else");
    let other = clinician.creates_patient("Bruno", "Silva").await;
    assert_eq!(sees(&stranger, other).await, "NOBODY", "nor for another patient");
}

#[tokio::test]
async fn a_broken_glass_opens_the_classes_that_were_stated_and_no_other() {
    let (_town, clinician, patient, stranger) = scene().await;
    broke(&stranger, patient, json!({ "classes": ["GENERAL_PHI", "MENTAL_HEALTH", "SUD"] })).await;
    broke(&clinician, patient, json!({ "classes": ["GENERAL_PHI"] })).await;

    assert_eq!(sees(&stranger, patient).await, "FORBIDDEN");
    assert_eq!(sees(&clinician, patient).await, "CONSENT_REQUIRED");
}

#[tokio::test]
async fn in_a_part_2_program_whom_one_treats_is_known_in_an_emergency() {
    let town = Town::with_part2_program().await;
    let patient = town.tenant.clinician().await.creates_patient("Amara", "Okafor").await;
    let stranger = town.tenant.clinician().await;

    broke(&stranger, patient, json!({ "classes": ["DIRECTORY"] })).await;

    assert_eq!(sees(&stranger, patient).await, NAME);
}

#[tokio::test]
async fn an_emergency_goes_before_a_restriction_and_a_revocation() {
    let (town, clinician, patient, _) = scene().await;
    let consent = clinician.records_consent(patient, json!({})).await;
    let patients_own = town.tenant.patient_user(patient).await;
    revokes(&patients_own, consent).await.ok();
    assert_eq!(sees(&clinician, patient).await, "CONSENT_REVOKED");
    clinician.records_consent(patient, json!({ "kind": "RESTRICTION" })).await;
    assert_eq!(sees(&clinician, patient).await, "RESTRICTED");

    broke(&clinician, patient, json!({})).await;

    assert_eq!(sees(&clinician, patient).await, NAME);
}

#[tokio::test]
async fn an_emergency_does_not_serve_a_legal_proceeding() {
    let (_town, clinician, patient, stranger) = scene().await;
    clinician.records_consent(patient, json!({})).await;
    clinician
        .records_consent(patient, json!({ "kind": "RESTRICTION", "purposes": ["LEGAL_PROCEEDING"] }))
        .await;
    broke(&clinician, patient, json!({})).await;
    broke(&stranger, patient, json!({})).await;

    assert_eq!(sees(&clinician.with_purpose("LEGAL_PROCEEDING"), patient).await, "RESTRICTED");
    assert_eq!(sees(&stranger.with_purpose("LEGAL_PROCEEDING"), patient).await, "FORBIDDEN");
    assert_eq!(sees(&stranger, patient).await, NAME, "treatment it serves");
}

#[tokio::test]
async fn a_broken_glass_shows_and_lets_nobody_search_or_write() {
    let (town, _, patient, stranger) = scene().await;
    broke(&stranger, patient, json!({})).await;

    let found = stranger.ask("{ patients(search: { namePrefix: \"Okafor\" }) { totalCount } }").await.ok();
    assert_eq!(found["patients"]["totalCount"], 0);

    let sql = "select version from patients where id = $1";
    let version: i32 = town.tenant.scalar(sql, patient.uuid()).await.expect("a patient");
    let input = json!({
        "patientId": patient.to_string(), "expectedVersion": version, "identity": { "givenName": "Bea" },
    });
    let written = stranger.mutate("updatePatientIdentity", input, "id").await;
    assert_eq!(written.user_error("updatePatientIdentity"), "NOT_FOUND");
    assert_eq!(town.tenant.scalar::<i32>(sql, patient.uuid()).await, Some(version));
    assert_eq!(sees(&stranger, patient).await, NAME);
}

/// Case 15.
#[tokio::test]
async fn whose_role_breaks_no_glass_is_told_so_and_nothing_happens() {
    let (town, _, patient, _) = scene().await;
    for role in ["ASSISTANT", "ADMIN", "COMPLIANCE", "BILLING"] {
        let actor = town.tenant.practitioner(role, "Robin Castillo").await;
        let answer = breaks(&actor, patient, json!({})).await;
        assert_eq!(answer.refused(), "BREAK_GLASS_DENIED", "{role}");
        assert!(answer.body.to_string().contains("break_glass.invoke"), "the permission is named");
    }
    assert_eq!(town.anonymous().ask(&document()).await.refused(), "UNAUTHENTICATED");
    assert_eq!(town.tenant.count("break_glass_events").await, 0);
    assert_eq!(town.tenant.count("disclosures").await, 0);
}

fn document() -> String {
    "mutation { breakGlass(input: { patient: { displayCode: \"AAAA-AAAA\" }, emergencyNature: \"a\", reason: \"b\",
        recipientName: \"c\", recipientAffiliation: \"d\", classes: [DIRECTORY] }) { userErrors { code } } }"
        .to_owned()
}

#[tokio::test]
async fn house_staff_learn_who_a_patient_of_their_house_is_and_nothing_else() {
    let town = Town::new().await;
    let (house, other) = (town.tenant.location("Oak", false).await, town.tenant.location("Elm", false).await);
    let clinician = town.tenant.clinician().await;
    let enters = async |location: Id<entity::tenancy::location::Entity>| {
        let input = json!({
            "locationId": location.to_string(), "identity": { "givenName": "Amara", "familyName": "Okafor" },
        });
        let data = clinician.mutate("createPatient", input, "id").await.ok();
        id::<patient::Entity>(&data["createPatient"]["result"]["id"])
    };
    let (resident, stranger) = (enters(house).await, enters(other).await);
    let role = NewAssignment { role: "HOUSE_STAFF", location_id: Some(house), ..Default::default() };
    let staff = town.tenant.user(NewUser { roles: vec![role], ..Default::default() }).await;
    assert_eq!(sees(&staff, resident).await, "CONSENT_REQUIRED");

    let more = breaks(&staff, resident, json!({ "classes": ["DIRECTORY", "GENERAL_PHI"] })).await;
    assert_eq!(more.user_error("breakGlass"), "BREAK_GLASS_DENIED");
    let elsewhere = breaks(&staff, stranger, json!({})).await;
    let nobodys = breaks(&staff, Id::new(NOBODYS), json!({})).await;
    assert_eq!(elsewhere.user_error("breakGlass"), "NOT_FOUND");
    assert_eq!((&elsewhere.body, elsewhere.statements), (&nobodys.body, nobodys.statements));
    assert_eq!(town.tenant.count("break_glass_events").await, 0, "nothing was broken so far");

    broke(&staff, resident, json!({})).await;
    assert_eq!(sees(&staff, resident).await, NAME);
}

#[tokio::test]
async fn the_glass_is_broken_by_somebody_who_just_proved_who_they_are() {
    let (town, _, patient, stranger) = scene().await;
    let program = town.tenant.api_token(&stranger, None, None).await.with_purpose("TREATMENT");
    assert_eq!(breaks(&program, patient, json!({})).await.refused(), "REAUTH_REQUIRED");
    town.clock.advance(TimeDelta::minutes(5) + TimeDelta::milliseconds(1));
    assert_eq!(breaks(&stranger, patient, json!({})).await.refused(), "REAUTH_REQUIRED");
    assert_eq!(town.tenant.count("break_glass_events").await, 0);
}

#[tokio::test]
async fn what_is_not_opened_in_an_emergency_and_what_is_not_said_of_one_is_refused() {
    let (town, _, patient, stranger) = scene().await;
    for class in
        ["PSYCHOTHERAPY_NOTE", "SUD_COUNSELING_NOTE", "MINOR_CONFIDENTIAL", "FINANCIAL", "DEIDENTIFIED"]
    {
        let answer = breaks(&stranger, patient, json!({ "classes": ["DIRECTORY", class] })).await;
        let complaint = answer.complaint("breakGlass");
        assert_eq!(
            (&complaint["code"], &complaint["field"]),
            (&json!("BREAK_GLASS_DENIED"), &json!(["classes"]))
        );
    }
    for (field, value) in [
        ("classes", json!([])),
        ("reason", json!("nineteen characters")),
        ("reason", json!("x".repeat(1_001))),
        ("emergencyNature", json!(" ")),
        ("recipientName", json!("")),
        ("recipientAffiliation", json!("two\nlines")),
        ("minutes", json!(0)),
        ("minutes", json!(241)),
    ] {
        let complaint = breaks(&stranger, patient, json!({ field: value })).await.complaint("breakGlass");
        assert_eq!((&complaint["code"], &complaint["field"]), (&json!("VALIDATION_FAILED"), &json!([field])));
    }
    let nobody = breaks(&stranger, Id::new(NOBODYS), json!({})).await;
    assert_eq!(nobody.user_error("breakGlass"), "NOT_FOUND");
    assert_eq!(town.tenant.count("break_glass_events").await, 0);
    assert_eq!(town.tenant.count("disclosures").await, 0);
    assert_eq!(sees(&stranger, patient).await, "NOBODY");
}

#[tokio::test]
async fn the_organization_says_for_how_long_a_glass_stays_open() {
    let (town, _, patient, stranger) = scene().await;
    let policy = json!({ "defaultMinutes": 15, "longestMinutes": 30 });
    town.tenant.admin().await.mutate("setBreakGlassPolicy", policy, "id").await.ok();

    let expires = |answer: &Answer| answer.ok()["breakGlass"]["result"]["expiresAt"].clone();
    assert_eq!(expires(&breaks(&stranger, patient, json!({})).await), "2026-11-21T08:15:00Z");
    assert_eq!(expires(&breaks(&stranger, patient, json!({ "minutes": 30 })).await), "2026-11-21T08:30:00Z");
    let longer = breaks(&stranger, patient, json!({ "minutes": 31 })).await;
    assert_eq!(longer.user_error("breakGlass"), "VALIDATION_FAILED");
    assert_eq!(town.tenant.count("break_glass_events").await, 2);
}

#[tokio::test]
async fn that_the_glass_may_be_broken_is_said_where_it_would_help() {
    let (town, clinician, patient, _) = scene().await;
    let available = async |actor: &Actor| {
        let document = "query($id: ID!) { patient(id: $id) {
            identity { ... on Withheld { reason breakGlassAvailable } } } }";
        let data = actor.ask_with(document, json!({ "id": patient.to_string() })).await.ok();
        let identity = &data["patient"]["identity"];
        assert!(identity["reason"].is_string(), "{data}");
        identity["breakGlassAvailable"].as_bool().expect("a boolean")
    };
    assert!(available(&clinician).await, "a clinician without a consent");
    assert!(!available(&clinician.with_purpose("LEGAL_PROCEEDING")).await, "for a court");
    assert!(!available(&clinician.with_purpose("PAYMENT")).await, "for what the role does not act");
    let program = town.tenant.api_token(&clinician, None, None).await.with_purpose("TREATMENT");
    assert!(!available(&program).await, "a program");
    assert!(!available(&town.tenant.admin().await).await, "an administrator");
    assert!(!available(&town.tenant.compliance().await).await, "compliance");
    clinician.records_consent(patient, json!({ "kind": "RESTRICTION" })).await;
    assert!(available(&clinician).await, "a restriction");

    let document = "query($id: ID!) { consents(patientId: $id) { nodes { detail { ... on Withheld { breakGlassAvailable } } } } }";
    let of_consents = clinician.with_purpose("PAYMENT");
    let data = of_consents.ask_with(document, json!({ "id": patient.to_string() })).await.ok();
    assert_eq!(
        data["consents"]["nodes"][0]["detail"]["breakGlassAvailable"], false,
        "consents are no health"
    );
}

#[tokio::test]
async fn whoever_broke_the_glass_and_compliance_end_it_and_nobody_else() {
    let (town, clinician, patient, stranger) = scene().await;
    let compliance = town.tenant.compliance().await;
    let ends = async |actor: &Actor, event: Uuid| {
        actor.mutate("endBreakGlass", json!({ "eventId": event.to_string() }), "id endedAt").await
    };
    let event = broke(&stranger, patient, json!({})).await;
    assert_eq!(ends(&clinician, event).await.user_error("endBreakGlass"), "NOT_FOUND");
    assert_eq!(ends(&town.tenant.admin().await, event).await.refused(), "FORBIDDEN");
    assert_eq!(sees(&stranger, patient).await, NAME, "still open");

    let elsewhere = town.tenant.another_session(&stranger).await;
    let ended = ends(&elsewhere, event).await.ok();
    assert_eq!(ended["endBreakGlass"]["result"]["endedAt"], "2026-11-21T08:00:00Z");
    assert_eq!(sees(&stranger, patient).await, "NOBODY");
    assert_eq!(ends(&stranger, event).await.user_error("endBreakGlass"), "INVALID_STATE");

    let again = broke(&stranger, patient, json!({})).await;
    ends(&compliance, again).await.ok();
    assert_eq!(sees(&stranger, patient).await, "NOBODY");
    let sql = "select count(*) from break_glass_events where ended_by is not null and tenant_id = $1";
    assert_eq!(town.tenant.scalar::<i64>(sql, town.tenant.id).await, Some(2));
}

#[tokio::test]
async fn a_refused_emergency_is_recorded_and_breaks_nothing() {
    let (town, _, patient, stranger) = scene().await;
    let answer = breaks(&stranger.with_purpose("PAYMENT"), patient, json!({})).await;
    assert_eq!(answer.user_error("breakGlass"), "ACCESS_DENIED");
    assert_eq!(refusals_of(&town, patient).await, ["PURPOSE_REQUIRED"]);
    assert_eq!(town.tenant.count("break_glass_events").await, 0);
}

/// Somebody with several roles.
async fn with_roles(town: &Town, roles: &[&'static str]) -> Actor {
    let roles = roles.iter().map(|role| NewAssignment { role, ..Default::default() });
    let practitioner = Some(NewPractitioner::named("Robin Castillo"));
    town.tenant.user(NewUser { roles: roles.collect(), practitioner, ..Default::default() }).await
}
