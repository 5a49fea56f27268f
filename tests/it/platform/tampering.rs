//! Whoever owns the database can change everything in it, and cannot hide that.
//!
//! The attacker is the cluster's superuser or the owner of the schema: triggers and row-level security do not bind them.

use consentry::kernel::record::proof::restored_backup;
use sqlx::{AssertSqlSafe, PgPool};
use uuid::Uuid;

use crate::support::{Evidence, Town};

/// A town whose record is sealed, and its attacker.
struct Scene {
    town: Town,
    evidence: Evidence,
    attacker: PgPool,
    tenant: Uuid,
}

impl Scene {
    async fn new() -> Self {
        let town = Town::new().await;
        let clinician = town.tenant.clinician().await;
        for name in ["Amara", "Bruno", "Chidi"] {
            let patient = clinician.creates_patient(name, "Okafor").await;
            clinician.sees_identity_of(patient).await.expect_err("there is no consent");
        }
        let mut evidence = town.evidence();
        evidence.seal().await;
        let findings = evidence.prove().await;
        assert_eq!(findings.broken, Vec::<String>::new());
        assert!(findings.linked > 8, "{findings:?}");
        let attacker = town.database.pool("consentry_superuser", 1);
        let tenant = town.tenant.id;
        Self { town, evidence, attacker, tenant }
    }

    /// Runs statements that no trigger and no policy stops, with `$tenant` for the tenant.
    async fn attack(&self, sql: &str) {
        let sql = sql.replace("$tenant", &format!("'{}'", self.tenant));
        let all = format!("begin; set local session_replication_role = replica; {sql}; commit");
        sqlx::raw_sql(AssertSqlSafe(all)).execute(&self.attacker).await.expect(&sql);
    }

    async fn one<T>(&self, sql: &str) -> T
    where
        T: Send + Unpin + for<'r> sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    {
        let sql = sql.replace("$tenant", &format!("'{}'", self.tenant));
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&self.attacker).await.expect("a value")
    }

    /// The row at a position of the chain.
    async fn row_at(&self, position: i64) -> Uuid {
        self.one(&format!("select id from audit_links where tenant_id = $tenant and position = {position}"))
            .await
    }

    async fn last(&self) -> i64 {
        self.one("select max(position) from audit_links where tenant_id = $tenant").await
    }

    /// What is found, which has to name all of `parts`.
    async fn names(&self, parts: &[&str]) {
        let findings = self.evidence.prove().await;
        let problem = Evidence::broken(&findings);
        for part in parts {
            assert!(problem.contains(part), "{part:?} is not named: {problem}");
        }
    }
}

#[tokio::test]
async fn a_row_that_was_changed_is_named() {
    let scene = Scene::new().await;
    let last = scene.last().await;
    let row = scene.row_at(last).await.to_string();
    for change in [
        "decision = 'PERMIT', reason = null",
        "actor_id = null",
        "occurred_at = occurred_at + interval '1 second'",
        "fields = array['birth_date']",
        "patient_id = null",
        "request_id = 'another'",
        "credential_id = gen_random_uuid()",
        "row_mac = sha256(row_mac)",
    ] {
        scene.attack(&format!("create table kept as select * from audit_logs where id = '{row}'")).await;
        scene.attack(&format!("update audit_logs set {change} where id = '{row}'")).await;

        scene.names(&[&format!("tenant town: link {last}"), &row, "changed after it was written"]).await;

        let back = format!(
            "delete from audit_logs where id = '{row}'; insert into audit_logs (select * from kept); drop table kept"
        );
        scene.attack(&back).await;
    }
    assert!(scene.evidence.prove().await.broken.is_empty(), "as it was, it is right again");
}

#[tokio::test]
async fn what_the_database_adds_to_a_row_cannot_be_changed_either() {
    let scene = Scene::new().await;
    let row = scene.row_at(4).await.to_string();
    for change in [
        "created_at = created_at - interval '1 day'",
        "created_by = gen_random_uuid()",
        "xid = '3'",
        "fields = array[array_to_string(fields, ','), '']::text[]",
    ] {
        scene.attack(&format!("create table kept as select * from audit_logs where id = '{row}'")).await;
        scene.attack(&format!("update audit_logs set {change} where id = '{row}'")).await;

        scene.names(&["tenant town: link 4", &row]).await;

        let back = format!(
            "delete from audit_logs where id = '{row}'; insert into audit_logs (select * from kept); drop table kept"
        );
        scene.attack(&back).await;
    }
}

#[tokio::test]
async fn a_row_that_was_removed_is_named() {
    let scene = Scene::new().await;
    let row = scene.row_at(5).await.to_string();

    scene.attack(&format!("delete from audit_logs where id = '{row}'")).await;
    scene.names(&["tenant town: link 5", &row, "the row was removed"]).await;

    scene.attack(&format!("delete from audit_links where id = '{row}'")).await;
    scene.names(&["tenant town: link 5 was removed", "the next is 6"]).await;
}

#[tokio::test]
async fn a_row_that_was_put_in_afterwards_is_named() {
    let mut scene = Scene::new().await;
    let before = scene.last().await;
    let clinician = scene.town.tenant.clinician().await;
    clinician.creates_patient("Dilnoza", "Karimova").await;
    let new: Uuid =
        scene.one("select max(l.id::text)::uuid from audit_logs l where tenant_id = $tenant").await;

    // Genuine, but moved to where the sealer has been: it would never be linked.
    scene.attack(&format!("update audit_logs set xid = '5' where id = '{new}'")).await;
    scene.names(&["tenant town", &new.to_string(), "put in among rows that are linked"]).await;

    // Genuine, but moved to where the sealer will never come.
    scene.attack(&format!("update audit_logs set xid = '9000000000000000000' where id = '{new}'")).await;
    scene.names(&["tenant town", &new.to_string(), "a transaction that has not begun"]).await;

    // A copy under another id.
    scene
        .attack(&format!(
            "update audit_logs set id = gen_random_uuid(), xid = pg_current_xact_id() where id = '{new}'"
        ))
        .await;
    let copy: Uuid = scene
        .one(
            "select id from audit_logs l where tenant_id = $tenant
        and not exists (select from audit_links k where k.id = l.id) order by created_at desc limit 1",
        )
        .await;
    scene.names(&["tenant town", &copy.to_string(), "written without the key"]).await;

    // The sealer links what stands there; the row stays as wrong as it was.
    while scene.last().await == before {
        scene.evidence.sealer.turn(true).await.expect("a turn");
    }
    scene.names(&["tenant town", &copy.to_string(), "written without the key"]).await;
}

#[tokio::test]
async fn rows_whose_order_was_changed_are_named() {
    let scene = Scene::new().await;
    let row = scene.row_at(3).await.to_string();

    scene.attack(
        "update audit_links set position = 2000 + position where tenant_id = $tenant and position in (3, 4);
        update audit_links set position = 2007 - position where tenant_id = $tenant and position > 2000",
    )
    .await;

    let first: Uuid = scene.row_at(3).await;
    assert_ne!(first.to_string(), row, "the two were swapped");
    scene.names(&["tenant town: link 3", &first.to_string(), "rows were moved"]).await;
}

#[tokio::test]
async fn an_end_that_was_cut_off_is_noticed() {
    let scene = Scene::new().await;
    let last = scene.last().await;

    scene
        .attack(&format!(
            "delete from audit_logs where tenant_id = $tenant
            and id = (select id from audit_links where tenant_id = $tenant and position = {last});
        delete from audit_links where tenant_id = $tenant and position = {last}"
        ))
        .await;
    scene.names(&["tenant town: the chain ends with", "its end was removed"]).await;

    // Nor does it help to set the head back.
    scene
        .attack(
            "update audit_heads h set position = k.position, link_mac = k.link_mac from audit_links k
        where h.tenant_id = $tenant and k.tenant_id = $tenant
            and k.position = (select max(position) from audit_links where tenant_id = $tenant)",
        )
        .await;
    scene.names(&["tenant town: the chain ends with", &format!("vouches for link {last}")]).await;
}

#[tokio::test]
async fn a_tenant_whose_record_or_row_was_dropped_is_noticed() {
    let scene = Scene::new().await;

    scene.attack(
        "delete from audit_logs where tenant_id = $tenant; delete from audit_links where tenant_id = $tenant;
        delete from audit_heads where tenant_id = $tenant",
    )
    .await;
    scene.names(&["tenant town: the chain ends with link 0", "vouches for link"]).await;

    scene.attack("delete from tenants where id = $tenant").await;
    scene.names(&[&scene.tenant.to_string(), "is gone"]).await;
}

#[tokio::test]
async fn rows_and_links_that_were_made_without_the_key_are_named() {
    let scene = Scene::new().await;

    // Everything about it is consistent but the MACs, which need the tenant's key.
    scene.attack(
        "insert into audit_logs (tenant_id, id, occurred_at, credential, action, operation, decision, request_id,
            key_version, row_mac)
        select tenant_id, gen_random_uuid(), now(), 'NONE', 'SIGN_IN', 'session.sign_in', 'PERMIT', 'forged', key_version,
            sha256('forged') from audit_logs where tenant_id = $tenant limit 1;
        insert into audit_links (tenant_id, id, position, key_version, link_mac)
        select tenant_id, id, (select max(position) + 1 from audit_links where tenant_id = $tenant), 1, sha256('link')
            from audit_logs where tenant_id = $tenant and request_id = 'forged';
        update audit_heads h set position = k.position, link_mac = k.link_mac from audit_links k
        where h.tenant_id = $tenant and k.tenant_id = $tenant
            and k.position = (select max(position) from audit_links where tenant_id = $tenant)",
    )
    .await;

    let forged: Uuid = scene.one("select id from audit_logs where request_id = 'forged'").await;
    scene.names(&["tenant town: link", &forged.to_string(), "written without the key"]).await;
}

#[tokio::test]
async fn checkpoints_that_were_changed_removed_or_forged_are_noticed() {
    let mut scene = Scene::new().await;
    scene.town.tenant.clinician().await.creates_patient("Dilnoza", "Karimova").await;
    scene.evidence.seal().await;
    scene.attack("create table kept as table audit_checkpoints").await;
    let back = "delete from audit_checkpoints; insert into audit_checkpoints (select * from kept)";
    for (attack, part) in [
        ("update audit_checkpoints set heads = '[]' where sequence = 1", "does not bear the signature"),
        (
            "update audit_checkpoints set signature = decode(repeat('00', 64), 'hex') where sequence = 1",
            "signature",
        ),
        ("update audit_checkpoints set taken_at = taken_at - interval '1 day'", "signature"),
        ("delete from audit_checkpoints where sequence = 1", "checkpoint 1 of the database is missing"),
        (
            "delete from audit_checkpoints where sequence = (select max(sequence) from audit_checkpoints)",
            "as after the restore of a backup",
        ),
        ("delete from audit_checkpoints", "as after the restore of a backup"),
    ] {
        scene.attack(attack).await;
        scene.names(&[part]).await;
        scene.attack(back).await;
    }
    assert!(scene.evidence.prove().await.broken.is_empty(), "as they were, they are right again");

    let path = scene.evidence.journal.path();
    let whole = std::fs::read_to_string(path).expect("the journal");
    for (changed, part) in [
        (whole.replacen("\"position\":", "\"position\":1", 1), "line 1 of"),
        (
            whole.split_once('\n').expect("two lines").1.replacen("\"sequence\":2", "\"sequence\":7", 1),
            "line 1 of",
        ),
        (format!("{whole}{{}}\n"), "is no checkpoint"),
    ] {
        std::fs::write(path, changed).expect("the journal is changed");
        scene.names(&[part]).await;
    }
}

#[tokio::test]
async fn a_backup_that_was_put_back_is_noticed_until_somebody_says_why() {
    let mut scene = Scene::new().await;
    let tables = ["audit_logs", "audit_links", "audit_heads", "audit_checkpoints"];
    for table in tables {
        scene.attack(&format!("create table old_{table} as table {table}")).await;
    }
    let clinician = scene.town.tenant.clinician().await;
    clinician.creates_patient("Dilnoza", "Karimova").await;
    scene.evidence.seal().await;
    assert_eq!(restored_backup(&scene.town.app, &scene.evidence.journal).await.expect("it is read"), None);

    for table in tables {
        scene.attack(&format!("delete from {table}; insert into {table} (select * from old_{table})")).await;
    }

    scene.names(&["checkpoint", "as after the restore of a backup"]).await;
    let refusal = restored_backup(&scene.town.app, &scene.evidence.journal).await.expect("it is read");
    assert!(refusal.is_some_and(|sentence| sentence.contains("as after the restore of a backup")));

    let sealer = scene.evidence.another_sealer(&scene.town.app, &scene.town.database);
    sealer.accept_restore("the disk of the database failed").await.expect("it is accepted");
    assert_eq!(restored_backup(&scene.town.app, &scene.evidence.journal).await.expect("it is read"), None);
    assert_eq!(scene.evidence.prove().await.broken, Vec::<String>::new());

    // The record goes on from there, and a second backup put back is noticed again.
    scene.evidence.sealer = sealer;
    clinician.creates_patient("Emil", "Novak").await;
    scene.evidence.seal().await;
    assert_eq!(scene.evidence.prove().await.broken, Vec::<String>::new());
    let again = scene.evidence.sealer.accept_restore("there is nothing to accept").await;
    assert!(again.is_err(), "nothing is given up without need");
    let reason: String =
        scene.one("select restored ->> 'reason' from audit_checkpoints where restored is not null").await;
    assert_eq!(reason, "the disk of the database failed");
}
