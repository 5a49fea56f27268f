//! What a form must have before it can be signed (42 CFR 2.31(a) to (d), 45 CFR 164.508). The patient's name, the right to
//! revoke, the signature and its date are not among it: every form is a patient's, says how it is revoked, and is signed
//! last.

use async_graphql::Enum;
use entity::{
    DataClass,
    consent::{
        consent::{ConsentKind, ExpiryKind},
        consent_recipient::{RecipientClass, RecipientKind},
        purpose::Purpose,
    },
};

use super::form::Form;
use crate::kernel::error::{Error, Result, UserError, UserErrorCode};

/// What a form lacks, or must not hold together: until nothing is, nobody can sign it (42 CFR 2.31(a) and (c)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ConsentFault {
    /// It does not say which information: name at least one class in `scopes` (42 CFR 2.31(a)(3)).
    InformationMissing,
    /// It does not say to whom: name at least one of `recipients` (42 CFR 2.31(a)(4)).
    RecipientMissing,
    /// It does not say for what purpose: name at least one of `purposes` (42 CFR 2.31(a)(5)).
    PurposeMissing,
    /// It does not say when it ends: only `TPO` and `RESTRICTION` may have no end (42 CFR 2.31(a)(7)).
    ExpiryMissing,
    /// The statement on redisclosure is missing: needed for `TPO` (42 CFR 2.31(a)(10)(i)).
    RedisclosureStatementMissing,
    /// What a refusal would mean is missing: needed for `TPO` (42 CFR 2.31(a)(10)(ii)).
    RefusalConsequencesMissing,
    /// A consent to SUD counseling notes covers something else as well, or none of them (42 CFR 2.31(b)).
    CounselingNotesNotAlone,
    /// SUD counseling notes stand in a consent of another kind (42 CFR 2.31(b)).
    CounselingNotesMixed,
    /// A consent to psychotherapy notes covers something else as well, or none of them (45 CFR 164.508(b)(3)(ii)).
    PsychotherapyNotesNotAlone,
    /// Psychotherapy notes stand in a consent of another kind (45 CFR 164.508(b)(3)(ii)).
    PsychotherapyNotesMixed,
    /// A legal proceeding is combined with another kind or purpose (42 CFR 2.31(d)).
    LegalProceedingNotAlone,
    /// Research is combined with another kind or purpose (45 CFR 164.508(b)(3)(i)).
    ResearchNotAlone,
    /// `TPO` has a purpose besides treatment, payment and operations, which alone need no end (42 CFR 2.31(a)(5)(iii), 2.33(b)).
    TpoPurposesExceeded,
    /// `FAMILY_SHARING` names somebody who is neither a contact nor a user.
    FamilyRecipientsOnly,
    /// `REFERRAL_PARTNER` names somebody who is no organization.
    OrganizationRecipientsOnly,
    /// A contact is named in a kind other than `FAMILY_SHARING` and `RESTRICTION`.
    ContactNotInFamilySharing,
    /// An intermediary's participants are a class other than those who treat the patient (42 CFR 2.31(a)(4)(ii)(B)).
    IntermediaryParticipants,
}

impl ConsentFault {
    /// The field of the terms that has to change, and what is wrong.
    const fn sentence(self) -> (&'static str, &'static str) {
        match self {
            Self::InformationMissing => ("scopes", "which information (42 CFR 2.31(a)(3))"),
            Self::RecipientMissing => ("recipients", "to whom (42 CFR 2.31(a)(4))"),
            Self::PurposeMissing => ("purposes", "for what purpose (42 CFR 2.31(a)(5))"),
            Self::ExpiryMissing => {
                ("expiry", "when it ends (42 CFR 2.31(a)(7)); only TPO and restrictions may have no end")
            }
            Self::RedisclosureStatementMissing => {
                ("redisclosureStatement", "the statement on redisclosure (42 CFR 2.31(a)(10))")
            }
            Self::RefusalConsequencesMissing => {
                ("refusalConsequences", "the consequences of refusing (42 CFR 2.31(a)(10))")
            }
            Self::CounselingNotesNotAlone => {
                ("scopes", "SUD counseling notes alone, in a consent of their own (42 CFR 2.31(b))")
            }
            Self::CounselingNotesMixed => {
                ("scopes", "no SUD counseling notes beside other information (42 CFR 2.31(b))")
            }
            Self::PsychotherapyNotesNotAlone => {
                ("scopes", "psychotherapy notes alone, in a consent of their own (45 CFR 164.508(b)(3)(ii))")
            }
            Self::PsychotherapyNotesMixed => {
                ("scopes", "no psychotherapy notes beside other information (45 CFR 164.508(b)(3)(ii))")
            }
            Self::LegalProceedingNotAlone => {
                ("purposes", "legal proceedings alone, in a consent of their own (42 CFR 2.31(d))")
            }
            Self::ResearchNotAlone => {
                ("purposes", "research alone, in a consent of its own (45 CFR 164.508(b)(3)(i))")
            }
            Self::TpoPurposesExceeded => {
                ("purposes", "treatment, payment and operations alone for TPO (42 CFR 2.33(b))")
            }
            Self::FamilyRecipientsOnly => {
                ("recipients", "contacts and users alone, for sharing with the family")
            }
            Self::OrganizationRecipientsOnly => {
                ("recipients", "organizations alone, for reporting back to a referral partner")
            }
            Self::ContactNotInFamilySharing => {
                ("recipients", "contacts in a consent to share with the family")
            }
            Self::IntermediaryParticipants => (
                "recipients",
                "those who treat the patient as an intermediary's participants (42 CFR 2.31(a)(4)(ii)(B))",
            ),
        }
    }
}

/// What of a form the rules are about.
pub(super) struct Completeness {
    pub kind: ConsentKind,
    pub classes: Vec<DataClass>,
    pub recipients: Vec<(RecipientKind, Option<RecipientClass>)>,
    pub purposes: Vec<Purpose>,
    pub expiry: ExpiryKind,
    pub redisclosure_statement: bool,
    pub refusal_consequences: bool,
}

impl Completeness {
    pub(super) fn of(form: &Form) -> Self {
        Self {
            kind: form.kind,
            classes: form.classes().collect(),
            recipients: form.recipients.iter().map(|recipient| (recipient.kind, recipient.class)).collect(),
            purposes: form.purposes.clone(),
            expiry: form.expiry,
            redisclosure_statement: form.redisclosure_statement,
            refusal_consequences: form.refusal_consequences,
        }
    }

    /// Refuses a form with a fault. `field` leads to the terms: the path of each error goes on to the term at fault.
    ///
    /// # Errors
    ///
    /// `VALIDATION_FAILED`, once for each fault.
    pub(super) fn check(&self, field: &str) -> Result<()> {
        let errors: Vec<UserError> =
            self.faults().into_iter().map(|fault| user_error(fault, field)).collect();
        if errors.is_empty() { Ok(()) } else { Err(Error::RefusedTogether(errors)) }
    }

    pub(super) fn faults(&self) -> Vec<ConsentFault> {
        use ConsentFault::*;
        let missing = [
            (self.classes.is_empty(), InformationMissing),
            (self.recipients.is_empty(), RecipientMissing),
            (self.purposes.is_empty(), PurposeMissing),
        ];
        let rules = missing.into_iter().chain(self.of_kind()).chain(self.of_recipients());
        rules.filter_map(|(broken, fault)| broken.then_some(fault)).collect()
    }

    /// A restriction may cover anything, for any purpose, for ever.
    fn of_kind(&self) -> Vec<(bool, ConsentFault)> {
        use ConsentFault::*;
        let kind = self.kind;
        if kind == ConsentKind::Restriction {
            return Vec::new();
        }
        let only = |class| !self.classes.is_empty() && self.classes.iter().all(|one| *one == class);
        let apart = |of_kind, class, not_alone, mixed| {
            [
                (kind == of_kind && !only(class), not_alone),
                (kind != of_kind && self.classes.contains(&class), mixed),
            ]
        };
        let alone = |of_kind, purpose| {
            let stated = self.purposes.contains(&purpose);
            (kind == of_kind) != stated || (stated && self.purposes.iter().any(|one| *one != purpose))
        };
        let tpo = kind == ConsentKind::Tpo;
        let of_tpo = |purpose: &Purpose| {
            use Purpose::{LegalProceeding, Operations, Payment, Research, Treatment};
            // Of these two more is said above.
            matches!(purpose, Treatment | Payment | Operations | LegalProceeding | Research)
        };
        let mut rules = vec![
            (self.expiry == ExpiryKind::None && !tpo, ExpiryMissing),
            (tpo && !self.redisclosure_statement, RedisclosureStatementMissing),
            (tpo && !self.refusal_consequences, RefusalConsequencesMissing),
            (alone(ConsentKind::LegalProceeding, Purpose::LegalProceeding), LegalProceedingNotAlone),
            (alone(ConsentKind::Research, Purpose::Research), ResearchNotAlone),
            (tpo && !self.purposes.iter().all(of_tpo), TpoPurposesExceeded),
        ];
        rules.extend(apart(
            ConsentKind::SudCounselingNotes,
            DataClass::SudCounselingNote,
            CounselingNotesNotAlone,
            CounselingNotesMixed,
        ));
        rules.extend(apart(
            ConsentKind::PsychotherapyNotes,
            DataClass::PsychotherapyNote,
            PsychotherapyNotesNotAlone,
            PsychotherapyNotesMixed,
        ));
        rules
    }

    fn of_recipients(&self) -> [(bool, ConsentFault); 4] {
        use ConsentFault::*;
        let kind = self.kind;
        let other_than = |admitted: &[RecipientKind]| {
            self.recipients.iter().any(|(recipient, _)| !admitted.contains(recipient))
        };
        let contact = self.recipients.iter().any(|(recipient, _)| *recipient == RecipientKind::Contact);
        let family = kind == ConsentKind::FamilySharing;
        let partner = kind == ConsentKind::ReferralPartner;
        let takes_contacts = family || partner || kind == ConsentKind::Restriction;
        let participants = self.recipients.iter().any(|(recipient, class)| {
            *recipient == RecipientKind::Intermediary && *class != Some(RecipientClass::TreatingProviders)
        });
        [
            (family && other_than(&[RecipientKind::Contact, RecipientKind::User]), FamilyRecipientsOnly),
            (partner && other_than(&[RecipientKind::Organization]), OrganizationRecipientsOnly),
            (contact && !takes_contacts, ContactNotInFamilySharing),
            (participants && kind != ConsentKind::Restriction, IntermediaryParticipants),
        ]
    }
}

fn user_error(fault: ConsentFault, field: &str) -> UserError {
    let (term, sentence) = fault.sentence();
    UserError {
        code: UserErrorCode::ValidationFailed,
        field: vec![field.to_owned(), term.to_owned()],
        message: format!("the form is incomplete: {sentence}"),
    }
}
