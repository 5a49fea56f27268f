//! Which new passwords are good enough: long, and none that somebody would try first.
//!
//! As NIST SP 800-63B has it: a length, a list of what is tried first, the words around the account, and no rules on
//! which characters to mix. Passwords that were set before are not judged again.

use secrecy::{ExposeSecret, SecretString};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// How many characters a new password has at the least.
pub const SHORTEST: usize = 12;
/// How many characters a password has at the most.
pub const LONGEST: usize = 128;
/// Words around the account that are shorter say nothing.
const SHORTEST_WORD: usize = 4;
/// How much of a password has to be something else than a word around the account.
const OWN_SHARE: usize = 8;
const FEWEST_CHARACTERS: usize = 5;

/// Passwords that became public, in small letters; see the licence beside the file.
const COMMON: &str = include_str!("password_policy/common.txt");

/// What one's fingers walk along.
const WALKS: [&str; 5] = [
    "abcdefghijklmnopqrstuvwxyz",
    "0123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
];

/// Whether a new password may be set; `context` are words around the account, such as the organization's. Takes about a
/// millisecond.
///
/// # Errors
///
/// One sentence on what to do about it.
pub fn judge(password: &SecretString, context: &[String]) -> Result<(), &'static str> {
    let password = password.expose_secret();
    if password.len() > 12 * LONGEST {
        return Err(LENGTH);
    }
    let composed: Zeroizing<String> = Zeroizing::new(password.nfkc().collect());
    let length = composed.chars().count();
    if !(SHORTEST..=LONGEST).contains(&length) {
        return Err(LENGTH);
    }
    let small = Zeroizing::new(composed.to_lowercase());
    if is_monotonous(&small) || is_walk(&small) {
        return Err(
            "choose a password that does not repeat itself and does not follow the alphabet or the keyboard",
        );
    }
    if is_common(&small) {
        return Err("this password is among those that are tried first: choose another");
    }
    if is_made_of(&small, context) {
        return Err(
            "choose a password that is not made of the name of the organization, the product or the account",
        );
    }
    Ok(())
}

const LENGTH: &str = "a new password has 12 to 128 characters";

/// Few characters, or a short part again and again.
fn is_monotonous(text: &str) -> bool {
    let characters: Zeroizing<Vec<char>> = Zeroizing::new(text.chars().collect());
    let mut different: Zeroizing<Vec<char>> = characters.clone();
    different.sort_unstable();
    different.dedup();
    // A part that is long enough by itself may stand there twice.
    let shortest_parts = 1..SHORTEST.min(characters.len() / 2 + 1);
    let repeated = |part: usize| characters.iter().zip(&characters[part..]).all(|(one, next)| one == next);
    different.len() < FEWEST_CHARACTERS || shortest_parts.into_iter().any(repeated)
}

fn is_walk(text: &str) -> bool {
    WALKS.iter().any(|walk| {
        let there = walk.repeat(1 + LONGEST / walk.len() + 1);
        let back: String = there.chars().rev().collect();
        there.contains(text) || back.contains(text)
    })
}

/// Itself, what is left without digits and signs around it, and what letters its digits and signs stand for.
fn is_common(text: &str) -> bool {
    let core = text.trim_matches(|character: char| !character.is_alphabetic());
    let spelt: Zeroizing<String> = Zeroizing::new(core.chars().map(letter_for).collect());
    let known = |candidate: &str| !candidate.is_empty() && COMMON.lines().any(|common| common == candidate);
    known(text) || known(core) || known(&spelt)
}

const fn letter_for(character: char) -> char {
    match character {
        '@' | '4' => 'a',
        '3' => 'e',
        '1' | '!' => 'i',
        '0' => 'o',
        '$' | '5' => 's',
        '7' => 't',
        other => other,
    }
}

/// Whether little is left without the words around the account.
fn is_made_of(text: &str, context: &[String]) -> bool {
    let mut words: Vec<String> = context.iter().map(|word| word.to_lowercase()).collect();
    words.retain(|word| word.chars().count() >= SHORTEST_WORD && text.contains(word.as_str()));
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let left = words
        .iter()
        .fold(Zeroizing::new(text.to_owned()), |left, word| Zeroizing::new(left.replace(word, "")));
    !words.is_empty() && left.chars().count() < OWN_SHARE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(text: &str) -> Result<(), &'static str> {
        judge(&SecretString::from(text), &["town", "recovery", "consentry"].map(str::to_owned))
    }

    #[test]
    fn a_new_password_has_12_to_128_characters_whatever_their_bytes() {
        for (text, fits) in [
            ("plum kettle", false),
            ("plum kettles", true),
            ("pflaume käse", true),
            ("梅ケトル青い鳥空を飛ぶ夢", true),
            ("梅ケトル青い鳥空を飛ぶ", false),
        ] {
            assert_eq!(judged(text).is_ok(), fits, "{text}");
        }
        let long: String = ('a'..='z').cycle().step_by(7).take(129).collect();
        assert_eq!(judged(&long), Err(LENGTH));
        assert_eq!(judged(&"x".repeat(1_000_000)), Err(LENGTH));
    }

    #[test]
    fn no_kind_of_character_is_asked_for() {
        for text in ["plumkettlegarden", "837461950274", "PLUM KETTLE GARDEN"] {
            assert_eq!(judged(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_is_tried_first_is_refused_whatever_its_capitals_digits_and_signs() {
        for text in [
            "password1234",
            "PASSWORD!!!!",
            "P@ssw0rd2026",
            "!!monkey12345",
            "iloveyou2026",
            "1q2w3e4r5t6y7u8i9o0p",
            "Ｐａｓｓｗｏｒｄ１２３４",
        ] {
            assert!(judged(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_repeats_itself_or_follows_the_keyboard_is_refused() {
        for text in [
            "aaaaaaaaaaaa",
            "121212121212",
            "plumplumplum",
            "abcdefghijkl",
            "lkjihgfedcba",
            "345678901234",
            "qwertyuiopas",
            "kettlekettle",
            "kettlekettleket",
        ] {
            assert!(judged(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_word_around_the_account_is_not_a_password_but_may_stand_in_one() {
        for text in ["town-recovery", "Town-Recovery-26", "recoverytown!", "my-Consentry-1"] {
            assert!(judged(text).is_err(), "{text}");
        }
        assert_eq!(judged("town-recovery has seven lakes"), Ok(()));
    }

    #[test]
    fn the_list_is_in_small_letters_and_no_line_is_blank() {
        assert!(COMMON.lines().count() > 40_000);
        assert!(COMMON.lines().all(|line| line.len() >= 4 && line == line.to_lowercase()));
    }
}
