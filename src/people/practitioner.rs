//! Clinicians, specialists and assistants. Their professional names are public record (NPI registry), not protected.

use async_graphql::{ComplexObject, Context, Object, SimpleObject};
use chrono::Utc;
use entity::{
    Id,
    identity::permission::Permission,
    people::practitioner::{self, PractitionerKind, PractitionerStatus},
};
use sea_orm::{Condition, DerivePartialModel, sea_query::Expr};

use crate::kernel::{
    door::{Door, Requires},
    error::Result,
    graphql::{DateTime, requires},
    load::{Scoped, resource},
    page::{Chronology, Connection, Cursor, Page},
    viewer::Viewer,
};

/// A clinician, specialist or assistant.
#[derive(Clone, SimpleObject, DerivePartialModel)]
#[sea_orm(entity = "practitioner::Entity")]
#[graphql(complex)]
pub struct Practitioner {
    /// The practitioner's id.
    pub id: Id<practitioner::Entity>,
    /// What the practitioner does.
    pub kind: PractitionerKind,
    /// Whether the practitioner works.
    pub status: PractitionerStatus,
    /// The name under which the practitioner practises.
    pub professional_name: String,
    /// The National Provider Identifier, ten digits.
    pub npi: Option<String>,
    /// The department.
    pub department: Option<String>,
    /// States in which the practitioner is licensed, two capital letters each.
    pub licensed_states: Vec<String>,
    /// Languages in which the practitioner gives care.
    pub care_languages: Vec<String>,
    #[graphql(skip)]
    supervisor_id: Option<Id<practitioner::Entity>>,
    #[graphql(skip)]
    created_at: chrono::DateTime<Utc>,
}

resource!(Practitioner of practitioner);

impl Scoped for practitioner::Entity {
    fn scope(viewer: &Viewer) -> Condition {
        match viewer.principal().reach(Permission::PractitionerRead) {
            Some(_) => Condition::all(),
            None => Condition::all().add(Expr::value(false)),
        }
    }
}

#[ComplexObject]
impl Practitioner {
    /// When the practitioner was entered.
    async fn created_at(&self) -> DateTime {
        self.created_at.into()
    }

    /// Who supervises the practitioner.
    async fn supervisor(&self, ctx: &Context<'_>) -> Result<Option<Practitioner>> {
        match self.supervisor_id {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }
}

/// What can be asked about practitioners.
#[derive(Default)]
pub struct PractitionerQuery;

#[Object]
impl PractitionerQuery {
    /// The practitioner with this id; null when your organization has none.
    #[graphql(directive = requires::apply(Permission::PractitionerRead.into()), guard = "Requires(Permission::PractitionerRead)")]
    async fn practitioner(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The practitioner's id.")] id: Id<practitioner::Entity>,
    ) -> Result<Option<Practitioner>> {
        ctx.load(id).await
    }

    /// The practitioners of your organization.
    #[graphql(directive = requires::apply(Permission::PractitionerRead.into()), guard = "Requires(Permission::PractitionerRead)")]
    async fn practitioners(
        &self,
        ctx: &Context<'_>,
        #[graphql(default, desc = "In which order.")] order_by: Chronology,
        #[graphql(desc = "How many, 1 to 100; 25 when not stated.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on after.")] after: Option<Cursor>,
    ) -> Result<Option<Connection<Practitioner>>> {
        ctx.session().await?.page(&Page { first, after }, Condition::all(), order_by).await.map(Some)
    }
}
