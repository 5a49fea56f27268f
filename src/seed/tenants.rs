//! The two demo tenants: a recovery program with houses, and a clinic that schools refer to.

use chrono::{DateTime, TimeZone, Utc};
use entity::{
    Id,
    tenancy::{
        location::{self, LocationKind},
        organization::{self, BillingTier, OrganizationKind},
    },
};
use sea_orm::ActiveValue::Set;

use super::{
    patients::{self, Patient},
    scene::Scene,
    staff::{self, Practitioner},
};
use crate::kernel::{error::Result, record::Written, write::Write};

/// A demo tenant.
pub(super) struct DemoTenant {
    pub slug: &'static str,
    /// Its slug until it is whole.
    pub unfinished_slug: &'static str,
    pub name: &'static str,
    pub time_zone: &'static str,
    pub is_part2_program: bool,
    /// Its ids begin with this day of January 2026.
    day: u32,
    /// What a consent for treatment covers here; identity in a Part 2 program is a SUD record.
    pub classes: &'static [&'static str],
    /// What a consent covers that leaves identity out.
    pub classes_without_identity: &'static [&'static str],
    pub places: &'static [Place],
    pub partners: &'static [Partner],
    pub practitioners: &'static [Practitioner],
    pub patients: &'static [Patient],
    pub actors: &'static [Actor],
}

/// A property, house or clinic; `part_of` is the position of the place it belongs to.
pub(super) struct Place {
    kind: LocationKind,
    name: &'static str,
    part_of: Option<usize>,
}

/// An organization beside the tenant's own; `part_of` is the position of the one above it.
pub(super) struct Partner {
    kind: OrganizationKind,
    slug: &'static str,
    name: &'static str,
    part_of: Option<usize>,
}

/// Somebody whose token is printed.
pub(super) struct Actor {
    pub variable: &'static str,
    pub login: &'static str,
    pub description: &'static str,
}

impl DemoTenant {
    pub(super) fn email(&self, login: &str) -> String {
        format!("{login}@{}.example", self.slug)
    }

    pub(super) fn first_id(&self) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 1, self.day, 0, 0, 0).single().unwrap_or_default()
    }
}

pub(super) const TENANTS: [DemoTenant; 2] = [
    DemoTenant {
        slug: "demo",
        unfinished_slug: "demo-unfinished",
        name: "Harbor Light Recovery",
        time_zone: "America/New_York",
        is_part2_program: true,
        day: 5,
        classes: &["DIRECTORY", "GENERAL_PHI", "MENTAL_HEALTH", "SUD"],
        classes_without_identity: &["GENERAL_PHI", "MENTAL_HEALTH"],
        places: &[
            Place { kind: LocationKind::Property, name: "Juniper Street", part_of: None },
            Place { kind: LocationKind::House, name: "Juniper House", part_of: Some(0) },
            Place { kind: LocationKind::House, name: "Alder House", part_of: Some(0) },
            Place { kind: LocationKind::Clinic, name: "Outpatient Program", part_of: None },
        ],
        partners: &[],
        practitioners: staff::RECOVERY,
        patients: patients::RECOVERY,
        actors: &[
            Actor {
                variable: "CLINICIAN",
                login: "practitioner",
                description: "Dana Ruiz, clinician at Harbor Light Recovery",
            },
            Actor { variable: "PATIENT", login: "patient", description: "Marisol Reyes, her patient" },
            Actor {
                variable: "SUPERVISOR",
                login: "supervisor",
                description: "Dr. Ingrid Solheim, supervisor",
            },
            Actor { variable: "HOUSE_STAFF", login: "house-staff", description: "Marcus Bell, house staff" },
            Actor { variable: "ADMIN", login: "admin", description: "The administrator" },
            Actor { variable: "COMPLIANCE", login: "compliance", description: "The compliance officer" },
        ],
    },
    DemoTenant {
        slug: "brightwater",
        unfinished_slug: "brightwater-unfinished",
        name: "Brightwater Clinics",
        time_zone: "America/Los_Angeles",
        is_part2_program: false,
        day: 6,
        classes: &["DIRECTORY", "GENERAL_PHI", "MENTAL_HEALTH"],
        classes_without_identity: &["GENERAL_PHI"],
        places: &[
            Place { kind: LocationKind::Clinic, name: "Brightwater Downtown", part_of: None },
            Place { kind: LocationKind::Clinic, name: "Brightwater at Lakeside High", part_of: None },
        ],
        partners: &[
            Partner {
                kind: OrganizationKind::District,
                slug: "cascade-valley",
                name: "Cascade Valley School District",
                part_of: None,
            },
            Partner {
                kind: OrganizationKind::School,
                slug: "lakeside-high",
                name: "Lakeside High School",
                part_of: Some(0),
            },
            Partner {
                kind: OrganizationKind::School,
                slug: "cedar-grove-middle",
                name: "Cedar Grove Middle School",
                part_of: Some(0),
            },
        ],
        practitioners: staff::CLINICS,
        patients: patients::CLINICS,
        actors: &[Actor {
            variable: "CLINIC_CLINICIAN",
            login: "practitioner",
            description: "Priscilla Vance, clinician at Brightwater Clinics, another tenant",
        }],
    },
];

/// What a tenant has besides people: its places, and the organizations it works with.
pub(super) struct Ground {
    pub locations: Vec<Id<location::Entity>>,
    pub partners: Vec<Id<organization::Entity>>,
}

/// Enters places and partners. The API has no mutation for them yet.
pub(super) async fn open(scene: &Scene, tenant: &'static DemoTenant) -> Result<Ground> {
    scene.write_as_operator(|write| Box::pin(enter(write, tenant))).await
}

async fn enter(write: &Write, tenant: &'static DemoTenant) -> Result<Ground> {
    let mut ground = Ground { locations: Vec::new(), partners: Vec::new() };
    for Place { kind, name, part_of } in tenant.places {
        let id = write.new_id();
        write
            .insert(location::ActiveModel {
                id: Set(id),
                organization_id: Set(Id::new(write.tenant_id())),
                kind: Set(*kind),
                parent_location_id: Set(part_of.map(|position| ground.locations[position])),
                name: Set((*name).to_owned()),
                time_zone: Set(tenant.time_zone.to_owned()),
                part2_unit: Set(tenant.is_part2_program),
                ..Default::default()
            })
            .await?;
        written(write, "location.create", "LOCATION", id.uuid());
        ground.locations.push(id);
    }
    for Partner { kind, slug, name, part_of } in tenant.partners {
        let id = write.new_id();
        write
            .insert(organization::ActiveModel {
                id: Set(id),
                kind: Set(*kind),
                parent_organization_id: Set(part_of.map(|position| ground.partners[position])),
                name: Set((*name).to_owned()),
                slug: Set((*slug).to_owned()),
                billing_tier: Set(BillingTier::Basic),
                time_zone: Set(tenant.time_zone.to_owned()),
                is_part2_program: Set(false),
                is_covered_entity: Set(false),
                ..Default::default()
            })
            .await?;
        written(write, "organization.create", "ORGANIZATION", id.uuid());
        ground.partners.push(id);
    }
    Ok(ground)
}

fn written(write: &Write, operation: &'static str, target_kind: &'static str, target_id: uuid::Uuid) {
    let fields = vec!["kind", "name"];
    write.written(Written { operation, target_kind, target_id, patient_id: None, fields });
}

/// Gives the tenant's own organization its slug.
pub(super) async fn rename(scene: &Scene, slug: &'static str) -> Result<()> {
    let id = Id::new(scene.tenant_id());
    let change = organization::ActiveModel { slug: Set(slug.to_owned()), ..Default::default() };
    scene
        .write_as_operator(|write| {
            Box::pin(async move {
                write.update(id, None, change).await?;
                write.written(Written {
                    operation: "organization.update",
                    target_kind: "ORGANIZATION",
                    target_id: id.uuid(),
                    patient_id: None,
                    fields: vec!["slug"],
                });
                Ok(())
            })
        })
        .await
}
