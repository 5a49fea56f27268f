//! The schema: a table of contents of all contexts.

use async_graphql::{
    EmptySubscription, MergedObject, Request, Response, SDLExportOptions, SchemaBuilder, ValidationMode,
    extensions::ExtensionFactory,
    parser::types::{ExecutableDocument, OperationType},
};

use crate::{
    clinical::{ClinicalMutation, ClinicalQuery},
    consent::{ConsentContextMutation, ConsentContextQuery},
    identity::{IdentityMutation, IdentityQuery},
    kernel::{
        error::{ErrorCode, UserErrorCode},
        graphql::{NullableFields, TagErrors},
        session::Slot,
    },
    people::{PeopleMutation, PeopleQuery},
    platform::{PlatformMutation, PlatformQuery},
    tenancy::{TenancyMutation, TenancyQuery},
};

/// What can be asked.
#[derive(Default, MergedObject)]
pub struct Query(IdentityQuery, TenancyQuery, PeopleQuery, ConsentContextQuery, ClinicalQuery, PlatformQuery);

/// What can be changed. Every mutation is a verb of the business and one transaction.
#[derive(Default, MergedObject)]
pub struct Mutation(
    IdentityMutation,
    TenancyMutation,
    PeopleMutation,
    ConsentContextMutation,
    ClinicalMutation,
    PlatformMutation,
);

type Builder = SchemaBuilder<Query, Mutation, EmptySubscription>;
type Executable = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// The built schema.
///
/// An extension is asked about every field, which costs more than most fields do, and ours has something to do only where
/// one fails. So a query is executed without extensions; if an error comes out of that, it is executed again with them, in
/// the same session: the rows are at hand, and the record notes a look once.
#[derive(Clone)]
pub struct Schema {
    mending: Executable,
    quick: Option<Executable>,
}

impl Default for Schema {
    fn default() -> Self {
        Self { mending: mending().finish(), quick: Some(builder().finish()) }
    }
}

impl Schema {
    /// The schema with an extension that is asked about every field.
    pub fn extended_by(extension: impl ExtensionFactory) -> Self {
        Self { mending: mending().extension(extension).finish(), quick: None }
    }

    /// Executes a request in its slot; an error stands where the specification puts it.
    pub async fn execute(&self, mut request: Request, slot: &Slot) -> Response {
        let quick = self.quick.as_ref().and_then(|quick| Some((quick, query_of(&mut request)?)));
        let Some((quick, document)) = quick else {
            return self.mending.execute(request.data(slot.clone())).await;
        };
        let mut again = Request::new(String::new()).variables(request.variables.clone());
        again.operation_name.clone_from(&request.operation_name);
        again.set_parsed_query(document);
        let response = quick.execute(request.data(slot.clone())).await;
        if response.errors.is_empty() {
            return response;
        }
        self.mending.execute(again.data(slot.clone())).await
    }

    /// The schema definition language.
    pub fn sdl(&self) -> String {
        self.mending.sdl()
    }
}

/// The document, when all it can do is ask.
fn query_of(request: &mut Request) -> Option<ExecutableDocument> {
    let document = request.parsed_query().ok()?;
    let asks = document.operations.iter().all(|(_, operation)| operation.node.ty == OperationType::Query);
    asks.then(|| document.clone())
}

fn builder() -> Builder {
    Executable::build(Query::default(), Mutation::default(), EmptySubscription)
        .register_output_type::<ErrorCode>()
        .register_output_type::<UserErrorCode>()
        .disable_suggestions()
        // Documents come here validated, by `http::guard`, and by more rules.
        .validation_mode(ValidationMode::Fast)
}

fn mending() -> Builder {
    builder().extension(NullableFields).extension(TagErrors)
}

/// The schema definition language, sorted, as it stands in `schema.graphql`.
pub fn sdl() -> String {
    let options =
        SDLExportOptions::new().sorted_fields().sorted_arguments().sorted_enum_items().include_specified_by();
    let text = mending().finish().sdl_with_options(options);
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim_end().to_owned() + "\n"
}
