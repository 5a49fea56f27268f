//! Text that people enter.

use super::error::{Error, Result};

/// Text without the space around it: 1 to `most` characters, none of which is a control character.
///
/// # Errors
///
/// `VALIDATION_FAILED` on `field`, a path with dots.
pub fn printable(text: &str, most: usize, field: &str) -> Result<String> {
    let text = text.trim();
    let fits = (1..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    if fits {
        Ok(text.to_owned())
    } else {
        Err(Error::invalid(field, format!("takes 1 to {most} printable characters")))
    }
}
