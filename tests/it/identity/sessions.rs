//! Sessions end by themselves, from afar, and when rights change.

use std::sync::{Arc, Mutex};

use async_graphql::{
    ServerResult, Value as GraphqlValue,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextResolve, ResolveInfo},
};
use chrono::TimeDelta;
use consentry::{identity::session::rotate_sessions, kernel::session::Slot, schema::Schema};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{WHO_AM_I, keyholder, let_in, sends_from, signed_in, turned_away};
use crate::support::{Actor, NOBODYS, Town};

const SESSIONS: &str = "{ viewer { sessions { totalCount nodes { id isCurrent } } } }";

async fn session_of(actor: &Actor) -> Uuid {
    let data = actor.ask("{ viewer { session { id } } }").await.ok();
    data["viewer"]["session"]["id"].as_str().and_then(|id| id.parse().ok()).expect("a session")
}

/// How often the row of a session was written, and when it was used last.
async fn stored(town: &Town, session: Uuid) -> (i32, String) {
    let version = town.tenant.scalar("select version from sessions where id = $1", session).await;
    let sql = "select to_char(last_seen_at at time zone 'UTC', 'HH24:MI:SS') from sessions where id = $1";
    (version.expect("a row"), town.tenant.scalar(sql, session).await.expect("a row"))
}

#[tokio::test]
async fn a_session_that_nobody_uses_ends_and_one_that_is_used_goes_on() {
    let town = Town::new().await;
    keyholder(&town.tenant).await;
    let (left, used) = (signed_in(&town).await, signed_in(&town).await);
    let by_the_operator = town.tenant.admin().await;

    // A quarter of an hour, and the minute within which use is not stored.
    town.clock.advance(TimeDelta::minutes(16) - TimeDelta::milliseconds(1));
    let_in(&used.ask(WHO_AM_I).await);
    town.clock.advance(TimeDelta::milliseconds(1));
    turned_away(&left.ask(WHO_AM_I).await);
    town.clock.advance(TimeDelta::minutes(15));
    let_in(&used.ask(WHO_AM_I).await);
    turned_away(&left.ask(WHO_AM_I).await);
    town.clock.advance(TimeDelta::minutes(16));
    turned_away(&used.ask(WHO_AM_I).await);

    let_in(&by_the_operator.ask(WHO_AM_I).await);
}

#[tokio::test]
async fn a_session_ends_after_twelve_hours_however_much_it_is_used() {
    let town = Town::new().await;
    keyholder(&town.tenant).await;
    let user = signed_in(&town).await;

    for _ in 0..47 {
        town.clock.advance(TimeDelta::minutes(15));
        let_in(&user.ask(WHO_AM_I).await);
    }
    town.clock.advance(TimeDelta::minutes(15) - TimeDelta::milliseconds(1));
    let_in(&user.ask(WHO_AM_I).await);
    town.clock.advance(TimeDelta::milliseconds(1));
    turned_away(&user.ask(WHO_AM_I).await);
}

#[tokio::test]
async fn a_look_writes_that_a_session_was_used_once_a_minute_and_costs_no_statement_more() {
    let town = Town::new().await;
    keyholder(&town.tenant).await;
    let user = signed_in(&town).await;
    let session = session_of(&user).await;
    let look = "{ viewer { user { id } } }";
    let statements = user.ask(look).await.statements;

    town.clock.advance(TimeDelta::seconds(59));
    assert_eq!(user.ask(look).await.statements, statements);
    assert_eq!(stored(&town, session).await, (1, "08:00:00".to_owned()));
    town.clock.advance(TimeDelta::seconds(1));
    assert_eq!(user.ask(look).await.statements, statements);
    assert_eq!(stored(&town, session).await, (2, "08:01:00".to_owned()));
    user.ask(look).await.ok();
    assert_eq!(stored(&town, session).await, (2, "08:01:00".to_owned()));

    town.clock.advance(TimeDelta::minutes(1));
    futures(20, || user.ask(look)).await;
    assert_eq!(stored(&town, session).await, (3, "08:02:00".to_owned()), "of many at once, one stores it");
}

async fn futures<F: Future<Output = crate::support::Answer>>(count: usize, ask: impl Fn() -> F) {
    let asked = (0..count).map(|_| ask());
    for answer in async_graphql::futures_util::future::join_all(asked).await {
        let_in(&answer);
    }
}

#[tokio::test]
async fn a_user_sees_where_they_are_signed_in_and_nobody_elses_sessions() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let elsewhere = town.tenant.another_session(&clinician).await;
    let colleague = town.tenant.clinician().await;
    let over = town.tenant.another_session(&clinician).await;
    over.ask("mutation { signOut { result { endedAt } } }").await.ok();

    let data = clinician.ask(SESSIONS).await.ok();

    let expected = [(session_of(&elsewhere).await, false), (session_of(&clinician).await, true)];
    let mut expected = expected.map(|(id, current)| json!({ "id": id.to_string(), "isCurrent": current }));
    let mut nodes = data["viewer"]["sessions"]["nodes"].as_array().expect("a list").clone();
    for list in [&mut expected[..], &mut nodes[..]] {
        list.sort_by_key(|node| node["id"].as_str().map(str::to_owned));
    }
    assert_eq!(nodes, expected);
    assert_eq!(data["viewer"]["sessions"]["totalCount"], 2);
    let program = town.tenant.api_token(&clinician, None, None).await;
    let data = program.ask("{ viewer { session { id } sessions { totalCount } } }").await.ok();
    assert_eq!(data["viewer"], json!({ "session": null, "sessions": { "totalCount": 0 } }));
    let document = format!("{{ sessions(userId: \"{}\") {{ nodes {{ id }} }} }}", clinician.user());
    assert_eq!(colleague.ask(&document).await.refused(), "FORBIDDEN");
    let admin = town.tenant.admin().await;
    let data = admin.ask(&document).await.ok();
    assert_eq!(data["sessions"]["nodes"].as_array().map(Vec::len), Some(2), "who manages users sees them");
    let neighbour = town.another_tenant("village").await.admin().await;
    assert_eq!(neighbour.ask(&document).await.ok()["sessions"]["nodes"], json!([]));
}

#[tokio::test]
async fn a_session_tells_whether_it_came_from_here_and_not_from_where() {
    let town = Town::new().await;
    keyholder(&town.tenant).await;
    let browser = [("user-agent", "Mozilla/5.0 (X11)")];
    let signed = super::signs_in_from("203.0.113.9", &town.anonymous(), &browser, super::PASSWORD).await.ok();
    let bearer = format!("Bearer {}", signed["signIn"]["result"]["token"].as_str().expect("a token"));
    let document = "{ viewer { session { sameAddressAsNow sameBrowserAsNow } } }";

    for (peer, agent, expected) in [
        ("203.0.113.9", "Mozilla/5.0 (X11)", [true, true]),
        ("203.0.113.10", "Mozilla/5.0 (X11)", [false, true]),
        ("203.0.113.9", "curl/8", [true, false]),
    ] {
        let headers = [("authorization", bearer.as_str()), ("user-agent", agent)];
        let answer = sends_from(peer, &town.anonymous(), &headers, json!({ "query": document })).await;
        let session = &answer.ok()["viewer"]["session"];
        let [address, browser] = expected;
        assert_eq!(*session, json!({ "sameAddressAsNow": address, "sameBrowserAsNow": browser }), "{peer}");
    }
}

#[tokio::test]
async fn a_revoked_session_is_refused_with_the_next_request() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let lost = town.tenant.another_session(&clinician).await;
    let input = json!({ "sessionId": session_of(&lost).await.to_string() });

    clinician.mutate("revokeSession", input.clone(), "endedAt").await.ok();

    turned_away(&lost.ask(WHO_AM_I).await);
    let_in(&clinician.ask(WHO_AM_I).await);
    let again = clinician.mutate("revokeSession", input, "endedAt").await;
    assert_eq!(again.user_error("revokeSession"), "NOT_FOUND");
    let sql = "select concat_ws(' ', action, decision, target_kind, actor_id) from audit_logs
        where tenant_id = $1 and operation = 'session.revoke'";
    let entry: Option<String> = town.tenant.scalar(sql, town.tenant.id).await;
    assert_eq!(entry, Some(format!("WRITE PERMIT SESSION {}", clinician.user())));
}

#[tokio::test]
async fn sessions_of_others_are_ended_by_those_alone_who_manage_users() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let colleague = town.tenant.clinician().await;
    let neighbour = town.another_tenant("village").await.admin().await;
    let program = town.tenant.api_token(&clinician, None, None).await;
    let input = json!({ "sessionId": session_of(&clinician).await.to_string() });

    let mut told = Vec::new();
    for actor in [&colleague, &neighbour, &program] {
        told.push(actor.mutate("revokeSession", input.clone(), "endedAt").await.complaint("revokeSession"));
    }
    let nobodys = json!({ "sessionId": NOBODYS.to_string() });
    told.push(colleague.mutate("revokeSession", nobodys, "endedAt").await.complaint("revokeSession"));
    assert!(told.iter().all(|complaint| *complaint == told[0]), "{told:?}");
    assert_eq!(told[0]["code"], "NOT_FOUND");
    let_in(&clinician.ask(WHO_AM_I).await);

    town.tenant.admin().await.mutate("revokeSession", input, "endedAt").await.ok();
    turned_away(&clinician.ask(WHO_AM_I).await);
}

#[tokio::test]
async fn all_other_sessions_can_be_ended_at_once() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let others =
        [town.tenant.another_session(&clinician).await, town.tenant.another_session(&clinician).await];
    let colleague = town.tenant.clinician().await;
    let program = town.tenant.api_token(&clinician, None, None).await;
    let document = "mutation { revokeOtherSessions { result { count } userErrors { code } } }";

    assert_eq!(
        program.ask(document).await.ok()["revokeOtherSessions"]["userErrors"][0]["code"],
        "INVALID_STATE"
    );
    for other in &others {
        let_in(&other.ask(WHO_AM_I).await);
    }
    let data = clinician.ask(document).await.ok();

    assert_eq!(data["revokeOtherSessions"]["result"], json!({ "count": 2 }));
    for other in &others {
        turned_away(&other.ask(WHO_AM_I).await);
    }
    for actor in [&clinician, &colleague, &program] {
        let_in(&actor.ask(WHO_AM_I).await);
    }
}

#[tokio::test]
async fn a_renewed_session_goes_on_with_its_new_token_alone() {
    let town = Town::new().await;
    keyholder(&town.tenant).await;
    let user = signed_in(&town).await;
    let before = session_of(&user).await;
    let document = "mutation { renewSession { result { token csrfToken expiresAt } userErrors { code } } }";

    let data = user.ask(document).await.ok();

    let renewed = &data["renewSession"]["result"];
    assert_eq!(renewed["csrfToken"], Value::Null);
    assert_eq!(renewed["expiresAt"], "2026-11-21T20:00:00Z");
    turned_away(&user.ask(WHO_AM_I).await);
    let user = user.with_token(renewed["token"].as_str().expect("a token"));
    assert_eq!(session_of(&user).await, before, "the record knows it by the same id");
    let program = town.tenant.api_token(&town.tenant.admin().await, None, None).await;
    assert_eq!(program.ask(document).await.user_error("renewSession"), "INVALID_STATE");
}

/// Makes `revokeOtherSessions` a change of the viewer's own rights, and keeps the token that comes of it.
#[derive(Clone, Default)]
struct ChangesRights(Arc<Mutex<Option<String>>>);

impl ExtensionFactory for ChangesRights {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(self.clone())
    }
}

#[async_trait::async_trait]
impl Extension for ChangesRights {
    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<GraphqlValue>> {
        if info.name == "revokeOtherSessions" {
            let slot = ctx.data_unchecked::<Slot>();
            let user_id = slot.viewer().expect("a viewer").principal().user_id;
            let rotated = slot.write(move |write| Box::pin(rotate_sessions(write, user_id))).await;
            let token = rotated.expect("rotated").expect("the session that made the change").into_token();
            *self.0.lock().expect("a token") = token.map(|token| token.expose_secret().to_owned());
        }
        next.run(ctx, info).await
    }
}

#[tokio::test]
async fn the_session_that_changes_its_own_users_rights_goes_on_with_a_new_token_alone() {
    let changes = ChangesRights::default();
    let town = Town::with_schema(Schema::extended_by(changes.clone()), false).await;
    let user = town.tenant.admin().await;
    let elsewhere = town.tenant.another_session(&user).await;
    let session = session_of(&user).await;

    user.ask("mutation { revokeOtherSessions { result { count } } }").await.ok();

    for ended in [&user, &elsewhere] {
        turned_away(&ended.ask(WHO_AM_I).await);
    }
    let token = changes.0.lock().expect("a token").clone().expect("a token");
    assert_eq!(session_of(&user.with_token(&token)).await, session);
}

#[tokio::test]
async fn every_session_of_a_user_ends_when_their_rights_change() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let elsewhere = town.tenant.another_session(&clinician).await;
    let (colleague, admin) = (town.tenant.clinician().await, town.tenant.admin().await);
    let user_id = clinician.user();
    let slot = town.app.act_as(town.tenant.id, admin.user().uuid(), "test").await.expect("an administrator");

    let renewed = slot.write(move |write| Box::pin(rotate_sessions(write, user_id))).await.expect("rotated");

    assert!(renewed.is_none(), "the change was made by somebody else");
    for ended in [&clinician, &elsewhere] {
        turned_away(&ended.ask(WHO_AM_I).await);
    }
    for other in [&colleague, &admin] {
        let_in(&other.ask(WHO_AM_I).await);
    }
    let sql = "select count(*) from audit_logs where operation = 'session.rotate' and target_id = $1";
    assert_eq!(town.tenant.scalar(sql, user_id.uuid()).await, Some(1_i64));
}
