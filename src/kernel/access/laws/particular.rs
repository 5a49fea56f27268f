//! Laws of particular cases: each is one in which the decision once said something else than the rules.

use chrono::Months;
use entity::{
    consent::access_approval,
    people::{person, person_relationship::LegalAuthority},
    tenancy::policy_terms::{MinorConsentRule, MinorConsentTerms},
};

use super::{
    super::{Approval, Dependant, Emergency, GuardianFacts, Minority},
    *,
};

const PARENT: Uuid = Uuid::from_u128(31);

fn view(floor: DataClass, class: DataClass) -> Ask {
    ask(floor, class, Action::View)
}

fn parent() -> Id<person::Entity> {
    Id::new(PARENT)
}

/// A patient of fourteen years in a state that has `rules`, and their parent.
fn minor(rules: Vec<MinorConsentRule>, consents: Vec<ConsentFacts>) -> PatientFacts {
    let guardian = GuardianFacts { person_id: parent(), authority: LegalAuthority::Parent, ends_at: None };
    PatientFacts {
        minority: Some(Minority {
            birth_date: Some(now().date_naive() - Months::new(14 * 12)),
            state: Some("CA".to_owned()),
            guardians: vec![guardian],
            terms: MinorConsentTerms { rules, ..MinorConsentTerms::default() },
        }),
        ..facts(consents)
    }
}

fn guardian(of: &PatientFacts) -> Principal {
    let mut principal = Principal::in_role(TENANT, "GUARDIAN");
    principal.practitioner_id = None;
    principal.person_id = Some(parent());
    principal.dependants =
        vec![Dependant { patient_id: of.patient_id, authority: LegalAuthority::Parent, ends_at: None }];
    principal
}

fn rule(service: DataClass, parental_consent: bool) -> MinorConsentRule {
    MinorConsentRule { state: "CA".to_owned(), service, minimum_age: 12, parental_consent }
}

fn covering(class: DataClass, number: u128) -> ConsentFacts {
    let scope = ScopeFacts { data_class: class, resource_kind: None, covers_from: None, covers_to: None };
    ConsentFacts { scopes: vec![scope], ..tpo(number) }
}

#[test]
fn a_label_opens_nothing_that_was_not_open_without_it() {
    // A role of the tenant's own, built upon that of specialists, which permits records of Part 2 programs.
    let mut principal = Principal::in_role(TENANT, "SPECIALIST");
    principal.permissions.insert(Permission::SudRead, Extent::of(Reach::Own));
    let facts = facts(vec![tpo(1), covering(DataClass::Sud, 2)]);
    let decided = |ask| decide(&principal, Some(&facts), ask, now());

    let identity = decided(view(DataClass::Directory, DataClass::Sud));
    assert!(matches!(identity, Ruling::Permit(_)), "who they are");
    for label in [DataClass::GeneralPhi, DataClass::Sud] {
        let health = decided(view(DataClass::GeneralPhi, label));
        assert_eq!(health, Ruling::Deny(DenialReason::Forbidden), "how they are, labelled {label:?}");
    }
}

#[test]
fn what_both_have_to_consent_to_takes_the_minors_signature_beside_the_parents() {
    let by_parent = ConsentFacts {
        signer_capacity: Some(SignerCapacity::Parent),
        signer: Some(parent()),
        ..covering(DataClass::MentalHealth, 1)
    };
    let health = view(DataClass::MentalHealth, DataClass::MentalHealth);
    let permitted = |rules, consent: &ConsentFacts| {
        let facts = minor(rules, vec![consent.clone()]);
        matches!(decide(&practitioner(), Some(&facts), health, now()), Ruling::Permit(_))
    };
    assert!(permitted(Vec::new(), &by_parent), "no rule of the state: the parent's suffices");
    let both = vec![rule(DataClass::MentalHealth, true)];
    assert!(!permitted(both.clone(), &by_parent), "42 CFR 2.14(c)");
    let patient = minor(Vec::new(), Vec::new()).person_id;
    let by_both = ConsentFacts {
        co_signer_capacity: Some(SignerCapacity::Minor),
        co_signer: Some(patient),
        ..by_parent
    };
    assert!(permitted(both, &by_both));
}

#[test]
fn a_consent_for_the_organization_names_no_guardian_of_its_patients() {
    let organization = |id| RecipientFacts {
        kind: RecipientKind::Organization,
        user_id: None,
        practitioner_id: None,
        recipient_class: None,
        organization_id: Some(Id::new(id)),
        contact_token: None,
    };
    let facts = minor(Vec::new(), Vec::new());
    let guardian = guardian(&facts);
    let consent = ConsentFacts {
        purposes: vec![Purpose::PatientRequest, Purpose::Treatment],
        signer_capacity: Some(SignerCapacity::Minor),
        signer: Some(facts.person_id),
        co_signer_capacity: Some(SignerCapacity::Parent),
        co_signer: Some(parent()),
        recipients: vec![organization(TENANT)],
        ..covering(DataClass::Sud, 1)
    };
    let sud = view(DataClass::Sud, DataClass::Sud);
    let with = |consent: &ConsentFacts| minor(Vec::new(), vec![consent.clone()]);
    assert_eq!(
        decide(&guardian, Some(&with(&consent)), sud, now()),
        Ruling::Deny(DenialReason::ConsentRequired)
    );
    let of_staff = decide(&practitioner(), Some(&with(&consent)), sud, now());
    assert!(matches!(of_staff, Ruling::Permit(_)), "the same consent names those who work there");
    let user = RecipientFacts {
        kind: RecipientKind::User,
        user_id: Some(guardian.user_id),
        organization_id: None,
        ..organization(TENANT)
    };
    let naming = ConsentFacts { recipients: vec![user], ..consent };
    let grant = Grant { ground: Ground::Consent(naming.id), leaves: true };
    assert_eq!(decide(&guardian, Some(&with(&naming)), sud, now()), Ruling::Permit(grant));
}

#[test]
fn in_a_proceeding_too_what_a_minor_keeps_to_themself_takes_their_own_signature() {
    let consent = ConsentFacts {
        kind: ConsentKind::LegalProceeding,
        purposes: vec![Purpose::LegalProceeding],
        expiry_kind: ExpiryKind::Event,
        signer_capacity: Some(SignerCapacity::LegalRepresentative),
        signer: Some(parent()),
        ..covering(DataClass::MinorConfidential, 1)
    };
    let mut principal = practitioner();
    principal.purpose = Some(Purpose::LegalProceeding);
    let decided = |consent: ConsentFacts| {
        let facts = minor(Vec::new(), vec![consent]);
        let confidential = view(DataClass::MinorConfidential, DataClass::MinorConfidential);
        decide(&principal, Some(&facts), confidential, now())
    };
    assert_eq!(decided(consent.clone()), Ruling::Deny(DenialReason::SeparateConsentRequired));
    let patient = minor(Vec::new(), Vec::new()).person_id;
    let by_minor =
        ConsentFacts { signer_capacity: Some(SignerCapacity::Minor), signer: Some(patient), ..consent };
    assert!(matches!(decided(by_minor), Ruling::Permit(_)));
}

#[test]
fn no_approval_opens_notes_kept_apart() {
    let facts = facts(Vec::new());
    let mut principal = practitioner();
    principal.purpose = Some(Purpose::LegalProceeding);
    principal.approvals = vec![Approval {
        id: Id::<access_approval::Entity>::new(Uuid::from_u128(9)),
        patient_id: facts.patient_id,
        purpose: Purpose::LegalProceeding,
        data_classes: vec![DataClass::GeneralPhi, DataClass::PsychotherapyNote],
        valid_from: now(),
        valid_to: now() + TimeDelta::days(1),
    }];
    let decided = |class| decide(&principal, Some(&facts), view(class, class), now());
    assert!(matches!(decided(DataClass::GeneralPhi), Ruling::Permit(_)));
    assert_eq!(decided(DataClass::PsychotherapyNote), Ruling::Deny(DenialReason::SeparateConsentRequired));
}

#[test]
fn an_emergency_opens_nothing_for_a_proceeding_whether_restricted_or_not() {
    let mut principal = practitioner();
    principal.purpose = Some(Purpose::LegalProceeding);
    let mut facts = facts(Vec::new());
    principal.emergencies = vec![Emergency {
        id: Id::new(Uuid::from_u128(9)),
        patient_id: facts.patient_id,
        session_id: Uuid::from_u128(1),
        data_classes: vec![DataClass::GeneralPhi],
        expires_at: now() + TimeDelta::hours(1),
    }];
    let decided = |facts: &PatientFacts| decide(&principal, Some(facts), VIEW, now());
    assert_eq!(decided(&facts), Ruling::Deny(DenialReason::SeparateConsentRequired));
    facts.consents = vec![ConsentFacts {
        kind: ConsentKind::Restriction,
        decision: ConsentDecision::Deny,
        purposes: vec![Purpose::LegalProceeding],
        ..tpo(1)
    }];
    assert_eq!(decided(&facts), Ruling::Deny(DenialReason::Restricted));
    facts.consents.clear();
    facts.team.clear();
    assert_eq!(decided(&facts), Ruling::Deny(DenialReason::Forbidden));
}
