//! The sealer links every row once, in the order of transactions, whoever else works beside it.

use std::{sync::Arc, time::Duration};

use consentry::kernel::{
    app::App,
    clock::RandomIds,
    crypto::LocalKeyProvider,
    record::sealer::{Sealer, Turn},
};
use sqlx::Row;

use crate::support::{Town, dawn};

#[tokio::test]
async fn every_row_of_every_tenant_gets_one_link_in_the_order_it_was_written() {
    let town = Town::new().await;
    let village = town.another_tenant("village").await;
    for tenant in [&town.tenant, &village] {
        let clinician = tenant.clinician().await;
        clinician.creates_patient("Amara", "Okafor").await;
    }
    let mut evidence = town.evidence();
    evidence.seal().await;

    for tenant in [&town.tenant, &village] {
        let rows = tenant.count("audit_logs").await;
        assert!(rows > 0);
        assert_eq!(tenant.count("audit_links").await, rows);
        let mut transaction = tenant.begin().await;
        let places = sqlx::query(
            "select k.position, row_number() over (order by l.xid, l.id) from audit_links k join audit_logs l using (tenant_id, id)",
        )
        .fetch_all(&mut *transaction)
        .await
        .expect("links are read");
        assert!(places.iter().all(|row| row.get::<i64, _>(0) == row.get::<i64, _>(1)), "without a gap");
    }
    let findings = evidence.prove().await;
    assert_eq!(findings.broken, Vec::<String>::new());
    assert_eq!((findings.chains, findings.waiting, findings.checkpoints), (3, 0, 1));
    assert_eq!(evidence.journal.read().expect("the journal").count(), 1);
}

#[tokio::test]
async fn a_row_waits_while_an_older_transaction_can_still_commit() {
    let town = Town::new().await;
    let mut evidence = town.evidence();
    evidence.seal().await;
    let mut older = town.tenant.begin().await;
    sqlx::query("select pg_current_xact_id()").execute(&mut *older).await.expect("it has a number");
    let clinician = town.tenant.clinician().await;
    clinician.creates_patient("Amara", "Okafor").await;

    let turn = evidence.sealer.turn(false).await.expect("a turn");
    assert_eq!(turn.links, 0, "what comes after an open transaction waits for it");
    assert!(evidence.prove().await.waiting > 0);

    older.commit().await.expect("the older one ends");
    evidence.seal().await;
    assert_eq!(town.tenant.count("audit_links").await, town.tenant.count("audit_logs").await);
    assert_eq!(evidence.prove().await.broken, Vec::<String>::new());
}

#[tokio::test]
async fn sealers_of_several_servers_share_the_work_and_link_no_row_twice() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let mut evidence = town.evidence();
    let mut others = [(); 3].map(|()| Some(evidence.another_sealer(&town.app, &town.database)));
    for round in 0..10 {
        clinician.creates_patient("Amara", &format!("Okafor {}", ["A", "B", "C"][round % 3])).await;
        let working = others.each_mut().map(|sealer| {
            let mut sealer = sealer.take().expect("a sealer");
            tokio::spawn(async move {
                let turn = sealer.turn(true).await;
                (sealer, turn)
            })
        });
        for (place, working) in others.iter_mut().zip(working) {
            let (sealer, turn) = working.await.expect("a turn ends");
            turn.expect("a turn");
            *place = Some(sealer);
        }
    }
    evidence.seal().await;

    assert_eq!(town.tenant.count("audit_links").await, town.tenant.count("audit_logs").await);
    let findings = evidence.prove().await;
    assert_eq!(findings.broken, Vec::<String>::new());
    assert_eq!(evidence.journal.read().expect("the journal").count() as u64, findings.checkpoints);
}

#[tokio::test]
async fn while_keys_do_not_open_nothing_is_linked_and_nothing_is_lost() {
    let town = Town::new().await;
    let mut evidence = town.evidence();
    evidence.seal().await;
    let clinician = town.tenant.clinician().await;
    clinician.creates_patient("Amara", "Okafor").await;
    let links = town.tenant.count("audit_links").await;
    let provider =
        LocalKeyProvider::from_base64(&"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".into()).expect("a key");
    let clock = Arc::new(consentry::kernel::clock::ManualClock::at(dawn()));
    let schema = consentry::schema::Schema::default();
    let stranger = App::new(town.database.app(), Arc::new(provider), clock, Arc::new(RandomIds), schema);
    let mut without_keys: Sealer = evidence.another_sealer(&stranger, &town.database);

    for _ in 0..5 {
        assert_eq!(without_keys.turn(false).await.expect("a turn"), Turn::default());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(town.tenant.count("audit_links").await, links);

    evidence.seal().await;
    assert_eq!(town.tenant.count("audit_links").await, town.tenant.count("audit_logs").await);
    assert_eq!(evidence.prove().await.broken, Vec::<String>::new());
}

#[tokio::test]
async fn a_line_that_a_killed_server_left_half_written_is_written_anew() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let mut evidence = town.evidence();
    evidence.seal().await;
    clinician.creates_patient("Amara", "Okafor").await;
    evidence.seal().await;
    let path = evidence.journal.path();
    let whole = std::fs::read(path).expect("the journal");
    std::fs::write(path, &whole[..whole.len() - 40]).expect("it is torn");
    assert_eq!(evidence.prove().await.broken, Vec::<String>::new(), "until then it is no break");

    // A server that starts reads the file anew.
    let mut next = evidence.another_sealer(&town.app, &town.database);
    next.turn(false).await.expect("a turn");

    assert_eq!(std::fs::read(path).expect("the journal"), whole);
    assert_eq!(evidence.prove().await.broken, Vec::<String>::new());
}

#[tokio::test]
async fn the_server_reads_evidence_and_never_writes_it() {
    let town = Town::new().await;
    let mut evidence = town.evidence();
    evidence.seal().await;
    for sql in [
        "insert into audit_links (tenant_id, id, position, key_version, link_mac) select tenant_id, gen_random_uuid(), 99, 1, link_mac from audit_links",
        "update audit_links set position = 99",
        "delete from audit_links",
        "update audit_heads set position = 0",
        "insert into audit_heads select * from audit_heads",
        "insert into audit_checkpoints select * from audit_checkpoints",
        "update audit_logs set xid = '3'",
        "insert into audit_logs (tenant_id, id, xid) values (gen_random_uuid(), gen_random_uuid(), '3')",
        "insert into audit_logs (tenant_id, id, created_at) values (gen_random_uuid(), gen_random_uuid(), now())",
    ] {
        let mut transaction = town.tenant.begin().await;
        let refused = sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut *transaction).await;
        let code = refused.expect_err(sql).as_database_error().and_then(|error| error.code().map(Into::into));
        assert_eq!(code, Some("42501".to_owned()), "{sql}");
    }
    assert_eq!(evidence.prove().await.broken, Vec::<String>::new());
}
