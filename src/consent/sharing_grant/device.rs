//! Devices on which somebody of a family proved their contact.

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use chrono::Utc;
use entity::{
    Id, TenantTable,
    consent::{sharing_device, sharing_grant},
    identity::{access_token::AccessTokenKind, permission::Permission},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, DerivePartialModel,
    sea_query::{Expr, ExprTrait, Query},
};

use super::{MANAGE, SharingGrant};
use crate::{
    consent::drafting::may_change,
    identity::{session::rotate_sessions, user_status::revoke_access_tokens},
    kernel::{
        door::{Door, Requires},
        error::{Error, Result},
        graphql::{DateTime, Payload, requires},
        load::{Scoped, resource},
        record::Written,
        viewer::Viewer,
        write::Write,
    },
};

/// A device on which somebody of a family proved their contact: there they come back without a code.
#[derive(Clone, SimpleObject, DerivePartialModel)]
#[sea_orm(entity = "sharing_device::Entity")]
#[graphql(complex)]
pub struct SharingDevice {
    /// The device's id.
    pub id: Id<sharing_device::Entity>,
    /// What they call it.
    pub name: String,
    #[graphql(skip)]
    last_used_at: chrono::DateTime<Utc>,
    #[graphql(skip)]
    created_at: chrono::DateTime<Utc>,
}

resource!(SharingDevice of sharing_device);

impl Scoped for sharing_device::Entity {
    /// Devices that are still good, of those with whom patients in scope share.
    fn scope(viewer: &Viewer) -> Condition {
        let users = Query::select()
            .column(sharing_grant::Column::UserId)
            .from(sharing_grant::Entity)
            .and_where(Expr::col(sharing_grant::Entity::TENANT_ID).eq(viewer.tenant_id()))
            .cond_where(super::ending::is_live(viewer.asked_at()))
            .cond_where(<sharing_grant::Entity as Scoped>::scope(viewer))
            .take();
        Condition::all()
            .add(sharing_device::Column::RevokedAt.is_null())
            .add(sharing_device::Column::UserId.in_subquery(users))
    }
}

#[ComplexObject]
impl SharingDevice {
    /// When they proved their contact on it.
    async fn created_at(&self) -> DateTime {
        self.created_at.into()
    }

    /// When a session was last opened on it.
    async fn last_used_at(&self) -> DateTime {
        self.last_used_at.into()
    }
}

/// Which device to revoke.
#[derive(Clone, Debug, InputObject)]
pub struct RevokeSharingDeviceInput {
    /// A grant of somebody whose device it is.
    pub sharing_grant_id: Id<sharing_grant::Entity>,
    /// The device.
    pub device_id: Id<sharing_device::Entity>,
}

/// What can be changed: devices revoked.
#[derive(Default)]
pub struct SharingDeviceMutation;

#[Object]
impl SharingDeviceMutation {
    /// Revokes a device, such as one that was lost: all open sessions of its owner end at once, and the device needs a new
    /// code. On their other devices they come back without one.
    ///
    /// User errors: `NOT_FOUND` (the grant or the device), `ACCESS_DENIED`, `INVALID_STATE` (revoked already).
    #[graphql(
        directive = requires::apply(Permission::SharingGrantManage.into()),
        guard = "Requires(Permission::SharingGrantManage)"
    )]
    async fn revoke_sharing_device(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which device.")] input: RevokeSharingDeviceInput,
    ) -> Result<Option<Payload<SharingGrant>>> {
        let outcome = ctx.slot().write(|write| Box::pin(revoke(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }
}

async fn revoke(write: &Write, input: RevokeSharingDeviceInput) -> Result<Id<sharing_grant::Entity>> {
    let RevokeSharingDeviceInput { sharing_grant_id, device_id } = input;
    let grant = write.lock(sharing_grant_id, MANAGE, "sharingGrantId", "sharing grant").await?;
    let permit = may_change(write, grant.patient_id, None, "sharing_grant.revoke_device").await?;
    let not_found = || Error::not_found("deviceId", "device");
    let user_id = permit.consult_optional(&grant, grant.user_id.as_ref())?.ok_or_else(not_found)?;
    // With a grant that has ended, nobody manages anything of whom it was for.
    if permit.consult_optional(&grant, grant.revoked_at.as_ref())?.is_some() {
        return Err(not_found());
    }
    let device = Condition::all()
        .add(sharing_device::Column::Id.eq(device_id))
        .add(sharing_device::Column::UserId.eq(user_id));
    let device = write.find_locked::<sharing_device::Entity>(device).await?.ok_or_else(not_found)?;
    if device.revoked_at.is_some() {
        return Err(Error::invalid_state("the device was revoked already"));
    }
    let change = sharing_device::ActiveModel { revoked_at: Set(Some(write.now())), ..Default::default() };
    write.update(device_id, None, change).await?;
    rotate_sessions(write, user_id).await?;
    let all = [AccessTokenKind::Access, AccessTokenKind::Refresh, AccessTokenKind::Api];
    revoke_access_tokens(write, user_id, &all).await?;
    write.written(Written {
        operation: "sharing_grant.revoke_device",
        target_kind: "SHARING_GRANT",
        target_id: grant.id.uuid(),
        patient_id: Some(grant.patient_id),
        fields: vec!["devices"],
    });
    write.emit("sharing_grant.device_revoked", "SHARING_GRANT", grant.id.uuid()).await?;
    Ok(grant.id)
}
