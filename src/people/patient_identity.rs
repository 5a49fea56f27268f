//! Who a patient is: the vault behind `Patient.identity`.

mod minimum_necessary;
mod writing;

use async_graphql::{Context, InputObject, SimpleObject};
use chrono::{NaiveDate, Utc};
use entity::{
    DataClass, Id, Sealed,
    people::{
        patient,
        person::{self, columns},
    },
};
use sea_orm::{Condition, DerivePartialModel};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

use crate::kernel::{
    access::{Action, Gated, Permit, Protected, Subject},
    door::Door,
    error::{Error, Result},
    graphql::Date,
    load::{Scoped, resource},
    session::{Look, Session},
    viewer::Viewer,
};
pub(super) use writing::write_identity;
pub use writing::{PatientIdentityInput, PatientIdentityMutation, UpdatePatientIdentityInput};

/// Who a patient is and how to reach them (45 CFR 160.103). Every field may be missing.
#[derive(Clone, Debug, SimpleObject)]
pub struct PatientIdentity {
    /// Given, middle and family name in one line; null when all are missing.
    pub full_name: Option<String>,
    /// The given name.
    pub given_name: Option<String>,
    /// The middle name.
    pub middle_name: Option<String>,
    /// The family name.
    pub family_name: Option<String>,
    /// What the patient wants to be called.
    pub preferred_name: Option<String>,
    /// The day of birth.
    pub birth_date: Option<Date>,
    /// The gender the patient states.
    pub gender: Option<String>,
    /// The pronouns the patient states.
    pub pronouns: Option<String>,
    /// Languages the patient speaks, best first.
    pub languages: Vec<String>,
    /// The phone number, E.164 where it could be read.
    pub phone: Option<String>,
    /// The email address.
    pub email: Option<String>,
    /// The postal address.
    pub address: Option<PostalAddress>,
    /// The last four digits of the social security number.
    pub ssn_last4: Option<String>,
    /// Whom to call in an emergency.
    pub emergency_contact: Option<EmergencyContact>,
    /// Fields that are there and were left out, since the purpose of this look does not need them (45 CFR 164.502(b)): such
    /// as `birthDate` for `OPERATIONS`. Empty for treatment, and for the patient.
    pub omitted: Vec<String>,
}

/// A postal address in the United States.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject, InputObject, Serialize, Deserialize)]
#[graphql(input_name = "PostalAddressInput")]
pub struct PostalAddress {
    /// Street and number.
    pub line1: String,
    /// Apartment, unit; null when there is none.
    pub line2: Option<String>,
    /// The city.
    pub city: String,
    /// The state, two capital letters.
    pub state: String,
    /// The ZIP code: five digits, or nine with a hyphen.
    pub postal_code: String,
}

/// Whom to call in an emergency.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject, InputObject, Serialize, Deserialize)]
#[graphql(input_name = "EmergencyContactInput")]
pub struct EmergencyContact {
    /// The contact's name.
    pub name: String,
    /// The contact's phone number.
    pub phone: String,
    /// What the contact is to the patient.
    pub relationship: Option<String>,
}

/// The columns of the vault.
#[derive(Clone, DerivePartialModel)]
#[sea_orm(entity = "person::Entity")]
struct PersonRow {
    id: Id<person::Entity>,
    created_at: chrono::DateTime<Utc>,
    given_name: Option<Sealed<columns::GivenName>>,
    middle_name: Option<Sealed<columns::MiddleName>>,
    family_name: Option<Sealed<columns::FamilyName>>,
    preferred_name: Option<Sealed<columns::PreferredName>>,
    birth_date: Option<Sealed<columns::BirthDate>>,
    gender: Option<Sealed<columns::Gender>>,
    pronouns: Option<Sealed<columns::Pronouns>>,
    languages: Option<Sealed<columns::Languages>>,
    phone: Option<Sealed<columns::Phone>>,
    email: Option<Sealed<columns::Email>>,
    address: Option<Sealed<columns::Address>>,
    ssn: Option<Sealed<columns::Ssn>>,
    emergency_contact: Option<Sealed<columns::EmergencyContact>>,
}

resource!(PersonRow of person);

impl Scoped for person::Entity {
    /// Ciphertext alone leaves this table; whose row may be opened is the permit's matter.
    fn scope(_: &Viewer) -> Condition {
        Condition::all()
    }
}

/// A person's row, known to be that of a patient.
pub struct Vault {
    row: PersonRow,
    patient_id: Id<patient::Entity>,
}

impl Protected for Vault {
    const SUBJECT: Subject = Subject::Health;

    fn row_id(&self) -> uuid::Uuid {
        self.row.id.uuid()
    }

    fn patient_id(&self) -> Id<patient::Entity> {
        self.patient_id
    }

    fn label(&self) -> Option<DataClass> {
        None
    }
}

impl Vault {
    /// Given and family name; empty where missing.
    ///
    /// # Errors
    ///
    /// `INTERNAL` when the permit does not fit or a ciphertext does not authenticate.
    pub fn names(&self, permit: &Permit) -> Result<(Zeroizing<String>, Zeroizing<String>)> {
        let given = permit.unseal(self, self.row.given_name.as_ref())?.unwrap_or_default();
        let family = permit.unseal(self, self.row.family_name.as_ref())?.unwrap_or_default();
        Ok((given, family))
    }

    /// Keeps the patients whose vault meets a condition that only plaintext can tell.
    ///
    /// # Errors
    ///
    /// Those of the database and of `condition`.
    pub async fn keep(
        session: &Session,
        permits: Vec<(Id<patient::Entity>, Permit)>,
        condition: impl Fn(&Self, &Permit) -> Result<bool>,
    ) -> Result<Vec<(Id<patient::Entity>, Permit)>> {
        let people = permits.iter().map(|(_, permit)| permit.person_id()).collect();
        let rows = session.load_many::<PersonRow>(people).await?;
        let mut kept = Vec::new();
        for (patient_id, permit) in permits {
            let Some(row) = rows.get(&permit.person_id()).cloned() else { continue };
            if condition(&Self { row, patient_id }, &permit)? {
                kept.push((patient_id, permit));
            }
        }
        Ok(kept)
    }

    fn identity(&self, permit: &Permit) -> Result<PatientIdentity> {
        let row = &self.row;
        let given_name = self.text(permit, row.given_name.as_ref())?;
        let middle_name = self.text(permit, row.middle_name.as_ref())?;
        let family_name = self.text(permit, row.family_name.as_ref())?;
        let parts: Vec<&str> =
            [&given_name, &middle_name, &family_name].into_iter().flatten().map(String::as_str).collect();
        let ssn = permit.unseal(self, row.ssn.as_ref())?;
        let birth_date = permit.unseal(self, row.birth_date.as_ref())?;
        let identity = PatientIdentity {
            full_name: Some(parts.join(" ")).filter(|name| !name.is_empty()),
            given_name,
            middle_name,
            family_name,
            preferred_name: self.text(permit, row.preferred_name.as_ref())?,
            birth_date: birth_date.and_then(|text| text.parse::<NaiveDate>().ok()).map(Date),
            gender: self.text(permit, row.gender.as_ref())?,
            pronouns: self.text(permit, row.pronouns.as_ref())?,
            languages: self.json(permit, row.languages.as_ref())?.unwrap_or_default(),
            phone: self.text(permit, row.phone.as_ref())?,
            email: self.text(permit, row.email.as_ref())?,
            address: self.json(permit, row.address.as_ref())?,
            ssn_last4: ssn.and_then(|ssn| ssn.get(ssn.len().saturating_sub(4)..).map(str::to_owned)),
            emergency_contact: self.json(permit, row.emergency_contact.as_ref())?,
            omitted: Vec::new(),
        };
        Ok(match permit.minimum_necessary_for() {
            Some(purpose) => identity.limited_to(purpose),
            None => identity,
        })
    }

    fn text<K: entity::ProtectedColumn>(
        &self,
        permit: &Permit,
        sealed: Option<&Sealed<K>>,
    ) -> Result<Option<String>> {
        Ok(permit.unseal(self, sealed)?.map(|text| text.as_str().to_owned()))
    }

    fn json<K: entity::ProtectedColumn, T: DeserializeOwned>(
        &self,
        permit: &Permit,
        sealed: Option<&Sealed<K>>,
    ) -> Result<Option<T>> {
        permit
            .unseal(self, sealed)?
            .map(|text| {
                serde_json::from_str(&text)
                    .map_err(|_| Error::internal("a structured sealed value is malformed"))
            })
            .transpose()
    }
}

const FIELDS: &[&str] = &["identity"];

const fn look(patient_id: Id<patient::Entity>, action: Action, operation: &'static str) -> Look {
    Look {
        patient_id,
        floor: DataClass::Directory,
        label: None,
        action,
        subject: Subject::Health,
        operation,
        fields: FIELDS,
        author: None,
    }
}

/// The identity of a patient, decided on and recorded.
///
/// # Errors
///
/// Those of the database; a refusal is a value.
pub(crate) async fn identity(
    ctx: &Context<'_>,
    patient_id: Id<patient::Entity>,
) -> Result<Option<Gated<PatientIdentity>>> {
    let permit = match ctx.decide(look(patient_id, Action::View, "patient.identity")).await? {
        Ok(permit) => permit,
        Err(withheld) => return Ok(Some(Gated::Withheld(withheld))),
    };
    let Some(row) = ctx.session().await?.load::<PersonRow>(permit.person_id()).await? else {
        return Ok(None);
    };
    Ok(Some(Gated::Value(Vault { row, patient_id }.identity(&permit)?)))
}
