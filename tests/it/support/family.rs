//! Family: what patients share with them, and how they come to see it.

use entity::{
    Id,
    consent::{consent, sharing_grant},
    people::patient,
};
use serde_json::{Value, json};

use super::{Actor, Answer, Town, id};

/// The mother of whoever shares.
pub const MOTHER: &str = "ngozi.okafor@example.org";

/// What one sees of those who share.
pub const SHARED: &str = "{ sharedPatients { totalCount nodes { id sharedUntil identity {
    ... on PatientIdentity { fullName } ... on Withheld { reason dataClass consentRequestable breakGlassAvailable } } } } }";

/// A contact by email.
pub fn email(contact: &str) -> Value {
    json!({ "kind": "EMAIL", "contact": contact })
}

impl Actor {
    /// Files a consent to share a patient's identity with an email address until February; `parts` overrides terms of it.
    pub async fn files_family_consent(
        &self,
        patient: Id<patient::Entity>,
        contact: &str,
        parts: Value,
    ) -> Id<consent::Entity> {
        let mut terms = json!({
            "kind": "FAMILY_SHARING",
            "scopes": [{ "dataClass": "DIRECTORY" }],
            "recipients": [{ "contact": email(contact) }],
            "purposes": ["PATIENT_REQUEST"],
            "expiry": { "date": "2027-02-01T00:00:00Z" },
        });
        for (key, value) in parts.as_object().into_iter().flatten() {
            terms[key] = value.clone();
        }
        self.records_consent(patient, terms).await
    }

    /// Shares under a consent with an email address; `parts` overrides parts of the input.
    pub async fn grants(&self, consent: impl ToString, contact: &str, parts: Value) -> Answer {
        let mut input = json!({
            "consentId": consent.to_string(), "contact": email(contact), "recipientName": "Ngozi Okafor",
        });
        for (key, value) in parts.as_object().into_iter().flatten() {
            input[key] = value.clone();
        }
        self.mutate("createSharingGrant", input, "id").await
    }

    /// Shares a patient's identity with an email address: the consent and the grant.
    pub async fn shares(
        &self,
        patient: Id<patient::Entity>,
        contact: &str,
    ) -> (Id<consent::Entity>, Id<sharing_grant::Entity>) {
        let consent = self.files_family_consent(patient, contact, json!({})).await;
        let granted = self.grants(consent, contact, json!({})).await.ok();
        (consent, id(&granted["createSharingGrant"]["result"]["id"]))
    }

    /// A one-time code for a grant.
    pub async fn issues_code(&self, grant: Id<sharing_grant::Entity>) -> String {
        let input = json!({ "sharingGrantId": grant.to_string() });
        let issued = self.mutate("issueSharingCode", input, "code expiresAt sharingGrant { id }").await.ok();
        let code = issued["issueSharingCode"]["result"]["code"].as_str();
        code.unwrap_or_else(|| panic!("no code: {issued}")).to_owned()
    }

    /// Tries a code at the organization `town`.
    pub async fn opens_shared(&self, contact: &str, code: &str) -> Answer {
        self.opens_shared_at("town", contact, code).await
    }

    /// Tries a code.
    pub async fn opens_shared_at(&self, organization: &str, contact: &str, code: &str) -> Answer {
        let input = json!({
            "organization": organization, "contact": email(contact), "code": code, "deviceName": "Kitchen tablet",
        });
        self.mutate("openShared", input, "session { token expiresAt idleSeconds } deviceSecret").await
    }

    /// Comes back to a device at the organization `town`.
    pub async fn reopens_shared(&self, contact: &str, secret: &str) -> Answer {
        let input = json!({ "organization": "town", "contact": email(contact), "deviceSecret": secret });
        self.mutate("reopenShared", input, "token expiresAt idleSeconds").await
    }
}

/// Somebody on a device of theirs.
pub struct Relative {
    /// In the session that the code opened.
    pub actor: Actor,
    /// What their device keeps.
    pub device: String,
}

impl Relative {
    /// Whom an answer of `openShared` let in.
    pub fn of(town: &Town, opened: &Answer) -> Self {
        let data = opened.ok();
        let result = &data["openShared"]["result"];
        let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("not let in: {data}")).to_owned();
        let actor = town.anonymous().with_token(&text(&result["session"]["token"]));
        Self { actor, device: text(&result["deviceSecret"]) }
    }

    /// Who accepts a grant with a code of `manager` on a new device.
    pub async fn accepting(
        town: &Town,
        manager: &Actor,
        grant: Id<sharing_grant::Entity>,
        contact: &str,
    ) -> Self {
        let code = manager.issues_code(grant).await;
        Self::of(town, &town.anonymous().opens_shared(contact, &code).await)
    }
}

/// The names, or reasons for withholding, that somebody outside sees.
pub async fn seen_by(actor: &Actor) -> Vec<String> {
    let data = actor.ask(SHARED).await.ok();
    let nodes = data["sharedPatients"]["nodes"].as_array().expect("nodes");
    assert_eq!(data["sharedPatients"]["totalCount"], nodes.len());
    let told = |node: &Value| {
        let identity = &node["identity"];
        let told = identity["fullName"].as_str().or(identity["reason"].as_str());
        told.unwrap_or_else(|| panic!("neither a name nor a reason: {node}")).to_owned()
    };
    nodes.iter().map(told).collect()
}
