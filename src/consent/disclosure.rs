//! What left the program: entering it by hand, and telling the patient of it.

use entity::{
    DataClass, Gate, Id,
    consent::{
        break_glass_event,
        consent::{self},
        disclosure::{self, DisclosureChannel, DisclosureException},
        purpose::Purpose,
        sharing_grant,
    },
    identity::user,
    tenancy::organization,
};
use sea_orm::{ActiveEnum, ActiveValue::Set};

use super::notice::{Notice, instead_of_consent};
use crate::kernel::{
    access::Permit,
    disclosure::Accounted,
    error::{Error, Result},
    record::Written,
    write::Write,
};

pub use crate::kernel::disclosure::Recipient;

/// What a disclosure rests on.
#[derive(Clone, Debug)]
pub enum Basis {
    /// A consent of the patient, with its copy or an explanation of its scope (42 CFR 2.32(b)).
    Consent(Id<consent::Entity>, String),
    /// The law allows it without one.
    Exception(DisclosureException),
}

/// Something that leaves the program and that no look shows, such as what is told to an emergency room.
#[derive(Clone, Debug)]
pub struct NewDisclosure {
    /// Who receives it.
    pub recipient: Recipient,
    /// The organization that receives it, where it is one that the tenant knows.
    pub recipient_organization_id: Option<Id<organization::Entity>>,
    /// The user who receives it, where it is one.
    pub recipient_user_id: Option<Id<user::Entity>>,
    /// What is shared with family.
    pub sharing_grant_id: Option<Id<sharing_grant::Entity>>,
    /// The broken glass.
    pub break_glass_event_id: Option<Id<break_glass_event::Entity>>,
    /// Which classes of data; at least one.
    pub data_classes: Vec<DataClass>,
    /// What, in words.
    pub description: String,
    /// For what.
    pub purpose: Purpose,
    /// What it rests on.
    pub basis: Basis,
    /// The notice that goes with it.
    pub notice: Notice,
}

/// Puts something that leaves into the accounting, in the transaction that lets it leave. Needs a permit to write the record of
/// access ([`Subject::AccessRecord`](crate::kernel::access::Subject::AccessRecord)), whose patient it is about.
///
/// # Errors
///
/// `INTERNAL` when the permit is another or no class is stated; those of the database.
pub async fn disclose(write: &Write, permit: &Permit, new: NewDisclosure) -> Result<Id<disclosure::Entity>> {
    let NewDisclosure {
        recipient,
        recipient_organization_id,
        recipient_user_id,
        sharing_grant_id,
        break_glass_event_id,
        data_classes,
        description,
        purpose,
        basis,
        notice,
    } = new;
    let id = write.new_id();
    let patient_id = permit.facts().patient_id;
    let row = Accounted::row(id, patient_id);
    let recipient = serde_json::to_string(&recipient).map_err(Error::internal)?;
    let (consent_id, exception, copy) = match basis {
        Basis::Consent(consent, copy) => (Some(consent), None, copy),
        Basis::Exception(exception) => (None, Some(exception), instead_of_consent(exception).to_owned()),
    };
    let actor_id = write.viewer()?.actor_id().map(Id::new);
    write
        .insert(disclosure::ActiveModel {
            id: Set(id),
            patient_id: Set(patient_id),
            occurred_at: Set(Gate::new(write.now())),
            recipient_organization_id: Set(recipient_organization_id.map(Gate::new)),
            recipient: Set(permit.seal(&row, &recipient)?),
            recipient_user_id: Set(recipient_user_id.map(Gate::new)),
            sharing_grant_id: Set(sharing_grant_id.map(Gate::new)),
            break_glass_event_id: Set(break_glass_event_id.map(Gate::new)),
            data_classes: Set(Gate::new(data_classes.iter().map(ActiveEnum::to_value).collect())),
            description: Set(permit.seal(&row, &description)?),
            purpose: Set(Gate::new(purpose.code())),
            consent_id: Set(consent_id.map(Gate::new)),
            exception: Set(exception.map(Gate::new)),
            notice_variant: Set(Gate::new(notice.variant())),
            consent_copy: Set(permit.seal(&row, &copy)?),
            channel: Set(Gate::new(DisclosureChannel::Api)),
            request_id: Set(write.origin().request_id.clone()),
            actor_id: Set(actor_id.map(Gate::new)),
            ..Default::default()
        })
        .await?;
    write.written(Written {
        operation: "disclosure.account",
        target_kind: "DISCLOSURE",
        target_id: id.uuid(),
        patient_id: Some(patient_id),
        fields: vec!["disclosures"],
    });
    metrics::counter!("consentry_disclosures_total", "basis" => if consent_id.is_some() { "CONSENT" } else { "EXCEPTION" })
        .increment(1);
    Ok(id)
}
