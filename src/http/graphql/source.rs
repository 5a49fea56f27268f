//! Where a request is read from: a body or a URL.

use std::future::poll_fn;
use std::pin::Pin;

use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationType};
use axum::body::{Body, HttpBody};
use axum::http::Uri;

use crate::http::engine::Asked;
use crate::http::guard::{self, Documents, Limits, Parameters, Violation};
use crate::http::refusal::Refusal;

/// A request that was received and not yet looked at.
pub(super) enum Source {
    Body(Vec<u8>),
    Url(String),
}

impl Source {
    /// Receives a body.
    pub(super) async fn body(body: Body, limits: &Limits) -> Result<Self, Refusal> {
        receive(body, limits).await.map(Self::Body)
    }

    /// Takes the parameters of a URL.
    pub(super) fn url(uri: &Uri) -> Self {
        Self::Url(uri.query().unwrap_or_default().to_owned())
    }

    /// Reads the request, if it keeps the limits and its document is valid.
    pub(super) fn read(self, documents: &Documents) -> Result<Asked, Refusal> {
        match self {
            Self::Body(bytes) => {
                let parameters = guard::read_body(&bytes, documents.limits())?;
                Ok(match parameters.document_id {
                    Some(id) => Asked::ById(id, Box::new(parameters)),
                    None => checked(documents, parameters)?,
                })
            }
            Self::Url(parameters) => read_url(&parameters, documents),
        }
    }
}

/// Receives a body, and stops as soon as it is longer than the cap or takes too long.
pub(in crate::http) async fn receive(body: Body, limits: &Limits) -> Result<Vec<u8>, Refusal> {
    tokio::time::timeout(limits.body_time, collect(body, limits))
        .await
        .unwrap_or_else(|_| Err(Refusal::request_timeout(limits)))
}

async fn collect(mut body: Body, limits: &Limits) -> Result<Vec<u8>, Refusal> {
    let announced = body.size_hint().lower();
    if announced > limits.body as u64 {
        return Err(Violation::payload_too_large(limits).into());
    }
    let mut bytes = Vec::with_capacity(announced as usize);
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let frame = frame.map_err(|_| Refusal::bad_request("The body broke off."))?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > limits.body {
            return Err(Violation::payload_too_large(limits).into());
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}

fn checked(documents: &Documents, parameters: Parameters) -> Result<Asked, Violation> {
    let document = documents.parse(&parameters.query)?;
    Ok(Asked::Document(Box::new(documents.request(document, parameters)?)))
}

fn read_url(parameters: &str, documents: &Documents) -> Result<Asked, Refusal> {
    let [mut query, mut operation_name, mut variables, mut extensions] = [const { None::<String> }; 4];
    for pair in parameters.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let place = match name {
            "query" => &mut query,
            "operationName" => &mut operation_name,
            "variables" => &mut variables,
            "extensions" => &mut extensions,
            _ => continue,
        };
        let value = decode(value).ok_or_else(|| {
            Refusal::bad_request(format!("The parameter `{name}` is not percent-encoded UTF-8."))
        })?;
        if place.replace(value).is_some() {
            return Err(Refusal::bad_request(format!("The parameter `{name}` stands twice.")));
        }
    }
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let parameters = guard::read_parameters(
        query,
        operation_name,
        given(&variables).as_deref(),
        given(&extensions).as_deref(),
        documents.limits(),
    )?;
    // What the document is, is found out with who calls, which is too late for a method that changes nothing.
    if parameters.document_id.is_some() {
        return Err(Refusal::bad_request("A `documentId` is sent with POST."));
    }
    let document = documents.parse(&parameters.query)?;
    if !only_queries(document.executable(), parameters.operation_name.as_deref()) {
        return Err(Refusal::method_not_allowed(
            "POST",
            "Only queries are sent with GET. Send this with POST.",
        ));
    }
    Ok(Asked::Document(Box::new(documents.request(document, parameters)?)))
}

/// Whether every operation that could be meant is a query.
fn only_queries(document: &ExecutableDocument, name: Option<&str>) -> bool {
    match (&document.operations, name) {
        (DocumentOperations::Multiple(operations), Some(name)) => {
            operations.get(name).is_none_or(|operation| operation.node.ty == OperationType::Query)
        }
        // Without a name, or with one that an anonymous operation cannot bear, none may be anything else.
        (operations, _) => operations.iter().all(|(_, operation)| operation.node.ty == OperationType::Query),
    }
}

/// Undoes `application/x-www-form-urlencoded`; none if the bytes are not that.
pub(in crate::http) fn decode(text: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => {
                let high = char::from(bytes.next()?).to_digit(16)?;
                let low = char::from(bytes.next()?).to_digit(16)?;
                u8::try_from(high * 16 + low).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(decoded).ok()
}
