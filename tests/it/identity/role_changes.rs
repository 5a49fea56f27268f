//! Giving roles, and defining one's own.

use consentry::identity::user_creation::{NewAssignment, NewUser};
use entity::{Id, tenancy::location};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{permissions_of, turned_away};
use crate::{
    conventions::rows::{changed, rows_of},
    support::{Actor, Tenant, Town},
};

async fn role_id(tenant: &Tenant, key: &str) -> String {
    tenant.role_id(key).await.to_string()
}

async fn assigns(actor: &Actor, tenant: &Tenant, user: &Actor, role: &str) -> crate::support::Answer {
    let input = json!({ "userId": user.user().to_string(), "roleId": role_id(tenant, role).await });
    actor.mutate("assignRole", input, "id user { id } role { key } expiresAt location { id }").await
}

async fn assignment_of(tenant: &Tenant, user: &Actor, role: &str) -> String {
    let sql = format!(
        "select a.id from role_assignments a join roles r on r.id = a.role_id
        where a.user_id = $1 and r.key = '{role}' and a.deleted_at is null"
    );
    tenant.scalar::<Uuid>(&sql, user.user().uuid()).await.expect("an assignment").to_string()
}

/// Runs what must be refused, and asserts that nothing changed but the record.
async fn refused(tenant: &Tenant, actor: &Actor, mutation: &str, input: Value) -> String {
    let before = rows_of(tenant, &["audit_logs"]).await;
    let code = actor.mutate(mutation, input, "__typename").await.user_error(mutation);
    assert_eq!(changed(&before, &rows_of(tenant, &["audit_logs"]).await), Vec::<String>::new(), "{code}");
    code
}

fn assignment(user: &Actor, role: &str) -> Value {
    json!({ "userId": user.user().to_string(), "roleId": role })
}

#[tokio::test]
async fn whoever_is_given_or_taken_a_role_signs_in_again_with_the_rights_of_that_moment() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let newcomer = town.tenant.user(NewUser::default()).await;
    assert_eq!(newcomer.ask("{ patients { totalCount } }").await.refused(), "FORBIDDEN");

    let answer = assigns(&admin, &town.tenant, &newcomer, "BILLING").await;
    assert_eq!(answer.ok()["assignRole"]["result"]["role"]["key"], "BILLING", "{}", answer.body);
    turned_away(&newcomer.ask("{ viewer { roles } }").await);
    let newcomer = town.tenant.another_session(&newcomer).await;
    newcomer.ask("{ patients { totalCount } }").await.ok();
    assert_eq!(permissions_of(&newcomer).await["payment.record"], "TENANT");
    let again = assignment(&newcomer, &role_id(&town.tenant, "BILLING").await);
    assert_eq!(refused(&town.tenant, &admin, "assignRole", again).await, "ALREADY_EXISTS");

    let id = assignment_of(&town.tenant, &newcomer, "BILLING").await;
    admin.mutate("unassignRole", json!({ "roleAssignmentId": id }), "id").await.ok();
    turned_away(&newcomer.ask("{ viewer { roles } }").await);
    let newcomer = town.tenant.another_session(&newcomer).await;
    assert_eq!(newcomer.ask("{ patients { totalCount } }").await.refused(), "FORBIDDEN");
    let gone = json!({ "roleAssignmentId": id });
    assert_eq!(refused(&town.tenant, &admin, "unassignRole", gone).await, "NOT_FOUND");
}

#[tokio::test]
async fn nobody_gives_a_role_above_their_own_rank() {
    let town = Town::new().await;
    let owner = town.tenant.with_role("OWNER").await;
    let admin = town.tenant.admin().await;
    let newcomer = town.tenant.user(NewUser::default()).await;
    let owners = role_id(&town.tenant, "OWNER").await;
    assert_eq!(
        refused(&town.tenant, &admin, "assignRole", assignment(&newcomer, &owners)).await,
        "RANK_TOO_LOW"
    );
    let platform = role_id(&town.tenant, "PLATFORM_ADMIN").await;
    assert_eq!(
        refused(&town.tenant, &owner, "assignRole", assignment(&newcomer, &platform)).await,
        "RANK_TOO_LOW"
    );
    let taken = json!({ "roleAssignmentId": assignment_of(&town.tenant, &owner, "OWNER").await });
    assert_eq!(refused(&town.tenant, &admin, "unassignRole", taken).await, "RANK_TOO_LOW");
    town.clock.advance(chrono::TimeDelta::minutes(6));
    assert_eq!(assigns(&owner, &town.tenant, &newcomer, "OWNER").await.refused(), "REAUTH_REQUIRED");
    let owner = town.tenant.another_session(&owner).await;
    assigns(&owner, &town.tenant, &newcomer, "OWNER").await.ok();
    assigns(&admin, &town.tenant, &newcomer, "ADMIN").await.ok();
}

#[tokio::test]
async fn nobody_gives_roles_to_oneself() {
    let town = Town::new().await;
    let owner = town.tenant.with_role("OWNER").await;
    let clinical = role_id(&town.tenant, "PRACTITIONER").await;
    let code = refused(&town.tenant, &owner, "assignRole", assignment(&owner, &clinical)).await;
    assert_eq!(code, "SEPARATION_OF_DUTIES");
    let own = json!({ "roleAssignmentId": assignment_of(&town.tenant, &owner, "OWNER").await });
    assert_eq!(refused(&town.tenant, &owner, "unassignRole", own).await, "SEPARATION_OF_DUTIES");
}

#[tokio::test]
async fn the_last_owner_stays() {
    let town = Town::new().await;
    let first = town.tenant.with_role("OWNER").await;
    let second = town.tenant.with_role("OWNER").await;
    let input = json!({ "roleAssignmentId": assignment_of(&town.tenant, &second, "OWNER").await });
    first.mutate("unassignRole", input, "id").await.ok();
    // Somebody who is an owner for a while does not keep the tenant from being without one.
    let role = role_id(&town.tenant, "OWNER").await;
    let input = json!({
        "userId": second.user().to_string(), "roleId": role, "expiresAt": "2026-12-01T00:00:00Z",
    });
    first.mutate("assignRole", input, "id").await.ok();
    let last = json!({ "roleAssignmentId": assignment_of(&town.tenant, &first, "OWNER").await });
    let second = town.tenant.another_session(&second).await;
    assert_eq!(refused(&town.tenant, &second, "unassignRole", last).await, "INVALID_STATE");
}

#[tokio::test]
async fn of_two_owners_who_take_the_role_from_each_other_at_once_one_remains() {
    for _ in 0..5 {
        let town = Town::new().await;
        let first = town.tenant.with_role("OWNER").await;
        let second = town.tenant.with_role("OWNER").await;
        let of_first = json!({ "roleAssignmentId": assignment_of(&town.tenant, &first, "OWNER").await });
        let of_second = json!({ "roleAssignmentId": assignment_of(&town.tenant, &second, "OWNER").await });
        tokio::join!(
            first.mutate("unassignRole", of_second, "id"),
            second.mutate("unassignRole", of_first, "id"),
        );
        let sql = "select count(*) from role_assignments a join roles r on r.id = a.role_id
            where r.key = 'OWNER' and a.deleted_at is null and a.tenant_id = $1";
        assert_eq!(town.tenant.scalar::<i64>(sql, town.tenant.id).await, Some(1));
    }
}

#[tokio::test]
async fn a_manager_gives_roles_at_their_own_locations_alone() {
    let town = Town::new().await;
    let house: Id<location::Entity> = town.tenant.location("House on the hill", false).await;
    let elsewhere = town.tenant.location("House by the sea", false).await;
    let confined = NewAssignment { role: "MANAGER", location_id: Some(house), ..Default::default() };
    let manager = town.tenant.user(NewUser { roles: vec![confined], ..Default::default() }).await;
    let newcomer = town.tenant.user(NewUser::default()).await;
    let staff = role_id(&town.tenant, "HOUSE_STAFF").await;
    let at = |place: Option<Id<location::Entity>>| {
        let mut input = assignment(&newcomer, &staff);
        input["locationId"] = json!(place.map(|place| place.to_string()));
        input
    };
    for place in [None, Some(elsewhere)] {
        let code = refused(&town.tenant, &manager, "assignRole", at(place)).await;
        assert_eq!(code, "VALIDATION_FAILED", "{place:?}");
    }
    manager.mutate("assignRole", at(Some(house)), "id").await.ok();
    let sql = "select location_id from role_assignments where user_id = $1 and deleted_at is null";
    assert_eq!(town.tenant.scalar::<Uuid>(sql, newcomer.user().uuid()).await, Some(house.uuid()));

    let everywhere = town.tenant.with_role("HOUSE_STAFF").await;
    let input = json!({ "roleAssignmentId": assignment_of(&town.tenant, &everywhere, "HOUSE_STAFF").await });
    assert_eq!(refused(&town.tenant, &manager, "unassignRole", input).await, "NOT_FOUND", "not of the house");
    let input = json!({ "roleAssignmentId": assignment_of(&town.tenant, &newcomer, "HOUSE_STAFF").await });
    manager.mutate("unassignRole", input, "id").await.ok();
}

#[tokio::test]
async fn an_end_lies_in_the_future_and_an_assignment_that_ended_can_be_given_again() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let newcomer = town.tenant.user(NewUser::default()).await;
    let role = role_id(&town.tenant, "BILLING").await;
    let until = |moment: &str| {
        let mut input = assignment(&newcomer, &role);
        input["expiresAt"] = json!(moment);
        input
    };
    let past = refused(&town.tenant, &admin, "assignRole", until("2026-11-21T08:00:00Z")).await;
    assert_eq!(past, "VALIDATION_FAILED");
    admin.mutate("assignRole", until("2026-11-21T09:00:00Z"), "id").await.ok();
    let newcomer = town.tenant.another_session(&newcomer).await;
    newcomer.ask("{ patients { totalCount } }").await.ok();
    town.clock.advance(chrono::TimeDelta::hours(1));
    assert_eq!(newcomer.ask("{ patients { totalCount } }").await.refused(), "FORBIDDEN");
    let answer = admin.mutate("assignRole", assignment(&newcomer, &role), "id").await.ok();
    assert!(answer["assignRole"]["result"]["id"].is_string(), "{answer}");
    let newcomer = town.tenant.another_session(&newcomer).await;
    newcomer.ask("{ patients { totalCount } }").await.ok();
}

/// A role of one's own; returns its id.
async fn defines(admin: &Actor, terms: Value) -> String {
    let mut input = json!({ "key": "NIGHT_SHIFT", "name": "Night shift", "rank": 30, "permissions": [] });
    for (key, value) in terms.as_object().into_iter().flatten() {
        input[key] = value.clone();
    }
    let data = admin.mutate("defineRole", input, "id").await.ok();
    data["defineRole"]["result"]["id"].as_str().unwrap_or_else(|| panic!("{data}")).to_owned()
}

#[tokio::test]
async fn a_role_built_upon_another_permits_what_that_permits_and_more_and_follows_its_changes() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let staff = role_id(&town.tenant, "HOUSE_STAFF").await;
    let base = defines(&admin, json!({ "key": "BASE", "parentRoleId": staff })).await;
    let more = json!([{ "permission": "alert.resolve", "reach": "OWN" }]);
    let night = defines(&admin, json!({ "rank": 50, "parentRoleId": base, "permissions": more })).await;
    let guard = town.tenant.user(NewUser::default()).await;
    admin.mutate("assignRole", assignment(&guard, &night), "id").await.ok();
    let guard = town.tenant.another_session(&guard).await;

    let permissions = permissions_of(&guard).await;
    assert_eq!(permissions["patient.read"], "OWN", "of the house staff");
    assert_eq!(permissions["alert.resolve"], "OWN", "its own");
    let viewer = guard.ask("{ viewer { roles purpose } }").await.ok();
    assert_eq!(
        viewer["viewer"],
        json!({ "roles": ["NIGHT_SHIFT"], "purpose": "TREATMENT" }),
        "the house staff's purpose"
    );

    let data =
        admin.ask_with("query($id: ID!) { role(id: $id) { version } }", json!({ "id": base })).await.ok();
    let change = json!({
        "roleId": base, "expectedVersion": data["role"]["version"],
        "permissions": [{ "permission": "alert.acknowledge", "reach": "OWN" }, { "permission": "visit.write", "reach": "OWN" }],
    });
    let answer = admin.mutate("changeRole", change, "permissions { permission reach }").await.ok();
    assert!(answer["changeRole"]["result"].is_object(), "{answer}");
    assert_eq!(permissions_of(&guard).await["visit.write"], "OWN", "what its parent got it has as well");
}

#[tokio::test]
async fn a_role_of_ones_own_permits_no_more_than_the_systems_roles_of_its_rank() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let define = |rank: i32, permission: &str, reach: &str| {
        json!({
            "key": "NIGHT_SHIFT", "name": "Night shift", "rank": rank,
            "permissions": [{ "permission": permission, "reach": reach }],
        })
    };
    for (rank, permission, reach, code) in [
        (80, "tenant.provision", "TENANT", "VALIDATION_FAILED"),
        (80, "phi.read", "TENANT", "VALIDATION_FAILED"),
        (60, "audit.read", "TENANT", "VALIDATION_FAILED"),
        (30, "consent.sign", "OWN", "VALIDATION_FAILED"),
        (80, "no.such.permission", "OWN", "VALIDATION_FAILED"),
        (81, "location.read", "TENANT", "RANK_TOO_LOW"),
        (-1, "location.read", "TENANT", "VALIDATION_FAILED"),
        (70_000, "location.read", "TENANT", "VALIDATION_FAILED"),
    ] {
        let refusal = refused(&town.tenant, &admin, "defineRole", define(rank, permission, reach)).await;
        assert_eq!(refusal, code, "{permission} {reach} at rank {rank}");
    }
    for key in ["", "night", "1NIGHT", "NIGHT-SHIFT", "NIGHT SHIFT", &"N".repeat(65)] {
        let mut input = define(30, "location.read", "TENANT");
        input["key"] = json!(key);
        assert_eq!(refused(&town.tenant, &admin, "defineRole", input).await, "VALIDATION_FAILED", "{key}");
    }
    let mut twice = define(30, "location.read", "TENANT");
    twice["key"] = json!("PRACTITIONER");
    assert_eq!(refused(&town.tenant, &admin, "defineRole", twice).await, "ALREADY_EXISTS");
}

#[tokio::test]
async fn nobody_shapes_a_role_of_ones_own() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let colleague = town.tenant.admin().await;
    let base = defines(&admin, json!({ "key": "BASE" })).await;
    let night = defines(&admin, json!({ "parentRoleId": base })).await;
    colleague.mutate("assignRole", assignment(&admin, &night), "id").await.ok();
    let admin = town.tenant.another_session(&admin).await;
    for role in [&base, &night] {
        let data =
            admin.ask_with("query($id: ID!) { role(id: $id) { version } }", json!({ "id": role })).await.ok();
        let change = json!({
            "roleId": role, "expectedVersion": data["role"]["version"],
            "permissions": [{ "permission": "phi.read", "reach": "OWN" }],
        });
        assert_eq!(refused(&town.tenant, &admin, "changeRole", change.clone()).await, "SEPARATION_OF_DUTIES");
    }
}

#[tokio::test]
async fn a_role_never_ranks_below_the_one_that_it_is_built_upon() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let base = defines(&admin, json!({ "key": "BASE" })).await;
    defines(&admin, json!({ "parentRoleId": base })).await;
    let raise = json!({ "roleId": base, "expectedVersion": 1, "rank": 80 });
    assert_eq!(refused(&town.tenant, &admin, "changeRole", raise).await, "VALIDATION_FAILED");
    let below = json!({ "key": "DAY", "name": "Day", "rank": 10, "permissions": [], "parentRoleId": base });
    assert_eq!(refused(&town.tenant, &admin, "defineRole", below).await, "VALIDATION_FAILED");
}

#[tokio::test]
async fn whoever_works_at_one_location_keeps_nothing_that_is_the_whole_organizations() {
    let town = Town::new().await;
    let house = town.tenant.location("House on the hill", false).await;
    let roles = ["ADMIN", "OWNER", "COMPLIANCE"].map(|role| NewAssignment {
        role,
        location_id: Some(house),
        ..Default::default()
    });
    let confined = town.tenant.user(NewUser { roles: roles.into(), ..Default::default() }).await;
    let permissions = permissions_of(&confined).await;
    assert!(permissions.contains_key("patient.read") && permissions.values().all(|reach| reach == "OWN"));
    for whole in [
        "role.define",
        "api_key.manage",
        "integration.manage",
        "feature_flag.manage",
        "organization.manage",
        "audit.read",
        "import.run",
        "retention.apply",
    ] {
        assert_eq!(permissions.get(whole), None, "{whole}");
    }
    let role = json!({ "key": "NIGHT", "name": "Night", "rank": 10, "permissions": [] });
    assert_eq!(confined.mutate("defineRole", role, "id").await.refused(), "FORBIDDEN");
    assert_eq!(confined.ask("{ auditLogs { totalCount } }").await.refused(), "FORBIDDEN");
}

#[tokio::test]
async fn roles_do_not_go_in_a_circle() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let first = defines(&admin, json!({ "key": "FIRST" })).await;
    let second = defines(&admin, json!({ "key": "SECOND", "parentRoleId": first })).await;
    let third = defines(&admin, json!({ "key": "THIRD", "parentRoleId": second })).await;
    for parent in [&first, &second, &third] {
        let data = admin
            .ask_with("query($id: ID!) { role(id: $id) { version } }", json!({ "id": first }))
            .await
            .ok();
        let change =
            json!({ "roleId": first, "expectedVersion": data["role"]["version"], "parentRoleId": parent });
        assert_eq!(refused(&town.tenant, &admin, "changeRole", change).await, "VALIDATION_FAILED");
    }
}

#[tokio::test]
async fn of_a_systems_role_only_the_name_can_be_changed() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let role = role_id(&town.tenant, "PRACTITIONER").await;
    let query = "query($id: ID!) { role(id: $id) { name version isSystem permissions { permission } } }";
    let before = admin.ask_with(query, json!({ "id": role })).await.ok()["role"].clone();
    let change = |terms: Value| {
        let mut input = json!({ "roleId": role, "expectedVersion": before["version"] });
        for (key, value) in terms.as_object().into_iter().flatten() {
            input[key] = value.clone();
        }
        input
    };
    for terms in [json!({ "rank": 10 }), json!({ "permissions": [] })] {
        assert_eq!(refused(&town.tenant, &admin, "changeRole", change(terms)).await, "INVALID_STATE");
    }
    let removal = json!({ "roleId": role, "expectedVersion": before["version"] });
    assert_eq!(refused(&town.tenant, &admin, "removeRole", removal).await, "INVALID_STATE");
    admin.mutate("changeRole", change(json!({ "name": "Case manager" })), "name").await.ok();
    let after = admin.ask_with(query, json!({ "id": role })).await.ok()["role"].clone();
    assert_eq!((&after["name"], &after["permissions"]), (&json!("Case manager"), &before["permissions"]));
    let stale = change(json!({ "name": "Somebody" }));
    assert_eq!(refused(&town.tenant, &admin, "changeRole", stale).await, "STALE_VERSION");
    let owner = role_id(&town.tenant, "OWNER").await;
    let above = json!({ "roleId": owner, "expectedVersion": 1, "name": "Boss" });
    assert_eq!(refused(&town.tenant, &admin, "changeRole", above).await, "RANK_TOO_LOW");
}

#[tokio::test]
async fn a_role_that_somebody_has_or_that_carries_another_is_not_removed() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let first = defines(&admin, json!({ "key": "FIRST" })).await;
    let second = defines(&admin, json!({ "key": "SECOND", "parentRoleId": first })).await;
    let holder = town.tenant.user(NewUser::default()).await;
    admin.mutate("assignRole", assignment(&holder, &second), "id").await.ok();
    let removal = |id: &str| json!({ "roleId": id, "expectedVersion": 1 });
    assert_eq!(refused(&town.tenant, &admin, "removeRole", removal(&second)).await, "INVALID_STATE");
    assert_eq!(refused(&town.tenant, &admin, "removeRole", removal(&first)).await, "INVALID_STATE");
    let id = assignment_of(&town.tenant, &holder, "SECOND").await;
    admin.mutate("unassignRole", json!({ "roleAssignmentId": id }), "id").await.ok();
    for id in [&second, &first] {
        let data = admin.mutate("removeRole", removal(id), "id").await.ok();
        assert_eq!(data["removeRole"]["result"]["id"], json!(id), "{data}");
    }
    defines(&admin, json!({ "key": "THIRD" })).await;
}

#[tokio::test]
async fn a_role_of_another_tenant_is_not_there() {
    let town = Town::new().await;
    let village = town.another_tenant("village").await;
    let admin = town.tenant.admin().await;
    let newcomer = town.tenant.user(NewUser::default()).await;
    let theirs = role_id(&village, "BILLING").await;
    assert_eq!(
        refused(&town.tenant, &admin, "assignRole", assignment(&newcomer, &theirs)).await,
        "NOT_FOUND"
    );
    let stranger = village.user(NewUser::default()).await;
    let ours = role_id(&town.tenant, "BILLING").await;
    assert_eq!(refused(&town.tenant, &admin, "assignRole", assignment(&stranger, &ours)).await, "NOT_FOUND");
    let upon =
        json!({ "key": "NIGHT", "name": "Night", "rank": 40, "permissions": [], "parentRoleId": theirs });
    assert_eq!(refused(&town.tenant, &admin, "defineRole", upon).await, "NOT_FOUND");
}
