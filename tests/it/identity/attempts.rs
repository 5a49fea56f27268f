//! Who knocks is recorded: in the tenant that it concerns, or else in the reserved one.

use entity::tenancy::tenant::PLATFORM;
use uuid::Uuid;

use super::{EMAIL, PASSWORD, WHO_AM_I, keyholder, let_in, signs_in, turned_away};
use crate::support::Town;

/// Attempts that a tenant recorded, as `operation decision actor target`.
async fn attempts(town: &Town, tenant: Uuid) -> Vec<String> {
    let mut transaction = town.database.app().begin().await.expect("a transaction");
    let set = format!("set local app.tenant_id = '{tenant}'");
    sqlx::query(sqlx::AssertSqlSafe(set)).execute(&mut *transaction).await.expect("a setting");
    sqlx::query_scalar(
        "select concat_ws(' ', operation, decision, actor_id, target_kind, target_id) from audit_logs
        where tenant_id = $1 and action = 'SIGN_IN' order by created_at, id",
    )
    .bind(tenant)
    .fetch_all(&mut *transaction)
    .await
    .expect("the record is read")
}

#[tokio::test]
async fn an_attempt_at_an_organization_that_does_not_exist_is_recorded_in_the_reserved_tenant() {
    let town = Town::new().await;
    keyholder(&town.tenant).await;

    let answer = signs_in(&town.anonymous(), "no-such-town", EMAIL, PASSWORD).await;

    assert_eq!(answer.user_error("signIn"), "INVALID_CREDENTIALS");
    assert_eq!(attempts(&town, PLATFORM).await, ["session.sign_in DENY"]);
    assert_eq!(attempts(&town, town.tenant.id).await, Vec::<String>::new());
    let answer = signs_in(&town.anonymous(), "platform", EMAIL, PASSWORD).await;
    assert_eq!(answer.user_error("signIn"), "INVALID_CREDENTIALS", "nobody signs in to the reserved tenant");
}

#[tokio::test]
async fn a_sign_in_names_its_user_and_a_failed_one_the_account_it_was_meant_for() {
    let town = Town::new().await;
    let user = keyholder(&town.tenant).await.user();

    signs_in(&town.anonymous(), "town", EMAIL, "a long walk by the lake").await;
    signs_in(&town.anonymous(), "town", "nobody@town.example", PASSWORD).await;
    signs_in(&town.anonymous(), "town", EMAIL, PASSWORD).await.ok();

    let recorded = attempts(&town, town.tenant.id).await;
    assert_eq!(
        recorded[..2],
        [format!("session.sign_in DENY USER {user}"), "session.sign_in DENY".to_owned()]
    );
    assert!(recorded[2].starts_with(&format!("session.sign_in PERMIT {user} SESSION ")), "{recorded:?}");
}

#[tokio::test]
async fn a_token_that_is_none_or_nobodys_is_recorded_in_the_reserved_tenant() {
    let town = Town::new().await;
    let stranger = town.tenant.admin().await;
    let other = Town::new().await.tenant.admin().await;
    let sessions = town.tenant.count("sessions").await;

    turned_away(&stranger.with_token("cst_nonsense").ask(WHO_AM_I).await);
    turned_away(&stranger.with_token(other.token()).ask(WHO_AM_I).await);

    assert_eq!(attempts(&town, PLATFORM).await, ["token.present DENY", "token.present DENY"]);
    assert_eq!(attempts(&town, town.tenant.id).await, Vec::<String>::new());
    assert_eq!(town.tenant.count("sessions").await, sessions);
}

#[tokio::test]
async fn a_token_that_ended_is_recorded_by_the_tenant_that_gave_it_out() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let session: Uuid = town
        .tenant
        .scalar("select id from sessions where user_id = $1", clinician.user().uuid())
        .await
        .expect("a session");
    clinician.ask("mutation { signOut { result { endedAt } } }").await.ok();

    turned_away(&clinician.ask(WHO_AM_I).await);

    let recorded = attempts(&town, town.tenant.id).await;
    assert_eq!(recorded, [format!("token.present DENY SESSION {session}")]);
    assert_eq!(attempts(&town, PLATFORM).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_flood_of_bad_tokens_is_refused_and_does_not_fill_the_record() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let stranger = admin.with_token("cst_nonsense");

    for _ in 0..400 {
        turned_away(&stranger.ask(WHO_AM_I).await);
    }

    let recorded = attempts(&town, PLATFORM).await.len();
    assert!((100..400).contains(&recorded), "the first ones, and some: {recorded}");
    let_in(&admin.ask(WHO_AM_I).await);
}

#[tokio::test]
async fn the_looks_of_a_stolen_token_can_be_told_from_those_of_its_owner() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    let again = town.tenant.another_session(&clinician).await;
    let program =
        town.tenant.api_token(&clinician, None, Some(entity::consent::purpose::Purpose::Treatment)).await;
    for actor in [&clinician, &again, &program] {
        actor.sees_identity_of(patient).await.expect_err("there is no consent");
    }

    let credentials =
        "select count(distinct credential_id) from audit_logs a where patient_id = $1 and action = 'VIEW'
        and exists (select from sessions s where s.id = a.credential_id
            union all select from access_tokens t where t.id = a.credential_id)";
    assert_eq!(town.tenant.scalar(credentials, patient.uuid()).await, Some(3_i64));
}
