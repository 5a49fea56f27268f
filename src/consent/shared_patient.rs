//! Patients as those outside of the program see them: family with whom a patient shares, and partner organizations that a
//! consent names. Who is not in the list is not told apart from nobody.

use async_graphql::{ComplexObject, Context, Object, SimpleObject};
use chrono::Utc;
use entity::{
    DataClass, Id, consent::consent::ConsentDecision, consent::consent_recipient::RecipientKind,
    identity::permission::Permission, people::patient,
};
use sea_orm::{Condition, DerivePartialModel};

use crate::{
    kernel::{
        access::{ConsentFacts, Gated, PatientFacts, in_force},
        door::{Door, Requires},
        error::Result,
        graphql::{DateTime, phi, requires},
        load::resource,
        page::{Chronology, Connection, Cursor, Page},
        viewer::Viewer,
    },
    people::{
        caseload::shared_with,
        patient_identity::{self, PatientIdentity},
    },
};

/// A patient who shares with you, or whose consent names your organization.
#[derive(Clone, SimpleObject, DerivePartialModel)]
#[sea_orm(entity = "patient::Entity")]
#[graphql(complex)]
pub struct SharedPatient {
    /// The patient's id.
    pub id: Id<patient::Entity>,
    /// The handle to use instead of a name, such as `7KQM-2XTB`.
    pub display_code: String,
    #[graphql(skip)]
    created_at: chrono::DateTime<Utc>,
}

resource!(SharedPatient of patient);

#[ComplexObject]
impl SharedPatient {
    /// Who the patient is, when what they share covers it; else `ACCESS_DENIED`, whatever the reason. In a Part 2 program it
    /// takes a consent that names `SUD` (42 CFR 2.11, 2.13(c)). Every look is a disclosure, and the patient can read of it.
    #[graphql(directive = phi::apply(DataClass::Directory))]
    async fn identity(&self, ctx: &Context<'_>) -> Result<Option<Gated<PatientIdentity>>> {
        patient_identity::identity(ctx, self.id).await
    }

    /// Until when it is shared, exclusively, if nobody ends it before; null when no day is set.
    async fn shared_until(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        let facts = ctx.session().await?.facts(self.id).await?;
        Ok(facts.and_then(|facts| shared_until(ctx.viewer().ok()?, &facts)).map(DateTime::from))
    }
}

/// The latest end of what is shared; none when something has no end.
fn shared_until(viewer: &Viewer, facts: &PatientFacts) -> Option<chrono::DateTime<Utc>> {
    let now = viewer.asked_at();
    let permits = facts.consents.iter();
    let permits =
        permits.filter(|consent| consent.decision == ConsentDecision::Permit && in_force(consent, now));
    let ends = permits.filter_map(|consent| end_of(viewer, facts, consent));
    // `None` comes before every moment, but means that there is no end.
    ends.reduce(|one, other| one.zip(other).map(|(one, other)| one.max(other))).flatten()
}

/// Until when the viewer may use a consent; `None` when it does not name them.
#[expect(clippy::option_option, reason = "whether it names them, and whether it ends")]
fn end_of(
    viewer: &Viewer,
    facts: &PatientFacts,
    consent: &ConsentFacts,
) -> Option<Option<chrono::DateTime<Utc>>> {
    let principal = viewer.principal();
    if let Some(partner) = &principal.partner {
        let named = consent.recipients.iter().any(|recipient| {
            recipient.kind == RecipientKind::Organization
                && recipient.organization_id.is_some_and(|id| principal.organizations.contains(&id))
        });
        return (named && consent.purposes.contains(&partner.purpose)).then_some(consent.valid_to);
    }
    let mut shared = principal.shared.iter();
    let shared =
        shared.find(|shared| shared.patient_id == facts.patient_id && shared.consent_id == consent.id)?;
    Some(match (shared.expires_at, consent.valid_to) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    })
}

/// What can be asked by those outside of the program.
#[derive(Default)]
pub struct SharedPatientQuery;

#[Object]
impl SharedPatientQuery {
    /// The patients who share with you as with family, or whose consents in force name your organization, or one above it, for
    /// your purpose. Those within the program read `patients`; for them this is empty.
    #[graphql(directive = requires::apply(Permission::PhiRead.into()), guard = "Requires(Permission::PhiRead)")]
    async fn shared_patients(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 25 when not stated.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on after.")] after: Option<Cursor>,
    ) -> Result<Option<Connection<SharedPatient>>> {
        let viewer = ctx.viewer()?;
        let Some(shared) = shared_with(viewer, patient::Column::Id) else {
            return Ok(Some(Connection::empty()));
        };
        // For most, their row scope says it already.
        let within = viewer.principal().reach(Permission::PatientRead).is_some();
        let filter = if within { shared } else { Condition::all() };
        ctx.session().await?.page(&Page { first, after }, filter, Chronology::NewestFirst).await.map(Some)
    }
}
