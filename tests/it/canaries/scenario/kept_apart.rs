//! Notes that are kept apart, and emergencies with all that is said of them.

use consentry::seed::PASSWORD;
use serde_json::{Value, json};

use super::{Patient, People};
use crate::canaries::conversation::{
    Audience::{MayNot, MaySee},
    Conversation, written,
};

/// The clinician writes notes and breaks the glass; those who may read it do, and everybody else tries.
pub fn keep_apart(talk: &mut Conversation, people: &People, patients: &[Patient]) {
    let token = &people.clinician;
    let proof = json!({ "password": PASSWORD });
    let proved = talk.ask(
        token,
        MayNot,
        "mutation($input: ReauthenticateInput!) { reauthenticate(input: $input) { userErrors { code } } }",
        json!({ "input": proof }),
    );
    assert_eq!(proved["data"]["reauthenticate"]["userErrors"], json!([]), "{proved}");
    let notes = "query($id: ID!) { protectedNotes(patientId: $id) { nodes { content { ... on ProtectedNoteContent { body } } } } }";
    let emergencies = "query($id: ID!) { breakGlassEvents(filter: { patientId: $id }) { nodes { detail { ... on BreakGlassDetail {
        emergencyNature reason recipientName recipientAffiliation } } } } }";
    for patient in patients {
        let note = json!({
            "patientId": patient.id,
            "kind": "SUD_COUNSELING",
            "occurredAt": "2026-01-19T09:00:00Z",
            "body": format!("{}\nand {}", talk.planted.secret(), talk.planted.secret()),
        });
        let id = written(&talk.mutate(token, MayNot, "writeProtectedNote", &note), "writeProtectedNote");
        let other = json!({ "protectedNoteId": id, "expectedVersion": 1, "body": talk.planted.secret() });
        written(&talk.mutate(token, MayNot, "amendProtectedNote", &other), "amendProtectedNote");
        let stale = json!({ "protectedNoteId": id, "expectedVersion": 1, "body": talk.planted.secret() });
        let refused = talk.mutate_literally(token, MayNot, "amendProtectedNote", &stale);
        assert_eq!(
            refused["data"]["amendProtectedNote"]["userErrors"][0]["code"], "STALE_VERSION",
            "{refused}"
        );

        let emergency = json!({
            "patient": { "id": patient.id },
            "emergencyNature": talk.planted.secret(),
            "reason": format!("nobody else knows {}", talk.planted.secret()),
            "recipientName": talk.planted.secret(),
            "recipientAffiliation": talk.planted.secret(),
            "classes": ["DIRECTORY"],
        });
        written(&talk.mutate(token, MayNot, "breakGlass", &emergency), "breakGlass");
        let mut never = emergency;
        never["classes"] = json!(["PSYCHOTHERAPY_NOTE"]);
        let refused = talk.mutate(token, MayNot, "breakGlass", &never);
        assert_eq!(refused["data"]["breakGlass"]["userErrors"][0]["code"], "BREAK_GLASS_DENIED", "{refused}");

        let of = json!({ "id": patient.id });
        let read = talk.ask(token, MaySee, notes, of.clone());
        assert!(first(&read, "protectedNotes")["content"]["body"].is_string(), "the author reads: {read}");
        let told = talk.ask(&people.compliance, MaySee, emergencies, of.clone());
        assert!(first(&told, "breakGlassEvents")["detail"]["reason"].is_string(), "compliance reads: {told}");
        for other in people.others() {
            talk.ask(other, MayNot, notes, of.clone());
            talk.ask(other, MayNot, emergencies, of.clone());
        }
    }
}

fn first<'a>(answer: &'a Value, list: &str) -> &'a Value {
    &answer["data"][list]["nodes"][0]
}
