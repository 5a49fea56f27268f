//! Values that must be found nowhere, in whatever guise.

use std::collections::BTreeMap;

use aho_corasick::AhoCorasick;
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};

/// What is shorter occurs by chance.
pub const SHORTEST: usize = 6;

/// Values to search for, all in one pass: in UTF-8, UTF-16, base64 and hexadecimal, in small and capital letters.
pub struct Canaries {
    automaton: AhoCorasick,
    /// Which value each pattern is a guise of, and of which kind.
    guises: Vec<(usize, Guise)>,
    count: usize,
}

/// How a value was written where it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guise {
    /// As it is, in UTF-8 and any case.
    Plain,
    /// As it is, and made of digits alone.
    Digits,
    /// In UTF-16, of either byte order.
    Wide,
    /// In base64, at any offset.
    Base64,
    /// The bytes of UTF-8 or UTF-16 in hexadecimal.
    Hexadecimal,
}

/// A value that was found. It says which by its number, never by its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The number of the value, from 0, in the order in which they were given.
    pub value: usize,
    /// How it was written.
    pub guise: Guise,
    /// Where it begins, in bytes.
    pub offset: usize,
}

/// Why values cannot be searched for; a sentence that quotes none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsearchable {
    /// There is none.
    #[error("there is no value to search for")]
    Nothing,
    /// This one, counted from 1, would be found by chance.
    #[error("value {0} has fewer than {SHORTEST} characters, and would be found by chance")]
    TooShort(usize),
    /// The search could not be built.
    #[error("these are more values than can be searched for at once")]
    TooMany,
}

impl Canaries {
    /// Prepares the search.
    ///
    /// # Errors
    ///
    /// [`Unsearchable`].
    pub fn new<'v>(values: impl IntoIterator<Item = &'v str>) -> Result<Self, Unsearchable> {
        let mut patterns: BTreeMap<Vec<u8>, (usize, Guise)> = BTreeMap::new();
        let mut count = 0;
        for (value, text) in values.into_iter().enumerate() {
            if text.chars().count() < SHORTEST {
                return Err(Unsearchable::TooShort(value + 1));
            }
            count += 1;
            for (pattern, guise) in guises(text) {
                // The search folds case, so spellings that differ in it alone are one pattern.
                patterns.entry(pattern.to_ascii_lowercase()).or_insert((value, guise));
            }
        }
        if count == 0 {
            return Err(Unsearchable::Nothing);
        }
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(patterns.keys())
            .map_err(|_| Unsearchable::TooMany)?;
        Ok(Self { automaton, guises: patterns.into_values().collect(), count })
    }

    /// How many values are searched for.
    pub const fn count(&self) -> usize {
        self.count
    }

    /// Everything that is found in these bytes.
    pub fn all_in<'h>(&'h self, haystack: &'h [u8]) -> impl Iterator<Item = Finding> + 'h {
        let found = self.automaton.find_overlapping_iter(haystack);
        found.filter_map(|found| {
            let (value, guise) = self.guises[found.pattern().as_usize()];
            let chance = guise == Guise::Digits && within_hexadecimal(haystack, found.start(), found.end());
            (!chance).then_some(Finding { value, guise, offset: found.start() })
        })
    }

    /// The first that is found in these bytes.
    pub fn first_in(&self, haystack: &[u8]) -> Option<Finding> {
        self.all_in(haystack).next()
    }
}

/// Nine given digits occur by chance in the hexadecimal of some megabytes of ciphertext, with more of it on both sides. In
/// clear text a number ends at something else on one side at least.
fn within_hexadecimal(haystack: &[u8], start: usize, end: usize) -> bool {
    let hexadecimal = |position: Option<usize>| {
        position.and_then(|position| haystack.get(position)).is_some_and(u8::is_ascii_hexdigit)
    };
    hexadecimal(start.checked_sub(1)) && hexadecimal(Some(end))
}

fn guises(text: &str) -> Vec<(Vec<u8>, Guise)> {
    let plain = if text.bytes().all(|byte| byte.is_ascii_digit()) { Guise::Digits } else { Guise::Plain };
    let mut all = Vec::new();
    // The search folds the case of ASCII; that of other letters, and of what is encoded, is written out.
    for spelling in [text.to_owned(), text.to_lowercase(), text.to_uppercase()] {
        let bytes = spelling.as_bytes();
        let little: Vec<u8> = spelling.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = spelling.encode_utf16().flat_map(u16::to_be_bytes).collect();
        all.push((hexadecimal(bytes), Guise::Hexadecimal));
        all.push((hexadecimal(&little), Guise::Hexadecimal));
        all.push((hexadecimal(&big), Guise::Hexadecimal));
        all.extend(base64(bytes).into_iter().map(|pattern| (pattern, Guise::Base64)));
        all.push((little, Guise::Wide));
        all.push((big, Guise::Wide));
        all.push((spelling.into_bytes(), plain));
    }
    all
}

fn hexadecimal(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect()
}

/// What of the base64 of a longer text depends on these bytes alone, for each offset that they may have in it; in both
/// alphabets.
fn base64(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for offset in 0..3_usize {
        let padded = [&[0; 2][..offset], bytes].concat();
        let encoded = STANDARD_NO_PAD.encode(&padded).into_bytes();
        // A character holds six bits: those that share some with what stands before or after are cut off.
        let whole = encoded[(offset * 8).div_ceil(6)..padded.len() * 8 / 6].to_vec();
        let url: Vec<u8> = whole
            .iter()
            .map(|byte| match byte {
                b'+' => b'-',
                b'/' => b'_',
                other => *other,
            })
            .collect();
        all.push(whole);
        all.push(url);
    }
    all
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};

    use super::*;

    fn found(values: &[&str], haystack: &[u8]) -> Vec<usize> {
        let canaries = Canaries::new(values.iter().copied()).expect("searchable");
        let mut found: Vec<usize> = canaries.all_in(haystack).map(|finding| finding.value).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    #[test]
    fn a_value_is_found_in_every_guise_and_any_case() {
        let value = "Žofie Canary>>??";
        for spelling in [value.to_owned(), value.to_lowercase(), value.to_uppercase()] {
            let wide: Vec<u8> = spelling.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let big: Vec<u8> = spelling.encode_utf16().flat_map(u16::to_be_bytes).collect();
            for bytes in [spelling.clone().into_bytes(), wide.clone(), big] {
                assert_eq!(found(&[value], &[b"before", &bytes[..], b"after"].concat()), [0], "{spelling}");
                let written = hexadecimal(&bytes);
                assert_eq!(found(&[value], &written), [0], "{spelling} in hexadecimal");
                assert_eq!(found(&[value], &written.to_ascii_uppercase()), [0], "{spelling} in hexadecimal");
            }
            for before in ["", "a", "ab", "abc", "abcd"] {
                let text = format!("{before}{spelling} and more");
                for engine in [STANDARD, URL_SAFE] {
                    assert_eq!(found(&[value], engine.encode(&text).as_bytes()), [0], "{text} in base64");
                }
            }
        }
    }

    #[test]
    fn a_value_that_is_not_there_is_not_found() {
        assert_eq!(found(&["Canary-1", "Canary-2"], b"Canary-3 and canary 2"), [0_usize; 0]);
        assert_eq!(found(&["Canary-1", "Canary-2"], b"canary-2 and more"), [1]);
    }

    #[test]
    fn digits_amid_hexadecimal_are_chance_and_digits_beside_anything_else_are_not() {
        for chance in ["a0415926535f", "0041592653500"] {
            assert_eq!(found(&["041592653"], chance.as_bytes()), [0_usize; 0], "{chance}");
        }
        for clear in ["041592653", "\"041592653\"", "\u{15}041592653a", "ssn a041592653,"] {
            assert_eq!(found(&["041592653"], clear.as_bytes()), [0], "{clear}");
        }
    }

    #[test]
    fn what_would_be_found_by_chance_is_refused_without_being_quoted() {
        let refused = Canaries::new(["long enough", "short"]).err().expect("refused");
        assert_eq!(refused, Unsearchable::TooShort(2));
        assert!(!refused.to_string().contains("short "), "{refused}");
        assert_eq!(Canaries::new([]).err(), Some(Unsearchable::Nothing));
    }
}
