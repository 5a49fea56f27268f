//! Whom a consent names.

use entity::{Id, people::patient};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{detail, drafts, epoch_of, files, revokes, terms};
use crate::support::{Actor, NOBODYS, Town, id};

const REQUIRED: &str = "CONSENT_REQUIRED";

/// A patient with a care team of two, neither of whom has a consent.
async fn patient_with_two() -> (Town, Actor, Actor, Id<patient::Entity>) {
    let town = Town::new().await;
    let first = town.tenant.clinician().await;
    let second = town.tenant.practitioner("SUPERVISOR", "Robin Castillo, PhD").await;
    let patient = first.creates_patient("Amara", "Okafor").await;
    let place = json!({
        "patientId": patient.to_string(), "practitionerId": second.practitioner().to_string(), "role": "SUPERVISOR",
    });
    first.mutate("assignCareTeam", place, "id").await.ok();
    (town, first, second, patient)
}

async fn refuses(actor: &Actor, patient: Id<patient::Entity>, why: &str) {
    assert_eq!(actor.sees_identity_of(patient).await, Err(REQUIRED.to_owned()), "{why}");
}

#[tokio::test]
async fn a_consent_for_one_practitioner_opens_nothing_to_a_colleague() {
    let (_town, first, second, patient) = patient_with_two().await;
    let named = json!({ "recipients": [{ "practitionerId": first.practitioner().to_string() }] });
    first.records_consent(patient, named).await;

    assert!(first.sees_identity_of(patient).await.is_ok());
    refuses(&second, patient, "not named").await;
}

#[tokio::test]
async fn a_consent_for_one_user_opens_nothing_to_a_colleague() {
    let (_town, first, second, patient) = patient_with_two().await;
    let named = json!({ "recipients": [{ "userId": second.user().to_string() }] });
    first.records_consent(patient, named).await;

    assert!(second.sees_identity_of(patient).await.is_ok());
    refuses(&first, patient, "not named").await;
}

#[tokio::test]
async fn treating_providers_are_those_on_the_care_team_now() {
    let (town, first, second, patient) = patient_with_two().await;
    first
        .records_consent(patient, json!({ "recipients": [{ "recipientClass": "TREATING_PROVIDERS" }] }))
        .await;
    assert!(first.sees_identity_of(patient).await.is_ok());
    assert!(second.sees_identity_of(patient).await.is_ok());

    let ended = format!(
        "update care_team_members set ends_at = starts_at + interval '1 microsecond' where practitioner_id = '{}'",
        second.practitioner()
    );
    assert_eq!(town.tenant.change(&ended).await, 1);
    town.clock.advance(chrono::TimeDelta::milliseconds(1));

    assert!(first.sees_identity_of(patient).await.is_ok());
    let query = "query($id: ID!) { patient(id: $id) { id } }";
    let data = second.ask_with(query, json!({ "id": patient.to_string() })).await.ok();
    assert_eq!(data["patient"], json!(null), "whoever left the team has no relationship");
}

#[tokio::test]
async fn the_programs_workforce_is_named_as_a_class_and_still_needs_a_relationship() {
    let (town, first, second, patient) = patient_with_two().await;
    first
        .records_consent(patient, json!({ "recipients": [{ "recipientClass": "PROGRAM_WORKFORCE" }] }))
        .await;

    assert!(first.sees_identity_of(patient).await.is_ok());
    assert!(second.sees_identity_of(patient).await.is_ok());
    let admin = town.tenant.admin().await;
    assert_eq!(admin.sees_identity_of(patient).await, Err("FORBIDDEN".to_owned()), "no relationship");
}

#[tokio::test]
async fn health_plans_are_nobody_who_works_here() {
    let (_town, first, second, patient) = patient_with_two().await;
    first.records_consent(patient, json!({ "recipients": [{ "recipientClass": "HEALTH_PLANS" }] })).await;

    refuses(&first, patient, "no health plan").await;
    refuses(&second, patient, "no health plan").await;
}

#[tokio::test]
async fn a_consent_for_the_organization_covers_those_who_treat_there_and_no_other_organization() {
    let (town, first, second, patient) = patient_with_two().await;
    let partner = Uuid::from_u128(0x0192_6b3e_7d4c_7a50_8f2e_5b1c_9d0a_6e78);
    let insert = format!(
        "insert into organizations (tenant_id, id, kind, name, slug, time_zone)
        values ('{}', '{partner}', 'PARTNER', 'Harbor School', 'harbor', 'America/New_York')",
        town.tenant.id
    );
    assert_eq!(town.tenant.change(&insert).await, 1);

    first
        .records_consent(patient, json!({ "recipients": [{ "organizationId": partner.to_string() }] }))
        .await;
    refuses(&first, patient, "another organization").await;

    first
        .records_consent(patient, json!({ "recipients": [{ "organizationId": town.tenant.id.to_string() }] }))
        .await;
    assert!(first.sees_identity_of(patient).await.is_ok());
    assert!(second.sees_identity_of(patient).await.is_ok());
}

#[tokio::test]
async fn a_restriction_binds_whom_it_names_and_nobody_else() {
    let (town, first, second, patient) = patient_with_two().await;
    first.records_consent(patient, json!({})).await;
    let named = json!({
        "kind": "RESTRICTION", "recipients": [{ "practitionerId": second.practitioner().to_string() }],
    });
    let restriction = first.records_consent(patient, named).await;

    assert!(first.sees_identity_of(patient).await.is_ok());
    assert_eq!(second.sees_identity_of(patient).await, Err("RESTRICTED".to_owned()));

    revokes(&town.tenant.patient_user(patient).await, restriction).await.ok();
    assert!(second.sees_identity_of(patient).await.is_ok());
}

#[tokio::test]
async fn naming_a_recipient_is_no_relationship() {
    let (town, first, _second, patient) = patient_with_two().await;
    let stranger = town.tenant.clinician().await;
    let named = json!({ "recipients": [{ "userId": stranger.user().to_string() }, { "practitionerId": stranger.practitioner().to_string() }] });
    first.records_consent(patient, named).await;

    let query = "query($id: ID!) { patient(id: $id) { id } patients { totalCount } }";
    let data = stranger.ask_with(query, json!({ "id": patient.to_string() })).await.ok();
    assert_eq!(data, json!({ "patient": null, "patients": { "totalCount": 0 } }));
}

#[tokio::test]
async fn somebody_of_another_tenant_cannot_be_named_and_answers_as_a_random_id() {
    let (town, first, _second, patient) = patient_with_two().await;
    let elsewhere = town.another_tenant("elsewhere").await;
    let outsider = elsewhere.clinician().await;
    let epoch = epoch_of(&town, patient).await;
    let foreign = [
        ("userId", outsider.user().to_string()),
        ("practitionerId", outsider.practitioner().to_string()),
        ("organizationId", elsewhere.id.to_string()),
    ];

    for (kind, theirs) in foreign {
        let naming = |id: String| -> Value { terms(json!({ "recipients": [{ kind: id }] })) };
        let guessed = files(&first, patient, naming(theirs), json!({})).await;
        let random = files(&first, patient, naming(NOBODYS.to_string()), json!({})).await;
        assert_eq!(guessed.user_error("recordConsent"), "NOT_FOUND", "{kind}");
        assert_eq!(guessed.body, random.body, "{kind}");
    }
    assert_eq!(town.tenant.count("consents").await, 0);
    assert_eq!(epoch_of(&town, patient).await, epoch);
}

#[tokio::test]
async fn a_recipient_is_named_in_exactly_one_way() {
    let (town, first, _second, patient) = patient_with_two().await;
    let both = json!({ "userId": first.user().to_string(), "recipientClass": "TREATING_PROVIDERS" });

    for recipient in [json!({}), both] {
        let answer = files(&first, patient, terms(json!({ "recipients": [recipient] })), json!({})).await;
        assert_eq!(answer.refused(), "GRAPHQL_VALIDATION_FAILED", "{recipient}");
    }
    assert_eq!(town.tenant.count("consents").await, 0);
}

#[tokio::test]
async fn the_recipients_of_a_consent_are_shown_as_they_were_named() {
    let (town, first, second, patient) = patient_with_two().await;
    let all = json!({ "recipients": [
        { "userId": second.user().to_string() },
        { "practitionerId": first.practitioner().to_string() },
        { "recipientClass": "HEALTH_PLANS" },
        { "organizationId": town.tenant.id.to_string() },
    ] });
    first.records_consent(patient, all).await;

    let data = first
        .ask_with(
            "query($id: ID!) { consents(patientId: $id) { nodes { detail { ... on ConsentDetail { recipients {
                kind recipientClass userId organizationId practitioner { id } } } } } } }",
            json!({ "id": patient.to_string() }),
        )
        .await
        .ok();

    let recipients =
        data["consents"]["nodes"][0]["detail"]["recipients"].as_array().expect("recipients").clone();
    let of = |kind: &str| recipients.iter().find(|recipient| recipient["kind"] == kind).expect(kind).clone();
    assert_eq!(recipients.len(), 4);
    assert_eq!(id(&of("USER")["userId"]), second.user());
    assert_eq!(id(&of("PRACTITIONER")["practitioner"]["id"]), first.practitioner());
    assert_eq!(of("CLASS")["recipientClass"], "HEALTH_PLANS");
    assert_eq!(of("ORGANIZATION")["organizationId"], town.tenant.id.to_string());
}

#[tokio::test]
async fn a_contact_is_stored_as_a_code_and_shown_to_nobody() {
    let (town, first, _second, patient) = patient_with_two().await;
    let naming = |kind: &str, contact: &str| {
        json!({ "kind": "FAMILY_SHARING", "purposes": ["PATIENT_REQUEST"], "expiry": { "date": "2027-01-01T00:00:00Z" },
            "recipients": [{ "contact": { "kind": kind, "contact": contact } }] })
    };
    let (email, _) = drafts(&first, patient, naming("EMAIL", "ngozi.okafor@example.org")).await;
    let (written_otherwise, _) = drafts(&first, patient, naming("EMAIL", " Ngozi.Okafor@Example.ORG ")).await;
    let (another, _) = drafts(&first, patient, naming("EMAIL", "chidi.okafor@example.org")).await;

    let mut tokens = Vec::new();
    for consent in [&email, &written_otherwise, &another] {
        let sql = "select contact_token::bytea from consent_recipients where consent_id = $1";
        let token: Vec<u8> = town.tenant.scalar(sql, consent.parse().expect("an id")).await.expect("a code");
        assert_eq!(token.len(), 32);
        tokens.push(token);
    }
    assert_eq!(tokens[0], tokens[1], "one address has one code");
    assert_ne!(tokens[0], tokens[2]);
    let sql = "select string_agg(r::text, ' ') from consent_recipients r where tenant_id = $1";
    let rows: String = town.tenant.scalar(sql, town.tenant.id).await.expect("rows");
    assert!(!rows.to_lowercase().contains("okafor"), "{rows}");

    let fields = "recipients { kind contactKind recipientClass userId organizationId intermediaryName }";
    let shown = detail(&first, patient, &email, fields).await;
    assert_eq!(
        shown["recipients"],
        json!([{ "kind": "CONTACT", "contactKind": "EMAIL", "recipientClass": null, "userId": null,
            "organizationId": null, "intermediaryName": null }])
    );
}

#[tokio::test]
async fn an_intermediary_is_named_with_the_class_of_its_participants_and_opens_nothing_here() {
    let (_town, first, second, patient) = patient_with_two().await;
    let exchange =
        json!({ "intermediary": { "name": "Valley exchange", "participants": "TREATING_PROVIDERS" } });
    let consent = first.records_consent(patient, json!({ "recipients": [exchange] })).await;

    let fields = "recipients { kind intermediaryName recipientClass contactKind }";
    let shown = detail(&first, patient, &consent.to_string(), fields).await;
    assert_eq!(
        shown["recipients"],
        json!([{ "kind": "INTERMEDIARY", "intermediaryName": "Valley exchange",
            "recipientClass": "TREATING_PROVIDERS", "contactKind": null }])
    );
    refuses(&first, patient, "participants get it from the exchange").await;
    refuses(&second, patient, "participants get it from the exchange").await;
}

#[tokio::test]
async fn the_discloser_is_the_organization_itself_and_no_other() {
    let (town, first, _second, patient) = patient_with_two().await;
    let admin = town.tenant.admin().await;
    let school = admin.enters_organization("SCHOOL", "harbor", None).await.to_string();
    let from = |discloser: &str| terms(json!({ "discloserOrganizationId": discloser }));

    let answer = files(&first, patient, from(&school), json!({})).await;
    let complaint = answer.complaint("recordConsent");
    assert_eq!(complaint["code"], "VALIDATION_FAILED");
    assert_eq!(complaint["field"], json!(["terms", "discloserOrganizationId"]));
    let nobody = files(&first, patient, from(&NOBODYS.to_string()), json!({})).await;
    assert_eq!(nobody.user_error("recordConsent"), "NOT_FOUND");
    assert_eq!(town.tenant.count("consents").await, 0);

    let own = town.tenant.id.to_string();
    for parts in [json!({}), json!({ "discloserOrganizationId": own })] {
        let consent = first.records_consent(patient, parts).await.to_string();
        let said = detail(&first, patient, &consent, "discloserOrganizationId").await;
        assert_eq!(said["discloserOrganizationId"], own);
    }
}
