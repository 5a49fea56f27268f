//! What the decision knows of a patient: loaded for a whole batch in one statement.

use std::collections::HashMap;

use chrono::{
    DateTime, NaiveDate, Utc,
    serde::{ts_microseconds, ts_microseconds_option},
};
use entity::{
    DataClass, Id, ProtectedColumn, Sealed,
    consent::{
        consent::{self, ConsentDecision, ConsentKind, ConsentStatus, ExpiryKind, SignerCapacity},
        consent_recipient::{RecipientClass, RecipientKind},
        purpose::Purpose,
    },
    identity::user,
    people::{patient, person, practitioner},
    platform::encryption_key::KeyPurpose,
    tenancy::{
        location, organization,
        policy::PolicyKind,
        policy_terms::{InternalUseTerms, MinorConsentTerms},
    },
};
use sea_orm::{FromQueryResult, Statement, Value};
use serde::{Deserialize, de::DeserializeOwned};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{
    minority::{GuardianFacts, Minority},
    permit::from_hexadecimal,
};
use crate::kernel::{
    crypto::{self, DataKeyPurpose, DataKeys, Place, TenantKeys, WrappedDataKey},
    error::{Error, Result},
    session::Core,
};

/// What the decision knows of one patient.
#[derive(Clone, Debug)]
pub struct PatientFacts {
    /// The patient.
    pub patient_id: Id<patient::Entity>,
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
    /// Whether the organization lets its workforce look for treatment, payment and operations without a consent.
    pub internal_use: bool,
    /// Set when somebody has legal authority for the patient, or signed a consent in another capacity than an adult
    /// patient's own, and while a consent waits for its signature: whose it is depends on the patient's age.
    pub minority: Option<Minority>,
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

/// A consent with its scopes and recipients, as the column `facts` tells it.
#[derive(Clone, Debug, Deserialize)]
pub struct ConsentFacts {
    /// Which.
    #[serde(rename = "i")]
    pub id: Id<consent::Entity>,
    /// Of what kind.
    #[serde(rename = "k")]
    pub kind: ConsentKind,
    /// Whether it permits or forbids.
    #[serde(rename = "d")]
    pub decision: ConsentDecision,
    /// Where it stands.
    #[serde(rename = "s")]
    pub status: ConsentStatus,
    /// For what; empty matches nothing.
    #[serde(rename = "p", default)]
    pub purposes: Vec<Purpose>,
    /// How it ends.
    #[serde(rename = "e")]
    pub expiry_kind: ExpiryKind,
    /// When the event that ends it happened.
    #[serde(rename = "x", default, with = "ts_microseconds_option")]
    pub expiry_event_at: Option<DateTime<Utc>>,
    /// From when it holds.
    #[serde(rename = "f", with = "ts_microseconds")]
    pub valid_from: DateTime<Utc>,
    /// Until when it holds, exclusively.
    #[serde(rename = "t", default, with = "ts_microseconds_option")]
    pub valid_to: Option<DateTime<Utc>>,
    /// When it was signed.
    #[serde(rename = "g", default, with = "ts_microseconds_option")]
    pub signed_at: Option<DateTime<Utc>>,
    /// In what capacity it was signed.
    #[serde(rename = "c", default)]
    pub signer_capacity: Option<SignerCapacity>,
    /// Who signed.
    #[serde(rename = "w", default)]
    pub signer: Option<Id<person::Entity>>,
    /// In what capacity somebody signed besides.
    #[serde(rename = "y", default)]
    pub co_signer_capacity: Option<SignerCapacity>,
    /// Who signed besides.
    #[serde(rename = "z", default)]
    pub co_signer: Option<Id<person::Entity>>,
    /// Which data it covers.
    #[serde(rename = "n", default)]
    pub scopes: Vec<ScopeFacts>,
    /// Whom it names.
    #[serde(rename = "r", default)]
    pub recipients: Vec<RecipientFacts>,
}

/// Data that a consent covers.
#[derive(Clone, Debug, Deserialize)]
pub struct ScopeFacts {
    /// The class.
    #[serde(rename = "c")]
    pub data_class: DataClass,
    /// Narrowed to one kind of resource.
    #[serde(rename = "k", default)]
    pub resource_kind: Option<String>,
    /// From when.
    #[serde(rename = "f", default, with = "ts_microseconds_option")]
    pub covers_from: Option<DateTime<Utc>>,
    /// Until when, exclusively.
    #[serde(rename = "t", default, with = "ts_microseconds_option")]
    pub covers_to: Option<DateTime<Utc>>,
}

/// Somebody a consent names.
#[derive(Clone, Debug, Deserialize)]
pub struct RecipientFacts {
    /// How.
    #[serde(rename = "k")]
    pub kind: RecipientKind,
    /// A user.
    #[serde(rename = "u", default)]
    pub user_id: Option<Id<user::Entity>>,
    /// A practitioner.
    #[serde(rename = "p", default)]
    pub practitioner_id: Option<Id<practitioner::Entity>>,
    /// A class.
    #[serde(rename = "c", default)]
    pub recipient_class: Option<RecipientClass>,
    /// An organization.
    #[serde(rename = "o", default)]
    pub organization_id: Option<Id<organization::Entity>>,
    /// The keyed token of somebody's contact, hexadecimal.
    #[serde(rename = "t", default)]
    pub contact_token: Option<String>,
}

/// A wrapped data key.
#[derive(Clone, Debug, Deserialize)]
pub(in crate::kernel) struct KeyFacts {
    pub purpose: KeyPurpose,
    pub key_version: u32,
    /// Hexadecimal, as `encode(…, 'hex')` gives it.
    pub wrapped: String,
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
    guardians: Option<String>,
    birth_date: Option<Vec<u8>>,
    of_minor: bool,
    state: Option<String>,
    policies: Option<String>,
}

/// A version of a policy.
#[derive(Deserialize)]
struct PolicyFacts {
    kind: PolicyKind,
    location_id: Option<Id<location::Entity>>,
    effective_from: DateTime<Utc>,
    terms: serde_json::Value,
}

/// One statement for any number of patients: the care team, the consents with scopes and recipients, the wrapped data keys
/// of the patient's person, and the organization's policies. What tells a minor is read where somebody has legal authority,
/// signed as one does for a minor, or has yet to sign.
const SQL: &str = "\
select p.id, p.person_id, p.data_class, p.location_id,
    (select json_agg(json_build_object('practitioner_id', m.practitioner_id, 'starts_at', m.starts_at,
            'ends_at', m.ends_at))::text
        from care_team_members m
        where m.tenant_id = $1 and m.patient_id = p.id and m.deleted_at is null) as team,
    told.consents, family.guardians,
    (select json_agg(json_build_object('purpose', k.purpose, 'key_version', k.key_version,
            'wrapped', encode(k.wrapped, 'hex')))::text
        from encryption_keys k
        where k.tenant_id = $1 and k.person_id = p.person_id) as keys,
    case when told.of_minor or family.guardians is not null then (
        select v.birth_date from phi.persons v where v.tenant_id = $1 and v.id = p.person_id) end as birth_date,
    case when told.of_minor or family.guardians is not null then coalesce(
        (select l.state from locations l where l.tenant_id = $1 and l.id = p.location_id),
        (select o.state from organizations o where o.tenant_id = $1 and o.id = p.organization_id),
        (select o.state from organizations o where o.tenant_id = $1 and o.id = $1)) end as state,
    coalesce(told.of_minor, false) as of_minor,
    (select json_agg(json_build_object('kind', y.kind, 'location_id', y.location_id, 'effective_from', y.effective_from,
            'terms', y.terms))::text
        from policies y where y.tenant_id = $1 and y.kind in ('MINOR_CONSENT', 'INTERNAL_USE')) as policies
from unnest($2::uuid[]) as wanted (id)
join patients p on p.tenant_id = $1 and p.id = wanted.id and p.deleted_at is null
cross join lateral (
    select '[' || string_agg(c.facts, ',' order by c.created_at, c.id) || ']' as consents,
        bool_or(c.signer_capacity <> 'ONESELF' or c.status in ('DRAFT', 'PENDING_SIGNATURE')) as of_minor
    from consents c
    where c.tenant_id = $1 and c.patient_id = p.id and c.deleted_at is null) told
cross join lateral (
    select json_agg(json_build_object('person_id', g.related_person_id, 'authority', g.legal_authority,
        'ends_at', g.ends_at))::text as guardians
    from person_relationships g
    where g.tenant_id = $1 and g.person_id = p.person_id and g.legal_authority <> 'NONE'
        and g.verified_at is not null and g.deleted_at is null) family";

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
    let mut policies = Policies::default();
    for row in core.query(statement).await? {
        let Row {
            id,
            person_id,
            data_class,
            location_id,
            team,
            consents,
            keys,
            guardians,
            birth_date,
            of_minor,
            state,
            policies: told,
        } = Row::from_query_result(&row, "")?;
        policies.read(told)?;
        let keys: Vec<KeyFacts> = parse(keys)?;
        let minority = if of_minor || guardians.is_some() {
            let birth_date =
                birth_date.map(|sealed| birthday(core, person_id, &keys, &sealed)).transpose()?;
            let guardians: Vec<GuardianFacts> = parse(guardians)?;
            let terms =
                policies.of::<MinorConsentTerms>(PolicyKind::MinorConsent, location_id, core.now())?;
            Some(Minority { birth_date: birth_date.flatten(), state, guardians, terms })
        } else {
            None
        };
        let internal = policies.of::<InternalUseTerms>(PolicyKind::InternalUse, location_id, core.now())?;
        let value = PatientFacts {
            patient_id: id,
            tenant_id,
            person_id,
            label: data_class,
            location_id,
            team: parse(team)?,
            consents: parse(consents)?,
            internal_use: internal.without_consent,
            minority,
            keys,
        };
        facts.insert(id, value);
    }
    Ok(facts)
}

/// The organization's policies, which every row of a batch tells alike.
#[derive(Default)]
struct Policies {
    told: Option<String>,
    versions: Vec<PolicyFacts>,
}

impl Policies {
    fn read(&mut self, told: Option<String>) -> Result<()> {
        if told != self.told {
            self.versions = parse(told.clone())?;
            self.told = told;
        }
        Ok(())
    }

    /// The newest version that has begun: that of the location goes before that of the organization.
    fn of<T: DeserializeOwned + Default>(
        &self,
        kind: PolicyKind,
        location: Option<Id<location::Entity>>,
        now: DateTime<Utc>,
    ) -> Result<T> {
        let newest = |location: Option<Id<location::Entity>>| {
            let begun = self.versions.iter().filter(|version| {
                version.kind == kind && version.location_id == location && version.effective_from <= now
            });
            begun.max_by_key(|version| version.effective_from)
        };
        let version = location.and_then(|location| newest(Some(location))).or_else(|| newest(None));
        version.map_or_else(
            || Ok(T::default()),
            |version| {
                T::deserialize(&version.terms)
                    .map_err(|_| Error::internal("a policy does not say what its kind says"))
            },
        )
    }
}

/// The day of birth, for the decision alone.
fn birthday(
    core: &Core,
    person_id: Id<person::Entity>,
    keys: &[KeyFacts],
    sealed: &[u8],
) -> Result<Option<NaiveDate>> {
    let keys = identity_keys(core.keys(), person_id, keys)?;
    let plain = open_of_person::<person::columns::BirthDate>(core.tenant_id(), &keys, person_id, sealed)?;
    Ok(plain.parse().ok())
}

/// The name of whoever receives something, for the accounting alone; `keys` are theirs, as JSON.
///
/// # Errors
///
/// `INTERNAL` when the ciphertext does not authenticate.
#[expect(
    clippy::disallowed_methods,
    reason = "whoever looks is no patient, so there is no permit for their name"
)]
pub(in crate::kernel) fn name_of_person(
    tenant_keys: &TenantKeys,
    person_id: Id<person::Entity>,
    keys: &str,
    given: Option<&Sealed<person::columns::GivenName>>,
    family: Option<&Sealed<person::columns::FamilyName>>,
) -> Result<Option<String>> {
    let keys: Vec<KeyFacts> = parse(Some(keys.to_owned()))?;
    let keys = identity_keys(tenant_keys, person_id, &keys)?;
    let tenant_id = tenant_keys.tenant_id();
    let given = given.map(|sealed| {
        open_of_person::<person::columns::GivenName>(tenant_id, &keys, person_id, sealed.ciphertext())
    });
    let family = family.map(|sealed| {
        open_of_person::<person::columns::FamilyName>(tenant_id, &keys, person_id, sealed.ciphertext())
    });
    let names = [given.transpose()?, family.transpose()?];
    let names: Vec<&str> = names.iter().flatten().map(|name| name.as_str()).collect();
    Ok(Some(names.join(" ")).filter(|name| !name.is_empty()))
}

fn identity_keys(
    tenant_keys: &TenantKeys,
    person_id: Id<person::Entity>,
    keys: &[KeyFacts],
) -> Result<DataKeys> {
    let wrapped = wrapped(keys, KeyPurpose::Identity)?;
    Ok(tenant_keys.unwrap_data_keys(person_id.uuid(), DataKeyPurpose::Identity, &wrapped)?)
}

fn open_of_person<K: ProtectedColumn>(
    tenant_id: Uuid,
    keys: &DataKeys,
    person_id: Id<person::Entity>,
    sealed: &[u8],
) -> Result<Zeroizing<String>> {
    let place = Place { tenant_id, table: K::TABLE, column: K::COLUMN, row_id: person_id.uuid() };
    let plain = crypto::open(keys, &place, sealed)?;
    let text = std::str::from_utf8(&plain).map_err(|_| Error::internal("sealed text is not UTF-8"))?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// The wrapped keys of one purpose.
pub(super) fn wrapped(keys: &[KeyFacts], purpose: KeyPurpose) -> Result<Vec<WrappedDataKey>> {
    let of_purpose = keys.iter().filter(|key| key.purpose == purpose);
    of_purpose
        .map(|key| Ok(WrappedDataKey { version: key.key_version, wrapped: from_hexadecimal(&key.wrapped)? }))
        .collect()
}

fn parse<T: DeserializeOwned>(json: Option<String>) -> Result<Vec<T>> {
    let Some(json) = json else { return Ok(Vec::new()) };
    serde_json::from_str(&json)
        .map_err(|error| Error::internal(format_args!("facts of a decision: {:?}", error.classify())))
}

impl Core {
    /// What the decision knows of one patient, as this transaction has changed it.
    ///
    /// # Errors
    ///
    /// `INTERNAL` when the tenant has no such patient.
    pub async fn patient_facts(&self, patient: Id<patient::Entity>) -> Result<PatientFacts> {
        let facts = load_facts(self, &[patient]).await?.remove(&patient);
        facts.ok_or_else(|| Error::internal("a patient without facts"))
    }
}
