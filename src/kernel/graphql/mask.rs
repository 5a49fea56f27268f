//! What a caller reads of an error: our own sentences and codes, and nothing of anybody else's.

use std::sync::Arc;

use async_graphql::{
    ServerError, ServerResult, ValidationResult, Variables,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextParseQuery, NextValidation},
    parser::types::ExecutableDocument,
};

use crate::kernel::error::{Error, ErrorCode};

/// How much of a foreign message is passed on.
const LONGEST_MESSAGE: usize = 300;

/// Gives every error a code and the request's id; hides what is not ours behind `INTERNAL`.
pub fn mask(errors: &mut [ServerError], request_id: &str) {
    for error in errors {
        let code = match error.source::<Error>().cloned() {
            Some(ours) => {
                if let Error::RateLimited { retry_after } = ours {
                    error.extensions.get_or_insert_default().set("retryAfter", retry_after);
                }
                if let Error::Internal(detail) = &ours {
                    tracing::error!(request_id, detail, "internal error");
                }
                error.message = match &ours {
                    Error::Internal(_) => internal_sentence(request_id),
                    other => other.to_string(),
                };
                ours.code().name()
            }
            None => match tag(error) {
                Some(code) => {
                    shorten(&mut error.message);
                    code
                }
                // The library words refused input itself, and gives such an error no other mark.
                None if error.message.starts_with("Failed to parse")
                    || error.message.starts_with("Invalid value") =>
                {
                    shorten(&mut error.message);
                    ErrorCode::BadUserInput.name()
                }
                None => {
                    tracing::error!(request_id, "an error without a code was hidden");
                    error.message = internal_sentence(request_id);
                    ErrorCode::Internal.name()
                }
            },
        };
        let extensions = error.extensions.get_or_insert_default();
        extensions.set("code", code);
        extensions.set("requestId", request_id);
        error.source = None;
    }
}

fn internal_sentence(request_id: &str) -> String {
    format!("something went wrong on our side; quote the request id {request_id} when you report it")
}

fn tag(error: &ServerError) -> Option<String> {
    match error.extensions.as_ref()?.get("code")? {
        async_graphql::Value::String(code) => Some(code.clone()),
        _ => None,
    }
}

fn shorten(message: &mut String) {
    if let Some((end, _)) = message.char_indices().nth(LONGEST_MESSAGE) {
        message.truncate(end);
        message.push('…');
    }
}

/// Marks what the parser and the validator refuse, so that [`mask`] can tell it from a resolver's failure.
pub struct TagErrors;

impl ExtensionFactory for TagErrors {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for TagErrors {
    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        next: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        next.run(ctx, query, variables).await.map_err(|error| tagged(error, ErrorCode::GraphqlParseFailed))
    }

    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        next.run(ctx).await.map_err(|errors| {
            errors.into_iter().map(|error| tagged(error, ErrorCode::GraphqlValidationFailed)).collect()
        })
    }
}

fn tagged(mut error: ServerError, code: ErrorCode) -> ServerError {
    error.extensions.get_or_insert_default().set("code", code.name());
    error
}
