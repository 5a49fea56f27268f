//! What is measured: the documents, and what the floor is asked instead.

use std::rc::Rc;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    client::{Exchange, Expected, once},
    installation::Installation,
};

/// An operation, asked of the server and of the floor.
pub struct Operation {
    /// What it is called in the table.
    pub name: &'static str,
    /// The lowest ratio to the floor that is accepted, and the one aimed at; identities are compared with `beside`.
    pub goal: Option<(f64, f64)>,
    /// Statements of the floor, without `BEGIN` and `COMMIT`.
    pub floor_statements: u32,
    server: Asked,
    floor: Asked,
    /// Another document that the server is asked beside it, and the goal of the ratio to it.
    pub beside: Option<(&'static str, f64)>,
    beside_document: Option<&'static str>,
    writes: bool,
}

enum Asked {
    /// A document, and whether it takes the id of a patient.
    Document(&'static str, bool),
    /// A method, and what comes before and after the id of a patient.
    Route(&'static str, &'static str, Option<&'static str>),
}

const POINT: &str =
    "query Point($id: ID!) { patient(id: $id) { id displayCode status version consentEpoch } }";
const POINT_IDENTITY: &str = "query PointIdentity($id: ID!) { patient(id: $id) { id displayCode status version \
    consentEpoch identity { ... on PatientIdentity { fullName birthDate phone } ... on Withheld { reason } } } }";
const PAGE: &str =
    "query Page { patients(first: 50) { nodes { id displayCode status version consentEpoch } } }";
const PAGE_IDENTITY: &str = "query PageIdentity { patients(first: 50) { nodes { id displayCode status version \
    consentEpoch identity { ... on PatientIdentity { fullName birthDate phone } ... on Withheld { reason } } } } }";
const TEAMS: &str = "query Teams { patients(first: 50) { nodes { id displayCode careTeam(first: 10) { nodes { id role \
    practitioner { id professionalName } } } } } }";
const ASSIGN: &str = "mutation Assign($id: ID!, $practitioner: ID!) { assignCareTeam(input: { patientId: $id, \
    practitionerId: $practitioner, role: ASSISTANT, endsAt: \"2040-01-01T00:00:00Z\" }) { result { id role } \
    userErrors { code } } }";
const PAGE_ROUTE: Asked = Asked::Route("GET", "/patients", None);
const POINT_ROUTE: Asked = Asked::Route("GET", "/patients/", Some(""));

/// All of them; the one that writes comes last, since it changes what the others read.
pub fn all() -> Vec<Operation> {
    let read = |name, document, takes_id, floor, goal| Operation {
        name,
        goal,
        floor_statements: 2,
        server: Asked::Document(document, takes_id),
        floor,
        beside: None,
        beside_document: None,
        writes: false,
    };
    let flat = Some((0.5, 0.7));
    vec![
        read("point read", POINT, true, POINT_ROUTE, flat),
        read("page of 50", PAGE, false, PAGE_ROUTE, flat),
        Operation {
            beside: Some(("page of 50", 0.4)),
            beside_document: Some(PAGE),
            ..read("page of 50 with identity", PAGE_IDENTITY, false, PAGE_ROUTE, None)
        },
        Operation {
            beside: Some(("point read", 0.4)),
            beside_document: Some(POINT),
            ..read("point read with identity", POINT_IDENTITY, true, POINT_ROUTE, None)
        },
        read(
            "page of 50 with two child levels",
            TEAMS,
            false,
            Asked::Route("GET", "/teams", None),
            Some((0.6, 0.75)),
        ),
        Operation {
            writes: true,
            ..read(
                "mutation",
                ASSIGN,
                true,
                Asked::Route("POST", "/patients/", Some("/team")),
                Some((0.7, 0.85)),
            )
        },
    ]
}

impl Operation {
    /// What goes to the server, with what has to come back.
    pub async fn of_server(&self, installation: &Installation) -> Rc<Vec<Exchange>> {
        self.exchanges(&self.server, installation, installation.server.address).await
    }

    /// What goes to the floor.
    pub async fn of_floor(&self, installation: &Installation) -> Rc<Vec<Exchange>> {
        self.exchanges(&self.floor, installation, installation.floor.address).await
    }

    /// What goes to the server beside it.
    pub async fn of_beside(&self, installation: &Installation) -> Option<Rc<Vec<Exchange>>> {
        let Asked::Document(_, takes_id) = self.server else { return None };
        let asked = Asked::Document(self.beside_document?, takes_id);
        Some(self.exchanges(&asked, installation, installation.server.address).await)
    }

    async fn exchanges(
        &self,
        asked: &Asked,
        installation: &Installation,
        address: std::net::SocketAddr,
    ) -> Rc<Vec<Exchange>> {
        let mut exchanges = Vec::new();
        for patient in asked.patients(installation) {
            let request = asked.request(installation, patient);
            let expected = if self.writes {
                match asked {
                    Asked::Document(..) => Expected::Between(
                        "{\"data\":{\"assignCareTeam\":{\"result\":{\"id\":",
                        "\"userErrors\":[]}}}",
                    ),
                    Asked::Route(..) => {
                        Expected::Between("{\"data\" : {\"assignCareTeam\" : {\"result\" : {", "[]}}}")
                    }
                }
            } else {
                Expected::Exactly(once(address, &request).await)
            };
            exchanges.push(Exchange { request, expected });
        }
        Rc::new(exchanges)
    }

    /// Asserts that both answer the same, apart from identities, which the floor has none of and the server shows.
    pub fn compare(&self, server: &[Exchange], floor: &[Exchange]) {
        let data = |exchange: &Exchange| match &exchange.expected {
            Expected::Exactly(body) => Some(serde_json::from_slice::<Value>(body).expect("JSON")),
            Expected::Between(..) => None,
        };
        for (server, floor) in server.iter().zip(floor) {
            let (Some(mut ours), Some(theirs)) = (data(server), data(floor)) else { continue };
            let shown = strip_identities(&mut ours);
            assert_eq!(ours, theirs, "{} is answered as the floor does", self.name);
            let whole = !theirs.pointer("/data/patient").is_some_and(Value::is_null)
                && theirs.to_string().len() > 100;
            assert!(whole, "{} is answered with something: {theirs}", self.name);
            let wants =
                matches!(self.server, Asked::Document(document, false) if document.contains("identity"));
            assert!(!wants || shown >= 30, "{}: only {shown} identities are shown", self.name);
        }
    }
}

/// Takes identities out; returns how many were shown.
fn strip_identities(value: &mut Value) -> usize {
    match value {
        Value::Object(fields) => {
            let identity = fields.remove("identity");
            let shown = usize::from(identity.is_some_and(|identity| !identity["fullName"].is_null()));
            shown + fields.values_mut().map(strip_identities).sum::<usize>()
        }
        Value::Array(items) => items.iter_mut().map(strip_identities).sum(),
        _ => 0,
    }
}

impl Asked {
    fn patients(&self, installation: &Installation) -> Vec<Option<Uuid>> {
        match self {
            Self::Document(_, true) | Self::Route(_, _, Some(_)) => {
                installation.patients.iter().copied().map(Some).collect()
            }
            _ => vec![None],
        }
    }

    fn request(&self, installation: &Installation, patient: Option<Uuid>) -> Vec<u8> {
        match self {
            Self::Document(document, _) => graphql(
                &installation.token,
                document,
                json!({ "id": patient, "practitioner": installation.practitioner }),
            ),
            Self::Route(method, before, after) => {
                let id = patient.map(|id| id.to_string()).unwrap_or_default();
                format!(
                    "{method} {before}{id}{} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {}\r\n\
                     content-length: 0\r\n\r\n",
                    after.unwrap_or_default(),
                    installation.token,
                )
                .into_bytes()
            }
        }
    }
}

/// A document as a client sends it. Variables that it does not declare are left out.
fn graphql(token: &str, document: &str, mut variables: Value) -> Vec<u8> {
    if let Value::Object(fields) = &mut variables {
        fields.retain(|name, value| !value.is_null() && document.contains(&format!("${name}:")));
    }
    let body = json!({ "query": document, "variables": variables }).to_string();
    format!(
        "POST /graphql HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\naccept: application/json\r\n\
         authorization: Bearer {token}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
