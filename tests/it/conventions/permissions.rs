//! What the schema says of permissions is what is enforced.

use std::{collections::BTreeSet, str::FromStr};

use consentry::{
    identity::{
        session_opening::{Proof, open},
        user_creation::{NewUser, create_user},
    },
    kernel::{error::Result, write::Write},
};
use entity::identity::{
    permission::Permission,
    role, role_assignment,
    role_permission::{self, Reach},
};
use sea_orm::{ActiveValue::Set, Iterable};
use secrecy::ExposeSecret;

use super::{
    documents::{Values, no_literal},
    rows::{changed, rows_of},
    schema_walk::{NOBODYS, SchemaWalk, directive},
};
use crate::support::{Actor, Town};

/// Public root fields that answer a caller without a session with `UNAUTHENTICATED` all the same.
const NEEDS_A_SESSION: &[&str] = &[
    // It makes tokens for whoever signed in.
    "createTokenPair",
    // They need a refresh token, which is a credential of its own.
    "refreshTokens",
    "revokeTokenPair",
    // It ends a token of one's own.
    "revokeApiToken",
    // It ends the session of the token it came with, whatever the user may do.
    "signOut",
    // They concern how one signs in oneself, whatever one may do.
    "changePassword",
    "beginOneTimeCodeEnrolment",
    "confirmOneTimeCodeEnrolment",
    "removeOneTimeCode",
    "regenerateRecoveryCodes",
    // Whoever asks is who it is on for.
    "featureFlag",
    // They are about the session of whoever asks; that of somebody else needs `user.manage`, which the mutation asks for.
    "revokeSession",
    "revokeOtherSessions",
    "renewSession",
    "reauthenticate",
];

/// A root field that needs permissions, any one of `any_of`.
pub(super) struct Guarded {
    pub name: String,
    pub document: String,
    pub any_of: BTreeSet<Permission>,
}

impl Guarded {
    /// The code with which somebody is refused who lacks the permission.
    pub fn refusal(&self) -> &'static str {
        if self.any_of == BTreeSet::from([Permission::BreakGlassInvoke]) {
            "BREAK_GLASS_DENIED"
        } else {
            "FORBIDDEN"
        }
    }
}

pub(super) fn guarded(walk: &SchemaWalk) -> Vec<Guarded> {
    let values = Values { id: &|_| NOBODYS.to_string(), literal: &no_literal };
    let fields = walk.root_fields().into_iter().filter_map(|(operation, root, field)| {
        let needed = directive(&field.directives, "requires")?;
        let any_of = needed
            .split(" or ")
            .map(|key| {
                Permission::from_str(key)
                    .unwrap_or_else(|_| panic!("{}: no permission {key}", field.name.node))
            })
            .collect();
        let name = field.name.node.to_string();
        let document = walk.root_document(operation, root, &name, &values, 1);
        Some(Guarded { name, document, any_of })
    });
    let fields: Vec<_> = fields.collect();
    assert!(fields.len() >= 14, "guarded root fields were found: {}", fields.len());
    fields
}

#[test]
fn every_root_field_says_which_permission_it_needs_or_that_it_is_public() {
    let walk = SchemaWalk::new();
    for (_, root, field) in walk.root_fields() {
        let needs = directive(&field.directives, "requires");
        let public = directive(&field.directives, "public");
        assert!(
            needs.is_some() != public.is_some(),
            "{root}.{}: one of @requires and @public, not {needs:?} and {public:?}",
            field.name.node
        );
    }
    let public: BTreeSet<String> = walk
        .root_fields()
        .into_iter()
        .filter(|(_, _, field)| directive(&field.directives, "public").is_some())
        .map(|(_, _, field)| field.name.node.to_string())
        .collect();
    assert_eq!(
        public,
        [
            "activateUser",
            "beginOneTimeCodeEnrolment",
            "changePassword",
            "confirmOneTimeCodeEnrolment",
            "createTokenPair",
            "featureFlag",
            "openShared",
            "openSharedWithCookie",
            "rateLimit",
            "reauthenticate",
            "refreshTokens",
            "regenerateRecoveryCodes",
            "removeOneTimeCode",
            "renewSession",
            "reopenShared",
            "reopenSharedWithCookie",
            "requestPasswordReset",
            "resetPassword",
            "revokeApiToken",
            "revokeOtherSessions",
            "revokeSession",
            "revokeTokenPair",
            "signIn",
            "signInWithCookie",
            "signOut",
            "viewer",
        ]
        .map(str::to_owned)
        .into(),
        "a new public field is a decision: it stands here by name"
    );
}

#[tokio::test]
async fn a_public_field_answers_a_caller_who_is_not_signed_in() {
    let town = Town::new().await;
    let walk = SchemaWalk::new();
    let values = Values { id: &|_| NOBODYS.to_string(), literal: &no_literal };
    let mut asked = 0;
    for (operation, root, field) in walk.root_fields() {
        if directive(&field.directives, "public").is_none() {
            continue;
        }
        let name = field.name.node.as_str();
        let answer = town.anonymous().ask(&walk.root_document(operation, root, name, &values, 1)).await;
        if NEEDS_A_SESSION.contains(&name) {
            assert_eq!(answer.refused(), "UNAUTHENTICATED", "{name}");
        } else {
            answer.ok();
        }
        asked += 1;
    }
    assert!(asked >= 3, "public fields were asked: {asked}");
}

#[tokio::test]
async fn whoever_is_not_signed_in_or_has_no_permission_is_refused_by_every_guarded_field_and_nothing_changes()
{
    let town = Town::new().await;
    let anonymous = town.anonymous();
    let powerless = holder(&town, Vec::new()).await;
    let without = ["audit_logs", "sessions"];
    let before = rows_of(&town.tenant, &without).await;
    for field in guarded(&SchemaWalk::new()) {
        let Guarded { name, document, .. } = &field;
        let answer = anonymous.ask(document).await;
        assert_eq!(answer.refused(), "UNAUTHENTICATED", "{name}, anonymous");
        assert!(answer.body["data"][name].is_null(), "{name}, anonymous: {}", answer.body);
        let answer = powerless.ask(document).await;
        assert_eq!(answer.refused(), field.refusal(), "{name}, without a permission");
        assert!(answer.body["data"][name].is_null(), "{name}, without a permission: {}", answer.body);
    }
    assert_eq!(changed(&before, &rows_of(&town.tenant, &without).await), Vec::<String>::new());
}

#[tokio::test]
async fn the_permission_that_a_field_names_is_needed_and_is_enough() {
    let town = Town::new().await;
    let fields = guarded(&SchemaWalk::new());
    let mut refused = 0;
    let all: BTreeSet<Permission> = Permission::iter().collect();
    let demands: BTreeSet<_> = fields.iter().map(|field| field.any_of.clone()).collect();
    for demand in &demands {
        let without = holder(&town, all.difference(demand).copied().collect()).await;
        for field in fields.iter().filter(|field| field.any_of == *demand) {
            let answer = without.ask(&field.document).await;
            assert_eq!(answer.refused(), field.refusal(), "{}, with all other permissions", field.name);
            refused += 1;
        }
    }
    assert_eq!(refused, fields.len());

    let named: BTreeSet<Permission> = demands.into_iter().flatten().collect();
    assert!(named.len() >= 8, "permissions are named: {}", named.len());
    for permission in named {
        let holder = holder(&town, vec![permission]).await;
        for field in &fields {
            let Guarded { name, document, any_of } = field;
            let answer = holder.ask(document).await;
            let codes: Vec<&str> = answer.body["errors"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|error| error["extensions"]["code"].as_str())
                .collect();
            let admitted = !codes.contains(&field.refusal());
            assert_eq!(
                admitted,
                any_of.contains(&permission),
                "{name}, with {} alone: {codes:?}",
                permission.key()
            );
            assert!(!codes.contains(&"INTERNAL"), "{name}, with {} alone: {}", permission.key(), answer.body);
        }
    }
}

/// Somebody in a role made for this: exactly these permissions, for everything of the tenant.
async fn holder(town: &Town, permissions: Vec<Permission>) -> Actor {
    let slot = town.app.operator("test");
    let token = slot
        .write_anonymous(town.tenant.id, |write| Box::pin(user_who_may(write, permissions)))
        .await
        .expect("a user is made");
    town.anonymous().with_token(&token)
}

async fn user_who_may(write: &Write, permissions: Vec<Permission>) -> Result<String> {
    let role_id = write.new_id();
    let key = format!("ROLE_{}", role_id.uuid().simple()).to_uppercase();
    let name = "Made for a test".to_owned();
    write
        .insert(role::ActiveModel {
            id: Set(role_id),
            key: Set(key.clone()),
            name: Set(name),
            ..Default::default()
        })
        .await?;
    let grants = permissions.into_iter().map(|permission| role_permission::ActiveModel {
        id: Set(write.new_id()),
        role_id: Set(role_id),
        permission_key: Set(permission.key().to_owned()),
        reach: Set(Reach::Tenant),
        ..Default::default()
    });
    write.insert_many(grants.collect()).await?;
    let email = format!("{key}@town.example");
    let user_id = create_user(write, NewUser { email, ..Default::default() }).await?.user_id;
    write
        .insert(role_assignment::ActiveModel {
            id: Set(write.new_id()),
            user_id: Set(user_id),
            role_id: Set(role_id),
            ..Default::default()
        })
        .await?;
    let session = open(write, user_id, Proof::Now).await?;
    Ok(session.token.expose().expose_secret().to_owned())
}
