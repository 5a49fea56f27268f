//! `phi.persons`: the encrypted vault of every human.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::{Id, Sealed, table::classify};

/// A row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(schema_name = "phi", table_name = "persons")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Id<Entity>,
    pub given_name: Option<Sealed<columns::GivenName>>,
    pub middle_name: Option<Sealed<columns::MiddleName>>,
    pub family_name: Option<Sealed<columns::FamilyName>>,
    pub preferred_name: Option<Sealed<columns::PreferredName>>,
    pub birth_date: Option<Sealed<columns::BirthDate>>,
    pub gender: Option<Sealed<columns::Gender>>,
    pub pronouns: Option<Sealed<columns::Pronouns>>,
    pub languages: Option<Sealed<columns::Languages>>,
    pub phone: Option<Sealed<columns::Phone>>,
    pub email: Option<Sealed<columns::Email>>,
    pub address: Option<Sealed<columns::Address>>,
    pub ssn: Option<Sealed<columns::Ssn>>,
    pub emergency_contact: Option<Sealed<columns::EmergencyContact>>,
    pub merged_into_id: Option<Id<Entity>>,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<Uuid>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: Option<Uuid>,
    pub version: i32,
    pub deleted_at: Option<DateTime<Utc>>,
}

classify! {
    table "phi.persons", standard: mutable;
    operational: [MergedIntoId];
    sealed: {
        /// The column `given_name`.
        GivenName = "given_name": Directory,
        /// The column `middle_name`.
        MiddleName = "middle_name": Directory,
        /// The column `family_name`.
        FamilyName = "family_name": Directory,
        /// The column `preferred_name`.
        PreferredName = "preferred_name": Directory,
        /// The column `birth_date`.
        BirthDate = "birth_date": Directory,
        /// The column `gender`.
        Gender = "gender": Directory,
        /// The column `pronouns`.
        Pronouns = "pronouns": Directory,
        /// The column `languages`.
        Languages = "languages": Directory,
        /// The column `phone`.
        Phone = "phone": Directory,
        /// The column `email`.
        Email = "email": Directory,
        /// The column `address`.
        Address = "address": Directory,
        /// The column `ssn`.
        Ssn = "ssn": Directory,
        /// The column `emergency_contact`.
        EmergencyContact = "emergency_contact": Directory,
    };
}
