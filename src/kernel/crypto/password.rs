//! Passwords, hashed with argon2id: 19 MiB of memory, 2 passes, 1 lane.
//!
//! Every call takes some tens of milliseconds and 19 MiB: call from a blocking thread, with a bound on how
//! many run.

use std::sync::LazyLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::{CryptoError, random};

const MEMORY_KIBIBYTES: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const HASH_LENGTH: usize = 32;
const SALT_LENGTH: usize = 16;
const MINIMUM_CODE_POINTS: usize = 8;
const MAXIMUM_CODE_POINTS: usize = 128;

/// Four times what we use: a stored hash may become stronger, but must not let a row exhaust the memory.
const MAXIMUM_COST: u64 = 4 * MEMORY_KIBIBYTES as u64 * PASSES as u64;

/// Belongs to nobody and to no known password; verified against so that an unknown user costs what a known
/// one does.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$Y29uc2VudHJ5LW5vYm9keQ$OhsnEG5TC71lE6xjSd5d6ScRGcK5FKzwJZ9oYu3ZrnA";

static ARGON2: LazyLock<Argon2<'static>> = LazyLock::new(|| {
    let params =
        Params::new(MEMORY_KIBIBYTES, PASSES, LANES, Some(HASH_LENGTH)).expect("fixed parameters are valid");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
});

/// Hashes a new password into the PHC string to store, about 97 characters with salt and parameters.
///
/// The password is brought to Unicode form NFKC first, so that it does not depend on the keyboard. Blocks.
///
/// # Errors
///
/// [`CryptoError::PasswordLength`] when it has fewer than 8 or more than 128 code points;
/// [`CryptoError::RandomUnavailable`].
pub fn hash_password(password: &SecretString) -> Result<String, CryptoError> {
    let password = normalise(password).ok_or(CryptoError::PasswordLength)?;
    let salt = random::public_bytes::<SALT_LENGTH>()?;
    let hash =
        ARGON2.hash_password_with_salt(password.as_bytes(), &salt).map_err(|_| CryptoError::Malformed)?;
    Ok(hash.to_string())
}

/// Whether the password is the one that was hashed. `None` stands for an unknown user, or one without a
/// password: the answer is no and takes as long. Blocks.
///
/// # Errors
///
/// [`CryptoError::Malformed`] when `stored` is not an argon2id hash of bearable cost.
pub fn verify_password(password: &SecretString, stored: Option<&str>) -> Result<bool, CryptoError> {
    // An impossible password still costs a hash, so that the time tells nothing about whose it might be.
    let candidate = normalise(password);
    let attempt = candidate.as_ref().map_or("", |password| password.as_str());
    let hash = PasswordHash::new(stored.unwrap_or(NOBODY)).map_err(|_| CryptoError::Malformed)?;
    if hash.algorithm != Algorithm::Argon2id.ident() || cost(&hash)? > MAXIMUM_COST {
        return Err(CryptoError::Malformed);
    }
    let right = match ARGON2.verify_password(attempt.as_bytes(), &hash) {
        Ok(()) => true,
        Err(argon2::password_hash::Error::PasswordInvalid) => false,
        Err(_) => return Err(CryptoError::Malformed),
    };
    Ok(right && candidate.is_some() && stored.is_some())
}

/// Whether a stored hash was made with other parameters than today's: hash the password again when it was
/// right.
#[must_use]
pub fn password_needs_rehash(stored: &str) -> bool {
    !stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")
}

/// Kibibytes times passes.
fn cost(hash: &PasswordHash) -> Result<u64, CryptoError> {
    let params = Params::try_from(hash).map_err(|_| CryptoError::Malformed)?;
    Ok(u64::from(params.m_cost()).saturating_mul(u64::from(params.t_cost())))
}

fn normalise(password: &SecretString) -> Option<Zeroizing<String>> {
    let password = password.expose_secret();
    // Checked before normalising, which can lengthen a text eighteenfold, and after it.
    if password.len() > 12 * MAXIMUM_CODE_POINTS {
        return None;
    }
    let mut normalised = Zeroizing::new(String::with_capacity(18 * password.len()));
    normalised.extend(password.nfkc());
    (MINIMUM_CODE_POINTS..=MAXIMUM_CODE_POINTS).contains(&normalised.chars().count()).then_some(normalised)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    fn password(text: &str) -> SecretString {
        SecretString::from(text)
    }

    #[test]
    fn the_right_password_verifies_and_no_other() {
        let stored = hash_password(&password("correct horse")).expect("hashes");
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert_eq!(verify_password(&password("correct horse"), Some(&stored)), Ok(true));
        for wrong in ["correct horsf", "Correct horse", "correct horse ", "", "short"] {
            assert_eq!(verify_password(&password(wrong), Some(&stored)), Ok(false), "{wrong}");
        }
    }

    #[test]
    fn one_password_hashed_twice_gives_two_hashes() {
        let same = password("correct horse");
        assert_ne!(hash_password(&same).expect("hashes"), hash_password(&same).expect("hashes"));
    }

    #[test]
    fn a_password_has_8_to_128_code_points() {
        for (text, fits) in [("a", 7), ("a", 8), ("é", 8), ("😀", 128), ("a", 129), ("a", 100_000), ("", 0)]
            .map(|(one, n)| (one.repeat(n), (8..=128).contains(&n)))
        {
            let outcome = hash_password(&password(&text));
            assert_eq!(outcome.is_ok(), fits);
            assert!(fits || outcome == Err(CryptoError::PasswordLength));
        }
    }

    #[test]
    fn a_password_does_not_depend_on_how_the_keyboard_composes_it() {
        let stored = hash_password(&password("caf\u{e9} au lait")).expect("hashes");
        assert_eq!(verify_password(&password("cafe\u{301} au lait"), Some(&stored)), Ok(true));
    }

    #[test]
    fn the_empty_password_of_an_impossible_attempt_is_never_right() {
        let salt = [7u8; SALT_LENGTH];
        let stored = ARGON2.hash_password_with_salt(b"", &salt).expect("hashes").to_string();
        assert_eq!(verify_password(&password(""), Some(&stored)), Ok(false));
    }

    #[test]
    fn an_unknown_user_is_refused_and_costs_what_a_known_one_does() {
        let stored = hash_password(&password("correct horse")).expect("hashes");
        assert_eq!(password_needs_rehash(NOBODY), password_needs_rehash(&stored));
        assert_eq!(NOBODY.len(), stored.len());
        let time = |stored: Option<&str>, attempt: &str| {
            let attempt = password(attempt);
            let times = (0..5).map(|_| {
                let start = Instant::now();
                assert_eq!(verify_password(&attempt, stored), Ok(false));
                start.elapsed()
            });
            times.min().expect("five runs")
        };
        let known = time(Some(&stored), "wrong password");
        for other in [time(None, "wrong password"), time(None, ""), time(Some(&stored), "short")] {
            // Only that a hash was computed at all: equal work follows from equal parameters, above.
            assert!(other * 10 > known, "{known:?} against {other:?}");
        }
    }

    #[test]
    fn a_stored_value_that_is_no_bearable_argon2id_hash_is_an_error() {
        let stored = hash_password(&password("correct horse")).expect("hashes");
        for bad in [
            "",
            "correct horse",
            "$2b$12$abcdefghijklmnopqrstuv",
            &stored.replace("argon2id", "argon2i"),
            &stored.replace("m=19456", "m=4194304"),
            &stored.replace("t=2", "t=4000000"),
        ] {
            assert_eq!(
                verify_password(&password("correct horse"), Some(bad)),
                Err(CryptoError::Malformed),
                "{bad}"
            );
        }
    }

    #[test]
    fn weaker_hashes_ask_to_be_made_again() {
        let stored = hash_password(&password("correct horse")).expect("hashes");
        assert!(!password_needs_rehash(&stored));
        assert!(password_needs_rehash(&stored.replace("m=19456", "m=4096")));
    }
}
