//! Making a user with roles, and the practitioner behind it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use entity::{
    Id,
    identity::{
        permission::Permission,
        role, role_assignment,
        role_permission::Reach,
        user::{self, UserStatus},
    },
    people::{
        person,
        practitioner::{self, PractitionerKind, PractitionerStatus},
    },
    tenancy::location,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition};

use super::{role::within_rank, role_assignment::OWNER};
use crate::{
    kernel::{
        crypto::{CryptoError, SearchToken},
        error::{Error, Result},
        record::Written,
        write::Write,
    },
    tenancy::provision::role_id,
};

/// A user to be made.
#[derive(Clone, Debug, Default)]
pub struct NewUser {
    /// The email address; only a keyed token of it is stored.
    pub email: String,
    /// The hash of the password (argon2id), when the user signs in with one.
    pub password_hash: Option<String>,
    /// The roles.
    pub roles: Vec<NewAssignment>,
    /// The human, when it is a patient.
    pub person_id: Option<Id<person::Entity>>,
    /// The practitioner behind the user.
    pub practitioner: Option<NewPractitioner>,
}

/// A role to be given.
#[derive(Clone, Debug, Default)]
pub struct NewAssignment {
    /// The role's key.
    pub role: &'static str,
    /// Confined to this location.
    pub location_id: Option<Id<location::Entity>>,
    /// Until when.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A practitioner to be made.
#[derive(Clone, Debug)]
pub struct NewPractitioner {
    /// What the practitioner does.
    pub kind: PractitionerKind,
    /// The name under which the practitioner practises.
    pub professional_name: String,
    /// The National Provider Identifier.
    pub npi: Option<String>,
    /// The department.
    pub department: Option<String>,
    /// States of licence.
    pub licensed_states: Vec<String>,
    /// Languages of care.
    pub care_languages: Vec<String>,
}

impl NewPractitioner {
    /// A licensed clinician with nothing but a name.
    pub fn named(professional_name: &str) -> Self {
        Self {
            kind: PractitionerKind::Practitioner,
            professional_name: professional_name.to_owned(),
            npi: None,
            department: None,
            licensed_states: Vec::new(),
            care_languages: Vec::new(),
        }
    }
}

/// A user that was made.
#[derive(Clone, Copy, Debug)]
pub struct CreatedUser {
    /// The user.
    pub user_id: Id<user::Entity>,
    /// The practitioner behind the user.
    pub practitioner_id: Option<Id<practitioner::Entity>>,
}

/// Makes an active user.
///
/// # Errors
///
/// `ALREADY_EXISTS` when the tenant has a user with this email, `VALIDATION_FAILED` when it is no address.
pub async fn create_user(write: &Write, new: NewUser) -> Result<CreatedUser> {
    let created = insert_user(write, UserStatus::Active, new).await?;
    write.written(Written {
        operation: "user.create",
        target_kind: "USER",
        target_id: created.user_id.uuid(),
        patient_id: None,
        fields: vec!["status", "email", "roles"],
    });
    write.emit("user.created", "USER", created.user_id.uuid()).await?;
    Ok(created)
}

/// Stores a user; the caller puts it into the record.
///
/// # Errors
///
/// As [`create_user`].
pub async fn insert_user(write: &Write, status: UserStatus, new: NewUser) -> Result<CreatedUser> {
    let NewUser { email, password_hash, roles, person_id, practitioner } = new;
    let token = SearchToken::email(write.keys(), &email).map_err(|error| match error {
        CryptoError::InvalidIdentifier(sentence) => Error::invalid("email", sentence),
        other => other.into(),
    })?;
    let user_id = write.new_id();
    write
        .insert(user::ActiveModel {
            id: Set(user_id),
            person_id: Set(person_id),
            status: Set(status),
            email_token: Set(Some(token.into_bytes())),
            password_hash: Set(password_hash),
            ..Default::default()
        })
        .await?;
    for NewAssignment { role, location_id, expires_at } in roles {
        write
            .insert(role_assignment::ActiveModel {
                id: Set(write.new_id()),
                user_id: Set(user_id),
                role_id: Set(role_id(write, role).await?),
                location_id: Set(location_id),
                expires_at: Set(expires_at),
                ..Default::default()
            })
            .await?;
    }
    let practitioner_id = match practitioner {
        Some(practitioner) => Some(insert_practitioner(write, user_id, practitioner).await?),
        None => None,
    };
    Ok(CreatedUser { user_id, practitioner_id })
}

/// Gives a user the roles with these keys, as far as the viewer may: for everything of the tenant, and none of a higher
/// rank than their own.
///
/// # Errors
///
/// `FORBIDDEN` without `role.assign` for the whole tenant, `NOT_FOUND` and `RANK_TOO_LOW` on `roleKeys`.
pub async fn assign_roles(write: &Write, user_id: Id<user::Entity>, keys: &[String]) -> Result<()> {
    if keys.is_empty() {
        return Ok(());
    }
    let viewer = write.viewer()?;
    if viewer.require(Permission::RoleAssign)? != Reach::Tenant {
        return Err(Error::Forbidden(Permission::RoleAssign));
    }
    for key in keys.iter().collect::<BTreeSet<_>>() {
        let by_key = Condition::all().add(role::Column::Key.eq(key));
        let role = write.find::<role::Entity>(by_key).await?;
        let role = role.ok_or_else(|| Error::not_found("roleKeys", "role"))?;
        within_rank(write, role.rank, "roleKeys")?;
        if role.key == OWNER {
            write.require_fresh_proof()?;
        }
        write
            .insert(role_assignment::ActiveModel {
                id: Set(write.new_id()),
                user_id: Set(user_id),
                role_id: Set(role.id),
                ..Default::default()
            })
            .await?;
    }
    Ok(())
}

/// Stores an active user of a patient's family, who signs in with a contact that was proved; the caller puts it into the
/// record.
///
/// # Errors
///
/// Those of the database.
pub async fn insert_family_user(write: &Write, contact_token: [u8; 32]) -> Result<Id<user::Entity>> {
    let user_id = write.new_id();
    write
        .insert(user::ActiveModel {
            id: Set(user_id),
            status: Set(UserStatus::Active),
            contact_token: Set(Some(contact_token.to_vec())),
            ..Default::default()
        })
        .await?;
    write
        .insert(role_assignment::ActiveModel {
            id: Set(write.new_id()),
            user_id: Set(user_id),
            role_id: Set(role_id(write, FAMILY).await?),
            ..Default::default()
        })
        .await?;
    Ok(user_id)
}

/// The role of those with whom patients share.
const FAMILY: &str = "FAMILY";

async fn insert_practitioner(
    write: &Write,
    user_id: Id<user::Entity>,
    new: NewPractitioner,
) -> Result<Id<practitioner::Entity>> {
    let NewPractitioner { kind, professional_name, npi, department, licensed_states, care_languages } = new;
    let id = write.new_id();
    write
        .insert(practitioner::ActiveModel {
            id: Set(id),
            user_id: Set(Some(user_id)),
            kind: Set(kind),
            status: Set(PractitionerStatus::Active),
            professional_name: Set(professional_name),
            npi: Set(npi),
            department: Set(department),
            licensed_states: Set(licensed_states),
            care_languages: Set(care_languages),
            ..Default::default()
        })
        .await?;
    Ok(id)
}
