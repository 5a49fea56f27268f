//! One error type, a closed set of codes.
//!
//! What a caller must expect is data (`Withheld`, `userErrors`); what it cannot mend is an [`Error`]. Messages
//! are sentences that say what to do. No SQL, no protected value and no id of others stands in a message.

use async_graphql::{Enum, SimpleObject, resolver_utils::EnumType};
use entity::identity::permission::Permission;
use sea_orm::DbErr;

/// The result of everything in the kernel and in resolvers.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// `extensions.code` of an entry in `errors[]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ErrorCode {
    /// No session, or the session ended: sign in again.
    Unauthenticated,
    /// Signed in, but no role gives the permission that the message names.
    Forbidden,
    /// The request is not a GraphQL request over HTTP: media type, JSON or shape.
    BadRequest,
    /// An argument cannot be used: an id that is no UUID, a page size out of range, a header with an unknown purpose.
    BadUserInput,
    /// `after` is not a cursor that this connection gave out.
    BadCursor,
    /// The document is not GraphQL.
    GraphqlParseFailed,
    /// The document or its variables do not fit the schema: an unknown field or enum value, a wrong type.
    GraphqlValidationFailed,
    /// The document is too large, too deep or asks for too much; the message names the limit.
    DocumentLimitExceeded,
    /// The operation could cost more than 10,000 points: ask for smaller pages, or in several requests.
    QueryTooComplex,
    /// Too many requests; wait as long as `Retry-After` and `extensions.retryAfter` say.
    RateLimited,
    /// `__schema` and `__type` are not answered to this caller; read the schema where your organization keeps it.
    IntrospectionDisabled,
    /// No document has this `documentId`: upload it first, or send `query`.
    PersistedDocumentNotFound,
    /// This caller may execute only documents that were uploaded before, or that come with the server.
    DocumentNotTrusted,
    /// The body is larger than 64 KiB.
    PayloadTooLarge,
    /// The body did not arrive within 10 seconds.
    RequestTimeout,
    /// The method is not allowed; the header `Allow` names those that are.
    MethodNotAllowed,
    /// The client accepts none of the media types that answers come in.
    NotAcceptable,
    /// The body is not `application/json` in UTF-8.
    UnsupportedMediaType,
    /// No such path.
    NotFound,
    /// A session in a cookie came without its `X-CSRF-Token`, or from another site's page; nothing was executed.
    CsrfRefused,
    /// No role of yours may break the glass in a medical emergency (42 CFR 2.51): call somebody who may.
    BreakGlassDenied,
    /// The act needs a proof of who you are that is less than five minutes old: `reauthenticate`, then repeat it.
    ReauthRequired,
    /// A search matches too many people: add a letter or another condition.
    SearchTooBroad,
    /// The change is committed, but its result could not be shown; ask for it again.
    ResultUnavailable,
    /// The server or the database is busy or restarting; try again after a moment.
    Unavailable,
    /// Our fault; quote the request id when you report it.
    Internal,
}

impl ErrorCode {
    /// The code as a label: one of a closed list.
    pub fn label(self) -> &'static str {
        graphql_name(self)
    }

    /// The label of a code that stands in `extensions.code`.
    pub fn label_of(name: &str) -> Option<&'static str> {
        Self::items().iter().map(|item| item.name).find(|known| *known == name)
    }

    /// The code as it stands in `extensions.code`.
    pub fn name(self) -> String {
        match async_graphql::resolver_utils::enum_value(self) {
            async_graphql::Value::Enum(name) => name.to_string(),
            other => other.to_string(),
        }
    }
}

/// The name of a value as the schema has it.
pub fn graphql_name<E: EnumType + PartialEq>(value: E) -> &'static str {
    E::items().iter().find(|item| item.value == value).map_or("", |item| item.name)
}

impl std::fmt::Display for ErrorCode {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.name())
    }
}

/// `userErrors[].code`: why input or state was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum UserErrorCode {
    /// The input breaks a rule; `field` names it.
    ValidationFailed,
    /// No such row, or not yours: the same answer for both.
    NotFound,
    /// It exists already.
    AlreadyExists,
    /// The state does not allow it, for example revoking a consent that is not active.
    InvalidState,
    /// Somebody else changed the row since you read it: read it again and decide anew.
    StaleVersion,
    /// The decision on this patient's data was no; read `explainAccess` for the reason.
    AccessDenied,
    /// The glass is not broken for this: not for these classes of data, or not by you (42 CFR 2.51).
    BreakGlassDenied,
    /// The idempotency key was used with other input.
    IdempotencyConflict,
    /// Email, password or organization is wrong, or the account cannot sign in.
    InvalidCredentials,
    /// The role stands above your own highest: somebody of that rank or a higher one has to do it.
    RankTooLow,
    /// Somebody else has to do it: nobody does both halves of this.
    SeparationOfDuties,
    /// The password is right, and the account needs a one-time code or a recovery code besides: send the password again,
    /// with the code.
    OneTimeCodeRequired,
    /// The token is not valid, was used or replaced, or has expired: ask for another one.
    InvalidToken,
}

/// Why input or state was refused.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub struct UserError {
    /// A closed set: decide on this.
    pub code: UserErrorCode,
    /// The path into `input`, from outside to inside; empty when no field is at fault.
    pub field: Vec<String>,
    /// A sentence for people.
    pub message: String,
}

/// Everything that can go wrong.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// Nobody is signed in.
    #[error("{0}")]
    Unauthenticated(&'static str),
    /// No role gives the permission.
    #[error("your roles do not include the permission {}; an administrator of your organization can add it", .0.key())]
    Forbidden(Permission),
    /// An argument cannot be used.
    #[error("{0}")]
    BadUserInput(String),
    /// Not one of our cursors.
    #[error(
        "`after` is not a cursor of this connection; pass `pageInfo.endCursor` of the page before, or nothing"
    )]
    BadCursor,
    /// Too many candidates.
    #[error("the search matches more than {limit} people; add letters or another condition")]
    SearchTooBroad {
        /// How many candidates a search may have.
        limit: usize,
    },
    /// More was asked in a time than may be.
    #[error("too much was asked in too short a time; try again in {retry_after} s")]
    RateLimited {
        /// Seconds after which the same request will be answered.
        retry_after: u64,
    },
    /// The schema is not told to this caller.
    #[error("the schema is not told to you here; leave `__schema` and `__type` out")]
    IntrospectionDisabled,
    /// No such document.
    #[error("no document has this `documentId`; upload it first, or send `query`")]
    PersistedDocumentNotFound,
    /// The document was not uploaded before.
    #[error(
        "only documents that were uploaded before are executed for you; ask whoever keeps your integrations"
    )]
    DocumentNotTrusted,
    /// Input or state was refused: becomes `userErrors`.
    #[error("refused")]
    Refused(UserError),
    /// Input was refused for several reasons, each of which becomes one of `userErrors`.
    #[error("refused")]
    RefusedTogether(Vec<UserError>),
    /// A browser sent its cookie, and its own page did not say so.
    #[error(
        "the cookie came without the header `X-CSRF-Token` of its session, or from another site; send the value of the cookie `__Host-consentry-csrf`"
    )]
    CsrfRefused,
    /// Nobody proved lately who they are.
    #[error("prove again who you are with `reauthenticate`, then repeat this within five minutes")]
    ReauthRequired,
    /// Committed, not shown.
    #[error("the change is committed, but its result cannot be shown now; ask for it again")]
    ResultUnavailable,
    /// Busy; worth another try.
    #[error("the service is busy; try again after a moment")]
    Unavailable,
    /// Our fault. The text goes to the log alone.
    #[error("internal error")]
    Internal(String),
}

impl Error {
    /// The code that the caller sees.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Unauthenticated(_) => ErrorCode::Unauthenticated,
            Self::Forbidden(Permission::BreakGlassInvoke) => ErrorCode::BreakGlassDenied,
            Self::Forbidden(_) => ErrorCode::Forbidden,
            Self::BadUserInput(_) | Self::Refused(_) | Self::RefusedTogether(_) => ErrorCode::BadUserInput,
            Self::BadCursor => ErrorCode::BadCursor,
            Self::SearchTooBroad { .. } => ErrorCode::SearchTooBroad,
            Self::RateLimited { .. } => ErrorCode::RateLimited,
            Self::IntrospectionDisabled => ErrorCode::IntrospectionDisabled,
            Self::PersistedDocumentNotFound => ErrorCode::PersistedDocumentNotFound,
            Self::DocumentNotTrusted => ErrorCode::DocumentNotTrusted,
            Self::CsrfRefused => ErrorCode::CsrfRefused,
            Self::ReauthRequired => ErrorCode::ReauthRequired,
            Self::ResultUnavailable => ErrorCode::ResultUnavailable,
            Self::Unavailable => ErrorCode::Unavailable,
            Self::Internal(_) => ErrorCode::Internal,
        }
    }

    /// Whether the error tells of what is stored, so that whoever gets it has looked at it.
    pub fn tells_state(&self) -> bool {
        let tells = [UserErrorCode::InvalidState, UserErrorCode::AlreadyExists];
        matches!(self, Self::Refused(error) if tells.contains(&error.code))
    }

    /// Nobody is signed in, or the credential is no longer good.
    pub fn unauthenticated() -> Self {
        Self::Unauthenticated("sign in, then send the token in the header `Authorization: Bearer …`")
    }

    /// The row is not there, or not the caller's.
    pub fn not_found(field: &str, what: &str) -> Self {
        Self::refused(UserErrorCode::NotFound, &[field], format!("there is no such {what}"))
    }

    /// The input breaks a rule; `field` is the path into `input`, with dots.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::refused(UserErrorCode::ValidationFailed, &[field], message)
    }

    /// The state does not allow it.
    pub fn invalid_state(message: impl Into<String>) -> Self {
        Self::refused(UserErrorCode::InvalidState, &[], message)
    }

    /// Input or state was refused for any other reason.
    pub fn refused(code: UserErrorCode, field: &[&str], message: impl Into<String>) -> Self {
        let field = field.iter().flat_map(|path| path.split('.')).map(str::to_owned).collect();
        Self::Refused(UserError { code, field, message: message.into() })
    }

    /// A promise inside the server was broken.
    pub fn internal(detail: impl std::fmt::Display) -> Self {
        Self::Internal(detail.to_string())
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        match error {
            DbErr::ConnectionAcquire(_) => Self::Unavailable,
            DbErr::Query(sea_orm::RuntimeErr::SqlxError(error))
            | DbErr::Exec(sea_orm::RuntimeErr::SqlxError(error))
            | DbErr::Conn(sea_orm::RuntimeErr::SqlxError(error)) => database(&error),
            other => Self::internal(format_args!("sea-orm: {}", kind_of(&other))),
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        database(&error)
    }
}

/// The name of a sea-orm error without its text, which may quote values.
fn kind_of(error: &DbErr) -> String {
    format!("{error:?}").split(['(', ' ', '{']).next().unwrap_or_default().to_owned()
}

/// Named constraints that a caller can break, and the sentence for each.
const CONSTRAINTS: &[(&str, UserErrorCode, &str, &str)] = &[
    ("users_email_token_key", UserErrorCode::AlreadyExists, "email", "a user with this email exists already"),
    (
        "users_issuer_subject_key",
        UserErrorCode::AlreadyExists,
        "subject",
        "this account of the identity provider is another user's",
    ),
    (
        "identity_providers_key_key",
        UserErrorCode::AlreadyExists,
        "key",
        "an identity provider with this key exists already",
    ),
    (
        "identity_providers_issuer_key",
        UserErrorCode::AlreadyExists,
        "issuer",
        "an identity provider with this issuer exists already",
    ),
    ("tenants_slug_key", UserErrorCode::AlreadyExists, "slug", "a tenant with this slug exists already"),
    ("roles_key_key", UserErrorCode::AlreadyExists, "key", "a role with this key exists already"),
    (
        "roles_no_circle",
        UserErrorCode::ValidationFailed,
        "parentRoleId",
        "a role cannot be built upon itself, nor upon a role that is built upon it",
    ),
    (
        "roles_lineage_check",
        UserErrorCode::ValidationFailed,
        "parentRoleId",
        "at most eight roles can be built upon one another",
    ),
    ("role_assignments_key", UserErrorCode::AlreadyExists, "roleId", "the user has this role there already"),
    (
        "organizations_slug_key",
        UserErrorCode::AlreadyExists,
        "slug",
        "an organization with this slug exists already",
    ),
    (
        "care_team_members_open_key",
        UserErrorCode::AlreadyExists,
        "practitionerId",
        "the practitioner is on the care team already",
    ),
    (
        "person_relationships_pair_key",
        UserErrorCode::AlreadyExists,
        "related",
        "these two people are linked already",
    ),
    (
        "policies_key",
        UserErrorCode::AlreadyExists,
        "effectiveFrom",
        "a version of this policy begins at this moment already",
    ),
];

/// Constraints that only a race or chance breaks: the same request again meets another state.
const RACES: &[&str] = &[
    "feature_flags_key_key",
    "federated_sign_ins_pkey",
    "idempotency_keys_key",
    "patients_display_code_key",
    "trusted_documents_digest_key",
];

/// Whether the same statement may succeed after a moment.
fn is_passing(code: &str) -> bool {
    // Serialization failure, deadlock, lock timeout, statement timeout; a transaction that stood idle too long; a server
    // that shuts down or starts up, or that closed a connection that stood idle; a standby that was not promoted yet.
    const CODES: &[&str] =
        &["40001", "40P01", "55P03", "57014", "25P03", "57P01", "57P02", "57P03", "57P05", "25006"];
    // Connection exceptions, and resources that ran out: connections, memory, disk.
    const CLASSES: &[&str] = &["08", "53"];
    CODES.contains(&code) || code.get(..2).is_some_and(|class| CLASSES.contains(&class))
}

/// Whether the connection itself is of no more use, whatever was asked on it.
pub(in crate::kernel) fn lost_connection(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        sqlx::Error::Database(database) => database.code().is_some_and(|code| is_connection_lost(&code)),
        _ => false,
    }
}

fn is_connection_lost(code: &str) -> bool {
    code.starts_with("08") || ["57P01", "57P02", "57P03"].contains(&code)
}

fn database(error: &sqlx::Error) -> Error {
    let sqlx::Error::Database(database) = error else {
        return match error {
            // A connection that broke off within a message, or a pooler that answers for a server that is gone, shows as a
            // breach of the protocol.
            sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::Io(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::BeginFailed
            | sqlx::Error::WorkerCrashed => Error::Unavailable,
            sqlx::Error::ColumnDecode { index, .. } => {
                Error::internal(format_args!("cannot decode column {index}"))
            }
            _ => Error::internal("sqlx: configuration or decoding"),
        };
    };
    let code = database.code().unwrap_or_default();
    match code.as_ref() {
        code if is_passing(code) => Error::Unavailable,
        _ if database.constraint().is_some_and(|name| RACES.contains(&name)) => Error::Unavailable,
        _ => match database.constraint().and_then(|name| CONSTRAINTS.iter().find(|entry| entry.0 == name)) {
            Some((_, code, field, message)) => Error::refused(*code, &[field], *message),
            None => Error::internal(format_args!(
                "SQLSTATE {code} table {} constraint {}",
                database.table().unwrap_or("-"),
                database.constraint().unwrap_or("-"),
            )),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_by_itself_may_be_tried_again() {
        for code in [
            "08000", "08003", "08006", "08P01", "53000", "53100", "53200", "53300", "25P03", "57P05", "40001",
        ] {
            assert!(is_passing(code), "{code}");
        }
        for code in ["", "5", "23505", "22021", "25P02", "42501", "42P01", "XX000"] {
            assert!(!is_passing(code), "{code}");
        }
        for error in
            [sqlx::Error::Protocol("Amara".to_owned()), sqlx::Error::BeginFailed, sqlx::Error::PoolTimedOut]
        {
            assert_eq!(Error::from(error).code(), ErrorCode::Unavailable);
        }
    }
}
