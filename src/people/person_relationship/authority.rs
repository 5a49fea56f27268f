//! Verifying that somebody may decide for a patient, and ending it (45 CFR 164.502(g), 42 CFR 2.14, 2.15).

use async_graphql::{Context, InputObject, Object};
use entity::{
    Id,
    identity::permission::Permission,
    people::{
        patient,
        person_relationship::{self, LegalAuthority},
    },
};
use sea_orm::ActiveValue::Set;

use super::{OfPatient, PersonRelationship, locked};
use crate::kernel::{
    access::Permit,
    door::{Door, Requires},
    error::{Error, Result, UserErrorCode},
    graphql::{DateTime, Payload, requires},
    record::Written,
    text::printable,
    write::Write,
};

/// A legal authority whose evidence was seen.
#[derive(Clone, Debug, InputObject)]
pub struct VerifyLegalAuthorityInput {
    /// The relationship.
    pub relationship_id: Id<person_relationship::Entity>,
    /// Where the evidence is filed: a birth certificate, a court's order; 1 to 200 characters.
    pub evidence_reference: String,
}

/// A legal authority to end.
#[derive(Clone, Debug, InputObject)]
pub struct EndLegalAuthorityInput {
    /// The relationship.
    pub relationship_id: Id<person_relationship::Entity>,
    /// When it ends: now or later, and no later than an end that is set already. Now when left out.
    pub at: Option<DateTime>,
}

/// What can be changed about legal authority.
#[derive(Default)]
pub struct LegalAuthorityMutation;

#[Object]
impl LegalAuthorityMutation {
    /// Says that the evidence of a legal authority was seen: from now on the person stands in for the patient, as far as their
    /// authority goes. Somebody else than whoever wrote the relationship last has to do it, and nobody verifies an authority of
    /// their own. Needs the permission `phi.write` besides.
    ///
    /// User errors: `NOT_FOUND`, `ACCESS_DENIED`, `VALIDATION_FAILED`, `SEPARATION_OF_DUTIES`, `INVALID_STATE` (there is no
    /// authority, it is verified already, or it has ended).
    #[graphql(directive = requires::apply(Permission::PatientWrite.into()), guard = "Requires(Permission::PatientWrite)")]
    async fn verify_legal_authority(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose authority, by what evidence.")] input: VerifyLegalAuthorityInput,
    ) -> Result<Option<Payload<PersonRelationship>>> {
        let outcome = ctx.slot().write(|write| Box::pin(verify(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }

    /// Ends a legal authority, verified or not: from that moment on it opens nothing. That of a parent or guardian ends by
    /// itself when the patient comes of age. Needs the permission `phi.write` besides.
    ///
    /// User errors: `NOT_FOUND`, `ACCESS_DENIED`, `VALIDATION_FAILED`, `INVALID_STATE` (there is no authority, or it has ended).
    #[graphql(directive = requires::apply(Permission::PatientWrite.into()), guard = "Requires(Permission::PatientWrite)")]
    async fn end_legal_authority(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose authority, and when it ends.")] input: EndLegalAuthorityInput,
    ) -> Result<Option<Payload<PersonRelationship>>> {
        let outcome = ctx.slot().write(|write| Box::pin(end(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }
}

async fn verify(write: &Write, input: VerifyLegalAuthorityInput) -> Result<Id<person_relationship::Entity>> {
    let VerifyLegalAuthorityInput { relationship_id, evidence_reference } = input;
    let (row, patient_id, permit) = locked(write, relationship_id, "relationship.verify").await?;
    open(write, &row, patient_id, &permit)?;
    if row.verified_at.is_some() {
        return Err(Error::invalid_state("the legal authority is verified already"));
    }
    let principal = write.principal()?;
    let recorded = row.updated_by == Some(principal.user_id.uuid());
    if recorded || principal.person_id == Some(row.related_person_id) {
        let message = "somebody else verifies a legal authority than whoever recorded it or has it";
        return Err(Error::refused(UserErrorCode::SeparationOfDuties, &["relationshipId"], message));
    }
    let evidence = printable(&evidence_reference, 200, "evidenceReference")?;
    let change = person_relationship::ActiveModel {
        verified_at: Set(Some(write.now())),
        verified_by: Set(Some(principal.user_id)),
        evidence_reference: Set(Some(evidence)),
        ..Default::default()
    };
    write.update(row.id, None, change).await?;
    let fields = vec!["verifiedAt", "verifiedBy", "evidenceReference"];
    note(write, "relationship.verify", row.id, patient_id, fields).await?;
    write.emit("relationship.verified", "PATIENT", patient_id.uuid()).await?;
    Ok(row.id)
}

async fn end(write: &Write, input: EndLegalAuthorityInput) -> Result<Id<person_relationship::Entity>> {
    let EndLegalAuthorityInput { relationship_id, at } = input;
    let (row, patient_id, permit) = locked(write, relationship_id, "relationship.end").await?;
    open(write, &row, patient_id, &permit)?;
    let now = write.now();
    let at = match at.map(|moment| moment.0) {
        Some(at) if at < write.viewer()?.asked_at() => {
            return Err(Error::invalid("at", "a legal authority ends now or later"));
        }
        Some(at) if row.ends_at.is_some_and(|end| end < at) => {
            return Err(Error::invalid("at", "an end that is set moves closer alone"));
        }
        Some(at) => at,
        None => now,
    };
    let change = person_relationship::ActiveModel { ends_at: Set(Some(at)), ..Default::default() };
    write.update(row.id, None, change).await?;
    note(write, "relationship.end", row.id, patient_id, vec!["endsAt"]).await?;
    write.emit("relationship.ended", "PATIENT", patient_id.uuid()).await?;
    Ok(row.id)
}

/// Whether there is an authority that has not ended.
fn open(
    write: &Write,
    row: &person_relationship::Model,
    patient_id: Id<patient::Entity>,
    permit: &Permit,
) -> Result<()> {
    let authority = permit.consult(&OfPatient { id: row.id, patient_id }, &row.legal_authority)?;
    if authority == LegalAuthority::None {
        return Err(Error::invalid_state("the relationship has no legal authority"));
    }
    if row.ends_at.is_some_and(|end| end <= write.now()) {
        return Err(Error::invalid_state("the legal authority has ended"));
    }
    Ok(())
}

async fn note(
    write: &Write,
    operation: &'static str,
    id: Id<person_relationship::Entity>,
    patient_id: Id<patient::Entity>,
    fields: Vec<&'static str>,
) -> Result<()> {
    write.bump_consent_epoch(patient_id).await?;
    write.written(Written {
        operation,
        target_kind: "PERSON_RELATIONSHIP",
        target_id: id.uuid(),
        patient_id: Some(patient_id),
        fields,
    });
    Ok(())
}
