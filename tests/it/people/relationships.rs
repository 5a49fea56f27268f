//! Who is who to a patient, and who may decide for them: entered by one, verified by another.

use chrono::TimeDelta;
use consentry::identity::user_creation::{NewAssignment, NewUser};
use entity::{Id, people::patient};
use serde_json::{Value, json};

use super::assigns;
use crate::{
    support::{Actor, NOBODYS, Town, id},
    verify::verify,
};

/// A clinician and a colleague of the same patient, so that one verifies what the other recorded.
struct Ward {
    town: Town,
    clinician: Actor,
    colleague: Actor,
    patient: Id<patient::Entity>,
}

impl Ward {
    async fn new() -> Self {
        let town = Town::new().await;
        let clinician = town.tenant.clinician().await;
        let colleague = town.tenant.practitioner("PRACTITIONER", "Robin Castillo").await;
        let patient = clinician.creates_patient("Amara", "Okafor").await;
        assigns(&clinician, patient, colleague.practitioner(), json!({})).await.ok();
        Self { town, clinician, colleague, patient }
    }

    /// The relationship's row, all of it.
    async fn row(&self, relationship: &str) -> String {
        let sql = "select to_jsonb(r)::text from person_relationships r where id = $1";
        self.town.tenant.scalar(sql, relationship.parse().expect("an id")).await.expect("a row")
    }

    async fn epoch(&self) -> i64 {
        let sql = "select consent_epoch from patients where id = $1";
        self.town.tenant.scalar(sql, self.patient.uuid()).await.expect("a patient")
    }
}

const DETAIL: &str =
    "detail { ... on PersonRelationshipDetail { kind fullName canBeContacted isEmergencyContact
    legalAuthority authorityInForce verifiedAt verifiedById endsAt evidenceReference relatedPatient { id } }
    ... on Withheld { reason } }";

fn mother(patient: Id<patient::Entity>, parts: Value) -> Value {
    let mut input = json!({
        "patientId": patient.to_string(),
        "related": { "newPerson": { "givenName": "Ngozi", "familyName": "Okafor" } },
        "kind": "PARENT",
        "canBeContacted": true,
        "legalAuthority": "PARENT",
    });
    for (key, value) in parts.as_object().into_iter().flatten() {
        input[key] = value.clone();
    }
    input
}

/// Links the mother, and returns the relationship's id.
async fn links(actor: &Actor, input: Value) -> String {
    let data = actor.mutate("linkPerson", input, "id").await.ok();
    assert_eq!(data["linkPerson"]["userErrors"], json!([]), "they are linked");
    data["linkPerson"]["result"]["id"].as_str().expect("an id").to_owned()
}

async fn verifies(actor: &Actor, relationship: &str) -> Value {
    let input =
        json!({ "relationshipId": relationship, "evidenceReference": "cabinet 3, birth certificate" });
    actor.mutate("verifyLegalAuthority", input, "id").await.ok()["verifyLegalAuthority"].clone()
}

async fn shown(actor: &Actor, patient: Id<patient::Entity>) -> Value {
    let document =
        format!("query($id: ID!) {{ patient(id: $id) {{ relationships {{ nodes {{ {DETAIL} }} }} }} }}");
    let data = actor.ask_with(&document, json!({ "id": patient.to_string() })).await.ok();
    data["patient"]["relationships"]["nodes"].clone()
}

#[tokio::test]
async fn who_is_who_comes_back_to_whom_the_patient_consented_and_to_nobody_else() {
    let ward = Ward::new().await;
    let data = ward.clinician.mutate("linkPerson", mother(ward.patient, json!({})), DETAIL).await.ok();
    let withheld = json!({ "reason": "CONSENT_REQUIRED" });
    assert_eq!(data["linkPerson"]["result"]["detail"], withheld, "what was written is read as everything");

    ward.clinician.records_consent(ward.patient, json!({})).await;

    let detail = json!({
        "kind": "PARENT", "fullName": "Ngozi Okafor", "canBeContacted": true, "isEmergencyContact": false,
        "legalAuthority": "PARENT", "authorityInForce": false, "verifiedAt": null, "verifiedById": null,
        "endsAt": null, "evidenceReference": null, "relatedPatient": null,
    });
    assert_eq!(shown(&ward.clinician, ward.patient).await, json!([{ "detail": detail }]));
    let admin = ward.town.tenant.admin().await;
    assert_eq!(shown(&admin, ward.patient).await, json!([{ "detail": { "reason": "FORBIDDEN" } }]));
}

#[tokio::test]
async fn the_name_of_a_relative_is_sealed_under_keys_of_their_own() {
    let ward = Ward::new().await;
    let relationship = links(&ward.clinician, mother(ward.patient, json!({}))).await;

    let sql = "select position('Ngozi'::bytea in v.given_name) > 0 from phi.persons v
        join person_relationships r on r.tenant_id = v.tenant_id and r.related_person_id = v.id where r.id = $1";
    let relationship: uuid::Uuid = relationship.parse().expect("an id");
    assert_eq!(ward.town.tenant.scalar(sql, relationship).await, Some(false), "no plaintext is stored");
    let sql = "select count(*) from encryption_keys k
        join person_relationships r on r.tenant_id = k.tenant_id and r.related_person_id = k.person_id where r.id = $1";
    assert_eq!(ward.town.tenant.scalar(sql, relationship).await, Some(2_i64));
    let verdict = verify(&ward.town, &[]).await;
    assert!(verdict.content, "{}", verdict.text);
}

#[tokio::test]
async fn two_people_are_linked_once_whichever_of_them_is_the_patient() {
    let ward = Ward::new().await;
    let brother = ward.clinician.creates_patient("Bruno", "Okafor").await;
    let sibling = |of: Id<patient::Entity>, to: Id<patient::Entity>| {
        json!({ "patientId": of.to_string(), "related": { "patientId": to.to_string() },
            "kind": "SIBLING", "legalAuthority": "NONE" })
    };
    links(&ward.clinician, sibling(ward.patient, brother)).await;
    let before = (ward.town.tenant.count("person_relationships").await, ward.epoch().await);

    for input in [sibling(ward.patient, brother), sibling(brother, ward.patient)] {
        let complaint = ward.clinician.mutate("linkPerson", input, "id").await.complaint("linkPerson");
        assert_eq!(
            (&complaint["code"], &complaint["field"]),
            (&json!("ALREADY_EXISTS"), &json!(["related"]))
        );
    }

    assert_eq!((ward.town.tenant.count("person_relationships").await, ward.epoch().await), before);
    ward.clinician.records_consent(ward.patient, json!({})).await;
    let nodes = shown(&ward.clinician, ward.patient).await;
    let detail = &nodes[0]["detail"];
    assert_eq!(
        (&detail["fullName"], &detail["relatedPatient"]["id"]),
        (&Value::Null, &json!(brother.to_string()))
    );
    let nodes = shown(&ward.colleague, ward.patient).await;
    assert_eq!(
        nodes[0]["detail"]["relatedPatient"],
        Value::Null,
        "who does not treat the brother learns nothing of him"
    );
}

#[tokio::test]
async fn the_parent_of_a_second_child_is_the_same_person() {
    let ward = Ward::new().await;
    let first = links(&ward.clinician, mother(ward.patient, json!({}))).await;
    let brother = ward.clinician.creates_patient("Bruno", "Okafor").await;
    let people = ward.town.tenant.count("phi.persons").await;

    let second =
        links(&ward.clinician, mother(brother, json!({ "related": { "sameAsRelationshipId": first } })))
            .await;

    assert_eq!(ward.town.tenant.count("phi.persons").await, people);
    let sql = "select count(distinct related_person_id) from person_relationships where id in ($1, '";
    let sql = format!("{sql}{second}')");
    assert_eq!(ward.town.tenant.scalar(&sql, first.parse().expect("an id")).await, Some(1_i64));
    ward.clinician.records_consent(brother, json!({})).await;
    assert_eq!(shown(&ward.clinician, brother).await[0]["detail"]["fullName"], "Ngozi Okafor");
}

#[tokio::test]
async fn a_link_that_breaks_a_rule_is_refused_and_enters_nobody() {
    let ward = Ward::new().await;
    let stranger = ward.town.tenant.clinician().await.creates_patient("Chen", "Li").await;
    let admin = ward.town.tenant.admin().await;
    let before = (
        ward.town.tenant.count("person_relationships").await,
        ward.town.tenant.count("phi.persons").await,
        ward.epoch().await,
    );
    let oneself = ward.patient.to_string();
    for (parts, code, field) in [
        (json!({ "related": { "patientId": oneself } }), "VALIDATION_FAILED", json!(["related"])),
        (
            json!({ "related": { "patientId": stranger.to_string() } }),
            "NOT_FOUND",
            json!(["related", "patientId"]),
        ),
        (json!({ "related": { "userId": NOBODYS } }), "NOT_FOUND", json!(["related", "userId"])),
        (json!({ "related": { "userId": admin.user().to_string() } }), "INVALID_STATE", json!([])),
        (json!({ "patientId": stranger.to_string() }), "NOT_FOUND", json!(["patientId"])),
        (json!({ "kind": "FRIEND" }), "VALIDATION_FAILED", json!(["legalAuthority"])),
        (json!({ "evidenceReference": " " }), "VALIDATION_FAILED", json!(["evidenceReference"])),
        (
            json!({ "related": { "newPerson": { "givenName": "" } } }),
            "VALIDATION_FAILED",
            json!(["related", "newPerson", "givenName"]),
        ),
    ] {
        let input = mother(ward.patient, parts);
        let complaint =
            ward.clinician.mutate("linkPerson", input.clone(), "id").await.complaint("linkPerson");
        assert_eq!((&complaint["code"], &complaint["field"]), (&json!(code), &field), "{input}");
    }
    let after = (
        ward.town.tenant.count("person_relationships").await,
        ward.town.tenant.count("phi.persons").await,
        ward.epoch().await,
    );
    assert_eq!(after, before);
}

#[tokio::test]
async fn who_may_not_write_what_is_protected_links_nobody() {
    let ward = Ward::new().await;
    let house = ward.town.tenant.location("House on the hill", false).await;
    let moved = format!("update patients set location_id = '{house}' where id = '{}'", ward.patient);
    assert_eq!(ward.town.tenant.change(&moved).await, 1);
    let role = NewAssignment { role: "MANAGER", location_id: Some(house), ..Default::default() };
    let manager = ward.town.tenant.user(NewUser { roles: vec![role], ..Default::default() }).await;
    let before = ward.town.tenant.count("person_relationships").await;

    let refused = manager.mutate("linkPerson", mother(ward.patient, json!({})), "id").await;

    assert_eq!(refused.user_error("linkPerson"), "ACCESS_DENIED");
    assert_eq!(ward.town.tenant.count("person_relationships").await, before);
}

#[tokio::test]
async fn legal_authority_is_verified_by_somebody_else_than_whoever_recorded_it() {
    let ward = Ward::new().await;
    ward.clinician.records_consent(ward.patient, json!({})).await;
    let relationship = links(&ward.clinician, mother(ward.patient, json!({}))).await;
    let (before, epoch) = (ward.row(&relationship).await, ward.epoch().await);

    let refused = verifies(&ward.clinician, &relationship).await;
    assert_eq!(refused["userErrors"][0]["code"], "SEPARATION_OF_DUTIES");
    assert_eq!((ward.row(&relationship).await, ward.epoch().await), (before, epoch), "nothing changed");

    assert_eq!(verifies(&ward.colleague, &relationship).await["userErrors"], json!([]));

    let nodes = shown(&ward.clinician, ward.patient).await;
    let detail = &nodes[0]["detail"];
    assert_eq!(detail["authorityInForce"], true);
    assert_eq!(detail["verifiedAt"], "2026-11-21T08:00:00Z");
    assert_eq!(detail["verifiedById"], ward.colleague.user().to_string());
    assert_eq!(detail["evidenceReference"], "cabinet 3, birth certificate");
    assert_eq!(ward.epoch().await, epoch + 1);
    let again = verifies(&ward.colleague, &relationship).await;
    assert_eq!(again["userErrors"][0]["code"], "INVALID_STATE", "it is verified already");
    let sql = "select coalesce(array_agg(event_type::text order by position), '{}') from outbox_events where aggregate_id = $1";
    let events: Vec<String> = ward.town.tenant.scalar(sql, ward.patient.uuid()).await.expect("an array");
    assert!(
        events.ends_with(&["relationship.linked".to_owned(), "relationship.verified".to_owned()]),
        "{events:?}"
    );
}

#[tokio::test]
async fn a_relationship_without_authority_has_none_to_verify_or_to_end() {
    let ward = Ward::new().await;
    let input = mother(ward.patient, json!({ "legalAuthority": "NONE" }));
    let relationship = links(&ward.clinician, input).await;
    let before = ward.row(&relationship).await;

    let refused = verifies(&ward.colleague, &relationship).await;
    assert_eq!(refused["userErrors"][0]["code"], "INVALID_STATE");
    let input = json!({ "relationshipId": relationship });
    let refused = ward.colleague.mutate("endLegalAuthority", input, "id").await;
    assert_eq!(refused.user_error("endLegalAuthority"), "INVALID_STATE");
    assert_eq!(ward.row(&relationship).await, before);
}

#[tokio::test]
async fn authority_ends_at_its_moment_and_an_end_moves_closer_alone() {
    let ward = Ward::new().await;
    ward.clinician.records_consent(ward.patient, json!({})).await;
    let relationship = links(&ward.clinician, mother(ward.patient, json!({}))).await;
    verifies(&ward.colleague, &relationship).await;
    let ends = |at: Option<&str>| {
        let input = json!({ "relationshipId": relationship, "at": at });
        let clinician = ward.clinician.clone();
        async move { clinician.mutate("endLegalAuthority", input, "id").await.ok()["endLegalAuthority"].clone() }
    };
    let in_force =
        || async { shown(&ward.clinician, ward.patient).await[0]["detail"]["authorityInForce"].clone() };

    assert_eq!(ends(Some("2026-11-21T07:59:59Z")).await["userErrors"][0]["code"], "VALIDATION_FAILED");
    assert_eq!(ends(Some("2026-11-21T09:00:00Z")).await["userErrors"], json!([]));
    assert_eq!(ends(Some("2026-11-21T10:00:00Z")).await["userErrors"][0]["code"], "VALIDATION_FAILED");
    assert_eq!(in_force().await, true);

    ward.town.clock.advance(TimeDelta::hours(1));
    assert_eq!(in_force().await, false);
    assert_eq!(ends(None).await["userErrors"][0]["code"], "INVALID_STATE", "it has ended");
    assert_eq!(verifies(&ward.colleague, &relationship).await["userErrors"][0]["code"], "INVALID_STATE");
}

#[tokio::test]
async fn authority_that_is_recorded_anew_is_verified_anew() {
    let ward = Ward::new().await;
    ward.clinician.records_consent(ward.patient, json!({})).await;
    let relationship = links(&ward.clinician, mother(ward.patient, json!({}))).await;
    verifies(&ward.colleague, &relationship).await;
    let changes = |version: i32, parts: Value| {
        let mut input = json!({ "relationshipId": relationship, "expectedVersion": version });
        for (key, value) in parts.as_object().into_iter().flatten() {
            input[key] = value.clone();
        }
        let clinician = ward.clinician.clone();
        async move {
            clinician.mutate("changeRelationship", input, "version").await.ok()["changeRelationship"].clone()
        }
    };

    let stale = changes(1, json!({ "canBeContacted": false })).await;
    assert_eq!(stale["userErrors"][0]["code"], "STALE_VERSION");
    let changed = changes(2, json!({ "canBeContacted": false, "isEmergencyContact": true })).await;
    assert_eq!(changed["result"]["version"], 3);
    let nodes = shown(&ward.clinician, ward.patient).await;
    let detail = &nodes[0]["detail"];
    assert_eq!((&detail["canBeContacted"], &detail["isEmergencyContact"]), (&json!(false), &json!(true)));
    assert_eq!(detail["authorityInForce"], true, "nothing was said of it");

    changes(3, json!({ "kind": "OTHER", "legalAuthority": "GUARDIAN" })).await;
    let nodes = shown(&ward.clinician, ward.patient).await;
    let detail = &nodes[0]["detail"];
    assert_eq!((&detail["kind"], &detail["legalAuthority"]), (&json!("OTHER"), &json!("GUARDIAN")));
    assert_eq!((&detail["authorityInForce"], &detail["verifiedAt"]), (&json!(false), &Value::Null));
    assert_eq!(detail["evidenceReference"], Value::Null);
    assert_eq!(
        verifies(&ward.clinician, &relationship).await["userErrors"][0]["code"],
        "SEPARATION_OF_DUTIES"
    );
    assert_eq!(verifies(&ward.colleague, &relationship).await["userErrors"], json!([]));
}

#[tokio::test]
async fn the_relationships_of_a_patient_out_of_reach_are_those_of_nobody() {
    let ward = Ward::new().await;
    let relationship = links(&ward.clinician, mother(ward.patient, json!({}))).await;
    let before = ward.row(&relationship).await;
    let stranger = ward.town.tenant.clinician().await;

    for (mutation, parts) in [
        ("verifyLegalAuthority", json!({ "evidenceReference": "cabinet 3" })),
        ("endLegalAuthority", json!({})),
        ("changeRelationship", json!({ "expectedVersion": 1, "canBeContacted": false })),
    ] {
        let mut complaints = Vec::new();
        for relationship in [relationship.as_str(), &NOBODYS.to_string()] {
            let mut input = parts.clone();
            input["relationshipId"] = json!(relationship);
            complaints.push(stranger.mutate(mutation, input, "id").await.complaint(mutation));
        }
        assert_eq!(complaints[0]["code"], "NOT_FOUND", "{mutation}");
        assert_eq!(complaints[0], complaints[1], "{mutation}");
    }
    assert_eq!(ward.row(&relationship).await, before);
}

#[tokio::test]
async fn a_guardian_is_invited_once_their_authority_is_verified_and_signs_in_as_one() {
    let ward = Ward::new().await;
    let relationship = links(&ward.clinician, mother(ward.patient, json!({}))).await;
    let admin = ward.town.tenant.admin().await;
    let invites = |email: &str| {
        let input = json!({ "relationshipId": relationship, "email": email });
        let admin = admin.clone();
        async move { admin.mutate("inviteGuardian", input, "invitationToken user { id }").await }
    };
    let users = ward.town.tenant.count("users").await;
    assert_eq!(invites("ngozi@home.example").await.user_error("inviteGuardian"), "INVALID_STATE");
    assert_eq!(ward.town.tenant.count("users").await, users);
    verifies(&ward.colleague, &relationship).await;

    let data = invites("ngozi@home.example").await.ok();
    let token = data["inviteGuardian"]["result"]["invitationToken"].as_str().expect("a token");

    let anonymous = ward.town.anonymous();
    let password = "plum kettle garden";
    anonymous
        .mutate("activateUser", json!({ "token": token, "password": password }), "activatedAt")
        .await
        .ok();
    let input = json!({ "organization": "town", "email": "ngozi@home.example", "password": password });
    let data = anonymous.mutate("signIn", input, "token").await.ok();
    let guardian = anonymous.with_token(data["signIn"]["result"]["token"].as_str().expect("a token"));
    assert_eq!(guardian.ask("{ viewer { roles } }").await.ok()["viewer"]["roles"], json!(["GUARDIAN"]));
    let again = invites("else@home.example").await;
    assert_eq!(again.user_error("inviteGuardian"), "ALREADY_EXISTS", "the person has a user");
    let input = json!({ "relationshipId": relationship, "email": "x@home.example" });
    assert_eq!(ward.clinician.mutate("inviteGuardian", input, "expiresAt").await.refused(), "FORBIDDEN");
    let sql = "select count(*) from users where person_id = (select related_person_id from person_relationships where id = $1)";
    assert_eq!(ward.town.tenant.scalar(sql, relationship.parse().expect("an id")).await, Some(1_i64));
    let user: uuid::Uuid =
        id::<()>(&guardian.ask("{ viewer { user { id } } }").await.ok()["viewer"]["user"]["id"]).uuid();
    let sql = "select coalesce(array_agg(event_type::text order by position), '{}') from outbox_events where aggregate_id = $1";
    let events: Vec<String> = ward.town.tenant.scalar(sql, user).await.expect("an array");
    assert_eq!(events, ["user.invited", "user.activated"]);
}
