//! Consents as they are shown: each behind a gate, since that somebody consented to what tells about their health.

use async_graphql::{ComplexObject, Context, Object, SimpleObject};
use chrono::Utc;
use entity::{
    DataClass, Gate, Id, Sealed, TenantTable,
    consent::{
        consent::{
            self, ConsentDecision, ConsentKind, ConsentStatus, ExpiryKind, SignatureMethod, SignerCapacity,
            columns,
        },
        consent_recipient::{self, RecipientClass, RecipientKind, columns as recipient_columns},
        consent_scope::{self, columns as scope_columns},
        purpose::Purpose,
    },
    identity::{permission::Permission, user},
    people::{patient, practitioner},
    tenancy::organization,
};
use sea_orm::{
    ColumnTrait, Condition, DerivePartialModel, IdenStatic,
    sea_query::{Expr, ExprTrait, Query},
};

use crate::{
    kernel::{
        access::{Action, Gated, Permit, Protected, Subject, in_force, label},
        door::{Door, Requires},
        error::Result,
        graphql::{DateTime, phi, requires},
        load::{Scoped, resource},
        page::{Chronology, Connection, Cursor, Page},
        session::Look,
        viewer::Viewer,
        write::Changeable,
    },
    people::{caseload::within_reach, patient::Patient, practitioner::Practitioner},
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
    kind: Gate<columns::Kind, ConsentKind>,
    #[graphql(skip)]
    decision: Gate<columns::Decision, ConsentDecision>,
    #[graphql(skip)]
    status: Gate<columns::Status, ConsentStatus>,
    #[graphql(skip)]
    purposes: Gate<columns::Purposes, Vec<String>>,
    #[graphql(skip)]
    expiry_kind: Gate<columns::ExpiryKind, ExpiryKind>,
    #[graphql(skip)]
    expiry_event: Option<Gate<columns::ExpiryEvent, String>>,
    #[graphql(skip)]
    valid_from: Gate<columns::ValidFrom, chrono::DateTime<Utc>>,
    #[graphql(skip)]
    valid_to: Option<Gate<columns::ValidTo, chrono::DateTime<Utc>>>,
    #[graphql(skip)]
    signed_at: Option<Gate<columns::SignedAt, chrono::DateTime<Utc>>>,
    #[graphql(skip)]
    signer_capacity: Option<Gate<columns::SignerCapacity, SignerCapacity>>,
    #[graphql(skip)]
    signature_method: Option<Gate<columns::SignatureMethod, SignatureMethod>>,
    #[graphql(skip)]
    evidence_reference: Option<Gate<columns::EvidenceReference, String>>,
    #[graphql(skip)]
    redisclosure_statement: Gate<columns::RedisclosureStatement, bool>,
    #[graphql(skip)]
    refusal_consequences: Gate<columns::RefusalConsequences, bool>,
    #[graphql(skip)]
    revoked_at: Option<Gate<columns::RevokedAt, chrono::DateTime<Utc>>>,
    #[graphql(skip)]
    revocation_method: Option<Gate<columns::RevocationMethod, SignatureMethod>>,
    #[graphql(skip)]
    revocation_reason: Option<Sealed<columns::RevocationReason>>,
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
        within_reach(viewer, Permission::ConsentRead, consent::Column::PatientId)
    }
}

impl Changeable for consent::Entity {
    fn reach(viewer: &Viewer, permission: Permission) -> Condition {
        within_reach(viewer, permission, consent::Column::PatientId)
    }
}

/// What a consent says.
#[derive(Clone, Debug, SimpleObject)]
pub struct ConsentDetail {
    /// What it is for.
    pub kind: ConsentKind,
    /// Whether it allows or forbids.
    pub decision: ConsentDecision,
    /// Where it stands. Whether its time is over is in `inForce`.
    pub status: ConsentStatus,
    /// Whether it counts at this moment: active, signed, begun and not ended.
    pub in_force: bool,
    /// For what purposes; a consent without any matches nothing.
    pub purposes: Vec<Purpose>,
    /// Which data it covers.
    pub scopes: Vec<ConsentScope>,
    /// Whom it names.
    pub recipients: Vec<ConsentRecipient>,
    /// How it ends.
    pub expiry_kind: ExpiryKind,
    /// The event that ends it, when one does.
    pub expiry_event: Option<String>,
    /// From when it holds.
    pub valid_from: DateTime,
    /// Until when, exclusively; null without an end by date.
    pub valid_to: Option<DateTime>,
    /// When it was signed.
    pub signed_at: Option<DateTime>,
    /// In what capacity it was signed.
    pub signer_capacity: Option<SignerCapacity>,
    /// How it was signed.
    pub signature_method: Option<SignatureMethod>,
    /// Where the signed form is filed.
    pub evidence_reference: Option<String>,
    /// Whether the form states that what is disclosed may be disclosed again (42 CFR 2.31(a)(10)).
    pub redisclosure_statement: bool,
    /// Whether the form states what a refusal would mean (42 CFR 2.31(a)(10)).
    pub refusal_consequences: bool,
    /// When it was revoked.
    pub revoked_at: Option<DateTime>,
    /// How it was revoked.
    pub revocation_method: Option<SignatureMethod>,
    /// Why it was revoked, in the patient's words.
    pub revocation_reason: Option<String>,
}

/// Data that a consent covers.
#[derive(Clone, Debug, SimpleObject)]
pub struct ConsentScope {
    /// The class.
    pub data_class: DataClass,
    /// Narrowed to this kind of resource; null covers all of the class.
    pub resource_kind: Option<String>,
    /// From when.
    pub covers_from: Option<DateTime>,
    /// Until when, exclusively.
    pub covers_to: Option<DateTime>,
}

/// Somebody a consent names.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct ConsentRecipient {
    /// How the recipient is named.
    pub kind: RecipientKind,
    /// The class, for `CLASS` and `INTERMEDIARY`.
    pub recipient_class: Option<RecipientClass>,
    /// The user's id, for `USER`.
    pub user_id: Option<Id<user::Entity>>,
    /// The organization's id, for `ORGANIZATION`.
    pub organization_id: Option<Id<organization::Entity>>,
    /// The intermediary's name, for `INTERMEDIARY`.
    pub intermediary_name: Option<String>,
    #[graphql(skip)]
    practitioner_id: Option<Id<practitioner::Entity>>,
}

#[ComplexObject]
impl ConsentRecipient {
    /// The practitioner, for `PRACTITIONER`.
    async fn practitioner(&self, ctx: &Context<'_>) -> Result<Option<Practitioner>> {
        match self.practitioner_id {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }
}

/// The columns of a scope.
#[derive(Clone, DerivePartialModel)]
#[sea_orm(entity = "consent_scope::Entity")]
struct ScopeRow {
    id: Id<consent_scope::Entity>,
    created_at: chrono::DateTime<Utc>,
    data_class: Gate<scope_columns::DataClass, DataClass>,
    resource_kind: Option<Gate<scope_columns::ResourceKind, String>>,
    covers_from: Option<Gate<scope_columns::CoversFrom, chrono::DateTime<Utc>>>,
    covers_to: Option<Gate<scope_columns::CoversTo, chrono::DateTime<Utc>>>,
}

resource!(ScopeRow of consent_scope);

/// The columns of a recipient.
#[derive(Clone, DerivePartialModel)]
#[sea_orm(entity = "consent_recipient::Entity")]
struct RecipientRow {
    id: Id<consent_recipient::Entity>,
    created_at: chrono::DateTime<Utc>,
    kind: Gate<recipient_columns::Kind, RecipientKind>,
    recipient_class: Option<Gate<recipient_columns::RecipientClass, RecipientClass>>,
    user_id: Option<Gate<recipient_columns::UserId, Id<user::Entity>>>,
    practitioner_id: Option<Gate<recipient_columns::PractitionerId, Id<practitioner::Entity>>>,
    organization_id: Option<Gate<recipient_columns::OrganizationId, Id<organization::Entity>>>,
    intermediary_name: Option<Gate<recipient_columns::IntermediaryName, String>>,
}

resource!(RecipientRow of consent_recipient);

impl Scoped for consent_scope::Entity {
    fn scope(viewer: &Viewer) -> Condition {
        Condition::all().add(consent_scope::Column::ConsentId.in_subquery(consents_in_scope(viewer)))
    }
}

impl Scoped for consent_recipient::Entity {
    fn scope(viewer: &Viewer) -> Condition {
        Condition::all().add(consent_recipient::Column::ConsentId.in_subquery(consents_in_scope(viewer)))
    }
}

fn consents_in_scope(viewer: &Viewer) -> sea_orm::sea_query::SelectStatement {
    Query::select()
        .column(consent::Column::Id)
        .from(consent::Entity)
        .and_where(Expr::col(consent::Entity::TENANT_ID).eq(viewer.tenant_id()))
        .cond_where(<consent::Entity as Scoped>::scope(viewer))
        .take()
}

const FIELDS: &[&str] = &["consents"];

/// How many scopes and recipients one consent can have.
pub(super) const MOST_PARTS: usize = 50;

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

impl Consent {
    fn open(
        &self,
        permit: &Permit,
        scopes: &[ScopeRow],
        recipients: &[RecipientRow],
        in_force: bool,
    ) -> Result<ConsentDetail> {
        let status = permit.open(self, &self.status)?;
        let valid_from = permit.open(self, &self.valid_from)?;
        let valid_to = permit.open_optional(self, self.valid_to.as_ref())?;
        let signed_at = permit.open_optional(self, self.signed_at.as_ref())?;
        let purposes = permit.open(self, &self.purposes)?;
        Ok(ConsentDetail {
            kind: permit.open(self, &self.kind)?,
            decision: permit.open(self, &self.decision)?,
            status,
            in_force,
            purposes: purposes.iter().filter_map(|purpose| purpose.parse().ok()).collect(),
            scopes: scopes.iter().map(|scope| self.open_scope(permit, scope)).collect::<Result<_>>()?,
            recipients: recipients
                .iter()
                .map(|row| self.open_recipient(permit, row))
                .collect::<Result<_>>()?,
            expiry_kind: permit.open(self, &self.expiry_kind)?,
            expiry_event: permit.open_optional(self, self.expiry_event.as_ref())?,
            valid_from: valid_from.into(),
            valid_to: valid_to.map(DateTime::from),
            signed_at: signed_at.map(DateTime::from),
            signer_capacity: permit.open_optional(self, self.signer_capacity.as_ref())?,
            signature_method: permit.open_optional(self, self.signature_method.as_ref())?,
            evidence_reference: permit.open_optional(self, self.evidence_reference.as_ref())?,
            redisclosure_statement: permit.open(self, &self.redisclosure_statement)?,
            refusal_consequences: permit.open(self, &self.refusal_consequences)?,
            revoked_at: permit.open_optional(self, self.revoked_at.as_ref())?.map(DateTime::from),
            revocation_method: permit.open_optional(self, self.revocation_method.as_ref())?,
            revocation_reason: permit
                .unseal(self, self.revocation_reason.as_ref())?
                .map(|reason| reason.as_str().to_owned()),
        })
    }

    fn open_scope(&self, permit: &Permit, scope: &ScopeRow) -> Result<ConsentScope> {
        Ok(ConsentScope {
            data_class: permit.open(self, &scope.data_class)?,
            resource_kind: permit.open_optional(self, scope.resource_kind.as_ref())?,
            covers_from: permit.open_optional(self, scope.covers_from.as_ref())?.map(DateTime::from),
            covers_to: permit.open_optional(self, scope.covers_to.as_ref())?.map(DateTime::from),
        })
    }

    fn open_recipient(&self, permit: &Permit, row: &RecipientRow) -> Result<ConsentRecipient> {
        Ok(ConsentRecipient {
            kind: permit.open(self, &row.kind)?,
            recipient_class: permit.open_optional(self, row.recipient_class.as_ref())?,
            user_id: permit.open_optional(self, row.user_id.as_ref())?,
            organization_id: permit.open_optional(self, row.organization_id.as_ref())?,
            intermediary_name: permit.open_optional(self, row.intermediary_name.as_ref())?,
            practitioner_id: permit.open_optional(self, row.practitioner_id.as_ref())?,
        })
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
