//! Lists of patients: filters, order, pages, and who is in them at all.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{enters_nobody, ids_of};
use crate::support::{Actor, Answer, Tenant, Town};

const FILTERED: &str =
    "query($filter: PatientFilter) { patients(filter: $filter, orderBy: OLDEST_FIRST, first: 100) {
    totalCount nodes { status } } }";
const PAGE: &str = "query($first: Int, $after: Cursor, $order: Chronology! = NEWEST_FIRST) {
    patients(first: $first, after: $after, orderBy: $order) {
        totalCount nodes { id } edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";

async fn filtered(actor: &Actor, filter: Value) -> Answer {
    actor.ask_with(FILTERED, json!({ "filter": filter })).await
}

/// The statuses of the patients whom a filter leaves, oldest patient first.
async fn left_by(actor: &Actor, filter: Value) -> String {
    let data = filtered(actor, filter).await.ok();
    let nodes = data["patients"]["nodes"].as_array().expect("nodes");
    assert_eq!(data["patients"]["totalCount"], nodes.len(), "{data}");
    nodes.iter().map(|node| node["status"].as_str().expect("a status")).collect::<Vec<_>>().join(" ")
}

/// An administrator of a town with one patient of each status.
async fn one_of_each(town: &Town) -> Actor {
    let admin = town.tenant.admin().await;
    for status in ["ACTIVE", "PAUSED", "DISCHARGED", "INACTIVE"] {
        let patient = enters_nobody(&admin).await;
        town.tenant.change(&format!("update patients set status = '{status}' where id = '{patient}'")).await;
    }
    admin
}

/// Patients written in one statement, so at one moment.
async fn at_one_moment(tenant: &Tenant, number: u32) {
    let id = tenant.id;
    let sql = format!(
        "with new as materialized (select gen_random_uuid() as id from generate_series(1, {number})), people as (
            insert into phi.persons (tenant_id, id) select '{id}', id from new
        )
        insert into patients (tenant_id, id, person_id, organization_id, display_code, data_class)
        select '{id}', id, id, '{id}', upper(substr(id::text, 1, 4) || '-' || substr(id::text, 5, 4)), 'DIRECTORY'
        from new"
    );
    assert_eq!(tenant.change(&sql).await, u64::from(number));
}

#[tokio::test]
async fn a_filter_leaves_the_patients_of_a_status() {
    let town = Town::new().await;
    let admin = one_of_each(&town).await;
    for (filter, left) in [
        (Value::Null, "ACTIVE PAUSED DISCHARGED INACTIVE"),
        (json!({}), "ACTIVE PAUSED DISCHARGED INACTIVE"),
        (json!({ "status": { "eq": "PAUSED" } }), "PAUSED"),
        (json!({ "status": { "in": ["PAUSED", "INACTIVE"] } }), "PAUSED INACTIVE"),
        (json!({ "status": { "in": [] } }), ""),
        (json!({ "status": { "eq": "ACTIVE", "in": ["PAUSED"] } }), ""),
        (json!({ "status": {} }), "ACTIVE PAUSED DISCHARGED INACTIVE"),
    ] {
        assert_eq!(left_by(&admin, filter.clone()).await, left, "{filter}");
    }
}

#[tokio::test]
async fn filters_combine_by_and_or_and_not() {
    let town = Town::new().await;
    let admin = one_of_each(&town).await;
    let is = |status: &str| json!({ "status": { "eq": status } });
    for (filter, left) in [
        (json!({ "not": is("PAUSED") }), "ACTIVE DISCHARGED INACTIVE"),
        (json!({ "or": [is("PAUSED"), is("ACTIVE")] }), "ACTIVE PAUSED"),
        (json!({ "and": [is("PAUSED"), is("ACTIVE")] }), ""),
        (json!({ "and": [{ "not": is("PAUSED") }, { "not": is("ACTIVE") }] }), "DISCHARGED INACTIVE"),
        (json!({ "not": { "or": [is("PAUSED"), is("ACTIVE")] } }), "DISCHARGED INACTIVE"),
        (json!({ "status": { "in": ["PAUSED", "ACTIVE"] }, "not": is("PAUSED") }), "ACTIVE"),
        (json!({ "or": [is("PAUSED"), is("ACTIVE")], "and": [is("ACTIVE")] }), "ACTIVE"),
        (json!({ "and": [] }), "ACTIVE PAUSED DISCHARGED INACTIVE"),
    ] {
        assert_eq!(left_by(&admin, filter.clone()).await, left, "{filter}");
    }
}

#[tokio::test]
async fn a_filter_by_location_leaves_the_patients_served_there() {
    let town = Town::new().await;
    let admin = one_of_each(&town).await;
    let location = town.tenant.location("North House", false).await.to_string();
    admin.mutate("createPatient", json!({ "locationId": location }), "id").await.ok();

    assert_eq!(left_by(&admin, json!({ "locationId": { "eq": location } })).await, "ACTIVE");
    assert_eq!(
        left_by(&admin, json!({ "locationId": { "in": [location, crate::support::NOBODYS.to_string()] } }))
            .await,
        "ACTIVE"
    );
    assert_eq!(left_by(&admin, json!({ "locationId": { "in": [] } })).await, "");
}

#[tokio::test]
async fn a_filter_is_at_most_three_levels_deep_and_its_lists_at_most_twenty_long() {
    let town = Town::new().await;
    let admin = one_of_each(&town).await;
    let is = || json!({ "status": { "eq": "PAUSED" } });
    let list = |length: usize| vec![is(); length];
    for allowed in [
        json!({ "not": { "not": is() } }),
        json!({ "or": [{ "and": [is()] }] }),
        json!({ "or": list(20) }),
        json!({ "and": list(20) }),
    ] {
        assert_eq!(left_by(&admin, allowed.clone()).await, "PAUSED", "{allowed}");
    }
    for refused in [
        json!({ "not": { "not": { "not": is() } } }),
        json!({ "or": [{ "and": [{ "or": [is()] }] }] }),
        json!({ "and": [{ "not": { "or": [is()] } }] }),
        json!({ "or": list(21) }),
        json!({ "and": list(21) }),
    ] {
        assert_eq!(filtered(&admin, refused.clone()).await.refused(), "BAD_USER_INPUT", "{refused}");
    }
}

#[tokio::test]
async fn the_newest_come_first_unless_the_oldest_are_asked_for() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let mut entered = Vec::new();
    for _ in 0..4 {
        entered.push(enters_nobody(&admin).await.to_string());
    }
    let oldest = admin.ask_with(PAGE, json!({ "order": "OLDEST_FIRST" })).await.ok();
    assert_eq!(ids_of(&oldest["patients"]), entered);
    entered.reverse();
    assert_eq!(ids_of(&admin.ask_with(PAGE, json!({})).await.ok()["patients"]), entered);
}

/// All pages of a list, one patient written after each page.
async fn pages_while_writing(town: &Town, admin: &Actor, order: &str) -> Vec<String> {
    let (mut seen, mut after) = (Vec::new(), Value::Null);
    for _ in 0..10 {
        let variables = json!({ "first": 3, "after": after, "order": order });
        let patients = admin.ask_with(PAGE, variables).await.ok()["patients"].clone();
        assert_eq!(patients["totalCount"], town.tenant.count("patients").await, "the whole list is counted");
        let edges = patients["edges"].as_array().expect("edges");
        assert_eq!(patients["pageInfo"]["hasPreviousPage"], !after.is_null(), "rows before the first page");
        assert_eq!(patients["pageInfo"]["startCursor"], edges[0]["cursor"]);
        assert_eq!(patients["pageInfo"]["endCursor"], edges[edges.len() - 1]["cursor"]);
        seen.extend(ids_of(&patients));
        if patients["pageInfo"]["hasNextPage"] == json!(false) {
            return seen;
        }
        assert_eq!(edges.len(), 3, "a page that others follow is full");
        after = patients["pageInfo"]["endCursor"].clone();
        if seen.len() < 9 {
            enters_nobody(admin).await;
        }
    }
    panic!("the pages do not end");
}

#[tokio::test]
async fn pages_neither_repeat_nor_skip_while_patients_are_written() {
    for order in ["NEWEST_FIRST", "OLDEST_FIRST"] {
        let town = Town::new().await;
        let admin = town.tenant.admin().await;
        at_one_moment(&town.tenant, 5).await;
        for _ in 0..3 {
            enters_nobody(&admin).await;
        }
        let data = admin.ask_with(PAGE, json!({ "first": 100 })).await.ok();
        let before: BTreeSet<String> = ids_of(&data["patients"]).into_iter().collect();

        let seen = pages_while_writing(&town, &admin, order).await;

        let distinct: BTreeSet<String> = seen.iter().cloned().collect();
        assert_eq!(distinct.len(), seen.len(), "{order}: none twice");
        assert!(before.is_subset(&distinct), "{order}: none is missing");
        let new = distinct.difference(&before).count();
        assert_eq!(
            new,
            if order == "OLDEST_FIRST" { 2 } else { 0 },
            "new ones stand at the end of the newest"
        );
    }
}

#[tokio::test]
async fn a_list_without_rows_has_one_empty_page() {
    let town = Town::new().await;
    let data = town.tenant.clinician().await.ask_with(PAGE, json!({})).await.ok();
    let info =
        json!({ "hasNextPage": false, "hasPreviousPage": false, "startCursor": null, "endCursor": null });
    assert_eq!(data["patients"], json!({ "totalCount": 0, "nodes": [], "edges": [], "pageInfo": info }));
}

#[tokio::test]
async fn a_page_has_1_to_100_rows() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    enters_nobody(&admin).await;
    let nested = "query($first: Int) { patients { nodes { careTeam(first: $first) { nodes { id } } } } }";
    let practitioners = "query($first: Int) { practitioners(first: $first) { nodes { id } } }";
    for document in [PAGE, nested, practitioners] {
        for first in [0, -1, 101, i32::MAX] {
            let answer = admin.ask_with(document, json!({ "first": first })).await;
            let errors = answer.body["errors"].as_array().expect("refused");
            assert!(
                errors.iter().all(|error| error["extensions"]["code"] == "BAD_USER_INPUT"),
                "{first}: {document}"
            );
        }
        for first in [1, 100] {
            admin.ask_with(document, json!({ "first": first })).await.ok();
        }
    }
}

#[tokio::test]
async fn a_cursor_is_of_its_tenant_and_list_and_nothing_else_is_one() {
    let town = Town::new().await;
    let (admin, clinician) = (town.tenant.admin().await, town.tenant.clinician().await);
    let elsewhere = town.another_tenant("elsewhere").await.admin().await;
    enters_nobody(&elsewhere).await;
    enters_nobody(&clinician).await;
    let cursor =
        |data: &Value, list: &str| data[list]["pageInfo"]["endCursor"].as_str().expect("a cursor").to_owned();
    let own = cursor(&admin.ask_with(PAGE, json!({})).await.ok(), "patients");
    let theirs = cursor(&elsewhere.ask_with(PAGE, json!({})).await.ok(), "patients");
    let practitioners = admin.ask("{ practitioners { pageInfo { endCursor } } }").await.ok();
    let nested = admin.ask("{ patients { nodes { careTeam { pageInfo { endCursor } } } } }").await.ok();
    let mut changed = own.clone().into_bytes();
    changed[20] = if changed[20] == b'A' { b'B' } else { b'A' };
    admin.ask_with(PAGE, json!({ "after": own })).await.ok();

    for bad in [
        theirs,
        cursor(&practitioners, "practitioners"),
        cursor(&nested["patients"]["nodes"][0], "careTeam"),
        String::from_utf8(changed).expect("text"),
        own[1..].to_owned(),
        format!("{own}AAAA"),
        String::new(),
        "garbage".to_owned(),
        "ü".repeat(200),
        "A".repeat(50),
    ] {
        let answer = admin.ask_with(PAGE, json!({ "after": bad })).await;
        assert_eq!(answer.refused(), "BAD_CURSOR", "{bad}");
    }
}

#[tokio::test]
async fn an_id_that_is_no_uuid_is_bad_user_input() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let query = "query($id: ID!) { patient(id: $id) { id } }";
    for id in ["", "7", "nobody", "01926b3e-7d4c-7a50-8f2e-5b1c9d0a6e7"] {
        assert_eq!(admin.ask_with(query, json!({ "id": id })).await.refused(), "BAD_USER_INPUT", "{id}");
    }
    let filter = json!({ "locationId": { "eq": "nowhere" } });
    assert_eq!(filtered(&admin, filter).await.refused(), "BAD_USER_INPUT");
}
