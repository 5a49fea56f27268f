//! The rules of access once more, as literally as they are written down, for comparison with the decision.
//!
//! Nothing here is shared with the decision but the types of its question and answer, and the tables of what a role may
//! act for. Each function is one sentence of the rules; none is fast, none is clever, and where a rule is said twice, it
//! stands here twice. Data without a class of its own (`DEIDENTIFIED`) is nobody's, and not asked about.

mod consents;
mod people;

use chrono::{DateTime, Utc};
use entity::{
    DataClass, consent::purpose::Purpose, identity::permission::Permission,
    people::person_relationship::LegalAuthority,
};

use super::{
    Action, Ask, ConsentFacts, DenialReason, Grant, Ground, PatientFacts, Principal, Ruling, Subject,
};
use consents::{
    a_restriction_forbids, grant_for, is_of_family_sharing, names, opened_by_a_consent, the_patient_signed,
};
use people::{
    Part, approval_for, authority_opens, both_have_to_consent, emergency_for, is_kept_apart, part_of,
    works_for_the_program,
};

/// What the rules say, step by step; the first no ends it.
pub fn rules(principal: &Principal, facts: Option<&PatientFacts>, ask: Ask, now: DateTime<Utc>) -> Ruling {
    // 1. Authenticated: user and tenant are active.
    if !principal.is_active() {
        return Ruling::Deny(DenialReason::Unauthenticated);
    }
    // 2. The patient is one of the tenant.
    let Some(facts) = facts else { return Ruling::Deny(DenialReason::NotFound) };
    if facts.tenant_id != principal.tenant_id {
        return Ruling::Deny(DenialReason::NotFound);
    }
    // 3. Some role gives every permission that this takes, and sees this class at all.
    for any_of in permissions_for(ask) {
        if !any_of.iter().any(|permission| principal.permissions.contains_key(permission)) {
            return Ruling::Deny(DenialReason::Forbidden);
        }
    }
    if ask.subject == Subject::Health
        && sees_nothing_of_health(principal)
        && (is_health(ask.floor) || is_health(ask.class))
    {
        return Ruling::Deny(DenialReason::Forbidden);
    }
    // 4. A purpose is stated, and a role may act for it.
    let Some(purpose) = principal.purpose else {
        return Ruling::Deny(DenialReason::PurposeRequired);
    };
    if !principal.allowed_purposes().contains(&purpose) {
        return Ruling::Deny(DenialReason::PurposeRequired);
    }
    // 5. The patient's own record is theirs, but for notes kept apart.
    if principal.person_id.is_some() && principal.person_id == Some(facts.person_id) {
        if is_kept_apart(ask.class) {
            return Ruling::Deny(DenialReason::Forbidden);
        }
        return permit(Ground::Oneself, false);
    }
    // 6 to 10. A medical emergency overrides restriction, relationship and consent; what takes a consent of its own kind it
    // does not override.
    match from_restriction_to_consent(principal, facts, ask, purpose, now) {
        Ruling::Permit(grant) => Ruling::Permit(grant),
        Ruling::Deny(DenialReason::SeparateConsentRequired) => {
            Ruling::Deny(DenialReason::SeparateConsentRequired)
        }
        Ruling::Deny(reason) => match emergency_for(principal, facts, ask, purpose, now) {
            Some(event) => permit(Ground::Emergency(event), false),
            None => Ruling::Deny(reason),
        },
    }
}

fn permit(ground: Ground, leaves: bool) -> Ruling {
    Ruling::Permit(Grant { ground, leaves })
}

/// The permissions that a question takes: one of each list.
fn permissions_for(ask: Ask) -> Vec<Vec<Permission>> {
    let to_see = match ask.class {
        DataClass::Deidentified => Permission::PatientRead,
        DataClass::Directory
        | DataClass::GeneralPhi
        | DataClass::MentalHealth
        | DataClass::MinorConfidential => Permission::PhiRead,
        DataClass::Financial => Permission::BillingView,
        DataClass::Sud => Permission::SudRead,
        DataClass::PsychotherapyNote | DataClass::SudCounselingNote => Permission::ProtectedNoteRead,
    };
    match (ask.subject, ask.action) {
        (Subject::Health, Action::View) => vec![vec![to_see]],
        // Whoever finds by it, or takes it away, learns what it says.
        (Subject::Health, Action::Search) => vec![vec![to_see], vec![Permission::PhiSearch]],
        (Subject::Health, Action::Export | Action::Disclose) => {
            vec![vec![to_see], vec![Permission::ExportRun]]
        }
        (Subject::Health, Action::Write) if is_kept_apart(ask.class) => {
            vec![vec![Permission::ProtectedNoteWrite]]
        }
        (Subject::Health, Action::Write) => vec![vec![Permission::PhiWrite]],
        (Subject::ConsentRecord, Action::Write) => vec![vec![
            Permission::ConsentManage,
            Permission::ConsentRecord,
            Permission::ConsentSign,
            Permission::ConsentRevoke,
            Permission::SharingGrantManage,
        ]],
        (Subject::ConsentRecord, _) => vec![vec![Permission::ConsentRead]],
        (Subject::AccessRecord, Action::Write) => {
            vec![vec![
                Permission::BreakGlassInvoke,
                Permission::BreakGlassReview,
                Permission::PrivacyRequestManage,
            ]]
        }
        (Subject::AccessRecord, _) => vec![vec![
            Permission::AccessHistoryRead,
            Permission::AuditRead,
            Permission::DisclosureRead,
            Permission::DisclosureAccounting,
        ]],
    }
}

/// Specialists, managers and billing, and who has no role of the system's at all, see nothing of anybody's health.
fn sees_nothing_of_health(principal: &Principal) -> bool {
    for role in &principal.system_roles {
        if *role != "SPECIALIST" && *role != "MANAGER" && *role != "BILLING" {
            return false;
        }
    }
    true
}

fn is_health(class: DataClass) -> bool {
    matches!(class, DataClass::GeneralPhi | DataClass::MentalHealth | DataClass::MinorConfidential)
}

/// Steps 6 to 10.
fn from_restriction_to_consent(
    principal: &Principal,
    facts: &PatientFacts,
    ask: Ask,
    purpose: Purpose,
    now: DateTime<Utc>,
) -> Ruling {
    // 6. What the patient asked not to be done is not done, unless the law requires it and compliance approved. This binds
    // health information, not the consents themselves nor the record of looks.
    let required_by_law =
        purpose == Purpose::RequiredByLaw && approval_for(principal, facts, ask, purpose, now).is_some();
    if ask.subject == Subject::Health
        && !required_by_law
        && a_restriction_forbids(principal, facts, ask, purpose, now)
    {
        return Ruling::Deny(DenialReason::Restricted);
    }
    // 7. A relationship: a role alone never suffices.
    match part_of(principal, facts, ask, purpose, &permissions_for(ask), now) {
        Part::Stranger => Ruling::Deny(DenialReason::Forbidden),
        Part::Inside => from_inside(principal, facts, ask, purpose, now),
        Part::Guardian(authority) => as_guardian(principal, facts, ask, purpose, authority, now),
        Part::Family => as_family(principal, facts, ask, purpose, now),
        Part::Partner => as_partner(principal, facts, ask, purpose, now),
    }
}

/// Guardians see what their authority opens. What it does not open takes a consent that the patient signed and that names
/// them. Consents are also theirs to see where both have to consent, and always theirs to sign.
fn as_guardian(
    principal: &Principal,
    facts: &PatientFacts,
    ask: Ask,
    purpose: Purpose,
    authority: LegalAuthority,
    now: DateTime<Utc>,
) -> Ruling {
    if authority_opens(facts, authority, ask.class, now) {
        return permit(Ground::LegalAuthority, false);
    }
    if ask.subject == Subject::ConsentRecord && ask.action == Action::Write {
        return permit(Ground::LegalAuthority, false);
    }
    if ask.subject == Subject::ConsentRecord && both_have_to_consent(facts, ask.class, now) {
        return permit(Ground::LegalAuthority, false);
    }
    if ask.subject != Subject::Health || ask.action == Action::Write {
        return Ruling::Deny(DenialReason::Forbidden);
    }
    let meant =
        |consent: &ConsentFacts| the_patient_signed(facts, consent) && names(principal, facts, consent, now);
    match opened_by_a_consent(facts, ask, purpose, &meant, now) {
        Ok(consent) => permit(Ground::Consent(consent), true),
        Err(reason) => Ruling::Deny(reason),
    }
}

/// Family see what the consent opens under which the patient shares with this very contact, and nothing else.
fn as_family(
    principal: &Principal,
    facts: &PatientFacts,
    ask: Ask,
    purpose: Purpose,
    now: DateTime<Utc>,
) -> Ruling {
    if ask.subject != Subject::Health || ask.action == Action::Write {
        return Ruling::Deny(DenialReason::Forbidden);
    }
    let meant = |consent: &ConsentFacts| {
        is_of_family_sharing(consent) && grant_for(principal, facts, consent, now).is_some()
    };
    match opened_by_a_consent(facts, ask, purpose, &meant, now) {
        Ok(opening) => {
            for consent in &facts.consents {
                if consent.id == opening
                    && let Some(grant) = grant_for(principal, facts, consent, now)
                {
                    return permit(Ground::Sharing(opening, grant), true);
                }
            }
            unreachable!("the consent is one of the patient's")
        }
        Err(reason) => Ruling::Deny(reason),
    }
}

/// Partners see what a consent opens that names their organization, or one above it.
fn as_partner(
    principal: &Principal,
    facts: &PatientFacts,
    ask: Ask,
    purpose: Purpose,
    now: DateTime<Utc>,
) -> Ruling {
    if ask.subject != Subject::Health || ask.action == Action::Write {
        return Ruling::Deny(DenialReason::Forbidden);
    }
    match opened_by_a_consent(facts, ask, purpose, &|consent| names(principal, facts, consent, now), now) {
        Ok(consent) => permit(Ground::Consent(consent), true),
        Err(reason) => Ruling::Deny(reason),
    }
}

/// From within the program: steps 8 to 10.
fn from_inside(
    principal: &Principal,
    facts: &PatientFacts,
    ask: Ask,
    purpose: Purpose,
    now: DateTime<Utc>,
) -> Ruling {
    // Consents and the record of looks take a relationship alone.
    if ask.subject != Subject::Health {
        return permit(Ground::Relationship, false);
    }
    // 8. Whoever wrote a note that is kept apart treats by it.
    if is_kept_apart(ask.class)
        && ask.author.is_some()
        && ask.author == principal.practitioner_id
        && purpose == Purpose::Treatment
    {
        return permit(Ground::Authorship, false);
    }
    let takes_a_consent_of_its_own = is_kept_apart(ask.class)
        || ask.class == DataClass::MinorConfidential
        || purpose == Purpose::LegalProceeding;
    // 9. Writing takes no consent; reading back what was written does.
    if ask.action == Action::Write {
        if takes_a_consent_of_its_own {
            return Ruling::Deny(DenialReason::SeparateConsentRequired);
        }
        return permit(Ground::Relationship, false);
    }
    // 10. Some consent opens it.
    let refused =
        match opened_by_a_consent(facts, ask, purpose, &|consent| names(principal, facts, consent, now), now)
        {
            Ok(consent) => return permit(Ground::Consent(consent), false),
            Err(reason) => reason,
        };
    // 9. It takes none where the law or a court says so and compliance approved.
    if let Some(approval) = approval_for(principal, facts, ask, purpose, now) {
        return permit(Ground::Approval(approval), false);
    }
    // 9. Nor where the organization says that its workforce needs none for treatment, payment and operations.
    if facts.internal_use
        && works_for_the_program(principal)
        && ask.action == Action::View
        && matches!(purpose, Purpose::Treatment | Purpose::Payment | Purpose::Operations)
        && !takes_a_consent_of_its_own
    {
        return permit(Ground::InternalUse, false);
    }
    Ruling::Deny(refused)
}
