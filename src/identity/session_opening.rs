//! Sessions begin: a token that nobody had before, and the row that it is held against.

use chrono::{DateTime, Utc};
use entity::{
    Id,
    identity::{session, user},
};
use sea_orm::ActiveValue::Set;

use crate::kernel::{
    crypto::{BearerToken, BearerTokenKind, DerivedPurpose},
    error::{Error, Result},
    viewer::STORED_EVERY,
    write::Write,
};

/// A session that was just opened, or whose token was just replaced.
#[derive(Debug)]
pub struct OpenedSession {
    /// The session.
    pub id: Id<session::Entity>,
    /// Its token, which is stored nowhere.
    pub token: BearerToken,
    /// When it ends at the latest.
    pub expires_at: DateTime<Utc>,
    /// After how many seconds without a request it ends.
    pub idle_seconds: Option<i32>,
}

/// What opened a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The user proved just now who they are, such as with a password.
    Now,
    /// Somebody else vouches for the user: an identity provider, the operator.
    Elsewhere,
}

/// Opens a session. Its token is always a new one, so nobody can prepare one for somebody else.
///
/// Sessions that the operator opens on the command line, as for demo data, have no idle time: nobody sits before them.
///
/// # Errors
///
/// Those of the database.
pub async fn open(write: &Write, user_id: Id<user::Entity>, proof: Proof) -> Result<OpenedSession> {
    let id = write.new_id::<session::Entity>();
    let token = BearerToken::mint(BearerTokenKind::Session, write.tenant_id(), id.uuid())?;
    let (now, policy, origin) = (write.now(), write.sign_in_policy(), write.origin());
    let expires_at = now + policy.absolute;
    let idle_seconds = match origin.operator {
        true => None,
        false => Some(i32::try_from(policy.idle.num_seconds()).map_err(Error::internal)?),
    };
    let hash = |text: &str| write.keys().mac(DerivedPurpose::AddressHash, text.as_bytes()).to_vec();
    write
        .insert(session::ActiveModel {
            id: Set(id),
            user_id: Set(user_id),
            token_digest: Set(token.secret_digest().to_vec()),
            expires_at: Set(expires_at),
            address_hash: Set(origin.peer.map(|peer| hash(&peer.to_string()))),
            user_agent_hash: Set(origin.user_agent.as_deref().map(hash)),
            last_seen_at: Set(now),
            idle_seconds: Set(idle_seconds),
            idle_at: Set(idle_seconds.map(|_| now + policy.idle + STORED_EVERY)),
            proved_at: Set((proof == Proof::Now).then_some(now)),
            ..Default::default()
        })
        .await?;
    Ok(OpenedSession { id, token, expires_at, idle_seconds })
}
