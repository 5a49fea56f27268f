//! Who am I?

use async_graphql::{Context, Object, SimpleObject};
use entity::{consent::purpose::Purpose, identity::role_permission::Reach};

use super::{access_token::ApiToken, session::UserSession, user::User};
use crate::{
    kernel::{
        door::Door,
        error::Result,
        graphql::public,
        page::{Connection, Cursor, Page},
        viewer::Viewer,
    },
    people::{patient::Patient, practitioner::Practitioner},
};

/// Who is signed in.
pub struct SignedInViewer(std::sync::Arc<Viewer>);

/// Something the viewer may do.
#[derive(Clone, Debug, SimpleObject)]
pub struct PermissionGrant {
    /// The permission's key, such as `patient.read`.
    pub permission: String,
    /// How far it reaches.
    pub reach: Reach,
}

/// Who is signed in, and what they may do.
#[Object(name = "Viewer")]
impl SignedInViewer {
    /// The user.
    async fn user(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        ctx.load(self.0.principal().user_id).await
    }

    /// Keys of the roles that hold now, the one that speaks first in front.
    async fn roles(&self) -> Vec<String> {
        self.0.principal().roles.clone()
    }

    /// What the roles allow; for showing and hiding controls, since every field checks it again.
    async fn permissions(&self) -> Vec<PermissionGrant> {
        let grants = self.0.principal().permissions.iter();
        grants
            .map(|(permission, extent)| PermissionGrant {
                permission: permission.key().to_owned(),
                reach: extent.reach(),
            })
            .collect()
    }

    /// The purpose of use of this request: the header `X-Purpose-Of-Use`, else the role's default; null when there is
    /// none.
    async fn purpose(&self) -> Option<Purpose> {
        self.0.principal().purpose
    }

    /// The session of this request; null for a program.
    async fn session(&self, ctx: &Context<'_>) -> Result<Option<UserSession>> {
        match self.0.session_id() {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }

    /// Where the user is signed in, newest first; nowhere, for a program.
    async fn sessions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 10 when not stated.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on after.")] after: Option<Cursor>,
    ) -> Result<Option<Connection<UserSession>>> {
        if self.0.session_id().is_none() {
            return Ok(Some(Connection::empty()));
        }
        ctx.page_of(self.0.principal().user_id, "user_id", Page { first, after }).await.map(Some)
    }

    /// The tokens with which programs act for the user, those that ended too, newest first.
    async fn api_tokens(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 10 when not stated.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on after.")] after: Option<Cursor>,
    ) -> Result<Option<Connection<ApiToken>>> {
        ctx.page_of(self.0.principal().user_id, "user_id", Page { first, after }).await.map(Some)
    }

    /// The patient that the user is; null for staff.
    async fn patient(&self, ctx: &Context<'_>) -> Result<Option<Patient>> {
        match self.0.principal().patient_id {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }

    /// The practitioner that the user is; null for others.
    async fn practitioner(&self, ctx: &Context<'_>) -> Result<Option<Practitioner>> {
        match self.0.principal().practitioner_id {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }
}

/// What can be asked about oneself.
#[derive(Default)]
pub struct ViewerQuery;

#[Object]
impl ViewerQuery {
    /// Who is signed in; null when nobody is.
    #[graphql(directive = public::apply())]
    async fn viewer(&self, ctx: &Context<'_>) -> Option<SignedInViewer> {
        ctx.viewer().ok().cloned().map(SignedInViewer)
    }
}
