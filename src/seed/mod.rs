//! Demo data: two believable tenants, the same in every run.
//!
//! Everything that the API can write is written through it, with the rights of the user who would do it, so nothing
//! exists here that the API would refuse. Ids and display codes come from fixed dates and are the same everywhere;
//! moments lie within the ninety days before the data is made, so consents of every state are there at once.

mod consents;
mod intake;
mod patients;
pub mod scale;
mod scene;
mod staff;
mod tenants;

use std::sync::Arc;

use chrono::TimeDelta;
use entity::{Id, identity::user, platform::audit_log::AuditAction};
use sea_orm::{ColumnTrait, Condition};
use secrecy::SecretString;
use sqlx::PgPool;
use uuid::Uuid;

use self::{
    scene::Scene,
    tenants::{Actor, DemoTenant, TENANTS},
};
use crate::{
    identity::sign_in::new_session,
    kernel::{
        app::App,
        clock::{Ids, ManualClock, RandomIds, SequentialIds},
        crypto::{SearchTerm, hash_password},
        error::{Error, Result},
        write::Write,
    },
    tenancy::provision::{NewTenant, provision},
};

/// The password of every demo user.
pub const PASSWORD: &str = "consentry-demo";

/// How long before the present the demo tenants begin.
const HISTORY: TimeDelta = TimeDelta::days(90);

/// Names the lock that keeps two runs from making the same tenant: `demodata` in ASCII.
const LOCK: i64 = 0x6465_6d6f_6461_7461;

/// Somebody of the demo data, with a session.
#[derive(Debug)]
pub struct DemoActor {
    /// The name of the shell variable that holds the token, such as `CLINICIAN`.
    pub variable: String,
    /// Who it is.
    pub description: &'static str,
    /// The email address, which is the login.
    pub email: String,
    /// The organization's short name, then its name.
    pub organization: (&'static str, &'static str),
    /// The session's bearer token.
    pub token: SecretString,
}

/// Makes the demo tenants when they are missing, and signs in the demo actors.
///
/// A tenant gets its slug only when it is whole. One that an earlier run left unfinished is closed and set aside, and
/// another is made.
///
/// # Errors
///
/// Those of the database.
pub async fn demo(app: &App, owner: &PgPool) -> Result<Vec<DemoActor>> {
    let mut turn = owner.begin().await?;
    sqlx::query("select pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *turn).await?;
    let mut actors = Vec::new();
    for tenant in &TENANTS {
        let known: Option<Uuid> = sqlx::query_scalar("select id from tenants where slug = $1")
            .bind(tenant.slug)
            .fetch_optional(owner)
            .await?;
        let tenant_id = match known {
            Some(id) => id,
            None => make(app, owner, tenant).await?,
        };
        for actor in tenant.actors {
            actors.push(sign_in(app, tenant_id, tenant, actor).await?);
        }
    }
    turn.commit().await?;
    Ok(actors)
}

async fn make(app: &App, owner: &PgPool, tenant: &'static DemoTenant) -> Result<Uuid> {
    let ids: Arc<dyn Ids> = match set_aside(owner, tenant).await? {
        // The one that was set aside keeps its id.
        true => Arc::new(RandomIds),
        false => Arc::new(SequentialIds::from(tenant.first_id())),
    };
    let begins = app.clock().now() - HISTORY;
    let new = NewTenant {
        slug: tenant.unfinished_slug.into(),
        name: tenant.name.into(),
        time_zone: tenant.time_zone,
        is_part2_program: tenant.is_part2_program,
    };
    let founded = app.with_clock(Arc::new(ManualClock::at(begins)), ids);
    let tenant_id = provision(&founded, owner, new).await?;

    let scene =
        |hour| Scene::new(app, tenant_id, SequentialIds::from(tenant.first_id() + TimeDelta::hours(hour)));
    let opening = scene(1);
    let ground = tenants::open(&opening, tenant).await?;
    let hash = hash().await?;
    let staff = staff::hire(&opening, tenant, hash.clone()).await?;
    for (number, patient) in (1_i64..).zip(tenant.patients) {
        let scene = scene(1 + number);
        scene.days_pass(2 * number - 1);
        intake::admit(&scene, tenant, &staff, &ground, &hash, patient).await?;
    }
    tenants::rename(&opening, tenant.slug).await?;
    sqlx::query("update tenants set slug = $2, updated_at = now() where id = $1")
        .bind(tenant_id)
        .bind(tenant.slug)
        .execute(owner)
        .await?;
    Ok(tenant_id)
}

/// Closes what a run left that was cut off; whether there was any.
async fn set_aside(owner: &PgPool, tenant: &DemoTenant) -> Result<bool> {
    let closed = sqlx::query(
        "update tenants set status = 'CLOSED', slug = slug || '-' || replace(id::text, '-', ''), updated_at = now()
        where slug = $1",
    )
    .bind(tenant.unfinished_slug)
    .execute(owner)
    .await?;
    Ok(closed.rows_affected() > 0)
}

/// Argon2 takes tens of milliseconds: on a thread of its own, and once for everybody.
async fn hash() -> Result<String> {
    let hashed = tokio::task::spawn_blocking(|| hash_password(&PASSWORD.into())).await;
    hashed.map_err(|_| Error::internal("the password was not hashed"))?.map_err(Error::from)
}

async fn sign_in(
    app: &App,
    tenant_id: Uuid,
    tenant: &DemoTenant,
    actor: &'static Actor,
) -> Result<DemoActor> {
    let email = tenant.email(actor.login);
    let keys = app.tenant_keys(tenant_id).await?;
    let slot = app.operator("seed");
    let found = slot.write_anonymous(tenant_id, {
        let term = SearchTerm::email(&keys, &email)?;
        |write| Box::pin(find_user(write, term))
    });
    let user_id = found.await?.uuid();
    let slot = app.act_as(tenant_id, user_id, "seed").await?;
    let token = slot.write(|write| Box::pin(open_session(write, Id::new(user_id)))).await?;
    Ok(DemoActor {
        variable: actor.variable.to_owned(),
        description: actor.description,
        email,
        organization: (tenant.slug, tenant.name),
        token,
    })
}

async fn open_session(write: &Write, user_id: Id<user::Entity>) -> Result<SecretString> {
    let (session, token) = new_session(write, user_id).await?;
    write.attempted(AuditAction::SignIn, "session.sign_in", Some(("SESSION", session.uuid())), None);
    Ok(token.into_token())
}

async fn find_user(write: &Write, term: SearchTerm) -> Result<Id<user::Entity>> {
    let tokens = term.any_of.into_iter().map(|token| Some(token.into_bytes()));
    let found = write.find::<user::Entity>(Condition::all().add(user::Column::EmailToken.is_in(tokens)));
    found.await?.map(|user| user.id).ok_or_else(|| Error::internal("a demo user is missing"))
}
