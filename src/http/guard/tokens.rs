//! Bounds a document by one pass over its bytes, before it is parsed.
//!
//! Where this pass and the parser disagree about where a string ends, brackets could hide from it. Whatever the
//! two might read differently is therefore refused here as a fault of the document: strings that do not end, line
//! ends in strings, and numbers that run into what follows.

use async_graphql::Pos;

use super::{Limits, Violation};

/// Refuses a document with too many tokens, too deep nesting, or a lexical fault.
pub(super) fn scan(source: &str, limits: &Limits) -> Result<(), Violation> {
    let mut scanner = Scanner { bytes: source.as_bytes(), at: 0, tokens: 0, comments: 0, nesting: 0, limits };
    while scanner.at < scanner.bytes.len() {
        scanner.step()?;
    }
    Ok(())
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    tokens: usize,
    comments: usize,
    nesting: usize,
    limits: &'a Limits,
}

impl Scanner<'_> {
    fn step(&mut self) -> Result<(), Violation> {
        match self.bytes[self.at] {
            b' ' | b'\t' | b'\n' | b'\r' | b',' => {
                self.at += 1;
                Ok(())
            }
            b'#' => self.comment(self.length_while(|byte| !matches!(byte, b'\n' | b'\r'))),
            b'"' if self.bytes[self.at..].starts_with(br#"""""#) => {
                self.at = self.end_of_block_string()?;
                self.count(1)
            }
            b'"' => {
                self.at = self.end_of_string()?;
                self.count(1)
            }
            b'{' | b'[' | b'(' => {
                self.at += 1;
                self.nesting += 1;
                if self.nesting > self.limits.nesting {
                    return Err(Violation::limit(
                        "The document nests brackets",
                        self.limits.nesting,
                        "levels deep",
                        "Ask for less at once, and pass nested input as variables.",
                    ));
                }
                self.count(1)
            }
            b'}' | b']' | b')' => {
                self.at += 1;
                self.nesting = self.nesting.saturating_sub(1);
                self.count(1)
            }
            b'-' | b'0'..=b'9' => self.number(),
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => self.name(),
            b'.' if self.bytes[self.at..].starts_with(b"...") => {
                self.at += 3;
                self.count(1)
            }
            _ => {
                self.at += 1;
                self.count(1)
            }
        }
    }

    fn name(&mut self) -> Result<(), Violation> {
        let length = self.length_while(is_name_byte);
        if length > self.limits.name {
            return Err(Violation::limit(
                "The document has a name of",
                self.limits.name,
                "characters",
                "Shorten it.",
            ));
        }
        self.at += length;
        self.count(1)
    }

    fn number(&mut self) -> Result<(), Violation> {
        if self.bytes[self.at] == b'-' {
            self.at += 1;
        }
        let leading_zero = self.bytes.get(self.at) == Some(&b'0');
        let whole = self.digits()?;
        if leading_zero && whole > 1 {
            return Err(self.fault("A number begins with a zero that does not belong there"));
        }
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.bytes.get(self.at), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.bytes.get(self.at), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        match self.bytes.get(self.at) {
            Some(&byte) if byte == b'.' || is_name_byte(byte) => {
                Err(self.fault("A number runs into what follows it"))
            }
            _ => self.count(1),
        }
    }

    fn digits(&mut self) -> Result<usize, Violation> {
        let length = self.length_while(|byte| byte.is_ascii_digit());
        if length == 0 {
            return Err(self.fault("A number lacks a digit"));
        }
        self.at += length;
        Ok(length)
    }

    fn end_of_string(&self) -> Result<usize, Violation> {
        let mut at = self.at + 1;
        loop {
            match (self.bytes.get(at), self.bytes.get(at + 1)) {
                (Some(b'"'), _) => return Ok(at + 1),
                (None | Some(b'\n' | b'\r'), _) | (Some(b'\\'), None | Some(b'\n' | b'\r')) => {
                    return Err(self.fault("A string does not end on its line"));
                }
                // The one character that text in the database cannot hold.
                (Some(0), _) => return Err(self.fault("A string holds the character NUL")),
                (Some(b'\\'), Some(b'u')) if self.bytes[at..].starts_with(br"\u0000") => {
                    return Err(self.fault("A string holds the character NUL"));
                }
                (Some(b'\\'), Some(_)) => at += 2,
                (Some(_), _) => at += 1,
            }
        }
    }

    fn end_of_block_string(&self) -> Result<usize, Violation> {
        let mut at = self.at + 3;
        while at < self.bytes.len() {
            let rest = &self.bytes[at..];
            if rest.starts_with(br#"""""#) {
                return Ok(at + 3);
            }
            if rest[0] == 0 {
                return Err(self.fault("A block string holds the character NUL"));
            }
            at += if rest.starts_with(br#"\""""#) { 4 } else { 1 };
        }
        Err(self.fault("A block string does not end"))
    }

    fn length_while(&self, belongs: impl Fn(u8) -> bool) -> usize {
        let rest = &self.bytes[self.at..];
        rest.iter().position(|&byte| !belongs(byte)).unwrap_or(rest.len())
    }

    fn count(&mut self, tokens: usize) -> Result<(), Violation> {
        self.tokens += tokens;
        if self.tokens > self.limits.tokens {
            return Err(Violation::limit(
                "The document has",
                self.limits.tokens,
                "tokens",
                "Split it into several requests, and pass values as variables.",
            ));
        }
        Ok(())
    }

    fn comment(&mut self, length: usize) -> Result<(), Violation> {
        self.at += length;
        self.comments += length;
        if self.comments > self.limits.comments {
            return Err(Violation::limit(
                "The document has",
                self.limits.comments,
                "bytes of comments",
                "Leave them out of what is sent.",
            ));
        }
        self.count(1)
    }

    fn fault(&self, reason: &str) -> Violation {
        let before = &self.bytes[..self.at];
        let line_start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
        let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
        let column = 1 + String::from_utf8_lossy(&before[line_start..]).chars().count();
        Violation::parse(reason, Some(Pos { line, column }))
    }
}

fn is_name_byte(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric()
}
