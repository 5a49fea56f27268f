//! Sharing with family: what a grant takes, what is seen under it, and that it ends at once.

use chrono::TimeDelta;
use entity::{
    Id,
    consent::{consent, sharing_grant},
    people::patient,
};
use serde_json::{Value, json};

use super::{epoch_of, refusals_of, revokes};
use crate::support::{
    Actor, NOBODYS, Town,
    family::{MOTHER, Relative, SHARED, email, seen_by},
    id,
};

/// A patient who shares with their mother, and the clinician who treats them.
struct Scene {
    town: Town,
    clinician: Actor,
    patient: Id<patient::Entity>,
    own: Actor,
    consent: Id<consent::Entity>,
    grant: Id<sharing_grant::Entity>,
}

impl Scene {
    async fn new() -> Self {
        Self::of(Town::new().await).await
    }

    async fn of(town: Town) -> Self {
        let clinician = town.tenant.clinician().await;
        let patient = clinician.creates_patient("Amara", "Okafor").await;
        let own = town.tenant.patient_user(patient).await;
        let (consent, grant) = clinician.shares(patient, MOTHER).await;
        Self { town, clinician, patient, own, consent, grant }
    }

    async fn mother(&self) -> Relative {
        Relative::accepting(&self.town, &self.own, self.grant, MOTHER).await
    }
}

async fn revokes_grant(actor: &Actor, grant: impl ToString) -> crate::support::Answer {
    actor.mutate("revokeSharingGrant", json!({ "sharingGrantId": grant.to_string() }), "id").await
}

/// What the patient reads of a grant.
async fn detail(actor: &Actor, patient: Id<patient::Entity>) -> Value {
    let query = "query($id: ID!) { sharingGrants(patientId: $id) { nodes { detail { ... on SharingGrantDetail {
        recipientName contactKind inForce acceptedAt expiresAt lastUsedAt revokedAt consent { id } devices { id name } } } } } }";
    let data = actor.ask_with(query, json!({ "id": patient.to_string() })).await.ok();
    data["sharingGrants"]["nodes"][0]["detail"].clone()
}

#[tokio::test]
async fn who_proved_their_contact_sees_who_the_patient_is_and_until_when() {
    let scene = Scene::new().await;
    let before = epoch_of(&scene.town, scene.patient).await;

    let mother = scene.mother().await;

    let data = mother.actor.ask(SHARED).await.ok();
    assert_eq!(
        data["sharedPatients"]["nodes"],
        json!([{
            "id": scene.patient.to_string(), "sharedUntil": "2027-02-01T00:00:00Z",
            "identity": { "fullName": "Amara Okafor" },
        }])
    );
    assert!(epoch_of(&scene.town, scene.patient).await > before);
    let sql = "select count(*) from disclosures where patient_id = $1 and sharing_grant_id is not null
        and recipient_user_id is not null";
    let disclosed = scene.town.tenant.scalar::<i64>(sql, scene.patient.uuid()).await;
    assert_eq!(disclosed, Some(1), "it left the program, and the patient can read of it");
    let viewer = mother.actor.ask("{ viewer { roles purpose } }").await.ok();
    assert_eq!(viewer["viewer"]["roles"], json!(["FAMILY"]));
    assert_eq!(viewer["viewer"]["purpose"], "PATIENT_REQUEST");
    let sql = "select count(*) from audit_logs where patient_id = $1 and operation = 'patient.identity'
        and decision = 'PERMIT' and actor_role = 'FAMILY' and consent_id is not null";
    assert_eq!(
        scene.town.tenant.scalar::<i64>(sql, scene.patient.uuid()).await,
        Some(1),
        "a look is recorded once"
    );
}

#[tokio::test]
async fn the_patient_reads_with_whom_they_share_and_nobody_reads_the_contact() {
    let scene = Scene::new().await;
    let of_grant = |in_force: bool, moment: Value, devices: Value| {
        json!({
            "recipientName": "Ngozi Okafor", "contactKind": "EMAIL", "inForce": in_force, "acceptedAt": moment,
            "expiresAt": "2027-02-01T00:00:00Z", "lastUsedAt": moment, "revokedAt": null,
            "consent": { "id": scene.consent.to_string() }, "devices": devices,
        })
    };
    assert_eq!(detail(&scene.own, scene.patient).await, of_grant(true, Value::Null, json!([])));

    scene.mother().await;

    let told = detail(&scene.own, scene.patient).await;
    let devices = json!([{ "id": told["devices"][0]["id"], "name": "Kitchen tablet" }]);
    assert_eq!(told, of_grant(true, json!("2026-11-21T08:00:00Z"), devices));
    assert_eq!(
        detail(&scene.clinician, scene.patient).await,
        told,
        "whoever treats the patient reads the same"
    );
    let sql = "select encode(recipient_name::bytea, 'escape') || encode(contact_token::bytea, 'escape')
        from sharing_grants where id = $1";
    let stored: String = scene.town.tenant.scalar(sql, scene.grant.uuid()).await.expect("a grant");
    assert!(!stored.contains("Ngozi") && !stored.contains("example.org"));
}

#[tokio::test]
async fn a_grant_takes_a_consent_in_force_that_names_the_contact_and_gives_no_more() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let consent = clinician.files_family_consent(patient, MOTHER, json!({})).await;
    let general = clinician.records_consent(patient, json!({})).await;
    let ended = json!({ "expiry": { "date": "2026-11-21T08:05:00Z" } });
    let ended = clinician.files_family_consent(patient, MOTHER, ended).await;
    let aside = json!({ "purposes": ["TREATMENT"] });
    let aside = clinician.files_family_consent(patient, MOTHER, aside).await;
    town.clock.advance(TimeDelta::minutes(5));
    let epoch = epoch_of(&town, patient).await;

    let refused: [(_, &str, Value, &str, Value); 9] = [
        (general, MOTHER, json!({}), "VALIDATION_FAILED", json!(["consentId"])),
        (ended, MOTHER, json!({}), "INVALID_STATE", json!([])),
        (aside, MOTHER, json!({}), "VALIDATION_FAILED", json!(["consentId"])),
        (consent, "uncle@example.org", json!({}), "VALIDATION_FAILED", json!(["contact"])),
        (consent, "no address", json!({}), "VALIDATION_FAILED", json!(["contact", "contact"])),
        (consent, MOTHER, json!({ "recipientName": " " }), "VALIDATION_FAILED", json!(["recipientName"])),
        (
            consent,
            MOTHER,
            json!({ "expiresAt": "2027-02-01T00:00:01Z" }),
            "VALIDATION_FAILED",
            json!(["expiresAt"]),
        ),
        (
            consent,
            MOTHER,
            json!({ "expiresAt": "2026-11-21T08:05:00Z" }),
            "VALIDATION_FAILED",
            json!(["expiresAt"]),
        ),
        (Id::new(NOBODYS), MOTHER, json!({}), "NOT_FOUND", json!(["consentId"])),
    ];
    for (consent, contact, parts, code, field) in refused {
        let complaint =
            clinician.grants(consent, contact, parts.clone()).await.complaint("createSharingGrant");
        assert_eq!((&complaint["code"], &complaint["field"]), (&json!(code), &field), "{contact} {parts}");
        assert!(!complaint.to_string().contains(contact), "the contact is not repeated");
    }
    assert_eq!(town.tenant.count("sharing_grants").await, 0);
    assert_eq!(epoch_of(&town, patient).await, epoch);

    // The same address, written in another way.
    clinician.grants(consent, " Ngozi.Okafor@EXAMPLE.org", json!({})).await.ok();
    let again = clinician.grants(consent, MOTHER, json!({})).await;
    assert_eq!(again.user_error("createSharingGrant"), "ALREADY_EXISTS");
    assert_eq!(town.tenant.count("sharing_grants").await, 1);
}

#[tokio::test]
async fn sharing_is_managed_by_the_patient_and_those_who_treat_them() {
    let scene = Scene::new().await;
    let stranger = scene.town.tenant.clinician().await;
    let somebody = scene.clinician.creates_patient("Bruno", "Silva").await;
    let somebodys_own = scene.town.tenant.patient_user(somebody).await;
    let mother = scene.mother().await;
    let admin = scene.town.tenant.admin().await;
    let tables = ["sharing_grants", "sharing_devices", "outbox_events"];
    let mut before = Vec::new();
    for table in tables {
        before.push(scene.town.tenant.count(table).await);
    }

    for actor in [&stranger, &somebodys_own] {
        let hidden = revokes_grant(actor, scene.grant).await;
        assert_eq!(hidden.user_error("revokeSharingGrant"), "NOT_FOUND");
        let random = revokes_grant(actor, NOBODYS).await;
        assert_eq!((hidden.body, hidden.statements), (random.body, random.statements));
        let code = json!({ "sharingGrantId": scene.grant.to_string() });
        assert_eq!(
            actor.mutate("issueSharingCode", code, "code").await.user_error("issueSharingCode"),
            "NOT_FOUND"
        );
        assert_eq!(
            actor.grants(scene.consent, MOTHER, json!({})).await.user_error("createSharingGrant"),
            "NOT_FOUND"
        );
    }
    for actor in [&admin, &mother.actor] {
        assert_eq!(revokes_grant(actor, scene.grant).await.refused(), "FORBIDDEN");
        assert_eq!(actor.grants(scene.consent, MOTHER, json!({})).await.refused(), "FORBIDDEN");
    }
    for (table, before) in tables.into_iter().zip(before) {
        assert_eq!(scene.town.tenant.count(table).await, before, "{table}");
    }
    assert_eq!(seen_by(&mother.actor).await, ["Amara Okafor"]);
}

#[tokio::test]
async fn identity_in_a_part_2_program_takes_a_consent_that_names_sud() {
    let scene = Scene::of(Town::with_part2_program().await).await;
    let mother = scene.mother().await;

    let data = mother.actor.ask(SHARED).await.ok();

    assert_eq!(
        data["sharedPatients"]["nodes"][0]["identity"],
        json!({
            "reason": "ACCESS_DENIED", "dataClass": "DIRECTORY", "consentRequestable": false, "breakGlassAvailable": false,
        })
    );
    assert_eq!(refusals_of(&scene.town, scene.patient).await, ["CONSENT_REQUIRED"], "the patient reads why");

    let wide = json!({ "scopes": [{ "dataClass": "DIRECTORY" }, { "dataClass": "SUD" }] });
    let wide = scene.clinician.files_family_consent(scene.patient, MOTHER, wide).await;
    revokes_grant(&scene.own, scene.grant).await.ok();
    let granted = scene.own.grants(wide, MOTHER, json!({})).await.ok();
    let grant = id(&granted["createSharingGrant"]["result"]["id"]);
    let mother = Relative::accepting(&scene.town, &scene.own, grant, MOTHER).await;
    assert_eq!(seen_by(&mother.actor).await, ["Amara Okafor"]);
}

#[tokio::test]
async fn notes_kept_apart_are_never_shared_with_family() {
    let scene = Scene::new().await;
    for class in ["PSYCHOTHERAPY_NOTE", "SUD_COUNSELING_NOTE"] {
        let terms = json!({
            "kind": "FAMILY_SHARING", "scopes": [{ "dataClass": class }],
            "recipients": [{ "contact": email(MOTHER) }], "purposes": ["PATIENT_REQUEST"],
            "expiry": { "date": "2027-02-01T00:00:00Z" },
        });
        let before = scene.town.tenant.count("consents").await;
        let filed = super::files(&scene.clinician, scene.patient, super::terms(terms), json!({})).await.ok();
        assert!(filed["recordConsent"]["result"].is_null(), "{class}: {filed}");
        assert_eq!(scene.town.tenant.count("consents").await, before);
    }
    let mother = scene.mother().await;
    let viewer = mother.actor.ask("{ viewer { permissions { permission } } }").await.ok();
    assert!(!viewer.to_string().contains("protected_note"), "{viewer}");
}

#[tokio::test]
async fn revoking_a_grant_binds_the_next_request_and_ends_the_session_of_whom_nothing_else_is_shared_with() {
    let scene = Scene::new().await;
    let second = scene.clinician.creates_patient("Chidi", "Okafor").await;
    let (_, of_second) = scene.clinician.shares(second, MOTHER).await;
    let mother = scene.mother().await;
    let also = Relative::accepting(&scene.town, &scene.clinician, of_second, MOTHER).await;
    let sql = "select count(*) from users where tenant_id = $1 and contact_token is not null";
    let users = scene.town.tenant.scalar::<i64>(sql, scene.town.tenant.id).await;
    assert_eq!(users, Some(1), "one person is one user");
    assert_eq!(seen_by(&mother.actor).await, ["Chidi Okafor", "Amara Okafor"]);
    let epoch = epoch_of(&scene.town, scene.patient).await;

    revokes_grant(&scene.own, scene.grant).await.ok();

    assert_eq!(seen_by(&mother.actor).await, ["Chidi Okafor"]);
    assert_eq!(epoch_of(&scene.town, scene.patient).await, epoch + 1);
    assert_eq!(detail(&scene.own, scene.patient).await["inForce"], false);
    assert_eq!(
        revokes_grant(&scene.own, scene.grant).await.user_error("revokeSharingGrant"),
        "INVALID_STATE"
    );

    revokes_grant(&scene.clinician, of_second).await.ok();

    for session in [&mother, &also] {
        assert_eq!(session.actor.ask(SHARED).await.refused(), "UNAUTHENTICATED");
        let back = scene.town.anonymous().reopens_shared(MOTHER, &session.device).await;
        assert_eq!(
            back.user_error("reopenShared"),
            "INVALID_CREDENTIALS",
            "the device went with the last grant"
        );
    }
    let sql = "select count(*) from sharing_devices where tenant_id = $1 and revoked_at is null";
    assert_eq!(scene.town.tenant.scalar::<i64>(sql, scene.town.tenant.id).await, Some(0));
}

#[tokio::test]
async fn revoking_the_consent_ends_what_is_shared_under_it() {
    let scene = Scene::new().await;
    let mother = scene.mother().await;
    assert_eq!(seen_by(&mother.actor).await, ["Amara Okafor"]);

    revokes(&scene.own, scene.consent).await.ok();

    assert_eq!(mother.actor.ask(SHARED).await.refused(), "UNAUTHENTICATED");
    let told = detail(&scene.own, scene.patient).await;
    assert_eq!((&told["inForce"], &told["revokedAt"]), (&json!(false), &json!("2026-11-21T08:00:00Z")));
    let code = json!({ "sharingGrantId": scene.grant.to_string() });
    let refused = scene.own.mutate("issueSharingCode", code, "code").await;
    assert_eq!(refused.user_error("issueSharingCode"), "INVALID_STATE");
}

#[tokio::test]
async fn what_has_ended_is_not_seen_and_no_job_has_to_end_it() {
    let scene = Scene::new().await;
    revokes_grant(&scene.own, scene.grant).await.ok();
    let until = json!({ "expiresAt": "2026-11-21T08:10:00Z" });
    let granted = scene.own.grants(scene.consent, MOTHER, until).await.ok();
    let grant = id(&granted["createSharingGrant"]["result"]["id"]);
    let mother = Relative::accepting(&scene.town, &scene.own, grant, MOTHER).await;
    scene.town.clock.advance(TimeDelta::minutes(10) - TimeDelta::microseconds(1));
    assert_eq!(seen_by(&mother.actor).await, ["Amara Okafor"]);

    scene.town.clock.advance(TimeDelta::microseconds(1));

    assert_eq!(seen_by(&mother.actor).await, [""; 0]);
    let back = scene.town.anonymous().reopens_shared(MOTHER, &mother.device).await;
    assert_eq!(back.user_error("reopenShared"), "INVALID_CREDENTIALS");
    let code = json!({ "sharingGrantId": grant.to_string() });
    let refused = scene.own.mutate("issueSharingCode", code, "code").await;
    assert_eq!(refused.user_error("issueSharingCode"), "INVALID_STATE");
}

#[tokio::test]
async fn a_consent_that_ended_by_its_date_shares_nothing() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let short = json!({ "expiry": { "date": "2026-11-21T08:05:00Z" } });
    let consent = clinician.files_family_consent(patient, MOTHER, short).await;
    let granted = clinician.grants(consent, MOTHER, json!({})).await.ok();
    let grant = id(&granted["createSharingGrant"]["result"]["id"]);
    let mother = Relative::accepting(&town, &clinician, grant, MOTHER).await;
    assert_eq!(seen_by(&mother.actor).await, ["Amara Okafor"]);

    town.clock.advance(TimeDelta::minutes(5));

    assert_eq!(seen_by(&mother.actor).await, [""; 0]);
}

#[tokio::test]
async fn a_restriction_withholds_and_does_not_say_so() {
    let scene = Scene::new().await;
    let mother = scene.mother().await;
    let terms = json!({
        "kind": "RESTRICTION", "scopes": [{ "dataClass": "DIRECTORY" }],
        "recipients": [{ "contact": email(MOTHER) }], "purposes": ["PATIENT_REQUEST"], "expiry": { "never": true },
    });
    scene.clinician.records_consent(scene.patient, terms).await;

    assert_eq!(seen_by(&mother.actor).await, ["ACCESS_DENIED"]);
    assert_eq!(refusals_of(&scene.town, scene.patient).await, ["RESTRICTED"]);
}

/// For whoever comes from outside, a patient who does not share is nobody.
#[tokio::test]
async fn family_of_one_patient_sees_nothing_of_another() {
    let scene = Scene::new().await;
    let other = scene.clinician.creates_patient("Bruno", "Silva").await;
    let (_, of_other) = scene.clinician.shares(other, "rosa.silva@example.org").await;
    let rosa = Relative::accepting(&scene.town, &scene.clinician, of_other, "rosa.silva@example.org").await;
    let mother = scene.mother().await;

    assert_eq!(seen_by(&mother.actor).await, ["Amara Okafor"]);
    assert_eq!(seen_by(&rosa.actor).await, ["Bruno Silva"]);
    let ways = [
        "query($id: ID!) { patient(id: $id) { displayCode } }",
        "query($id: ID!) { sharingGrants(patientId: $id) { totalCount } }",
        "query($id: ID!) { consents(patientId: $id) { totalCount } }",
        "query($id: ID!) { explainAccess(patientId: $id) { __typename } }",
        "query($id: ID!) { accessHistory(patientId: $id) { totalCount } }",
    ];
    for way in ways {
        let mut told = Vec::new();
        for id in [scene.patient.uuid(), other.uuid(), NOBODYS] {
            let answer = mother.actor.ask_with(way, json!({ "id": id.to_string() })).await;
            assert_eq!(answer.refused(), "FORBIDDEN", "{way}");
            told.push((
                answer.body["errors"][0]["message"].clone(),
                answer.body["data"].clone(),
                answer.statements,
            ));
        }
        assert_eq!(told[0], told[1], "{way}");
        assert_eq!(told[0], told[2], "{way}");
    }
}

#[tokio::test]
async fn whoever_works_for_the_program_has_no_shared_patients() {
    let scene = Scene::new().await;
    scene.mother().await;
    assert_eq!(seen_by(&scene.clinician).await, [""; 0]);
    assert_eq!(seen_by(&scene.own).await, [""; 0]);
    assert_eq!(scene.town.tenant.admin().await.ask(SHARED).await.refused(), "FORBIDDEN");
}
