//! Believing a provider's answer, or not.

use std::sync::Arc;

use entity::{
    Id,
    identity::{
        federated_sign_in,
        identity_provider::{self, IdentityProviderStatus},
        user::{self, UserStatus},
    },
    platform::audit_log::AuditAction,
    tenancy::tenant::PLATFORM,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::{
    Failure,
    attempt::{Attempt, Kept},
    begin::{CALLBACK, source},
    exchange::exchange,
    id_token,
};
use crate::{
    identity::session_opening::{self, OpenedSession, Proof},
    kernel::{
        app::App,
        crypto::{BearerToken, SignedToken, TenantKeys},
        error::{Error, Result, UserErrorCode},
        record::Origin,
        session::Slot,
        write::Write,
    },
};

const OPERATION: &str = "session.sign_in_federated";
const REASON: &str = "INVALID_CREDENTIALS";

/// What a browser came back with.
#[derive(Clone, Debug, Default)]
pub struct Returned {
    /// What it kept.
    pub cookie: Option<SecretString>,
    /// What can be turned into tokens.
    pub code: Option<String>,
    /// Which question is answered.
    pub state: Option<String>,
    /// Who answers (RFC 9207).
    pub issuer: Option<String>,
}

/// Somebody who is signed in.
pub struct Finished {
    /// The token of the session, for the browser's cookie.
    pub token: BearerToken,
    /// The path of this server to go to.
    pub return_to: String,
}

/// Ends a sign-in.
///
/// # Errors
///
/// See [`Failure`]. What is refused is recorded: in the tenant whose cookie came along, or else in the reserved one.
pub async fn finish(app: &App, origin: Arc<Origin>, returned: Returned) -> Result<Finished, Failure> {
    let mut suspect = Suspect { tenant_id: PLATFORM, provider: None };
    let outcome = match prove(app, origin.clone(), returned, &mut suspect).await {
        Ok(proved) => open(app, origin, proved).await,
        Err(Failure::Refused) => note_refusal(app, origin, suspect).await.and(Err(Failure::Refused)),
        Err(failure) => Err(failure),
    };
    let label = match &outcome {
        Ok(_) => "accepted",
        Err(Failure::Refused) => "refused",
        Err(_) => "failed",
    };
    metrics::counter!("consentry_federated_sign_ins_total", "outcome" => label).increment(1);
    outcome
}

/// Where a refusal belongs, as far as that is proved.
struct Suspect {
    tenant_id: Uuid,
    provider: Option<Id<identity_provider::Entity>>,
}

/// Whom the provider vouched for, in answer to what was asked.
struct Proved {
    attempt: Attempt,
    provider: identity_provider::Model,
    subject: String,
}

async fn prove(
    app: &App,
    origin: Arc<Origin>,
    returned: Returned,
    suspect: &mut Suspect,
) -> Result<Proved, Failure> {
    let Returned { cookie, code, state, issuer } = returned;
    let now = app.clock().now();
    let kept =
        cookie.as_ref().and_then(|cookie| Kept::read(cookie.expose_secret())).ok_or(Failure::Refused)?;
    let keys = keys_of(app, kept.tenant_id).await?;
    let attempt = kept.open(&keys, now).map_err(|_| Failure::Refused)?;
    suspect.tenant_id = kept.tenant_id;
    let provider_id = Id::new(attempt.asked.provider_id);
    suspect.provider = Some(provider_id);
    let answers = state.is_some_and(|state| state.as_bytes().ct_eq(attempt.asked.state.as_bytes()).into());
    let code = code.filter(|_| answers).ok_or(Failure::Refused)?;
    let provider = provider(app, origin, kept.tenant_id, provider_id).await?;

    let federation = app.federation();
    let source = source(&provider);
    let configuration = federation.configuration(&source, now).await?;
    // With several providers, one could pass the code of another on to its own token endpoint.
    let named = issuer.as_ref().is_none_or(|issuer| *issuer == provider.issuer);
    if !named || (configuration.names_itself && issuer.is_none()) {
        return Err(Failure::Refused);
    }
    let redirect = format!("{}{CALLBACK}", federation.public_url().ok_or(Failure::NotFound)?);
    let verifier = &attempt.asked.verifier;
    let tokens = exchange(app, &keys, &provider, &configuration, &code, verifier, &redirect).await?;
    let token = SignedToken::parse(&tokens.id_token).map_err(|_| Failure::Refused)?;
    let published = federation.keys(&source, token.key_id(), now).await?;
    let nonce = &attempt.asked.nonce;
    let subject =
        id_token::subject(&token, &published, &provider, nonce, tokens.access_token.as_deref(), now);
    let subject = subject.ok_or(Failure::Refused)?;
    Ok(Proved { attempt, provider, subject })
}

/// The keys of a tenant that a browser names, which may be none of ours.
async fn keys_of(app: &App, tenant_id: Uuid) -> Result<Arc<TenantKeys>, Failure> {
    app.tenant_keys(tenant_id).await.map_err(|error| match error {
        Error::Unavailable => Failure::Unavailable,
        _ => Failure::Refused,
    })
}

async fn provider(
    app: &App,
    origin: Arc<Origin>,
    tenant_id: Uuid,
    id: Id<identity_provider::Entity>,
) -> Result<identity_provider::Model, Failure> {
    let wanted = Condition::all()
        .add(identity_provider::Column::Id.eq(id))
        .add(identity_provider::Column::Status.eq(IdentityProviderStatus::Active));
    let found = Slot::anonymous(app, origin)
        .write_anonymous(tenant_id, move |write| {
            Box::pin(async move { write.find::<identity_provider::Entity>(wanted).await })
        })
        .await?;
    found.ok_or(Failure::Refused)
}

async fn open(app: &App, origin: Arc<Origin>, proved: Proved) -> Result<Finished, Failure> {
    let return_to = proved.attempt.asked.return_to.clone();
    let tenant_id = proved.provider.tenant_id;
    let opened = Slot::anonymous(app, origin)
        .write_anonymous(tenant_id, |write| Box::pin(open_session(write, proved)))
        .await?;
    Ok(Finished { token: opened.token, return_to })
}

/// Opens a session for the user that is linked to the account. Whoever the provider knows and we do not, is told no more than
/// that.
async fn open_session(write: &Write, proved: Proved) -> Result<OpenedSession> {
    let Proved { attempt, provider, subject } = proved;
    let attempt_id = Id::<federated_sign_in::Entity>::new(attempt.id);
    let same = Condition::all().add(federated_sign_in::Column::Id.eq(attempt_id));
    let again = write.find::<federated_sign_in::Entity>(same).await?.is_some();
    let linked =
        Condition::all().add(user::Column::Issuer.eq(provider.issuer)).add(user::Column::Subject.eq(subject));
    let user = write.find::<user::Entity>(linked).await?;
    let user = user.filter(|user| !again && user.status == UserStatus::Active);
    let Some(user) = user else {
        let target = Some(("IDENTITY_PROVIDER", provider.id.uuid()));
        write.attempted(AuditAction::SignIn, OPERATION, target, Some(REASON));
        return Err(Error::refused(UserErrorCode::InvalidCredentials, &[], "nobody is signed in"));
    };
    write.acts(user.id);
    let opened = session_opening::open(write, user.id, Proof::Elsewhere).await?;
    write
        .insert(federated_sign_in::ActiveModel {
            id: Set(attempt_id),
            provider_id: Set(provider.id),
            session_id: Set(opened.id),
            ..Default::default()
        })
        .await?;
    let change = user::ActiveModel { last_sign_in_at: Set(Some(write.now())), ..Default::default() };
    write.update(user.id, None, change).await?;
    write.attempted(AuditAction::SignIn, OPERATION, Some(("SESSION", opened.id.uuid())), None);
    Ok(opened)
}

/// Anybody can call the address at any rate, so only some refusals are recorded; the others are counted.
async fn note_refusal(app: &App, origin: Arc<Origin>, suspect: Suspect) -> Result<(), Failure> {
    if !app.may_note_refused_token() {
        metrics::counter!("consentry_refused_tokens_not_recorded_total").increment(1);
        return Ok(());
    }
    let Suspect { tenant_id, provider } = suspect;
    let target = provider.map(|id| ("IDENTITY_PROVIDER", id.uuid()));
    Slot::anonymous(app, origin)
        .write_anonymous(tenant_id, move |write| {
            Box::pin(async move {
                write.attempted(AuditAction::SignIn, OPERATION, target, Some(REASON));
                Ok(())
            })
        })
        .await?;
    Ok(())
}
