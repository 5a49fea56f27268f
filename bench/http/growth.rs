//! How the cost of a request grows with the data: in one tenant, and with the number of tenants.
//!
//! The patients who are read are real ones. Those around them are made in bulk by the superuser, in SQL and without
//! ciphertext: they are there to make tables and indexes deep, and nobody reads them. The floor works on its own
//! database, which does not grow, so it tells how fast the machine is at the moment: costs are compared with it.

use std::fmt::Write;

use crate::{
    Pace,
    installation::{FLOOR_DATABASE, Installation, PATIENTS, TENANTS},
    measure::{Contender, Cost, median},
    operations,
};
use consentry::kernel::cluster::{DATABASE, SUPERUSER};
use uuid::Uuid;

/// Slices of each contender at each size; half as long as the others, since there are many.
const ROUNDS: usize = 3;
/// Patients of one practitioner, about.
const CASELOAD: u64 = 250;

/// What was measured at one size.
pub struct Grown {
    /// What grew, and how far.
    pub what: &'static str,
    /// The size.
    pub size: u64,
    /// For each operation: its name, requests/s, processor time in milliseconds, and the rate relative to the floor's.
    pub operations: Vec<(&'static str, f64, f64, f64)>,
}

/// Measures the first size of each kind, grows, and measures again.
pub async fn measure(installation: &mut Installation, pace: Pace) -> Vec<Grown> {
    // The mutation gave one practitioner thousands of places, more than anybody has.
    let places =
        "set session_replication_role = replica; delete from care_team_members where ends_at = '2040-01-01Z'";
    for database in [DATABASE, FLOOR_DATABASE] {
        installation.sql(SUPERUSER, database, places).await;
        installation.tidy(database).await;
    }
    let (tenant, mut grown) = (installation.tenant_id, Vec::new());
    let patients = ("patients of the tenant", u64::from(PATIENTS), pace.patients);
    grow(installation, pace, patients, |from, to| more_patients(tenant, from, to), &mut grown).await;
    grow(installation, pace, ("tenants", u64::from(TENANTS), pace.tenants), more_tenants, &mut grown).await;
    grown
}

/// Measures at each size of one kind, from as many as are `there`.
async fn grow(
    installation: &Installation,
    pace: Pace,
    (what, mut there, sizes): (&'static str, u64, &[u64]),
    more: impl Fn(u64, u64) -> String,
    grown: &mut Vec<Grown>,
) {
    for &size in sizes {
        if size > there {
            eprintln!("growing to {size} {what}");
            installation.sql(SUPERUSER, DATABASE, &more(there, size)).await;
            installation.tidy(DATABASE).await;
            there = size;
        }
        grown.push(at(installation, pace, what, size).await);
    }
}

async fn at(installation: &Installation, pace: Pace, what: &'static str, size: u64) -> Grown {
    let postmaster = installation.postmaster();
    let mut measured = Vec::new();
    for operation in operations::all().into_iter().take(3) {
        let mut server = Contender::new(
            installation.server.address,
            installation.server.process_id(),
            operation.of_server(installation).await,
        );
        let mut floor = Contender::new(
            installation.floor.address,
            installation.floor.process_id(),
            operation.of_floor(installation).await,
        );
        for contender in [&mut server, &mut floor] {
            contender.warm_up(postmaster).await;
        }
        for _ in 0..ROUNDS {
            server.slice(postmaster, pace.slice / 2).await;
            floor.slice(postmaster, pace.slice / 2).await;
        }
        let (server, floor) = (server.into_cost(), floor.into_cost());
        measured.push((
            operation.name,
            server.rate(),
            server.own + server.database,
            relative(&server, &floor),
        ));
    }
    eprintln!("  {size} {what}: {measured:.2?}");
    Grown { what, size, operations: measured }
}

fn relative(server: &Cost, floor: &Cost) -> f64 {
    median(server.rates.iter().zip(&floor.rates).map(|(server, floor)| server / floor).collect())
}

/// Patients with a person, a key, a place on the team of others and a consent, between those that are there in time. As
/// many practitioners come with them as there would be: the planner goes by how many patients one has on average.
fn more_patients(tenant: Uuid, from: u64, to: u64) -> String {
    format!(
        "set session_replication_role = replica;
        create temporary table made as
            select number, gen_random_uuid() as patient, gen_random_uuid() as person,
                now() - random() * interval '1 hour' as moment
            from generate_series({from} + 1, {to}) as number;
        create temporary table staff as
            select place, gen_random_uuid() as id from generate_series(0, {to} / {CASELOAD}) as place;
        insert into practitioners (tenant_id, id, kind, professional_name)
            select '{tenant}', id, 'PRACTITIONER', 'Somebody' from staff;
        insert into phi.persons (tenant_id, id, created_at) select '{tenant}', person, moment from made;
        insert into patients (tenant_id, id, display_code, person_id, organization_id, data_class, created_at)
            select '{tenant}', patient, 'Z' || lpad(upper(to_hex(number / 65536)), 3, '0') || '-'
                || lpad(upper(to_hex(number % 65536)), 4, '0'), person, '{tenant}', 'DIRECTORY', moment from made;
        insert into care_team_members (tenant_id, id, patient_id, practitioner_id, role, starts_at, created_at)
            select '{tenant}', gen_random_uuid(), patient, staff.id, 'PRIMARY', moment, moment
            from made join staff on place = number / {CASELOAD};
        insert into consents (tenant_id, id, patient_id, kind, decision, expiry_kind, valid_from, data_class, created_at)
            select '{tenant}', gen_random_uuid(), patient, 'TPO', 'PERMIT', 'NONE', moment, 'GENERAL_PHI', moment from made;
        insert into encryption_keys (tenant_id, id, purpose, person_id, key_version, wrapped, created_at)
            select '{tenant}', gen_random_uuid(), 'IDENTITY', person, 1, decode(repeat('00', 66), 'hex'), moment from made;
        drop table made, staff"
    )
}

/// Tenants with an organization, roles and their permissions, a user and fifty patients, each on a care team.
fn more_tenants(from: u64, to: u64) -> String {
    format!(
        "set session_replication_role = replica;
        create temporary table model as select id from tenants where slug = 'scale-0001';
        create temporary table made as
            select number, gen_random_uuid() as tenant, gen_random_uuid() as someone
            from generate_series({from} + 1, {to}) as number;
        insert into tenants (id, slug) select tenant, 'bulk-' || number from made;
        insert into organizations (tenant_id, id, kind, name, slug, time_zone)
            select tenant, tenant, 'TENANT', 'Bulk ' || number, 'bulk-' || number, 'UTC' from made;
        insert into roles (tenant_id, id, key, name, is_system)
            select tenant, r.id, r.key, r.name, true from made, roles r where r.tenant_id = (select id from model);
        insert into role_permissions (tenant_id, id, role_id, permission_key, reach)
            select tenant, r.id, r.role_id, r.permission_key, r.reach
            from made, role_permissions r where r.tenant_id = (select id from model);
        insert into users (tenant_id, id, email_token)
            select tenant, someone, decode(replace(someone::text, '-', ''), 'hex') from made;
        insert into practitioners (tenant_id, id, user_id, kind, professional_name)
            select tenant, someone, someone, 'PRACTITIONER', 'Somebody' from made;
        create temporary table people as
            select tenant, someone, place, gen_random_uuid() as id, now() - random() * interval '1 hour' as moment
            from made, generate_series(1, 50) as place;
        insert into phi.persons (tenant_id, id, created_at) select tenant, id, moment from people;
        insert into patients (tenant_id, id, display_code, person_id, organization_id, data_class, created_at)
            select tenant, id, 'BULK-' || lpad(place::text, 4, '0'), id, tenant, 'DIRECTORY', moment from people;
        insert into care_team_members (tenant_id, id, patient_id, practitioner_id, role, starts_at, created_at)
            select tenant, id, id, someone, 'PRIMARY', moment, moment from people;
        drop table people, made, model"
    )
}

/// The table of growth.
pub fn table(text: &mut String, growth: &[Grown]) {
    text.push_str(
        "## Growth\n\n\
        The same requests of the same clinician, whose real patients are read, while tables grow around them: rows made in \
        bulk, as the superuser in SQL, without ciphertext. `relative` is the rate by that of the floor on its own database, \
        which does not grow, at the same moment, compared with the smallest size; `processor` is compared with the smallest \
        size as well.\n\n\
        | | size | operation | requests/s | relative | processor ms | processor |\n|---|---|---|---|---|---|---|\n",
    );
    for Grown { what, size, operations } in growth {
        let first = growth.iter().find(|other| other.what == *what).expect("at least itself");
        for ((name, rate, processor, relative), least) in operations.iter().zip(&first.operations) {
            let _ = writeln!(
                text,
                "| {what} | {size} | {name} | {rate:.0} | {:.2} | {processor:.3} | {:.2} |",
                relative / least.3,
                processor / least.2,
            );
        }
    }
    text.push('\n');
}
