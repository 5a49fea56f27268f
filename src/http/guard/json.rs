//! Bounds a JSON text by one pass over its bytes, before anything is built from it.

use super::{Limits, Violation};

/// Refuses a JSON text that nests too deep, holds too many values, or holds a NUL.
///
/// `envelope` is how many outer levels belong to the transport rather than to the caller's values: one for a
/// body, whose members are `query` and its like, none for a text that is the variables themselves. Malformed text
/// passes: the JSON reader, which stops at the first fault, is the one to say what is wrong with it.
pub(super) fn scan(text: &[u8], envelope: usize, limits: &Limits) -> Result<(), Violation> {
    let mut depth = 0_usize;
    let mut values = 0_usize;
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let begins_value = match byte {
            b'"' => {
                at = end_of_string(text, at)?;
                true
            }
            b'-' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => {
                at = end_of_word(text, at);
                true
            }
            b'{' | b'[' => {
                at += 1;
                true
            }
            b'}' | b']' => {
                at += 1;
                depth = depth.saturating_sub(1);
                false
            }
            b':' => {
                at += 1;
                // The string before it was a key, and keys are not values.
                if depth > envelope {
                    values = values.saturating_sub(1);
                }
                false
            }
            _ => {
                at += 1;
                false
            }
        };
        if begins_value && depth > envelope {
            values += 1;
            if values > limits.variables_nodes {
                return Err(Violation::limit(
                    "The variables hold",
                    limits.variables_nodes,
                    "values",
                    "Send fewer at once.",
                ));
            }
        }
        if matches!(byte, b'{' | b'[') {
            depth += 1;
            if depth > envelope + limits.variables_depth {
                return Err(Violation::limit(
                    "The variables nest",
                    limits.variables_depth,
                    "levels deep",
                    "Send flatter values.",
                ));
            }
        }
    }
    Ok(())
}

fn end_of_string(text: &[u8], opening: usize) -> Result<usize, Violation> {
    let mut at = opening + 1;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'"' => return Ok(at + 1),
            // The one character that text in the database cannot hold: refused here, it fails no statement there.
            b'\\' if text[at..].starts_with(br"\u0000") => {
                return Err(Violation::bad_request("Text may not hold the character NUL (U+0000)."));
            }
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    Ok(text.len())
}

fn end_of_word(text: &[u8], start: usize) -> usize {
    let length = text[start..]
        .iter()
        .position(|byte| !matches!(byte, b'-' | b'+' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z'))
        .unwrap_or(text.len() - start);
    start + length
}
