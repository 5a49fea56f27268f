//! Demo data: two believable tenants, the same in every run.

use secrecy::SecretString;
use sqlx::PgPool;

use crate::kernel::{app::App, error::Result};

/// Somebody of the demo data, with a session.
#[derive(Debug)]
pub struct DemoActor {
    /// The name of the shell variable that holds the token, such as `CLINICIAN`.
    pub variable: String,
    /// Who it is.
    pub description: String,
    /// The session's bearer token.
    pub token: SecretString,
}

/// Makes the demo tenants when they are missing, and signs in the demo actors.
///
/// # Errors
///
/// Those of the database.
pub async fn demo(app: &App, owner: &PgPool) -> Result<Vec<DemoActor>> {
    let _ = (app, owner);
    Ok(Vec::new())
}
