//! The words around an account, of which no password is made.

use entity::{Id, identity::user, tenancy::organization};
use sea_orm::{ColumnTrait, Condition};
use secrecy::{ExposeSecret, SecretString};

use crate::kernel::{
    crypto::SearchTerm,
    error::{Error, Result},
    write::Write,
};

/// The product's own name.
const PRODUCT: &str = "consentry";

/// The words around the account of `user`, for judging a new password. Of the email address only a keyed token is stored,
/// so a password that is the address itself is refused here.
///
/// # Errors
///
/// `VALIDATION_FAILED` on `field` when the password is the address.
pub async fn of(
    write: &Write,
    user: &user::Model,
    password: &SecretString,
    field: &str,
) -> Result<Vec<String>> {
    let stored = user.email_token.as_deref();
    let same = |term: SearchTerm| term.any_of.into_iter().any(|token| Some(&*token.into_bytes()) == stored);
    if SearchTerm::email(write.keys(), password.expose_secret()).is_ok_and(same) {
        return Err(Error::invalid(field, "your email address is not a password"));
    }
    let root = Id::<organization::Entity>::new(write.tenant_id());
    let root = Condition::all().add(organization::Column::Id.eq(root));
    let mut words = vec![PRODUCT.to_owned()];
    if let Some(organization::Model { slug, name, .. }) = write.find::<organization::Entity>(root).await? {
        for text in [slug, name] {
            words.extend(text.split(|character: char| !character.is_alphanumeric()).map(str::to_owned));
        }
    }
    Ok(words)
}
