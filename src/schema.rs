//! The schema: a table of contents of all contexts.

use async_graphql::{EmptySubscription, MergedObject, SDLExportOptions, SchemaBuilder, ValidationMode};

use crate::{
    consent::{ConsentContextMutation, ConsentContextQuery},
    identity::{IdentityMutation, IdentityQuery},
    kernel::{
        error::{ErrorCode, UserErrorCode},
        graphql::{NullableFields, TagErrors},
    },
    people::{PeopleMutation, PeopleQuery},
    platform::PlatformQuery,
    tenancy::TenancyQuery,
};

/// The built schema.
pub type Schema = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// What can be asked.
#[derive(Default, MergedObject)]
pub struct Query(IdentityQuery, TenancyQuery, PeopleQuery, ConsentContextQuery, PlatformQuery);

/// What can be changed. Every mutation is a verb of the business and one transaction.
#[derive(Default, MergedObject)]
pub struct Mutation(IdentityMutation, PeopleMutation, ConsentContextMutation);

/// Builds the schema; tests add to it before they finish it.
pub fn build() -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .register_output_type::<ErrorCode>()
        .register_output_type::<UserErrorCode>()
        .disable_suggestions()
        // Documents come here validated, by `http::guard`, and by more rules.
        .validation_mode(ValidationMode::Fast)
        .extension(NullableFields)
        .extension(TagErrors)
}

/// The schema definition language, as it stands in `schema.graphql`.
pub fn sdl() -> String {
    let options =
        SDLExportOptions::new().sorted_fields().sorted_arguments().sorted_enum_items().include_specified_by();
    let text = build().finish().sdl_with_options(options);
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim_end().to_owned() + "\n"
}
