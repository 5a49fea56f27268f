//! Emergencies, approvals and notes kept apart, as tests need one of each.

use entity::{Id, people::patient};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Actor, id};

impl Actor {
    /// Breaks the glass for general health information of a patient, and returns the event.
    pub async fn breaks_glass(&self, patient: Id<patient::Entity>) -> Uuid {
        let input = json!({
            "patient": { "id": patient.to_string() },
            "emergencyNature": "found unconscious",
            "reason": "nobody else knows what she takes",
            "recipientName": "Dr. Quill",
            "recipientAffiliation": "Mercy Hospital",
            "classes": ["GENERAL_PHI"],
        });
        self.writes_one("breakGlass", input).await
    }

    /// Approves that an auditor looks at a patient, and returns the approval.
    pub async fn approves_access(&self, patient: Id<patient::Entity>, auditor: &Self) -> Uuid {
        let input = json!({
            "patientId": patient.to_string(),
            "userId": auditor.user().to_string(),
            "purpose": "AUDIT_EVALUATION",
            "classes": ["GENERAL_PHI"],
            "ticket": "audit 7",
            "documentKind": "AUDIT_AGREEMENT",
            "documentReference": "cabinet 4, folder 2",
            "validTo": "2026-12-01T00:00:00Z",
        });
        self.writes_one("approveAccess", input).await
    }

    /// Writes a note that is kept apart, and returns it.
    pub async fn writes_protected_note(&self, patient: Id<patient::Entity>) -> Uuid {
        let input = json!({
            "patientId": patient.to_string(),
            "kind": "PSYCHOTHERAPY",
            "occurredAt": "2026-11-20T15:00:00Z",
            "body": "She spoke of the river.",
        });
        self.writes_one("writeProtectedNote", input).await
    }

    async fn writes_one(&self, mutation: &str, input: Value) -> Uuid {
        let data = self.mutate(mutation, input, "id").await.ok();
        assert_eq!(data[mutation]["userErrors"], json!([]), "{mutation}");
        id::<()>(&data[mutation]["result"]["id"]).uuid()
    }
}
