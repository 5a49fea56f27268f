//! Identity providers: who else may say who somebody is.

mod keeping;

use async_graphql::{ComplexObject, Context, Object, SimpleObject};
use chrono::Utc;
use entity::{
    Id,
    identity::{
        identity_provider::{self, IdentityProviderStatus, SigningAlgorithm},
        permission::Permission,
        role_permission::Reach,
    },
};
use sea_orm::{ActiveEnum, Condition, DerivePartialModel, sea_query::Expr};

pub use keeping::{
    CreateIdentityProviderInput, DisableIdentityProviderInput, EnableIdentityProviderInput,
    IdentityProviderMutation, UpdateIdentityProviderInput, secret_place,
};

use crate::kernel::{
    door::{Door, Requires},
    error::Result,
    graphql::{DateTime, requires},
    load::{Scoped, resource},
    page::{Chronology, Connection, Cursor, Page},
    viewer::Viewer,
    write::Changeable,
};

/// Who else may say who somebody is: an OpenID Connect provider of the organization.
#[derive(Clone, SimpleObject, DerivePartialModel)]
#[sea_orm(entity = "identity_provider::Entity")]
#[graphql(complex)]
pub struct IdentityProvider {
    /// The provider's id.
    pub id: Id<identity_provider::Entity>,
    /// Its short name, part of the address at which a sign-in begins: `/auth/{organization}/{key}/start`.
    pub key: String,
    /// Its name, for people.
    pub name: String,
    /// The issuer, to the letter as it stands in its tokens.
    pub issuer: String,
    /// Under which name it knows this server; null when nobody is sent there to sign in.
    pub client_id: Option<String>,
    /// Whom a token has to be made for to be taken as a bearer token; empty when none is.
    pub audiences: Vec<String>,
    /// Where its keys are; null when its configuration says so.
    pub key_set_url: Option<String>,
    /// The claim that names the user.
    pub subject_claim: String,
    /// Whether it is believed.
    pub status: IdentityProviderStatus,
    /// Rises with every change: the `expectedVersion` of the next one.
    pub version: i32,
    #[graphql(skip)]
    algorithms: Vec<String>,
    #[graphql(skip)]
    client_secret: Option<Vec<u8>>,
    #[graphql(skip)]
    created_at: chrono::DateTime<Utc>,
}

resource!(IdentityProvider of identity_provider);

impl Scoped for identity_provider::Entity {
    fn scope(viewer: &Viewer) -> Condition {
        of_the_tenant(viewer, Permission::IntegrationManage)
    }
}

impl Changeable for identity_provider::Entity {
    fn reach(viewer: &Viewer, permission: Permission) -> Condition {
        of_the_tenant(viewer, permission)
    }
}

/// A provider is the whole organization's or nobody's.
fn of_the_tenant(viewer: &Viewer, permission: Permission) -> Condition {
    match viewer.principal().reach(permission) {
        Some(Reach::Tenant) => Condition::all(),
        _ => Condition::all().add(Expr::value(false)),
    }
}

#[ComplexObject]
impl IdentityProvider {
    /// How it may sign.
    async fn algorithms(&self) -> Vec<SigningAlgorithm> {
        self.algorithms.iter().filter_map(|name| SigningAlgorithm::try_from_value(name).ok()).collect()
    }

    /// Whether this server has a secret there. Nobody is shown which.
    async fn has_client_secret(&self) -> bool {
        self.client_secret.is_some()
    }

    /// When it was entered.
    async fn created_at(&self) -> DateTime {
        self.created_at.into()
    }
}

/// What can be asked about identity providers.
#[derive(Default)]
pub struct IdentityProviderQuery;

#[Object]
impl IdentityProviderQuery {
    /// The identity providers of your organization, those that are not believed any more among them.
    #[graphql(directive = requires::apply(Permission::IntegrationManage.into()), guard = "Requires(Permission::IntegrationManage)")]
    async fn identity_providers(
        &self,
        ctx: &Context<'_>,
        #[graphql(default, desc = "In which order.")] order_by: Chronology,
        #[graphql(desc = "How many, 1 to 100; 25 when not stated.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on after.")] after: Option<Cursor>,
    ) -> Result<Option<Connection<IdentityProvider>>> {
        ctx.session().await?.page(&Page { first, after }, Condition::all(), order_by).await.map(Some)
    }
}
