//! Whom a consent names and what it covers: as rows.

use entity::{
    DataClass, Gate, Id,
    consent::{
        consent,
        consent_recipient::{self, RecipientKind},
        consent_scope,
    },
    identity::user,
    people::practitioner,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition};

use super::{
    contact::contact_token,
    terms::{
        ConsentContactInput, ConsentIntermediaryInput, ConsentRecipientInput, ConsentScopeInput, MOST_PARTS,
    },
};
use crate::{
    kernel::{
        error::{Error, Result},
        text::printable,
        write::Write,
    },
    tenancy,
};

/// Scopes and recipients of a consent, to store.
pub(super) struct Parts {
    pub consent_id: Id<consent::Entity>,
    pub scopes: Vec<ConsentScopeInput>,
    pub recipients: Vec<ConsentRecipientInput>,
}

impl Parts {
    /// The rows of both.
    ///
    /// # Errors
    ///
    /// `VALIDATION_FAILED` when they make no sense, `NOT_FOUND` when somebody named is not there.
    pub(super) async fn rows(
        self,
        write: &Write,
    ) -> Result<(Vec<consent_scope::ActiveModel>, Vec<consent_recipient::ActiveModel>)> {
        let Self { consent_id, scopes, recipients } = self;
        if scopes.len() > MOST_PARTS || recipients.len() > MOST_PARTS {
            return Err(Error::invalid(
                "terms",
                format!("takes at most {MOST_PARTS} scopes and {MOST_PARTS} recipients"),
            ));
        }
        let scopes = scopes.into_iter().map(|scope| scope.row(write, consent_id)).collect::<Result<_>>()?;
        let mut rows = Vec::with_capacity(recipients.len());
        for recipient in recipients {
            rows.push(recipient.row(write, consent_id).await?);
        }
        Ok((scopes, rows))
    }
}

impl ConsentScopeInput {
    fn row(self, write: &Write, consent_id: Id<consent::Entity>) -> Result<consent_scope::ActiveModel> {
        let Self { data_class, resource_kind, covers_from, covers_to } = self;
        if data_class == DataClass::Deidentified {
            return Err(Error::invalid("terms.scopes", "de-identified data needs no consent"));
        }
        if covers_from.zip(covers_to).is_some_and(|(start, end)| end <= start) {
            return Err(Error::invalid("terms.scopes", "`coversTo` comes after `coversFrom`"));
        }
        let resource_kind = resource_kind.map(|kind| read_resource_kind(&kind)).transpose()?;
        Ok(consent_scope::ActiveModel {
            id: Set(write.new_id()),
            consent_id: Set(consent_id),
            data_class: Set(Gate::new(data_class)),
            resource_kind: Set(resource_kind.map(Gate::new)),
            covers_from: Set(covers_from.map(|moment| Gate::new(moment.0))),
            covers_to: Set(covers_to.map(|moment| Gate::new(moment.0))),
            ..Default::default()
        })
    }
}

/// The column takes such words alone.
fn read_resource_kind(text: &str) -> Result<String> {
    let plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    let fits = (1..=64).contains(&text.len())
        && text.bytes().all(plain)
        && text.bytes().next().is_some_and(|byte| byte.is_ascii_uppercase());
    fits.then(|| text.to_owned()).ok_or_else(|| {
        Error::invalid("terms.scopes.resourceKind", "takes a word in capital letters, at most 64 of them")
    })
}

impl ConsentRecipientInput {
    async fn row(
        self,
        write: &Write,
        consent_id: Id<consent::Entity>,
    ) -> Result<consent_recipient::ActiveModel> {
        let mut row = consent_recipient::ActiveModel {
            id: Set(write.new_id()),
            consent_id: Set(consent_id),
            ..Default::default()
        };
        const FIELD: &str = "terms.recipients";
        let kind = match self {
            Self::UserId(id) => {
                let found = write.find::<user::Entity>(Condition::all().add(user::Column::Id.eq(id))).await?;
                found.ok_or_else(|| Error::not_found(FIELD, "user"))?;
                row.user_id = Set(Some(Gate::new(id)));
                RecipientKind::User
            }
            Self::PractitionerId(id) => {
                let condition = Condition::all().add(practitioner::Column::Id.eq(id));
                let found = write.find::<practitioner::Entity>(condition).await?;
                found.ok_or_else(|| Error::not_found(FIELD, "practitioner"))?;
                row.practitioner_id = Set(Some(Gate::new(id)));
                RecipientKind::Practitioner
            }
            Self::RecipientClass(class) => {
                row.recipient_class = Set(Some(Gate::new(class)));
                RecipientKind::Class
            }
            Self::OrganizationId(id) => {
                tenancy::organization::find(write, id, FIELD).await?;
                row.organization_id = Set(Some(Gate::new(id)));
                RecipientKind::Organization
            }
            Self::Contact(ConsentContactInput { kind, contact }) => {
                let token = contact_token(write.keys(), kind, &contact, FIELD)?;
                row.contact_kind = Set(Some(Gate::new(kind)));
                row.contact_token = Set(Some(Gate::new(token.to_vec())));
                RecipientKind::Contact
            }
            Self::Intermediary(ConsentIntermediaryInput { name, participants }) => {
                row.intermediary_name = Set(Some(Gate::new(printable(&name, 200, FIELD)?)));
                row.recipient_class = Set(Some(Gate::new(participants)));
                RecipientKind::Intermediary
            }
        };
        row.kind = Set(Gate::new(kind));
        Ok(row)
    }
}
