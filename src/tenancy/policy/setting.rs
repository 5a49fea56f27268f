//! Setting policies: inputs, mutations and their rules.

use std::collections::BTreeSet;

use async_graphql::{Context, InputObject, Object};
use entity::{
    DataClass, Id,
    identity::permission::Permission,
    tenancy::{
        location,
        policy::{self, PolicyKind},
        policy_terms::{self, BreakGlassTerms, InternalUseTerms, MinorConsentTerms},
    },
};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition};
use serde::Serialize;

use super::{
    Policy,
    terms::{MinorConsentRule, StateMajority},
};
use crate::{
    kernel::{
        door::{Door, Requires},
        error::{Error, Result},
        graphql::{DateTime, Payload, requires},
        record::Written,
        write::Write,
    },
    tenancy::location::read_state,
};

/// From which age minors consent alone. What is not said anew does not go on: a version says everything.
#[derive(Clone, Debug, InputObject)]
pub struct SetMinorConsentPolicyInput {
    /// The location it is about; left out, it is the whole organization's.
    pub location_id: Option<Id<location::Entity>>,
    /// From when it holds: now or later, never in the past. Now when left out.
    pub effective_from: Option<DateTime>,
    /// The age of majority where no state says otherwise, 18 to 21 years.
    #[graphql(default = 18)]
    pub age_of_majority: i32,
    /// States in which people come of age at another age, each once.
    #[graphql(default)]
    pub majorities: Vec<StateMajority>,
    /// Which services minors consent to, and where: at most 200, one for each state and service. Where none fits, a parent or
    /// guardian decides.
    #[graphql(default)]
    pub rules: Vec<MinorConsentRule>,
}

/// Whether the program's own workforce may look without a consent.
#[derive(Clone, Debug, InputObject)]
pub struct SetInternalUsePolicyInput {
    /// The location it is about; left out, it is the whole organization's.
    pub location_id: Option<Id<location::Entity>>,
    /// From when it holds: now or later, never in the past. Now when left out.
    pub effective_from: Option<DateTime>,
    /// Whether they may: for treatment, payment and operations, within a relationship to the patient (45 CFR 164.506).
    pub without_consent: bool,
}

/// For how long a broken glass stays open.
#[derive(Clone, Debug, InputObject)]
pub struct SetBreakGlassPolicyInput {
    /// The location it is about; left out, it is the whole organization's.
    pub location_id: Option<Id<location::Entity>>,
    /// From when it holds: now or later, never in the past. Now when left out.
    pub effective_from: Option<DateTime>,
    /// Minutes when nothing else is asked for: 1 to 240, and no more than `longestMinutes`.
    pub default_minutes: i32,
    /// Minutes at the most, 1 to 240.
    pub longest_minutes: i32,
}

/// What can be changed about policies.
#[derive(Default)]
pub struct PolicyMutation;

#[Object]
impl PolicyMutation {
    /// Says from which age minors consent alone, by state and service (42 CFR 2.14, 45 CFR 164.502(g)): what they consent to
    /// alone is closed to parents and guardians until the minor signs a consent that names them.
    ///
    /// User errors: `VALIDATION_FAILED`, `NOT_FOUND` (the location), `ALREADY_EXISTS` (a version that begins at that moment).
    #[graphql(directive = requires::apply(Permission::OrganizationSettings.into()), guard = "Requires(Permission::OrganizationSettings)")]
    async fn set_minor_consent_policy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it says, and from when.")] input: SetMinorConsentPolicyInput,
    ) -> Result<Option<Payload<Policy>>> {
        let outcome = ctx.slot().write(|write| Box::pin(set_minor_consent(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }

    /// Says whether the program's own workforce may look for treatment, payment and operations without a consent
    /// (45 CFR 164.506). They may not until somebody says so here. It never opens notes that are kept apart, never lets
    /// anybody search, write out or disclose, and a restriction goes before it.
    ///
    /// User errors: `VALIDATION_FAILED`, `NOT_FOUND` (the location), `ALREADY_EXISTS` (a version that begins at that moment).
    #[graphql(directive = requires::apply(Permission::OrganizationSettings.into()), guard = "Requires(Permission::OrganizationSettings)")]
    async fn set_internal_use_policy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it says, and from when.")] input: SetInternalUsePolicyInput,
    ) -> Result<Option<Payload<Policy>>> {
        let outcome = ctx.slot().write(|write| Box::pin(set_internal_use(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }

    /// Says for how long a broken glass stays open (42 CFR 2.51): an hour, and at most four, until somebody says otherwise. A
    /// glass that is broken already keeps its time.
    ///
    /// User errors: `VALIDATION_FAILED`, `NOT_FOUND` (the location), `ALREADY_EXISTS` (a version that begins at that moment).
    #[graphql(directive = requires::apply(Permission::OrganizationSettings.into()), guard = "Requires(Permission::OrganizationSettings)")]
    async fn set_break_glass_policy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it says, and from when.")] input: SetBreakGlassPolicyInput,
    ) -> Result<Option<Payload<Policy>>> {
        let outcome = ctx.slot().write(|write| Box::pin(set_break_glass(write, input))).await;
        ctx.shown(outcome).await.map(Some)
    }
}

async fn set_minor_consent(write: &Write, input: SetMinorConsentPolicyInput) -> Result<Id<policy::Entity>> {
    let SetMinorConsentPolicyInput { location_id, effective_from, age_of_majority, majorities, rules } =
        input;
    let terms = minor_consent(age_of_majority, &majorities, &rules)?;
    add(write, PolicyKind::MinorConsent, location_id, effective_from, &terms).await
}

async fn set_internal_use(write: &Write, input: SetInternalUsePolicyInput) -> Result<Id<policy::Entity>> {
    let SetInternalUsePolicyInput { location_id, effective_from, without_consent } = input;
    let terms = InternalUseTerms { without_consent };
    add(write, PolicyKind::InternalUse, location_id, effective_from, &terms).await
}

async fn set_break_glass(write: &Write, input: SetBreakGlassPolicyInput) -> Result<Id<policy::Entity>> {
    let SetBreakGlassPolicyInput { location_id, effective_from, default_minutes, longest_minutes } = input;
    let terms = BreakGlassTerms {
        default_minutes: minutes(default_minutes, "defaultMinutes")?,
        longest_minutes: minutes(longest_minutes, "longestMinutes")?,
    };
    if terms.default_minutes > terms.longest_minutes {
        return Err(Error::invalid("defaultMinutes", "is no more than `longestMinutes`"));
    }
    add(write, PolicyKind::BreakGlass, location_id, effective_from, &terms).await
}

/// Adds a version. The lock of an earlier one is not needed: two at the same moment break a constraint, and of others each
/// says everything.
async fn add(
    write: &Write,
    kind: PolicyKind,
    location_id: Option<Id<location::Entity>>,
    effective_from: Option<DateTime>,
    terms: &(impl Serialize + Sync),
) -> Result<Id<policy::Entity>> {
    if let Some(id) = location_id {
        let by_id = Condition::all().add(location::Column::Id.eq(id));
        write
            .find::<location::Entity>(by_id)
            .await?
            .ok_or_else(|| Error::not_found("locationId", "location"))?;
    }
    // The moment with which the request began, so that what it shows of the version says that it holds.
    let now = write.viewer()?.asked_at();
    let effective_from = effective_from.map_or(now, |moment| moment.0);
    if effective_from < now {
        return Err(Error::invalid(
            "effectiveFrom",
            "a policy begins now or later: what held stays as it was",
        ));
    }
    let id = write.new_id();
    write
        .insert(policy::ActiveModel {
            id: Set(id),
            kind: Set(kind),
            location_id: Set(location_id),
            effective_from: Set(effective_from),
            terms: Set(serde_json::to_value(terms).map_err(Error::internal)?),
            ..Default::default()
        })
        .await?;
    write.written(Written {
        operation: "policy.set",
        target_kind: "POLICY",
        target_id: id.uuid(),
        patient_id: None,
        fields: vec!["kind", "location", "effectiveFrom", "terms"],
    });
    write.emit("policy.set", "POLICY", id.uuid()).await?;
    Ok(id)
}

/// The longest that a glass stays open, in minutes (42 CFR 2.51: for as long as the emergency).
const LONGEST: u16 = 240;

fn minutes(number: i32, field: &str) -> Result<u16> {
    let minutes = u16::try_from(number).ok().filter(|minutes| (1..=LONGEST).contains(minutes));
    minutes.ok_or_else(|| Error::invalid(field, "takes 1 to 240 minutes"))
}

/// Fifty states, the district and the territories.
const MOST_STATES: usize = 60;
const MOST_RULES: usize = 200;

/// Services to whose records a rule can apply: whoever looks at notes that are kept apart needs a consent of their own kind
/// anyway, and what is labelled confidential to a minor is theirs at any age.
const SERVICES: [DataClass; 3] = [DataClass::GeneralPhi, DataClass::MentalHealth, DataClass::Sud];

fn minor_consent(
    age_of_majority: i32,
    majorities: &[StateMajority],
    rules: &[MinorConsentRule],
) -> Result<MinorConsentTerms> {
    let age_of_majority = majority(age_of_majority, "ageOfMajority")?;
    if majorities.len() > MOST_STATES {
        return Err(Error::invalid("majorities", "takes each state once"));
    }
    let mut states = BTreeSet::new();
    let majorities = majorities
        .iter()
        .map(|StateMajority { state, age }| {
            let state = read_state(state, "majorities.state")?;
            if !states.insert(state.clone()) {
                return Err(Error::invalid("majorities.state", "takes each state once"));
            }
            Ok(policy_terms::StateMajority { state, age: majority(*age, "majorities.age")? })
        })
        .collect::<Result<Vec<_>>>()?;
    if rules.len() > MOST_RULES {
        return Err(Error::invalid("rules", format!("takes at most {MOST_RULES} rules")));
    }
    let mut services = BTreeSet::new();
    let rules = rules
        .iter()
        .map(|rule| {
            let MinorConsentRule { state, service, minimum_age, parental_consent } = rule;
            let state = read_state(state, "rules.state")?;
            if !SERVICES.contains(service) {
                let message = "takes `GENERAL_PHI`, `MENTAL_HEALTH` or `SUD`";
                return Err(Error::invalid("rules.service", message));
            }
            if !services.insert((state.clone(), *service)) {
                return Err(Error::invalid("rules.service", "takes one rule for each state and service"));
            }
            let of_state = majorities.iter().find(|one| one.state == state);
            let adult = of_state.map_or(age_of_majority, |one| one.age);
            let minimum_age = u8::try_from(*minimum_age).ok().filter(|age| (YOUNGEST..adult).contains(age));
            let message = "takes 10 or more years, below the age of majority of the state";
            let minimum_age = minimum_age.ok_or_else(|| Error::invalid("rules.minimumAge", message))?;
            let (service, parental_consent) = (*service, *parental_consent);
            Ok(policy_terms::MinorConsentRule { state, service, minimum_age, parental_consent })
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(MinorConsentTerms { age_of_majority, majorities, rules })
}

/// Nobody consents alone before, in any state.
const YOUNGEST: u8 = 10;

fn majority(age: i32, field: &str) -> Result<u8> {
    let age = u8::try_from(age).ok().filter(|age| (18..=21).contains(age));
    age.ok_or_else(|| Error::invalid(field, "people come of age with 18 to 21 years"))
}
