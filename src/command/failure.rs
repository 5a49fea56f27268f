//! Why a command ended without doing what it was asked.

use std::{fmt::Display, process::ExitCode};

use sea_orm::DbErr;

use crate::{
    config::ConfigError,
    kernel::{cluster::ClusterError, crypto::CryptoError, error::Error},
};

/// Why a command ended without doing what it was asked; one sentence.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Somebody has to do something first; the sentence says what.
    #[error("{0}")]
    Refused(String),
    /// Something broke that should not.
    #[error("{0}")]
    Broken(String),
}

impl Failure {
    /// Somebody has to do something first.
    pub(super) fn refused(sentence: impl Display) -> Self {
        Self::Refused(sentence.to_string())
    }

    /// Something broke that should not.
    pub(super) fn broken(sentence: impl Display) -> Self {
        Self::Broken(sentence.to_string())
    }

    /// The operating system refused what it always allows.
    pub(super) fn system(error: impl Display) -> Self {
        Self::Broken(format!("the operating system refused: {error}"))
    }

    /// The exit status.
    pub fn status(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Refused(_) => 2,
            Self::Broken(_) => 1,
        })
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::refused(error)
    }
}

impl From<ClusterError> for Failure {
    fn from(error: ClusterError) -> Self {
        Self::refused(error)
    }
}

impl From<CryptoError> for Failure {
    fn from(error: CryptoError) -> Self {
        match error {
            CryptoError::Configuration(_) | CryptoError::ProviderUnavailable => Self::refused(error),
            other => Self::broken(other),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Internal(detail) => Self::broken(format_args!("internal error: {detail}")),
            Error::Refused(refusal) => Self::refused(refusal.message),
            other => Self::refused(other),
        }
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        // Details of a database error may quote a row; its message does not.
        match error.as_database_error() {
            Some(error) => Self::broken(format_args!("the database refused: {}", error.message())),
            None => Self::broken(format_args!("the database did not answer: {error}")),
        }
    }
}

impl From<DbErr> for Failure {
    fn from(error: DbErr) -> Self {
        match error {
            DbErr::Query(sea_orm::RuntimeErr::SqlxError(error))
            | DbErr::Exec(sea_orm::RuntimeErr::SqlxError(error))
            | DbErr::Conn(sea_orm::RuntimeErr::SqlxError(error)) => match error.as_database_error() {
                Some(error) => Self::broken(format_args!("the database refused: {}", error.message())),
                None => Self::broken(format_args!("the database did not answer: {error}")),
            },
            other => Self::broken(other),
        }
    }
}
