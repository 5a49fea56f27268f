//! The schema file, and that it explains itself.

use async_graphql::{Positioned, parser::types::TypeKind};
use serde_json::Value;

use super::schema_walk::SchemaWalk;
use crate::support::Town;

/// Scalars that the specification describes.
const BUILT_IN: &[&str] = &["Boolean", "Float", "ID", "Int", "String"];

#[test]
fn the_schema_file_is_the_built_schema() {
    let file = include_str!("../../../schema.graphql");
    let built = consentry::schema::sdl();
    let mut lines = file.lines().zip(built.lines()).enumerate();
    if let Some((number, (file, built))) = lines.find(|(_, (file, built))| file != built) {
        panic!(
            "schema.graphql is out of date (run `consentry schema > schema.graphql`); line {} is {file:?} and should be {built:?}",
            number + 1
        );
    }
    assert_eq!(file.len(), built.len(), "one of schema.graphql and the built schema goes on");
    assert!(built.lines().count() > 1_000, "the built schema was compared");
}

#[test]
fn every_type_field_argument_input_field_enum_value_and_directive_is_described() {
    let walk = SchemaWalk::new();
    let mut things: Vec<(String, Option<&str>)> = Vec::new();
    for definition in walk.types().filter(|definition| !BUILT_IN.contains(&definition.name.node.as_str())) {
        let name = definition.name.node.as_str();
        things.push((name.to_owned(), text(definition.description.as_ref())));
        match &definition.kind {
            TypeKind::Object(object) => {
                for field in object.fields.iter().map(|field| &field.node) {
                    let path = format!("{name}.{}", field.name.node);
                    for argument in field.arguments.iter().map(|argument| &argument.node) {
                        let path = format!("{path}({})", argument.name.node);
                        things.push((path, text(argument.description.as_ref())));
                    }
                    things.push((path, text(field.description.as_ref())));
                }
            }
            TypeKind::InputObject(object) => {
                let fields = object.fields.iter().map(|field| &field.node);
                things.extend(
                    fields.map(|field| {
                        (format!("{name}.{}", field.name.node), text(field.description.as_ref()))
                    }),
                );
            }
            TypeKind::Enum(values) => {
                let values = values.values.iter().map(|value| &value.node);
                things.extend(
                    values.map(|value| {
                        (format!("{name}.{}", value.value.node), text(value.description.as_ref()))
                    }),
                );
            }
            TypeKind::Interface(_) => panic!("{name}: this test does not know interfaces yet"),
            TypeKind::Union(_) | TypeKind::Scalar => {}
        }
    }
    for directive in walk.directives() {
        things.push((format!("@{}", directive.name.node), text(directive.description.as_ref())));
    }
    assert!(things.len() >= 400, "the schema was walked: {}", things.len());
    let mute: Vec<&String> = things
        .iter()
        .filter(|(_, description)| !is_a_sentence(*description))
        .map(|(thing, _)| thing)
        .collect();
    assert!(mute.is_empty(), "{} of {} are not described in words: {mute:#?}", mute.len(), things.len());
}

/// The SDL leaves out what directives say of their arguments; introspection tells it.
#[tokio::test]
async fn every_argument_of_a_directive_is_described_and_the_sdl_leaves_no_type_out() {
    let question = "{ __schema { types { name } directives { name args { name description } } } }";
    let schema = &Town::new().await.anonymous().ask(question).await.ok()["__schema"];
    // `include`, `skip` and the like are the specification's.
    let ours = ["phi", "requires"];
    let mut described = 0;
    for directive in
        list(&schema["directives"]).iter().filter(|one| ours.iter().any(|name| one["name"] == *name))
    {
        for argument in list(&directive["args"]) {
            assert!(is_a_sentence(argument["description"].as_str()), "@{} {argument}", directive["name"]);
            described += 1;
        }
    }
    assert!(described >= ours.len(), "every directive of ours has an argument: {described}");

    let walk = SchemaWalk::new();
    let known: Vec<&str> = walk.types().map(|definition| definition.name.node.as_str()).collect();
    let told = list(&schema["types"]).iter().filter_map(|one| one["name"].as_str());
    let missing: Vec<&str> = told
        .filter(|name| !name.starts_with("__") && !BUILT_IN.contains(name) && !known.contains(name))
        .collect();
    assert!(missing.is_empty(), "introspection tells of types that the SDL leaves out: {missing:?}");
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(description: Option<&Positioned<String>>) -> Option<&str> {
    description.map(|description| description.node.as_str())
}

/// A few words that end as sentences do.
fn is_a_sentence(description: Option<&str>) -> bool {
    description.is_some_and(|text| {
        let text = text.trim();
        text.split_whitespace().count() >= 2 && text.ends_with(['.', ')', '`'])
    })
}
