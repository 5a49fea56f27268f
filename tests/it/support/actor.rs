//! Actors: clients who ask over HTTP.

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, HeaderValue, Request, StatusCode},
};
use consentry::http::Statistics;
use entity::{
    Id,
    identity::user,
    people::{patient, practitioner},
};
use serde_json::{Value, json};
use tower::ServiceExt;

/// Somebody who asks.
#[derive(Clone)]
pub struct Actor {
    /// The user, when signed in.
    pub user_id: Option<Id<user::Entity>>,
    /// The practitioner, when the user is one.
    pub practitioner_id: Option<Id<practitioner::Entity>>,
    router: axum::Router,
    token: Option<String>,
    purpose: Option<String>,
    organization: Option<String>,
    request_id: Option<String>,
}

impl Actor {
    pub(super) fn new(router: axum::Router, token: Option<String>) -> Self {
        Self {
            user_id: None,
            practitioner_id: None,
            router,
            token,
            purpose: None,
            organization: None,
            request_id: None,
        }
    }

    /// The same actor, stating a purpose of use.
    pub fn with_purpose(&self, purpose: &str) -> Self {
        Self { purpose: Some(purpose.to_owned()), ..self.clone() }
    }

    /// The same actor, naming an organization.
    pub fn with_organization(&self, slug: &str) -> Self {
        Self { organization: Some(slug.to_owned()), ..self.clone() }
    }

    /// The same actor with another token.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The same actor, bringing a request id.
    pub fn with_request_id(&self, id: &str) -> Self {
        Self { request_id: Some(id.to_owned()), ..self.clone() }
    }

    /// The same actor at another door: a router on another pool.
    pub fn at(&self, router: axum::Router) -> Self {
        Self { router, ..self.clone() }
    }

    /// The user's id.
    pub fn user(&self) -> Id<user::Entity> {
        self.user_id.expect("a user")
    }

    /// The bearer token.
    pub fn token(&self) -> &str {
        self.token.as_deref().expect("a signed-in actor")
    }

    /// The practitioner's id.
    pub fn practitioner(&self) -> Id<practitioner::Entity> {
        self.practitioner_id.expect("a practitioner")
    }

    /// Asks without variables.
    pub async fn ask(&self, document: &str) -> Answer {
        self.ask_with(document, json!({})).await
    }

    /// Asks with variables.
    pub async fn ask_with(&self, document: &str, variables: Value) -> Answer {
        self.send(json!({ "query": document, "variables": variables })).await
    }

    /// Sends any JSON body.
    pub async fn send(&self, body: Value) -> Answer {
        let mut request = Request::post("/graphql")
            .header("content-type", "application/json")
            .header("accept", "application/graphql-response+json");
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if let Some(purpose) = &self.purpose {
            request = request.header("x-purpose-of-use", purpose);
        }
        if let Some(organization) = &self.organization {
            request = request.header("x-organization", organization);
        }
        if let Some(id) = &self.request_id {
            let value = HeaderValue::from_bytes(id.as_bytes()).expect("a header");
            request = request.header("x-request-id", value);
        }
        self.deliver(request.body(Body::from(body.to_string())).expect("a request")).await
    }

    /// Sends any request as it is: nothing of the actor goes with it.
    pub async fn deliver(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let status = response.status();
        let headers = response.headers().clone();
        let statements =
            response.extensions().get::<Statistics>().map_or(0, |statistics| statistics.statements);
        let bytes = to_bytes(response.into_body(), usize::MAX).await.expect("a body");
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status, headers, statements, body }
    }

    /// Runs a mutation of one `input`, asking for `result` of what it writes.
    pub async fn mutate(&self, mutation: &str, input: Value, result: &str) -> Answer {
        let (first, rest) = mutation.split_at(1);
        let document = format!(
            "mutation($input: {}{rest}Input!) {{ {mutation}(input: $input) {{ result {{ {result} }} userErrors {{ code field message }} }} }}",
            first.to_uppercase(),
        );
        self.ask_with(&document, json!({ "input": input })).await
    }

    /// Creates a patient with a name and returns the id.
    pub async fn creates_patient(&self, given: &str, family: &str) -> Id<patient::Entity> {
        let answer = self
            .ask_with(
                "mutation($input: CreatePatientInput!) { createPatient(input: $input) { result { id } userErrors { code message } } }",
                json!({ "input": { "identity": { "givenName": given, "familyName": family } } }),
            )
            .await;
        id(&answer.ok()["createPatient"]["result"]["id"])
    }

    /// Creates a patient who was born on a day, such as `2015-05-01`.
    pub async fn creates_patient_born(&self, day: &str) -> Id<patient::Entity> {
        let answer = self
            .ask_with(
                "mutation($input: CreatePatientInput!) { createPatient(input: $input) { result { id } userErrors { code message } } }",
                json!({ "input": { "identity": { "givenName": "Amara", "familyName": "Okafor", "birthDate": day } } }),
            )
            .await;
        id(&answer.ok()["createPatient"]["result"]["id"])
    }

    /// Files a signed consent and returns its id. `terms` overrides parts of a TPO consent for treating providers that covers
    /// identity, general and SUD information for treatment, payment and operations, without an end.
    pub async fn records_consent(
        &self,
        patient: Id<patient::Entity>,
        terms: Value,
    ) -> Id<entity::consent::consent::Entity> {
        let mut all = json!({
            "kind": "TPO",
            "scopes": [{ "dataClass": "DIRECTORY" }, { "dataClass": "GENERAL_PHI" }, { "dataClass": "SUD" }],
            "recipients": [{ "recipientClass": "TREATING_PROVIDERS" }],
            "purposes": ["TREATMENT", "PAYMENT", "OPERATIONS"],
            "expiry": { "never": true },
            "redisclosureStatement": true,
            "refusalConsequences": true,
        });
        for (key, value) in terms.as_object().into_iter().flatten() {
            all[key] = value.clone();
        }
        let answer = self
            .ask_with(
                "mutation($input: RecordConsentInput!) { recordConsent(input: $input) { result { id } userErrors { code message } } }",
                json!({ "input": {
                    "patientId": patient.to_string(),
                    "terms": all,
                    "signedAt": "2026-11-20T09:00:00Z",
                    "signatureMethod": "PAPER",
                    "signerCapacity": "SELF",
                    "evidenceReference": "cabinet 3, folder 12",
                } }),
            )
            .await;
        let data = answer.ok();
        assert_eq!(data["recordConsent"]["userErrors"], json!([]), "the consent is filed");
        id(&data["recordConsent"]["result"]["id"])
    }

    /// Links a patient with a parent, whose legal authority nobody has verified, and returns the relationship's id. `related`
    /// says who it is.
    pub async fn links_parent(
        &self,
        patient: Id<patient::Entity>,
        related: Value,
    ) -> Id<entity::people::person_relationship::Entity> {
        let input = json!({
            "patientId": patient.to_string(), "related": related, "kind": "PARENT", "legalAuthority": "PARENT",
            "evidenceReference": "cabinet 3, folder 12",
        });
        let data = self.mutate("linkPerson", input, "id").await.ok();
        assert_eq!(data["linkPerson"]["userErrors"], json!([]), "they are linked");
        id(&data["linkPerson"]["result"]["id"])
    }

    /// Enters an identity provider with everything that can be said of one, and returns its id.
    pub async fn enters_identity_provider(&self, key: &str) -> uuid::Uuid {
        let issuer = format!("https://{key}.example.org");
        let input = json!({
            "key": key, "name": "Clinic accounts", "issuer": issuer, "clientId": "consentry",
            "clientSecret": "a well kept word", "audiences": ["https://town.example/graphql"],
            "algorithms": ["RS256"], "keySetUrl": format!("{issuer}/keys"),
        });
        let answer = self.mutate("createIdentityProvider", input, "id").await.ok();
        id::<()>(&answer["createIdentityProvider"]["result"]["id"]).uuid()
    }

    /// Looks at a patient's identity: the full name, or the reason why it is withheld.
    pub async fn sees_identity_of(&self, patient: Id<patient::Entity>) -> Result<String, String> {
        let answer = self
            .ask_with(
                "query($id: ID!) { patient(id: $id) { identity { ... on PatientIdentity { fullName } ... on Withheld { reason } } } }",
                json!({ "id": patient.to_string() }),
            )
            .await;
        let data = answer.ok();
        let identity = &data["patient"]["identity"];
        match (identity["fullName"].as_str(), identity["reason"].as_str()) {
            (Some(name), None) => Ok(name.to_owned()),
            (None, Some(reason)) => Err(reason.to_owned()),
            _ => panic!("neither a name nor a reason: {data}"),
        }
    }
}

/// Reads an id out of an answer.
pub fn id<E>(value: &Value) -> Id<E> {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("no id: {value}"))
}

/// What came back.
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// SQL statements after the viewer was known, without `BEGIN` and `COMMIT`.
    pub statements: u32,
    /// The body.
    pub body: Value,
}

impl Answer {
    /// The data of an answer without errors.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert!(self.body.get("errors").is_none(), "errors: {}", self.body);
        self.body["data"].clone()
    }

    /// The code of the only error.
    #[track_caller]
    pub fn refused(&self) -> &str {
        let errors = self.body["errors"].as_array().unwrap_or_else(|| panic!("not refused: {}", self.body));
        assert_eq!(errors.len(), 1, "one error: {}", self.body);
        errors[0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("no code: {}", self.body))
    }

    /// The code of the only user error of a mutation.
    #[track_caller]
    pub fn user_error(&self, mutation: &str) -> String {
        let error = self.complaint(mutation);
        error["code"].as_str().unwrap_or_else(|| panic!("no code: {error}")).to_owned()
    }

    /// The only user error of a mutation.
    #[track_caller]
    pub fn complaint(&self, mutation: &str) -> Value {
        let data = self.ok();
        let payload = &data[mutation];
        assert!(payload["result"].is_null(), "a refused mutation has no result: {data}");
        let errors = payload["userErrors"].as_array().unwrap_or_else(|| panic!("no user errors: {data}"));
        assert_eq!(errors.len(), 1, "one user error: {data}");
        errors[0].clone()
    }
}
