//! `consentry documents`: documents that clients of a tenant may ask for by their id.

use std::{collections::BTreeMap, path::PathBuf};

use clap::{Args, Subcommand};

use super::{
    Failure,
    database::{Server, Use, visit},
    flag::told,
    key::Key,
    print,
    serve::{check, with_app},
};
use crate::{
    config::Config,
    kernel::app::App,
    platform::trusted_document::{MOST_AT_ONCE, TrustedDocumentInput, UploadTrustedDocumentsInput, upload},
};

/// What to do with documents.
#[derive(Debug, Subcommand)]
pub(super) enum Request {
    /// Upload the manifest of a code generator: a JSON object of documents by their `sha256:…`
    Upload(Upload),
}

/// What to upload, for whom.
#[derive(Debug, Args)]
pub(super) struct Upload {
    /// The tenant's slug
    #[arg(long, value_name = "SLUG")]
    tenant: String,
    /// The client that the documents belong to, such as scheduling-app
    #[arg(long, value_name = "NAME")]
    client: String,
    /// The manifest, such as persisted-documents.json
    #[arg(value_name = "FILE")]
    manifest: PathBuf,
}

pub(super) async fn run(config: &Config, request: Request) -> Result<(), Failure> {
    let Request::Upload(request) = request;
    let documents = read(&request.manifest)?;
    let key = Key::find(config)?;
    let server = Server::open(config, Use::Visiting).await?;
    visit(server, async |server| {
        let options = server.app_options()?;
        let provider = check(&options, key).await?;
        with_app(&options, server.pooler(), provider, async |app| send(app, request, documents).await)
            .await
            .map(drop)
    })
    .await
}

fn read(manifest: &PathBuf) -> Result<Vec<TrustedDocumentInput>, Failure> {
    let place = manifest.display();
    let text = std::fs::read(manifest)
        .map_err(|error| Failure::refused(format_args!("cannot read {place}: {}", error.kind())))?;
    let documents: BTreeMap<String, String> = serde_json::from_slice(&text).map_err(|_| {
        Failure::refused(format_args!(
            "{place} is no manifest: it has to be a JSON object of documents by id"
        ))
    })?;
    if documents.is_empty() {
        return Err(Failure::refused(format_args!("{place} holds no document")));
    }
    let documents = documents.into_iter();
    Ok(documents.map(|(id, body)| TrustedDocumentInput { body, document_id: Some(id) }).collect())
}

async fn send(app: &App, request: Upload, mut documents: Vec<TrustedDocumentInput>) -> Result<(), Failure> {
    let Upload { tenant, client, .. } = request;
    let tenant_id = app.tenant_by_slug(&tenant).await?.ok_or_else(|| {
        Failure::refused(format_args!("there is no active tenant with the slug `{tenant}`"))
    })?;
    let slot = app.operator("documents");
    let count = documents.len();
    while !documents.is_empty() {
        let rest = documents.split_off(documents.len().min(MOST_AT_ONCE));
        let input = UploadTrustedDocumentsInput { client_name: client.clone(), documents };
        let app = app.clone();
        slot.write_anonymous(tenant_id, |write| {
            Box::pin(async move { upload(write, app.documents(), input).await })
        })
        .await
        .map_err(told)?;
        documents = rest;
    }
    print(&format!("{count} documents of {client} can be asked for by their id\n"))
}
