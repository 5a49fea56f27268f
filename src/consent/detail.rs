//! What a consent says, opened with a permit.

use async_graphql::{ComplexObject, Context, SimpleObject};
use chrono::Utc;
use entity::{
    DataClass, Gate, Id, TenantTable,
    consent::{
        consent::{
            self, ConsentDecision, ConsentKind, ConsentStatus, ExpiryKind, SignatureMethod, SignerCapacity,
        },
        consent_recipient::{self, RecipientClass, RecipientKind, columns as recipient_columns},
        consent_scope::{self, columns as scope_columns},
        purpose::Purpose,
        sharing_grant::ContactKind,
    },
    identity::user,
    people::practitioner,
    tenancy::organization,
};
use sea_orm::{
    ColumnTrait, Condition, DerivePartialModel,
    sea_query::{Expr, ExprTrait, Query},
};

use super::{
    completeness::{Completeness, ConsentFault},
    consent::Consent,
};
use crate::{
    kernel::{
        access::Permit,
        door::Door,
        error::Result,
        graphql::DateTime,
        load::{Scoped, resource},
        viewer::Viewer,
    },
    people::practitioner::Practitioner,
};

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
    /// What it lacks, or must not hold together, before it can be signed; empty when it is complete.
    pub faults: Vec<ConsentFault>,
    /// The id of the organization that may disclose (42 CFR 2.31(a)(2)); null is your own.
    pub discloser_organization_id: Option<Id<organization::Entity>>,
    /// How it ends.
    pub expiry_kind: ExpiryKind,
    /// The event that ends it, when one does.
    pub expiry_event: Option<String>,
    /// When that event happened, once it is recorded.
    pub expiry_event_at: Option<DateTime>,
    /// From when it holds.
    pub valid_from: DateTime,
    /// Until when, exclusively; null without an end by date.
    pub valid_to: Option<DateTime>,
    /// When it was signed.
    pub signed_at: Option<DateTime>,
    /// In what capacity it was signed.
    pub signer_capacity: Option<SignerCapacity>,
    /// When it was signed by the second of two, where both have to sign (42 CFR 2.14).
    pub co_signed_at: Option<DateTime>,
    /// In what capacity the second of two signed.
    pub co_signer_capacity: Option<SignerCapacity>,
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
    /// The consent in whose place it stands: one that it superseded or will, or one of which it is a revision.
    pub supersedes_id: Option<Id<consent::Entity>>,
    /// What was signed, in plain words, line by line: the copy that goes with what is disclosed (42 CFR 2.32(b)). It names the
    /// patient by their display code; print the name beside it where you may see it. Null until it is signed by all.
    pub signed_copy: Option<String>,
}

/// Data that a consent covers.
#[derive(Clone, Debug, SimpleObject)]
pub struct ConsentScope {
    /// The class.
    pub data_class: DataClass,
    /// Narrowed to this kind of resource; null covers all of the class. What permits one kind alone opens nothing until kinds are
    /// told apart; what forbids one kind forbids all of the class.
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
    /// How the contact is reached, for `CONTACT`: the contact itself is kept as a code and not shown to anybody.
    pub contact_kind: Option<ContactKind>,
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
pub(super) struct ScopeRow {
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
pub(super) struct RecipientRow {
    id: Id<consent_recipient::Entity>,
    created_at: chrono::DateTime<Utc>,
    kind: Gate<recipient_columns::Kind, RecipientKind>,
    recipient_class: Option<Gate<recipient_columns::RecipientClass, RecipientClass>>,
    user_id: Option<Gate<recipient_columns::UserId, Id<user::Entity>>>,
    practitioner_id: Option<Gate<recipient_columns::PractitionerId, Id<practitioner::Entity>>>,
    organization_id: Option<Gate<recipient_columns::OrganizationId, Id<organization::Entity>>>,
    contact_kind: Option<Gate<recipient_columns::ContactKind, ContactKind>>,
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

pub(super) fn consents_in_scope(viewer: &Viewer) -> sea_orm::sea_query::SelectStatement {
    Query::select()
        .column(consent::Column::Id)
        .from(consent::Entity)
        .and_where(Expr::col(consent::Entity::TENANT_ID).eq(viewer.tenant_id()))
        .cond_where(<consent::Entity as Scoped>::scope(viewer))
        .take()
}

impl Consent {
    pub(super) fn open(
        &self,
        permit: &Permit,
        scopes: &[ScopeRow],
        recipients: &[RecipientRow],
        in_force: bool,
    ) -> Result<ConsentDetail> {
        let kind = permit.open(self, &self.kind)?;
        let valid_from = permit.open(self, &self.valid_from)?;
        let valid_to = permit.open_optional(self, self.valid_to.as_ref())?;
        let signed_at = permit.open_optional(self, self.signed_at.as_ref())?;
        let purposes = permit.open(self, &self.purposes)?;
        let purposes: Vec<Purpose> = purposes.iter().filter_map(|purpose| purpose.parse().ok()).collect();
        let scopes: Vec<_> =
            scopes.iter().map(|scope| self.open_scope(permit, scope)).collect::<Result<_>>()?;
        let recipients: Vec<_> =
            recipients.iter().map(|row| self.open_recipient(permit, row)).collect::<Result<_>>()?;
        let expiry_kind = permit.open(self, &self.expiry_kind)?;
        let redisclosure_statement = permit.open(self, &self.redisclosure_statement)?;
        let refusal_consequences = permit.open(self, &self.refusal_consequences)?;
        let completeness = Completeness {
            kind,
            classes: scopes.iter().map(|scope| scope.data_class).collect(),
            recipients: recipients
                .iter()
                .map(|recipient| (recipient.kind, recipient.recipient_class))
                .collect(),
            purposes: purposes.clone(),
            expiry: expiry_kind,
            redisclosure_statement,
            refusal_consequences,
        };
        Ok(ConsentDetail {
            kind,
            decision: permit.open(self, &self.decision)?,
            status: permit.open(self, &self.status)?,
            in_force,
            purposes,
            scopes,
            recipients,
            faults: completeness.faults(),
            discloser_organization_id: self.discloser_organization_id,
            expiry_kind,
            expiry_event: permit.open_optional(self, self.expiry_event.as_ref())?,
            expiry_event_at: permit.open_optional(self, self.expiry_event_at.as_ref())?.map(DateTime::from),
            valid_from: valid_from.into(),
            valid_to: valid_to.map(DateTime::from),
            signed_at: signed_at.map(DateTime::from),
            signer_capacity: permit.open_optional(self, self.signer_capacity.as_ref())?,
            co_signed_at: permit.open_optional(self, self.co_signed_at.as_ref())?.map(DateTime::from),
            co_signer_capacity: permit.open_optional(self, self.co_signer_capacity.as_ref())?,
            signature_method: permit.open_optional(self, self.signature_method.as_ref())?,
            evidence_reference: permit.open_optional(self, self.evidence_reference.as_ref())?,
            redisclosure_statement,
            refusal_consequences,
            revoked_at: permit.open_optional(self, self.revoked_at.as_ref())?.map(DateTime::from),
            revocation_method: permit.open_optional(self, self.revocation_method.as_ref())?,
            revocation_reason: permit
                .unseal(self, self.revocation_reason.as_ref())?
                .map(|reason| reason.as_str().to_owned()),
            supersedes_id: permit.open_optional(self, self.supersedes_id.as_ref())?,
            signed_copy: permit.unseal(self, self.signed_copy.as_ref())?.map(|copy| copy.as_str().to_owned()),
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
            contact_kind: permit.open_optional(self, row.contact_kind.as_ref())?,
            intermediary_name: permit.open_optional(self, row.intermediary_name.as_ref())?,
            practitioner_id: permit.open_optional(self, row.practitioner_id.as_ref())?,
        })
    }
}
