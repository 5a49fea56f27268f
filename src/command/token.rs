//! `consentry token`: access tokens for programs that act for a user, and looking after them and the keys of partners.

use std::str::FromStr;

use chrono::TimeDelta;
use clap::Args;
use entity::{
    Id,
    consent::purpose::Purpose,
    identity::{
        access_token::{self, AccessTokenKind},
        permission::Permission,
        user::{self, UserStatus},
    },
};
use sea_orm::{ActiveEnum, ActiveValue::Set, Iterable};
use secrecy::{ExposeSecret, SecretString};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use uuid::Uuid;

mod kept;

use super::{
    Failure,
    database::{Server, Use, connect, visit},
    key::Key,
    print,
    serve::{check, with_app},
};
use crate::{
    config::Config,
    kernel::{
        app::App,
        crypto::{BearerToken, BearerTokenKind, SearchTerm},
        record::Written,
    },
};

/// What is asked for.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct Request {
    #[command(subcommand)]
    existing: Option<kept::Request>,
    /// The tenant's slug
    #[arg(long, value_name = "SLUG", required = true)]
    tenant: Option<String>,
    /// The e-mail address of the user to act for
    #[arg(long, required = true)]
    email: Option<String>,
    /// What the token is for, in a few words
    #[arg(long, default_value = "made on the command line")]
    name: String,
    /// Permissions, separated by commas; without them, all that the user has
    #[arg(long, value_name = "SCOPE,…", value_delimiter = ',')]
    scopes: Option<Vec<String>>,
    /// Binds the token to one purpose, such as TREATMENT; without it, each request states one
    #[arg(long)]
    purpose: Option<String>,
    /// For how many days it is good
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=366))]
    days: u16,
}

pub(super) async fn run(config: &Config, mut request: Request) -> Result<(), Failure> {
    if let Some(existing) = request.existing.take() {
        return kept::run(config, existing).await;
    }
    let (tenant, email) = (request.tenant.unwrap_or_default(), request.email.unwrap_or_default());
    // Everything that the request alone can get wrong comes before the database.
    let scopes = request.scopes.as_deref().map(read_scopes).transpose()?;
    let purpose = request.purpose.as_deref().map(read_purpose).transpose()?;
    let name = request.name.trim().to_owned();
    if name.is_empty() || name.chars().count() > 200 {
        return Err(Failure::refused("--name takes 1 to 200 characters"));
    }
    let key = Key::find(config)?;
    let server = Server::open(config, Use::Visiting).await?;
    visit(server, async |server| {
        let options = server.app_options()?;
        let provider = check(&options, key).await?;
        let (_, text) = with_app(&options, server.pooler(), provider, async |app| {
            let tenant_id = find_tenant(app, &tenant).await?;
            let mut connection = connect(&options).await?;
            let user_id = find_user(app, &mut connection, tenant_id, &email).await?;
            create(app, tenant_id, user_id, name, scopes, purpose, request.days).await
        })
        .await?;
        print(&format!("{}\n", text.expose_secret()))
    })
    .await
}

async fn find_tenant(app: &App, slug: &str) -> Result<Uuid, Failure> {
    let found = app.tenant_by_slug(slug).await?;
    found.ok_or_else(|| Failure::refused(format_args!("there is no active tenant with the slug `{slug}`")))
}

fn read_scopes(scopes: &[String]) -> Result<Vec<String>, Failure> {
    let mut permissions = Vec::new();
    for scope in scopes {
        let permission = Permission::from_str(scope.trim()).map_err(|_| {
            let known: Vec<&str> = Permission::iter().map(Permission::key).collect();
            Failure::refused(format_args!(
                "the scope `{scope}` is not known: take some of {}",
                known.join(", ")
            ))
        })?;
        permissions.push(permission);
    }
    permissions.sort_unstable();
    permissions.dedup();
    Ok(permissions.into_iter().map(|permission| permission.key().to_owned()).collect())
}

fn read_purpose(purpose: &str) -> Result<Purpose, Failure> {
    Purpose::from_str(purpose).map_err(|_| {
        let known: Vec<String> = Purpose::iter().map(Purpose::code).collect();
        Failure::refused(format_args!(
            "the purpose `{purpose}` is not known: take one of {}",
            known.join(", ")
        ))
    })
}

async fn find_user(
    app: &App,
    connection: &mut PgConnection,
    tenant_id: Uuid,
    email: &str,
) -> Result<Id<user::Entity>, Failure> {
    let keys = app.tenant_keys(tenant_id).await?;
    let term =
        SearchTerm::email(&keys, email).map_err(|_| Failure::refused("--email takes an e-mail address"))?;
    let tokens: Vec<Vec<u8>> = term.any_of.into_iter().map(|token| token.into_bytes()).collect();
    let begin = format!("begin read only; set local app.tenant_id = '{tenant_id}'");
    let mut transaction = connection.begin_with(AssertSqlSafe(begin)).await?;
    let found: Option<(Uuid, String)> = sqlx::query_as(
        "select id, status::text from users where tenant_id = $1 and email_token = any($2) and deleted_at is null
            and status <> 'DEACTIVATED'",
    )
    .bind(tenant_id)
    .bind(tokens)
    .persistent(false)
    .fetch_optional(&mut *transaction)
    .await?;
    transaction.commit().await?;
    match found {
        Some((id, status)) if status == UserStatus::Active.to_value() => Ok(Id::new(id)),
        Some(_) => {
            Err(Failure::refused("the user with this e-mail address may not sign in: activate them first"))
        }
        None => Err(Failure::refused("the tenant has no user with this e-mail address")),
    }
}

async fn create(
    app: &App,
    tenant_id: Uuid,
    user_id: Id<user::Entity>,
    name: String,
    scopes: Option<Vec<String>>,
    purpose: Option<Purpose>,
    days: u16,
) -> Result<SecretString, Failure> {
    let slot = app.act_as(tenant_id, user_id.uuid(), "token").await?;
    let allowed = slot.viewer().map(|viewer| viewer.principal().allowed_purposes()).unwrap_or_default();
    if let Some(purpose) = purpose.filter(|purpose| !allowed.contains(purpose)) {
        let allowed: Vec<String> = allowed.into_iter().map(Purpose::code).collect();
        return Err(Failure::refused(format_args!(
            "the user's roles do not act for {}: leave --purpose out, or take one of {}",
            purpose.code(),
            allowed.join(", ")
        )));
    }
    let id = app.ids().next();
    let token = BearerToken::mint(BearerTokenKind::Access, tenant_id, id)?;
    let expires_at = app.clock().now() + TimeDelta::days(i64::from(days));
    let row = access_token::ActiveModel {
        id: Set(Id::new(id)),
        user_id: Set(user_id),
        kind: Set(AccessTokenKind::Api),
        name: Set(name),
        token_digest: Set(token.secret_digest().to_vec()),
        scopes: Set(scopes),
        purpose: Set(purpose.map(Purpose::code)),
        expires_at: Set(expires_at),
        ..Default::default()
    };
    slot.write(|write| {
        Box::pin(async move {
            write.insert(row).await?;
            write.written(Written {
                operation: "access_token.create",
                target_kind: "ACCESS_TOKEN",
                target_id: id,
                patient_id: None,
                fields: vec!["expires_at", "kind", "name", "purpose", "scopes", "token_digest", "user_id"],
            });
            Ok(())
        })
    })
    .await?;
    Ok(token.expose())
}
