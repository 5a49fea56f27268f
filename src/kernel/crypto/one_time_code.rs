//! One-time codes of authenticator apps (RFC 6238: HMAC-SHA1, 6 digits, 30 seconds), and the codes that stand in for a
//! lost app.
//!
//! SHA-1 is what every authenticator app computes; HMAC does not rest on what is broken in it.

use chrono::{DateTime, Utc};
use data_encoding::BASE32_NOPAD;
use ring::hmac;
use secrecy::SecretString;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{CryptoError, random};

const SECRET_LENGTH: usize = 20;
const PERIOD_SECONDS: i64 = 30;
const DIGITS: usize = 6;
/// Steps by which the clock of an app may be ahead or behind.
const DRIFT: i64 = 1;
/// 80 bits.
const RECOVERY_LENGTH: usize = 10;

/// What an authenticator app and the server share; cleared when dropped, and never printed.
pub struct OneTimeCodeSecret(Zeroizing<[u8; SECRET_LENGTH]>);

impl OneTimeCodeSecret {
    /// A new random secret of 160 bits.
    ///
    /// # Errors
    ///
    /// [`CryptoError::RandomUnavailable`].
    pub fn generate() -> Result<Self, CryptoError> {
        random::secret_bytes().map(Self)
    }

    /// The secret that was stored.
    ///
    /// # Errors
    ///
    /// [`CryptoError::Malformed`] when it is not of 20 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CryptoError> {
        let mut secret = Zeroizing::new([0u8; SECRET_LENGTH]);
        if bytes.len() != SECRET_LENGTH {
            return Err(CryptoError::Malformed);
        }
        secret.copy_from_slice(bytes);
        Ok(Self(secret))
    }

    /// The bytes to seal.
    #[must_use]
    pub fn expose_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// The address that an authenticator app reads from a QR code. `issuer` and `account` are shown by the app; they have
    /// to be of letters, digits and hyphens.
    #[must_use]
    pub fn expose_uri(&self, issuer: &str, account: &str) -> SecretString {
        let secret = Zeroizing::new(BASE32_NOPAD.encode(self.0.as_slice()));
        SecretString::from(format!(
            "otpauth://totp/{issuer}:{account}?secret={}&issuer={issuer}&algorithm=SHA1&digits={DIGITS}&period={PERIOD_SECONDS}",
            *secret
        ))
    }

    /// The step whose code this is, if it is one of now, shortly before or shortly after, and later than `last_step`: each
    /// code is good once.
    #[must_use]
    pub fn accepts(&self, code: &str, now: DateTime<Utc>, last_step: i64) -> Option<i64> {
        let present = now.timestamp().div_euclid(PERIOD_SECONDS);
        let mut accepted = None;
        // All steps are computed, so that the time tells nothing of which one it was.
        for step in present - DRIFT..=present + DRIFT {
            let right = bool::from(self.code_at(step).as_bytes().ct_eq(code.as_bytes()));
            if right && step > last_step {
                accepted = Some(step);
            }
        }
        accepted
    }

    /// The code at this moment.
    #[must_use]
    pub fn code(&self, now: DateTime<Utc>) -> String {
        self.code_at(now.timestamp().div_euclid(PERIOD_SECONDS))
    }

    /// RFC 4226, section 5.3.
    fn code_at(&self, step: i64) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, self.0.as_slice());
        let mac = hmac::sign(&key, &step.to_be_bytes());
        let mac = mac.as_ref();
        let offset = usize::from(mac[mac.len() - 1] & 0x0f);
        let number = mac[offset..offset + 4].iter().fold(0u32, |number, byte| number << 8 | u32::from(*byte));
        format!("{:0DIGITS$}", (number & 0x7fff_ffff) % 10u32.pow(6))
    }
}

/// A code that stands in for an authenticator app, once.
pub struct RecoveryCode(Zeroizing<[u8; RECOVERY_LENGTH]>);

impl RecoveryCode {
    /// A new random code of 80 bits.
    ///
    /// # Errors
    ///
    /// [`CryptoError::RandomUnavailable`].
    pub fn generate() -> Result<Self, CryptoError> {
        random::secret_bytes().map(Self)
    }

    /// Reads a code, whatever its capitals, hyphens and spaces.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > 64 {
            return None;
        }
        let letters = text.chars().filter(|character| !matches!(character, '-' | ' '));
        let letters: Zeroizing<String> =
            Zeroizing::new(letters.map(|letter| letter.to_ascii_uppercase()).collect());
        let bytes = Zeroizing::new(BASE32_NOPAD.decode(letters.as_bytes()).ok()?);
        let mut code = Zeroizing::new([0u8; RECOVERY_LENGTH]);
        if bytes.len() != RECOVERY_LENGTH {
            return None;
        }
        code.copy_from_slice(&bytes);
        Some(Self(code))
    }

    /// The text to show once: `abcd-efgh-ijkl-mnop`.
    #[must_use]
    pub fn expose(&self) -> SecretString {
        let letters = Zeroizing::new(BASE32_NOPAD.encode(self.0.as_slice()).to_lowercase());
        let groups: Vec<&str> = (0..letters.len()).step_by(4).map(|at| &letters[at..at + 4]).collect();
        SecretString::from(groups.join("-"))
    }

    /// What a MAC of the code is made over.
    #[must_use]
    pub fn message(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new([b"recovery-code\0", self.0.as_slice()].concat())
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn rfc() -> OneTimeCodeSecret {
        OneTimeCodeSecret::from_bytes(b"12345678901234567890").expect("20 bytes")
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).expect("a moment")
    }

    #[test]
    fn codes_are_those_of_rfc_4226() {
        let expected = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871",
            "520489",
        ];
        for (step, code) in (0..).zip(expected) {
            assert_eq!(rfc().code_at(step), code);
        }
    }

    #[test]
    fn codes_are_the_last_six_digits_of_those_of_rfc_6238() {
        for (seconds, code) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            assert_eq!(rfc().code(at(seconds)), code[2..]);
        }
    }

    #[test]
    fn a_code_is_accepted_one_step_early_or_late_and_no_further() {
        let now = at(1_111_111_111);
        for (steps, accepted) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let code = rfc().code(at(now.timestamp() + steps * PERIOD_SECONDS));
            assert_eq!(rfc().accepts(&code, now, 0).is_some(), accepted, "{steps}");
        }
    }

    #[test]
    fn a_code_is_not_accepted_again_nor_one_before_it() {
        let now = at(1_111_111_111);
        let step = rfc().accepts(&rfc().code(now), now, 0).expect("it is right");
        assert_eq!(rfc().accepts(&rfc().code(now), now, step), None);
        assert_eq!(rfc().accepts(&rfc().code(at(now.timestamp() - PERIOD_SECONDS)), now, step), None);
        assert_eq!(
            rfc().accepts(&rfc().code(at(now.timestamp() + PERIOD_SECONDS)), now, step),
            Some(step + 1)
        );
    }

    #[test]
    fn anything_else_is_no_code() {
        let now = at(59);
        for text in ["", "28708", "2870820", "287 082", "２８７０８２", "94287082", "000000"] {
            assert_eq!(rfc().accepts(text, now, -5), None, "{text}");
        }
    }

    #[test]
    fn an_app_reads_the_secret_out_of_the_address() {
        let uri = rfc().expose_uri("Consentry", "town");
        assert_eq!(
            uri.expose_secret(),
            "otpauth://totp/Consentry:town?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Consentry&algorithm=SHA1&digits=6&period=30"
        );
    }

    #[test]
    fn a_recovery_code_is_read_back_however_it_is_typed() {
        let code = RecoveryCode::generate().expect("a code");
        let text = code.expose().expose_secret().to_owned();
        assert_eq!(text.len(), 19);
        for typed in [text.clone(), text.to_uppercase(), text.replace('-', ""), text.replace('-', " ")] {
            assert_eq!(RecoveryCode::parse(&typed).expect("a code").message(), code.message());
        }
        for other in ["", "123456", &text[..18], &format!("{text}a"), "!!!!-!!!!-!!!!-!!!!"] {
            assert!(RecoveryCode::parse(other).is_none(), "{other}");
        }
    }
}
