//! The document in parts.

use crate::readme::{Block, fenced};

/// What an operator reads.
pub const OPERATIONS: &str = include_str!("../../../docs/operations.md");

/// The text under a heading, as far as the next of its rank or above.
pub fn section(heading: &str) -> &'static str {
    let rank = heading.split(' ').next().unwrap_or_default();
    let begun = OPERATIONS.split(&format!("\n{heading}\n")).nth(1).unwrap_or_else(|| panic!("no {heading}"));
    let ends = (1..=rank.len()).filter_map(|rank| begun.find(&format!("\n{} ", "#".repeat(rank))));
    &begun[..ends.min().unwrap_or(begun.len())]
}

/// The commands under a heading, block by block; those of parts below it are left out.
pub fn commands(heading: &str) -> Vec<String> {
    let own = section(heading).split("\n###").next().unwrap_or_default();
    texts(own, "sh")
}

/// The one sentence that is quoted under a heading.
pub fn sentence(heading: &str) -> String {
    let own = section(heading).split("\n###").next().unwrap_or_default();
    let quoted = texts(own, "text");
    let [sentence] = &quoted[..] else { panic!("one sentence under {heading}: {quoted:?}") };
    sentence.clone()
}

fn texts(text: &str, language: &str) -> Vec<String> {
    let of_language = |block: &Block| block.language == language;
    fenced(text).into_iter().filter(of_language).map(|block| block.text).collect()
}

/// The first column of the tables under a heading, without its quotes.
pub fn first_column(heading: &str) -> Vec<&'static str> {
    let rows = section(heading).lines().filter_map(|line| line.strip_prefix("| `"));
    rows.filter_map(|row| row.split('`').next()).collect()
}

/// Whether a line is the sentence, in which `…` stands for what differs.
pub fn says(line: &str, sentence: &str) -> bool {
    let mut parts = sentence.split('…');
    let Some(mut rest) = line.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.is_empty() || sentence.ends_with('…')
}
