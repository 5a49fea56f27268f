//! Patients in batches: everything that belongs to some hundred of them is one transaction.

use std::{collections::HashSet, ops::Range, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    DataClass, Gate, Id,
    consent::consent::{self, ConsentStatus, SignatureMethod},
    people::{
        care_team_member::{self, CareTeamRole},
        patient::{self, PatientStatus},
        person, person_token,
    },
    platform::encryption_key::{self, KeyPurpose, KeyState},
};
use sea_orm::ActiveValue::Set;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    ground::Ground,
    identity::{Identity, unknown},
    stories::{Fate, Forms, Giver},
};
use crate::kernel::{
    app::App,
    crypto::{DataKey, DataKeyPurpose, TenantKeys},
    error::{Error, Result},
    record::Written,
    write::Write,
};

/// How long ago the care of everybody began, and that of those who left ended.
const TREATED: TimeDelta = TimeDelta::days(60);
const LEFT: TimeDelta = TimeDelta::days(15);

/// Makes those patients of these numbers who are not there; returns how many.
pub(super) async fn make(app: &App, ground: Arc<Ground>, numbers: Range<u64>) -> Result<u64> {
    let keys = app.tenant_keys(ground.tenant_id).await?;
    let ids: Vec<_> = numbers.map(|number| (number, patient_id(ground.tenant_id, number))).collect();
    let slot = app.act_as(ground.tenant_id, ground.clerk.uuid(), "seed").await?;
    slot.write(|write| {
        Box::pin(async move {
            let known = write.known::<patient::Entity>(ids.iter().map(|(_, id)| id.uuid()).collect()).await?;
            let known: HashSet<Uuid> = known.into_iter().collect();
            let mut rows = Rows::default();
            for (number, id) in ids.into_iter().filter(|(_, id)| !known.contains(&id.uuid())) {
                rows.add(&ground, &keys, number, id, write.now(), &|| {
                    write.new_id::<patient::Entity>().uuid()
                })?;
            }
            let made = rows.patients.len() as u64;
            rows.write(write, &ground).await?;
            Ok(made)
        })
    })
    .await
}

#[derive(Default)]
struct Rows {
    persons: Vec<person::ActiveModel>,
    keys: Vec<encryption_key::ActiveModel>,
    tokens: Vec<person_token::ActiveModel>,
    patients: Vec<patient::ActiveModel>,
    teams: Vec<care_team_member::ActiveModel>,
    forms: Forms,
    written: Vec<Written>,
}

impl Rows {
    fn add(
        &mut self,
        ground: &Ground,
        keys: &TenantKeys,
        number: u64,
        id: Id<patient::Entity>,
        now: DateTime<Utc>,
        next_id: &dyn Fn() -> Uuid,
    ) -> Result<()> {
        let person_id = Id::new(next_id());
        let identity_key = self.data_key(keys, person_id, KeyPurpose::Identity, next_id)?;
        self.data_key(keys, person_id, KeyPurpose::Clinical, next_id)?;
        // Some stay de-identified.
        let identified = number % 50 != 49;
        if identified {
            let identity = Identity::of(number);
            self.persons.push(identity.seal(ground.tenant_id, person_id, &identity_key)?);
            self.tokens.extend(identity.tokens(keys, person_id, next_id)?);
        } else {
            self.persons.push(unknown(person_id));
        }
        let half = usize::from(!number.is_multiple_of(2));
        let (clinician, other_clinician) = (ground.clinicians[half], ground.clinicians[1 - half]);
        let label = if ground.is_part2_program { DataClass::Sud } else { DataClass::Directory };
        let giver = Giver { ground, number, patient_id: id, person_id, clinician, other_clinician, label };
        let consents = self.forms.add(&giver, now, next_id);
        let status = match number % 25 {
            21 => PatientStatus::Paused,
            22 | 23 => PatientStatus::Discharged,
            24 => PatientStatus::Inactive,
            _ => PatientStatus::Active,
        };
        let left = matches!(status, PatientStatus::Discharged | PatientStatus::Inactive);
        let team = [
            (ground.intake, CareTeamRole::Intake),
            (ground.supervisor, CareTeamRole::Supervisor),
            (clinician, CareTeamRole::Primary),
        ];
        for (practitioner_id, role) in team {
            let place = Id::new(next_id());
            self.teams.push(care_team_member::ActiveModel {
                id: Set(place),
                patient_id: Set(id),
                practitioner_id: Set(practitioner_id),
                role: Set(role),
                starts_at: Set(now - TREATED),
                ends_at: Set(left.then(|| now - LEFT)),
                ..Default::default()
            });
            let fields = vec!["practitioner", "role", "startsAt", "endsAt"];
            self.note("care_team.assign", "CARE_TEAM_MEMBER", place.uuid(), id, fields);
        }
        let location = ground.locations.get(usize::try_from(number % 3).unwrap_or_default());
        self.patients.push(patient::ActiveModel {
            id: Set(id),
            display_code: Set(display_code(number)),
            status: Set(status),
            person_id: Set(person_id),
            organization_id: Set(Id::new(ground.tenant_id)),
            location_id: Set(location.copied()),
            consent_epoch: Set(consents + 3),
            data_class: Set(Gate::new(label)),
            ..Default::default()
        });
        self.note("patient.create", "PATIENT", id.uuid(), id, vec!["displayCode", "status", "location"]);
        if identified {
            self.note("patient.create", "PERSON", person_id.uuid(), id, vec!["identity"]);
        }
        Ok(())
    }

    /// A new data key of the person; the row holds it wrapped.
    fn data_key(
        &mut self,
        keys: &TenantKeys,
        person_id: Id<person::Entity>,
        stored: KeyPurpose,
        next_id: &dyn Fn() -> Uuid,
    ) -> Result<DataKey> {
        let purpose = match stored {
            KeyPurpose::Identity => DataKeyPurpose::Identity,
            _ => DataKeyPurpose::Clinical,
        };
        let (key, wrapped) = keys.new_data_key(person_id.uuid(), purpose)?;
        self.keys.push(encryption_key::ActiveModel {
            id: Set(Id::new(next_id())),
            purpose: Set(stored),
            person_id: Set(Some(person_id)),
            key_version: Set(i32::try_from(wrapped.version).map_err(Error::internal)?),
            wrapped: Set(wrapped.wrapped),
            state: Set(KeyState::Active),
            ..Default::default()
        });
        Ok(key)
    }

    fn note(
        &mut self,
        operation: &'static str,
        target_kind: &'static str,
        target_id: Uuid,
        patient_id: Id<patient::Entity>,
        fields: Vec<&'static str>,
    ) {
        let patient_id = Some(patient_id);
        self.written.push(Written { operation, target_kind, target_id, patient_id, fields });
    }

    async fn write(mut self, write: &Write, ground: &Ground) -> Result<()> {
        for (consent, patient, fate) in self.forms.fates.clone() {
            let fields = vec!["kind", "scopes", "recipients", "purposes", "expiry"];
            let operation = if fate == Fate::Waits { "consent.draft" } else { "consent.record" };
            self.note(operation, "CONSENT", consent.uuid(), patient, fields);
            if fate == Fate::Revoked {
                let fields = vec!["status", "revokedAt", "revocationMethod"];
                self.note("consent.revoke", "CONSENT", consent.uuid(), patient, fields);
            }
        }
        let Self { persons, keys, tokens, patients, teams, forms, written } = self;
        let Forms { consents, scopes, recipients, fates } = forms;
        write.insert_batch(persons).await?;
        write.insert_batch(keys).await?;
        write.insert_batch(tokens).await?;
        write.insert_batch(patients).await?;
        write.insert_batch(teams).await?;
        write.insert_batch(consents).await?;
        write.insert_batch(scopes).await?;
        write.insert_batch(recipients).await?;
        let of = |wanted: &[Fate]| -> Vec<Id<consent::Entity>> {
            let those = fates.iter().filter(|(.., fate)| wanted.contains(fate));
            those.map(|(id, ..)| *id).collect()
        };
        let signed =
            consent::ActiveModel { status: Set(Gate::new(ConsentStatus::Active)), ..Default::default() };
        write.update_batch(&of(&[Fate::Signed, Fate::Revoked]), signed).await?;
        let revoked = consent::ActiveModel {
            status: Set(Gate::new(ConsentStatus::Revoked)),
            revoked_at: Set(Some(Gate::new(write.now() - LEFT))),
            revoked_by: Set(Some(Gate::new(ground.clerk))),
            revocation_method: Set(Some(Gate::new(SignatureMethod::Paper))),
            revocation_evidence_reference: Set(Some(Gate::new("Binder 0".to_owned()))),
            ..Default::default()
        };
        write.update_batch(&of(&[Fate::Revoked]), revoked).await?;
        for entry in written {
            write.written(entry);
        }
        Ok(())
    }
}

/// The id of the patient of this number: a version 7, a millisecond for each patient after the tenant's own.
fn patient_id(tenant_id: Uuid, number: u64) -> Id<patient::Entity> {
    let bytes = tenant_id.as_bytes();
    let founded = bytes[..6].iter().fold(0_u64, |moment, byte| moment << 8 | u64::from(*byte));
    let digest = Sha256::new().chain_update(bytes).chain_update(number.to_be_bytes()).finalize();
    let mut tail = [0_u8; 10];
    tail.copy_from_slice(&digest[..10]);
    Id::new(uuid::Builder::from_unix_timestamp_millis(founded + number, &tail).into_uuid())
}

/// Letters and digits that are not taken for one another when read aloud.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// A display code that no other number has: an odd factor turns the numbers below 2^40 into each other.
fn display_code(number: u64) -> String {
    let mut rest = number.wrapping_mul(0x9e_3779_b97f) & 0xff_ffff_ffff;
    let mut code = String::with_capacity(9);
    for place in 0..8 {
        if place == 4 {
            code.push('-');
        }
        code.push(char::from(ALPHABET[usize::try_from(rest % 32).unwrap_or_default()]));
        rest /= 32;
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_patients_of_a_tenant_share_a_display_code_or_an_id() {
        let tenant = Uuid::from_u128(0x019a_0000_0000_7000_8000_0000_0000_0001);
        let codes: HashSet<String> = (0..200_000).map(display_code).collect();
        let ids: HashSet<Uuid> = (0..200_000).map(|number| patient_id(tenant, number).uuid()).collect();
        assert_eq!((codes.len(), ids.len()), (200_000, 200_000));
    }
}
