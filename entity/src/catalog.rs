//! Every tenant table, for the tests that compare Rust with the database's catalog.

use crate::{
    consent::{consent, consent_recipient, consent_scope, disclosure},
    identity::{access_token, role, role_assignment, role_permission, session, sign_in_address, user},
    people::{care_team_member, patient, person, person_relationship, person_token, practitioner},
    platform::{
        audit_checkpoint, audit_head, audit_link, audit_log, encryption_key, idempotency_key, outbox_event,
    },
    table::{TableDescription, describe},
    tenancy::{location, organization},
};

/// Describes every tenant table. A new table adds its line here; the catalog test fails without it.
pub fn tables() -> Vec<TableDescription> {
    vec![
        describe::<organization::Entity>(),
        describe::<location::Entity>(),
        describe::<user::Entity>(),
        describe::<role::Entity>(),
        describe::<role_permission::Entity>(),
        describe::<role_assignment::Entity>(),
        describe::<session::Entity>(),
        describe::<sign_in_address::Entity>(),
        describe::<access_token::Entity>(),
        describe::<person::Entity>(),
        describe::<person_token::Entity>(),
        describe::<patient::Entity>(),
        describe::<practitioner::Entity>(),
        describe::<person_relationship::Entity>(),
        describe::<care_team_member::Entity>(),
        describe::<consent::Entity>(),
        describe::<consent_scope::Entity>(),
        describe::<consent_recipient::Entity>(),
        describe::<disclosure::Entity>(),
        describe::<encryption_key::Entity>(),
        describe::<audit_log::Entity>(),
        describe::<audit_link::Entity>(),
        describe::<audit_head::Entity>(),
        describe::<audit_checkpoint::Entity>(),
        describe::<outbox_event::Entity>(),
        describe::<idempotency_key::Entity>(),
    ]
}
