//! The person on the other side: somebody the organization knows already, or a new one with a vault of their own.

use async_graphql::{Context, InputObject, OneofObject};
use chrono::Utc;
use entity::{
    Id, Sealed,
    identity::{permission::Permission, user},
    people::{
        patient,
        person::{self, columns},
        person_relationship, person_token,
    },
    platform::encryption_key::{self, KeyPurpose},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, DerivePartialModel, IdenStatic};
use zeroize::Zeroizing;

use crate::{
    kernel::{
        access::Permit,
        crypto::{SearchToken, WrappedDataKey},
        door::Door,
        error::{Error, Result},
        load::{Scoped, resource},
        text::printable,
        viewer::Viewer,
        write::Write,
    },
    people::patient_creation::data_keys,
};

/// Who the related person is. Exactly one.
#[derive(Clone, Debug, OneofObject)]
pub enum RelatedPersonInput {
    /// Another patient, within your reach.
    PatientId(Id<patient::Entity>),
    /// A user who stands for a person: a patient, a guardian.
    UserId(Id<user::Entity>),
    /// The person of another relationship within your reach: the parent of a second child.
    SameAsRelationshipId(Id<person_relationship::Entity>),
    /// Somebody whom the organization does not know yet.
    NewPerson(NewPersonInput),
}

/// Somebody whom the organization does not know yet. The name is sealed under keys of their own.
#[derive(Clone, Debug, InputObject)]
pub struct NewPersonInput {
    /// The given name, 1 to 100 characters.
    pub given_name: String,
    /// The family name, 1 to 100 characters; left out when nobody knows it.
    pub family_name: Option<String>,
}

/// The person whom the input names, made when they are new.
///
/// # Errors
///
/// `NOT_FOUND`, `INVALID_STATE` (a user without a person) and `VALIDATION_FAILED` on the fields of `related`.
pub(super) async fn resolve(
    write: &Write,
    permit: &Permit,
    related: RelatedPersonInput,
) -> Result<Id<person::Entity>> {
    match related {
        RelatedPersonInput::PatientId(id) => {
            let patient = write.lock(id, &[Permission::PatientWrite], "related.patientId", "patient").await?;
            Ok(patient.person_id)
        }
        RelatedPersonInput::UserId(id) => {
            let within_scope = user::Entity::scope(write.viewer()?).add(user::Column::Id.eq(id));
            let user = write.find::<user::Entity>(within_scope).await?;
            let user = user.ok_or_else(|| Error::not_found("related.userId", "user"))?;
            user.person_id
                .ok_or_else(|| Error::invalid_state("the user stands for no person: enter them as a new one"))
        }
        RelatedPersonInput::SameAsRelationshipId(id) => {
            let field = "related.sameAsRelationshipId";
            let row = write.lock(id, &[Permission::PatientWrite], field, "relationship").await?;
            Ok(row.related_person_id)
        }
        RelatedPersonInput::NewPerson(new) => enter(write, permit, new).await,
    }
}

async fn enter(write: &Write, permit: &Permit, new: NewPersonInput) -> Result<Id<person::Entity>> {
    let NewPersonInput { given_name, family_name } = new;
    let given = Zeroizing::new(printable(&given_name, 100, "related.newPerson.givenName")?);
    let family = match family_name {
        Some(name) => Some(Zeroizing::new(printable(&name, 100, "related.newPerson.familyName")?)),
        None => None,
    };
    let id = write.new_id();
    let (keys, wrapped) = data_keys(write, id)?;
    let relative = permit.relative(id, &wrapped)?;
    let row = person::ActiveModel {
        id: Set(id),
        given_name: Set(Some(relative.seal::<columns::GivenName>(&given)?)),
        family_name: Set(family
            .as_ref()
            .map(|name| relative.seal::<columns::FamilyName>(name))
            .transpose()?),
        ..Default::default()
    };
    write.insert(row).await?;
    write.insert_many(keys).await?;
    let family = family.as_ref().map_or("", |name| name.as_str());
    let tokens = SearchToken::names(write.keys(), &given, family);
    let tokens = tokens.into_iter().map(|token| person_token::ActiveModel {
        id: Set(write.new_id()),
        person_id: Set(id),
        kind: Set(person_token::PersonTokenKind::NamePrefix),
        token: Set(token.into_bytes()),
        ..Default::default()
    });
    write.insert_many(tokens.collect()).await?;
    Ok(id)
}

/// The names of a related person.
#[derive(Clone, DerivePartialModel)]
#[sea_orm(entity = "person::Entity")]
struct NameRow {
    id: Id<person::Entity>,
    created_at: chrono::DateTime<Utc>,
    given_name: Option<Sealed<columns::GivenName>>,
    family_name: Option<Sealed<columns::FamilyName>>,
}

resource!(NameRow of person);

/// A wrapped data key of a person's identity.
#[derive(Clone, DerivePartialModel)]
#[sea_orm(entity = "encryption_key::Entity")]
struct KeyRow {
    id: Id<encryption_key::Entity>,
    created_at: chrono::DateTime<Utc>,
    key_version: i32,
    wrapped: Vec<u8>,
}

resource!(KeyRow of encryption_key);

impl Scoped for encryption_key::Entity {
    /// A wrapped key opens nothing without the tenant's root key, which is behind a permit. Those of identity alone are asked
    /// for by themselves; the others travel with the facts of a decision.
    fn scope(_: &Viewer) -> Condition {
        Condition::all().add(encryption_key::Column::Purpose.eq(KeyPurpose::Identity))
    }
}

/// A key is rotated seldom; the newest are asked for.
const MOST_VERSIONS: u64 = 100;

/// Given and family name of somebody of the patient's family in one line.
///
/// # Errors
///
/// Those of the database; `INTERNAL` when the permit does not fit or a ciphertext does not authenticate.
pub(super) async fn name(
    ctx: &Context<'_>,
    permit: &Permit,
    person_id: Id<person::Entity>,
) -> Result<Option<String>> {
    let session = ctx.session().await?;
    let column = encryption_key::Column::PersonId.as_str();
    let Some(row) = session.load::<NameRow>(person_id).await? else { return Ok(None) };
    let keys = session.children::<KeyRow>(person_id.uuid(), column, MOST_VERSIONS).await?;
    let keys = keys.into_iter().map(|key| {
        Ok(WrappedDataKey {
            version: u32::try_from(key.key_version).map_err(Error::internal)?,
            wrapped: key.wrapped,
        })
    });
    let relative = permit.relative(person_id, &keys.collect::<Result<Vec<_>>>()?)?;
    let given = relative.unseal(row.given_name.as_ref())?;
    let family = relative.unseal(row.family_name.as_ref())?;
    let parts: Vec<&str> = [&given, &family].into_iter().flatten().map(|name| name.as_str()).collect();
    Ok(Some(parts.join(" ")).filter(|name| !name.is_empty()))
}
