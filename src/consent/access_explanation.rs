//! Who can see this and why: the decision function itself, asked for everyone concerned.

use std::collections::BTreeSet;

use async_graphql::{ComplexObject, Context, Object, SimpleObject};
use entity::{
    DataClass, Id,
    consent::{consent, purpose::Purpose},
    identity::{permission::Permission, user},
    people::patient,
    platform::audit_log::AuditDecision,
};

use super::consent::Consent;
use crate::{
    identity::user::User,
    kernel::{
        access::{
            Action, Ask, Gated, Grant, PatientFacts, Principal, Ruling, Subject, WithheldReason, decide,
            load_principals,
        },
        door::{Door, Requires},
        error::Result,
        graphql::{phi, requires},
        session::{Core, Look},
    },
    people::patient::Patient,
};

/// Who can see what of a patient, and why, at this moment.
#[derive(Clone, Debug, SimpleObject)]
pub struct AccessExplanation {
    /// One entry for each principal concerned and each class, at most 1,000. Whoever is not named is not concerned: they
    /// have no relationship to the patient, and nothing names them.
    pub entries: Vec<AccessExplanationEntry>,
}

/// Whether one principal can see one class of data, and why.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct AccessExplanationEntry {
    /// The class of data.
    pub data_class: DataClass,
    /// Whether this is the class of the patient's identity.
    pub is_identity: bool,
    /// The purpose assumed: the principal's default.
    pub purpose: Option<Purpose>,
    /// What the decision is.
    pub decision: AuditDecision,
    /// Why not; null for `PERMIT`.
    pub reason: Option<WithheldReason>,
    #[graphql(skip)]
    user_id: Id<user::Entity>,
    #[graphql(skip)]
    consent_id: Option<Id<consent::Entity>>,
}

#[ComplexObject]
impl AccessExplanationEntry {
    /// The principal.
    async fn user(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        ctx.load(self.user_id).await
    }

    /// The consent that permits it; null when none is needed, or none permits.
    async fn via_consent(&self, ctx: &Context<'_>) -> Result<Option<Consent>> {
        match self.consent_id {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }
}

/// What can be asked about access.
#[derive(Default)]
pub struct AccessExplanationQuery;

const CLASSES: &[DataClass] = &[
    DataClass::Directory,
    DataClass::GeneralPhi,
    DataClass::Financial,
    DataClass::MentalHealth,
    DataClass::Sud,
    DataClass::PsychotherapyNote,
    DataClass::SudCounselingNote,
];

const MOST_ENTRIES: usize = 1_000;

#[Object]
impl AccessExplanationQuery {
    /// Who can see what of this patient, and why: by the same decision that every look takes. Null when the patient is not
    /// within your reach.
    #[graphql(
        directive = requires::apply(Permission::ConsentRead.into()),
        directive = phi::apply(DataClass::GeneralPhi),
        guard = "Requires(Permission::ConsentRead)"
    )]
    async fn explain_access(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The patient's id.")] patient_id: Id<patient::Entity>,
    ) -> Result<Option<Gated<AccessExplanation>>> {
        if ctx.load::<Patient>(patient_id).await?.is_none() {
            return Ok(None);
        }
        let look = Look {
            patient_id,
            floor: DataClass::GeneralPhi,
            label: None,
            action: Action::View,
            subject: Subject::ConsentRecord,
            operation: "consent.explain_access",
            fields: &["explainAccess"],
            author: None,
        };
        let session = ctx.session().await?;
        if let Err(withheld) = ctx.decide(look).await? {
            return Ok(Some(Gated::Withheld(withheld)));
        }
        let Some(facts) = session.facts(patient_id).await? else { return Ok(None) };
        explain(session.core(), &facts).await.map(|explanation| Some(Gated::Value(explanation)))
    }
}

async fn explain(core: &Core, facts: &PatientFacts) -> Result<AccessExplanation> {
    let users = concerned(core, facts).await?;
    let mut principals = load_principals(core, &users).await?;
    principals.sort_by_key(|principal| principal.user_id);
    let identity = DataClass::Directory.stricter(facts.label);
    let entries = principals.iter().flat_map(|principal| {
        CLASSES.iter().map(|class| entry(core, principal, facts, *class, *class == identity))
    });
    Ok(AccessExplanation { entries: entries.take(MOST_ENTRIES).collect() })
}

/// The patient, the care team, everyone a consent names, and whoever asks.
async fn concerned(core: &Core, facts: &PatientFacts) -> Result<Vec<Id<user::Entity>>> {
    let recipients = || facts.consents.iter().flat_map(|consent| &consent.recipients);
    let practitioners: BTreeSet<_> = facts
        .team
        .iter()
        .map(|member| member.practitioner_id)
        .chain(recipients().filter_map(|recipient| recipient.practitioner_id))
        .collect();
    let mut users: BTreeSet<_> = recipients().filter_map(|recipient| recipient.user_id).collect();
    users.insert(core.principal()?.user_id);
    users.extend(core.users_of(facts.person_id, practitioners.into_iter().collect()).await?);
    Ok(users.into_iter().collect())
}

fn entry(
    core: &Core,
    principal: &Principal,
    facts: &PatientFacts,
    class: DataClass,
    is_identity: bool,
) -> AccessExplanationEntry {
    // Of all that has the class of the identity, the entry is about the identity.
    let floor = if is_identity { DataClass::Directory } else { class };
    let ask = Ask { floor, class, action: Action::View, subject: Subject::Health, author: None };
    let ruling = decide(principal, Some(facts), ask, core.now());
    let (decision, reason, consent_id) = match ruling {
        Ruling::Permit(Grant { ground, .. }) => (AuditDecision::Permit, None, ground.consent()),
        Ruling::Deny(reason) => (AuditDecision::Deny, Some(reason.into()), None),
    };
    AccessExplanationEntry {
        data_class: class,
        is_identity,
        purpose: principal.purpose,
        decision,
        reason,
        user_id: principal.user_id,
        consent_id,
    }
}
