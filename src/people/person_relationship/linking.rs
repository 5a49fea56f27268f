//! Entering who is who to a patient, and changing it.

use async_graphql::{Context, InputObject, Object};
use entity::{
    Gate, Id,
    identity::permission::Permission,
    people::{
        patient, person,
        person_relationship::{self, LegalAuthority, PersonRelationshipKind},
    },
};
use sea_orm::ActiveValue::Set;

use super::{
    OfPatient, PersonRelationship, locked, may_write,
    related_person::{RelatedPersonInput, resolve},
};
use crate::kernel::{
    door::{Door, Requires},
    error::{Error, Result, UserErrorCode},
    graphql::{Payload, requires},
    record::Written,
    text::printable,
    write::Write,
};

/// Somebody to enter as family of a patient, or as another person around the patient.
#[derive(Clone, Debug, InputObject)]
pub struct LinkPersonInput {
    /// The patient.
    pub patient_id: Id<patient::Entity>,
    /// Who the person is.
    pub related: RelatedPersonInput,
    /// What the person is to the patient.
    pub kind: PersonRelationshipKind,
    /// Whether the person may be written to and called about the patient; `false` where a court limited custody.
    #[graphql(default)]
    pub can_be_contacted: bool,
    /// Whether to call the person in an emergency.
    #[graphql(default)]
    pub is_emergency_contact: bool,
    /// What the person may decide, once somebody else has verified it. `PARENT` goes with the kind `PARENT` alone.
    pub legal_authority: LegalAuthority,
    /// Where the evidence of the authority is filed, 1 to 200 characters; can be left out until it is verified.
    pub evidence_reference: Option<String>,
}

/// What changes about a relationship. What is left out stays as it is.
#[derive(Clone, Debug, InputObject)]
pub struct ChangeRelationshipInput {
    /// The relationship.
    pub relationship_id: Id<person_relationship::Entity>,
    /// `version` of the relationship as you read it.
    pub expected_version: i32,
    /// What the person is to the patient.
    pub kind: Option<PersonRelationshipKind>,
    /// Whether the person may be written to and called about the patient.
    pub can_be_contacted: Option<bool>,
    /// Whether to call the person in an emergency.
    pub is_emergency_contact: Option<bool>,
    /// What the person may decide. Stated, it is recorded anew, even if it is what stood there: it counts only when it is
    /// verified again, and its end and its evidence are forgotten.
    pub legal_authority: Option<LegalAuthority>,
}

/// What can be changed about who is who to a patient.
#[derive(Default)]
pub struct PersonRelationshipMutation;

#[Object]
impl PersonRelationshipMutation {
    /// Enters who somebody is to a patient, such as a parent or guardian. Two people are linked once, whichever of them is
    /// the patient. Needs the permission `phi.write` besides. A legal authority opens nothing before somebody else has verified it
    /// (`verifyLegalAuthority`).
    ///
    /// User errors: `NOT_FOUND`, `VALIDATION_FAILED`, `ALREADY_EXISTS` (these two are linked), `ACCESS_DENIED`, `INVALID_STATE`
    /// (the user stands for no person), `SEPARATION_OF_DUTIES` (nobody records an authority of their own).
    #[graphql(directive = requires::apply(Permission::PatientWrite.into()), guard = "Requires(Permission::PatientWrite)")]
    async fn link_person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who is who to whom.")] input: LinkPersonInput,
    ) -> Result<Option<Payload<PersonRelationship>>> {
        let outcome = ctx.slot().write(|write| Box::pin(link(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }

    /// Changes who somebody is to a patient. Needs the permission `phi.write` besides.
    ///
    /// User errors: `NOT_FOUND`, `STALE_VERSION`, `VALIDATION_FAILED`, `ACCESS_DENIED`, `SEPARATION_OF_DUTIES` (nobody records
    /// an authority of their own).
    #[graphql(directive = requires::apply(Permission::PatientWrite.into()), guard = "Requires(Permission::PatientWrite)")]
    async fn change_relationship(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: ChangeRelationshipInput,
    ) -> Result<Option<Payload<PersonRelationship>>> {
        let outcome = ctx.slot().write(|write| Box::pin(change(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }
}

async fn link(write: &Write, input: LinkPersonInput) -> Result<Id<person_relationship::Entity>> {
    let LinkPersonInput {
        patient_id,
        related,
        kind,
        can_be_contacted,
        is_emergency_contact,
        legal_authority,
        evidence_reference,
    } = input;
    let patient = write.lock(patient_id, &[Permission::PatientWrite], "patientId", "patient").await?;
    let permit = may_write(write, patient.id, "relationship.link", "patientId").await?;
    fits(kind, legal_authority)?;
    let evidence = match evidence_reference {
        Some(reference) => Some(printable(&reference, 200, "evidenceReference")?),
        None => None,
    };
    let related_person_id = resolve(write, &permit, related).await?;
    if related_person_id == patient.person_id {
        return Err(Error::invalid("related", "nobody is related to oneself"));
    }
    not_ones_own(write, related_person_id, legal_authority)?;
    let id = write.new_id();
    write
        .insert(person_relationship::ActiveModel {
            id: Set(id),
            person_id: Set(patient.person_id),
            related_person_id: Set(related_person_id),
            kind: Set(Gate::new(kind)),
            can_be_contacted: Set(can_be_contacted),
            is_emergency_contact: Set(is_emergency_contact),
            legal_authority: Set(Gate::new(legal_authority)),
            evidence_reference: Set(evidence),
            ..Default::default()
        })
        .await?;
    write.bump_consent_epoch(patient.id).await?;
    write.written(Written {
        operation: "relationship.link",
        target_kind: "PERSON_RELATIONSHIP",
        target_id: id.uuid(),
        patient_id: Some(patient.id),
        fields: vec![
            "kind",
            "relatedPerson",
            "canBeContacted",
            "isEmergencyContact",
            "legalAuthority",
            "evidenceReference",
        ],
    });
    write.emit("relationship.linked", "PATIENT", patient.id.uuid()).await?;
    Ok(id)
}

async fn change(write: &Write, input: ChangeRelationshipInput) -> Result<Id<person_relationship::Entity>> {
    let ChangeRelationshipInput {
        relationship_id,
        expected_version,
        kind,
        can_be_contacted,
        is_emergency_contact,
        legal_authority,
    } = input;
    let (row, patient_id, permit) = locked(write, relationship_id, "relationship.change").await?;
    let of_patient = OfPatient { id: row.id, patient_id };
    let kept = (permit.consult(&of_patient, &row.kind)?, permit.consult(&of_patient, &row.legal_authority)?);
    fits(kind.unwrap_or(kept.0), legal_authority.unwrap_or(kept.1))?;
    not_ones_own(write, row.related_person_id, legal_authority.unwrap_or(LegalAuthority::None))?;
    let mut change = person_relationship::ActiveModel { id: Set(row.id), ..Default::default() };
    let mut fields = Vec::new();
    if let Some(kind) = kind {
        change.kind = Set(Gate::new(kind));
        fields.push("kind");
    }
    if let Some(contact) = can_be_contacted {
        change.can_be_contacted = Set(contact);
        fields.push("canBeContacted");
    }
    if let Some(contact) = is_emergency_contact {
        change.is_emergency_contact = Set(contact);
        fields.push("isEmergencyContact");
    }
    if let Some(authority) = legal_authority {
        change = person_relationship::ActiveModel {
            legal_authority: Set(Gate::new(authority)),
            verified_at: Set(None),
            verified_by: Set(None),
            ends_at: Set(None),
            evidence_reference: Set(None),
            ..change
        };
        fields.push("legalAuthority");
    }
    write.update(row.id, Some(expected_version), change).await?;
    write.bump_consent_epoch(patient_id).await?;
    write.written(Written {
        operation: "relationship.change",
        target_kind: "PERSON_RELATIONSHIP",
        target_id: row.id.uuid(),
        patient_id: Some(patient_id),
        fields,
    });
    write.emit("relationship.changed", "PATIENT", patient_id.uuid()).await?;
    Ok(row.id)
}

fn fits(kind: PersonRelationshipKind, authority: LegalAuthority) -> Result<()> {
    if authority == LegalAuthority::Parent && kind != PersonRelationshipKind::Parent {
        return Err(Error::invalid("legalAuthority", "only a parent decides as a parent"));
    }
    Ok(())
}

fn not_ones_own(write: &Write, person: Id<person::Entity>, authority: LegalAuthority) -> Result<()> {
    if authority != LegalAuthority::None && write.principal()?.person_id == Some(person) {
        let message = "nobody records a legal authority of their own; somebody else has to do it";
        return Err(Error::refused(UserErrorCode::SeparationOfDuties, &["legalAuthority"], message));
    }
    Ok(())
}
