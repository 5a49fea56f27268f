//! Who a patient is: the vault behind `Patient.identity`.

use async_graphql::{Context, InputObject, MaybeUndefined, Object, SimpleObject};
use chrono::{NaiveDate, Utc};
use entity::{
    DataClass, Id, Sealed,
    identity::permission::Permission,
    people::{
        patient,
        person::{self, columns},
        person_token,
    },
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, DerivePartialModel};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

use super::patient::Patient;
use crate::kernel::{
    access::{Action, Gated, Permit, Protected, Subject},
    crypto::{CryptoError, SearchToken, normalise_phone, normalise_ssn},
    door::{Door, Requires},
    error::{Error, Result, UserErrorCode},
    graphql::{Date, Payload, requires},
    load::{Scoped, resource},
    record::Written,
    session::{Look, Session},
    text::printable,
    viewer::Viewer,
    write::Write,
};

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
    fn row_id(&self) -> uuid::Uuid {
        self.row.id.uuid()
    }

    fn patient_id(&self) -> Id<patient::Entity> {
        self.patient_id
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
        Ok(PatientIdentity {
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
    }
}

/// The identity of a patient, decided on and recorded.
///
/// # Errors
///
/// Those of the database; a refusal is a value.
pub(super) async fn identity(
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
    let patient = write.lock(patient_id, "patientId", "patient").await?;
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
pub(super) async fn write_identity(
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

    if !given_name.is_undefined() || !family_name.is_undefined() {
        let given = resolve(&given_name, || before.given(&permit))?;
        let family = resolve(&family_name, || before.family(&permit))?;
        tokens.replace("NAME_PREFIX", SearchToken::names(write.keys(), &given, &family));
    }
    tokens.replace_one("EMAIL", &email, |text| SearchToken::email(write.keys(), text), "identity.email")?;
    tokens.replace_one("PHONE", &phone, |text| SearchToken::phone(write.keys(), text), "identity.phone")?;
    tokens.replace_one("SSN", &ssn, |text| SearchToken::ssn(write.keys(), text), "identity.ssn")?;

    let sealer = Sealer { permit: &permit, id };
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
    fn row_id(&self) -> uuid::Uuid {
        self.id.uuid()
    }

    fn patient_id(&self) -> Id<patient::Entity> {
        self.patient_id
    }
}

impl NamesBefore {
    fn given(&self, permit: &Permit) -> Result<Zeroizing<String>> {
        Ok(permit.unseal(self, self.given.as_ref())?.unwrap_or_default())
    }

    fn family(&self, permit: &Permit) -> Result<Zeroizing<String>> {
        Ok(permit.unseal(self, self.family.as_ref())?.unwrap_or_default())
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
    id: Id<person::Entity>,
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
                *column = Set(Some(self.permit.seal(self.id.uuid(), &plaintext)?));
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
