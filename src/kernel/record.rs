//! The record of looks and writes: who looked or wrote, what was decided and why.
//!
//! What a transaction did is written in one statement, before anything leaves; a MAC stands on each row ([`AuditRow`]).
//! The [`sealer`] links committed rows into a chain for each tenant, and signs where all chains stand ([`checkpoint`]),
//! in the database and in a file beside it ([`journal`]). [`proof`] checks all of that and names the first broken row.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use entity::{
    DataClass, Id,
    consent::consent,
    people::patient,
    platform::audit_log::{AuditAction, AuditCredential},
};
use sea_orm::ActiveEnum;
use uuid::Uuid;

use super::{
    access::{Action, Ask, Grant, Ground, Ruling, Subject},
    crypto::{DerivedPurpose, TenantKeys},
    disclosure::Leaving,
    viewer::Viewer,
};

mod chain;
pub mod checkpoint;
pub mod journal;
pub mod proof;
mod row;
pub mod sealer;

pub use row::AuditRow;

/// Where a request came from; stands in every row of its record.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The request's id, as in `x-request-id`.
    pub request_id: String,
    /// The caller's address.
    pub peer: Option<std::net::IpAddr>,
    /// The caller's user agent.
    pub user_agent: Option<String>,
    /// Whether it came from the command line.
    pub operator: bool,
}

/// Something written, to be recorded with it.
#[derive(Clone, Debug)]
pub struct Written {
    /// The mutation, as a key: `consent.revoke`.
    pub operation: &'static str,
    /// What was written.
    pub target_kind: &'static str,
    /// Which row.
    pub target_id: Uuid,
    /// About whom.
    pub patient_id: Option<Id<patient::Entity>>,
    /// Which fields: names, never values.
    pub fields: Vec<&'static str>,
}

#[derive(Clone, Debug)]
struct Entry {
    action: AuditAction,
    operation: String,
    target: Option<(&'static str, Uuid)>,
    patient_id: Option<Id<patient::Entity>>,
    class: Option<DataClass>,
    fields: BTreeSet<&'static str>,
    reason: Option<&'static str>,
    consent_id: Option<Id<consent::Entity>>,
}

/// Looks that are one entry: of one patient and class, answered alike for the same reason or by the same consent.
type LookKey =
    (Uuid, DataClass, AuditAction, Subject, Option<&'static str>, Option<Uuid>, Option<(&'static str, Uuid)>);

/// What a look rests on besides a consent, for the record.
const fn rests_on(ground: Ground) -> Option<(&'static str, Uuid)> {
    match ground {
        Ground::Sharing(_, grant) => Some(("SHARING_GRANT", grant.uuid())),
        Ground::Emergency(event) => Some(("BREAK_GLASS_EVENT", event.uuid())),
        Ground::Approval(approval) => Some(("ACCESS_APPROVAL", approval.uuid())),
        _ => None,
    }
}

/// What was looked at and written since the transaction began.
#[derive(Debug, Default)]
pub(in crate::kernel) struct Record {
    looks: BTreeMap<LookKey, Entry>,
    others: Vec<Entry>,
    /// Patients that only this transaction has: after a rollback the record cannot point to them.
    made: BTreeSet<Uuid>,
    /// Who turned out to act, where nobody was signed in before.
    actor: Option<Uuid>,
    /// What leaves the program.
    leaving: Leaving,
}

impl Record {
    pub(in crate::kernel) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many rows it will be.
    pub(in crate::kernel) fn len(&self) -> usize {
        self.looks.len() + self.others.len()
    }

    /// What is still true after a rollback: every refusal, and every look when the caller is `told` of what stands there.
    /// No write is; what was to be written over was looked at.
    pub(in crate::kernel) fn after_rollback(mut self, told: bool) -> Self {
        self.looks.retain(|_, entry| told || entry.reason.is_some());
        self.others.retain(|entry| entry.reason.is_some());
        if !told {
            self.leaving = Leaving::default();
        }
        for entry in self.looks.values_mut().chain(&mut self.others) {
            if entry.reason.is_none() && entry.action == AuditAction::Write {
                entry.action = AuditAction::View;
            }
            let gone = entry.patient_id.filter(|patient| self.made.contains(&patient.uuid()));
            if let Some(patient) = gone {
                entry.patient_id = None;
                entry.target = Some(("PATIENT", patient.uuid()));
            }
        }
        self
    }

    /// Adds a decision: one entry per patient, class, action, kind of record and answer, with all the fields.
    pub(in crate::kernel) fn look(
        &mut self,
        patient_id: Id<patient::Entity>,
        ask: Ask,
        ruling: Ruling,
        operation: &str,
        fields: &[&'static str],
    ) {
        let (reason, consent_id, target) = match ruling {
            Ruling::Permit(Grant { ground, .. }) => (None, ground.consent(), rests_on(ground)),
            Ruling::Deny(reason) => (Some(reason.code()), None, None),
        };
        let action = match ask.action {
            Action::View => AuditAction::View,
            Action::Search => AuditAction::Search,
            Action::Export => AuditAction::Export,
            Action::Disclose => AuditAction::Disclose,
            Action::Write => AuditAction::Write,
        };
        let entry = self
            .looks
            .entry((
                patient_id.uuid(),
                ask.class,
                action,
                ask.subject,
                reason,
                consent_id.map(Uuid::from),
                target,
            ))
            .or_insert_with(|| Entry {
                action,
                operation: operation.to_owned(),
                target,
                patient_id: Some(patient_id),
                class: Some(ask.class),
                fields: BTreeSet::new(),
                reason,
                consent_id,
            });
        entry.fields.extend(fields);
    }

    /// What leaves the program, which needs an accounting.
    pub(in crate::kernel) const fn leaving(&mut self) -> &mut Leaving {
        &mut self.leaving
    }

    /// Notes that the transaction makes this patient.
    pub(in crate::kernel) fn makes(&mut self, patient: Id<patient::Entity>) {
        self.made.insert(patient.uuid());
    }

    /// Notes who acts, where nobody was signed in before.
    pub(in crate::kernel) fn acts(&mut self, user: Uuid) {
        self.actor = Some(user);
    }

    /// Adds something written.
    pub(in crate::kernel) fn written(&mut self, written: Written) {
        let Written { operation, target_kind, target_id, patient_id, fields } = written;
        self.others.push(Entry {
            action: AuditAction::Write,
            operation: operation.to_owned(),
            target: Some((target_kind, target_id)),
            patient_id,
            class: None,
            fields: fields.into_iter().collect(),
            reason: None,
            consent_id: None,
        });
    }

    /// Adds a sign-in, a sign-out or a refused attempt.
    pub(in crate::kernel) fn attempt(
        &mut self,
        action: AuditAction,
        operation: &str,
        target: Option<(&'static str, Uuid)>,
        reason: Option<&'static str>,
    ) {
        self.others.push(Entry {
            action,
            operation: operation.to_owned(),
            target,
            patient_id: None,
            class: None,
            fields: BTreeSet::new(),
            reason,
            consent_id: None,
        });
    }

    /// The one statement that writes the record.
    pub(in crate::kernel) fn into_query(
        self,
        tenant_id: Uuid,
        viewer: Option<&Viewer>,
        origin: &Origin,
        keys: &TenantKeys,
        now: DateTime<Utc>,
        mut next_id: impl FnMut() -> Uuid,
    ) -> sqlx::query::Query<'static, sqlx::Postgres, sqlx::postgres::PgArguments> {
        let hash = |text: &str| keys.mac(DerivedPurpose::AddressHash, text.as_bytes()).to_vec();
        let address_hash = origin.peer.map(|peer| hash(&peer.to_string()));
        let user_agent_hash = origin.user_agent.as_deref().map(hash);
        let actor_id = viewer.and_then(Viewer::actor_id).or(self.actor);
        let credential_id = viewer.and_then(Viewer::credential_id);
        let actor_role = viewer.and_then(Viewer::leading_role);
        let unnamed = if origin.operator { AuditCredential::Operator } else { AuditCredential::None };
        let credential = viewer.map_or(unnamed, |viewer| viewer.credential()).to_value();
        let purpose = viewer.and_then(|viewer| viewer.principal().purpose).map(|purpose| purpose.code());
        let now = microseconds(now);

        let mut columns = Columns::default();
        for entry in self.looks.into_values().chain(self.others) {
            let id = next_id();
            let fields = entry.fields.iter().copied().collect::<Vec<_>>().join(",");
            let action = entry.action.to_value();
            let decision = if entry.reason.is_none() { "PERMIT" } else { "DENY" };
            let class = entry.class.map(|class| class.to_value());
            let (target_kind, target_id) = entry.target.unzip();
            let patient_id = entry.patient_id.map(Uuid::from);
            let consent_id = entry.consent_id.map(Uuid::from);
            let row = AuditRow {
                tenant_id,
                id,
                occurred_at: now.timestamp_micros(),
                actor_id,
                actor_role: actor_role.as_deref(),
                credential: &credential,
                action: &action,
                operation: &entry.operation,
                target_kind,
                target_id,
                patient_id,
                data_class: class.as_deref(),
                fields: &fields,
                decision,
                reason: entry.reason,
                purpose: purpose.as_deref(),
                consent_id,
                request_id: &origin.request_id,
                address_hash: address_hash.as_deref(),
                user_agent_hash: user_agent_hash.as_deref(),
                credential_id,
            };
            columns.row_mac.push(keys.mac(DerivedPurpose::AuditMac, &row.canonical_bytes()).to_vec());
            columns.id.push(id);
            columns.action.push(action);
            columns.operation.push(entry.operation);
            columns.target_kind.push(target_kind.map(str::to_owned));
            columns.target_id.push(target_id);
            columns.patient_id.push(patient_id);
            columns.data_class.push(class);
            columns.fields.push(fields);
            columns.decision.push(decision.to_owned());
            columns.reason.push(entry.reason.map(str::to_owned));
            columns.consent_id.push(consent_id);
        }
        sqlx::query(INSERT)
            .bind(tenant_id)
            .bind(now)
            .bind(actor_id)
            .bind(actor_role)
            .bind(credential)
            .bind(purpose)
            .bind(origin.request_id.clone())
            .bind(address_hash)
            .bind(user_agent_hash)
            .bind(i32::try_from(keys.current_version()).unwrap_or(i32::MAX))
            .bind(columns.id)
            .bind(columns.action)
            .bind(columns.operation)
            .bind(columns.target_kind)
            .bind(columns.target_id)
            .bind(columns.patient_id)
            .bind(columns.data_class)
            .bind(columns.fields)
            .bind(columns.decision)
            .bind(columns.reason)
            .bind(columns.consent_id)
            .bind(columns.row_mac)
            .bind(credential_id)
    }
}

/// PostgreSQL keeps microseconds: what is not stored must not be under the MAC.
fn microseconds(moment: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(moment.timestamp_micros()).unwrap_or(moment)
}

#[derive(Default)]
struct Columns {
    id: Vec<Uuid>,
    action: Vec<String>,
    operation: Vec<String>,
    target_kind: Vec<Option<String>>,
    target_id: Vec<Option<Uuid>>,
    patient_id: Vec<Option<Uuid>>,
    data_class: Vec<Option<String>>,
    fields: Vec<String>,
    decision: Vec<String>,
    reason: Vec<Option<String>>,
    consent_id: Vec<Option<Uuid>>,
    row_mac: Vec<Vec<u8>>,
}

const INSERT: &str = "\
insert into audit_logs (tenant_id, occurred_at, actor_id, actor_role, credential, purpose, request_id, address_hash,
    user_agent_hash, key_version, id, action, operation, target_kind, target_id, patient_id, data_class, fields,
    decision, reason, consent_id, row_mac, credential_id)
select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, r.id, r.action, r.operation, r.target_kind, r.target_id, r.patient_id,
    r.data_class, string_to_array(r.fields, ','), r.decision, r.reason, r.consent_id, r.row_mac, $23
from unnest($11::uuid[], $12::text[], $13::text[], $14::text[], $15::uuid[], $16::uuid[], $17::text[], $18::text[],
    $19::text[], $20::text[], $21::uuid[], $22::bytea[])
    as r (id, action, operation, target_kind, target_id, patient_id, data_class, fields, decision, reason, consent_id,
        row_mac)";
