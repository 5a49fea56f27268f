//! Tokens of programs and keys of partners that were given out.

use chrono::{DateTime, Utc};
use clap::Subcommand;
use entity::{
    Id,
    identity::{
        access_token::{self, AccessTokenKind},
        api_key,
    },
};
use sea_orm::{ColumnTrait, Condition};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use uuid::Uuid;

use super::{Key, Server, Use, check, connect, find_tenant, print, visit, with_app};
use crate::{
    command::Failure,
    config::Config,
    identity,
    kernel::{error::Error, write::Write},
};

/// What to do with credentials that were given out.
#[derive(Debug, Subcommand)]
pub(super) enum Request {
    /// Name the tokens of programs and the keys of partners, newest first: never the secrets, which nobody has
    List {
        /// The tenant's slug
        #[arg(long, value_name = "SLUG")]
        tenant: String,
    },
    /// Revoke a token of a program or the key of a partner: the next request with it is refused
    Revoke {
        /// The tenant's slug
        #[arg(long, value_name = "SLUG")]
        tenant: String,
        /// The id that `consentry token list` names
        #[arg(long, value_name = "ID")]
        id: Uuid,
    },
}

pub(super) async fn run(config: &Config, request: Request) -> Result<(), Failure> {
    let key = Key::find(config)?;
    let server = Server::open(config, Use::Visiting).await?;
    visit(server, async |server| {
        let options = server.app_options()?;
        let provider = check(&options, key).await?;
        with_app(&options, server.pooler(), provider, async |app| match request {
            Request::List { tenant } => {
                let tenant_id = find_tenant(app, &tenant).await?;
                list(&mut connect(&options).await?, tenant_id, app.clock().now()).await
            }
            Request::Revoke { tenant, id } => {
                let tenant_id = find_tenant(app, &tenant).await?;
                let slot = app.operator("access_token.revoke");
                let revoked = slot.write_anonymous(tenant_id, |write| Box::pin(revoke(write, id))).await;
                match revoked {
                    Err(Error::Refused(error)) => Err(Failure::refused(error.message)),
                    other => Ok(other?),
                }
            }
        })
        .await
        .map(drop)
    })
    .await
}

/// Id, kind, whose, name, end, last use, whether it is revoked.
type Kept = (Uuid, String, Uuid, String, DateTime<Utc>, Option<DateTime<Utc>>, bool);

const KEPT: &str = "
    select id, 'token', user_id, name::text, expires_at, last_used_at, revoked_at is not null
    from (select * from access_tokens
        where tenant_id = $1 and kind = 'API' and deleted_at is null order by created_at desc, id desc limit 1000) t
    union all
    select id, 'key', organization_id, name::text, expires_at, last_used_at, revoked_at is not null
    from (select * from api_keys
        where tenant_id = $1 and deleted_at is null order by created_at desc, id desc limit 1000) k";

async fn list(connection: &mut PgConnection, tenant_id: Uuid, now: DateTime<Utc>) -> Result<(), Failure> {
    let begin = format!("begin read only; set local app.tenant_id = '{tenant_id}'");
    let mut transaction = connection.begin_with(AssertSqlSafe(begin)).await?;
    let kept: Vec<Kept> =
        sqlx::query_as(KEPT).bind(tenant_id).persistent(false).fetch_all(&mut *transaction).await?;
    transaction.commit().await?;
    let day = |moment: DateTime<Utc>| moment.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let mut text = String::new();
    for (id, kind, owner, name, expires_at, last_used_at, revoked) in kept {
        let state = match (revoked, expires_at <= now) {
            (true, _) => "revoked".to_owned(),
            (false, true) => format!("ended {}", day(expires_at)),
            (false, false) => format!("until {}", day(expires_at)),
        };
        let used = last_used_at.map_or_else(|| "never used".to_owned(), |used| format!("used {}", day(used)));
        let whose = if kind == "key" { "organization" } else { "user" };
        text += &format!("{id}  {kind} of {whose} {owner}  {state}  {used}  {name}\n");
    }
    print(&text)
}

async fn revoke(write: &Write, id: Uuid) -> Result<(), Error> {
    let token = Condition::all()
        .add(access_token::Column::Id.eq(id))
        .add(access_token::Column::Kind.eq(AccessTokenKind::Api));
    if let Some(token) = write.find_locked::<access_token::Entity>(token).await? {
        return identity::access_token::end(write, &token).await;
    }
    let key = Condition::all().add(api_key::Column::Id.eq(Id::<api_key::Entity>::new(id)));
    match write.find_locked::<api_key::Entity>(key).await? {
        Some(key) => identity::api_key::end(write, &key).await,
        None => Err(Error::not_found("id", "token or key; `consentry token list` names those there are")),
    }
}
