//! How a demo patient comes in: entered by intake, given a care team, asked for a consent.

use entity::{
    Id,
    identity::user,
    people::patient::{self, PatientStatus},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition};
use serde_json::{Value, json};

use super::{
    consents::Parties,
    patients::{Identity, Patient},
    scene::{Scene, id},
    staff::Staff,
    tenants::{DemoTenant, Ground},
};
use crate::{
    identity::user_creation::{NewAssignment, NewUser, create_user},
    kernel::{
        error::{Error, Result},
        record::Written,
        write::Write,
    },
};

/// How long those are treated who are not treated any more.
const DAYS_TREATED: i64 = 30;

/// Enters one patient with everything that belongs to it.
pub(super) async fn admit(
    scene: &Scene,
    tenant: &'static DemoTenant,
    staff: &Staff,
    ground: &Ground,
    hash: &str,
    patient: &'static Patient,
) -> Result<()> {
    let mut input = json!({ "locationId": ground.locations[patient.place].to_string() });
    if let Some(identity) = &patient.identity {
        input["identity"] = identity.input();
    }
    let entered = scene.mutate(staff.user("assistant")?, "createPatient", "id", input).await?;
    let patient_id = id(&entered)?;
    let admin = staff.user("admin")?;
    let left = matches!(patient.status, PatientStatus::Discharged | PatientStatus::Inactive);
    for (login, role) in patient.team {
        let mut input = json!({
            "patientId": entered["id"],
            "practitionerId": staff.practitioner(login)?.to_string(),
            "role": role,
        });
        if left {
            input["endsAt"] = json!(scene.now() + chrono::TimeDelta::days(DAYS_TREATED));
        }
        scene.mutate(admin, "assignCareTeam", "id", input).await?;
    }
    let mut patient_user = None;
    if let Some(login) = patient.login {
        let email = tenant.email(login);
        let hash = hash.to_owned();
        let created =
            scene.write(admin, |write| Box::pin(create_patient_user(write, patient_id, email, hash)));
        patient_user = Some(created.await?);
    }
    scene.days_pass(1);
    let parties = Parties { tenant, staff, ground, patient_id, patient_user };
    patient.story.happens(scene, &parties).await?;
    if patient.status != PatientStatus::Active {
        scene.days_pass(DAYS_TREATED);
        scene.write(admin, |write| Box::pin(change_status(write, patient_id, patient.status))).await?;
    }
    Ok(())
}

impl Identity {
    fn input(&self) -> Value {
        json!({
            "givenName": self.given_name,
            "middleName": self.middle_name,
            "familyName": self.family_name,
            "preferredName": self.preferred_name,
            "birthDate": self.birth_date,
            "gender": self.gender,
            "pronouns": self.pronouns,
            "languages": self.languages,
            "phone": self.phone,
            "email": self.email,
            "ssn": self.ssn,
            "address": {
                "line1": self.address.0,
                "city": self.address.1,
                "state": self.address.2,
                "postalCode": self.address.3,
            },
            "emergencyContact": {
                "name": self.emergency_contact.0,
                "phone": self.emergency_contact.1,
                "relationship": self.emergency_contact.2,
            },
        })
    }
}

/// The user by whom a patient signs in.
async fn create_patient_user(
    write: &Write,
    patient_id: Id<patient::Entity>,
    email: String,
    hash: String,
) -> Result<Id<user::Entity>> {
    let found = write.find::<patient::Entity>(Condition::all().add(patient::Column::Id.eq(patient_id)));
    let person_id = found.await?.ok_or_else(|| Error::internal("a patient is missing"))?.person_id;
    let new = NewUser {
        email,
        password_hash: Some(hash),
        roles: vec![NewAssignment { role: "PATIENT", ..Default::default() }],
        person_id: Some(person_id),
        practitioner: None,
    };
    Ok(create_user(write, new).await?.user_id)
}

/// The API has no mutation for it yet.
async fn change_status(write: &Write, patient_id: Id<patient::Entity>, status: PatientStatus) -> Result<()> {
    let change = patient::ActiveModel { status: Set(status), ..Default::default() };
    write.update(patient_id, None, change).await?;
    write.written(Written {
        operation: "patient.change_status",
        target_kind: "PATIENT",
        target_id: patient_id.uuid(),
        patient_id: Some(patient_id),
        fields: vec!["status"],
    });
    write.emit("patient.status_changed", "PATIENT", patient_id.uuid()).await
}
