//! A scale tenant before its patients: the tenant itself, its places and its staff.

use entity::{
    Id,
    identity::user,
    people::practitioner,
    tenancy::location::{self, LocationKind},
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition};
use sqlx::PgPool;
use uuid::Uuid;

use super::slug;
use crate::{
    kernel::{
        app::App,
        crypto::SearchToken,
        error::{Error, Result},
        record::Written,
        write::Write,
    },
    seed::staff::{self, Practitioner},
    tenancy::provision::{NewTenant, provision},
};

const PLACES: [(LocationKind, &str); 3] = [
    (LocationKind::Clinic, "Main Street"),
    (LocationKind::Clinic, "Riverside"),
    (LocationKind::House, "Willow House"),
];

/// What the patients of a tenant are entered with.
pub(super) struct Ground {
    pub tenant_id: Uuid,
    pub is_part2_program: bool,
    pub locations: Vec<Id<location::Entity>>,
    /// Who enters the patients and files their consents.
    pub clerk: Id<user::Entity>,
    pub intake: Id<practitioner::Entity>,
    pub supervisor: Id<practitioner::Entity>,
    /// Each treats half of the patients.
    pub clinicians: [Id<practitioner::Entity>; 2],
}

/// The tenant of this number, made when it is missing; and whether it was. Every other one is a Part 2 program.
pub(super) async fn open(app: &App, owner: &PgPool, number: u64, hash: &str) -> Result<(Ground, bool)> {
    let slug = slug(number);
    let is_part2_program = number.is_multiple_of(2);
    set_aside(owner, &slug).await?;
    let (tenant_id, new) = match app.tenant_by_slug(&slug).await? {
        Some(id) => (id, false),
        None => {
            let tenant = NewTenant {
                slug: slug.clone().into(),
                name: format!("Scale Clinics {number}").into(),
                time_zone: "America/Chicago",
                is_part2_program,
            };
            (provision(app, owner, tenant).await?, true)
        }
    };
    let practitioners = if is_part2_program { staff::RECOVERY } else { staff::CLINICS };
    let hash = hash.to_owned();
    let slot = app.operator("seed");
    let furnished = slot.write_anonymous(tenant_id, |write| {
        Box::pin(async move {
            let email = |login: &str| format!("{login}@{slug}.example");
            if find_user(write, &email("assistant")).await?.is_none() {
                furnish(write, practitioners, is_part2_program, &email, hash).await?;
            }
            look_around(write, is_part2_program, &email).await
        })
    });
    Ok((furnished.await?, new))
}

/// Closes a tenant whose provisioning was cut off, so that its slug is free.
async fn set_aside(owner: &PgPool, slug: &str) -> Result<()> {
    sqlx::query(
        "update tenants set status = 'CLOSED', slug = 'closed-' || replace(id::text, '-', ''), updated_at = now()
        where slug = $1 and status = 'SUSPENDED'",
    )
    .bind(slug)
    .execute(owner)
    .await?;
    Ok(())
}

async fn furnish(
    write: &Write,
    practitioners: &'static [Practitioner],
    part2_unit: bool,
    email: &(dyn Fn(&str) -> String + Send + Sync),
    hash: String,
) -> Result<()> {
    for (kind, name) in PLACES {
        let id = write.new_id();
        write
            .insert(location::ActiveModel {
                id: Set(id),
                organization_id: Set(Id::new(write.tenant_id())),
                kind: Set(kind),
                name: Set(name.to_owned()),
                time_zone: Set("America/Chicago".to_owned()),
                part2_unit: Set(part2_unit),
                ..Default::default()
            })
            .await?;
        write.written(Written {
            operation: "location.create",
            target_kind: "LOCATION",
            target_id: id.uuid(),
            patient_id: None,
            fields: vec!["kind", "name"],
        });
    }
    staff::create_all(write, practitioners, email, hash).await.map(drop)
}

async fn look_around(
    write: &Write,
    is_part2_program: bool,
    email: &(dyn Fn(&str) -> String + Send + Sync),
) -> Result<Ground> {
    let missing = |what: &str| Error::internal(format_args!("scale data: {what} is missing"));
    let mut locations = Vec::new();
    for (_, name) in PLACES {
        let place = write.find::<location::Entity>(Condition::all().add(location::Column::Name.eq(name)));
        locations.push(place.await?.ok_or_else(|| missing(name))?.id);
    }
    let clerk = find_user(write, &email("assistant")).await?.ok_or_else(|| missing("the assistant"))?;
    let mut treating = Vec::new();
    for login in ["assistant", "supervisor", "practitioner", "practitioner-2"] {
        let user = find_user(write, &email(login)).await?.ok_or_else(|| missing(login))?;
        let condition = Condition::all().add(practitioner::Column::UserId.eq(user));
        let found = write.find::<practitioner::Entity>(condition).await?;
        treating.push(found.ok_or_else(|| missing(login))?.id);
    }
    let [intake, supervisor, first, second] = treating[..] else { return Err(missing("somebody")) };
    Ok(Ground {
        tenant_id: write.tenant_id(),
        is_part2_program,
        locations,
        clerk,
        intake,
        supervisor,
        clinicians: [first, second],
    })
}

async fn find_user(write: &Write, email: &str) -> Result<Option<Id<user::Entity>>> {
    let token = SearchToken::email(write.keys(), email)?.into_bytes();
    let found = write.find::<user::Entity>(Condition::all().add(user::Column::EmailToken.eq(token)));
    Ok(found.await?.map(|user| user.id))
}
