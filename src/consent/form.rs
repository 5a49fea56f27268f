//! A consent with its parts, read for the rules of a mutation.

use chrono::{DateTime, Utc};
use entity::{
    DataClass, Id,
    consent::{
        consent::{self, ConsentDecision, ConsentKind, ExpiryKind},
        consent_recipient::{self, RecipientClass, RecipientKind},
        consent_scope,
        purpose::Purpose,
        sharing_grant::ContactKind,
    },
    identity::user,
    people::{patient, practitioner},
    tenancy::organization,
};
use sea_orm::{ColumnTrait, Condition};

use crate::kernel::{
    access::{Permit, Protected, Subject, label},
    error::Result,
    write::Write,
};

/// What a consent says.
pub(super) struct Form {
    pub kind: ConsentKind,
    pub decision: ConsentDecision,
    pub discloser: Option<Id<organization::Entity>>,
    pub scopes: Vec<Scope>,
    pub recipients: Vec<Recipient>,
    pub purposes: Vec<Purpose>,
    pub expiry: ExpiryKind,
    pub expiry_event: Option<String>,
    pub valid_from: DateTime<Utc>,
    pub valid_to: Option<DateTime<Utc>>,
    pub redisclosure_statement: bool,
    pub refusal_consequences: bool,
}

/// Data that it covers.
pub(super) struct Scope {
    pub class: DataClass,
    pub resource_kind: Option<String>,
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
}

/// Somebody whom it names.
pub(super) struct Recipient {
    pub kind: RecipientKind,
    pub user: Option<Id<user::Entity>>,
    pub practitioner: Option<Id<practitioner::Entity>>,
    pub class: Option<RecipientClass>,
    pub organization: Option<Id<organization::Entity>>,
    pub contact: Option<ContactKind>,
    pub intermediary: Option<String>,
}

impl Form {
    /// Reads the parts of a consent, and all of it with a permit to write.
    ///
    /// # Errors
    ///
    /// Those of the database; `INTERNAL` when the permit is not for this consent.
    pub(super) async fn of(write: &Write, permit: &Permit, consent: &consent::Model) -> Result<Self> {
        let scopes = consent_scope::Column::ConsentId.eq(consent.id);
        let scopes = write.find_all::<consent_scope::Entity>(Condition::all().add(scopes)).await?;
        let recipients = consent_recipient::Column::ConsentId.eq(consent.id);
        let recipients =
            write.find_all::<consent_recipient::Entity>(Condition::all().add(recipients)).await?;
        let row = OfPatient(consent);
        let purposes = permit.consult(&row, &consent.purposes)?;
        Ok(Self {
            kind: permit.consult(&row, &consent.kind)?,
            decision: permit.consult(&row, &consent.decision)?,
            discloser: consent.discloser_organization_id,
            scopes: scopes.iter().map(|scope| Scope::of(permit, &row, scope)).collect::<Result<_>>()?,
            recipients: recipients
                .iter()
                .map(|recipient| Recipient::of(permit, &row, recipient))
                .collect::<Result<_>>()?,
            purposes: purposes.iter().filter_map(|code| code.parse().ok()).collect(),
            expiry: permit.consult(&row, &consent.expiry_kind)?,
            expiry_event: permit.consult_optional(&row, consent.expiry_event.as_ref())?,
            valid_from: permit.consult(&row, &consent.valid_from)?,
            valid_to: permit.consult_optional(&row, consent.valid_to.as_ref())?,
            redisclosure_statement: permit.consult(&row, &consent.redisclosure_statement)?,
            refusal_consequences: permit.consult(&row, &consent.refusal_consequences)?,
        })
    }

    /// The classes of data that it covers.
    pub(super) fn classes(&self) -> impl Iterator<Item = DataClass> {
        self.scopes.iter().map(|scope| scope.class)
    }
}

impl Scope {
    fn of(permit: &Permit, row: &OfPatient<'_>, scope: &consent_scope::Model) -> Result<Self> {
        Ok(Self {
            class: permit.consult(row, &scope.data_class)?,
            resource_kind: permit.consult_optional(row, scope.resource_kind.as_ref())?,
            from: permit.consult_optional(row, scope.covers_from.as_ref())?,
            to: permit.consult_optional(row, scope.covers_to.as_ref())?,
        })
    }
}

impl Recipient {
    fn of(permit: &Permit, row: &OfPatient<'_>, recipient: &consent_recipient::Model) -> Result<Self> {
        Ok(Self {
            kind: permit.consult(row, &recipient.kind)?,
            user: permit.consult_optional(row, recipient.user_id.as_ref())?,
            practitioner: permit.consult_optional(row, recipient.practitioner_id.as_ref())?,
            class: permit.consult_optional(row, recipient.recipient_class.as_ref())?,
            organization: permit.consult_optional(row, recipient.organization_id.as_ref())?,
            contact: permit.consult_optional(row, recipient.contact_kind.as_ref())?,
            intermediary: permit.consult_optional(row, recipient.intermediary_name.as_ref())?,
        })
    }
}

/// A consent's row, known to be that of its patient.
pub(super) struct OfPatient<'c>(pub(super) &'c consent::Model);

impl Protected for OfPatient<'_> {
    const SUBJECT: Subject = Subject::ConsentRecord;

    fn row_id(&self) -> uuid::Uuid {
        self.0.id.uuid()
    }

    fn patient_id(&self) -> Id<patient::Entity> {
        self.0.patient_id
    }

    fn label(&self) -> Option<DataClass> {
        Some(label(&self.0.data_class))
    }
}
