//! A contact of somebody in the patient's family: kept as a code under the tenant's key, and nowhere in the clear.

use entity::consent::sharing_grant::ContactKind;

use crate::kernel::{
    crypto::{CryptoError, DerivedPurpose, TenantKeys, normalise_email, normalise_phone},
    error::{Error, Result},
};

/// The code of a contact, to store. The same person writes an address in many ways, so it is made of the normalised one: an
/// e-mail address without regard to case, a phone number in E.164, which without a country code is one of the United States.
///
/// # Errors
///
/// `VALIDATION_FAILED` on `field`, without the contact, when it is none of its kind.
pub fn contact_token(keys: &TenantKeys, kind: ContactKind, contact: &str, field: &str) -> Result<[u8; 32]> {
    Ok(keys.mac(DerivedPurpose::ContactToken, &message(kind, contact, field)?))
}

/// The codes under which a contact may have been stored, that of the current root key among them: what was signed keeps the
/// code that it was signed with.
///
/// # Errors
///
/// As [`contact_token`].
pub fn contact_tokens(
    keys: &TenantKeys,
    kind: ContactKind,
    contact: &str,
    field: &str,
) -> Result<Vec<[u8; 32]>> {
    let message = message(kind, contact, field)?;
    let under = |version| Ok(keys.mac_at(version, DerivedPurpose::ContactToken, &message)?);
    keys.versions().map(under).collect()
}

/// The kind ends with a byte that no kind contains, so a contact of one kind never reads as one of another.
fn message(kind: ContactKind, contact: &str, field: &str) -> Result<Vec<u8>> {
    let (name, normalised) = match kind {
        ContactKind::Email => ("EMAIL", normalise_email(contact)),
        ContactKind::Phone => ("PHONE", normalise_phone(contact)),
    };
    let normalised = normalised.map_err(|error| match error {
        CryptoError::InvalidIdentifier(sentence) => Error::invalid(field, sentence),
        other => other.into(),
    })?;
    Ok([name.as_bytes(), &[0], normalised.as_bytes()].concat())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn keys(tenant: u128, versions: &[u8]) -> TenantKeys {
        TenantKeys::of_versions(Uuid::from_u128(tenant), versions)
    }

    fn token(keys: &TenantKeys, kind: ContactKind, contact: &str) -> [u8; 32] {
        contact_token(keys, kind, contact, "contact").expect("a contact")
    }

    #[test]
    fn one_contact_has_one_code_however_it_is_written() {
        let keys = keys(1, &[1]);
        let email = token(&keys, ContactKind::Email, "ada.okafor@example.org");
        assert_eq!(token(&keys, ContactKind::Email, "  Ada.Okafor@EXAMPLE.org "), email);
        let phone = token(&keys, ContactKind::Phone, "+1 415 555 2671");
        assert_eq!(token(&keys, ContactKind::Phone, "(415) 555-2671"), phone);
        assert_ne!(email, phone);
    }

    #[test]
    fn the_code_says_nothing_to_another_tenant() {
        let contact = "ada.okafor@example.org";
        let ours = token(&keys(1, &[1]), ContactKind::Email, contact);
        assert_ne!(token(&keys(2, &[1]), ContactKind::Email, contact), ours);
    }

    #[test]
    fn what_was_stored_before_a_rotation_is_still_found() {
        let contact = "+1 415 555 2671";
        let before = token(&keys(1, &[1]), ContactKind::Phone, contact);
        let rotated = keys(1, &[1, 2]);
        let after = token(&rotated, ContactKind::Phone, contact);
        assert_ne!(before, after);
        let all = contact_tokens(&rotated, ContactKind::Phone, contact, "contact").expect("a contact");
        assert_eq!(all, [after, before]);
    }

    #[test]
    fn what_is_no_contact_of_its_kind_is_refused_without_being_repeated() {
        let keys = keys(1, &[1]);
        for (kind, contact) in [
            (ContactKind::Email, "(415) 555-2671"),
            (ContactKind::Email, "ada okafor@example.org"),
            (ContactKind::Phone, "ada.okafor@example.org"),
            (ContactKind::Phone, "555"),
        ] {
            let Err(Error::Refused(refused)) = contact_token(&keys, kind, contact, "terms.recipients") else {
                panic!("refused");
            };
            assert_eq!(refused.field, ["terms", "recipients"]);
            assert!(!refused.message.contains(contact));
        }
    }
}
