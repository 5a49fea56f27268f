//! Writing who a patient is: inputs, the mutation and its rules.

use async_graphql::{Context, InputObject, MaybeUndefined, Object};
use chrono::NaiveDate;
use entity::{
    DataClass, Id, Sealed,
    identity::permission::Permission,
    people::{
        patient,
        person::{self, columns},
        person_token,
    },
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition};
use zeroize::Zeroizing;

use super::{EmergencyContact, PostalAddress, look};
use crate::{
    kernel::{
        access::{Action, Permit, Protected, Subject},
        crypto::{CryptoError, SearchToken, normalise_phone, normalise_ssn},
        door::{Door, Requires},
        error::{Error, Result, UserErrorCode},
        graphql::{Date, Payload, requires},
        record::Written,
        text::printable,
        write::Write,
    },
    people::patient::Patient,
};

/// Identity to write. A field that is left out stays as it is; null clears it.
#[derive(Clone, Debug, Default, InputObject)]
pub struct PatientIdentityInput {
    /// The given name, at most 100 characters.
    pub given_name: MaybeUndefined<String>,
    /// The middle name, at most 100 characters.
    pub middle_name: MaybeUndefined<String>,
    /// The family name, at most 100 characters.
    pub family_name: MaybeUndefined<String>,
    /// What the patient wants to be called, at most 100 characters.
    pub preferred_name: MaybeUndefined<String>,
    /// The day of birth: not in the future, not before 1900.
    pub birth_date: MaybeUndefined<Date>,
    /// The gender the patient states, at most 100 characters.
    pub gender: MaybeUndefined<String>,
    /// The pronouns the patient states, at most 100 characters.
    pub pronouns: MaybeUndefined<String>,
    /// Languages, best first; at most 20 of at most 100 characters.
    pub languages: MaybeUndefined<Vec<String>>,
    /// The phone number; without a country code it is read as of the United States.
    pub phone: MaybeUndefined<String>,
    /// The email address, at most 100 characters.
    pub email: MaybeUndefined<String>,
    /// The postal address.
    pub address: MaybeUndefined<PostalAddress>,
    /// The social security number, nine digits with or without hyphens.
    pub ssn: MaybeUndefined<String>,
    /// Whom to call in an emergency.
    pub emergency_contact: MaybeUndefined<EmergencyContact>,
}

/// Change who a patient is.
#[derive(Clone, Debug, InputObject)]
pub struct UpdatePatientIdentityInput {
    /// The patient.
    pub patient_id: Id<patient::Entity>,
    /// `version` of the patient as you read it.
    pub expected_version: i32,
    /// What changes.
    pub identity: PatientIdentityInput,
}

/// What can be changed about identity.
#[derive(Default)]
pub struct PatientIdentityMutation;

#[Object]
impl PatientIdentityMutation {
    /// Changes who a patient is. Needs a live relationship to the patient; what it returns passes the gates again.
    ///
    /// User errors: `NOT_FOUND`, `STALE_VERSION`, `VALIDATION_FAILED`, `ACCESS_DENIED`.
    #[graphql(directive = requires::apply(Permission::PhiWrite.into()), guard = "Requires(Permission::PhiWrite)")]
    async fn update_patient_identity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The patient and what changes.")] input: UpdatePatientIdentityInput,
    ) -> Result<Option<Payload<Patient>>> {
        let outcome = ctx.slot().write(|write| Box::pin(update(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }
}

async fn update(write: &Write, input: UpdatePatientIdentityInput) -> Result<Id<patient::Entity>> {
    let UpdatePatientIdentityInput { patient_id, expected_version, identity } = input;
    let patient = write.lock(patient_id, &[Permission::PhiWrite], "patientId", "patient").await?;
    let touched = patient::ActiveModel { id: Set(patient.id), ..Default::default() };
    write.update(patient.id, Some(expected_version), touched).await?;
    write_identity(write, patient.id, identity, "patient.update_identity").await?;
    write.emit("patient.identity_updated", "PATIENT", patient.id.uuid()).await?;
    Ok(patient.id)
}

/// Seals and stores identity, and makes its search tokens anew. The decision to write is taken here.
///
/// # Errors
///
/// `ACCESS_DENIED` when the decision is no, `VALIDATION_FAILED` for the first field that breaks a rule.
pub(in crate::people) async fn write_identity(
    write: &Write,
    patient_id: Id<patient::Entity>,
    input: PatientIdentityInput,
    operation: &'static str,
) -> Result<()> {
    let permit = write.decide(&look(patient_id, Action::Write, operation)).await?.map_err(|reason| {
        let message = format!("you may not write this patient's identity: {}", reason.code());
        Error::refused(UserErrorCode::AccessDenied, &["identity"], message)
    })?;
    let id = permit.person_id();
    let current = write
        .find::<person::Entity>(Condition::all().add(person::Column::Id.eq(id)))
        .await?
        .ok_or_else(|| Error::internal("a patient without a person"))?;
    let before = NamesBefore {
        given: current.given_name.clone(),
        family: current.family_name.clone(),
        id,
        patient_id,
    };

    let PatientIdentityInput {
        given_name,
        middle_name,
        family_name,
        preferred_name,
        birth_date,
        gender,
        pronouns,
        languages,
        phone,
        email,
        address,
        ssn,
        emergency_contact,
    } = input;
    let mut tokens = Tokens::default();
    let mut row = person::ActiveModel { id: Set(id), ..Default::default() };
    let today = write.now().date_naive();

    let names = (given_name.clone(), family_name.clone());
    tokens.replace_one("EMAIL", &email, |text| SearchToken::email(write.keys(), text), "identity.email")?;
    tokens.replace_one("PHONE", &phone, |text| SearchToken::phone(write.keys(), text), "identity.phone")?;
    tokens.replace_one("SSN", &ssn, |text| SearchToken::ssn(write.keys(), text), "identity.ssn")?;

    let sealer = Sealer { permit: &permit, row: &before };
    sealer.name(&mut row.given_name, given_name, "identity.givenName")?;
    sealer.name(&mut row.middle_name, middle_name, "identity.middleName")?;
    sealer.name(&mut row.family_name, family_name, "identity.familyName")?;
    sealer.name(&mut row.preferred_name, preferred_name, "identity.preferredName")?;
    sealer.name(&mut row.gender, gender, "identity.gender")?;
    sealer.name(&mut row.pronouns, pronouns, "identity.pronouns")?;
    sealer.name(&mut row.email, email, "identity.email")?;
    sealer.set(&mut row.phone, phone, |text| Ok(normalise_phone(&text)?))?;
    sealer.set(&mut row.ssn, ssn, |text| Ok(normalise_ssn(&text)?))?;
    sealer.set(&mut row.birth_date, birth_date, |Date(day)| plausible_birth(day, today))?;
    sealer.set(&mut row.languages, languages, |languages| languages_json(&languages))?;
    sealer.set(&mut row.address, address, |address| address_json(&address))?;
    sealer.set(&mut row.emergency_contact, emergency_contact, |contact| contact_json(&contact))?;

    // All input is checked: now the half of the name that stays may be opened.
    let (given_name, family_name) = names;
    if !given_name.is_undefined() || !family_name.is_undefined() {
        let given = resolve(&given_name, || before.given(&permit))?;
        let family = resolve(&family_name, || before.family(&permit))?;
        tokens.replace("NAME_PREFIX", SearchToken::names(write.keys(), &given, &family));
    }
    write.update(id, None, row).await?;
    tokens.store(write, id).await?;
    write.written(Written {
        operation,
        target_kind: "PERSON",
        target_id: id.uuid(),
        patient_id: Some(patient_id),
        fields: vec!["identity"],
    });
    Ok(())
}

struct NamesBefore {
    given: Option<Sealed<columns::GivenName>>,
    family: Option<Sealed<columns::FamilyName>>,
    id: Id<person::Entity>,
    patient_id: Id<patient::Entity>,
}

impl Protected for NamesBefore {
    const SUBJECT: Subject = Subject::Health;

    fn row_id(&self) -> uuid::Uuid {
        self.id.uuid()
    }

    fn patient_id(&self) -> Id<patient::Entity> {
        self.patient_id
    }

    fn label(&self) -> Option<DataClass> {
        None
    }
}

impl NamesBefore {
    fn given(&self, permit: &Permit) -> Result<Zeroizing<String>> {
        Ok(permit.consult_sealed(self, self.given.as_ref())?.unwrap_or_default())
    }

    fn family(&self, permit: &Permit) -> Result<Zeroizing<String>> {
        Ok(permit.consult_sealed(self, self.family.as_ref())?.unwrap_or_default())
    }
}

fn resolve(
    field: &MaybeUndefined<String>,
    before: impl FnOnce() -> Result<Zeroizing<String>>,
) -> Result<Zeroizing<String>> {
    match field {
        MaybeUndefined::Value(text) => Ok(Zeroizing::new(text.clone())),
        MaybeUndefined::Null => Ok(Zeroizing::default()),
        MaybeUndefined::Undefined => before(),
    }
}

/// Which kinds of search tokens change, and to what.
#[derive(Default)]
struct Tokens {
    kinds: Vec<&'static str>,
    tokens: Vec<SearchToken>,
}

impl Tokens {
    fn replace(&mut self, kind: &'static str, tokens: Vec<SearchToken>) {
        self.kinds.push(kind);
        self.tokens.extend(tokens);
    }

    fn replace_one(
        &mut self,
        kind: &'static str,
        field: &MaybeUndefined<String>,
        token: impl FnOnce(&str) -> Result<SearchToken, CryptoError>,
        name: &str,
    ) -> Result<()> {
        match field {
            MaybeUndefined::Undefined => Ok(()),
            MaybeUndefined::Null => {
                self.replace(kind, Vec::new());
                Ok(())
            }
            MaybeUndefined::Value(text) => {
                let token = token(text).map_err(|error| match error {
                    CryptoError::InvalidIdentifier(sentence) => Error::invalid(name, sentence),
                    other => other.into(),
                })?;
                self.replace(kind, vec![token]);
                Ok(())
            }
        }
    }

    async fn store(self, write: &Write, person_id: Id<person::Entity>) -> Result<()> {
        use person_token::{ActiveModel, Column, Entity, PersonTokenKind};
        use sea_orm::ActiveEnum;
        if self.kinds.is_empty() {
            return Ok(());
        }
        let kinds = self.kinds.iter().copied();
        write
            .erase::<Entity>(
                Condition::all().add(Column::PersonId.eq(person_id)).add(Column::Kind.is_in(kinds)),
            )
            .await?;
        let rows = self
            .tokens
            .into_iter()
            .map(|token| {
                let kind = PersonTokenKind::try_from_value(&token.kind().as_str().to_owned())?;
                Ok(ActiveModel {
                    id: Set(write.new_id()),
                    person_id: Set(person_id),
                    kind: Set(kind),
                    token: Set(token.into_bytes()),
                    ..Default::default()
                })
            })
            .collect::<Result<Vec<_>>>()?;
        write.insert_many(rows).await
    }
}

/// Seals values for the columns of one person.
struct Sealer<'p> {
    permit: &'p Permit,
    row: &'p NamesBefore,
}

impl Sealer<'_> {
    fn set<K: entity::ProtectedColumn, T>(
        &self,
        column: &mut sea_orm::ActiveValue<Option<Sealed<K>>>,
        field: MaybeUndefined<T>,
        plaintext: impl FnOnce(T) -> Result<String>,
    ) -> Result<()>
    where
        Option<Sealed<K>>: Into<sea_orm::Value>,
    {
        match field {
            MaybeUndefined::Undefined => {}
            MaybeUndefined::Null => *column = Set(None),
            MaybeUndefined::Value(value) => {
                let plaintext = Zeroizing::new(plaintext(value)?);
                *column = Set(Some(self.permit.seal(self.row, &plaintext)?));
            }
        }
        Ok(())
    }

    fn name<K: entity::ProtectedColumn>(
        &self,
        column: &mut sea_orm::ActiveValue<Option<Sealed<K>>>,
        field: MaybeUndefined<String>,
        name: &str,
    ) -> Result<()>
    where
        Option<Sealed<K>>: Into<sea_orm::Value>,
    {
        self.set(column, field, |text| printable(&text, 100, name))
    }
}

fn plausible_birth(day: NaiveDate, today: NaiveDate) -> Result<String> {
    let earliest = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap_or(NaiveDate::MIN);
    if (earliest..=today).contains(&day) {
        Ok(day.to_string())
    } else {
        Err(Error::invalid("identity.birthDate", "a day of birth lies between 1900-01-01 and today"))
    }
}

fn languages_json(languages: &[String]) -> Result<String> {
    if languages.len() > 20 {
        return Err(Error::invalid("identity.languages", "takes at most 20 languages"));
    }
    let languages = languages
        .iter()
        .map(|language| printable(language, 100, "identity.languages"))
        .collect::<Result<Vec<_>>>()?;
    serde_json::to_string(&languages).map_err(Error::internal)
}

fn address_json(address: &PostalAddress) -> Result<String> {
    let PostalAddress { line1, line2, city, state, postal_code } = address;
    printable(line1, 100, "identity.address.line1")?;
    printable(city, 100, "identity.address.city")?;
    line2.as_deref().map(|line| printable(line, 100, "identity.address.line2")).transpose()?;
    if state.len() != 2 || !state.chars().all(|letter| letter.is_ascii_uppercase()) {
        return Err(Error::invalid("identity.address.state", "takes two capital letters"));
    }
    let digits =
        |text: &str, length: usize| text.len() == length && text.chars().all(|digit| digit.is_ascii_digit());
    let zip = match postal_code.split_once('-') {
        Some((five, four)) => digits(five, 5) && digits(four, 4),
        None => digits(postal_code, 5),
    };
    if !zip {
        return Err(Error::invalid(
            "identity.address.postalCode",
            "takes five digits, or nine with a hyphen",
        ));
    }
    serde_json::to_string(address).map_err(Error::internal)
}

fn contact_json(contact: &EmergencyContact) -> Result<String> {
    let EmergencyContact { name, phone, relationship } = contact;
    printable(name, 100, "identity.emergencyContact.name")?;
    printable(phone, 100, "identity.emergencyContact.phone")?;
    relationship
        .as_deref()
        .map(|text| printable(text, 100, "identity.emergencyContact.relationship"))
        .transpose()?;
    serde_json::to_string(contact).map_err(Error::internal)
}
