//! Every tenant table, for the tests that compare Rust with the database's catalog.

use crate::{
    consent::{consent, consent_recipient, consent_scope, disclosure},
    identity::{
        access_token, api_key, federated_sign_in, identity_provider, one_time_code_secret, partner_assertion,
        partner_client, recovery_code, role, role_assignment, role_permission, session, sign_in_address,
        user, user_token,
    },
    people::{care_team_member, patient, person, person_relationship, person_token, practitioner},
    platform::{
        audit_checkpoint, audit_head, audit_link, audit_log, encryption_key, feature_flag, idempotency_key,
        outbox_event, trusted_document, usage_bucket,
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
        describe::<api_key::Entity>(),
        describe::<partner_client::Entity>(),
        describe::<partner_assertion::Entity>(),
        describe::<federated_sign_in::Entity>(),
        describe::<identity_provider::Entity>(),
        describe::<user_token::Entity>(),
        describe::<one_time_code_secret::Entity>(),
        describe::<recovery_code::Entity>(),
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
        describe::<feature_flag::Entity>(),
        describe::<trusted_document::Entity>(),
        describe::<usage_bucket::Entity>(),
    ]
}
