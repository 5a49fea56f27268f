//! Granting: no more than the consent gives, to the contact that it names.

use async_graphql::{Context, InputObject, Object};
use data_encoding::HEXLOWER;
use entity::{
    Gate, Id,
    consent::{
        consent::{self, ConsentKind},
        consent_recipient::RecipientKind,
        purpose::Purpose,
        sharing_grant,
    },
    identity::permission::Permission,
    people::patient,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition};

use super::{MANAGE, SharingGrant};
use crate::{
    consent::{contact::contact_tokens, drafting::may_change, terms::ConsentContactInput},
    kernel::{
        access::{ConsentFacts, Protected, Subject, in_force},
        door::{Door, Requires},
        error::{Error, Result, UserErrorCode},
        graphql::{DateTime, Payload, requires},
        record::Written,
        text::printable,
        write::Write,
    },
};

/// With whom to share.
#[derive(Clone, InputObject)]
pub struct CreateSharingGrantInput {
    /// The patient's consent that says what may be seen: of kind `FAMILY_SHARING`, in force, for the purpose
    /// `PATIENT_REQUEST`, and naming the contact.
    pub consent_id: Id<consent::Entity>,
    /// The contact that the consent names.
    pub contact: ConsentContactInput,
    /// What they are called, 1 to 200 characters. Kept encrypted.
    #[graphql(secret)]
    pub recipient_name: String,
    /// Until when, exclusively; not after the consent's end, which holds when nothing is stated.
    pub expires_at: Option<DateTime>,
}

/// What can be changed: sharing granted.
#[derive(Default)]
pub struct GrantingMutation;

#[Object]
impl GrantingMutation {
    /// Shares with somebody of the patient's family what a consent allows. They see nothing before they proved the contact:
    /// go on with `issueSharingCode`.
    ///
    /// User errors: `NOT_FOUND` (the consent), `ACCESS_DENIED`, `INVALID_STATE` (the consent is not in force),
    /// `ALREADY_EXISTS` (the patient shares with this contact already: revoke that first), `VALIDATION_FAILED`.
    #[graphql(
        directive = requires::apply(Permission::SharingGrantManage.into()),
        guard = "Requires(Permission::SharingGrantManage)"
    )]
    async fn create_sharing_grant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "With whom to share.")] input: CreateSharingGrantInput,
    ) -> Result<Option<Payload<SharingGrant>>> {
        let outcome = ctx.slot().write(|write| Box::pin(grant(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }
}

async fn grant(write: &Write, input: CreateSharingGrantInput) -> Result<Id<sharing_grant::Entity>> {
    let CreateSharingGrantInput { consent_id, contact, recipient_name, expires_at } = input;
    let ConsentContactInput { kind, contact } = contact;
    let consent = write.lock(consent_id, MANAGE, "consentId", "consent").await?;
    let patient_id = consent.patient_id;
    let permit = may_change(write, patient_id, None, "sharing_grant.create").await?;
    let name = printable(&recipient_name, 200, "recipientName")?;
    let tokens = contact_tokens(write.keys(), kind, &contact, "contact.contact")?;
    let facts = permit.facts().consents.iter().find(|facts| facts.id == consent_id);
    let facts = facts.ok_or_else(|| Error::internal("a consent without facts"))?;
    let token = named_by(facts, &tokens, write)?;
    let expires_at = within(facts, expires_at.map(|DateTime(moment)| moment), write)?;
    // This holds the patient's row, so two grants to one contact are made one after another.
    write.bump_consent_epoch(patient_id).await?;
    let same = Condition::all()
        .add(sharing_grant::Column::PatientId.eq(patient_id))
        .add(sharing_grant::Column::ContactToken.is_in(tokens.iter().map(|token| token.to_vec())))
        .add(super::ending::is_live(write.now()));
    if write.find::<sharing_grant::Entity>(same).await?.is_some() {
        return Err(Error::refused(
            UserErrorCode::AlreadyExists,
            &["contact"],
            "the patient shares with this contact already; revoke that first",
        ));
    }
    let row = NewGrant { id: write.new_id(), patient_id };
    write
        .insert(sharing_grant::ActiveModel {
            id: Set(row.id),
            patient_id: Set(patient_id),
            consent_id: Set(Gate::new(consent_id)),
            contact_kind: Set(Gate::new(kind)),
            contact_token: Set(Gate::new(token.to_vec())),
            recipient_name: Set(permit.seal(&row, &name)?),
            expires_at: Set(expires_at.map(Gate::new)),
            ..Default::default()
        })
        .await?;
    write.written(Written {
        operation: "sharing_grant.create",
        target_kind: "SHARING_GRANT",
        target_id: row.id.uuid(),
        patient_id: Some(patient_id),
        fields: vec!["consent", "contact", "recipientName", "expiresAt"],
    });
    write.emit("sharing_grant.created", "SHARING_GRANT", row.id.uuid()).await?;
    Ok(row.id)
}

/// The code under which the consent names the contact, once it is known to be one to share by.
fn named_by(consent: &ConsentFacts, tokens: &[[u8; 32]], write: &Write) -> Result<[u8; 32]> {
    if consent.kind != ConsentKind::FamilySharing {
        return Err(Error::invalid("consentId", "takes a consent of kind `FAMILY_SHARING`"));
    }
    if !in_force(consent, write.now()) {
        return Err(Error::invalid_state("the consent is not in force"));
    }
    if !consent.purposes.contains(&Purpose::PatientRequest) {
        return Err(Error::invalid("consentId", "the consent does not cover the purpose `PATIENT_REQUEST`"));
    }
    let named = |token: &&[u8; 32]| {
        let written = HEXLOWER.encode(&token[..]);
        consent.recipients.iter().any(|recipient| {
            recipient.kind == RecipientKind::Contact && recipient.contact_token.as_ref() == Some(&written)
        })
    };
    let token = tokens.iter().find(named).copied();
    token.ok_or_else(|| Error::invalid("contact", "the consent does not name this contact"))
}

/// A grant ends with its consent at the latest.
fn within(
    consent: &ConsentFacts,
    stated: Option<chrono::DateTime<chrono::Utc>>,
    write: &Write,
) -> Result<Option<chrono::DateTime<chrono::Utc>>> {
    let Some(stated) = stated else { return Ok(consent.valid_to) };
    if stated <= write.now() {
        return Err(Error::invalid("expiresAt", "takes a moment to come"));
    }
    if consent.valid_to.is_some_and(|end| end < stated) {
        return Err(Error::invalid("expiresAt", "the consent ends before that"));
    }
    Ok(Some(stated))
}

/// A row that is about to be written.
struct NewGrant {
    id: Id<sharing_grant::Entity>,
    patient_id: Id<patient::Entity>,
}

impl Protected for NewGrant {
    const SUBJECT: Subject = Subject::ConsentRecord;

    fn row_id(&self) -> uuid::Uuid {
        self.id.uuid()
    }

    fn patient_id(&self) -> Id<patient::Entity> {
        self.patient_id
    }

    fn label(&self) -> Option<entity::DataClass> {
        None
    }
}
