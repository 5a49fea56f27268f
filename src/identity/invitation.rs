//! Inviting somebody, and accepting an invitation.

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use entity::{
    Id,
    identity::{
        permission::Permission,
        user::{self, UserStatus},
        user_token::UserTokenKind,
    },
    people::patient,
    platform::audit_log::AuditAction,
};
use sea_orm::ActiveValue::Set;
use secrecy::{ExposeSecret, SecretString};

use super::{
    lockout::forgotten,
    user::User,
    user_creation::{NewUser, assign_roles, insert_user},
    user_status::{managed, retire},
    user_token::{self, IssuedToken, Redemption, redeem},
};
use crate::kernel::{
    door::{Door, Requires},
    error::{Error, Result},
    graphql::{DateTime, Payload, Payloaded, public, requires},
    record::Written,
    write::Write,
};

/// Somebody to invite.
#[derive(Clone, InputObject)]
pub struct InviteUserInput {
    /// The email address, by which the user signs in. Only a keyed token of it is stored.
    #[graphql(secret)]
    pub email: String,
    /// The patient that the user is; left out for everybody else.
    pub patient_id: Option<Id<patient::Entity>>,
    /// Keys of the roles that the user gets; giving roles needs the permission `role.assign`.
    pub role_keys: Option<Vec<String>>,
}

/// An invitation to send anew.
#[derive(Clone, Debug, InputObject)]
pub struct ResendInvitationInput {
    /// The user who was invited.
    pub user_id: Id<user::Entity>,
}

/// An invitation to take back.
#[derive(Clone, Debug, InputObject)]
pub struct RevokeInvitationInput {
    /// The user who was invited.
    pub user_id: Id<user::Entity>,
}

/// An invitation to accept.
#[derive(Clone, InputObject)]
pub struct ActivateUserInput {
    /// The token of the invitation.
    #[graphql(secret)]
    pub token: String,
    /// The password to sign in with: 12 to 128 characters, of whatever kind.
    #[graphql(secret)]
    pub password: String,
}

/// An invitation. Hand the token to the human by a way of your own: nothing is sent.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct IssuedInvitation {
    /// The token to accept it with, once. It is shown here and never again.
    invitation_token: String,
    /// Until when it can be accepted.
    expires_at: DateTime,
    #[graphql(skip)]
    user_id: Id<user::Entity>,
}

#[ComplexObject]
impl IssuedInvitation {
    /// Who was invited.
    async fn user(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        ctx.load(self.user_id).await
    }
}

/// An invitation that was accepted: sign in with the password now.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct ActivatedUser {
    /// When it was accepted.
    activated_at: DateTime,
}

/// What can be changed about invitations.
#[derive(Default)]
pub struct InvitationMutation;

#[Object]
impl InvitationMutation {
    /// Makes a user who can sign in once they accepted the invitation, within seven days unless the operator says otherwise.
    ///
    /// User errors: `VALIDATION_FAILED`, `ALREADY_EXISTS` (the email address), `NOT_FOUND` (the patient, a role),
    /// `RANK_TOO_LOW` (a role). Roles without the permission `role.assign` are `FORBIDDEN`.
    #[graphql(directive = requires::apply(Permission::UserManage.into()), guard = "Requires(Permission::UserManage)")]
    async fn invite_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom to invite.")] input: InviteUserInput,
    ) -> Result<Option<Payload<IssuedInvitation>>> {
        ctx.slot().write(|write| Box::pin(invite(write, input))).await.payload().map(Some)
    }

    /// Makes a new token for somebody who was invited; the one before it is good for nothing any more.
    ///
    /// User errors: `NOT_FOUND`, `RANK_TOO_LOW`, `INVALID_STATE` (not invited, or accepted already).
    #[graphql(directive = requires::apply(Permission::UserManage.into()), guard = "Requires(Permission::UserManage)")]
    async fn resend_invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The invitation to send anew.")] input: ResendInvitationInput,
    ) -> Result<Option<Payload<IssuedInvitation>>> {
        ctx.slot().write(|write| Box::pin(resend(write, input))).await.payload().map(Some)
    }

    /// Takes an invitation back: the token is good for nothing any more, and the email address is free.
    ///
    /// User errors: `NOT_FOUND`, `RANK_TOO_LOW`, `INVALID_STATE` (not invited, or accepted already).
    #[graphql(directive = requires::apply(Permission::UserManage.into()), guard = "Requires(Permission::UserManage)")]
    async fn revoke_invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The invitation to take back.")] input: RevokeInvitationInput,
    ) -> Result<Option<Payload<User>>> {
        let outcome = ctx.slot().write(|write| Box::pin(take_back(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }

    /// Accepts an invitation with a password of one's own.
    ///
    /// User errors: `INVALID_TOKEN`, whatever is wrong with the token; `VALIDATION_FAILED` for a password that is too
    /// short or among those that are tried first: choose another, the token is still good.
    #[graphql(directive = public::apply())]
    async fn activate_user(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The invitation to accept.")] input: ActivateUserInput,
    ) -> Result<Option<Payload<ActivatedUser>>> {
        let ActivateUserInput { token, password } = input;
        let redemption = Redemption {
            kind: UserTokenKind::Invitation,
            operation: "user.activate",
            token: token.into(),
            password: password.into(),
        };
        let outcome =
            redeem(ctx.slot(), redemption, |write, user, hash| Box::pin(activate(write, user, hash)));
        outcome.await.payload().map(Some)
    }
}

async fn invite(write: &Write, input: InviteUserInput) -> Result<IssuedInvitation> {
    let InviteUserInput { email, patient_id, role_keys } = input;
    let person_id = match patient_id {
        Some(id) => Some(write.lock(id, &[Permission::PatientRead], "patientId", "patient").await?.person_id),
        None => None,
    };
    let new = NewUser { email, person_id, ..Default::default() };
    let user_id = insert_user(write, UserStatus::Invited, new).await?.user_id;
    assign_roles(write, user_id, &role_keys.unwrap_or_default()).await?;
    invited(write, user_id).await
}

/// Makes the invitation of a user that this transaction made, and puts both into the record.
pub(super) async fn invited(write: &Write, user_id: Id<user::Entity>) -> Result<IssuedInvitation> {
    let token = user_token::issue(write, user_id, UserTokenKind::Invitation).await?;
    write.written(Written {
        operation: "user.invite",
        target_kind: "USER",
        target_id: user_id.uuid(),
        patient_id: None,
        fields: vec!["status", "email", "roles", "patient"],
    });
    write.emit("user.invited", "USER", user_id.uuid()).await?;
    Ok(IssuedInvitation::of(user_id, &token))
}

/// Invites somebody as the operator, who gives any role: for the first owner of a tenant.
///
/// # Errors
///
/// `ALREADY_EXISTS` and `VALIDATION_FAILED` on `email`; `INTERNAL` when the tenant has no such role.
pub async fn invite_as_operator(write: &Write, new: NewUser) -> Result<IssuedInvitation> {
    let user_id = insert_user(write, UserStatus::Invited, new).await?.user_id;
    invited(write, user_id).await
}

impl IssuedInvitation {
    fn of(user_id: Id<user::Entity>, token: &IssuedToken) -> Self {
        Self {
            invitation_token: token.text.expose_secret().to_owned(),
            expires_at: token.expires_at.into(),
            user_id,
        }
    }

    /// The token to accept it with.
    pub fn into_token(self) -> SecretString {
        self.invitation_token.into()
    }
}

async fn resend(write: &Write, input: ResendInvitationInput) -> Result<IssuedInvitation> {
    let ResendInvitationInput { user_id } = input;
    still_invited(write, user_id).await?;
    let token = user_token::issue(write, user_id, UserTokenKind::Invitation).await?;
    write.written(Written {
        operation: "user.resend_invitation",
        target_kind: "USER",
        target_id: user_id.uuid(),
        patient_id: None,
        fields: vec!["invitationToken"],
    });
    write.emit("user.invited", "USER", user_id.uuid()).await?;
    Ok(IssuedInvitation::of(user_id, &token))
}

async fn take_back(write: &Write, input: RevokeInvitationInput) -> Result<Id<user::Entity>> {
    let RevokeInvitationInput { user_id } = input;
    still_invited(write, user_id).await?;
    retire(write, user_id, "the invitation was taken back".to_owned()).await?;
    write.written(Written {
        operation: "user.revoke_invitation",
        target_kind: "USER",
        target_id: user_id.uuid(),
        patient_id: None,
        fields: vec!["invitationToken", "status"],
    });
    write.emit("user.deactivated", "USER", user_id.uuid()).await?;
    Ok(user_id)
}

async fn still_invited(write: &Write, user_id: Id<user::Entity>) -> Result<()> {
    match managed(write, user_id).await?.status {
        UserStatus::Invited => Ok(()),
        _ => Err(Error::invalid_state("the user has no invitation that is still to be accepted")),
    }
}

async fn activate(write: &Write, user: user::Model, hash: String) -> Result<ActivatedUser> {
    let change =
        user::ActiveModel { status: Set(UserStatus::Active), password_hash: Set(Some(hash)), ..forgotten() };
    write.update(user.id, None, change).await?;
    write.attempted(AuditAction::SignIn, "user.activate", Some(("USER", user.id.uuid())), None);
    write.written(Written {
        operation: "user.activate",
        target_kind: "USER",
        target_id: user.id.uuid(),
        patient_id: None,
        fields: vec!["password", "status"],
    });
    write.emit("user.activated", "USER", user.id.uuid()).await?;
    Ok(ActivatedUser { activated_at: write.now().into() })
}
