//! What is said to the server, and what it answers: kept apart by whether the caller may see protected values.

use serde_json::{Value, json};

use super::{installation::Installation, planted::Planted};

/// Whether the answer may hold what was planted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Somebody whose look the decision allows, or who is told their own new token.
    MaySee,
    /// Anybody else; whoever it is when the answer is an error.
    MayNot,
}

/// One installation and everything that was said to it.
pub struct Conversation {
    /// The program.
    pub installation: Installation,
    /// What was planted so far.
    pub planted: Planted,
    /// Answers in which protected values are right.
    pub allowed: Vec<u8>,
    /// All other answers.
    pub others: Vec<u8>,
}

impl Conversation {
    /// A conversation that has not begun.
    pub fn new() -> Self {
        let installation = Installation::new();
        Self { installation, planted: Planted::default(), allowed: Vec::new(), others: Vec::new() }
    }

    /// Asks as whoever holds the token.
    pub fn ask(&mut self, token: &str, audience: Audience, document: &str, variables: Value) -> Value {
        let body = json!({ "query": document, "variables": variables }).to_string();
        self.post(token, audience, &[], body.as_bytes())
    }

    /// Sends any body to the API.
    pub fn post(&mut self, token: &str, audience: Audience, headers: &[(&str, &str)], body: &[u8]) -> Value {
        let bearer = format!("Bearer {token}");
        let mut all = vec![("Content-Type", "application/json")];
        if !token.is_empty() {
            all.push(("Authorization", &bearer));
        }
        all.retain(|(name, _)| !headers.iter().any(|(given, _)| given.eq_ignore_ascii_case(name)));
        all.extend(headers);
        self.request("POST", "/graphql", audience, &all, body)
    }

    /// Sends any request.
    pub fn request(
        &mut self,
        method: &str,
        path: &str,
        audience: Audience,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Value {
        let answer = self.installation.send(method, path, headers, body);
        let kept = match audience {
            Audience::MaySee => &mut self.allowed,
            Audience::MayNot => &mut self.others,
        };
        kept.extend_from_slice(&answer);
        let begin =
            answer.windows(4).position(|window| window == b"\r\n\r\n").map_or(answer.len(), |at| at + 4);
        serde_json::from_slice(&answer[begin..]).unwrap_or(Value::Null)
    }

    /// Runs a mutation of one input, and returns what it says.
    pub fn mutate(&mut self, token: &str, audience: Audience, mutation: &str, input: &Value) -> Value {
        let (first, rest) = mutation.split_at(1);
        let document = format!(
            "mutation($input: {}{rest}Input!) {{ {mutation}(input: $input) {{ result {{ id }} userErrors {{ code field message }} }} }}",
            first.to_uppercase(),
        );
        self.ask(token, audience, &document, json!({ "input": input }))
    }

    /// As [`mutate`](Self::mutate), with the input written into the document.
    pub fn mutate_literally(
        &mut self,
        token: &str,
        audience: Audience,
        mutation: &str,
        input: &Value,
    ) -> Value {
        let input = literal(input);
        let document = format!(
            "mutation {{ {mutation}(input: {input}) {{ result {{ id }} userErrors {{ code field message }} }} }}"
        );
        self.ask(token, audience, &document, json!({}))
    }
}

/// The code of the first error, or nothing.
pub fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
}

/// The id of what a mutation wrote.
#[track_caller]
pub fn written(answer: &Value, mutation: &str) -> String {
    let id = answer["data"][mutation]["result"]["id"].as_str();
    id.unwrap_or_else(|| panic!("{mutation}: {answer}")).to_owned()
}

/// Words that are enum values of the API when they stand in these fields.
const ENUMS: [&str; 7] =
    ["kind", "dataClass", "recipientClass", "purposes", "signatureMethod", "signerCapacity", "method"];

/// JSON as GraphQL writes it.
fn literal(value: &Value) -> String {
    fn written(value: &Value, of_enum: bool) -> String {
        match value {
            Value::Object(fields) => {
                let fields: Vec<String> = fields
                    .iter()
                    .map(|(name, value)| {
                        format!("{name}: {}", written(value, ENUMS.contains(&name.as_str())))
                    })
                    .collect();
                format!("{{ {} }}", fields.join(", "))
            }
            Value::Array(items) => {
                let items: Vec<String> = items.iter().map(|item| written(item, of_enum)).collect();
                format!("[{}]", items.join(", "))
            }
            Value::String(text) if of_enum => text.clone(),
            other => other.to_string(),
        }
    }
    written(value, false)
}
