//! Documents that clients may ask for by their id, instead of sending them.

use std::collections::HashMap;

use async_graphql::{
    ComplexObject, Context, InputObject, Object, SimpleObject, parser::types::DocumentOperations,
};
use chrono::Utc;
use entity::{Id, identity::permission::Permission, platform::trusted_document};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, DerivePartialModel};
use sha2::{Digest, Sha256};

use crate::{
    http::guard::{Document, Documents, digest},
    kernel::{
        door::{Door, Requires},
        error::{Error, Result},
        graphql::{DateTime, Payload, Payloaded, requires},
        load::{Scoped, resource},
        page::{Chronology, Connection, Cursor, Page},
        record::Written,
        viewer::Viewer,
        write::Write,
    },
};

/// How many documents are uploaded at once.
pub const MOST_AT_ONCE: usize = 100;
/// The longest name in characters.
const LONGEST_NAME: usize = 200;

/// A document that clients of the organization may ask for by its id.
#[derive(Clone, SimpleObject, DerivePartialModel)]
#[sea_orm(entity = "trusted_document::Entity")]
#[graphql(complex)]
pub struct TrustedDocument {
    /// The row's id; requests name the document by `documentId`.
    pub id: Id<trusted_document::Entity>,
    /// The client that it belongs to, such as `scheduling-app`.
    pub client_name: String,
    /// The name of its first operation; `anonymous` when it has none.
    pub name: String,
    /// The document.
    pub body: String,
    #[graphql(skip)]
    digest: Vec<u8>,
    #[graphql(skip)]
    created_at: chrono::DateTime<Utc>,
}

resource!(TrustedDocument of trusted_document);

impl Scoped for trusted_document::Entity {
    fn scope(_: &Viewer) -> Condition {
        Condition::all()
    }
}

#[ComplexObject]
impl TrustedDocument {
    /// What requests name it by, in `documentId`: `sha256:` and the SHA-256 of `body`.
    async fn document_id(&self) -> String {
        document_id(&self.digest)
    }

    /// When it was uploaded.
    async fn created_at(&self) -> DateTime {
        self.created_at.into()
    }
}

/// What can be asked about documents.
#[derive(Default)]
pub struct TrustedDocumentQuery;

#[Object]
impl TrustedDocumentQuery {
    /// The documents that clients of the organization may ask for by their id. Those that come with the server are not
    /// among them.
    #[graphql(directive = requires::apply(Permission::IntegrationManage.into()), guard = "Requires(Permission::IntegrationManage)")]
    async fn trusted_documents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 25 when not stated.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on after.")] after: Option<Cursor>,
    ) -> Result<Option<Connection<TrustedDocument>>> {
        let page = Page { first, after };
        ctx.session().await?.page(&page, Condition::all(), Chronology::NewestFirst).await.map(Some)
    }
}

/// A document to upload.
#[derive(Clone, Debug, InputObject)]
pub struct TrustedDocumentInput {
    /// The document; it must be valid on the schema and keep the limits of requests.
    pub body: String,
    /// What the client will name it by: `sha256:` and 64 hexadecimal digits. Stated, it must be that of `body`.
    pub document_id: Option<String>,
}

/// Documents to upload.
#[derive(Clone, Debug, InputObject)]
pub struct UploadTrustedDocumentsInput {
    /// The client that they belong to, such as `scheduling-app`; 1 to 200 characters.
    pub client_name: String,
    /// The documents, 1 to 100. Those that are there already stay as they are.
    pub documents: Vec<TrustedDocumentInput>,
}

/// Documents that are there now.
#[derive(Clone, SimpleObject)]
pub struct TrustedDocumentUpload {
    /// In the order of the upload.
    pub documents: Vec<TrustedDocument>,
}

/// Which document is to be removed.
#[derive(Clone, Debug, InputObject)]
pub struct RemoveTrustedDocumentInput {
    /// The document, as requests name it.
    pub document_id: String,
}

/// A document that is gone.
#[derive(Clone, Debug, SimpleObject)]
pub struct RemovedTrustedDocument {
    /// The document, as requests named it.
    pub document_id: String,
}

/// What can be changed about documents.
#[derive(Default)]
pub struct TrustedDocumentMutation;

#[Object]
impl TrustedDocumentMutation {
    /// Uploads documents, so that clients can ask for them by their id. All of them or none.
    ///
    /// User error: `VALIDATION_FAILED` (a document that is not valid, or not the one that its id names).
    #[graphql(directive = requires::apply(Permission::IntegrationManage.into()), guard = "Requires(Permission::IntegrationManage)")]
    async fn upload_trusted_documents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The documents to upload.")] input: UploadTrustedDocumentsInput,
    ) -> Result<Option<Payload<TrustedDocumentUpload>>> {
        let app = ctx.slot().app().clone();
        let outcome = ctx
            .slot()
            .write(|write| Box::pin(async move { upload(write, app.documents(), input).await }))
            .await;
        let shown = match outcome {
            Ok(ids) => {
                let mut shown = Vec::with_capacity(ids.len());
                for id in ids {
                    shown.push(ctx.load::<TrustedDocument>(id).await?.ok_or(Error::ResultUnavailable)?);
                }
                Ok(TrustedDocumentUpload { documents: shown })
            }
            Err(error) => Err(error),
        };
        shown.payload().map(Some)
    }

    /// Removes a document. Servers that know it execute it for a minute more at the most.
    ///
    /// User errors: `NOT_FOUND`, `VALIDATION_FAILED`.
    #[graphql(directive = requires::apply(Permission::IntegrationManage.into()), guard = "Requires(Permission::IntegrationManage)")]
    async fn remove_trusted_document(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which document is to be removed.")] input: RemoveTrustedDocumentInput,
    ) -> Result<Option<Payload<RemovedTrustedDocument>>> {
        let outcome = ctx.slot().write(|write| Box::pin(remove(write, input))).await;
        outcome.map(|document_id| RemovedTrustedDocument { document_id }).payload().map(Some)
    }
}

/// Uploads documents into the tenant of the transaction; returns the ids of all rows, also of those that were there.
///
/// # Errors
///
/// `VALIDATION_FAILED`, and those of the database.
pub async fn upload(
    write: &Write,
    known: &Documents,
    input: UploadTrustedDocumentsInput,
) -> Result<Vec<Id<trusted_document::Entity>>> {
    let UploadTrustedDocumentsInput { client_name, documents } = input;
    let client_name = client_name.trim().to_owned();
    if client_name.is_empty() || client_name.chars().count() > LONGEST_NAME {
        return Err(Error::invalid("clientName", "the name of a client has 1 to 200 characters"));
    }
    if !(1..=MOST_AT_ONCE).contains(&documents.len()) {
        return Err(Error::invalid("documents", "1 to 100 documents are uploaded at once"));
    }
    let mut ids = Vec::with_capacity(documents.len());
    let mut there: HashMap<[u8; 32], Id<trusted_document::Entity>> = HashMap::new();
    let mut rows = Vec::new();
    for (place, TrustedDocumentInput { body, document_id }) in documents.into_iter().enumerate() {
        let name = check(known, &body, document_id.as_deref(), place)?;
        let digest: [u8; 32] = Sha256::digest(&body).into();
        let found = match there.get(&digest) {
            Some(id) => Some(*id),
            None => find(write, digest).await?.map(|row| row.id),
        };
        let id = found.unwrap_or_else(|| write.new_id());
        if found.is_none() {
            write.written(Written {
                operation: "trusted_document.upload",
                target_kind: "TRUSTED_DOCUMENT",
                target_id: id.uuid(),
                patient_id: None,
                fields: vec!["body", "clientName", "name"],
            });
            rows.push(trusted_document::ActiveModel {
                id: Set(id),
                client_name: Set(client_name.clone()),
                name: Set(name),
                digest: Set(digest.to_vec()),
                body: Set(body),
                ..Default::default()
            });
        }
        there.insert(digest, id);
        ids.push(id);
    }
    write.insert_many(rows).await?;
    Ok(ids)
}

/// Refuses a document that could not be executed; returns its name.
fn check(known: &Documents, body: &str, id: Option<&str>, place: usize) -> Result<String> {
    let invalid =
        |field: &str, message: String| Error::invalid(&format!("documents.{place}.{field}"), message);
    let document = known.parse(body).map_err(|violation| invalid("body", violation.message))?;
    if let Some(id) = id {
        let stated = digest(id).map_err(|violation| invalid("documentId", violation.message))?;
        if stated != <[u8; 32]>::from(Sha256::digest(body)) {
            return Err(invalid("documentId", "this is not the SHA-256 of `body`".to_owned()));
        }
    }
    Ok(name_of(&document))
}

fn name_of(document: &Document) -> String {
    let named = match &document.executable().operations {
        DocumentOperations::Single(_) => None,
        DocumentOperations::Multiple(operations) => operations.keys().min(),
    };
    named.map_or("anonymous", |name| name.as_str()).chars().take(LONGEST_NAME).collect()
}

async fn remove(write: &Write, input: RemoveTrustedDocumentInput) -> Result<String> {
    let RemoveTrustedDocumentInput { document_id } = input;
    let digest = digest(&document_id).map_err(|violation| Error::invalid("documentId", violation.message))?;
    let row = find(write, digest).await?.ok_or_else(|| Error::not_found("documentId", "document"))?;
    write
        .erase::<trusted_document::Entity>(Condition::all().add(trusted_document::Column::Id.eq(row.id)))
        .await?;
    write.written(Written {
        operation: "trusted_document.remove",
        target_kind: "TRUSTED_DOCUMENT",
        target_id: row.id.uuid(),
        patient_id: None,
        fields: Vec::new(),
    });
    Ok(document_id)
}

async fn find(write: &Write, digest: [u8; 32]) -> Result<Option<trusted_document::Model>> {
    let condition = Condition::all().add(trusted_document::Column::Digest.eq(digest.to_vec()));
    write.find::<trusted_document::Entity>(condition).await
}

/// The id under which requests name the document with this SHA-256.
fn document_id(digest: &[u8]) -> String {
    digest.iter().fold("sha256:".to_owned(), |id, byte| id + &format!("{byte:02x}"))
}
