//! The decision function of consent.md, steps 1 to 11. First deny wins, deny overrides, unknown is deny.

use chrono::{DateTime, Utc};
use entity::{
    DataClass, Id,
    consent::{
        access_approval, break_glass_event,
        consent::{self, ConsentDecision, ConsentKind, ConsentStatus, SignerCapacity},
        purpose::Purpose,
        sharing_grant,
    },
    identity::{permission::Permission, role_permission::Reach},
    people::{person_relationship::LegalAuthority, practitioner},
};
use sea_orm::EnumIter;

use super::{
    ConsentFacts, PatientFacts, Principal,
    emergency::opens,
    matching::{authorizes, binds, covers, ended, forbids, in_force, shares, treats},
    standing::{Standing, shared_with, standing},
};

/// What is to be done with protected data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter)]
pub enum Action {
    /// Show it.
    View,
    /// Filter, order or count by it.
    Search,
    /// Put it into a file.
    Export,
    /// Send it to somebody outside.
    Disclose,
    /// Write it.
    Write,
}

/// What kind of record is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, EnumIter)]
pub enum Subject {
    /// The patient's identity or health: needs a consent.
    Health,
    /// The patient's consents: readable within a relationship, without a consent.
    ConsentRecord,
    /// Who looked at the patient's record, and what left it: likewise.
    AccessRecord,
}

/// A question to [`decide`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ask {
    /// The floor of what is asked for: the class it has in a row without a label.
    pub floor: DataClass,
    /// The decided class: the stricter of the floor and the row's label.
    pub class: DataClass,
    /// What is to be done.
    pub action: Action,
    /// What kind of record it is.
    pub subject: Subject,
    /// Who wrote it, where that matters: notes kept apart.
    pub author: Option<Id<practitioner::Entity>>,
}

/// Why the answer is no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DenialReason {
    /// Nobody is signed in, or the user or tenant is not active.
    Unauthenticated,
    /// No such patient in this tenant.
    NotFound,
    /// No permission, or no relationship to the patient.
    Forbidden,
    /// No purpose was stated, or the role may not act for it.
    PurposeRequired,
    /// The patient asked for a restriction.
    Restricted,
    /// This class or purpose needs a consent of its own kind.
    SeparateConsentRequired,
    /// No consent covers it.
    ConsentRequired,
    /// The consent that covered it has ended.
    ConsentExpired,
    /// The consent that covered it was revoked.
    ConsentRevoked,
}

impl DenialReason {
    /// The code in the record of looks.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::NotFound => "NOT_FOUND",
            Self::Forbidden => "FORBIDDEN",
            Self::PurposeRequired => "PURPOSE_REQUIRED",
            Self::Restricted => "RESTRICTED",
            Self::SeparateConsentRequired => "SEPARATE_CONSENT_REQUIRED",
            Self::ConsentRequired => "CONSENT_REQUIRED",
            Self::ConsentExpired => "CONSENT_EXPIRED",
            Self::ConsentRevoked => "CONSENT_REVOKED",
        }
    }
}

/// The answer to an [`Ask`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// Yes, on this ground. The obligation to record the look comes with every permit.
    Permit(Grant),
    /// No.
    Deny(DenialReason),
}

/// What a yes rests on, and what it obliges to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Why.
    pub ground: Ground,
    /// Whether it leaves the program: a row of the accounting, the notice and a copy of the consent are owed
    /// (42 CFR 2.25, 2.32).
    pub leaves: bool,
}

/// Why a look is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ground {
    /// It is the patient's own (45 CFR 164.524).
    Oneself,
    /// Somebody with legal authority stands in the patient's place (45 CFR 164.502(g)).
    LegalAuthority,
    /// Whoever wrote the note treats by it (42 CFR 2.31(b)(2), 45 CFR 164.508(a)(2)(i)(A)).
    Authorship,
    /// What is written, and records of consent and access, take a relationship alone.
    Relationship,
    /// The organization lets its workforce look for treatment, payment and operations (45 CFR 164.506).
    InternalUse,
    /// A consent of the patient.
    Consent(Id<consent::Entity>),
    /// What a patient shares with their family under a consent.
    Sharing(Id<consent::Entity>, Id<sharing_grant::Entity>),
    /// A medical emergency (42 CFR 2.51).
    Emergency(Id<break_glass_event::Entity>),
    /// An audit, the law or a court (42 CFR 2.53, 2.61 to 2.67).
    Approval(Id<access_approval::Entity>),
}

impl Ground {
    /// The consent among the grounds.
    pub const fn consent(self) -> Option<Id<consent::Entity>> {
        match self {
            Self::Consent(consent) | Self::Sharing(consent, _) => Some(consent),
            _ => None,
        }
    }
}

/// Decides one ask about one patient. `facts` is `None` when the tenant has no such patient.
pub fn decide(principal: &Principal, facts: Option<&PatientFacts>, ask: Ask, now: DateTime<Utc>) -> Ruling {
    match rule(principal, facts, ask, now) {
        Ok((ground, leaves)) => Ruling::Permit(Grant { ground, leaves }),
        Err(reason) => Ruling::Deny(reason),
    }
}

fn rule(
    principal: &Principal,
    facts: Option<&PatientFacts>,
    ask: Ask,
    now: DateTime<Utc>,
) -> Result<(Ground, bool), DenialReason> {
    if !principal.is_active() {
        return Err(DenialReason::Unauthenticated);
    }
    let facts = facts.filter(|facts| facts.tenant_id == principal.tenant_id).ok_or(DenialReason::NotFound)?;
    let reach = reach(principal, ask).ok_or(DenialReason::Forbidden)?;
    let purpose = purpose(principal, ask)?;
    let inside = |ground| Ok((ground, false));

    if principal.is(facts) {
        return if is_kept_apart(ask.class) { Err(DenialReason::Forbidden) } else { inside(Ground::Oneself) };
    }
    let case = Case { principal, facts, ask, purpose, now };
    match case.open(reach) {
        Err(
            reason @ (DenialReason::Restricted
            | DenialReason::Forbidden
            | DenialReason::ConsentRequired
            | DenialReason::ConsentExpired
            | DenialReason::ConsentRevoked),
        ) => case.emergency().map_or(Err(reason), inside),
        opened => opened,
    }
}

/// Who asks what, for what, of whose record.
struct Case<'c> {
    principal: &'c Principal,
    facts: &'c PatientFacts,
    ask: Ask,
    purpose: Purpose,
    now: DateTime<Utc>,
}

impl Case<'_> {
    /// Steps 6 to 10, for all but the patient.
    fn open(&self, reach: Reach) -> Result<(Ground, bool), DenialReason> {
        let Self { principal, facts, ask, purpose, now } = *self;
        let health = ask.subject == Subject::Health;
        let approval = self.approval();
        let by_law = approval.filter(|_| purpose == Purpose::RequiredByLaw);
        // A restriction is about health information; those who must honour it have to be able to read it.
        if health && by_law.is_none() && facts.consents.iter().any(|consent| self.is_restricted_by(consent)) {
            return Err(DenialReason::Restricted);
        }
        let of_compliance =
            !health && reach == Reach::Tenant && purpose == Purpose::AuditEvaluation && is_inside(principal);
        let related = self.has_relationship() || of_compliance || approval.is_some() || self.breaks_glass();
        let Some(standing) = standing(principal, facts, related, now) else {
            return Err(DenialReason::Forbidden);
        };
        match standing {
            Standing::Inside => self.open_inside(approval).map(|ground| (ground, false)),
            Standing::Guardian(authority) => self.open_to_guardian(authority),
            Standing::Family => self.open_to_family(),
            Standing::Partner => self
                .open_by_consent(|consent| binds(consent, principal, facts, now))
                .map(|consent| (Ground::Consent(consent), true)),
        }
    }

    /// Those who work for the program.
    fn open_inside(&self, approval: Option<Ground>) -> Result<Ground, DenialReason> {
        let Self { principal, facts, ask, purpose, now } = *self;
        if ask.subject != Subject::Health {
            return Ok(Ground::Relationship);
        }
        if is_kept_apart(ask.class) && purpose == Purpose::Treatment && self.is_author() {
            return Ok(Ground::Authorship);
        }
        if ask.action == Action::Write {
            return if takes_own_kind(ask.class, purpose) {
                Err(DenialReason::SeparateConsentRequired)
            } else {
                Ok(Ground::Relationship)
            };
        }
        let refused = match self.open_by_consent(|consent| binds(consent, principal, facts, now)) {
            Ok(consent) => return Ok(Ground::Consent(consent)),
            Err(reason) => reason,
        };
        if let Some(approval) = approval {
            return Ok(approval);
        }
        let for_care = matches!(purpose, Purpose::Treatment | Purpose::Payment | Purpose::Operations);
        let gated = takes_own_kind(ask.class, purpose);
        if facts.internal_use && for_care && !gated && ask.action == Action::View {
            return Ok(Ground::InternalUse);
        }
        Err(refused)
    }

    /// A parent, guardian or legal representative: in the patient's place where authority opens the class, by a consent of the
    /// patient's own where it does not.
    fn open_to_guardian(&self, authority: LegalAuthority) -> Result<(Ground, bool), DenialReason> {
        let Self { principal, facts, ask, now, .. } = *self;
        let minority = facts.minority.as_ref().ok_or(DenialReason::Forbidden)?;
        let signs = ask.subject == Subject::ConsentRecord && ask.action == Action::Write;
        let is_party = ask.subject == Subject::ConsentRecord && minority.both_consent(ask.class, now);
        if signs || is_party || minority.opens_to(authority, ask.class, now) {
            return Ok((Ground::LegalAuthority, false));
        }
        if ask.subject != Subject::Health || ask.action == Action::Write {
            return Err(DenialReason::Forbidden);
        }
        let by_patient = |consent: &ConsentFacts| {
            consent.signer == Some(facts.person_id) || consent.co_signer == Some(facts.person_id)
        };
        let consent =
            self.open_by_consent(|consent| by_patient(consent) && binds(consent, principal, facts, now));
        consent.map(|consent| (Ground::Consent(consent), true))
    }

    /// Family: each of their grants by its own consent.
    fn open_to_family(&self) -> Result<(Ground, bool), DenialReason> {
        let grant = |consent: &ConsentFacts| {
            shared_with(self.principal, self.facts, self.now).find(|shared| shares(consent, shared))
        };
        let consent = self.open_by_consent(|consent| grant(consent).is_some())?;
        let opening = self.facts.consents.iter().find(|one| one.id == consent);
        let shared = opening.and_then(grant).ok_or(DenialReason::ConsentRequired)?;
        Ok((Ground::Sharing(consent, shared.grant_id), true))
    }

    /// Steps 8 and 10: the first consent of an admissible kind that names whoever asks, covers the class and the purpose, and
    /// counts at this moment.
    fn open_by_consent(
        &self,
        names: impl Fn(&ConsentFacts) -> bool,
    ) -> Result<Id<consent::Entity>, DenialReason> {
        let Self { facts, ask, purpose, now, .. } = *self;
        if ask.subject != Subject::Health || ask.action == Action::Write {
            return Err(DenialReason::Forbidden);
        }
        let candidates = || {
            let permits = facts.consents.iter().filter(|consent| consent.decision == ConsentDecision::Permit);
            permits.filter(|consent| {
                admits(consent, ask.class, purpose)
                    && names(consent)
                    && covers(consent, ask.class, now)
                    && consent.purposes.contains(&purpose)
            })
        };
        let counts =
            |consent: &&ConsentFacts| in_force(consent, now) && authorizes(consent, facts, ask.class, now);
        if let Some(consent) = candidates().find(counts) {
            return Ok(consent.id);
        }
        Err(match () {
            () if takes_own_kind(ask.class, purpose) => DenialReason::SeparateConsentRequired,
            () if candidates().any(|consent| ended(consent, now)) => DenialReason::ConsentExpired,
            () if candidates().any(|consent| consent.status == ConsentStatus::Revoked) => {
                DenialReason::ConsentRevoked
            }
            () => DenialReason::ConsentRequired,
        })
    }

    fn is_restricted_by(&self, consent: &ConsentFacts) -> bool {
        let Self { principal, facts, ask, purpose, now } = *self;
        consent.decision == ConsentDecision::Deny
            && in_force(consent, now)
            && binds(consent, principal, facts, now)
            && forbids(consent, ask, now)
            && consent.purposes.contains(&purpose)
    }

    /// Need to know: roles alone never suffice. One treats the patient, or works where the patient is served.
    fn has_relationship(&self) -> bool {
        let Self { principal, facts, ask, now, .. } = *self;
        let supervises = matches!(ask.action, Action::View | Action::Search) && !is_kept_apart(ask.class);
        let treats = treats(principal, facts, supervises, now);
        let includes = |ask| {
            let extents = permissions(ask).iter().filter_map(|permission| principal.extent(*permission));
            extents.into_iter().any(|extent| extent.includes(treats, facts.location_id))
        };
        match ask.action {
            Action::View | Action::Write => includes(ask),
            _ => includes(ask) && includes(Ask { action: Action::View, ..ask }),
        }
    }

    /// To say that there is an emergency takes no relationship: that is what it is for.
    fn breaks_glass(&self) -> bool {
        let Self { principal, facts, ask, .. } = *self;
        let extent = principal.extent(Permission::BreakGlassInvoke);
        ask.subject == Subject::AccessRecord
            && ask.action == Action::Write
            && extent.is_some_and(|extent| extent.tenant || extent.includes(false, facts.location_id))
    }

    fn is_author(&self) -> bool {
        self.ask.author.is_some() && self.ask.author == self.principal.practitioner_id
    }

    /// Step 9 (c): what compliance approved for this user, purpose and class.
    fn approval(&self) -> Option<Ground> {
        let Self { principal, facts, ask, purpose, now } = *self;
        let mut approvals = principal.approvals.iter();
        let looks = is_inside(principal)
            && matches!(ask.action, Action::View | Action::Export)
            && !is_kept_apart(ask.class);
        let approval = approvals.find(|approval| {
            looks
                && ask.subject == Subject::Health
                && approval.patient_id == facts.patient_id
                && approval.purpose == purpose
                && approval.data_classes.contains(&ask.class)
                && approval.valid_from <= now
                && now < approval.valid_to
        });
        approval.map(|approval| Ground::Approval(approval.id))
    }

    /// Step 9 (b): a broken glass overrides restriction, relationship and consent, to show and to do nothing else. What takes
    /// a consent of its own, by its class or by the purpose, it does not open, whichever no came before that one.
    fn emergency(&self) -> Option<Ground> {
        let Self { principal, facts, ask, purpose, now } = *self;
        let shows = ask.action == Action::View && ask.subject == Subject::Health && is_inside(principal);
        let gated = takes_own_kind(ask.class, purpose);
        let emergency = principal.emergencies.iter().find(|emergency| {
            emergency.patient_id == facts.patient_id
                && now < emergency.expires_at
                && opens(&emergency.data_classes, ask)
        });
        emergency.filter(|_| shows && !gated).map(|emergency| Ground::Emergency(emergency.id))
    }
}

/// Notes kept apart from the record.
const fn is_kept_apart(class: DataClass) -> bool {
    matches!(class, DataClass::PsychotherapyNote | DataClass::SudCounselingNote)
}

/// Classes that take a consent of their own, which an emergency does not stand in for.
const fn is_gated(class: DataClass) -> bool {
    is_kept_apart(class) || matches!(class, DataClass::MinorConfidential)
}

fn is_inside(principal: &Principal) -> bool {
    principal.partner.is_none() && principal.is_workforce()
}

/// Step 3. To find people by a class of data, or to take it out, tells what it says, so it needs the permission to see it
/// as well.
pub(super) fn reach(principal: &Principal, ask: Ask) -> Option<Reach> {
    let of = |ask| permissions(ask).iter().filter_map(|permission| principal.reach(*permission)).max();
    // A label makes nothing open that was not: what is health by itself stays so in a row of a stricter class.
    let may_see = |class| principal.may_see(class, ask.subject == Subject::Health);
    if !may_see(ask.floor) || !may_see(ask.class) {
        return None;
    }
    match ask.action {
        Action::View | Action::Write => of(ask),
        _ => Some(of(ask)?.min(of(Ask { action: Action::View, ..ask })?)),
    }
}

/// Any of these permissions suffices for the action.
const fn permissions(ask: Ask) -> &'static [Permission] {
    match (ask.subject, ask.action) {
        (Subject::ConsentRecord, Action::Write) => &[
            Permission::ConsentManage,
            Permission::ConsentRecord,
            Permission::ConsentSign,
            Permission::ConsentRevoke,
            Permission::SharingGrantManage,
        ],
        (Subject::ConsentRecord, _) => &[Permission::ConsentRead],
        (Subject::AccessRecord, Action::Write) => {
            &[Permission::BreakGlassInvoke, Permission::BreakGlassReview, Permission::PrivacyRequestManage]
        }
        (Subject::AccessRecord, _) => &[
            Permission::AccessHistoryRead,
            Permission::AuditRead,
            Permission::DisclosureRead,
            Permission::DisclosureAccounting,
        ],
        (Subject::Health, Action::Write) => match ask.class {
            DataClass::PsychotherapyNote | DataClass::SudCounselingNote => &[Permission::ProtectedNoteWrite],
            _ => &[Permission::PhiWrite],
        },
        (Subject::Health, Action::Search) => &[Permission::PhiSearch],
        (Subject::Health, Action::Export | Action::Disclose) => &[Permission::ExportRun],
        (Subject::Health, Action::View) => match ask.class {
            DataClass::Deidentified => &[Permission::PatientRead],
            DataClass::Directory
            | DataClass::GeneralPhi
            | DataClass::MentalHealth
            | DataClass::MinorConfidential => &[Permission::PhiRead],
            DataClass::Financial => &[Permission::BillingView],
            DataClass::Sud => &[Permission::SudRead],
            DataClass::PsychotherapyNote | DataClass::SudCounselingNote => &[Permission::ProtectedNoteRead],
        },
    }
}

/// Step 4.
pub(super) fn purpose(principal: &Principal, ask: Ask) -> Result<Purpose, DenialReason> {
    let purpose = principal.purpose.ok_or(DenialReason::PurposeRequired)?;
    let allowed = ask.class == DataClass::Deidentified || principal.allowed_purposes().contains(&purpose);
    allowed.then_some(purpose).ok_or(DenialReason::PurposeRequired)
}

/// Step 8: whether a general consent cannot do.
pub(super) const fn takes_own_kind(class: DataClass, purpose: Purpose) -> bool {
    is_gated(class) || matches!(purpose, Purpose::LegalProceeding)
}

/// Whether a consent is of a kind that class and purpose admit. Where both take a kind of their own, no one consent is of
/// both.
fn admits(consent: &ConsentFacts, class: DataClass, purpose: Purpose) -> bool {
    let for_this_alone = |kind, this: bool| (consent.kind == kind) == this;
    consent.kind != ConsentKind::Restriction
        && for_this_alone(ConsentKind::LegalProceeding, purpose == Purpose::LegalProceeding)
        && for_this_alone(ConsentKind::PsychotherapyNotes, class == DataClass::PsychotherapyNote)
        && for_this_alone(ConsentKind::SudCounselingNotes, class == DataClass::SudCounselingNote)
        && (class != DataClass::MinorConfidential || consent.signer_capacity == Some(SignerCapacity::Minor))
}
