//! What ends with a consent, or by another one.

use entity::{
    Gate, Id,
    consent::consent::{self, ConsentDecision, ConsentKind, ConsentStatus, SignerCapacity},
    people::person,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition};

use super::{form::OfPatient, sharing_grant::end_sharing_under, signers::acts_as};
use crate::kernel::{
    access::Permit,
    error::{Error, Result, UserErrorCode},
    record::Written,
    write::Write,
};

/// How somebody comes to end a consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// Whoever gave it, or speaks for them, takes it back.
    Own,
    /// Staff file what the patient said.
    Filed,
}

/// Whether the viewer may end a consent that is active, and how. A minor ends what they signed themself, and so does whoever
/// has legal authority for one, as long as they have it; a legal representative of an adult stands in the patient's place.
/// Staff file an end, but of a restriction only those whom it does not bind.
///
/// # Errors
///
/// `ACCESS_DENIED` on `field`.
pub(super) fn may_end(
    write: &Write,
    permit: &Permit,
    consent: &consent::Model,
    field: &str,
) -> Result<Ending> {
    let denied = |message| Err(Error::refused(UserErrorCode::AccessDenied, &[field], message));
    let row = OfPatient(consent);
    let principal = write.principal()?;
    let now = write.now();
    let Some(ender) = acts_as(permit, principal, now) else {
        let forbids = permit.consult(&row, &consent.decision)? == ConsentDecision::Deny;
        if forbids && permit.names(consent.id, principal, now) {
            return denied(
                "a restriction is lifted by the patient, or filed by somebody whom it does not bind",
            );
        }
        return Ok(Ending::Filed);
    };
    let minor = permit.facts().minority.as_ref().is_some_and(|minority| minority.is_minor(now));
    let stands_alone =
        matches!(ender.capacity, SignerCapacity::Oneself | SignerCapacity::LegalRepresentative) && !minor;
    if stands_alone || signed_by(permit, &row, ender.person_id)? {
        Ok(Ending::Own)
    } else {
        denied("whoever signed this for the patient, or beside them, ends it")
    }
}

fn signed_by(permit: &Permit, row: &OfPatient<'_>, person: Id<person::Entity>) -> Result<bool> {
    let consent = row.0;
    let signer = permit.consult_optional(row, consent.signer_person_id.as_ref())?;
    let co_signer = permit.consult_optional(row, consent.co_signer_person_id.as_ref())?;
    Ok(signer == Some(person) || co_signer == Some(person))
}

/// Ends the consent that another one, which becomes active in this transaction, takes the place of. One that ended before, or
/// never was active, stays as it is.
///
/// # Errors
///
/// `ACCESS_DENIED` when whoever makes the other one active may not end this one.
pub(super) async fn supersede(write: &Write, permit: &Permit, newer: &consent::Model) -> Result<()> {
    let Some(id) = permit.consult_optional(&OfPatient(newer), newer.supersedes_id.as_ref())? else {
        return Ok(());
    };
    let of_patient = consent::Column::PatientId.eq(newer.patient_id);
    let condition = Condition::all().add(consent::Column::Id.eq(id)).add(of_patient);
    let Some(old) = write.find_locked::<consent::Entity>(condition).await? else { return Ok(()) };
    if permit.consult(&OfPatient(&old), &old.status)? != ConsentStatus::Active {
        return Ok(());
    }
    may_end(write, permit, &old, "supersedesId")?;
    let change =
        consent::ActiveModel { status: Set(Gate::new(ConsentStatus::Superseded)), ..Default::default() };
    write.update(old.id, None, change).await?;
    end_sharing(write, permit, &old).await?;
    write.written(Written {
        operation: "consent.supersede",
        target_kind: "CONSENT",
        target_id: old.id.uuid(),
        patient_id: Some(old.patient_id),
        fields: vec!["status"],
    });
    write.emit("consent.superseded", "CONSENT", old.id.uuid()).await
}

/// Ends what was shared under a consent that ends.
///
/// # Errors
///
/// Those of the database.
pub(super) async fn end_sharing(write: &Write, permit: &Permit, consent: &consent::Model) -> Result<()> {
    if permit.consult(&OfPatient(consent), &consent.kind)? != ConsentKind::FamilySharing {
        return Ok(());
    }
    end_sharing_under(write, consent.id).await
}
