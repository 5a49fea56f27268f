//! Keys of partner organizations: what they open, for how long, and that they never open more than their giver could.

use chrono::TimeDelta;
use consentry::{
    identity::user_creation::{NewAssignment, NewPractitioner, NewUser},
    kernel::crypto::{BearerToken, BearerTokenKind},
};
use entity::{Id, tenancy::organization};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::{WHO_AM_I, let_in, permissions_of, recorded, turned_away};
use crate::support::{Actor, NOBODYS, Tenant, Town, partner::key_terms};

/// A town with an administrator, a district with a school, and another partner.
struct Scene {
    town: Town,
    admin: Actor,
    district: Id<organization::Entity>,
    school: Id<organization::Entity>,
    other: Id<organization::Entity>,
}

impl Scene {
    async fn new() -> Self {
        let town = Town::new().await;
        let admin = town.tenant.admin().await;
        let district = admin.enters_organization("DISTRICT", "north", None).await;
        let school = admin.enters_organization("SCHOOL", "north-high", Some(district)).await;
        let other = admin.enters_organization("PARTNER", "lodge", None).await;
        Self { town, admin, district, school, other }
    }

    async fn refused(&self, terms: Value) -> Value {
        let before = self.keys().await;
        let input = key_terms(self.district, terms);
        let complaint = self.admin.mutate("createApiKey", input, "key").await.complaint("createApiKey");
        assert_eq!(self.keys().await, before, "no key was made");
        complaint
    }

    async fn keys(&self) -> i64 {
        self.town.tenant.count("api_keys").await
    }
}

/// Whether an organization is there for somebody.
async fn sees(actor: &Actor, organization: Id<organization::Entity>) -> bool {
    let data = actor.ask(&format!("{{ organization(id: \"{organization}\") {{ id }} }}")).await.ok();
    data["organization"].is_object()
}

/// A key opens something.
async fn opens(program: &Actor) {
    assert!(program.ask("{ organizations { totalCount } }").await.ok()["organizations"].is_object());
}

async fn without_role(tenant: &Tenant, actor: &Actor) {
    let sql = format!("update role_assignments set deleted_at = now() where user_id = '{}'", actor.user());
    assert_eq!(tenant.change(&sql).await, 1);
}

#[tokio::test]
async fn a_partner_sees_its_own_organization_and_those_beneath_it_alone() {
    let scene = Scene::new().await;
    let (_, district) = scene.admin.gives_key(scene.district, json!({})).await;
    let (_, school) = scene.admin.gives_key(scene.school, json!({})).await;
    let tenant = Id::new(scene.town.tenant.id);

    for (organization, by_district, by_school) in [
        (scene.district, true, false),
        (scene.school, true, true),
        (scene.other, false, false),
        (tenant, false, false),
        (Id::new(NOBODYS), false, false),
    ] {
        assert_eq!(sees(&district, organization).await, by_district, "{organization}");
        assert_eq!(sees(&school, organization).await, by_school, "{organization}");
    }
    let count = |data: Value| data["organizations"]["totalCount"].clone();
    assert_eq!(count(district.ask("{ organizations { totalCount } }").await.ok()), 2);
    assert_eq!(count(scene.admin.ask("{ organizations { totalCount } }").await.ok()), 4);
    let parent = format!("{{ organization(id: \"{}\") {{ parent {{ id }} }} }}", scene.school);
    assert_eq!(school.ask(&parent).await.ok()["organization"]["parent"], Value::Null);
}

#[tokio::test]
async fn a_partner_is_nobody_of_the_tenant() {
    let scene = Scene::new().await;
    let (_, program) = scene.admin.gives_key(scene.district, json!({})).await;

    let viewer = program
        .ask("{ viewer { user { id } practitioner { id } patient { id } roles purpose permissions { permission reach } apiTokens { totalCount } } }")
        .await
        .ok()["viewer"]
        .clone();

    assert_eq!(
        viewer,
        json!({
            "user": null, "practitioner": null, "patient": null, "roles": ["REFERRAL_PARTNER"], "purpose": "TREATMENT",
            "permissions": [{ "permission": "membership.read", "reach": "OWN" }], "apiTokens": { "totalCount": 0 },
        })
    );
    let tables = ["api_keys", "access_tokens", "organizations", "sessions"];
    let mut before = Vec::new();
    for table in tables {
        before.push(scene.town.tenant.count(table).await);
    }
    let pair = program.mutate("createTokenPair", json!({ "name": "a" }), "accessToken").await;
    assert_eq!(pair.refused(), "UNAUTHENTICATED");
    assert_eq!(program.ask("mutation { signOut { result { endedAt } } }").await.refused(), "UNAUTHENTICATED");
    let key = program.mutate("createApiKey", key_terms(scene.school, json!({})), "key").await;
    assert_eq!(key.refused(), "FORBIDDEN");
    let organization = json!({ "kind": "PARTNER", "name": "a", "slug": "a" });
    assert_eq!(program.mutate("createOrganization", organization, "id").await.refused(), "FORBIDDEN");
    for (table, before) in tables.into_iter().zip(before) {
        assert_eq!(scene.town.tenant.count(table).await, before, "{table}");
    }
}

#[tokio::test]
async fn a_key_never_reaches_patients_through_the_caseload_of_whoever_gave_it_out() {
    let scene = Scene::new().await;
    let both = scene
        .town
        .tenant
        .user(NewUser {
            roles: ["ADMIN", "PRACTITIONER"]
                .map(|role| NewAssignment { role, ..Default::default() })
                .to_vec(),
            practitioner: Some(NewPractitioner::named("Dana Ruiz, LCSW")),
            ..Default::default()
        })
        .await;
    let patient = both.creates_patient("Amara", "Okafor").await;
    let recipients =
        json!([{ "organizationId": scene.district.to_string() }, { "recipientClass": "TREATING_PROVIDERS" }]);
    both.records_consent(patient, json!({ "recipients": recipients })).await;
    assert!(both.sees_identity_of(patient).await.is_ok(), "the giver treats the patient");
    let scopes = json!(["phi.read", "sud.read", "membership.read", "referral.create", "contract.read"]);

    let (_, program) = both.gives_key(scene.district, json!({ "scopes": scopes })).await;

    assert_eq!(permissions_of(&program).await.len(), 5, "all that a partner may have");
    for question in [
        format!("{{ patient(id: \"{patient}\") {{ displayCode }} }}"),
        "{ patients { totalCount } }".to_owned(),
        format!("{{ consents(patientId: \"{patient}\") {{ totalCount }} }}"),
        format!("{{ accessHistory(patientId: \"{patient}\") {{ totalCount }} }}"),
        "{ locations { totalCount } }".to_owned(),
        "{ practitioners { totalCount } }".to_owned(),
    ] {
        assert_eq!(program.ask(&question).await.refused(), "FORBIDDEN", "{question}");
    }
}

#[tokio::test]
async fn a_key_may_do_no_more_than_its_giver_may_at_the_time_of_the_request() {
    let scene = Scene::new().await;
    let (_, program) = scene.admin.gives_key(scene.district, json!({})).await;
    opens(&program).await;

    without_role(&scene.town.tenant, &scene.admin).await;
    assert!(permissions_of(&program).await.is_empty());
    assert_eq!(program.ask("{ organizations { totalCount } }").await.refused(), "FORBIDDEN");
    scene.town.tenant.change("update role_assignments set deleted_at = null").await;
    opens(&program).await;

    let suspended = format!("update users set status = 'SUSPENDED' where id = '{}'", scene.admin.user());
    scene.town.tenant.change(&suspended).await;
    turned_away(&program.ask(WHO_AM_I).await);
    assert_eq!(recorded(&scene.town.tenant).await, ["token.present DENY INVALID_CREDENTIALS"]);
    scene.town.tenant.change(&suspended.replace("SUSPENDED", "ACTIVE")).await;
    opens(&program).await;
    scene
        .town
        .tenant
        .change(&format!("update organizations set deleted_at = now() where id = '{}'", scene.district))
        .await;
    turned_away(&program.ask(WHO_AM_I).await);
}

#[tokio::test]
async fn nobody_gives_a_key_what_a_partner_may_not_have_or_they_do_not_have_themselves() {
    let scene = Scene::new().await;

    for scopes in [
        json!([]),
        json!(["everything"]),
        json!(["membership.read", "patient.read"]),
        json!(["api_key.manage"]),
        json!(["phi.read"]),
    ] {
        let complaint = scene.refused(json!({ "scopes": scopes })).await;
        assert_eq!(
            (&complaint["code"], &complaint["field"]),
            (&json!("VALIDATION_FAILED"), &json!(["scopes"]))
        );
    }
    for purpose in ["PATIENT_REQUEST", "EMERGENCY"] {
        assert_eq!(scene.refused(json!({ "purpose": purpose })).await["field"], json!(["purpose"]));
    }
    for end in ["2026-11-21T08:00:00Z", "2020-01-01T00:00:00Z", "2027-11-23T08:00:00Z"] {
        assert_eq!(scene.refused(json!({ "expiresAt": end })).await["field"], json!(["expiresAt"]));
    }
    assert_eq!(scene.refused(json!({ "name": " " })).await["field"], json!(["name"]));
    let own = json!({ "organizationId": scene.town.tenant.id.to_string() });
    assert_eq!(scene.refused(own).await["code"], "VALIDATION_FAILED");
    let village = scene.town.another_tenant("village").await;
    let foreign = village.admin().await.enters_organization("PARTNER", "lodge", None).await;
    for stranger in [foreign.to_string(), NOBODYS.to_string()] {
        assert_eq!(scene.refused(json!({ "organizationId": stranger })).await["code"], "NOT_FOUND");
    }

    let before = scene.keys().await;
    for role in ["MANAGER", "PRACTITIONER", "COMPLIANCE", "PATIENT"] {
        let actor = scene.town.tenant.with_role(role).await;
        let answer = actor.mutate("createApiKey", key_terms(scene.district, json!({})), "key").await;
        assert_eq!(answer.refused(), "FORBIDDEN", "{role}");
        assert_eq!(actor.ask("{ apiKeys { totalCount } }").await.refused(), "FORBIDDEN", "{role}");
    }
    assert_eq!(scene.keys().await, before);
}

#[tokio::test]
async fn a_key_acts_for_its_one_purpose_alone() {
    let scene = Scene::new().await;
    let (_, program) = scene.admin.gives_key(scene.district, json!({ "purpose": "OPERATIONS" })).await;
    let purpose =
        async |actor: &Actor| actor.ask("{ viewer { purpose } }").await.ok()["viewer"]["purpose"].clone();

    assert_eq!(purpose(&program).await, "OPERATIONS");
    assert_eq!(purpose(&program.with_purpose("OPERATIONS")).await, "OPERATIONS");
    assert_eq!(purpose(&program.with_purpose("TREATMENT")).await, Value::Null);
    let unbound = format!(
        "insert into access_tokens (tenant_id, id, user_id, kind, name, token_digest, organization_id, expires_at)
        values ('{0}', gen_random_uuid(), '{1}', 'API', 'x', sha256('x'), '{2}', now())",
        scene.town.tenant.id,
        scene.admin.user(),
        scene.district
    );
    let mut transaction = scene.town.tenant.begin().await;
    let refused = sqlx::query(sqlx::AssertSqlSafe(unbound)).execute(&mut *transaction).await;
    let error =
        refused.expect_err("no row of a partner without a purpose").into_database_error().expect("a check");
    assert_eq!(error.constraint(), Some("access_tokens_partner"));
}

#[tokio::test]
async fn a_key_is_shown_once_and_what_is_stored_opens_nothing() {
    let scene = Scene::new().await;
    let (id, program) = scene.admin.gives_key(scene.district, json!({})).await;
    let token = BearerToken::parse(program.token()).expect("a key");
    assert_eq!((token.kind(), token.token_id()), (BearerTokenKind::ApiKey, id.uuid()));

    let stored: Vec<u8> = scene
        .town
        .tenant
        .scalar("select secret_mac from api_keys where id = $1", id.uuid())
        .await
        .expect("a row");
    let keys = scene.town.app.tenant_keys(scene.town.tenant.id).await.expect("keys");
    assert!(token.matches_code(&keys, &stored));
    assert_ne!(stored, token.secret_digest(), "a digest could be written by whoever can write rows");
    let digest = "update api_keys set secret_mac = decode('{}', 'hex')";
    let digest = digest.replace("{}", &token.secret_digest().map(|byte| format!("{byte:02x}")).concat());
    scene.town.tenant.change(&digest).await;
    turned_away(&program.ask(WHO_AM_I).await);
}

#[tokio::test]
async fn a_key_ends_on_its_day_and_when_it_is_revoked_and_is_nobodys_elsewhere() {
    let scene = Scene::new().await;
    let village = scene.town.another_tenant("village").await;
    let (_, program) =
        scene.admin.gives_key(scene.district, json!({ "expiresAt": "2026-11-22T08:00:00Z" })).await;
    let (id, revoked) = scene.admin.gives_key(scene.district, json!({})).await;
    let forged = |tenant, id| {
        let key = BearerToken::mint(BearerTokenKind::ApiKey, tenant, id).expect("a key");
        key.expose().expose_secret().to_owned()
    };
    let strangers = [
        forged(scene.town.tenant.id, id.uuid()),
        forged(village.id, id.uuid()),
        forged(scene.town.tenant.id, NOBODYS),
        revoked.token().replacen("cak_", "cat_", 1),
        revoked.token().replacen("cak_", "cst_", 1),
    ];
    opens(&revoked).await;

    let input = json!({ "apiKeyId": id.to_string() });
    let data = scene.admin.mutate("revokeApiKey", input.clone(), "revokedAt lastUsedAt").await.ok();
    let key = &data["revokeApiKey"]["result"];
    assert!(key["revokedAt"].is_string() && key["lastUsedAt"].is_string(), "{data}");

    let one = turned_away(&revoked.ask(WHO_AM_I).await);
    for stranger in &strangers {
        assert_eq!(turned_away(&program.with_token(stranger).ask(WHO_AM_I).await), one);
    }
    let again = scene.admin.mutate("revokeApiKey", input, "id").await;
    assert_eq!(again.user_error("revokeApiKey"), "INVALID_STATE");
    let unknown = scene.admin.mutate("revokeApiKey", json!({ "apiKeyId": NOBODYS }), "id").await;
    assert_eq!(unknown.user_error("revokeApiKey"), "NOT_FOUND");
    scene.town.clock.advance(TimeDelta::days(1) - TimeDelta::milliseconds(1));
    opens(&program).await;
    scene.town.clock.advance(TimeDelta::milliseconds(1));
    assert_eq!(turned_away(&program.ask(WHO_AM_I).await), one);
}

#[tokio::test]
async fn a_replaced_key_works_until_the_overlap_is_over() {
    let scene = Scene::new().await;
    let successor = scene.town.tenant.admin().await;
    let (id, old) = scene.admin.gives_key(scene.district, json!({})).await;
    let rotate = async |id: String, minutes: i32, end: &str| {
        let input = json!({ "apiKeyId": id, "overlapMinutes": minutes, "expiresAt": end });
        successor.mutate("rotateApiKey", input, "key apiKey { id scopes purpose organization { id } }").await
    };
    let before = scene.keys().await;
    for (minutes, end) in
        [(-1, "2027-06-01T00:00:00Z"), (10_081, "2027-06-01T00:00:00Z"), (60, "2028-06-01T00:00:00Z")]
    {
        assert_eq!(
            rotate(id.to_string(), minutes, end).await.user_error("rotateApiKey"),
            "VALIDATION_FAILED"
        );
    }
    assert_eq!(scene.keys().await, before);

    let data = rotate(id.to_string(), 60, "2027-06-01T00:00:00Z").await.ok();
    let result = &data["rotateApiKey"]["result"];
    let kept = &result["apiKey"];
    assert_eq!(
        (&kept["scopes"], &kept["purpose"], &kept["organization"]["id"]),
        (&json!(["membership.read"]), &json!("TREATMENT"), &json!(scene.district.to_string()))
    );
    let new = old.with_token(result["key"].as_str().expect("a key"));
    opens(&old).await;
    opens(&new).await;
    assert_eq!(
        rotate(id.to_string(), 0, "2027-06-01T00:00:00Z").await.user_error("rotateApiKey"),
        "INVALID_STATE"
    );
    // Whoever replaced the key answers for the new one.
    without_role(&scene.town.tenant, &scene.admin).await;
    assert_eq!(old.ask("{ organizations { totalCount } }").await.refused(), "FORBIDDEN");
    opens(&new).await;

    scene.town.clock.advance(TimeDelta::minutes(60));
    turned_away(&old.ask(WHO_AM_I).await);
    opens(&new).await;
    assert_eq!(rotate(id.to_string(), 0, "2027-06-01T00:00:00Z").await.refused(), "REAUTH_REQUIRED");
}

#[tokio::test]
async fn giving_replacing_and_revoking_are_recorded_with_who_did_it() {
    let scene = Scene::new().await;
    let (id, _) = scene.admin.gives_key(scene.district, json!({})).await;
    let rotate =
        json!({ "apiKeyId": id.to_string(), "overlapMinutes": 0, "expiresAt": "2027-06-01T00:00:00Z" });
    scene.admin.mutate("rotateApiKey", rotate, "key").await.ok();
    scene.admin.mutate("revokeApiKey", json!({ "apiKeyId": id.to_string() }), "id").await.ok();

    let sql = "select array_agg(operation::text order by created_at, id) from audit_logs
        where actor_id = $1 and target_kind = 'API_KEY' and action = 'WRITE'";
    let operations: Option<Vec<String>> = scene.town.tenant.scalar(sql, scene.admin.user().uuid()).await;
    let mut operations = operations.unwrap_or_default();
    operations.sort();
    assert_eq!(operations, ["api_key.create", "api_key.create", "api_key.revoke", "api_key.rotate"]);
    let_in(&scene.admin.ask(WHO_AM_I).await);
}
