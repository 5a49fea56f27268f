//! Consents as they are shown: each behind a gate, since that somebody consented to what tells about their health.

use async_graphql::{ComplexObject, Context, Object, SimpleObject};
use chrono::Utc;
use entity::{
    DataClass, Gate, Id, Sealed,
    consent::{
        consent::{
            self, ConsentDecision, ConsentKind, ConsentStatus, ExpiryKind, SignatureMethod, SignerCapacity,
            columns,
        },
        consent_recipient, consent_scope,
    },
    identity::permission::Permission,
    people::patient,
    tenancy::organization,
};
use sea_orm::{ColumnTrait, Condition, DerivePartialModel, IdenStatic, sea_query::ExprTrait};

use super::{
    detail::{ConsentDetail, RecipientRow, ScopeRow},
    terms::MOST_PARTS,
};
use crate::{
    kernel::{
        access::{Action, Gated, Protected, Subject, in_force, label},
        door::{Door, Requires},
        error::Result,
        graphql::{DateTime, phi, requires},
        load::{Scoped, any_of, resource},
        page::{Chronology, Connection, Cursor, Page},
        session::Look,
        viewer::Viewer,
        write::Changeable,
    },
    people::{caseload::within_reach, patient::Patient},
};

/// A consent or restriction of a patient. What it says is in `detail`.
#[derive(Clone, SimpleObject, DerivePartialModel)]
#[sea_orm(entity = "consent::Entity")]
#[graphql(complex)]
pub struct Consent {
    /// The consent's id.
    pub id: Id<consent::Entity>,
    /// Send it back as `expectedVersion` when you change the consent.
    pub version: i32,
    #[graphql(skip)]
    patient_id: Id<patient::Entity>,
    #[graphql(skip)]
    pub(super) kind: Gate<columns::Kind, ConsentKind>,
    #[graphql(skip)]
    pub(super) decision: Gate<columns::Decision, ConsentDecision>,
    #[graphql(skip)]
    pub(super) status: Gate<columns::Status, ConsentStatus>,
    #[graphql(skip)]
    pub(super) purposes: Gate<columns::Purposes, Vec<String>>,
    #[graphql(skip)]
    pub(super) discloser_organization_id: Option<Id<organization::Entity>>,
    #[graphql(skip)]
    pub(super) expiry_kind: Gate<columns::ExpiryKind, ExpiryKind>,
    #[graphql(skip)]
    pub(super) expiry_event: Option<Gate<columns::ExpiryEvent, String>>,
    #[graphql(skip)]
    pub(super) expiry_event_at: Option<Gate<columns::ExpiryEventAt, chrono::DateTime<Utc>>>,
    #[graphql(skip)]
    pub(super) valid_from: Gate<columns::ValidFrom, chrono::DateTime<Utc>>,
    #[graphql(skip)]
    pub(super) valid_to: Option<Gate<columns::ValidTo, chrono::DateTime<Utc>>>,
    #[graphql(skip)]
    pub(super) signed_at: Option<Gate<columns::SignedAt, chrono::DateTime<Utc>>>,
    #[graphql(skip)]
    pub(super) signer_capacity: Option<Gate<columns::SignerCapacity, SignerCapacity>>,
    #[graphql(skip)]
    pub(super) co_signed_at: Option<Gate<columns::CoSignedAt, chrono::DateTime<Utc>>>,
    #[graphql(skip)]
    pub(super) co_signer_capacity: Option<Gate<columns::CoSignerCapacity, SignerCapacity>>,
    #[graphql(skip)]
    pub(super) signature_method: Option<Gate<columns::SignatureMethod, SignatureMethod>>,
    #[graphql(skip)]
    pub(super) evidence_reference: Option<Gate<columns::EvidenceReference, String>>,
    #[graphql(skip)]
    pub(super) redisclosure_statement: Gate<columns::RedisclosureStatement, bool>,
    #[graphql(skip)]
    pub(super) refusal_consequences: Gate<columns::RefusalConsequences, bool>,
    #[graphql(skip)]
    pub(super) revoked_at: Option<Gate<columns::RevokedAt, chrono::DateTime<Utc>>>,
    #[graphql(skip)]
    pub(super) revocation_method: Option<Gate<columns::RevocationMethod, SignatureMethod>>,
    #[graphql(skip)]
    pub(super) revocation_reason: Option<Sealed<columns::RevocationReason>>,
    #[graphql(skip)]
    pub(super) supersedes_id: Option<Gate<columns::SupersedesId, Id<consent::Entity>>>,
    #[graphql(skip)]
    pub(super) signed_copy: Option<Sealed<columns::SignedCopy>>,
    #[graphql(skip)]
    data_class: Gate<columns::DataClass, DataClass>,
    #[graphql(skip)]
    created_at: chrono::DateTime<Utc>,
}

resource!(Consent of consent);

impl Protected for Consent {
    const SUBJECT: Subject = Subject::ConsentRecord;

    fn row_id(&self) -> uuid::Uuid {
        self.id.uuid()
    }

    fn patient_id(&self) -> Id<patient::Entity> {
        self.patient_id
    }

    fn label(&self) -> Option<DataClass> {
        Some(label(&self.data_class))
    }
}

impl Scoped for consent::Entity {
    fn scope(viewer: &Viewer) -> Condition {
        let reached = within_reach(viewer, Permission::ConsentRead, consent::Column::PatientId);
        match not_minors_own(viewer) {
            Some(visible) => Condition::all().add(reached).add(visible),
            None => reached,
        }
    }
}

/// Consents that permit and hold at a moment, in SQL: for what exists for a caller. Whether one opens anything is the decision's
/// matter.
pub fn permits_at(now: chrono::DateTime<Utc>) -> Condition {
    use consent::Column;
    Condition::all()
        .add(Column::Decision.eq(ConsentDecision::Permit))
        .add(Column::Status.eq(ConsentStatus::Active))
        .add(Column::SignedAt.lte(now))
        .add(Column::ValidFrom.lte(now))
        .add(Column::ValidTo.is_null().or(Column::ValidTo.gt(now)))
        .add(Column::ExpiryEventAt.is_null().or(Column::ExpiryEventAt.gt(now)))
        .add(Column::DeletedAt.is_null())
}

/// What a minor signed alone is not there for whoever speaks for them: that they consented tells to what (42 CFR 2.14(b)). What
/// still waits for a second signature is.
fn not_minors_own(viewer: &Viewer) -> Option<Condition> {
    use consent::Column;
    let principal = viewer.principal();
    let dependants: Vec<_> = principal.dependants.iter().map(|one| one.patient_id.uuid()).collect();
    let person = principal.person_id.filter(|_| !dependants.is_empty())?;
    Some(
        Condition::any()
            .add(Condition::all().add(any_of(Column::PatientId, dependants)).not())
            .add(Column::SignerCapacity.is_null())
            .add(Column::SignerCapacity.ne(SignerCapacity::Minor))
            .add(Column::Status.eq(ConsentStatus::PendingSignature))
            .add(Column::CoSignerPersonId.eq(person)),
    )
}

impl Changeable for consent::Entity {
    fn reach(viewer: &Viewer, permission: Permission) -> Condition {
        within_reach(viewer, permission, consent::Column::PatientId)
    }
}

const FIELDS: &[&str] = &["consents"];

#[ComplexObject]
impl Consent {
    /// When the consent was drafted or filed.
    async fn created_at(&self) -> DateTime {
        self.created_at.into()
    }

    /// Whose consent it is.
    async fn patient(&self, ctx: &Context<'_>) -> Result<Option<Patient>> {
        ctx.load(self.patient_id).await
    }

    /// What it says. Readable by the patient, by compliance and within a treating relationship, without a consent.
    #[graphql(directive = phi::apply(DataClass::GeneralPhi))]
    async fn detail(&self, ctx: &Context<'_>) -> Result<Option<Gated<ConsentDetail>>> {
        let look = Look {
            patient_id: self.patient_id,
            floor: DataClass::GeneralPhi,
            label: Some(label(&self.data_class)),
            action: Action::View,
            subject: Subject::ConsentRecord,
            operation: "consent.detail",
            fields: FIELDS,
            author: None,
        };
        let permit = match ctx.decide(look).await? {
            Ok(permit) => permit,
            Err(withheld) => return Ok(Some(Gated::Withheld(withheld))),
        };
        let session = ctx.session().await?;
        let most = MOST_PARTS as u64;
        let consent = self.id.uuid();
        let scopes =
            session.children::<ScopeRow>(consent, consent_scope::Column::ConsentId.as_str(), most).await?;
        let recipients = session
            .children::<RecipientRow>(consent, consent_recipient::Column::ConsentId.as_str(), most)
            .await?;
        let facts = session.facts(self.patient_id).await?;
        let facts = facts.as_ref().and_then(|facts| facts.consents.iter().find(|facts| facts.id == self.id));
        let counts = facts.is_some_and(|facts| in_force(facts, session.core().now()));
        self.open(&permit, &scopes, &recipients, counts).map(|detail| Some(Gated::Value(detail)))
    }
}

/// What can be asked about consents.
#[derive(Default)]
pub struct ConsentQuery;

#[Object]
impl ConsentQuery {
    /// The consents and restrictions of a patient, newest first; empty when the patient is not within your reach.
    #[graphql(directive = requires::apply(Permission::ConsentRead.into()), guard = "Requires(Permission::ConsentRead)")]
    async fn consents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The patient's id.")] patient_id: Id<patient::Entity>,
        #[graphql(desc = "How many, 1 to 100; 25 when not stated.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on after.")] after: Option<Cursor>,
    ) -> Result<Option<Connection<Consent>>> {
        let of_patient = Condition::all().add(consent::Column::PatientId.eq(patient_id));
        ctx.session().await?.page(&Page { first, after }, of_patient, Chronology::NewestFirst).await.map(Some)
    }
}
