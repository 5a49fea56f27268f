//! Tokens of programs that act for a person: what one has, and ending it. Operators make them (`consentry token`).

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use chrono::Utc;
use entity::{
    Id,
    consent::purpose::Purpose,
    identity::access_token::{self, AccessTokenKind},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, DerivePartialModel, sea_query::Expr};

use crate::kernel::{
    door::{Door, SignedIn},
    error::{Error, Result},
    graphql::{DateTime, Payload, public},
    load::{Scoped, resource},
    record::Written,
    viewer::Viewer,
    write::Write,
};

/// A token with which a program acts for you. The token itself is shown once, when it is made.
#[derive(Clone, SimpleObject, DerivePartialModel)]
#[sea_orm(entity = "access_token::Entity")]
#[graphql(complex)]
pub struct ApiToken {
    /// The token's id.
    pub id: Id<access_token::Entity>,
    /// What it is for.
    pub name: String,
    /// Keys of the permissions it is narrowed to; null without a limit of its own.
    pub scopes: Option<Vec<String>>,
    #[graphql(skip)]
    purpose: Option<String>,
    #[graphql(skip)]
    expires_at: chrono::DateTime<Utc>,
    #[graphql(skip)]
    last_used_at: Option<chrono::DateTime<Utc>>,
    #[graphql(skip)]
    revoked_at: Option<chrono::DateTime<Utc>>,
    #[graphql(skip)]
    created_at: chrono::DateTime<Utc>,
}

resource!(ApiToken of access_token);

impl Scoped for access_token::Entity {
    /// One's own. A partner's credential has no user, so nothing is its own.
    fn scope(viewer: &Viewer) -> Condition {
        if viewer.principal().partner.is_some() {
            return Condition::all().add(Expr::value(false));
        }
        Condition::all()
            .add(access_token::Column::UserId.eq(viewer.principal().user_id))
            .add(access_token::Column::Kind.eq(AccessTokenKind::Api))
    }
}

#[ComplexObject]
impl ApiToken {
    /// The one purpose it acts for; null when each request states one.
    async fn purpose(&self) -> Option<Purpose> {
        self.purpose.as_deref().and_then(|purpose| purpose.parse().ok())
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        self.created_at.into()
    }

    /// When it ends by itself.
    async fn expires_at(&self) -> DateTime {
        self.expires_at.into()
    }

    /// When it was last used, to the minute; null when it never was.
    async fn last_used_at(&self) -> Option<DateTime> {
        self.last_used_at.map(DateTime::from)
    }

    /// When it was revoked; null when it was not.
    async fn revoked_at(&self) -> Option<DateTime> {
        self.revoked_at.map(DateTime::from)
    }
}

/// A token of yours to revoke.
#[derive(Clone, Debug, InputObject)]
pub struct RevokeApiTokenInput {
    /// The token's id.
    pub api_token_id: Id<access_token::Entity>,
}

/// What can be changed about tokens of programs.
#[derive(Default)]
pub struct ApiTokenMutation;

#[Object]
impl ApiTokenMutation {
    /// Revokes a token with which a program acts for you: the next request with it is refused. Needs a session.
    ///
    /// User errors: `NOT_FOUND`, the same for a token of somebody else; `INVALID_STATE` when it is revoked already.
    #[graphql(directive = public::apply(), guard = "SignedIn")]
    async fn revoke_api_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The token to revoke.")] input: RevokeApiTokenInput,
    ) -> Result<Option<Payload<ApiToken>>> {
        let outcome = ctx.slot().write(|write| Box::pin(revoke(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }
}

async fn revoke(write: &Write, input: RevokeApiTokenInput) -> Result<Id<access_token::Entity>> {
    let RevokeApiTokenInput { api_token_id } = input;
    let own = <access_token::Entity as Scoped>::scope(write.viewer()?);
    let token = write
        .find_locked::<access_token::Entity>(own.add(access_token::Column::Id.eq(api_token_id)))
        .await?
        .ok_or_else(|| Error::not_found("apiTokenId", "token of yours"))?;
    end(write, &token).await?;
    Ok(token.id)
}

/// Ends a token of a program, in the transaction that holds its row.
///
/// # Errors
///
/// `INVALID_STATE` when it is revoked already.
pub async fn end(write: &Write, token: &access_token::Model) -> Result<()> {
    if token.revoked_at.is_some() {
        return Err(Error::invalid_state("the token is revoked already"));
    }
    let change = access_token::ActiveModel { revoked_at: Set(Some(write.now())), ..Default::default() };
    write.update(token.id, None, change).await?;
    write.written(Written {
        operation: "access_token.revoke",
        target_kind: "ACCESS_TOKEN",
        target_id: token.id.uuid(),
        patient_id: None,
        fields: vec!["revokedAt"],
    });
    Ok(())
}
