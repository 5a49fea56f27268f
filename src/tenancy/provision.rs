//! A new tenant: its row, its root key, its organization and its roles.

use std::borrow::Cow;

use entity::{
    Id,
    identity::{role, role_permission},
    tenancy::organization::{self, BillingTier, OrganizationKind},
};
use sea_orm::ActiveValue::Set;
use sqlx::PgPool;
use uuid::Uuid;

use crate::{
    identity::role_catalogue::SYSTEM_ROLES,
    kernel::{
        app::App,
        error::{Error, Result},
        record::Written,
        write::Write,
    },
};

/// A tenant to be made.
#[derive(Clone, Debug)]
pub struct NewTenant {
    /// The short name by which its people sign in.
    pub slug: Cow<'static, str>,
    /// The name of its root organization.
    pub name: Cow<'static, str>,
    /// An IANA time zone.
    pub time_zone: &'static str,
    /// Whether the whole organization is a Part 2 program (42 CFR 2.11).
    pub is_part2_program: bool,
}

/// Makes a tenant. `owner` connects as the owner of the schema, the only role that may add a tenant.
///
/// # Errors
///
/// Those of the database and of the key provider; a tenant that could not be made whole is closed and frees its slug.
pub async fn provision(app: &App, owner: &PgPool, tenant: NewTenant) -> Result<Uuid> {
    app.ensure_platform().await?;
    let tenant_id = app.ids().next();
    // Nobody signs in to it before it is whole, also when this process ends halfway.
    sqlx::query("insert into tenants (id, slug, status) values ($1, $2, 'SUSPENDED')")
        .bind(tenant_id)
        .bind(&*tenant.slug)
        .execute(owner)
        .await?;
    let made = furnish(app, tenant_id, tenant).await;
    let outcome = match made {
        Ok(()) => "update tenants set status = 'ACTIVE' where id = $1",
        Err(_) => {
            "update tenants set status = 'CLOSED', slug = 'closed-' || replace(id::text, '-', '') where id = $1"
        }
    };
    let settled = sqlx::query(outcome).bind(tenant_id).execute(owner).await;
    made?;
    settled?;
    Ok(tenant_id)
}

async fn furnish(app: &App, tenant_id: Uuid, tenant: NewTenant) -> Result<()> {
    app.create_root_key(tenant_id).await?;
    let slot = app.operator("tenant.provision");
    slot.write_anonymous(tenant_id, |write| Box::pin(organize(write, tenant))).await
}

async fn organize(write: &Write, tenant: NewTenant) -> Result<()> {
    let NewTenant { slug, name, time_zone, is_part2_program } = tenant;
    write
        .insert(organization::ActiveModel {
            id: Set(Id::new(write.tenant_id())),
            kind: Set(OrganizationKind::Tenant),
            name: Set(name.into_owned()),
            slug: Set(slug.into_owned()),
            billing_tier: Set(BillingTier::Basic),
            time_zone: Set(time_zone.to_owned()),
            is_part2_program: Set(is_part2_program),
            is_covered_entity: Set(true),
            ..Default::default()
        })
        .await?;
    for system_role in SYSTEM_ROLES {
        let role_id = write.new_id();
        write
            .insert(role::ActiveModel {
                id: Set(role_id),
                key: Set(system_role.key.to_owned()),
                name: Set(system_role.name.to_owned()),
                is_system: Set(true),
                rank: Set(system_role.rank),
                ..Default::default()
            })
            .await?;
        let grants = system_role.grants().map(|(permission, reach)| role_permission::ActiveModel {
            id: Set(write.new_id()),
            role_id: Set(role_id),
            permission_key: Set(permission.key().to_owned()),
            reach: Set(reach),
            ..Default::default()
        });
        write.insert_many(grants.collect()).await?;
    }
    write.written(Written {
        operation: "tenant.provision",
        target_kind: "ORGANIZATION",
        target_id: write.tenant_id(),
        patient_id: None,
        fields: vec!["name", "slug", "roles"],
    });
    write.emit("tenant.provisioned", "ORGANIZATION", write.tenant_id()).await
}

/// The id of a role of the tenant.
///
/// # Errors
///
/// `INTERNAL` when the tenant has no such role.
pub async fn role_id(write: &Write, key: &str) -> Result<Id<role::Entity>> {
    use sea_orm::{ColumnTrait, Condition};
    let found = write.find::<role::Entity>(Condition::all().add(role::Column::Key.eq(key))).await?;
    found.map(|role| role.id).ok_or_else(|| Error::internal(format_args!("no role {key}")))
}
