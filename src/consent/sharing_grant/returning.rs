//! Coming back to what is shared, on a device that is known: with the secret that it was given. Every refusal reads the same,
//! is recorded, and takes the same statements.

use async_graphql::{Context, InputObject, Object};
use entity::{
    Gate, Id, TenantTable,
    consent::{sharing_device, sharing_grant},
    identity::user::{self, UserStatus},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};
use uuid::Uuid;

use super::{
    accepting::{attempt, bytes, enter, known_as, refused, shared_at},
    ending::is_live,
};
use crate::{
    consent::terms::ConsentContactInput,
    identity::{
        session_opening::{OpenedSession, Proof},
        sign_in::{BrowserSession, Delivery, NewSession},
    },
    kernel::{
        crypto::{BearerToken, BearerTokenKind},
        door::Door,
        error::Result,
        graphql::{Payload, Payloaded, public},
        session::Slot,
        write::Write,
    },
};

/// Who comes back to a device.
#[derive(Clone, InputObject)]
pub struct ReopenSharedInput {
    /// The organization's short name, such as `demo`.
    pub organization: String,
    /// The contact that was shared with.
    pub contact: ConsentContactInput,
    /// What `openShared` gave to the device.
    #[graphql(secret)]
    pub device_secret: String,
}

/// What can be changed: sessions opened again where something is shared.
#[derive(Default)]
pub struct ReturningMutation;

#[Object]
impl ReturningMutation {
    /// Opens a session again on a device that `openShared` knows, without a code. Every attempt is recorded; an address that
    /// tries too often gets `RATE_LIMITED`.
    ///
    /// User errors: `INVALID_CREDENTIALS`, the same for a wrong organization, contact and secret, for a device that was
    /// revoked, and where nothing is shared any more.
    #[graphql(directive = public::apply())]
    async fn reopen_shared(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Contact and device.")] input: ReopenSharedInput,
    ) -> Result<Option<Payload<NewSession>>> {
        let opened = reopen_shared(ctx.slot(), input, Delivery::Token).await;
        opened.map(NewSession::from).payload().map(Some)
    }

    /// As `reopenShared`, for a page in a browser: the session goes into the cookie `__Host-consentry`.
    ///
    /// User errors: as `reopenShared`.
    #[graphql(directive = public::apply())]
    async fn reopen_shared_with_cookie(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Contact and device.")] input: ReopenSharedInput,
    ) -> Result<Option<Payload<BrowserSession>>> {
        let opened = reopen_shared(ctx.slot(), input, Delivery::Cookie { replaces: None }).await;
        opened.map(BrowserSession::from).payload().map(Some)
    }
}

async fn reopen_shared(slot: &Slot, input: ReopenSharedInput, delivery: Delivery) -> Result<OpenedSession> {
    let ReopenSharedInput { organization, contact, device_secret } = input;
    let attempt = attempt(slot, &organization, delivery);
    attempt
        .await?
        .decide(slot, |write, delivery| Box::pin(come_back(write, contact, device_secret, delivery)))
        .await
}

async fn come_back(
    write: &Write,
    contact: ConsentContactInput,
    secret: String,
    delivery: Delivery,
) -> Result<Option<OpenedSession>> {
    let tokens = known_as(write, &contact)?;
    let token = BearerToken::parse(secret.trim()).ok();
    let token = token
        .filter(|token| token.kind() == BearerTokenKind::Device && token.tenant_id() == write.tenant_id());
    // What cannot be a secret looks for the device of nobody, and takes the same statement.
    let device_id =
        Id::<sharing_device::Entity>::new(token.as_ref().map_or(Uuid::nil(), BearerToken::token_id));
    let known = Condition::all()
        .add(sharing_device::Column::Id.eq(device_id))
        .add(sharing_device::Column::RevokedAt.is_null())
        .add(sharing_device::Column::UserId.in_subquery(active_users(write, &tokens)))
        .add(sharing_device::Column::UserId.in_subquery(sharing_with(write, &tokens)));
    let device = write.find_locked::<sharing_device::Entity>(known).await?;
    let device = device.filter(|device| {
        token.as_ref().is_some_and(|token| token.matches_code(write.keys(), &device.secret_mac))
    });
    let Some(device) = device else {
        refused(write, "sharing.reopen", None);
        return Ok(None);
    };
    write.acts(device.user_id);
    let used = sharing_device::ActiveModel { last_used_at: Set(write.now()), ..Default::default() };
    write.update(device.id, None, used).await?;
    let live =
        Condition::all().add(sharing_grant::Column::UserId.eq(device.user_id)).add(is_live(write.now()));
    let used =
        sharing_grant::ActiveModel { last_used_at: Set(Some(Gate::new(write.now()))), ..Default::default() };
    write.update_all(live, used).await?;
    // Whoever has the device need not be the one who proved the contact on it.
    enter(write, device.user_id, Proof::Elsewhere, "sharing.reopen", delivery).await.map(Some)
}

/// With whom something is shared at this moment that they accepted.
fn sharing_with(write: &Write, tokens: &[[u8; 32]]) -> SelectStatement {
    Query::select()
        .column(sharing_grant::Column::UserId)
        .from(sharing_grant::Entity)
        .and_where(Expr::col(sharing_grant::Entity::TENANT_ID).eq(write.tenant_id()))
        .and_where(sharing_grant::Column::UserId.is_not_null())
        .cond_where(shared_at(write, tokens))
        .take()
}

fn active_users(write: &Write, tokens: &[[u8; 32]]) -> SelectStatement {
    Query::select()
        .column(user::Column::Id)
        .from(user::Entity)
        .and_where(Expr::col(user::Entity::TENANT_ID).eq(write.tenant_id()))
        .and_where(user::Column::ContactToken.is_in(bytes(tokens)))
        .and_where(user::Column::Status.eq(UserStatus::Active))
        .and_where(user::Column::DeletedAt.is_null())
        .take()
}
