//! Inviting those who stand in for a patient.

use async_graphql::{Context, InputObject, Object};
use entity::{
    Id,
    identity::{
        permission::Permission,
        user::{self, UserStatus},
    },
    people::{
        person,
        person_relationship::{self, LegalAuthority},
    },
};
use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Expr, ExprTrait},
};

use super::{
    invitation::{IssuedInvitation, invited},
    user_creation::{NewAssignment, NewUser, insert_user},
};
use crate::kernel::{
    door::{Door, Requires},
    error::{Error, Result, UserErrorCode},
    graphql::{Payload, Payloaded, requires},
    write::Write,
};

/// Somebody with legal authority for a patient, to invite.
#[derive(Clone, InputObject)]
pub struct InviteGuardianInput {
    /// The relationship that says whose guardian the person is.
    pub relationship_id: Id<person_relationship::Entity>,
    /// The email address, by which the guardian signs in. Only a keyed token of it is stored.
    #[graphql(secret)]
    pub email: String,
}

/// What can be changed about the users of guardians.
#[derive(Default)]
pub struct GuardianInvitationMutation;

#[Object]
impl GuardianInvitationMutation {
    /// Makes a user with the role `GUARDIAN` for somebody whose legal authority is verified and has not ended. What the
    /// guardian reaches is decided at each look, by the authority and the patient's age; the role by itself reaches nothing.
    ///
    /// User errors: `NOT_FOUND`, `INVALID_STATE` (no legal authority that is verified and in force), `ALREADY_EXISTS` (the email
    /// address, or the person has a user: give that one the role), `VALIDATION_FAILED`.
    #[graphql(directive = requires::apply(Permission::UserManage.into()), guard = "Requires(Permission::UserManage)")]
    async fn invite_guardian(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whom to invite.")] input: InviteGuardianInput,
    ) -> Result<Option<Payload<IssuedInvitation>>> {
        ctx.slot().write(|write| Box::pin(invite(write, input))).await.payload().map(Some)
    }
}

async fn invite(write: &Write, input: InviteGuardianInput) -> Result<IssuedInvitation> {
    let InviteGuardianInput { relationship_id, email } = input;
    let row =
        write.lock(relationship_id, &[Permission::UserManage], "relationshipId", "relationship").await?;
    use person_relationship::Column;
    let not_ended =
        Condition::any().add(Column::EndsAt.is_null()).add(Expr::col(Column::EndsAt).gt(write.now()));
    let in_force = Condition::all()
        .add(Column::Id.eq(row.id))
        .add(Column::LegalAuthority.ne(LegalAuthority::None))
        .add(Column::VerifiedAt.is_not_null())
        .add(not_ended);
    if write.find::<person_relationship::Entity>(in_force).await?.is_none() {
        return Err(Error::invalid_state("there is no legal authority that is verified and in force"));
    }
    // Whoever invites the same person for another child waits here.
    let by_id = Condition::all().add(person::Column::Id.eq(row.related_person_id));
    write.find_locked::<person::Entity>(by_id).await?;
    let of_person = Condition::all()
        .add(user::Column::PersonId.eq(row.related_person_id))
        .add(user::Column::Status.ne(UserStatus::Deactivated));
    if write.find::<user::Entity>(of_person).await?.is_some() {
        let message = "the person has a user already: give that one the role `GUARDIAN`";
        return Err(Error::refused(UserErrorCode::AlreadyExists, &["relationshipId"], message));
    }
    // The role reaches those alone for whom the authority was verified, so it needs no permission to give roles.
    let role = NewAssignment { role: "GUARDIAN", ..Default::default() };
    let new =
        NewUser { email, person_id: Some(row.related_person_id), roles: vec![role], ..Default::default() };
    let user_id = insert_user(write, UserStatus::Invited, new).await?.user_id;
    invited(write, user_id).await
}
