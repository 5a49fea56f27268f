//! What the decision knows of a patient: loaded for a whole batch in one statement.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{
    DataClass, Id,
    consent::{
        consent::{self, ConsentDecision, ConsentKind, ConsentStatus, ExpiryKind, SignerCapacity},
        consent_recipient::{RecipientClass, RecipientKind},
        purpose::Purpose,
    },
    identity::user,
    people::{patient, person, practitioner},
    platform::encryption_key::KeyPurpose,
    tenancy::{location, organization},
};
use sea_orm::{FromQueryResult, Statement, Value};
use serde::{Deserialize, Deserializer};
use uuid::Uuid;

use crate::kernel::{error::Result, session::Core};

/// What the decision knows of one patient.
#[derive(Clone, Debug)]
pub struct PatientFacts {
    /// The tenant that holds the record.
    pub tenant_id: Uuid,
    /// The patient's own person.
    pub person_id: Id<person::Entity>,
    /// The label of the patient's row.
    pub label: DataClass,
    /// Where the patient is served.
    pub location_id: Option<Id<location::Entity>>,
    /// Who is on the care team, past and future included.
    pub team: Vec<TeamFacts>,
    /// All consents and restrictions, whatever their status.
    pub consents: Vec<ConsentFacts>,
    /// The person's data keys, wrapped: they travel with the facts so that opening costs no statement of its own.
    pub(in crate::kernel) keys: Vec<KeyFacts>,
}

/// A place on the care team.
#[derive(Clone, Debug, Deserialize)]
pub struct TeamFacts {
    /// Who.
    pub practitioner_id: Id<practitioner::Entity>,
    /// From when.
    pub starts_at: DateTime<Utc>,
    /// Until when, if it ends.
    pub ends_at: Option<DateTime<Utc>>,
}

/// A consent with its scopes and recipients.
#[derive(Clone, Debug, Deserialize)]
pub struct ConsentFacts {
    /// Which.
    pub id: Id<consent::Entity>,
    /// Of what kind.
    pub kind: ConsentKind,
    /// Whether it permits or forbids.
    pub decision: ConsentDecision,
    /// Where it stands.
    pub status: ConsentStatus,
    /// For what; empty matches nothing.
    pub purposes: Vec<Purpose>,
    /// How it ends.
    pub expiry_kind: ExpiryKind,
    /// When the event that ends it happened.
    pub expiry_event_at: Option<DateTime<Utc>>,
    /// From when it holds.
    pub valid_from: DateTime<Utc>,
    /// Until when it holds, exclusively.
    pub valid_to: Option<DateTime<Utc>>,
    /// When it was signed.
    pub signed_at: Option<DateTime<Utc>>,
    /// In what capacity it was signed.
    pub signer_capacity: Option<SignerCapacity>,
    /// Which data it covers.
    #[serde(deserialize_with = "absent_is_empty")]
    pub scopes: Vec<ScopeFacts>,
    /// Whom it names.
    #[serde(deserialize_with = "absent_is_empty")]
    pub recipients: Vec<RecipientFacts>,
}

/// Data that a consent covers.
#[derive(Clone, Debug, Deserialize)]
pub struct ScopeFacts {
    /// The class.
    pub data_class: DataClass,
    /// Narrowed to one kind of resource.
    pub resource_kind: Option<String>,
    /// From when.
    pub covers_from: Option<DateTime<Utc>>,
    /// Until when, exclusively.
    pub covers_to: Option<DateTime<Utc>>,
}

/// Somebody a consent names.
#[derive(Clone, Debug, Deserialize)]
pub struct RecipientFacts {
    /// How.
    pub kind: RecipientKind,
    /// A user.
    pub user_id: Option<Id<user::Entity>>,
    /// A practitioner.
    pub practitioner_id: Option<Id<practitioner::Entity>>,
    /// A class.
    pub recipient_class: Option<RecipientClass>,
    /// An organization.
    pub organization_id: Option<Id<organization::Entity>>,
}

/// A wrapped data key.
#[derive(Clone, Debug, Deserialize)]
pub(in crate::kernel) struct KeyFacts {
    pub purpose: KeyPurpose,
    pub key_version: u32,
    /// Hexadecimal, as `encode(…, 'hex')` gives it.
    pub wrapped: String,
}

fn absent_is_empty<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    Option::<Vec<T>>::deserialize(deserializer).map(Option::unwrap_or_default)
}

#[derive(FromQueryResult)]
struct Row {
    id: Id<patient::Entity>,
    person_id: Id<person::Entity>,
    data_class: DataClass,
    location_id: Option<Id<location::Entity>>,
    team: Option<String>,
    consents: Option<String>,
    keys: Option<String>,
}

/// One statement for any number of patients: the care team, the consents with scopes and recipients, and the wrapped
/// data keys of the patient's person.
const SQL: &str = "\
select p.id, p.person_id, p.data_class, p.location_id,
    (select json_agg(json_build_object('practitioner_id', m.practitioner_id, 'starts_at', m.starts_at,
            'ends_at', m.ends_at))::text
        from care_team_members m
        where m.tenant_id = $1 and m.patient_id = p.id and m.deleted_at is null) as team,
    (select json_agg(json_build_object('id', c.id, 'kind', c.kind, 'decision', c.decision, 'status', c.status,
            'purposes', c.purposes, 'expiry_kind', c.expiry_kind, 'expiry_event_at', c.expiry_event_at,
            'valid_from', c.valid_from, 'valid_to', c.valid_to, 'signed_at', c.signed_at,
            'signer_capacity', c.signer_capacity,
            'scopes', (select json_agg(json_build_object('data_class', s.data_class,
                    'resource_kind', s.resource_kind, 'covers_from', s.covers_from, 'covers_to', s.covers_to))
                from consent_scopes s where s.tenant_id = $1 and s.consent_id = c.id),
            'recipients', (select json_agg(json_build_object('kind', r.kind, 'user_id', r.user_id,
                    'practitioner_id', r.practitioner_id, 'recipient_class', r.recipient_class,
                    'organization_id', r.organization_id))
                from consent_recipients r where r.tenant_id = $1 and r.consent_id = c.id))
            order by c.created_at, c.id)::text
        from consents c
        where c.tenant_id = $1 and c.patient_id = p.id and c.deleted_at is null) as consents,
    (select json_agg(json_build_object('purpose', k.purpose, 'key_version', k.key_version,
            'wrapped', encode(k.wrapped, 'hex')))::text
        from encryption_keys k
        where k.tenant_id = $1 and k.person_id = p.person_id) as keys
from unnest($2::uuid[]) as wanted (id)
join patients p on p.tenant_id = $1 and p.id = wanted.id and p.deleted_at is null";

/// Loads the facts of `patients` in one statement. A patient that the tenant does not have is missing in the result.
pub(in crate::kernel) async fn load_facts(
    core: &Core,
    patients: &[Id<patient::Entity>],
) -> Result<HashMap<Id<patient::Entity>, PatientFacts>> {
    let tenant_id = core.tenant_id();
    let ids: Vec<Uuid> = patients.iter().map(|id| id.uuid()).collect();
    let statement = Statement::from_sql_and_values(
        sea_orm::DbBackend::Postgres,
        SQL,
        [Value::from(tenant_id), Value::from(ids)],
    );
    let mut facts = HashMap::with_capacity(patients.len());
    for row in core.query(statement).await? {
        let Row { id, person_id, data_class, location_id, team, consents, keys } =
            Row::from_query_result(&row, "")?;
        let value = PatientFacts {
            tenant_id,
            person_id,
            label: data_class,
            location_id,
            team: parse(team)?,
            consents: parse(consents)?,
            keys: parse(keys)?,
        };
        facts.insert(id, value);
    }
    Ok(facts)
}

fn parse<T: serde::de::DeserializeOwned>(json: Option<String>) -> Result<Vec<T>> {
    let Some(json) = json else { return Ok(Vec::new()) };
    serde_json::from_str(&json).map_err(|error| {
        crate::kernel::error::Error::internal(format_args!("facts of a decision: {:?}", error.classify()))
    })
}

impl Core {
    /// What the decision knows of one consent.
    ///
    /// # Errors
    ///
    /// `INTERNAL` when the patient has no such consent.
    pub async fn consent_facts(
        &self,
        patient: Id<patient::Entity>,
        consent: Id<consent::Entity>,
    ) -> Result<ConsentFacts> {
        let facts = load_facts(self, &[patient]).await?;
        let consents = facts.into_values().flat_map(|facts| facts.consents);
        consents
            .into_iter()
            .find(|facts| facts.id == consent)
            .ok_or_else(|| crate::kernel::error::Error::internal("a consent without facts"))
    }
}
