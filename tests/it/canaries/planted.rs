//! What is planted: values that occur nowhere else, of every kind that is protected.

use consentry::command::verify::canary::Canaries;
use serde_json::{Value, json};

/// Values that were handed to the server. Every spelling of a value is a value of its own.
#[derive(Default)]
pub struct Planted {
    /// Sealed, or never kept: found nowhere but in the answer to somebody who may see it.
    secret: Vec<String>,
    /// Behind a gate: readable to SQL, so it stands in the database in the clear, and nowhere else.
    gated: Vec<String>,
    /// The caller's own words, which an answer to that caller repeats: secret everywhere else.
    spoken: Vec<String>,
    /// Not protected: kept or logged in the clear, which shows that the search finds.
    pub controls: Vec<String>,
    next: u64,
}

impl Planted {
    /// A word that nobody ever wrote, to be found nowhere.
    pub fn secret(&mut self) -> String {
        let word = self.word();
        self.keep(word)
    }

    /// As [`secret`](Self::secret), beginning like this.
    pub fn keep(&mut self, value: impl Into<String>) -> String {
        let value = value.into();
        self.secret.push(value.clone());
        value
    }

    /// A word for a column that is gated.
    pub fn gated(&mut self) -> String {
        let word = format!("{} cabinet {}", self.word(), self.next);
        self.gated.push(word.clone());
        word
    }

    /// A name in a document, such as an alias.
    pub fn spoken(&mut self) -> String {
        let word = self.word();
        self.spoken.push(word.clone());
        word
    }

    /// A word that is kept in the clear.
    pub fn control(&mut self) -> String {
        let word = format!("control-{}", self.word());
        self.controls.push(word.clone());
        word
    }

    /// How many values were planted.
    pub fn count(&self) -> usize {
        self.secret.len() + self.gated.len() + self.spoken.len()
    }

    /// What the database may hold none of.
    pub fn outside_the_database(&self) -> Search<'_> {
        Search::of([&self.secret[..], &self.gated, &self.spoken])
    }

    /// What nothing else may hold any of.
    pub fn in_the_database(&self) -> Search<'_> {
        Search::of([&self.secret[..], &self.spoken, &[]])
    }

    /// What no answer to somebody else may hold any of.
    pub fn in_answers(&self) -> Search<'_> {
        Search::of([&self.secret[..], &self.gated, &[]])
    }

    /// What a gated column shows to SQL.
    pub fn gates(&self) -> Search<'_> {
        Search::of([&self.gated[..], &[], &[]])
    }

    /// An identity with every field, and what stands for it in every spelling.
    pub fn identity(&mut self) -> Value {
        let number = self.number();
        let (area, serial) = (4_100_000 + number, number % 10_000);
        let ssn = format!("{:03}{:02}{:04}", 101 + number % 500, 10 + number % 89, 1 + (number * 7) % 9_999);
        self.keep(ssn.clone());
        let hyphens = self.keep(format!("{}-{}-{}", &ssn[..3], &ssn[3..5], &ssn[5..]));
        let postal_code = self.keep(format!("{:05}-{:04}", 10_000 + (number * 13) % 80_000, serial));
        // Nobody alive was born in these years, and nothing else here happened in them.
        let birth_date =
            self.keep(format!("19{:02}-{:02}-{:02}", 3 + number % 17, 1 + number % 12, 1 + number % 28));
        let phone = self.phone(area);
        let contacts_phone = self.phone(area + 400_000);
        let email = format!("{}@post.example", self.secret());
        json!({
            "givenName": self.secret(),
            "middleName": self.secret(),
            "familyName": if number.is_multiple_of(3) { self.accented() } else { self.secret() },
            "preferredName": self.secret(),
            "birthDate": birth_date,
            "gender": self.secret(),
            "pronouns": self.secret(),
            "languages": [self.secret(), self.secret()],
            "phone": phone,
            "email": email,
            "address": {
                "line1": format!("12 {} Street", self.secret()),
                "line2": self.secret(),
                "city": self.secret(),
                "state": "OR",
                "postalCode": postal_code,
            },
            "ssn": hyphens,
            "emergencyContact": {
                "name": self.secret(),
                "phone": contacts_phone,
                "relationship": self.secret(),
            },
        })
    }

    /// A phone number as people write it; the digits are what is kept of it.
    fn phone(&mut self, number: u64) -> String {
        let digits = self.keep(format!("415{number}"));
        self.keep(format!("({}) {}-{}", &digits[..3], &digits[3..6], &digits[6..]))
    }

    fn accented(&mut self) -> String {
        let word = self.word();
        self.keep(format!("{}é{}", &word[..4], &word[4..]))
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Eleven letters between a rare beginning and a rare end.
    fn word(&mut self) -> String {
        let mut seed = self.number().wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let letters: String = (0..7)
            .map(|_| {
                seed = seed.rotate_left(9).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                char::from(b'a' + u8::try_from((seed >> 32) % 26).expect("a letter"))
            })
            .collect();
        format!("Qv{letters}zx")
    }
}

/// Values, and the search for all of them.
pub struct Search<'p> {
    values: Vec<&'p str>,
    canaries: Canaries,
}

impl<'p> Search<'p> {
    fn of(parts: [&'p [String]; 3]) -> Self {
        let values: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
        let canaries = Canaries::new(values.iter().copied()).expect("searchable");
        Self { values, canaries }
    }

    /// Search for these alone.
    pub fn alone(values: &'p [String]) -> Self {
        Self::of([values, &[], &[]])
    }

    /// Where values stand in these bytes: which, how it is written, and what stands around it.
    pub fn places(&self, haystack: &[u8]) -> Vec<String> {
        self.canaries
            .all_in(haystack)
            .map(|found| {
                let from = found.offset.saturating_sub(60);
                let around = &haystack[from..haystack.len().min(found.offset + 60)];
                format!(
                    "{} ({:?}) in …{}…",
                    self.values[found.value],
                    found.guise,
                    String::from_utf8_lossy(around).escape_debug()
                )
            })
            .collect()
    }

    /// How many of the values stand in these bytes.
    pub fn count_in(&self, haystack: &[u8]) -> usize {
        let mut found: Vec<usize> = self.canaries.all_in(haystack).map(|found| found.value).collect();
        found.sort_unstable();
        found.dedup();
        found.len()
    }

    /// How many values are searched for.
    pub fn len(&self) -> usize {
        self.values.len()
    }
}
