//! A town: one server with one or more tenants, and the people in them.

use std::sync::Arc;

use chrono::{DateTime, TimeZone, Utc};
use consentry::{
    consent::{
        disclosure::{Basis, NewDisclosure, Recipient, disclose},
        notice::Notice,
    },
    http::router,
    identity::{
        session_opening::{Proof, open},
        user_creation::{CreatedUser, NewAssignment, NewPractitioner, NewUser, create_user},
    },
    kernel::{
        access::{Action, Subject},
        app::App,
        clock::{Clock, ManualClock, RandomIds, SystemClock},
        crypto::{BearerToken, BearerTokenKind, LocalKeyProvider},
        federation::{Federation, Reach},
        session::Look,
        write::Write,
    },
    schema::Schema,
    tenancy::provision::{NewTenant, provision},
};
use entity::{
    DataClass, Id,
    consent::{disclosure::DisclosureException, purpose::Purpose},
    identity::{
        access_token::{self, AccessTokenKind},
        permission::Permission,
    },
    people::patient,
    tenancy::{location, tenant::PLATFORM},
};
use secrecy::ExposeSecret;
use sqlx::PgPool;
use uuid::Uuid;

use super::{Actor, Database};

/// One server with its database, at a moment that stands still.
pub struct Town {
    /// The application behind the router.
    pub app: App,
    /// The clock: it moves only when a test moves it.
    pub clock: ManualClock,
    /// The first tenant, slug `town`.
    pub tenant: Tenant,
    /// The database.
    pub database: Database,
    pool: PgPool,
    router: axum::Router,
    owner: PgPool,
}

/// A tenant of the town.
#[derive(Clone)]
pub struct Tenant {
    /// The tenant's id.
    pub id: Uuid,
    app: App,
    pool: PgPool,
    router: axum::Router,
}

/// The key-encryption key of every town.
pub const KEY: &str = "q80cWZbSSwk2pEHwnVCzPU8FhGhTHzxWVhqWNtyW8Sc=";

/// Under which address browsers know every town.
pub const PUBLIC_URL: &str = "https://town.example";

/// When every test begins.
pub fn dawn() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 21, 8, 0, 0).single().expect("a moment")
}

impl Town {
    /// A town with one tenant that is no Part 2 program.
    pub async fn new() -> Self {
        Self::with_schema(Schema::default(), false).await
    }

    /// A town whose clock stands a minute before that of the machine, which is what a server of its own goes by.
    pub async fn of_today() -> Self {
        let now = SystemClock.now() - chrono::TimeDelta::minutes(1);
        Self::beginning(now, Schema::default(), false).await
    }

    /// A town whose one tenant is a Part 2 program: there, identity itself is a SUD record.
    pub async fn with_part2_program() -> Self {
        Self::with_schema(Schema::default(), true).await
    }

    /// A town on another schema, such as one whose fields fail.
    pub async fn with_schema(schema: Schema, is_part2_program: bool) -> Self {
        Self::beginning(dawn(), schema, is_part2_program).await
    }

    async fn beginning(moment: DateTime<Utc>, schema: Schema, is_part2_program: bool) -> Self {
        let database = Database::new().await;
        let clock = ManualClock::at(moment);
        let provider = LocalKeyProvider::from_base64(&KEY.into());
        let provider = Arc::new(provider.expect("a key"));
        let app = App::new(database.app(), provider, Arc::new(clock.clone()), Arc::new(RandomIds), schema)
            .with_federation(Federation::new(Reach::Development, Some(PUBLIC_URL.to_owned())));
        let owner = database.owner();
        let router = router(app.clone());
        let pool = database.app();
        let tenant = Tenant::new(&app, &pool, &router, &owner, "town", is_part2_program).await;
        Self { app, clock, tenant, database, pool, router, owner }
    }

    /// One more tenant.
    pub async fn another_tenant(&self, slug: &'static str) -> Tenant {
        Tenant::new(&self.app, &self.pool, &self.router, &self.owner, slug, false).await
    }

    /// The reserved tenant, in which nobody signs in: for asserting what is stored.
    pub fn platform(&self) -> Tenant {
        Tenant { id: PLATFORM, ..self.tenant.clone() }
    }

    /// Somebody who is not signed in.
    pub fn anonymous(&self) -> Actor {
        Actor::new(self.router.clone(), None)
    }

    /// A door of the same town whose requests go through another pool.
    pub fn door(&self, pool: PgPool) -> axum::Router {
        router(self.app.with_pool(pool))
    }

    /// A door of the same town as it would be in production: it calls public addresses alone.
    pub fn strict_door(&self) -> axum::Router {
        router(self.app.with_federation(Federation::new(Reach::Public, None)))
    }

    /// Runs statements as the owner of the schema.
    pub async fn owner_runs(&self, sql: &str) {
        let statement = sqlx::AssertSqlSafe(sql.to_owned());
        sqlx::raw_sql(statement).execute(&self.owner).await.expect(sql);
    }

    /// A connection as the owner of the schema, for asserting what is stored. Row-level security binds the owner too:
    /// set `app.tenant_id` first, or use [`Tenant::count`].
    pub fn owner(&self) -> &PgPool {
        &self.owner
    }
}

impl Tenant {
    async fn new(
        app: &App,
        pool: &PgPool,
        router: &axum::Router,
        owner: &PgPool,
        slug: &'static str,
        part2: bool,
    ) -> Self {
        let new = NewTenant {
            slug: slug.into(),
            name: "Town Recovery".into(),
            time_zone: "America/New_York",
            is_part2_program: part2,
        };
        let id = provision(app, owner, new).await.expect("a tenant is made");
        Self { id, app: app.clone(), pool: pool.clone(), router: router.clone() }
    }

    /// Somebody with one role and no practitioner.
    pub async fn with_role(&self, role: &'static str) -> Actor {
        self.user(NewUser { roles: vec![NewAssignment { role, ..Default::default() }], ..Default::default() })
            .await
    }

    /// A clinician: role PRACTITIONER, with a practitioner.
    pub async fn clinician(&self) -> Actor {
        self.practitioner("PRACTITIONER", "Dana Ruiz, LCSW").await
    }

    /// A practitioner in any role.
    pub async fn practitioner(&self, role: &'static str, name: &str) -> Actor {
        self.user(NewUser {
            roles: vec![NewAssignment { role, ..Default::default() }],
            practitioner: Some(NewPractitioner::named(name)),
            ..Default::default()
        })
        .await
    }

    /// An administrator.
    pub async fn admin(&self) -> Actor {
        self.with_role("ADMIN").await
    }

    /// The compliance officer.
    pub async fn compliance(&self) -> Actor {
        self.with_role("COMPLIANCE").await
    }

    /// The user of a patient.
    pub async fn patient_user(&self, patient: Id<patient::Entity>) -> Actor {
        let person: Uuid = self
            .scalar("select person_id from patients where id = $1", patient.uuid())
            .await
            .expect("a patient has a person");
        self.user(NewUser {
            roles: vec![NewAssignment { role: "PATIENT", ..Default::default() }],
            person_id: Some(Id::new(person)),
            ..Default::default()
        })
        .await
    }

    /// Any user, signed in. An empty email is replaced by a unique one.
    pub async fn user(&self, mut new: NewUser) -> Actor {
        if new.email.is_empty() {
            new.email = format!("{}@town.example", self.app.ids().next());
        }
        let slot = self.app.operator("test");
        let (created, token) = slot
            .write_anonymous(self.id, |write| Box::pin(user_with_session(write, new)))
            .await
            .expect("a user is made");
        let mut actor = Actor::new(self.router.clone(), Some(token));
        actor.user_id = Some(created.user_id);
        actor.practitioner_id = created.practitioner_id;
        actor
    }

    /// The same user with one more session.
    pub async fn another_session(&self, actor: &Actor) -> Actor {
        let user_id = actor.user();
        let slot = self.app.operator("test");
        let session = slot.write_anonymous(self.id, move |write| Box::pin(open(write, user_id, Proof::Now)));
        let session = session.await.expect("a session is made");
        actor.with_token(session.token.expose().expose_secret())
    }

    /// A program that acts for a user with an API token, as the command `consentry token` makes it.
    pub async fn api_token(
        &self,
        actor: &Actor,
        scopes: Option<&[Permission]>,
        purpose: Option<Purpose>,
    ) -> Actor {
        use sea_orm::ActiveValue::Set;
        let user_id = actor.user();
        let slot = self.app.act_as(self.id, user_id.uuid(), "test").await.expect("the user can act");
        let id = self.app.ids().next();
        let token = BearerToken::mint(BearerTokenKind::Access, self.id, id).expect("a token");
        let row = access_token::ActiveModel {
            id: Set(Id::new(id)),
            user_id: Set(user_id),
            kind: Set(AccessTokenKind::Api),
            name: Set("a program".to_owned()),
            token_digest: Set(token.secret_digest().to_vec()),
            scopes: Set(scopes.map(|scopes| scopes.iter().map(|scope| scope.key().to_owned()).collect())),
            purpose: Set(purpose.map(Purpose::code)),
            expires_at: Set(self.app.clock().now() + chrono::TimeDelta::days(30)),
            ..Default::default()
        };
        slot.write(|write| Box::pin(async move { write.insert(row).await }))
            .await
            .expect("a token is stored");
        actor.with_token(token.expose().expose_secret())
    }

    /// Enters that an emergency room was told of a patient without a consent, as somebody who may break the glass does.
    pub async fn tells_emergency_room(&self, by: &Actor, patient: Id<patient::Entity>) {
        let look = Look {
            patient_id: patient,
            floor: DataClass::GeneralPhi,
            label: None,
            action: Action::Write,
            subject: Subject::AccessRecord,
            operation: "test.emergency",
            fields: &["disclosures"],
            author: None,
        };
        let new = NewDisclosure {
            recipient: Recipient {
                name: "Dr. Imani Wells".to_owned(),
                affiliation: Some("St. Luke emergency room".to_owned()),
                address: None,
            },
            recipient_organization_id: None,
            recipient_user_id: None,
            sharing_grant_id: None,
            break_glass_event_id: None,
            data_classes: vec![DataClass::GeneralPhi],
            description: "medication".to_owned(),
            purpose: Purpose::Emergency,
            basis: Basis::Exception(DisclosureException::Emergency),
            notice: Notice::Full,
        };
        let slot = self.app.act_as(self.id, by.user().uuid(), "test").await.expect("the user can act");
        slot.write(|write| {
            Box::pin(async move {
                let permit = write.decide(&look).await?.expect("they may break the glass");
                disclose(write, &permit, new).await
            })
        })
        .await
        .expect("the disclosure is entered");
    }

    /// Changes rows as the app's role within the tenant; returns how many.
    pub async fn change(&self, sql: &str) -> u64 {
        let mut transaction = self.begin().await;
        let statement = sqlx::AssertSqlSafe(sql.to_owned());
        let result = sqlx::query(statement).execute(&mut *transaction).await.expect(sql);
        transaction.commit().await.expect("the change is committed");
        result.rows_affected()
    }

    /// A location of the tenant.
    pub async fn location(&self, name: &'static str, part2_unit: bool) -> Id<location::Entity> {
        let slot = self.app.operator("test");
        slot.write_anonymous(self.id, move |write| Box::pin(insert_location(write, name, part2_unit)))
            .await
            .expect("a location is made")
    }

    /// The id of a role.
    pub async fn role_id(&self, key: &str) -> Uuid {
        let sql =
            format!("select id from roles where tenant_id = $1 and key = '{key}' and deleted_at is null");
        self.scalar(&sql, self.id).await.expect("a role")
    }

    /// How many rows of a table the tenant has, read as the app's role.
    pub async fn count(&self, table: &str) -> i64 {
        let sql = format!("select count(*) from {table} where tenant_id = '{}'", self.id);
        self.scalar_sql(&sql, None).await.unwrap_or_default()
    }

    /// One value, read as the app's role within the tenant.
    pub async fn scalar<T>(&self, sql: &str, id: Uuid) -> Option<T>
    where
        T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    {
        self.scalar_sql(sql, Some(id)).await
    }

    async fn scalar_sql<T>(&self, sql: &str, id: Option<Uuid>) -> Option<T>
    where
        T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    {
        let mut transaction = self.begin().await;
        let mut query = sqlx::query_scalar::<_, T>(sqlx::AssertSqlSafe(sql.to_owned()));
        if let Some(id) = id {
            query = query.bind(id);
        }
        query.fetch_optional(&mut *transaction).await.expect(sql)
    }

    /// A transaction as the app's role within the tenant.
    pub async fn begin(&self) -> sqlx::Transaction<'static, sqlx::Postgres> {
        let statement = format!("begin; set local app.tenant_id = '{}'", self.id);
        // A test that ends all connections to its database has ended those of this pool as well.
        loop {
            match self.pool.begin_with(sqlx::AssertSqlSafe(statement.clone())).await {
                Err(sqlx::Error::Io(_)) => {}
                Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("57P01") => {}
                begun => return begun.expect("a transaction begins"),
            }
        }
    }
}

async fn user_with_session(
    write: &Write,
    new: NewUser,
) -> consentry::kernel::error::Result<(CreatedUser, String)> {
    let created = create_user(write, new).await?;
    let session = open(write, created.user_id, Proof::Now).await?;
    Ok((created, session.token.expose().expose_secret().to_owned()))
}

async fn insert_location(
    write: &Write,
    name: &'static str,
    part2_unit: bool,
) -> consentry::kernel::error::Result<Id<location::Entity>> {
    use sea_orm::ActiveValue::Set;
    let id = write.new_id();
    write
        .insert(location::ActiveModel {
            id: Set(id),
            organization_id: Set(Id::new(write.tenant_id())),
            kind: Set(location::LocationKind::House),
            name: Set(name.to_owned()),
            time_zone: Set("America/New_York".to_owned()),
            part2_unit: Set(part2_unit),
            ..Default::default()
        })
        .await?;
    Ok(id)
}
