//! A minor whose parent has legal authority: in the minor's place by authority, or told by a consent of the minor's own.

use consentry::identity::user_creation::{NewAssignment, NewUser};
use entity::{Id, people::patient};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{drafts, signs};
use crate::support::{Actor, Town};

/// Children of a parent, in a state where they consent alone to what is sensitive from the age of twelve.
pub struct Family {
    pub town: Town,
    pub clinician: Actor,
    /// A child of sixteen.
    pub child: Id<patient::Entity>,
    /// The child's own user.
    pub own: Actor,
    /// The parent, whose authority was verified, and whose name is Chen Okafor.
    pub parent: Actor,
    parent_person: Uuid,
}

impl Family {
    /// In a program of the kind that the town is.
    pub async fn of(town: Town) -> Self {
        let tenant = town.tenant.id;
        town.tenant.change(&format!("update organizations set state = 'CO' where id = '{tenant}'")).await;
        let terms = json!({ "ageOfMajority": 18, "rules": [
            { "state": "CO", "service": "SUD", "minimumAge": 12, "parentalConsent": false },
            { "state": "CO", "service": "MENTAL_HEALTH", "minimumAge": 12, "parentalConsent": false },
        ] });
        let policy = format!(
            "insert into policies (tenant_id, id, kind, effective_from, terms)
            values ('{tenant}', gen_random_uuid(), 'MINOR_CONSENT', '2020-01-01', '{terms}')"
        );
        town.tenant.change(&policy).await;
        let clinician = town.tenant.clinician().await;
        let parent = clinician.creates_patient("Chen", "Okafor").await;
        let parent_person = person_of(&town, parent).await;
        let roles = vec![NewAssignment { role: "GUARDIAN", ..Default::default() }];
        let person_id = Some(Id::new(parent_person));
        let parent = town.tenant.user(NewUser { roles, person_id, ..Default::default() }).await;
        let child = clinician.creates_patient_born("2010-05-01").await;
        let own = town.tenant.patient_user(child).await;
        let family = Self { town, clinician, child, own, parent, parent_person };
        family.stands_in_for(child).await;
        family
    }

    /// The parent's authority for a patient is verified.
    pub async fn stands_in_for(&self, patient: Id<patient::Entity>) {
        let person = person_of(&self.town, patient).await;
        let sql = format!(
            "insert into person_relationships (tenant_id, id, person_id, related_person_id, kind, legal_authority, verified_at)
            values ('{}', gen_random_uuid(), '{person}', '{}', 'PARENT', 'PARENT', now())",
            self.town.tenant.id, self.parent_person
        );
        self.town.tenant.change(&sql).await;
    }

    /// A parent signs that those who treat a child may know who the child is, until the first of May 2027.
    pub async fn lets_those_who_treat_know(&self, patient: Id<patient::Entity>) -> String {
        let parts = json!({ "expiry": { "date": "2027-05-01T00:00:00Z" } });
        let (consent, version) = drafts(&self.clinician, patient, parts).await;
        let data = signs(&self.parent, &consent, version).await.ok();
        assert_eq!(data["signConsent"]["userErrors"], json!([]), "the parent signs alone");
        consent
    }

    /// A minor signs that their parent may be told of one class, until the end of the year 2030.
    pub async fn lets_the_parent_know(
        &self,
        own: &Actor,
        patient: Id<patient::Entity>,
        class: &str,
    ) -> String {
        let parts = json!({
            "kind": "SPECIFIC",
            "scopes": [{ "dataClass": class }],
            "recipients": [{ "userId": self.parent.user().to_string() }],
            "purposes": ["PATIENT_REQUEST"],
            "expiry": { "date": "2030-12-31T00:00:00Z" },
        });
        let (consent, version) = drafts(&self.clinician, patient, parts).await;
        let data = signs(own, &consent, version).await.ok();
        assert_eq!(data["signConsent"]["userErrors"], json!([]), "the minor signs alone");
        consent
    }

    /// The same session's user, after so long a time that the session has ended.
    pub async fn signs_in_again(&self, actor: &Actor) -> Actor {
        self.town.tenant.another_session(actor).await
    }
}

async fn person_of(town: &Town, patient: Id<patient::Entity>) -> Uuid {
    let sql = "select person_id from patients where id = $1";
    town.tenant.scalar(sql, patient.uuid()).await.expect("a patient has a person")
}

/// A look at who a patient is.
pub const IDENTITY: &str = "query($id: ID!) { patient(id: $id) { identity { ... on PatientIdentity { fullName } ... on Withheld { reason } } } }";

/// Its variables.
pub fn of(patient: Id<patient::Entity>) -> Value {
    json!({ "id": patient.to_string() })
}
