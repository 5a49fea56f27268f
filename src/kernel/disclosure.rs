//! Accounting for what leaves the program (42 CFR 2.25, 2.32; 45 CFR 164.528): a row for each patient and consent of a
//! session, written with its record and before anything is shown.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use async_graphql::{Value, value};
use axum::http::{HeaderName, HeaderValue};
use entity::{DataClass, Id, consent::disclosure, people::patient};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::access::{Grant, Ground, PatientFacts, Protected, Subject};
use crate::consent::notice::{Notice, class_in_words, listed};

mod accounting;

pub(in crate::kernel) use accounting::{Accounting, STATEMENTS};

/// The header that says which notice goes with an answer.
const NOTICE_HEADER: HeaderName = HeaderName::from_static("x-part2-notice");

/// Who received something, as far as it is known (45 CFR 164.528(b)(2)(ii)).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// The name of the person or organization.
    pub name: String,
    /// To whom they belong, or what they are to the patient.
    pub affiliation: Option<String>,
    /// Their address.
    pub address: Option<String>,
}

/// What goes into the accounting: a row about a patient that does not exist yet, or what it copies from another.
#[derive(Clone, Copy, Debug)]
pub struct Accounted {
    /// The row.
    pub row_id: Uuid,
    /// About whom.
    pub patient_id: Id<patient::Entity>,
}

impl Accounted {
    /// A row of the accounting itself.
    pub const fn row(id: Id<disclosure::Entity>, patient_id: Id<patient::Entity>) -> Self {
        Self { row_id: id.uuid(), patient_id }
    }
}

impl Protected for Accounted {
    const SUBJECT: Subject = Subject::AccessRecord;

    fn row_id(&self) -> Uuid {
        self.row_id
    }

    fn patient_id(&self) -> Id<patient::Entity> {
        self.patient_id
    }

    fn label(&self) -> Option<DataClass> {
        None
    }
}

/// What leaves in a session: of each patient, on each ground.
#[derive(Debug, Default)]
pub(in crate::kernel) struct Leaving(BTreeMap<(Id<patient::Entity>, Ground), Part>);

/// What of one patient leaves on one ground.
#[derive(Debug)]
struct Part {
    facts: Arc<PatientFacts>,
    grant: Grant,
    classes: BTreeSet<DataClass>,
    fields: BTreeSet<&'static str>,
}

impl Leaving {
    pub(in crate::kernel) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Notes a look that leaves.
    pub(in crate::kernel) fn note(
        &mut self,
        facts: &Arc<PatientFacts>,
        class: DataClass,
        grant: Grant,
        fields: &[&'static str],
    ) {
        let part = self.0.entry((facts.patient_id, grant.ground)).or_insert_with(|| Part {
            facts: facts.clone(),
            grant,
            classes: BTreeSet::new(),
            fields: BTreeSet::new(),
        });
        part.classes.insert(class);
        part.fields.extend(fields);
    }
}

impl Part {
    /// What leaves, in words: names of fields and classes, never values.
    fn in_words(&self) -> String {
        let fields: Vec<String> = self.fields.iter().map(|field| spaced(field)).collect();
        let classes = listed(self.classes.iter().map(|class| class_in_words(*class)));
        format!("{}: {classes}", fields.join(", "))
    }
}

/// `birthDate` as `birth date`.
fn spaced(field: &str) -> String {
    let mut words = String::with_capacity(field.len() + 4);
    for letter in field.chars() {
        if letter.is_ascii_uppercase() {
            words.push(' ');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

/// A row of the accounting that was committed, as far as whoever is told has to know of it.
#[derive(Debug)]
pub(in crate::kernel) struct Disclosed {
    id: Uuid,
    consent_id: Uuid,
    scope: String,
    of_part2: bool,
}

/// What goes with an answer in which records of a Part 2 program leave: the notice and the scope of the consents (42 CFR 2.32),
/// as `extensions.part2` and as a header. `None` when no such record leaves.
pub(in crate::kernel) fn accompanying(disclosed: &[Disclosed]) -> Option<(Value, (HeaderName, HeaderValue))> {
    let mut scopes: Vec<&str> = Vec::new();
    let mut consents: Vec<String> = Vec::new();
    let mut ids = Vec::new();
    for Disclosed { id, consent_id, scope, .. } in disclosed.iter().filter(|disclosed| disclosed.of_part2) {
        if !scopes.contains(&scope.as_str()) {
            scopes.push(scope);
        }
        let consent_id = consent_id.to_string();
        if !consents.contains(&consent_id) {
            consents.push(consent_id);
        }
        ids.push(id.to_string());
    }
    if ids.is_empty() {
        return None;
    }
    let notice = Notice::Short;
    let part2 = value!({
        "notice": { "variant": notice.variant(), "text": notice.text() },
        "consentScope": scopes.join("\n"),
        "consentIds": consents,
        "disclosureIds": ids,
    });
    Some((part2, (NOTICE_HEADER, HeaderValue::from(notice.variant()))))
}
