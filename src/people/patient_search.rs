//! Search over encrypted identity: keyed tokens find candidates, one batch of decisions admits the consented ones.

use async_graphql::OneofObject;
use entity::{
    DataClass, Id, TenantTable,
    identity::permission::Permission,
    people::{patient, person_token},
};
use sea_orm::{
    ColumnTrait, Condition, EntityName,
    sea_query::{Expr, ExprTrait, Query, extension::postgres::PgFunc},
};

use super::patient_identity::Vault;
use crate::kernel::{
    access::{Action, Subject},
    crypto::{CryptoError, SearchTerm, name_matches},
    error::{Error, Result},
    session::{Look, Session},
};

/// How many candidates a search may have.
const MOST_CANDIDATES: usize = 500;

/// By what to search. Exactly one.
#[derive(Clone, Debug, OneofObject)]
pub enum PatientSearch {
    /// The whole email address; case does not matter.
    Email(String),
    /// The whole phone number; numbers without a country code are read as of the United States.
    Phone(String),
    /// The beginnings of the given or family name, of at least three letters each; case and accents do not matter.
    NamePrefix(String),
}

/// The patients in reach who fit the search and whose consent covers it.
///
/// # Errors
///
/// `FORBIDDEN` without `phi.search`, `SEARCH_TOO_BROAD`, `BAD_USER_INPUT` for what cannot be searched.
pub async fn permitted(session: &Session, search: PatientSearch) -> Result<Vec<Id<patient::Entity>>> {
    let core = session.core();
    core.viewer()?.require(Permission::PhiSearch)?;
    let (terms, name) = match search {
        PatientSearch::Email(email) => {
            (vec![SearchTerm::email(core.keys(), &email).map_err(unsearchable)?], None)
        }
        PatientSearch::Phone(phone) => {
            (vec![SearchTerm::phone(core.keys(), &phone).map_err(unsearchable)?], None)
        }
        PatientSearch::NamePrefix(name) => {
            (SearchTerm::names(core.keys(), &name).map_err(unsearchable)?, Some(name))
        }
    };
    let candidates = session
        .ids_in_scope::<patient::Entity>(fitting(core.tenant_id(), terms), MOST_CANDIDATES + 1)
        .await?;
    if candidates.len() > MOST_CANDIDATES {
        return Err(Error::SearchTooBroad { limit: MOST_CANDIDATES });
    }
    let looks: Vec<Look> = candidates.iter().map(|id| look(*id)).collect();
    let mut permits = session.decide_all(&looks).await?;
    if let Some(name) = name {
        permits = Vault::keep(session, permits, |vault, permit| {
            let (given, family) = vault.names(permit)?;
            Ok(name_matches(&name, &given, &family))
        })
        .await?;
    }
    Ok(permits.into_iter().map(|(id, _)| id).collect())
}

fn unsearchable(error: CryptoError) -> Error {
    match error {
        CryptoError::InvalidIdentifier(sentence) => Error::BadUserInput(sentence.to_owned()),
        other => other.into(),
    }
}

const fn look(patient_id: Id<patient::Entity>) -> Look {
    Look {
        patient_id,
        floor: DataClass::Directory,
        label: None,
        action: Action::Search,
        subject: Subject::Health,
        operation: "patient.search",
        fields: &["identity"],
        author: None,
    }
}

/// Patients whose person has a token of every term.
fn fitting(tenant_id: uuid::Uuid, terms: Vec<SearchTerm>) -> Condition {
    use person_token::Column;
    terms.into_iter().fold(Condition::all(), |condition, term| {
        let kinds = term.any_of.first().map(|token| token.kind().as_str());
        let tokens: Vec<Vec<u8>> = term.any_of.into_iter().map(|token| token.into_bytes()).collect();
        let people = Query::select()
            .column(Column::PersonId)
            .from(person_token::Entity.table_ref())
            .and_where(Expr::col(person_token::Entity::TENANT_ID).eq(tenant_id))
            .and_where(Expr::col(Column::Kind).eq(kinds.unwrap_or_default()))
            .and_where(Expr::col(Column::Token).eq(PgFunc::any(Expr::value(tokens))))
            .take();
        condition.add(patient::Column::PersonId.in_subquery(people))
    })
}
