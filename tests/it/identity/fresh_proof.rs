//! Some acts need a proof of who somebody is that is fresh.

use std::sync::Arc;

use async_graphql::{
    ServerError, ServerResult, Value as GraphqlValue,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextResolve, ResolveInfo},
};
use chrono::TimeDelta;
use consentry::{kernel::session::Slot, schema::Schema};
use serde_json::json;

use super::{EMAIL, PASSWORD, keyholder, signed_in};
use crate::support::{Actor, Answer, Town};

/// Makes `renewSession` an act that needs a fresh proof.
struct NeedsProof;

impl ExtensionFactory for NeedsProof {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for NeedsProof {
    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<GraphqlValue>> {
        if info.name == "renewSession" {
            let slot = ctx.data_unchecked::<Slot>();
            let proof = slot.write(|write| Box::pin(async move { write.require_fresh_proof() }));
            proof.await.map_err(|error| {
                let mut error: ServerError =
                    async_graphql::Error::from(error).into_server_error(async_graphql::Pos::default());
                error.path.push(async_graphql::PathSegment::Field("renewSession".to_owned()));
                error
            })?;
        }
        next.run(ctx, info).await
    }
}

async fn town() -> Town {
    let town = Town::with_schema(Schema::extended_by(NeedsProof), false).await;
    keyholder(&town.tenant).await;
    town
}

async fn acts(actor: &Actor) -> Answer {
    actor.ask("mutation { renewSession { result { expiresAt } userErrors { code } } }").await
}

/// Acts, which is allowed, and goes on with the token that comes of it.
async fn may_act(actor: &Actor) -> Actor {
    let data = actor.ask("mutation { renewSession { result { token } userErrors { code } } }").await.ok();
    actor.with_token(data["renewSession"]["result"]["token"].as_str().expect("a token"))
}

#[tokio::test]
async fn a_proof_is_fresh_for_five_minutes_and_then_asked_for_again() {
    let town = town().await;
    let user = may_act(&signed_in(&town).await).await;

    town.clock.advance(TimeDelta::minutes(5));
    let user = may_act(&user).await;
    town.clock.advance(TimeDelta::milliseconds(1));
    assert_eq!(acts(&user).await.refused(), "REAUTH_REQUIRED");
    let again = user.mutate("reauthenticate", json!({ "password": PASSWORD }), "provedAt freshUntil").await;
    let proof = &again.ok()["reauthenticate"]["result"];
    assert_eq!(proof["provedAt"], "2026-11-21T08:05:00.001Z");
    assert_eq!(proof["freshUntil"], "2026-11-21T08:10:00.001Z");

    let user = may_act(&user).await;
    town.clock.advance(TimeDelta::minutes(5) + TimeDelta::milliseconds(1));
    assert_eq!(acts(&user).await.refused(), "REAUTH_REQUIRED");
}

#[tokio::test]
async fn a_proof_counts_for_its_session_alone() {
    let town = town().await;
    let (here, elsewhere) = (signed_in(&town).await, signed_in(&town).await);
    town.clock.advance(TimeDelta::minutes(6));

    here.mutate("reauthenticate", json!({ "password": PASSWORD }), "provedAt").await.ok();

    may_act(&here).await;
    assert_eq!(acts(&elsewhere).await.refused(), "REAUTH_REQUIRED");
}

#[tokio::test]
async fn a_wrong_password_proves_nothing_and_is_recorded() {
    let town = town().await;
    let user = signed_in(&town).await;
    town.clock.advance(TimeDelta::minutes(6));

    let answer =
        user.mutate("reauthenticate", json!({ "password": "a long walk by the lake" }), "provedAt").await;

    let complaint = answer.complaint("reauthenticate");
    assert_eq!(
        (&complaint["code"], &complaint["field"]),
        (&json!("INVALID_CREDENTIALS"), &json!(["password"]))
    );
    assert_eq!(acts(&user).await.refused(), "REAUTH_REQUIRED");
    let data = user.ask("{ viewer { session { provedAt } } }").await.ok();
    assert_eq!(data["viewer"]["session"]["provedAt"], "2026-11-21T08:00:00Z", "that of the sign-in");
    let sql = "select concat_ws(' ', decision, reason, target_kind) from audit_logs
        where tenant_id = $1 and operation = 'session.reauthenticate'";
    let entry: Option<String> = town.tenant.scalar(sql, town.tenant.id).await;
    assert_eq!(entry.as_deref(), Some("DENY INVALID_CREDENTIALS SESSION"));
}

#[tokio::test]
async fn nobody_proves_who_they_are_with_the_password_of_somebody_else() {
    let town = town().await;
    let colleague = town.tenant.clinician().await;
    town.clock.advance(TimeDelta::minutes(6));
    let answer = colleague.mutate("reauthenticate", json!({ "password": PASSWORD }), "provedAt").await;
    assert_eq!(answer.user_error("reauthenticate"), "INVALID_CREDENTIALS", "the password is that of {EMAIL}");
    assert_eq!(acts(&colleague).await.refused(), "REAUTH_REQUIRED");
}

#[tokio::test]
async fn a_program_has_no_fresh_proof_and_cannot_get_one() {
    let town = town().await;
    let user = signed_in(&town).await;
    let admin = town.tenant.admin().await;
    let program = town.tenant.api_token(&admin, None, None).await;

    let answer = program.mutate("reauthenticate", json!({ "password": PASSWORD }), "provedAt").await;

    assert_eq!(answer.user_error("reauthenticate"), "INVALID_STATE");
    assert_eq!(acts(&program).await.refused(), "REAUTH_REQUIRED");
    assert_eq!(
        town.anonymous()
            .mutate("reauthenticate", json!({ "password": PASSWORD }), "provedAt")
            .await
            .refused(),
        "UNAUTHENTICATED"
    );
    may_act(&user).await;
}
