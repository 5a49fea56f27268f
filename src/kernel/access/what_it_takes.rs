//! What each role needs to do what with which class: the second table of `docs/roles.md`, as the decision has it.

use std::fmt::Write;

use chrono::{DateTime, Months, TimeDelta, TimeZone, Utc};
use entity::{
    DataClass, Id,
    consent::{
        consent::{ConsentDecision, ConsentKind, ConsentStatus, ExpiryKind, SignerCapacity},
        consent_recipient::{RecipientClass, RecipientKind},
        purpose::Purpose,
    },
    people::person_relationship::LegalAuthority,
};
use sea_orm::Iterable;
use uuid::Uuid;

use super::{
    Action, Approval, Ask, ConsentFacts, Dependant, Ground, GuardianFacts, Minority, Partner, PatientFacts,
    Principal, RecipientFacts, Ruling, ScopeFacts, Shared, Subject, TeamFacts, decide,
};
use crate::identity::role_catalogue::SYSTEM_ROLES;

const TENANT: Uuid = Uuid::from_u128(7);
const PARTNER: Uuid = Uuid::from_u128(8);
const PATIENTS_PERSON: Uuid = Uuid::from_u128(30);
const PARENT: Uuid = Uuid::from_u128(31);
const SHARING: u128 = 61;
const CONTACT: &str = "aa01";

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 21, 8, 0, 0).single().expect("a moment")
}

/// A patient of ten years with everybody on the care team who can be, and a parent.
fn patient(consents: Vec<ConsentFacts>) -> PatientFacts {
    let parent =
        GuardianFacts { person_id: Id::new(PARENT), authority: LegalAuthority::Parent, ends_at: None };
    PatientFacts {
        patient_id: Id::new(Uuid::from_u128(3)),
        tenant_id: TENANT,
        person_id: Id::new(PATIENTS_PERSON),
        label: DataClass::Directory,
        location_id: None,
        team: vec![TeamFacts {
            practitioner_id: Id::new(Uuid::from_u128(2)),
            starts_at: now() - TimeDelta::days(1),
            ends_at: None,
        }],
        consents,
        internal_use: false,
        minority: Some(Minority {
            birth_date: Some(now().date_naive() - Months::new(120)),
            guardians: vec![parent],
            ..Minority::default()
        }),
        keys: Vec::new(),
    }
}

/// A principal of a role as it usually stands to the patient.
fn in_role(role: &'static str) -> Principal {
    let mut principal = Principal::in_role(TENANT, role);
    let patient_id = Id::new(Uuid::from_u128(3));
    if !principal.is_workforce() {
        principal.practitioner_id = None;
    }
    match role {
        "PATIENT" => principal.person_id = Some(Id::new(PATIENTS_PERSON)),
        "GUARDIAN" => {
            principal.person_id = Some(Id::new(PARENT));
            principal.dependants =
                vec![Dependant { patient_id, authority: LegalAuthority::Parent, ends_at: None }];
        }
        "FAMILY" => {
            principal.shared = vec![Shared {
                grant_id: Id::new(Uuid::from_u128(5)),
                patient_id,
                consent_id: Id::new(Uuid::from_u128(SHARING)),
                contact_token: CONTACT.to_owned(),
                expires_at: None,
            }];
        }
        "REFERRAL_PARTNER" => {
            let purpose = Purpose::Treatment;
            let given_by = principal.user_id;
            principal.partner = Some(Partner { organization_id: Id::new(PARTNER), purpose, given_by });
            principal.organizations = vec![Id::new(PARTNER)];
            principal.purpose = Some(purpose);
        }
        _ => {}
    }
    principal
}

/// A consent of the patient's own that covers everything for everybody, as far as its kind can.
fn consent(number: u128, kind: ConsentKind, signer_capacity: SignerCapacity) -> ConsentFacts {
    let recipient = |kind| RecipientFacts {
        kind,
        user_id: (kind == RecipientKind::User).then(|| Id::new(Uuid::from_u128(1))),
        practitioner_id: None,
        recipient_class: (kind == RecipientKind::Class).then_some(RecipientClass::TreatingProviders),
        organization_id: (kind == RecipientKind::Organization).then(|| Id::new(PARTNER)),
        contact_token: (kind == RecipientKind::Contact).then(|| CONTACT.to_owned()),
    };
    let kinds =
        [RecipientKind::User, RecipientKind::Class, RecipientKind::Organization, RecipientKind::Contact];
    ConsentFacts {
        id: Id::new(Uuid::from_u128(number)),
        kind,
        decision: ConsentDecision::Permit,
        status: ConsentStatus::Active,
        purposes: Purpose::iter().collect(),
        expiry_kind: ExpiryKind::Event,
        expiry_event_at: None,
        valid_from: now() - TimeDelta::days(1),
        valid_to: None,
        signed_at: Some(now() - TimeDelta::days(1)),
        signer_capacity: Some(signer_capacity),
        signer: Some(Id::new(PATIENTS_PERSON)),
        co_signer_capacity: None,
        co_signer: None,
        scopes: DataClass::iter()
            .map(|data_class| ScopeFacts {
                data_class,
                resource_kind: None,
                covers_from: None,
                covers_to: None,
            })
            .collect(),
        recipients: kinds.into_iter().map(recipient).collect(),
    }
}

fn general_consents() -> Vec<ConsentFacts> {
    vec![
        consent(60, ConsentKind::Tpo, SignerCapacity::Oneself),
        consent(SHARING, ConsentKind::FamilySharing, SignerCapacity::Oneself),
    ]
}

fn consents_of_their_own_kind() -> Vec<ConsentFacts> {
    vec![
        consent(62, ConsentKind::PsychotherapyNotes, SignerCapacity::Oneself),
        consent(63, ConsentKind::SudCounselingNotes, SignerCapacity::Oneself),
        consent(64, ConsentKind::Specific, SignerCapacity::Minor),
    ]
}

/// The least that it takes: the cell of the table.
fn takes(principal: &Principal, ask: Ask) -> &'static str {
    let ground =
        |principal: &Principal, facts: &PatientFacts, ask| match decide(principal, Some(facts), ask, now()) {
            Ruling::Permit(grant) => Some(grant.ground),
            Ruling::Deny(_) => None,
        };
    let mut stranger = patient(Vec::new());
    stranger.team.clear();
    match ground(principal, &stranger, ask) {
        Some(Ground::Oneself | Ground::LegalAuthority) => return "S",
        Some(Ground::Relationship) => return "●",
        Some(other) => panic!("{other:?} of a stranger"),
        None => {}
    }
    if ground(principal, &patient(Vec::new()), ask).is_some() {
        return "R";
    }
    let approvable = [Purpose::AuditEvaluation, Purpose::RequiredByLaw, Purpose::LegalProceeding];
    if let Some(purpose) = principal.purpose.filter(|purpose| approvable.contains(purpose)) {
        let mut approved = principal.clone();
        approved.approvals = vec![Approval {
            id: Id::new(Uuid::from_u128(9)),
            patient_id: stranger.patient_id,
            purpose,
            data_classes: DataClass::iter().collect(),
            valid_from: now() - TimeDelta::days(1),
            valid_to: now() + TimeDelta::days(1),
        }];
        if ground(&approved, &stranger, ask).is_some() {
            return "A";
        }
    }
    if ground(principal, &patient(general_consents()), ask).is_some() {
        return "C";
    }
    if ground(principal, &patient(consents_of_their_own_kind()), ask).is_some() {
        return "N";
    }
    let own = Ask { author: principal.practitioner_id, ..ask };
    if ground(principal, &patient(Vec::new()), own).is_some() { "W" } else { "–" }
}

fn table() -> String {
    let mut table = String::from(
        "| | PA | OW | AD | MG | SV | PR | SP | AS | HS | BL | CO | PT | GD | FM | RP | SY |\n\
         |---|--|--|--|--|--|--|--|--|--|--|--|--|--|--|--|--|\n",
    );
    let classes = DataClass::iter().filter(|class| *class != DataClass::Deidentified);
    let of_health = classes.map(|class| (Subject::Health, class));
    let records = [Subject::ConsentRecord, Subject::AccessRecord].map(|of| (of, DataClass::GeneralPhi));
    for (subject, class) in of_health.chain(records) {
        let name = match subject {
            Subject::Health => sea_orm::ActiveEnum::to_value(&class),
            Subject::ConsentRecord => "consents".to_owned(),
            Subject::AccessRecord => "the record of looks".to_owned(),
        };
        for action in [Action::View, Action::Search, Action::Export, Action::Write] {
            let ask = Ask { floor: class, class, action, subject, author: None };
            let action = format!("{action:?}").to_lowercase();
            write!(table, "| {name}: {action}").expect("text");
            for role in SYSTEM_ROLES {
                write!(table, " | {}", takes(&in_role(role.key), ask)).expect("text");
            }
            table.push_str(" |\n");
        }
    }
    table
}

#[test]
fn what_it_takes_is_what_the_documentation_says() {
    let documented = include_str!("../../../docs/roles.md");
    let decided = table();
    assert!(documented.contains(&decided), "docs/roles.md has to say:\n{decided}");
}
