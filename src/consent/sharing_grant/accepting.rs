//! Accepting what is shared, on a new device: anonymous callers prove a contact with a one-time code. Every refusal reads the
//! same, is recorded, and takes the same statements.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use entity::{
    Gate, Id, TenantTable,
    consent::{consent, sharing_device, sharing_grant},
    identity::user::{self, UserStatus},
    platform::audit_log::AuditAction,
    tenancy::tenant::PLATFORM,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition,
    sea_query::{Expr, ExprTrait, Query},
};
use secrecy::ExposeSecret;
use uuid::Uuid;

use super::{
    code::{MOST_ATTEMPTS, is_code_of},
    ending::is_live,
};
use crate::{
    consent::{consent::permits_at, contact::contact_tokens, terms::ConsentContactInput},
    identity::{
        session_opening::{OpenedSession, Proof, open},
        sign_in::{BrowserSession, Delivery, NewSession},
        user_creation::insert_family_user,
    },
    kernel::{
        crypto::{BearerToken, BearerTokenKind, RecoveryCode},
        door::Door,
        error::{Error, Result, UserErrorCode},
        graphql::{Payload, Payloaded, public},
        load::any_of,
        record::Written,
        session::Slot,
        text::printable,
        write::{Work, Write},
    },
};

/// Who wants to see what is shared with them, on a new device.
#[derive(Clone, InputObject)]
pub struct OpenSharedInput {
    /// The organization's short name, such as `demo`.
    pub organization: String,
    /// The contact that was shared with.
    pub contact: ConsentContactInput,
    /// The one-time code that the patient or staff handed over.
    #[graphql(secret)]
    pub code: String,
    /// What to call the device, 1 to 100 characters, such as `Kitchen tablet`. The patient reads it.
    pub device_name: String,
}

/// A session in which what is shared can be seen, and what opens the next one on this device.
#[derive(Clone, SimpleObject)]
pub struct SharingAccess {
    /// The session.
    session: NewSession,
    /// Keep it on the device, where nobody else reads it: `reopenShared` takes it instead of a code. It is shown once.
    device_secret: String,
}

/// As `SharingAccess`, with the session in a cookie of the browser.
#[derive(Clone, SimpleObject)]
pub struct BrowserSharingAccess {
    /// The session.
    session: BrowserSession,
    /// Keep it on the device, where nobody else reads it: `reopenSharedWithCookie` takes it instead of a code. It is shown
    /// once.
    device_secret: String,
}

/// What can be changed: sharing accepted.
#[derive(Default)]
pub struct AcceptingMutation;

#[Object]
impl AcceptingMutation {
    /// Proves a contact with a one-time code on a new device, and opens a session in which `sharedPatients` shows who shares.
    /// Every attempt is recorded; an address that tries too often gets `RATE_LIMITED`.
    ///
    /// User errors: `INVALID_CREDENTIALS`, the same for a wrong organization, contact and code, for a code that was used, has
    /// ended or was tried five times, and where nothing is shared any more; `VALIDATION_FAILED` for `deviceName`.
    #[graphql(directive = public::apply())]
    async fn open_shared(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Contact, code and device.")] input: OpenSharedInput,
    ) -> Result<Option<Payload<SharingAccess>>> {
        let opened = open_shared(ctx.slot(), input, Delivery::Token).await;
        opened.map(SharingAccess::from).payload().map(Some)
    }

    /// As `openShared`, for a page in a browser: the session goes into the cookie `__Host-consentry`, as with
    /// `signInWithCookie`.
    ///
    /// User errors: as `openShared`.
    #[graphql(directive = public::apply())]
    async fn open_shared_with_cookie(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Contact, code and device.")] input: OpenSharedInput,
    ) -> Result<Option<Payload<BrowserSharingAccess>>> {
        let opened = open_shared(ctx.slot(), input, Delivery::Cookie { replaces: None }).await;
        opened.map(BrowserSharingAccess::from).payload().map(Some)
    }
}

/// A session on a device that is known from now on.
struct Accepted {
    session: OpenedSession,
    device: BearerToken,
}

impl From<Accepted> for SharingAccess {
    fn from(Accepted { session, device }: Accepted) -> Self {
        Self { session: session.into(), device_secret: device.expose().expose_secret().to_owned() }
    }
}

impl From<Accepted> for BrowserSharingAccess {
    fn from(Accepted { session, device }: Accepted) -> Self {
        Self { session: session.into(), device_secret: device.expose().expose_secret().to_owned() }
    }
}

async fn open_shared(slot: &Slot, input: OpenSharedInput, delivery: Delivery) -> Result<Accepted> {
    let OpenSharedInput { organization, contact, code, device_name } = input;
    let name = printable(&device_name, 100, "deviceName")?;
    let attempt = attempt(slot, &organization, delivery);
    attempt
        .await?
        .decide(slot, |write, delivery| Box::pin(accept(write, contact, code, name, delivery)))
        .await
}

/// An attempt that was admitted, and where it is to be decided.
pub(super) struct Attempt {
    tenant_id: Uuid,
    delivery: Delivery,
}

pub(super) async fn attempt(slot: &Slot, organization: &str, delivery: Delivery) -> Result<Attempt> {
    slot.admit_attempt().await?;
    // What belongs to no organization is tried and recorded where nobody can sign in.
    let tenant_id = slot.app().tenant_by_slug(organization).await?.unwrap_or(PLATFORM);
    Ok(Attempt { tenant_id, delivery: delivery.within(slot, tenant_id) })
}

impl Attempt {
    /// A refusal is what `work` returns within, since what it counts is committed.
    pub(super) async fn decide<T>(
        self,
        slot: &Slot,
        work: impl for<'w> FnOnce(&'w Write, Delivery) -> Work<'w, Option<T>> + Send,
    ) -> Result<T> {
        let Self { tenant_id, delivery } = self;
        let decided = slot.write_anonymous(tenant_id, |write| work(write, delivery)).await;
        let label = match &decided {
            Ok(Some(_)) => "accepted",
            Ok(None) => "refused",
            Err(_) => "failed",
        };
        metrics::counter!("consentry_sign_ins_total", "outcome" => label).increment(1);
        decided?.ok_or_else(|| {
            Error::refused(
                UserErrorCode::InvalidCredentials,
                &[],
                "organization, contact or code is wrong or has ended, or nothing is shared any more",
            )
        })
    }
}

async fn accept(
    write: &Write,
    contact: ConsentContactInput,
    code: String,
    device_name: String,
    delivery: Delivery,
) -> Result<Option<Accepted>> {
    let tokens = known_as(write, &contact)?;
    let open_code = Condition::all()
        .add(shared_at(write, &tokens))
        .add(sharing_grant::Column::CodeExpiresAt.gt(write.now()))
        .add(sharing_grant::Column::CodeAttempts.lt(MOST_ATTEMPTS));
    let grants = write.find_all_locked::<sharing_grant::Entity>(open_code).await?;
    let code = RecoveryCode::parse(&code);
    let is_right = |grant: &&sharing_grant::Model| {
        code.as_ref().is_some_and(|code| is_code_of(write.keys(), grant, code))
    };
    let right = grants.iter().find(is_right);
    let user = match right {
        Some(_) => active_user(write, &tokens).await?,
        None => Standing::Barred,
    };
    let (Some(grant), Some(user_id)) = (right, user.enter(write, &tokens).await?) else {
        count_attempt(write, &grants).await?;
        refused(write, "sharing.open", grants.first());
        return Ok(None);
    };
    write.acts(user_id);
    take(write, grant, user_id).await?;
    let id = write.new_id::<sharing_device::Entity>();
    let device = BearerToken::mint(BearerTokenKind::Device, write.tenant_id(), id.uuid())?;
    write
        .insert(sharing_device::ActiveModel {
            id: Set(id),
            user_id: Set(user_id),
            name: Set(device_name),
            secret_mac: Set(device.code(write.keys()).to_vec()),
            last_used_at: Set(write.now()),
            ..Default::default()
        })
        .await?;
    let session = enter(write, user_id, Proof::Now, "sharing.open", delivery).await?;
    write.emit("sharing_grant.accepted", "SHARING_GRANT", grant.id.uuid()).await?;
    Ok(Some(Accepted { session, device }))
}

/// The codes of a contact; none of what is no contact, which is nobody's.
pub(super) fn known_as(write: &Write, contact: &ConsentContactInput) -> Result<Vec<[u8; 32]>> {
    let ConsentContactInput { kind, contact } = contact;
    match contact_tokens(write.keys(), *kind, contact, "contact") {
        Ok(tokens) => Ok(tokens),
        Err(Error::Refused(_)) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// What is shared with a contact at this moment, under consents in force.
pub(super) fn shared_at(write: &Write, tokens: &[[u8; 32]]) -> Condition {
    use consent::Column;
    let now = write.now();
    let consents = Query::select()
        .column(Column::Id)
        .from(consent::Entity)
        .and_where(Expr::col(consent::Entity::TENANT_ID).eq(write.tenant_id()))
        .cond_where(permits_at(now))
        .take();
    Condition::all()
        .add(sharing_grant::Column::ContactToken.is_in(bytes(tokens)))
        .add(is_live(now))
        .add(sharing_grant::Column::ConsentId.in_subquery(consents))
}

pub(super) fn bytes(tokens: &[[u8; 32]]) -> Vec<Vec<u8>> {
    tokens.iter().map(|token| token.to_vec()).collect()
}

/// Whether somebody may come in.
enum Standing {
    /// A user who may.
    Known(Id<user::Entity>),
    /// Nobody has this contact yet.
    New,
    /// They may not.
    Barred,
}

async fn active_user(write: &Write, tokens: &[[u8; 32]]) -> Result<Standing> {
    let same = Condition::all()
        .add(user::Column::ContactToken.is_in(bytes(tokens)))
        .add(user::Column::Status.ne(UserStatus::Deactivated));
    Ok(match write.find_locked::<user::Entity>(same).await? {
        None => Standing::New,
        Some(user) if user.status == UserStatus::Active => Standing::Known(user.id),
        Some(_) => Standing::Barred,
    })
}

impl Standing {
    /// The user, made where there is none; none who may not come in.
    async fn enter(self, write: &Write, tokens: &[[u8; 32]]) -> Result<Option<Id<user::Entity>>> {
        match self {
            Self::Known(user_id) => Ok(Some(user_id)),
            Self::Barred => Ok(None),
            Self::New => {
                let Some(token) = tokens.first() else { return Ok(None) };
                let user_id = insert_family_user(write, *token).await?;
                write.written(Written {
                    operation: "user.create",
                    target_kind: "USER",
                    target_id: user_id.uuid(),
                    patient_id: None,
                    fields: vec!["status", "contact", "roles"],
                });
                write.emit("user.created", "USER", user_id.uuid()).await?;
                Ok(Some(user_id))
            }
        }
    }
}

/// A wrong attempt counts against every code that is open for the contact: whoever guesses, guesses at all of them.
async fn count_attempt(write: &Write, grants: &[sharing_grant::Model]) -> Result<()> {
    let tried = grants.iter().map(|grant| grant.code_attempts).max().unwrap_or_default();
    let these = Condition::all()
        .add(any_of(sharing_grant::Column::Id, grants.iter().map(|grant| grant.id.uuid()).collect()));
    let change = sharing_grant::ActiveModel { code_attempts: Set(tried + 1), ..Default::default() };
    write.update_all(these, change).await?;
    Ok(())
}

pub(super) fn refused(write: &Write, operation: &'static str, grant: Option<&sharing_grant::Model>) {
    let target = grant.map(|grant| ("SHARING_GRANT", grant.id.uuid()));
    write.attempted(AuditAction::SignIn, operation, target, Some("INVALID_CREDENTIALS"));
}

/// Gives what a grant shares to a user; its code is used up.
async fn take(write: &Write, grant: &sharing_grant::Model, user_id: Id<user::Entity>) -> Result<()> {
    let now = write.now();
    let first = Condition::all()
        .add(sharing_grant::Column::Id.eq(grant.id))
        .add(sharing_grant::Column::AcceptedAt.is_null());
    let accepted = sharing_grant::ActiveModel {
        user_id: Set(Some(Gate::new(user_id))),
        accepted_at: Set(Some(Gate::new(now))),
        ..Default::default()
    };
    write.update_all(first, accepted).await?;
    let change = sharing_grant::ActiveModel {
        user_id: Set(Some(Gate::new(user_id))),
        code_mac: Set(None),
        code_expires_at: Set(None),
        code_attempts: Set(0),
        last_used_at: Set(Some(Gate::new(now))),
        ..Default::default()
    };
    write.update(grant.id, None, change).await?;
    write.bump_consent_epoch(grant.patient_id).await?;
    write.written(Written {
        operation: "sharing_grant.accept",
        target_kind: "SHARING_GRANT",
        target_id: grant.id.uuid(),
        patient_id: Some(grant.patient_id),
        fields: vec!["acceptedAt", "user", "devices"],
    });
    Ok(())
}

/// Opens a session and puts it into the record.
pub(super) async fn enter(
    write: &Write,
    user_id: Id<user::Entity>,
    proof: Proof,
    operation: &'static str,
    delivery: Delivery,
) -> Result<OpenedSession> {
    let opened = open(write, user_id, proof).await?;
    delivery.of(write, &opened).await?;
    let change = user::ActiveModel { last_sign_in_at: Set(Some(write.now())), ..Default::default() };
    write.update(user_id, None, change).await?;
    write.attempted(AuditAction::SignIn, operation, Some(("SESSION", opened.id.uuid())), None);
    Ok(opened)
}
