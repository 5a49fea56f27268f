//! What a mutation returns.

use std::borrow::Cow;

use async_graphql::{Context, Object, OutputType, TypeName};

use crate::kernel::error::{Error, Result, UserError};

/// The result of a mutation, or why input or state was refused. `result` is null exactly when `userErrors` is not
/// empty.
pub struct Payload<T> {
    result: Option<T>,
    user_errors: Vec<UserError>,
}

impl<T: OutputType> TypeName for Payload<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Payload", T::type_name()).into()
    }
}

/// The result of a mutation, or why it was refused: `result` is null exactly when `userErrors` is not empty.
#[Object(name_type)]
impl<T: OutputType> Payload<T> {
    /// What was written, read again through the same gates as any other look; null when `userErrors` is not empty.
    async fn result(&self, _ctx: &Context<'_>) -> Option<&T> {
        self.result.as_ref()
    }

    /// Why input or state was refused; then nothing was written.
    async fn user_errors(&self) -> &[UserError] {
        &self.user_errors
    }
}

/// Turns the outcome of a mutation into its payload.
pub trait Payloaded<T> {
    /// Refusals become `userErrors`; everything else stays an error.
    ///
    /// # Errors
    ///
    /// Whatever is not a refusal of input or state.
    fn payload(self) -> Result<Payload<T>>;
}

impl<T> Payloaded<T> for Result<T> {
    fn payload(self) -> Result<Payload<T>> {
        match self {
            Ok(result) => Ok(Payload { result: Some(result), user_errors: Vec::new() }),
            Err(Error::Refused(error)) => Ok(Payload { result: None, user_errors: vec![error] }),
            Err(Error::RefusedTogether(errors)) => Ok(Payload { result: None, user_errors: errors }),
            Err(error) => Err(error),
        }
    }
}
