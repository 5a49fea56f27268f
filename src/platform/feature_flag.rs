//! Which features are on, and for how many of the users.

use async_graphql::{ComplexObject, Context, InputObject, Object, SimpleObject};
use chrono::Utc;
use entity::{Id, identity::permission::Permission, platform::feature_flag};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, DerivePartialModel};

use crate::kernel::{
    door::{Door, Requires, SignedIn},
    error::{Error, Result, UserErrorCode},
    graphql::{DateTime, Payload, Payloaded, public, requires},
    load::{Scoped, resource},
    page::{Chronology, Connection, Cursor, Page},
    record::Written,
    viewer::Viewer,
    write::Write,
};

/// The longest description in characters.
const LONGEST_DESCRIPTION: usize = 200;
/// The longest key in characters.
const LONGEST_KEY: usize = 100;

/// A feature that the organization switched for itself, whatever holds for all others.
#[derive(Clone, SimpleObject, DerivePartialModel)]
#[sea_orm(entity = "feature_flag::Entity")]
#[graphql(complex)]
pub struct FeatureFlag {
    /// The flag's id.
    pub id: Id<feature_flag::Entity>,
    /// The feature, such as `messages.attachments`.
    pub key: String,
    /// Whether it is on for anybody.
    pub enabled: bool,
    /// For how many of a hundred users it is on. Whoever has it keeps it when the number grows.
    pub rollout_percentage: i32,
    /// What it is for.
    pub description: Option<String>,
    /// Send it back as `expectedVersion` when you change the flag.
    pub version: i32,
    #[graphql(skip)]
    updated_at: chrono::DateTime<Utc>,
    #[graphql(skip)]
    created_at: chrono::DateTime<Utc>,
}

resource!(FeatureFlag of feature_flag);

impl Scoped for feature_flag::Entity {
    fn scope(_: &Viewer) -> Condition {
        Condition::all()
    }
}

#[ComplexObject]
impl FeatureFlag {
    /// When it was switched last.
    async fn updated_at(&self) -> DateTime {
        self.updated_at.into()
    }
}

/// What can be asked about features.
#[derive(Default)]
pub struct FeatureFlagQuery;

#[Object]
impl FeatureFlagQuery {
    /// Whether a feature is on for the user who asks: as the organization switched it, else as it is for all
    /// organizations; `false` for a feature that nobody knows. Needs a session.
    #[graphql(directive = public::apply(), guard = "SignedIn")]
    async fn feature_flag(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The feature, such as `messages.attachments`.")] key: String,
    ) -> Result<Option<bool>> {
        let flag = ctx.session().await?.flag(ctx.slot().app(), &key).await?;
        let subject = ctx.viewer()?.principal().user_id.uuid();
        Ok(Some(flag.is_some_and(|flag| flag.is_on_for(&key, subject))))
    }

    /// The features that the organization switched for itself.
    #[graphql(directive = requires::apply(Permission::FeatureFlagManage.into()), guard = "Requires(Permission::FeatureFlagManage)")]
    async fn feature_flags(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 1 to 100; 25 when not stated.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on after.")] after: Option<Cursor>,
    ) -> Result<Option<Connection<FeatureFlag>>> {
        let page = Page { first, after };
        ctx.session().await?.page(&page, Condition::all(), Chronology::NewestFirst).await.map(Some)
    }
}

/// How a feature is to be switched.
#[derive(Clone, Debug, InputObject)]
pub struct SetFeatureFlagInput {
    /// The feature: lower-case words of letters, digits and `_`, joined by dots, at most 100 characters.
    pub key: String,
    /// Whether it is on for anybody.
    pub enabled: bool,
    /// For how many of a hundred users it is on, 0 to 100.
    #[graphql(default = 100)]
    pub rollout_percentage: i32,
    /// What it is for, at most 200 characters; left out, there is none.
    pub description: Option<String>,
    /// The version that you read, when you change a flag that is there.
    pub expected_version: Option<i32>,
}

/// Which switch is to be removed.
#[derive(Clone, Debug, InputObject)]
pub struct RemoveFeatureFlagInput {
    /// The feature.
    pub key: String,
}

/// A switch that is gone.
#[derive(Clone, Debug, SimpleObject)]
pub struct RemovedFeatureFlag {
    /// The feature: from now on it is for the organization as it is for all.
    pub key: String,
}

/// What can be changed about features.
#[derive(Default)]
pub struct FeatureFlagMutation;

#[Object]
impl FeatureFlagMutation {
    /// Switches a feature for the organization, whatever holds for all others.
    ///
    /// User errors: `VALIDATION_FAILED`, `STALE_VERSION`.
    #[graphql(directive = requires::apply(Permission::FeatureFlagManage.into()), guard = "Requires(Permission::FeatureFlagManage)")]
    async fn set_feature_flag(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How the feature is to be switched.")] input: SetFeatureFlagInput,
    ) -> Result<Option<Payload<FeatureFlag>>> {
        let outcome = ctx.slot().write(|write| Box::pin(set(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }

    /// Removes the organization's own switch of a feature.
    ///
    /// User error: `NOT_FOUND`.
    #[graphql(directive = requires::apply(Permission::FeatureFlagManage.into()), guard = "Requires(Permission::FeatureFlagManage)")]
    async fn remove_feature_flag(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which switch is to be removed.")] input: RemoveFeatureFlagInput,
    ) -> Result<Option<Payload<RemovedFeatureFlag>>> {
        let outcome = ctx.slot().write(|write| Box::pin(remove(write, input))).await;
        outcome.map(|key| RemovedFeatureFlag { key }).payload().map(Some)
    }
}

/// Switches a feature for the tenant of the transaction; in the reserved tenant, for all.
///
/// # Errors
///
/// `VALIDATION_FAILED`, `STALE_VERSION`, and those of the database.
pub async fn set(write: &Write, input: SetFeatureFlagInput) -> Result<Id<feature_flag::Entity>> {
    let SetFeatureFlagInput { key, enabled, rollout_percentage, description, expected_version } = input;
    if !is_key(&key) {
        return Err(Error::invalid(
            "key",
            "a feature is named by lower-case words, joined by dots, at most 100 characters",
        ));
    }
    if !(0..=100).contains(&rollout_percentage) {
        return Err(Error::invalid("rolloutPercentage", "a percentage is a number from 0 to 100"));
    }
    let description = description.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    if description.as_ref().is_some_and(|text| text.chars().count() > LONGEST_DESCRIPTION) {
        return Err(Error::invalid("description", "a description has at most 200 characters"));
    }
    let row = feature_flag::ActiveModel {
        enabled: Set(enabled),
        rollout_percentage: Set(rollout_percentage),
        description: Set(description),
        ..Default::default()
    };
    let id = match (find(write, &key).await?, expected_version) {
        (Some(flag), _) => {
            write.update(flag.id, expected_version, row).await?;
            flag.id
        }
        (None, Some(_)) => {
            return Err(Error::refused(
                UserErrorCode::StaleVersion,
                &["expectedVersion"],
                "somebody removed it since you read it; read it again and decide anew",
            ));
        }
        (None, None) => {
            let id = write.new_id();
            write.insert(feature_flag::ActiveModel { id: Set(id), key: Set(key), ..row }).await?;
            id
        }
    };
    let fields = vec!["enabled", "rolloutPercentage", "description"];
    write.written(written("feature_flag.set", id, fields));
    Ok(id)
}

/// Removes a switch of the tenant of the transaction; returns its key.
///
/// # Errors
///
/// `NOT_FOUND`, and those of the database.
pub async fn remove(write: &Write, input: RemoveFeatureFlagInput) -> Result<String> {
    let RemoveFeatureFlagInput { key } = input;
    let flag = find(write, &key).await?.ok_or_else(|| Error::not_found("key", "switch of a feature"))?;
    write.erase::<feature_flag::Entity>(Condition::all().add(feature_flag::Column::Id.eq(flag.id))).await?;
    write.written(written("feature_flag.remove", flag.id, Vec::new()));
    Ok(key)
}

async fn find(write: &Write, key: &str) -> Result<Option<feature_flag::Model>> {
    write.find::<feature_flag::Entity>(Condition::all().add(feature_flag::Column::Key.eq(key))).await
}

fn written(operation: &'static str, id: Id<feature_flag::Entity>, fields: Vec<&'static str>) -> Written {
    Written { operation, target_kind: "FEATURE_FLAG", target_id: id.uuid(), patient_id: None, fields }
}

/// As the domain `dotted_key` has it.
fn is_key(key: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_lowercase())
            && part.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
    };
    key.len() <= LONGEST_KEY && key.split('.').all(is_part)
}
