//! One-time codes: shown once to whoever manages the grant, who hands them over; good for ten minutes and one device.

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use chrono::TimeDelta;
use entity::{Id, consent::sharing_grant, identity::permission::Permission};
use sea_orm::ActiveValue::Set;
use secrecy::ExposeSecret;
use zeroize::Zeroizing;

use super::{MANAGE, SharingGrant};
use crate::{
    consent::drafting::may_change,
    kernel::{
        crypto::{DerivedPurpose, RecoveryCode, TenantKeys},
        door::{Door, Requires},
        error::{Error, Result},
        graphql::{DateTime, Payload, Payloaded, requires},
        record::Written,
        write::Write,
    },
};

const LASTS: TimeDelta = TimeDelta::minutes(10);

/// After so many wrong attempts a code is good for nothing.
pub(super) const MOST_ATTEMPTS: i16 = 5;

/// For which grant to make a code.
#[derive(Clone, Debug, InputObject)]
pub struct IssueSharingCodeInput {
    /// The grant.
    pub sharing_grant_id: Id<sharing_grant::Entity>,
}

/// A one-time code. Hand it over by a way of your own: nothing is sent.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct IssuedSharingCode {
    /// The code, such as `abcd-efgh-ijkl-mnop`: good once, with the contact, on one device. It is shown here and never again.
    code: String,
    /// Until when it is good, exclusively: ten minutes from now. Five wrong attempts end it before.
    expires_at: DateTime,
    #[graphql(skip)]
    grant_id: Id<sharing_grant::Entity>,
}

#[ComplexObject]
impl IssuedSharingCode {
    /// For what.
    async fn sharing_grant(&self, ctx: &Context<'_>) -> Result<Option<SharingGrant>> {
        ctx.load(self.grant_id).await
    }
}

/// What can be changed: codes issued.
#[derive(Default)]
pub struct SharingCodeMutation;

#[Object]
impl SharingCodeMutation {
    /// Makes a one-time code with which somebody of the family proves their contact on a device, by `openShared`. The code
    /// before it is good for nothing any more. Every new device needs a code of its own.
    ///
    /// User errors: `NOT_FOUND`, `ACCESS_DENIED`, `INVALID_STATE` (revoked or ended).
    #[graphql(
        directive = requires::apply(Permission::SharingGrantManage.into()),
        guard = "Requires(Permission::SharingGrantManage)"
    )]
    async fn issue_sharing_code(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "For which grant.")] input: IssueSharingCodeInput,
    ) -> Result<Option<Payload<IssuedSharingCode>>> {
        ctx.slot().write(|write| Box::pin(issue(write, input))).await.payload().map(Some)
    }
}

async fn issue(write: &Write, input: IssueSharingCodeInput) -> Result<IssuedSharingCode> {
    let IssueSharingCodeInput { sharing_grant_id } = input;
    let grant = write.lock(sharing_grant_id, MANAGE, "sharingGrantId", "sharing grant").await?;
    let permit = may_change(write, grant.patient_id, None, "sharing_grant.issue_code").await?;
    if permit.consult_optional(&grant, grant.revoked_at.as_ref())?.is_some() {
        return Err(Error::invalid_state("the grant was revoked"));
    }
    let expires_at = permit.consult_optional(&grant, grant.expires_at.as_ref())?;
    if expires_at.is_some_and(|end| end <= write.now()) {
        return Err(Error::invalid_state("the grant has ended"));
    }
    let code = RecoveryCode::generate()?;
    let expires_at = write.now() + LASTS;
    let change = sharing_grant::ActiveModel {
        code_mac: Set(Some(write.keys().mac(DerivedPurpose::TokenHash, &message(grant.id, &code)).to_vec())),
        code_expires_at: Set(Some(expires_at)),
        code_attempts: Set(0),
        ..Default::default()
    };
    write.update(grant.id, None, change).await?;
    write.written(Written {
        operation: "sharing_grant.issue_code",
        target_kind: "SHARING_GRANT",
        target_id: grant.id.uuid(),
        patient_id: Some(grant.patient_id),
        fields: vec!["code"],
    });
    write.emit("sharing_grant.code_issued", "SHARING_GRANT", grant.id.uuid()).await?;
    let code = code.expose().expose_secret().to_owned();
    Ok(IssuedSharingCode { code, expires_at: expires_at.into(), grant_id: grant.id })
}

/// Whether it is the code of the grant. When it was issued and how often it was tried, the caller has asked before.
pub(super) fn is_code_of(keys: &TenantKeys, grant: &sharing_grant::Model, code: &RecoveryCode) -> bool {
    let stored = grant.code_mac.as_deref().unwrap_or_default();
    keys.verify_mac(DerivedPurpose::TokenHash, &message(grant.id, code), stored)
}

/// The grant is in it, so a code is good for none but its own.
fn message(grant: Id<sharing_grant::Entity>, code: &RecoveryCode) -> Zeroizing<Vec<u8>> {
    Zeroizing::new([b"sharing-code\0", &grant.uuid().as_bytes()[..], &code.message()].concat())
}
