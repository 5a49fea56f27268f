//! Ending: at once, and with the last grant of somebody end their sessions and devices.

use async_graphql::{Context, InputObject, Object};
use chrono::{DateTime, Utc};
use entity::{
    Gate, Id, TenantTable,
    consent::{consent, sharing_device, sharing_grant},
    identity::{access_token, permission::Permission, session},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition,
    sea_query::{Expr, ExprTrait, Query},
};
use uuid::Uuid;

use super::{MANAGE, SharingGrant};
use crate::{
    consent::drafting::may_change,
    kernel::{
        door::{Door, Requires},
        error::{Error, Result},
        graphql::{Payload, requires},
        load::any_of,
        record::Written,
        write::Write,
    },
};

/// A grant to revoke.
#[derive(Clone, Debug, InputObject)]
pub struct RevokeSharingGrantInput {
    /// The grant.
    pub sharing_grant_id: Id<sharing_grant::Entity>,
}

/// What can be changed: sharing ended.
#[derive(Default)]
pub struct EndingMutation;

#[Object]
impl EndingMutation {
    /// Stops sharing: the next request of whom it was for is answered without it. When nothing else is shared with them,
    /// their sessions and devices end too. The consent stands; revoke it as well when it is not to be used again.
    ///
    /// User errors: `NOT_FOUND`, `ACCESS_DENIED`, `INVALID_STATE` (revoked already).
    #[graphql(
        directive = requires::apply(Permission::SharingGrantManage.into()),
        guard = "Requires(Permission::SharingGrantManage)"
    )]
    async fn revoke_sharing_grant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The grant to revoke.")] input: RevokeSharingGrantInput,
    ) -> Result<Option<Payload<SharingGrant>>> {
        let outcome = ctx.slot().write(|write| Box::pin(revoke(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }
}

async fn revoke(write: &Write, input: RevokeSharingGrantInput) -> Result<Id<sharing_grant::Entity>> {
    let RevokeSharingGrantInput { sharing_grant_id } = input;
    let grant = write.lock(sharing_grant_id, MANAGE, "sharingGrantId", "sharing grant").await?;
    let permit = may_change(write, grant.patient_id, None, "sharing_grant.revoke").await?;
    if permit.consult_optional(&grant, grant.revoked_at.as_ref())?.is_some() {
        return Err(Error::invalid_state("the grant was revoked already"));
    }
    write.bump_consent_epoch(grant.patient_id).await?;
    end(write, &[grant]).await?;
    Ok(sharing_grant_id)
}

/// Ends everything that is shared under a consent, in the transaction that ends the consent. The caller moves the patient's
/// consent epoch.
///
/// # Errors
///
/// Those of the database.
pub async fn end_sharing_under(write: &Write, consent_id: Id<consent::Entity>) -> Result<()> {
    let under = Condition::all()
        .add(sharing_grant::Column::ConsentId.eq(consent_id))
        .add(sharing_grant::Column::RevokedAt.is_null());
    let grants = write.find_all_locked::<sharing_grant::Entity>(under).await?;
    if grants.is_empty() {
        return Ok(());
    }
    end(write, &grants).await
}

async fn end(write: &Write, grants: &[sharing_grant::Model]) -> Result<()> {
    let now = write.now();
    let ids: Vec<Uuid> = grants.iter().map(|grant| grant.id.uuid()).collect();
    let change = sharing_grant::ActiveModel {
        revoked_at: Set(Some(Gate::new(now))),
        revoked_by: Set(Some(Gate::new(write.principal()?.user_id))),
        code_mac: Set(None),
        code_expires_at: Set(None),
        ..Default::default()
    };
    let ended = Condition::all().add(any_of(sharing_grant::Column::Id, ids.clone()));
    write.update_all(ended, change).await?;
    part_with(write, &ids).await?;
    for grant in grants {
        write.written(Written {
            operation: "sharing_grant.revoke",
            target_kind: "SHARING_GRANT",
            target_id: grant.id.uuid(),
            patient_id: Some(grant.patient_id),
            fields: vec!["revokedAt"],
        });
        write.emit("sharing_grant.revoked", "SHARING_GRANT", grant.id.uuid()).await?;
    }
    Ok(())
}

/// Ends devices, sessions and tokens of those with whom nothing but these grants was shared.
async fn part_with(write: &Write, grants: &[Uuid]) -> Result<()> {
    let now = write.now();
    let devices = Condition::all()
        .add(parted(write, grants, sharing_device::Column::UserId))
        .add(sharing_device::Column::RevokedAt.is_null());
    let change = sharing_device::ActiveModel { revoked_at: Set(Some(now)), ..Default::default() };
    write.update_all(devices, change).await?;
    let sessions = Condition::all()
        .add(parted(write, grants, session::Column::UserId))
        .add(session::Column::EndedAt.is_null());
    let change = session::ActiveModel { ended_at: Set(Some(now)), ..Default::default() };
    write.update_all(sessions, change).await?;
    let tokens = Condition::all()
        .add(parted(write, grants, access_token::Column::UserId))
        .add(access_token::Column::RevokedAt.is_null());
    let change = access_token::ActiveModel { revoked_at: Set(Some(now)), ..Default::default() };
    write.update_all(tokens, change).await?;
    Ok(())
}

/// Whether a row is that of somebody with whom these grants were all that was shared.
fn parted<C: ColumnTrait>(write: &Write, grants: &[Uuid], user: C) -> Condition {
    let of_tenant = || {
        Query::select()
            .column(sharing_grant::Column::UserId)
            .from(sharing_grant::Entity)
            .and_where(Expr::col(sharing_grant::Entity::TENANT_ID).eq(write.tenant_id()))
            .take()
    };
    let these = of_tenant().and_where(any_of(sharing_grant::Column::Id, grants.to_vec())).take();
    let same = Expr::col(sharing_grant::Column::UserId.as_column_ref()).equals(user.as_column_ref());
    let others = of_tenant().and_where(same).cond_where(is_live(write.now())).take();
    Condition::all().add(user.in_subquery(these)).add(Expr::exists(others).not())
}

/// Grants that were neither revoked nor have ended. Whether their consent holds is another question.
pub(super) fn is_live(now: DateTime<Utc>) -> Condition {
    let unending = sharing_grant::Column::ExpiresAt.is_null();
    Condition::all()
        .add(sharing_grant::Column::RevokedAt.is_null())
        .add(sharing_grant::Column::DeletedAt.is_null())
        .add(unending.or(sharing_grant::Column::ExpiresAt.gt(now)))
}
