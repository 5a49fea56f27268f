//! The laws of the decision, over every combination of a few consents.

mod over_situations;
mod particular;

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use entity::{
    DataClass, Id,
    consent::{
        consent::{ConsentDecision, ConsentKind, ConsentStatus, ExpiryKind, SignerCapacity},
        consent_recipient::{RecipientClass, RecipientKind},
        purpose::Purpose,
    },
    identity::{permission::Permission, role_permission::Reach},
};
use sea_orm::Iterable;
use uuid::Uuid;

use super::{
    Action, Ask, ConsentFacts, DenialReason, Extent, Grant, Ground, Partner, PatientFacts, Principal,
    RecipientFacts, Ruling, ScopeFacts, Subject, TeamFacts, decide,
};

const TENANT: Uuid = Uuid::from_u128(7);
const VIEW: Ask = ask(DataClass::GeneralPhi, DataClass::GeneralPhi, Action::View);

const fn ask(floor: DataClass, class: DataClass, action: Action) -> Ask {
    Ask { floor, class, action, subject: Subject::Health, author: None }
}

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 21, 8, 0, 0).single().expect("a moment")
}

fn practitioner() -> Principal {
    Principal::in_role(TENANT, "PRACTITIONER")
}

fn facts(consents: Vec<ConsentFacts>) -> PatientFacts {
    let starts_at = now() - TimeDelta::days(1);
    PatientFacts {
        patient_id: Id::new(Uuid::from_u128(5)),
        tenant_id: TENANT,
        person_id: Id::new(Uuid::from_u128(3)),
        label: DataClass::Directory,
        location_id: None,
        team: vec![TeamFacts { practitioner_id: Id::new(Uuid::from_u128(2)), starts_at, ends_at: None }],
        consents,
        internal_use: false,
        minority: None,
        keys: Vec::new(),
    }
}

fn tpo(number: u128) -> ConsentFacts {
    ConsentFacts {
        id: Id::new(Uuid::from_u128(100 + number)),
        kind: ConsentKind::Tpo,
        decision: ConsentDecision::Permit,
        status: ConsentStatus::Active,
        purposes: vec![Purpose::Treatment],
        expiry_kind: ExpiryKind::None,
        expiry_event_at: None,
        valid_from: now() - TimeDelta::days(1),
        valid_to: None,
        signed_at: Some(now() - TimeDelta::days(1)),
        signer_capacity: Some(SignerCapacity::Oneself),
        signer: Some(Id::new(Uuid::from_u128(3))),
        co_signer_capacity: None,
        co_signer: None,
        scopes: vec![ScopeFacts {
            data_class: DataClass::GeneralPhi,
            resource_kind: None,
            covers_from: None,
            covers_to: None,
        }],
        recipients: vec![RecipientFacts {
            kind: RecipientKind::Class,
            user_id: None,
            practitioner_id: None,
            recipient_class: Some(RecipientClass::TreatingProviders),
            organization_id: None,
            contact_token: None,
        }],
    }
}

/// Every way in which one consent may differ, the plain one included.
fn variations() -> Vec<ConsentFacts> {
    let mut all = vec![tpo(0)];
    let mut vary = |change: &dyn Fn(&mut ConsentFacts)| {
        let mut consent = tpo(all.len() as u128);
        change(&mut consent);
        all.push(consent);
    };
    for status in ConsentStatus::iter() {
        vary(&|consent| consent.status = status);
    }
    for kind in ConsentKind::iter() {
        vary(&|consent| {
            consent.kind = kind;
            if kind == ConsentKind::Restriction {
                consent.decision = ConsentDecision::Deny;
            }
        });
    }
    for capacity in SignerCapacity::iter() {
        vary(&|consent| consent.signer_capacity = Some(capacity));
    }
    vary(&|consent| consent.purposes.clear());
    vary(&|consent| consent.purposes = vec![Purpose::Payment]);
    vary(&|consent| consent.scopes.clear());
    vary(&|consent| consent.scopes[0].data_class = DataClass::Sud);
    vary(&|consent| consent.scopes[0].covers_to = Some(now()));
    vary(&|consent| consent.scopes[0].covers_from = Some(now() + TimeDelta::seconds(1)));
    vary(&|consent| consent.scopes[0].resource_kind = Some("VISIT".to_owned()));
    vary(&|consent| consent.recipients.clear());
    vary(&|consent| consent.recipients[0].recipient_class = Some(RecipientClass::HealthPlans));
    vary(&|consent| consent.valid_to = Some(now()));
    vary(&|consent| consent.valid_from = now() + TimeDelta::milliseconds(1));
    vary(&|consent| consent.signed_at = None);
    vary(&|consent| consent.signed_at = Some(now() + TimeDelta::milliseconds(1)));
    vary(&|consent| {
        consent.expiry_kind = ExpiryKind::Event;
        consent.expiry_event_at = Some(now());
    });
    all
}

/// Every class by itself, and as what a row's label makes of identity.
fn asks() -> Vec<Ask> {
    let actions = [Action::View, Action::Search, Action::Write];
    let plain = DataClass::iter().map(|class| (class, class));
    let labelled =
        DataClass::iter().map(|label| (DataClass::Directory, DataClass::Directory.stricter(label)));
    plain.chain(labelled).flat_map(|(floor, class)| actions.map(|action| ask(floor, class, action))).collect()
}

fn permits(consents: &[ConsentFacts], ask: Ask, at: DateTime<Utc>) -> bool {
    matches!(decide(&practitioner(), Some(&facts(consents.to_vec())), ask, at), Ruling::Permit(_))
}

#[test]
fn without_a_consent_nothing_above_deidentified_is_shown() {
    for ask in asks().into_iter().filter(|ask| ask.action != Action::Write) {
        assert!(!permits(&[], ask, now()), "{ask:?}");
    }
}

#[test]
fn a_revocation_never_grants_and_an_unrelated_consent_never_removes() {
    let variations = variations();
    for first in &variations {
        for second in &variations {
            for ask in asks() {
                let both = [first.clone(), second.clone()];
                let alone = permits(&both[..1], ask, now());
                if second.decision == ConsentDecision::Permit {
                    assert!(!alone || permits(&both, ask, now()), "{ask:?} {first:?} {second:?}");
                }
                if first.decision == ConsentDecision::Permit {
                    let mut revoked = both.clone();
                    revoked[0].status = ConsentStatus::Revoked;
                    assert!(
                        !permits(&revoked, ask, now()) || permits(&both, ask, now()),
                        "{ask:?} {first:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn what_a_restriction_names_is_restricted_whatever_the_row_is_labelled_and_whoever_signed() {
    for capacity in SignerCapacity::iter() {
        for kind in [None, Some("VISIT".to_owned())] {
            for class in DataClass::iter() {
                let mut restriction = tpo(1);
                restriction.kind = ConsentKind::Restriction;
                restriction.decision = ConsentDecision::Deny;
                restriction.signer_capacity = Some(capacity);
                restriction.scopes[0].data_class = class;
                restriction.scopes[0].resource_kind.clone_from(&kind);
                for ask in asks().into_iter().filter(|ask| ask.floor == class || ask.class == class) {
                    let mut consent = tpo(0);
                    consent.scopes[0].data_class = ask.class;
                    let facts = facts(vec![consent, restriction.clone()]);
                    let ruling = decide(&practitioner(), Some(&facts), ask, now());
                    // The role does not see charges at all, which comes first.
                    let unseen = ask.class == DataClass::Financial && ask.action != Action::Write;
                    let reason = if unseen { DenialReason::Forbidden } else { DenialReason::Restricted };
                    assert_eq!(ruling, Ruling::Deny(reason), "{ask:?} {capacity:?} {kind:?}");
                }
            }
        }
    }
}

#[test]
fn a_label_hides_no_class_that_a_restriction_names() {
    let labelled = ask(DataClass::Directory, DataClass::Sud, Action::View);
    for class in DataClass::iter() {
        let mut consent = tpo(0);
        consent.scopes[0].data_class = DataClass::Sud;
        let mut restriction = tpo(1);
        restriction.kind = ConsentKind::Restriction;
        restriction.decision = ConsentDecision::Deny;
        restriction.scopes[0].data_class = class;
        let between =
            (DataClass::Directory..=DataClass::Sud).contains(&class) && class != DataClass::Financial;
        assert_eq!(!permits(&[consent, restriction], labelled, now()), between, "{class:?}");
    }
}

#[test]
fn a_restriction_only_ever_removes() {
    for first in &variations() {
        for mut second in variations() {
            second.decision = ConsentDecision::Deny;
            for ask in asks() {
                let both = [first.clone(), second.clone()];
                assert!(permits(&both[..1], ask, now()) || !permits(&both, ask, now()), "{ask:?} {second:?}");
            }
        }
    }
}

#[test]
fn the_order_of_consents_does_not_matter() {
    let variations = variations();
    for first in &variations {
        for second in &variations {
            let forth = [first.clone(), second.clone()];
            let back = [second.clone(), first.clone()];
            for ask in asks() {
                assert_eq!(permits(&forth, ask, now()), permits(&back, ask, now()), "{ask:?}");
            }
        }
    }
}

#[test]
fn once_expired_a_consent_stays_expired() {
    let mut consent = tpo(0);
    consent.expiry_kind = ExpiryKind::Date;
    consent.valid_to = Some(now() + TimeDelta::days(1));
    let last = now() + TimeDelta::days(1) - TimeDelta::microseconds(1);
    assert!(permits(std::slice::from_ref(&consent), VIEW, last), "the end is exclusive");
    for days in 1..400 {
        let ruling =
            decide(&practitioner(), Some(&facts(vec![consent.clone()])), VIEW, now() + TimeDelta::days(days));
        assert_eq!(ruling, Ruling::Deny(DenialReason::ConsentExpired));
    }
}

#[test]
fn notes_kept_apart_need_a_consent_of_their_own() {
    for (class, kind) in [
        (DataClass::PsychotherapyNote, ConsentKind::PsychotherapyNotes),
        (DataClass::SudCounselingNote, ConsentKind::SudCounselingNotes),
    ] {
        let ask = ask(class, class, Action::View);
        let mut general = tpo(0);
        general.scopes[0].data_class = class;
        let ruling = decide(&practitioner(), Some(&facts(vec![general.clone()])), ask, now());
        assert_eq!(
            ruling,
            Ruling::Deny(DenialReason::SeparateConsentRequired),
            "a general consent cannot do"
        );
        let separate = ConsentFacts { kind, expiry_kind: ExpiryKind::Event, ..general };
        assert!(permits(&[separate], ask, now()));
    }
}

#[test]
fn nobody_finds_by_what_they_may_not_see() {
    for role in crate::identity::role_catalogue::SYSTEM_ROLES {
        let principal = Principal::in_role(TENANT, role.key);
        for search in asks().into_iter().filter(|ask| ask.action == Action::Search) {
            let mut consent = tpo(0);
            consent.scopes[0].data_class = search.class;
            let facts = facts(vec![consent]);
            let permits = |ask| matches!(decide(&principal, Some(&facts), ask, now()), Ruling::Permit(_));
            let view = Ask { action: Action::View, ..search };
            assert!(!permits(search) || permits(view), "{} {search:?}", role.key);
        }
    }
}

#[test]
fn a_suspended_user_is_nobody() {
    let ruling = decide(&practitioner().suspended(), Some(&facts(vec![tpo(0)])), VIEW, now());
    assert_eq!(ruling, Ruling::Deny(DenialReason::Unauthenticated));
}

#[test]
fn a_patient_of_another_tenant_is_not_there() {
    let stranger = Principal::in_role(Uuid::from_u128(8), "PRACTITIONER");
    let ruling = decide(&stranger, Some(&facts(vec![tpo(0)])), VIEW, now());
    assert_eq!(ruling, Ruling::Deny(DenialReason::NotFound));
    assert_eq!(decide(&practitioner(), None, VIEW, now()), Ruling::Deny(DenialReason::NotFound));
}

/// What names whoever gave the key out, or those who treat, opens nothing to it.
#[test]
fn a_partner_is_shown_what_a_consent_for_its_organization_covers_and_nothing_for_the_sake_of_the_giver() {
    let mut giver = practitioner();
    giver.person_id = Some(Id::new(Uuid::from_u128(3)));
    giver.patient_id = Some(Id::new(Uuid::from_u128(4)));
    giver.permissions =
        Permission::iter().map(|permission| (permission, Extent::of(Reach::Tenant))).collect();
    let organization_id = Id::new(Uuid::from_u128(20));
    let credential = Uuid::from_u128(21);
    let partner = Partner { organization_id, purpose: Purpose::Treatment, given_by: giver.user_id };
    let named = |kind, user_id, organization_id| {
        let recipient = RecipientFacts {
            kind,
            user_id,
            organization_id,
            practitioner_id: None,
            recipient_class: None,
            contact_token: None,
        };
        ConsentFacts { recipients: vec![recipient], ..tpo(1) }
    };
    let consents = vec![
        tpo(0),
        named(RecipientKind::User, Some(giver.user_id), None),
        named(RecipientKind::User, Some(Id::new(credential)), None),
    ];
    let of_organization = named(RecipientKind::Organization, None, Some(organization_id));
    let mut partner = giver.into_partner(partner, &[organization_id.uuid()], credential);
    partner.purpose = Some(Purpose::Treatment);
    assert!(partner.reach(Permission::PhiRead).is_some() && !partner.is_workforce());
    for ask in asks() {
        let ruling = decide(&partner, Some(&facts(consents.clone())), ask, now());
        assert!(matches!(ruling, Ruling::Deny(_)), "{ask:?}");
        let all = consents.iter().cloned().chain([of_organization.clone()]).collect();
        let ruling = decide(&partner, Some(&facts(all)), ask, now());
        let covered = ask.class == DataClass::GeneralPhi && ask.action == Action::View;
        let grant = Grant { ground: Ground::Consent(of_organization.id), leaves: true };
        let permit = ruling == Ruling::Permit(grant);
        assert_eq!(permit, covered, "{ask:?} {ruling:?}");
    }
}

#[test]
fn no_role_suffices_without_a_relationship() {
    for role in crate::identity::role_catalogue::SYSTEM_ROLES {
        let mut principal = Principal::in_role(TENANT, role.key);
        principal.practitioner_id = Some(Id::new(Uuid::from_u128(99)));
        for purpose in Purpose::iter() {
            principal.purpose = Some(purpose);
            for ask in asks() {
                let ruling = decide(&principal, Some(&facts(vec![tpo(0)])), ask, now());
                assert!(matches!(ruling, Ruling::Deny(_)), "{} {purpose:?} {ask:?}", role.key);
            }
        }
    }
}
