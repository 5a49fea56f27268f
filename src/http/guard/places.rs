//! Lines and columns of a document.

use apollo_compiler::parser::SourceSpan;
use async_graphql::Pos;

/// Where the lines of a document begin, so that any number of places is found at once.
pub(super) struct Places<'a> {
    document: &'a str,
    /// The byte at which each line begins.
    lines: Vec<usize>,
    /// How many characters stand before each byte; empty when all of them are single bytes.
    characters: Vec<u32>,
}

impl<'a> Places<'a> {
    pub(super) fn new(document: &'a str) -> Self {
        let bytes = document.as_bytes();
        let mut lines = vec![0];
        for (at, byte) in bytes.iter().enumerate() {
            // A line ends with either character, and with both together only once.
            if *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')) {
                lines.push(at + 1);
            }
        }
        let mut characters = Vec::new();
        if !document.is_ascii() {
            characters.reserve(bytes.len() + 1);
            let mut before = 0;
            for at in 0..bytes.len() {
                characters.push(before);
                before += u32::from(document.is_char_boundary(at + 1));
            }
            characters.push(before);
        }
        Self { document, lines, characters }
    }

    /// Where something begins; the first place of the document for what has none.
    pub(super) fn of(&self, span: Option<SourceSpan>) -> Pos {
        self.at(span.map_or(0, |span| span.offset()))
    }

    /// Line and column of a byte; columns count characters.
    fn at(&self, offset: usize) -> Pos {
        let offset = offset.min(self.document.len());
        let line = self.lines.partition_point(|begin| *begin <= offset);
        let begin = self.lines[line - 1];
        let column = match self.characters.get(begin).zip(self.characters.get(offset)) {
            Some((begin, offset)) => (offset - begin) as usize,
            None => offset - begin,
        };
        Pos { line, column: column + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn stands(document: &str, what: &str, line: usize, column: usize) {
        let offset = document.find(what).expect("it stands in the document");
        assert_eq!(Places::new(document).at(offset), Pos { line, column });
    }

    #[test]
    fn columns_count_characters_and_every_end_of_a_line_counts_once() {
        stands("here", "here", 1, 1);
        stands("a\n\n here", "here", 3, 2);
        stands("a\r\nb\rc\r\n\r\nhere", "here", 5, 1);
        stands("😀 ü\n日本 here", "here", 2, 4);
        stands("😀 here", "here", 1, 3);
    }

    #[test]
    fn what_stands_beyond_the_end_stands_at_the_end() {
        assert_eq!(Places::new("ü").at(99), Pos { line: 1, column: 2 });
        assert_eq!(Places::new("").of(None), Pos { line: 1, column: 1 });
    }
}
