//! Entering a patient.

use async_graphql::{Context, InputObject, Object};
use entity::{
    DataClass, Gate, Id,
    identity::permission::Permission,
    people::{
        care_team_member::{self, CareTeamRole},
        patient::{self, PatientStatus},
        person,
    },
    platform::encryption_key::{self, KeyPurpose, KeyState},
    tenancy::{location, organization},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition};
use sha2::{Digest, Sha256};

use super::{
    patient::Patient,
    patient_identity::{PatientIdentityInput, write_identity},
};
use crate::kernel::{
    crypto::{DataKeyPurpose, WrappedDataKey},
    door::{Door, Requires},
    error::{Error, Result},
    graphql::{Payload, requires},
    record::Written,
    write::{Idempotency, Write},
};

/// A patient to enter.
#[derive(Clone, Debug, InputObject)]
pub struct CreatePatientInput {
    /// Where the patient is served. A Part 2 unit makes everything about the patient a SUD record (42 CFR 2.11).
    pub location_id: Option<Id<location::Entity>>,
    /// Who the patient is; left out, the patient stays de-identified. Needs the permission `phi.write`.
    pub identity: Option<PatientIdentityInput>,
    /// A key of your choice, 1 to 200 characters: the same key and input within 24 hours create the patient once.
    pub idempotency_key: Option<String>,
}

/// What can be changed: patients entered.
#[derive(Default)]
pub struct PatientCreationMutation;

#[Object]
impl PatientCreationMutation {
    /// Enters a patient. A practitioner who does it joins the care team as `INTAKE`.
    ///
    /// User errors: `NOT_FOUND` (location), `VALIDATION_FAILED`, `ACCESS_DENIED`, `IDEMPOTENCY_CONFLICT`.
    #[graphql(directive = requires::apply(Permission::PatientWrite.into()), guard = "Requires(Permission::PatientWrite)")]
    async fn create_patient(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The patient to enter.")] mut input: CreatePatientInput,
    ) -> Result<Option<Payload<Patient>>> {
        if input.identity.is_some() {
            ctx.viewer()?.require(Permission::PhiWrite)?;
        }
        let key = input.idempotency_key.take();
        let fingerprint = async_graphql::InputType::to_value(&input);
        let outcome = match key.map(|key| Idempotency::new(key, "patient.create", &fingerprint)).transpose() {
            Ok(once) => ctx.slot().write_once(once, |write| Box::pin(create(write, input))).await,
            Err(error) => Err(error),
        };
        ctx.shown(outcome).await.map(Some)
    }
}

async fn create(write: &Write, input: CreatePatientInput) -> Result<Id<patient::Entity>> {
    let CreatePatientInput { location_id, identity, idempotency_key: _ } = input;
    let (organization_id, label) = unit(write, location_id).await?;
    let person_id = write.new_id();
    let patient_id = write.new_id();
    write.makes_patient(patient_id);
    write.insert(person::ActiveModel { id: Set(person_id), ..Default::default() }).await?;
    write.insert_many(data_keys(write, person_id)?.0).await?;
    write
        .insert(patient::ActiveModel {
            id: Set(patient_id),
            display_code: Set(display_code(write)),
            status: Set(PatientStatus::Active),
            person_id: Set(person_id),
            organization_id: Set(organization_id),
            location_id: Set(location_id),
            data_class: Set(Gate::new(label)),
            ..Default::default()
        })
        .await?;
    if let Some(practitioner_id) = write.principal()?.practitioner_id {
        write
            .insert(care_team_member::ActiveModel {
                id: Set(write.new_id()),
                patient_id: Set(patient_id),
                practitioner_id: Set(practitioner_id),
                role: Set(CareTeamRole::Intake),
                // What the request began with decides whom it may see, so the result would be out of reach otherwise.
                starts_at: Set(write.viewer()?.asked_at()),
                ..Default::default()
            })
            .await?;
    }
    write.written(Written {
        operation: "patient.create",
        target_kind: "PATIENT",
        target_id: patient_id.uuid(),
        patient_id: Some(patient_id),
        fields: vec!["displayCode", "status", "location"],
    });
    if let Some(identity) = identity {
        write_identity(write, patient_id, identity, "patient.create").await?;
    }
    write.emit("patient.created", "PATIENT", patient_id.uuid()).await?;
    Ok(patient_id)
}

/// The organization that serves the patient, and the label that everything about the patient starts from.
async fn unit(
    write: &Write,
    location_id: Option<Id<location::Entity>>,
) -> Result<(Id<organization::Entity>, DataClass)> {
    let location = match location_id {
        None => None,
        Some(id) => Some(
            write
                .find::<location::Entity>(Condition::all().add(location::Column::Id.eq(id)))
                .await?
                .ok_or_else(|| Error::not_found("locationId", "location"))?,
        ),
    };
    let organization_id =
        location.as_ref().map_or(Id::new(write.tenant_id()), |location| location.organization_id);
    write.hold_part2_flags().await?;
    let part2 = write.is_part2(location_id).await?;
    Ok((organization_id, if part2 { DataClass::Sud } else { DataClass::Directory }))
}

/// New data keys of a person, for every purpose, and those of the identity to seal with at once.
///
/// # Errors
///
/// Those of randomness.
pub(super) fn data_keys(
    write: &Write,
    person_id: Id<person::Entity>,
) -> Result<(Vec<encryption_key::ActiveModel>, Vec<WrappedDataKey>)> {
    let purposes =
        [(KeyPurpose::Identity, DataKeyPurpose::Identity), (KeyPurpose::Clinical, DataKeyPurpose::Clinical)];
    let mut rows = Vec::new();
    let mut identity = Vec::new();
    for (stored, purpose) in purposes {
        let (_, wrapped) = write.keys().new_data_key(person_id.uuid(), purpose)?;
        rows.push(encryption_key::ActiveModel {
            id: Set(write.new_id()),
            purpose: Set(stored),
            person_id: Set(Some(person_id)),
            key_version: Set(i32::try_from(wrapped.version).map_err(Error::internal)?),
            wrapped: Set(wrapped.wrapped.clone()),
            state: Set(KeyState::Active),
            ..Default::default()
        });
        if stored == KeyPurpose::Identity {
            identity.push(wrapped);
        }
    }
    Ok((rows, identity))
}

/// Letters and digits that are not taken for one another when read aloud.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// A handle made of an id that is stored nowhere: nothing about the person, the row or the time can be read from it.
fn display_code(write: &Write) -> String {
    let digest = Sha256::digest(write.new_id::<patient::Entity>().uuid().as_bytes());
    let letters: String =
        digest.iter().take(8).map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
    format!("{}-{}", &letters[..4], &letters[4..])
}
