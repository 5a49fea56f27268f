//! Notes kept apart from the record (42 CFR 2.11, 2.31(b); 45 CFR 164.501, 164.508(a)(2)).

use consentry::identity::user_creation::{NewAssignment, NewPractitioner, NewUser};
use entity::{Id, people::patient};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Actor, Answer, NOBODYS, Town, id};

const BODY: &str = "She spoke of the river again.\nSilence for a while.";

async fn writes(actor: &Actor, patient: Id<patient::Entity>, parts: Value) -> Answer {
    let mut input = json!({
        "patientId": patient.to_string(),
        "kind": "PSYCHOTHERAPY",
        "occurredAt": "2026-11-20T15:00:00Z",
        "body": BODY,
    });
    for (key, value) in parts.as_object().into_iter().flatten() {
        input[key] = value.clone();
    }
    actor.mutate("writeProtectedNote", input, "id version").await
}

async fn wrote(actor: &Actor, patient: Id<patient::Entity>, kind: &str) -> Uuid {
    let data = writes(actor, patient, json!({ "kind": kind })).await.ok();
    assert_eq!(data["writeProtectedNote"]["userErrors"], json!([]));
    id::<()>(&data["writeProtectedNote"]["result"]["id"]).uuid()
}

async fn amends(actor: &Actor, note: Uuid, version: i32, body: &str) -> Answer {
    let input = json!({ "protectedNoteId": note.to_string(), "expectedVersion": version, "body": body });
    actor.mutate("amendProtectedNote", input, "id version").await
}

/// What somebody reads in a note: its text, why it is withheld, or that there is no such note.
async fn reads(actor: &Actor, note: Uuid) -> String {
    let document = "query($id: ID!) { protectedNote(id: $id) { content {
        ... on ProtectedNoteContent { body } ... on Withheld { reason breakGlassAvailable } } } }";
    let data = actor.ask_with(document, json!({ "id": note.to_string() })).await.ok();
    let content = &data["protectedNote"]["content"];
    assert_ne!(content["breakGlassAvailable"], true, "no emergency opens it");
    content["body"].as_str().or(content["reason"].as_str()).unwrap_or("NOTHING").to_owned()
}

async fn joins_team(clinician: &Actor, patient: Id<patient::Entity>, colleague: &Actor) {
    let input = json!({
        "patientId": patient.to_string(), "practitionerId": colleague.practitioner().to_string(), "role": "COORDINATOR",
    });
    clinician.mutate("assignCareTeam", input, "id").await.ok();
}

/// A patient under a general consent, the clinician who treats them, and a colleague who does as well.
async fn scene() -> (Town, Actor, Id<patient::Entity>, Actor) {
    let town = Town::new().await;
    let (clinician, colleague) = (town.tenant.clinician().await, town.tenant.clinician().await);
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    clinician.records_consent(patient, json!({})).await;
    joins_team(&clinician, patient, &colleague).await;
    (town, clinician, patient, colleague)
}

/// A consent of the patient to notes of one kind, for one practitioner.
async fn consents_to(
    clinician: &Actor,
    patient: Id<patient::Entity>,
    kind: &str,
    class: &str,
    reader: &Actor,
) {
    let terms = json!({
        "kind": kind,
        "scopes": [{ "dataClass": class }],
        "recipients": [{ "practitionerId": reader.practitioner().to_string() }],
        "purposes": ["TREATMENT"],
        "expiry": { "date": "2027-11-20T00:00:00Z" },
    });
    clinician.records_consent(patient, terms).await;
}

/// Case 7.
#[tokio::test]
async fn a_note_is_read_by_its_author_and_a_general_consent_opens_it_to_nobody_else() {
    let (_town, author, patient, colleague) = scene().await;
    for kind in ["PSYCHOTHERAPY", "SUD_COUNSELING"] {
        let note = wrote(&author, patient, kind).await;
        assert_eq!(reads(&author, note).await, BODY);
        assert_eq!(reads(&colleague, note).await, "SEPARATE_CONSENT_REQUIRED", "{kind}");
        assert_eq!(
            reads(&author.with_purpose("OPERATIONS"), note).await,
            "SEPARATE_CONSENT_REQUIRED",
            "to treat alone"
        );
    }
}

#[tokio::test]
async fn a_consent_of_exactly_the_kind_opens_a_note_to_whom_it_names() {
    let (town, author, patient, colleague) = scene().await;
    let third = town.tenant.clinician().await;
    joins_team(&author, patient, &third).await;
    let of_therapy = wrote(&author, patient, "PSYCHOTHERAPY").await;
    let of_counseling = wrote(&author, patient, "SUD_COUNSELING").await;

    consents_to(&author, patient, "PSYCHOTHERAPY_NOTES", "PSYCHOTHERAPY_NOTE", &colleague).await;

    assert_eq!(reads(&colleague, of_therapy).await, BODY);
    assert_eq!(reads(&colleague, of_counseling).await, "SEPARATE_CONSENT_REQUIRED", "not the other kind");
    assert_eq!(reads(&third, of_therapy).await, "SEPARATE_CONSENT_REQUIRED", "nobody whom it does not name");
    consents_to(&author, patient, "SUD_COUNSELING_NOTES", "SUD_COUNSELING_NOTE", &colleague).await;
    assert_eq!(reads(&colleague, of_counseling).await, BODY);
}

#[tokio::test]
async fn neither_an_emergency_nor_an_approval_nor_a_policy_opens_a_note() {
    let (town, author, patient, colleague) = scene().await;
    let note = wrote(&author, patient, "PSYCHOTHERAPY").await;
    let emergency = json!({
        "patient": { "id": patient.to_string() }, "emergencyNature": "found unconscious",
        "reason": "nobody else knows what she takes", "recipientName": "Dr. Quill",
        "recipientAffiliation": "Mercy Hospital",
        "classes": ["DIRECTORY", "GENERAL_PHI", "MENTAL_HEALTH", "SUD"],
    });
    let broken = colleague.mutate("breakGlass", emergency, "id").await.ok();
    assert_eq!(broken["breakGlass"]["userErrors"], json!([]));
    let internal = json!({ "withoutConsent": true });
    let admin = town.tenant.admin().await;
    admin.mutate("setInternalUsePolicy", internal, "id").await.ok();

    assert_eq!(reads(&colleague, note).await, "SEPARATE_CONSENT_REQUIRED");
}

#[tokio::test]
async fn patients_supervisors_and_those_who_do_not_treat_the_patient_read_no_note() {
    let (town, author, patient, _) = scene().await;
    let note = wrote(&author, patient, "SUD_COUNSELING").await;
    let document = format!("{{ protectedNote(id: \"{note}\") {{ content {{ __typename }} }} }}");
    let patients_own = town.tenant.patient_user(patient).await;
    for actor in [
        &patients_own,
        &town.tenant.practitioner("SUPERVISOR", "Dr. Reed").await,
        &town.tenant.practitioner("GUARDIAN", "Robin Castillo").await,
        &town.tenant.practitioner("FAMILY", "Robin Castillo").await,
        &town.tenant.admin().await,
        &town.tenant.compliance().await,
    ] {
        assert_eq!(actor.ask(&document).await.refused(), "FORBIDDEN");
    }
    let stranger = town.tenant.clinician().await;
    assert_eq!(reads(&stranger, note).await, "NOTHING");
    assert_eq!(reads(&stranger, NOBODYS).await, "NOTHING");

    let roles = ["PRACTITIONER", "SUPERVISOR"].map(|role| NewAssignment { role, ..Default::default() });
    let supervisor = NewUser {
        roles: roles.into(),
        practitioner: Some(NewPractitioner::named("Dr. Reed")),
        ..Default::default()
    };
    let supervisor = town.tenant.user(supervisor).await;
    let supervises = format!(
        "update practitioners set supervisor_id = '{}' where id = '{}'",
        supervisor.practitioner(),
        author.practitioner()
    );
    assert_eq!(town.tenant.change(&supervises).await, 1);
    assert!(supervisor.sees_identity_of(patient).await.is_ok(), "the supervisor sees the patient");
    assert_eq!(reads(&supervisor, note).await, "FORBIDDEN", "and not the note");
}

#[tokio::test]
async fn the_list_shows_ones_own_notes_and_those_about_whom_one_treats() {
    let (town, author, patient, colleague) = scene().await;
    let (first, second) =
        (wrote(&author, patient, "PSYCHOTHERAPY").await, wrote(&colleague, patient, "PSYCHOTHERAPY").await);
    let document = "query($id: ID!) { protectedNotes(patientId: $id) { totalCount nodes { id content {
        ... on ProtectedNoteContent { body author { id } } ... on Withheld { reason } } } } }";
    let list = async |actor: &Actor| {
        let data = actor.ask_with(document, json!({ "id": patient.to_string() })).await.ok();
        let list = data["protectedNotes"].clone();
        assert_eq!(list["totalCount"], list["nodes"].as_array().map_or(0, Vec::len));
        list["nodes"].clone()
    };
    let mine = json!({ "body": BODY, "author": { "id": author.practitioner().to_string() } });
    let withheld = json!({ "reason": "SEPARATE_CONSENT_REQUIRED" });
    let mut shown = list(&author).await.as_array().expect("a list").clone();
    shown.sort_by_key(|node| node["id"] != first.to_string());
    assert_eq!(
        shown,
        [
            json!({ "id": first.to_string(), "content": mine }),
            json!({ "id": second.to_string(), "content": withheld })
        ]
    );
    assert_eq!(list(&town.tenant.clinician().await).await, json!([]));

    let leaves = "update care_team_members set ends_at = starts_at + interval '1 microsecond' where practitioner_id = ";
    let leaves = format!("{leaves}'{}'", author.practitioner());
    assert_eq!(town.tenant.change(&leaves).await, 1);
    town.clock.advance(chrono::TimeDelta::seconds(1));
    let own = json!([{ "id": first.to_string(), "content": { "reason": "FORBIDDEN" } }]);
    assert_eq!(
        list(&author).await,
        own,
        "who treats the patient no more knows that there is a note, and no more"
    );
}

#[tokio::test]
async fn the_author_alone_amends_a_note_as_they_read_it() {
    let (_town, author, patient, colleague) = scene().await;
    let note = wrote(&author, patient, "PSYCHOTHERAPY").await;
    consents_to(&author, patient, "PSYCHOTHERAPY_NOTES", "PSYCHOTHERAPY_NOTE", &colleague).await;
    assert_eq!(reads(&colleague, note).await, BODY);

    let others = amends(&colleague, note, 1, "Something else.").await;
    assert_eq!(others.user_error("amendProtectedNote"), "ACCESS_DENIED");
    let nobodys = amends(&author, NOBODYS, 1, "Something else.").await;
    assert_eq!(nobodys.user_error("amendProtectedNote"), "NOT_FOUND");
    assert_eq!(reads(&author, note).await, BODY);

    let amended = amends(&author, note, 1, "She spoke of the sea.").await.ok();
    assert_eq!(amended["amendProtectedNote"]["result"]["version"], 2);
    assert_eq!(reads(&author, note).await, "She spoke of the sea.");
    let stale = amends(&author, note, 1, "Something else.").await;
    assert_eq!(stale.user_error("amendProtectedNote"), "STALE_VERSION");
    assert_eq!(reads(&author, note).await, "She spoke of the sea.");
}

#[tokio::test]
async fn notes_are_written_by_practitioners_about_whom_they_treat_and_with_a_text() {
    let (town, author, patient, _) = scene().await;
    let stranger = town.tenant.clinician().await;
    assert_eq!(writes(&stranger, patient, json!({})).await.user_error("writeProtectedNote"), "NOT_FOUND");
    let for_operations = writes(&author.with_purpose("OPERATIONS"), patient, json!({})).await;
    assert_eq!(for_operations.user_error("writeProtectedNote"), "ACCESS_DENIED");
    assert_eq!(writes(&town.tenant.admin().await, patient, json!({})).await.refused(), "FORBIDDEN");
    for (field, value) in [
        ("body", json!(" \n ")),
        ("body", json!("x".repeat(20_001))),
        ("body", json!("a bell\u{7} rings")),
        ("occurredAt", json!("2026-11-21T08:00:00.000001Z")),
    ] {
        let complaint =
            writes(&author, patient, json!({ field: value })).await.complaint("writeProtectedNote");
        assert_eq!((&complaint["code"], &complaint["field"]), (&json!("VALIDATION_FAILED"), &json!([field])));
    }
    assert_eq!(town.tenant.count("protected_notes").await, 0);
    let sql = "select count(*) from encryption_keys where purpose = 'PROTECTED_NOTE' and tenant_id = $1";
    assert_eq!(town.tenant.scalar::<i64>(sql, town.tenant.id).await, Some(0), "no key was made in vain");

    let longest = "ö".repeat(20_000);
    let written = writes(&author, patient, json!({ "body": longest })).await.ok();
    let note = id::<()>(&written["writeProtectedNote"]["result"]["id"]).uuid();
    assert_eq!(reads(&author, note).await, longest);
}

#[tokio::test]
async fn notes_are_sealed_under_keys_that_open_nothing_else_and_told_by_their_ids_alone() {
    let (town, author, patient, _) = scene().await;
    let note = wrote(&author, patient, "PSYCHOTHERAPY").await;
    wrote(&author, patient, "SUD_COUNSELING").await;

    let sql = "select array_agg(k.purpose::text order by k.purpose) from encryption_keys k
        join patients p on p.tenant_id = k.tenant_id and p.person_id = k.person_id where p.id = $1";
    let keys: Option<Vec<String>> = town.tenant.scalar(sql, patient.uuid()).await;
    assert_eq!(
        keys,
        Some(["CLINICAL", "IDENTITY", "PROTECTED_NOTE"].map(str::to_owned).to_vec()),
        "one for all notes"
    );
    let sql = "select data_class::text || ' ' || (position('river'::bytea in body::bytea) = 0) from protected_notes where id = $1";
    let kept: Option<String> = town.tenant.scalar(sql, note).await;
    assert_eq!(kept.as_deref(), Some("PSYCHOTHERAPY_NOTE true"));
    let sql = "select concat_ws(' ', event_type, payload) from outbox_events where aggregate_id = $1";
    let event: Option<String> = town.tenant.scalar(sql, note).await;
    assert_eq!(event, Some(format!("protected_note.written {{\"id\": \"{note}\"}}")));
    let sql =
        "select concat_ws(' ', operation, array_to_string(fields, ',')) from audit_logs where target_id = $1";
    let recorded: Option<String> = town.tenant.scalar(sql, note).await;
    assert_eq!(recorded.as_deref(), Some("protected_note.write body,kind,occurredAt"), "names, never values");
}
