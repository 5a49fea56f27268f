//! Who calls: from a bearer token to a [`Viewer`], in one statement.

use std::str::FromStr;

mod credential;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    Id,
    consent::purpose::Purpose,
    identity::{permission::Permission, role_permission::Reach, session},
    people::patient,
    platform::audit_log::AuditCredential,
};
use sea_orm::{FromQueryResult, Iterable, Statement, Value};
use secrecy::ExposeSecret;
use uuid::Uuid;

use super::{
    access::{Partner, Principal, PrincipalRow, principal_sql},
    crypto::{BearerToken, BearerTokenKind, RootKeyState, TenantKeys, WrappedRoot},
    error::{Error, Result},
};
use crate::http::{SessionCookie, Site};
use credential::{ACCESS_TOKEN, API_KEY, CredentialRow, Used};

mod signed_token;

pub(in crate::kernel) use credential::ORGANIZATIONS;
pub(in crate::kernel) use signed_token::Presented;
pub(crate) use signed_token::{LEEWAY, algorithms};

/// What every credential's statement selects beside it: the tenant's root keys, when `$3` says that they are not at hand.
const ROOT_KEYS: &str =
    ", case when $3 then (select json_agg(json_build_object('version', k.key_version, 'state', k.state,
        'wrapped', encode(k.wrapped, 'hex')))
    from encryption_keys k
    where k.tenant_id = $1 and k.purpose = 'ROOT') end as root_keys";

/// When a session was used last is stored once within this time, so that a look writes nothing. What is not stored counts
/// for the caller: a session is idle that much later.
pub const STORED_EVERY: TimeDelta = TimeDelta::minutes(1);

/// For how long a proof of who one is counts as fresh.
pub const FRESH: TimeDelta = TimeDelta::minutes(5);

/// Who calls, with which credential.
#[derive(Clone, Debug)]
pub struct Viewer {
    principal: Principal,
    credential: AuditCredential,
    credential_id: Option<Uuid>,
    in_cookie: bool,
    proved_at: Option<DateTime<Utc>>,
    asked_at: DateTime<Utc>,
    used: Option<Used>,
}

impl Viewer {
    /// When the request began: row scopes compare periods with it.
    pub const fn asked_at(&self) -> DateTime<Utc> {
        self.asked_at
    }

    /// The facts that decisions need.
    pub const fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The tenant.
    pub const fn tenant_id(&self) -> Uuid {
        self.principal.tenant_id
    }

    /// The user, for `created_by` and the record; of a partner's credential, who gave it out and answers for it.
    pub fn actor_id(&self) -> Option<Uuid> {
        let giver = self.principal.partner.as_ref().map(|partner| partner.given_by);
        Some(giver.unwrap_or(self.principal.user_id).uuid())
    }

    /// The role that speaks first.
    pub fn leading_role(&self) -> Option<String> {
        self.principal.roles.first().cloned()
    }

    /// With which kind of credential the viewer came.
    pub const fn credential(&self) -> AuditCredential {
        self.credential
    }

    /// The session or token; an operator has none.
    pub const fn credential_id(&self) -> Option<Uuid> {
        self.credential_id
    }

    /// The row that is to say that it was used now; none where it says so already.
    pub(in crate::kernel) const fn used(&self) -> Option<Used> {
        self.used
    }

    /// The session, when the viewer came with one.
    pub fn session_id(&self) -> Option<Id<session::Entity>> {
        self.credential_id.filter(|_| self.credential == AuditCredential::Session).map(Id::new)
    }

    /// Whether a browser sent the session in its cookie.
    pub const fn in_cookie(&self) -> bool {
        self.in_cookie
    }

    /// Whether the viewer proved who they are within [`FRESH`] before `now`. A program never has.
    pub fn has_fresh_proof(&self, now: DateTime<Utc>) -> bool {
        self.proved_at.is_some_and(|proved| now - proved <= FRESH)
    }

    /// How far a permission reaches.
    ///
    /// # Errors
    ///
    /// `FORBIDDEN` without the permission.
    pub fn require(&self, permission: Permission) -> Result<Reach> {
        self.principal.reach(permission).ok_or(Error::Forbidden(permission))
    }

    /// The same viewer, who speaks for those of their dependants that `still` names.
    pub(in crate::kernel) fn speaking_for(&self, still: impl Fn(Id<patient::Entity>) -> bool) -> Self {
        let mut viewer = self.clone();
        viewer.principal.dependants.retain(|dependant| still(dependant.patient_id));
        viewer
    }

    /// A viewer that acts for a user without a credential: for the command line and demo data.
    pub(in crate::kernel) const fn operator(principal: Principal, asked_at: DateTime<Utc>) -> Self {
        Self {
            principal,
            credential: AuditCredential::Operator,
            credential_id: None,
            in_cookie: false,
            proved_at: None,
            used: None,
            asked_at,
        }
    }
}

/// With which kind of token a caller may come; the others are good for one mutation each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ClaimKind {
    Session,
    Access,
    ApiKey,
}

/// A caller's credential before anyone is believed.
#[derive(Debug)]
pub(in crate::kernel) struct Claim {
    token: BearerToken,
    kind: ClaimKind,
    in_cookie: bool,
    purpose: Option<Purpose>,
}

impl Claim {
    /// Reads the header `Authorization`, else the cookie, and `X-Purpose-Of-Use`; `None` is an anonymous caller.
    ///
    /// The header goes first: it is what a client states, while a browser adds its cookie unasked.
    pub(in crate::kernel) fn read(
        authorization: Option<&str>,
        cookie: Option<&SessionCookie>,
        purpose: Option<&str>,
    ) -> Result<Option<Self>> {
        let purpose = purpose.map(read_purpose).transpose()?;
        let Some(authorization) = authorization else {
            let token = cookie.map(in_cookie).transpose()?;
            let kind = ClaimKind::Session;
            return Ok(token.map(|token| Self { token, kind, in_cookie: true, purpose }));
        };
        let text = authorization
            .split_once(' ')
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim())
            .ok_or(Error::Unauthenticated("the header `Authorization` takes the form `Bearer <token>`"))?;
        let token = BearerToken::parse(text).map_err(|_| Self::refused())?;
        let kind = match token.kind() {
            BearerTokenKind::Session => ClaimKind::Session,
            BearerTokenKind::Access => ClaimKind::Access,
            BearerTokenKind::ApiKey => ClaimKind::ApiKey,
            // Each of these buys one thing, and nothing else.
            BearerTokenKind::Refresh
            | BearerTokenKind::Invitation
            | BearerTokenKind::PasswordReset
            | BearerTokenKind::Device => return Err(Self::refused()),
        };
        Ok(Some(Self { token, kind, in_cookie: false, purpose }))
    }

    pub(in crate::kernel) fn tenant_id(&self) -> Uuid {
        self.token.tenant_id()
    }

    /// What the token claims to be, as the record names it.
    pub(in crate::kernel) fn credential(&self) -> (&'static str, Uuid) {
        let kind = match self.kind {
            ClaimKind::Session => "SESSION",
            ClaimKind::Access => "ACCESS_TOKEN",
            ClaimKind::ApiKey => "API_KEY",
        };
        (kind, self.token.token_id())
    }

    /// The statement that reads everything about the caller, and the tenant's root keys when they are not at hand.
    pub(in crate::kernel) fn statement(&self, needs_root_keys: bool) -> Statement {
        let organizations = match self.kind {
            ClaimKind::Session => {
                ", null::text as token_kind, null::uuid as organization_id, null::uuid[] as organizations,
                null::timestamptz as last_used_at, c.last_seen_at, c.idle_at, c.proved_at"
                    .to_owned()
            }
            _ => format!(
                ", c.token_kind, c.last_used_at, null::timestamptz as last_seen_at, null::timestamptz as idle_at,
                null::timestamptz as proved_at{ORGANIZATIONS}"
            ),
        };
        let columns =
            format!(", c.token_digest, c.expires_at, c.ended_at, c.scopes, c.bound_purpose{ROOT_KEYS}");
        let credential = match self.kind {
            ClaimKind::Session => {
                "select user_id, token_digest, expires_at, ended_at, null::text[] as scopes, null::text as bound_purpose,
                    last_seen_at, idle_at, proved_at
                from sessions where tenant_id = $1 and id = $2 and deleted_at is null"
            }
            ClaimKind::Access => ACCESS_TOKEN,
            ClaimKind::ApiKey => API_KEY,
        };
        let source = format!(
            "({credential}) c join users u on u.tenant_id = $1 and u.id = c.user_id and u.deleted_at is null"
        );
        let values = [
            Value::from(self.token.tenant_id()),
            Value::from(self.token.token_id()),
            Value::from(needs_root_keys),
        ];
        Statement::from_sql_and_values(
            sea_orm::DbBackend::Postgres,
            principal_sql(&format!("{columns}{organizations}"), &source),
            values,
        )
    }

    /// The one answer to whoever is not believed.
    pub(in crate::kernel) fn refused() -> Error {
        Error::Unauthenticated(
            "the token is not valid, has ended, or its user may not sign in: sign in again",
        )
    }

    /// The tenant's root keys, which the statement read if it was asked to.
    pub(in crate::kernel) fn root_keys(row: &sea_orm::QueryResult) -> Result<Vec<WrappedRoot>> {
        let roots: Option<sea_orm::JsonValue> = row.try_get("", "root_keys")?;
        read_roots(roots.unwrap_or(serde_json::json!([])))
    }

    /// Believes the caller, or not: every refusal reads the same.
    pub(in crate::kernel) fn believe(
        &self,
        row: &sea_orm::QueryResult,
        keys: &TenantKeys,
        now: DateTime<Utc>,
    ) -> Result<Viewer> {
        let credential = CredentialRow::from_query_result(row, "")?;
        let genuine = match self.kind {
            ClaimKind::ApiKey => self.token.matches_code(keys, &credential.token_digest),
            _ => self.token.matches(&credential.token_digest),
        };
        let live = genuine
            && now < credential.expires_at
            && credential.ended_at.is_none()
            && credential.idle_at.is_none_or(|idle| now < idle);
        let mut principal =
            PrincipalRow::from_query_result(row, "")?.into_principal(self.tenant_id(), now)?;
        if !live || !principal.is_active() {
            return Err(Self::refused());
        }
        // A glass that was broken in one session is not open in another.
        principal.emergencies.retain(|emergency| {
            self.kind == ClaimKind::Session && emergency.session_id == self.token.token_id()
        });
        let bound = credential.bound_purpose.as_deref().map(read_purpose).transpose()?;
        let of_a_person = credential.token_kind.as_deref() == Some("ACCESS");
        principal.purpose = match (self.kind, bound, self.purpose) {
            (_, Some(bound), Some(stated)) => Some(bound).filter(|bound| *bound == stated),
            (_, Some(bound), None) => Some(bound),
            (_, None, Some(stated)) => Some(stated),
            (ClaimKind::Session, None, None) => principal.purpose,
            (ClaimKind::Access, None, None) if of_a_person => principal.purpose,
            (_, None, None) => None,
        };
        if let Some(scopes) = &credential.scopes {
            principal.narrow(scopes);
        }
        if let Some(organization_id) = credential.organization_id {
            let organizations = credential.organizations.as_deref().unwrap_or_default();
            // An organization that is gone speaks for nobody, nor does a credential without a purpose.
            let purpose =
                bound.filter(|_| organizations.contains(&organization_id)).ok_or_else(Self::refused)?;
            let partner = Partner {
                organization_id: entity::Id::new(organization_id),
                purpose,
                given_by: principal.user_id,
            };
            principal = principal.into_partner(partner, organizations, self.token.token_id());
        }
        let used = match self.kind {
            ClaimKind::Session => Some(Used::Session(self.token.token_id())),
            ClaimKind::Access => Some(Used::AccessToken(self.token.token_id())),
            ClaimKind::ApiKey => Some(Used::ApiKey(self.token.token_id())),
        };
        let credential_kind = match self.kind {
            ClaimKind::Session => AuditCredential::Session,
            ClaimKind::Access if credential.token_kind.as_deref() == Some("API") => AuditCredential::ApiToken,
            ClaimKind::Access => AuditCredential::AccessToken,
            ClaimKind::ApiKey => AuditCredential::ApiKey,
        };
        Ok(Viewer {
            principal,
            credential: credential_kind,
            credential_id: Some(self.token.token_id()),
            in_cookie: self.in_cookie,
            proved_at: credential.proved_at,
            asked_at: now,
            used: used.filter(|_| credential.is_stale(now)),
        })
    }
}

/// Reads the token of a cookie, if it is our own page that sent it.
fn in_cookie(cookie: &SessionCookie) -> Result<BearerToken> {
    let token = BearerToken::parse(cookie.token.expose_secret()).map_err(|_| Claim::refused())?;
    if token.kind() != BearerTokenKind::Session {
        return Err(Claim::refused());
    }
    let meant = cookie.csrf.as_deref().is_some_and(|csrf| token.is_csrf_token(csrf));
    if meant && cookie.site != Site::Other { Ok(token) } else { Err(Error::CsrfRefused) }
}

fn read_purpose(text: &str) -> Result<Purpose> {
    Purpose::from_str(text).map_err(|_| {
        let known: Vec<String> = Purpose::iter().map(Purpose::code).collect();
        Error::BadUserInput(format!("the header `X-Purpose-Of-Use` takes one of {}", known.join(", ")))
    })
}

#[derive(serde::Deserialize)]
struct RootRow {
    version: u32,
    state: entity::platform::encryption_key::KeyState,
    wrapped: String,
}

/// Reads root keys as the statements of the kernel select them.
pub(in crate::kernel) fn read_roots(json: sea_orm::JsonValue) -> Result<Vec<WrappedRoot>> {
    let rows: Vec<RootRow> = serde_json::from_value(json)
        .map_err(|error| Error::internal(format_args!("root keys: {:?}", error.classify())))?;
    rows.into_iter()
        .map(|row| {
            let state = match row.state {
                entity::platform::encryption_key::KeyState::Active => RootKeyState::Active,
                entity::platform::encryption_key::KeyState::Retired => RootKeyState::Retired,
            };
            Ok(WrappedRoot {
                version: row.version,
                wrapped: super::access::from_hexadecimal(&row.wrapped)?,
                state,
            })
        })
        .collect()
}
