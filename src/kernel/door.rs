//! What resolvers may do: the kernel as an extension of async-graphql's context.

use std::{future::Future, sync::Arc};

use async_graphql::{Context, OutputType};
use entity::{Id, identity::permission::Permission};
use uuid::Uuid;

use super::{
    access::{Gated, PatientFacts, Permit, Withheld, would_open},
    error::{Error, Result},
    graphql::{Payload, Payloaded},
    load::Resource,
    page::{Connection, Page},
    session::{Look, Session, Slot},
    viewer::Viewer,
};

/// The kernel, as resolvers see it.
pub trait Door {
    /// The slot of the request.
    fn slot(&self) -> &Slot;

    /// Who is signed in.
    ///
    /// # Errors
    ///
    /// `UNAUTHENTICATED` when nobody is.
    fn viewer(&self) -> Result<&Arc<Viewer>>;

    /// The session of this moment.
    fn session(&self) -> impl Future<Output = Result<Arc<Session>>> + Send;

    /// The row `id`, batched; `None` when it is not there or not the viewer's.
    fn load<T: Resource>(&self, id: Id<T::Entity>) -> impl Future<Output = Result<Option<T>>> + Send;

    /// The children of `parent` by `column`, batched.
    fn page_of<T: Resource + OutputType>(
        &self,
        parent: impl Into<Uuid> + Send,
        column: &'static str,
        page: Page,
    ) -> impl Future<Output = Result<Connection<T>>> + Send;

    /// Decides on a look, records it, and opens the value with the permit, or says why not.
    fn reveal<T: Send>(
        &self,
        look: Look,
        open: impl FnOnce(&Permit) -> Result<T> + Send,
    ) -> impl Future<Output = Result<Gated<T>>> + Send;

    /// The payload of a mutation: what was written, read again on a new session through the same gates.
    fn shown<T: Resource>(
        &self,
        outcome: Result<Id<T::Entity>>,
    ) -> impl Future<Output = Result<Payload<T>>> + Send;

    /// Decides on a look and records it.
    fn decide(&self, look: Look) -> impl Future<Output = Result<Result<Permit, Withheld>>> + Send;
}

/// What waits for the database is boxed. The future of a field is as large as that of the largest field of its type, and
/// is moved for each of them: without this, a display code would cost as much as a list.
impl Door for Context<'_> {
    #[expect(clippy::disallowed_methods, reason = "the one place that reaches into the request's context")]
    fn slot(&self) -> &Slot {
        self.data_unchecked::<Slot>()
    }

    fn viewer(&self) -> Result<&Arc<Viewer>> {
        self.slot().viewer().ok_or_else(Error::unauthenticated)
    }

    async fn session(&self) -> Result<Arc<Session>> {
        self.slot().session().await
    }

    fn load<T: Resource>(&self, id: Id<T::Entity>) -> impl Future<Output = Result<Option<T>>> + Send {
        Box::pin(async move { self.session().await?.load(id).await })
    }

    fn page_of<T: Resource + OutputType>(
        &self,
        parent: impl Into<Uuid> + Send,
        column: &'static str,
        page: Page,
    ) -> impl Future<Output = Result<Connection<T>>> + Send {
        Box::pin(async move { self.session().await?.page_of(parent, column, &page).await })
    }

    async fn reveal<T: Send>(
        &self,
        look: Look,
        open: impl FnOnce(&Permit) -> Result<T> + Send,
    ) -> Result<Gated<T>> {
        Ok(match self.decide(look).await? {
            Ok(permit) => Gated::Value(open(&permit)?),
            Err(withheld) => Gated::Withheld(withheld),
        })
    }

    async fn shown<T: Resource>(&self, outcome: Result<Id<T::Entity>>) -> Result<Payload<T>> {
        let shown = match outcome {
            Ok(id) => Ok(self.load::<T>(id).await.ok().flatten().ok_or(Error::ResultUnavailable)?),
            Err(error) => Err(error),
        };
        shown.payload()
    }

    fn decide(&self, look: Look) -> impl Future<Output = Result<Result<Permit, Withheld>>> + Send {
        Box::pin(async move {
            let session = self.session().await?;
            let facts = session.facts(look.patient_id).await?;
            let core = session.core();
            let verdict = core.judge(&look, facts.as_ref())?;
            let principal = core.principal()?;
            let own = principal.patient_id == Some(look.patient_id);
            // A glass is broken within a session.
            let in_session = core.viewer()?.session_id().is_some();
            Ok(verdict.map_err(|reason| {
                let withheld = Withheld::new(reason, look.floor, principal, own);
                let helps = |facts: &PatientFacts| {
                    in_session && would_open(principal, facts, look.ask(Some(facts)), core.now())
                };
                let available = withheld.break_glass_available && facts.as_deref().is_some_and(helps);
                Withheld { break_glass_available: available, ..withheld }
            }))
        })
    }
}

/// Requires a permission before a root field runs; stands beside `@requires` in the schema.
pub struct Requires(pub Permission);

impl async_graphql::Guard for Requires {
    async fn check(&self, ctx: &Context<'_>) -> async_graphql::Result<()> {
        ctx.viewer()?.require(self.0)?;
        Ok(())
    }
}

/// Requires any one of some permissions.
pub struct RequiresAny(pub &'static [Permission]);

impl async_graphql::Guard for RequiresAny {
    async fn check(&self, ctx: &Context<'_>) -> async_graphql::Result<()> {
        let viewer = ctx.viewer()?;
        if self.0.iter().any(|permission| viewer.principal().reach(*permission).is_some()) {
            return Ok(());
        }
        Err(Error::Forbidden(self.0[0]).into())
    }
}

/// Requires somebody to be signed in, whatever they may do: a person, not a partner's key or client.
pub struct SignedIn;

impl async_graphql::Guard for SignedIn {
    async fn check(&self, ctx: &Context<'_>) -> async_graphql::Result<()> {
        match ctx.viewer()?.principal().partner {
            None => Ok(()),
            Some(_) => Err(Error::Unauthenticated("this needs a person who signed in").into()),
        }
    }
}
