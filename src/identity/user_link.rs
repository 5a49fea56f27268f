//! Which account of an identity provider is which user.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use entity::{
    Id,
    identity::{
        identity_provider::{self, IdentityProviderStatus},
        permission::Permission,
        role_permission::Reach,
        user,
    },
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition};

use crate::kernel::{
    door::{Door, Requires},
    error::{Error, Result},
    graphql::{Payload, Payloaded, requires},
    record::Written,
    write::Write,
};

/// An account of an identity provider that becomes a user's.
#[derive(Clone, Debug, InputObject)]
pub struct LinkUserInput {
    /// The user.
    pub user_id: Id<user::Entity>,
    /// The identity provider.
    pub provider_id: Id<identity_provider::Entity>,
    /// What the provider calls the user: the value of its subject claim, to the letter.
    pub subject: String,
}

/// A user whose account of an identity provider is no longer theirs.
#[derive(Clone, Debug, InputObject)]
pub struct UnlinkUserInput {
    /// The user.
    pub user_id: Id<user::Entity>,
}

/// Whether an identity provider vouches for a user.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct UserLink {
    /// The user.
    user_id: Id<user::Entity>,
    /// The identity provider; null when none vouches for the user.
    provider_id: Option<Id<identity_provider::Entity>>,
}

/// What can be changed about links.
#[derive(Default)]
pub struct UserLinkMutation;

#[Object]
impl UserLinkMutation {
    /// Links a user with an account of an identity provider, in place of the account before: whoever has the account is that
    /// user. Users whose rank is above one's own are out of reach.
    ///
    /// User errors: `NOT_FOUND`, `ALREADY_EXISTS` (the account is another user's), `INVALID_STATE` (the provider is switched
    /// off), `VALIDATION_FAILED`.
    #[graphql(directive = requires::apply(Permission::UserManage.into()), guard = "Requires(Permission::UserManage)")]
    async fn link_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which account is whose.")] input: LinkUserInput,
    ) -> Result<Option<Payload<UserLink>>> {
        ctx.slot().write(|write| Box::pin(link(write, input))).await.payload().map(Some)
    }

    /// Takes the account of an identity provider away from a user, who then needs another way to sign in. Sessions go on until
    /// they end.
    ///
    /// User errors: `NOT_FOUND`, `INVALID_STATE` (there is none, or no other way).
    #[graphql(directive = requires::apply(Permission::UserManage.into()), guard = "Requires(Permission::UserManage)")]
    async fn unlink_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose account it is no longer.")] input: UnlinkUserInput,
    ) -> Result<Option<Payload<UserLink>>> {
        ctx.slot().write(|write| Box::pin(unlink(write, input))).await.payload().map(Some)
    }
}

async fn link(write: &Write, input: LinkUserInput) -> Result<UserLink> {
    let LinkUserInput { user_id, provider_id, subject } = input;
    let user = within_rank(write, user_id).await?;
    let provider = write
        .find::<identity_provider::Entity>(
            Condition::all().add(identity_provider::Column::Id.eq(provider_id)),
        )
        .await?
        .ok_or_else(|| Error::not_found("providerId", "identity provider"))?;
    if provider.status != IdentityProviderStatus::Active {
        return Err(Error::invalid_state("the identity provider is switched off"));
    }
    if subject.is_empty() || subject.len() > 200 || subject.chars().any(char::is_control) {
        return Err(Error::invalid("subject", "a subject has 1 to 200 bytes"));
    }
    let change = user::ActiveModel {
        issuer: Set(Some(provider.issuer)),
        subject: Set(Some(subject)),
        ..Default::default()
    };
    write.update(user.id, None, change).await?;
    tell(write, "user.link", user.id, "user.linked").await?;
    Ok(UserLink { user_id, provider_id: Some(provider_id) })
}

async fn unlink(write: &Write, input: UnlinkUserInput) -> Result<UserLink> {
    let UnlinkUserInput { user_id } = input;
    let user = within_rank(write, user_id).await?;
    if user.issuer.is_none() {
        return Err(Error::invalid_state("no identity provider vouches for the user"));
    }
    if user.email_token.is_none() {
        return Err(Error::invalid_state("the user has no other way to sign in"));
    }
    let change = user::ActiveModel { issuer: Set(None), subject: Set(None), ..Default::default() };
    write.update(user.id, None, change).await?;
    tell(write, "user.unlink", user.id, "user.unlinked").await?;
    Ok(UserLink { user_id, provider_id: None })
}

async fn tell(write: &Write, operation: &'static str, user_id: Id<user::Entity>, event: &str) -> Result<()> {
    let (target_kind, target_id) = ("USER", user_id.uuid());
    let fields = vec!["issuer", "subject"];
    write.written(Written { operation, target_kind, target_id, patient_id: None, fields });
    write.emit(event, "USER", target_id).await
}

/// The user, if the viewer may say who they are: whoever links an account becomes whoever it is linked to. So a manager of one
/// house links nobody, and for nobody are those above them within reach.
async fn within_rank(write: &Write, user_id: Id<user::Entity>) -> Result<user::Model> {
    let viewer = write.viewer()?;
    let not_found = || Error::not_found("userId", "user");
    let user = write.find::<user::Entity>(Condition::all().add(user::Column::Id.eq(user_id))).await?;
    let user = user.ok_or_else(not_found)?;
    let everywhere = viewer.require(Permission::UserManage)? == Reach::Tenant;
    let theirs = write.rank_of(user_id, false).await?;
    if everywhere && theirs <= viewer.principal().rank { Ok(user) } else { Err(not_found()) }
}
