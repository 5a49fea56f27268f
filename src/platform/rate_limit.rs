//! What the caller may still ask for.

use async_graphql::{Context, Object, SimpleObject};

use crate::kernel::{
    door::Door,
    graphql::{DateTime, public},
};

/// What the caller may still spend. Every request costs points before it is executed, about one for each row that it could
/// load; the points flow back steadily.
#[derive(Clone, Debug, SimpleObject)]
pub struct RateLimit {
    /// What can be spent at once when nothing was spent for long.
    pub limit: i32,
    /// What is left after this request, as far as the server that answers knows.
    pub remaining: i32,
    /// How many points flow back in a second.
    pub restore_rate: i32,
    /// When all of it is there again, if nothing else is asked.
    pub reset_at: DateTime,
    /// What this request cost.
    pub cost: i32,
}

/// What can be asked about limits.
#[derive(Default)]
pub struct RateLimitQuery;

#[Object]
impl RateLimitQuery {
    /// What the caller may still spend; null where it is not counted.
    #[graphql(directive = public::apply())]
    async fn rate_limit(&self, ctx: &Context<'_>) -> Option<RateLimit> {
        let spent = ctx.slot().spent()?;
        let points = |points: u32| i32::try_from(points).unwrap_or(i32::MAX);
        Some(RateLimit {
            limit: points(spent.limit),
            remaining: points(spent.remaining),
            restore_rate: points(spent.restore_rate),
            reset_at: spent.reset_at.into(),
            cost: points(spent.cost),
        })
    }
}
