//! Who else may say who somebody is, and which account is whose.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Actor, NOBODYS, Tenant, Town};

const FIELDS: &str =
    "id key name issuer clientId hasClientSecret audiences algorithms keySetUrl subjectClaim status version";

fn clinic() -> Value {
    json!({
        "key": "clinic",
        "name": "Clinic accounts",
        "issuer": "https://login.example.org/clinic",
        "clientId": "consentry",
        "clientSecret": "a well kept word",
        "audiences": ["https://town.example/graphql"],
        "algorithms": ["RS256", "EDDSA"],
    })
}

fn with(mut input: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().expect("an object") {
        input[name] = value.clone();
    }
    input
}

async fn enters(actor: &Actor, changes: Value) -> Value {
    let answer = actor.mutate("createIdentityProvider", with(clinic(), changes), FIELDS).await;
    let payload = answer.ok()["createIdentityProvider"].clone();
    assert_eq!(payload["userErrors"], json!([]));
    payload["result"].clone()
}

/// Everything that is stored of providers and links.
async fn stored(tenant: &Tenant) -> Option<String> {
    let sql =
        "select (select json_agg(p order by p.id) from identity_providers p where p.tenant_id = $1)::text
        || coalesce((select json_agg(json_build_array(u.id, u.issuer, u.subject) order by u.id)
            from users u where u.tenant_id = $1)::text, '')";
    tenant.scalar::<Option<String>>(sql, tenant.id).await.flatten()
}

#[tokio::test]
async fn what_was_entered_is_read_back_but_for_the_secret_which_is_sealed() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;

    let entered = enters(&admin, json!({})).await;

    let expected = json!({
        "id": entered["id"], "key": "clinic", "name": "Clinic accounts",
        "issuer": "https://login.example.org/clinic", "clientId": "consentry", "hasClientSecret": true,
        "audiences": ["https://town.example/graphql"], "algorithms": ["RS256", "EDDSA"], "keySetUrl": null,
        "subjectClaim": "sub", "status": "ACTIVE", "version": 1,
    });
    assert_eq!(entered, expected);
    let data = admin.ask(&format!("{{ identityProviders {{ nodes {{ {FIELDS} }} }} }}")).await.ok();
    assert_eq!(data["identityProviders"]["nodes"], json!([expected]));
    let id: Uuid = entered["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let sealed: Option<Vec<u8>> =
        town.tenant.scalar("select client_secret::bytea from identity_providers where id = $1", id).await;
    let sealed = sealed.expect("a secret");
    assert!(!sealed.windows(4).any(|bytes| bytes == b"well"), "nothing of it can be read");
    let recorded =
        "select fields from audit_logs where target_id = $1 and operation = 'identity_provider.create'";
    let fields: Option<Vec<String>> = town.tenant.scalar(recorded, id).await;
    assert!(fields.expect("it is recorded").contains(&"clientSecret".to_owned()));
}

#[tokio::test]
async fn a_provider_that_could_not_be_trusted_is_not_entered() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await.at(town.strict_door());
    let many: Vec<String> = (0..11).map(|number| format!("audience {number}")).collect();

    for (field, value) in [
        ("key", json!("")),
        ("key", json!("Clinic")),
        ("key", json!("-clinic")),
        ("key", json!("clinic/start")),
        ("key", json!("c".repeat(64))),
        ("name", json!(" ")),
        ("name", json!("x".repeat(201))),
        ("issuer", json!("http://login.example.org")),
        ("issuer", json!("https://127.0.0.1/")),
        ("issuer", json!("https://169.254.169.254/latest/meta-data")),
        ("issuer", json!("https://[fd00::1]/")),
        ("issuer", json!("https://user:word@login.example.org")),
        ("issuer", json!("https://login.example.org/?realm=clinic")),
        ("issuer", json!(format!("https://login.example.org/{}", "x".repeat(180)))),
        ("issuer", json!("login.example.org")),
        ("keySetUrl", json!("https://10.1.2.3/keys")),
        ("keySetUrl", json!("file:///etc/passwd")),
        ("clientId", json!("")),
        ("clientSecret", json!("")),
        ("clientSecret", json!("x".repeat(601))),
        ("audiences", json!(["consentry"])),
        ("audiences", json!([""])),
        ("audiences", json!(many)),
        ("algorithms", json!([])),
        ("subjectClaim", json!("iss")),
        ("subjectClaim", json!("")),
    ] {
        let input = with(clinic(), json!({ field: value.clone() }));
        let complaint =
            admin.mutate("createIdentityProvider", input, "id").await.complaint("createIdentityProvider");
        assert_eq!(complaint["code"], "VALIDATION_FAILED", "{field}: {value}");
        assert_eq!(complaint["field"], json!([field]), "{field}: {value}");
    }
    for alone in
        [json!({ "clientId": null, "clientSecret": null, "audiences": [] }), json!({ "clientId": null })]
    {
        let answer = admin.mutate("createIdentityProvider", with(clinic(), alone), "id").await;
        assert_eq!(answer.user_error("createIdentityProvider"), "VALIDATION_FAILED");
    }
    for algorithm in ["NONE", "HS256", "RS1"] {
        let input = with(clinic(), json!({ "algorithms": [algorithm] }));
        let answer = admin.mutate("createIdentityProvider", input, "id").await;
        assert_eq!(answer.refused(), "GRAPHQL_VALIDATION_FAILED", "the schema has no {algorithm}");
    }
    assert_eq!(town.tenant.count("identity_providers").await, 0);
}

#[tokio::test]
async fn a_key_and_an_issuer_stand_once_in_a_tenant_and_are_nothing_to_another() {
    let town = Town::new().await;
    let village = town.another_tenant("village").await;
    let admin = town.tenant.admin().await;
    enters(&admin, json!({})).await;

    for (same, other) in
        [("key", json!({ "issuer": "https://other.example.org" })), ("issuer", json!({ "key": "other" }))]
    {
        let answer = admin.mutate("createIdentityProvider", with(clinic(), other), "id").await;
        let complaint = answer.complaint("createIdentityProvider");
        assert_eq!((&complaint["code"], &complaint["field"]), (&json!("ALREADY_EXISTS"), &json!([same])));
    }
    assert_eq!(town.tenant.count("identity_providers").await, 1);
    enters(&village.admin().await, json!({})).await;
}

#[tokio::test]
async fn a_change_leaves_what_it_does_not_name_and_null_takes_away() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let id = enters(&admin, json!({ "keySetUrl": "https://login.example.org/keys" })).await["id"].clone();
    let change = |changes: Value| {
        let (admin, id) = (admin.clone(), id.clone());
        async move {
            let answer = admin
                .mutate("updateIdentityProvider", with(json!({ "providerId": id }), changes), FIELDS)
                .await;
            answer.ok()["updateIdentityProvider"]["result"].clone()
        }
    };

    let renamed = change(json!({ "name": "Accounts", "expectedVersion": 1 })).await;
    assert_eq!((&renamed["name"], &renamed["version"]), (&json!("Accounts"), &json!(2)));
    assert_eq!(
        (&renamed["hasClientSecret"], &renamed["keySetUrl"], &renamed["algorithms"]),
        (&json!(true), &json!("https://login.example.org/keys"), &json!(["RS256", "EDDSA"]))
    );
    let bare =
        change(json!({ "clientId": null, "clientSecret": null, "keySetUrl": null, "algorithms": ["ES256"] }))
            .await;
    assert_eq!(
        (&bare["clientId"], &bare["hasClientSecret"], &bare["keySetUrl"]),
        (&json!(null), &json!(false), &json!(null))
    );
    assert_eq!(bare["algorithms"], json!(["ES256"]));

    let before = stored(&town.tenant).await;
    let stale = json!({ "providerId": id, "name": "Late", "expectedVersion": 1 });
    let answer = admin.mutate("updateIdentityProvider", stale, "id").await;
    assert_eq!(answer.user_error("updateIdentityProvider"), "STALE_VERSION");
    let useless = json!({ "providerId": id, "audiences": [] });
    let answer = admin.mutate("updateIdentityProvider", useless, "id").await;
    assert_eq!(answer.user_error("updateIdentityProvider"), "VALIDATION_FAILED");
    assert_eq!(stored(&town.tenant).await, before);
}

#[tokio::test]
async fn a_provider_of_another_tenant_is_as_one_that_does_not_exist() {
    let town = Town::new().await;
    let village = town.another_tenant("village").await;
    let admin = town.tenant.admin().await;
    let clinician = town.tenant.clinician().await;
    let theirs = enters(&village.admin().await, json!({})).await["id"].clone();
    let before = (stored(&town.tenant).await, stored(&village).await);

    for id in [theirs, json!(NOBODYS)] {
        for mutation in ["updateIdentityProvider", "disableIdentityProvider", "enableIdentityProvider"] {
            let answer = admin.mutate(mutation, json!({ "providerId": id }), "id").await;
            assert_eq!(answer.user_error(mutation), "NOT_FOUND", "{mutation}");
        }
        let link = json!({ "userId": clinician.user().to_string(), "providerId": id, "subject": "dana" });
        assert_eq!(admin.mutate("linkUser", link, "userId").await.user_error("linkUser"), "NOT_FOUND");
    }
    let data = admin.ask("{ identityProviders { totalCount } }").await.ok();
    assert_eq!(data["identityProviders"]["totalCount"], 0);
    assert_eq!((stored(&town.tenant).await, stored(&village).await), before);
}

#[tokio::test]
async fn a_provider_is_switched_off_and_on_each_once() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let id = enters(&admin, json!({})).await["id"].clone();

    for (mutation, status) in [("disableIdentityProvider", "DISABLED"), ("enableIdentityProvider", "ACTIVE")]
    {
        let answer = admin.mutate(mutation, json!({ "providerId": id }), "status").await;
        assert_eq!(answer.ok()[mutation]["result"]["status"], status);
        let again = admin.mutate(mutation, json!({ "providerId": id }), "status").await;
        assert_eq!(again.user_error(mutation), "INVALID_STATE");
    }
}

fn link(user: &Actor, provider: &Value, subject: &str) -> Value {
    json!({ "userId": user.user().to_string(), "providerId": provider, "subject": subject })
}

#[tokio::test]
async fn an_account_is_one_users_and_a_user_has_one() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let (dana, noor) = (town.tenant.clinician().await, town.tenant.clinician().await);
    let provider = enters(&admin, json!({})).await["id"].clone();

    let linked = admin.mutate("linkUser", link(&dana, &provider, "dana"), "userId providerId").await.ok();
    assert_eq!(
        linked["linkUser"]["result"],
        json!({ "userId": dana.user().to_string(), "providerId": provider })
    );
    let before = stored(&town.tenant).await;
    let answer = admin.mutate("linkUser", link(&noor, &provider, "dana"), "userId").await;
    assert_eq!(answer.user_error("linkUser"), "ALREADY_EXISTS");
    for subject in ["", "\u{7}", &"x".repeat(201)] {
        let answer = admin.mutate("linkUser", link(&noor, &provider, subject), "userId").await;
        assert_eq!(answer.user_error("linkUser"), "VALIDATION_FAILED");
    }
    let answer = admin.mutate("unlinkUser", json!({ "userId": noor.user().to_string() }), "userId").await;
    assert_eq!(answer.user_error("unlinkUser"), "INVALID_STATE");
    assert_eq!(stored(&town.tenant).await, before);

    let freed =
        admin.mutate("unlinkUser", json!({ "userId": dana.user().to_string() }), "providerId").await.ok();
    assert_eq!(freed["unlinkUser"]["result"]["providerId"], Value::Null);
    admin.mutate("linkUser", link(&noor, &provider, "dana"), "userId").await.ok();
}

#[tokio::test]
async fn nobody_links_those_above_them_and_a_manager_of_one_house_links_nobody() {
    let town = Town::new().await;
    let admin = town.tenant.admin().await;
    let owner = town.tenant.with_role("OWNER").await;
    let manager = town.tenant.with_role("MANAGER").await;
    let clinician = town.tenant.clinician().await;
    let provider = enters(&admin, json!({})).await["id"].clone();
    let before = stored(&town.tenant).await;

    for (actor, target) in [(&admin, &owner), (&manager, &clinician), (&manager, &owner)] {
        let answer = actor.mutate("linkUser", link(target, &provider, "mallory"), "userId").await;
        assert_eq!(answer.user_error("linkUser"), "NOT_FOUND");
        let answer =
            actor.mutate("unlinkUser", json!({ "userId": target.user().to_string() }), "userId").await;
        assert_eq!(answer.user_error("unlinkUser"), "NOT_FOUND");
    }
    let off = json!({ "providerId": provider });
    admin.mutate("disableIdentityProvider", off.clone(), "id").await.ok();
    let answer = admin.mutate("linkUser", link(&clinician, &provider, "dana"), "userId").await;
    assert_eq!(answer.user_error("linkUser"), "INVALID_STATE");
    admin.mutate("enableIdentityProvider", off, "id").await.ok();

    let links = "select count(*) from users where tenant_id = $1 and issuer is not null";
    assert_eq!(town.tenant.scalar::<i64>(links, town.tenant.id).await, Some(0));
    assert!(before.is_some());
    owner.mutate("linkUser", link(&admin, &provider, "admin"), "userId").await.ok();
    assert_eq!(town.tenant.scalar::<i64>(links, town.tenant.id).await, Some(1));
}
