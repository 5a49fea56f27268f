//! Whom an ID token speaks of, once all of it is proved (OpenID Connect Core 1.0, section 3.1.3.7).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use entity::identity::identity_provider;
use ring::digest::{SHA256, SHA384, SHA512, digest};
use subtle::ConstantTimeEq;

use crate::kernel::{
    crypto::{KeySet, SignatureAlgorithm, SignedToken},
    viewer::{LEEWAY, algorithms},
};

/// The subject, or none when anything is amiss.
pub(super) fn subject(
    token: &SignedToken,
    keys: &KeySet,
    provider: &identity_provider::Model,
    nonce: &str,
    access_token: Option<&str>,
    now: DateTime<Utc>,
) -> Option<String> {
    let claims = token.verify(keys, &algorithms(&provider.algorithms)).ok()?;
    claims.check_times(now, LEEWAY).ok()?;
    claims.issued_at()?;
    let client_id = provider.client_id.as_deref()?;
    // Made for us alone; or for others as well, and then it says that we are the ones who asked for it.
    let audiences: Vec<&str> = claims.audiences().collect();
    let party = claims.get("azp");
    let for_us = audiences.contains(&client_id)
        && (audiences.len() == 1 || party.is_some())
        && party.is_none_or(|party| party.as_str() == Some(client_id));
    let answers = claims.text("nonce").is_some_and(|given| given.as_bytes().ct_eq(nonce.as_bytes()).into());
    let together = match (claims.get("at_hash"), access_token) {
        (None, _) => true,
        (Some(hash), Some(access_token)) => {
            hash.as_str() == Some(half_of_hash(token.algorithm(), access_token).as_str())
        }
        (Some(_), None) => false,
    };
    if claims.issuer() == Some(&provider.issuer) && for_us && answers && together {
        claims.text(&provider.subject_claim).filter(|subject| !subject.is_empty()).map(str::to_owned)
    } else {
        None
    }
}

fn half_of_hash(algorithm: SignatureAlgorithm, access_token: &str) -> String {
    use SignatureAlgorithm::{EdDsa, Es256, Es384, Ps256, Rs256, Rs384};
    let hash = match algorithm {
        Rs256 | Ps256 | Es256 => digest(&SHA256, access_token.as_bytes()),
        Rs384 | Es384 => digest(&SHA384, access_token.as_bytes()),
        EdDsa => digest(&SHA512, access_token.as_bytes()),
    };
    let hash = hash.as_ref();
    URL_SAFE_NO_PAD.encode(&hash[..hash.len() / 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_an_access_token_is_that_of_the_specification() {
        // OpenID Connect Core 1.0, appendix A.3.
        let access_token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        assert_eq!(half_of_hash(SignatureAlgorithm::Rs256, access_token), "77QmUPtjPfzWtF2AnpK9RQ");
    }
}
