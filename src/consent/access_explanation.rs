//! Who can see this and why: the decision function itself, asked for everyone concerned.

use std::collections::BTreeMap;

use async_graphql::{ComplexObject, Context, Object, SimpleObject};
use chrono::Utc;
use entity::{
    DataClass, Id,
    consent::{consent, purpose::Purpose},
    identity::{permission::Permission, user},
    people::patient,
    platform::audit_log::AuditDecision,
    tenancy::organization,
};

use super::{access_ground::AccessGround, consent::Consent};
use crate::{
    identity::user::User,
    kernel::{
        access::{
            Action, Ask, Gated, Grant, Ground, NamedPartner, PatientFacts, Principal, Ruling, Subject,
            WithheldReason, decide, load_principals,
        },
        door::{Door, Requires},
        error::Result,
        graphql::{DateTime, phi, requires},
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
    /// What allows it; null for `DENY`. Notes kept apart from the record are each their author's own besides.
    pub ground: Option<AccessGround>,
    /// When what allows it ends by itself, exclusively: the consent, what is shared, the broken glass, the approval or the legal
    /// authority. Null for `DENY`, and where no date is set. It may end before: with a revocation, a place on the care team,
    /// or a minority.
    pub until: Option<DateTime>,
    /// The partner organization, when it is not a user: what any of its keys and clients can see for the purpose that they
    /// are bound to.
    pub organization: Option<ConcernedOrganization>,
    #[graphql(skip)]
    user_id: Option<Id<user::Entity>>,
    #[graphql(skip)]
    consent_id: Option<Id<consent::Entity>>,
}

/// A partner organization that a consent of the patient names, or one beneath it.
#[derive(Clone, Debug, SimpleObject)]
pub struct ConcernedOrganization {
    /// The organization's id.
    pub id: Id<organization::Entity>,
    /// Its name.
    pub name: String,
}

#[ComplexObject]
impl AccessExplanationEntry {
    /// The user; null when it is a partner organization, or the user is not within your reach.
    async fn user(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        match self.user_id {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
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
    let mut users = core.users_concerned(facts).await?;
    users.insert(core.principal()?.user_id);
    let users: Vec<_> = users.into_iter().collect();
    let mut principals = load_principals(core, &users).await?;
    principals.sort_by_key(|principal| principal.user_id);
    let partners = core.partners_concerned(facts).await?;
    let mut entries = of_users(core, &principals, facts);
    entries.extend(of_partners(core, &partners, facts));
    entries.truncate(MOST_ENTRIES);
    Ok(AccessExplanation { entries })
}

fn of_users(core: &Core, principals: &[Principal], facts: &PatientFacts) -> Vec<AccessExplanationEntry> {
    let of = |principal| {
        CLASSES.iter().map(move |class| Explained::of(core, principal, facts, *class).entry(principal, None))
    };
    principals.iter().flat_map(of).collect()
}

/// Of each organization and purpose the most that any of its credentials can see.
fn of_partners(core: &Core, partners: &[NamedPartner], facts: &PatientFacts) -> Vec<AccessExplanationEntry> {
    let mut alike: BTreeMap<_, Vec<&NamedPartner>> = BTreeMap::new();
    for partner in partners {
        let purpose = partner.principal.purpose.map(Purpose::code);
        alike.entry((partner.organization_id, purpose)).or_default().push(partner);
    }
    let mut entries = Vec::new();
    for partners in alike.values() {
        for class in CLASSES {
            let explained = partners.iter().map(|partner| {
                let explained = Explained::of(core, &partner.principal, facts, *class);
                (matches!(explained.ruling, Ruling::Permit(_)), partner, explained)
            });
            // Of those that are alike the last one is taken.
            if let Some((_, partner, explained)) = explained.max_by_key(|(permitted, ..)| *permitted) {
                entries.push(explained.entry(&partner.principal, Some(partner)));
            }
        }
    }
    entries
}

/// What is decided about one class.
struct Explained {
    class: DataClass,
    is_identity: bool,
    ruling: Ruling,
    until: Option<chrono::DateTime<Utc>>,
}

impl Explained {
    fn of(core: &Core, principal: &Principal, facts: &PatientFacts, class: DataClass) -> Self {
        let is_identity = class == DataClass::Directory.stricter(facts.label);
        // Of all that has the class of the identity, the entry is about the identity.
        let floor = if is_identity { DataClass::Directory } else { class };
        let ask = Ask { floor, class, action: Action::View, subject: Subject::Health, author: None };
        let ruling = decide(principal, Some(facts), ask, core.now());
        let until = match ruling {
            Ruling::Permit(grant) => end_of(grant.ground, principal, facts),
            Ruling::Deny(_) => None,
        };
        Self { class, is_identity, ruling, until }
    }

    fn entry(self, principal: &Principal, partner: Option<&NamedPartner>) -> AccessExplanationEntry {
        let Self { class, is_identity, ruling, until } = self;
        let (decision, reason, ground) = match ruling {
            Ruling::Permit(Grant { ground, .. }) => (AuditDecision::Permit, None, Some(ground)),
            Ruling::Deny(reason) => (AuditDecision::Deny, Some(reason.into()), None),
        };
        AccessExplanationEntry {
            data_class: class,
            is_identity,
            purpose: principal.purpose,
            decision,
            reason,
            ground: ground.map(AccessGround::from),
            until: until.map(DateTime::from),
            organization: partner.map(|partner| ConcernedOrganization {
                id: partner.organization_id,
                name: partner.name.clone(),
            }),
            user_id: partner.is_none().then_some(principal.user_id),
            consent_id: ground.and_then(Ground::consent),
        }
    }
}

/// When what a look rests on ends by itself.
fn end_of(ground: Ground, principal: &Principal, facts: &PatientFacts) -> Option<chrono::DateTime<Utc>> {
    let of_consent = |id| facts.consents.iter().find(|consent| consent.id == id)?.valid_to;
    match ground {
        Ground::Consent(consent) => of_consent(consent),
        Ground::Sharing(consent, grant) => {
            let shared = principal.shared.iter().find(|shared| shared.grant_id == grant)?;
            of_consent(consent).into_iter().chain(shared.expires_at).min()
        }
        Ground::Emergency(event) => {
            principal.emergencies.iter().find(|emergency| emergency.id == event).map(|one| one.expires_at)
        }
        Ground::Approval(id) => {
            principal.approvals.iter().find(|approval| approval.id == id).map(|approval| approval.valid_to)
        }
        Ground::LegalAuthority => {
            principal.dependants.iter().find(|one| one.patient_id == facts.patient_id)?.ends_at
        }
        Ground::Oneself | Ground::Authorship | Ground::Relationship | Ground::InternalUse => None,
    }
}
