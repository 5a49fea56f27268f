//! Turns the syntax tree that is validated into the one that is executed.
//!
//! One parser reads a document, so what was validated and what is executed cannot differ by how it was read.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use apollo_compiler::{Name as Word, Node, ast};
use async_graphql::parser::types::{
    BaseType, Directive, DocumentOperations, ExecutableDocument, Field, FragmentDefinition, FragmentSpread,
    InlineFragment, OperationDefinition, OperationType, Selection, SelectionSet, Type, TypeCondition,
    VariableDefinition,
};
use async_graphql::{Name, Pos, Positioned};
use async_graphql_value::{ConstValue, Value};

use super::Violation;
use super::places::Places;

/// The document as it is executed.
///
/// Refused is what no document may be, whatever the schema: no operation, two of one name, or a number that is none.
pub(super) fn translate(
    document: &ast::Document,
    places: &Places<'_>,
) -> Result<ExecutableDocument, Violation> {
    let mut anonymous = None;
    let mut named = HashMap::new();
    let mut fragments = HashMap::new();
    let translator = Translator { places };
    for definition in &document.definitions {
        match definition {
            ast::Definition::OperationDefinition(operation) => {
                let place = places.of(operation.location());
                let translated = Positioned::new(translator.operation(operation, place)?, place);
                match &operation.name {
                    Some(word) => insert(&mut named, word, translated, "operation")?,
                    None if anonymous.is_none() => anonymous = Some(translated),
                    None => return Err(more_than_one(place)),
                }
            }
            ast::Definition::FragmentDefinition(fragment) => {
                let place = places.of(fragment.location());
                let translated = Positioned::new(translator.fragment(fragment, place)?, place);
                insert(&mut fragments, &fragment.name, translated, "fragment")?;
            }
            other => {
                let reason = "The document is not GraphQL to execute: it defines a part of a schema";
                return Err(Violation::parse(reason, Some(places.of(other.location()))));
            }
        }
    }
    let operations = match anonymous {
        Some(operation) if named.is_empty() => DocumentOperations::Single(operation),
        Some(operation) => return Err(more_than_one(operation.pos)),
        None if named.is_empty() => {
            return Err(Violation::parse("The document does not contain an operation", None));
        }
        None => DocumentOperations::Multiple(named),
    };
    Ok(ExecutableDocument { operations, fragments })
}

fn insert<T>(
    known: &mut HashMap<Name, Positioned<T>>,
    word: &Word,
    definition: Positioned<T>,
    what: &str,
) -> Result<(), Violation> {
    let place = definition.pos;
    match known.entry(Name::new(word)) {
        Entry::Vacant(entry) => {
            entry.insert(definition);
            Ok(())
        }
        Entry::Occupied(entry) => {
            Err(Violation::parse(&format!("The {what} `{}` is defined twice", entry.key()), Some(place)))
        }
    }
}

fn more_than_one(place: Pos) -> Violation {
    Violation::parse("An operation without a name must be the only one of its document", Some(place))
}

/// The arguments of a field or directive.
type Arguments = Vec<(Positioned<Name>, Positioned<Value>)>;

struct Translator<'a> {
    places: &'a Places<'a>,
}

impl Translator<'_> {
    fn operation(
        &self,
        operation: &ast::OperationDefinition,
        place: Pos,
    ) -> Result<OperationDefinition, Violation> {
        let variables = operation.variables.iter().map(|variable| self.variable(variable));
        Ok(OperationDefinition {
            ty: match operation.operation_type {
                ast::OperationType::Query => OperationType::Query,
                ast::OperationType::Mutation => OperationType::Mutation,
                ast::OperationType::Subscription => OperationType::Subscription,
            },
            variable_definitions: variables.collect::<Result<_, _>>()?,
            directives: self.directives(&operation.directives)?,
            selection_set: self.selection_set(&operation.selection_set, place)?,
        })
    }

    fn fragment(
        &self,
        fragment: &ast::FragmentDefinition,
        place: Pos,
    ) -> Result<FragmentDefinition, Violation> {
        Ok(FragmentDefinition {
            type_condition: self.type_condition(&fragment.type_condition),
            directives: self.directives(&fragment.directives)?,
            selection_set: self.selection_set(&fragment.selection_set, place)?,
        })
    }

    fn variable(
        &self,
        variable: &Node<ast::VariableDefinition>,
    ) -> Result<Positioned<VariableDefinition>, Violation> {
        let default_value = match &variable.default_value {
            Some(default) => {
                let place = self.places.of(default.location());
                let constant = self.value(default)?.into_const().ok_or_else(|| {
                    Violation::parse("The default of a variable cannot hold a variable", Some(place))
                })?;
                Some(Positioned::<ConstValue>::new(constant, place))
            }
            None => None,
        };
        let definition = VariableDefinition {
            name: self.name(&variable.name),
            var_type: Positioned::new(translated_type(&variable.ty), self.places.of(variable.ty.location())),
            directives: self.directives(&variable.directives)?,
            default_value,
        };
        Ok(Positioned::new(definition, self.places.of(variable.location())))
    }

    /// A selection set knows no place of its own, so it has that of what it belongs to.
    fn selection_set(
        &self,
        selections: &[ast::Selection],
        place: Pos,
    ) -> Result<Positioned<SelectionSet>, Violation> {
        let items = selections.iter().map(|selection| self.selection(selection));
        Ok(Positioned::new(SelectionSet { items: items.collect::<Result<_, _>>()? }, place))
    }

    fn selection(&self, selection: &ast::Selection) -> Result<Positioned<Selection>, Violation> {
        let place = self.places.of(selection.location());
        let translated = match selection {
            ast::Selection::Field(field) => {
                Selection::Field(Positioned::new(self.field(field, place)?, place))
            }
            ast::Selection::FragmentSpread(spread) => {
                let spread = FragmentSpread {
                    fragment_name: self.name(&spread.fragment_name),
                    directives: self.directives(&spread.directives)?,
                };
                Selection::FragmentSpread(Positioned::new(spread, place))
            }
            ast::Selection::InlineFragment(inline) => {
                let inline = InlineFragment {
                    type_condition: inline.type_condition.as_ref().map(|word| self.type_condition(word)),
                    directives: self.directives(&inline.directives)?,
                    selection_set: self.selection_set(&inline.selection_set, place)?,
                };
                Selection::InlineFragment(Positioned::new(inline, place))
            }
        };
        Ok(Positioned::new(translated, place))
    }

    fn field(&self, field: &ast::Field, place: Pos) -> Result<Field, Violation> {
        Ok(Field {
            alias: field.alias.as_ref().map(|alias| self.name(alias)),
            name: self.name(&field.name),
            arguments: self.arguments(&field.arguments)?,
            directives: self.directives(&field.directives)?,
            selection_set: self.selection_set(&field.selection_set, place)?,
        })
    }

    fn directives(&self, directives: &ast::DirectiveList) -> Result<Vec<Positioned<Directive>>, Violation> {
        let translated = directives.iter().map(|directive| {
            let name = self.name(&directive.name);
            let arguments = self.arguments(&directive.arguments)?;
            Ok(Positioned::new(Directive { name, arguments }, self.places.of(directive.location())))
        });
        translated.collect()
    }

    fn arguments(&self, arguments: &[Node<ast::Argument>]) -> Result<Arguments, Violation> {
        let translated = arguments.iter().map(|argument| {
            let value =
                Positioned::new(self.value(&argument.value)?, self.places.of(argument.value.location()));
            Ok((self.name(&argument.name), value))
        });
        translated.collect()
    }

    fn value(&self, value: &Node<ast::Value>) -> Result<Value, Violation> {
        // serde_json reads numbers as GraphQL writes them, and has none that are infinite.
        let number = |text: &str| {
            text.parse().map(Value::Number).map_err(|_| {
                Violation::parse("A number is too large", Some(self.places.of(value.location())))
            })
        };
        Ok(match value.as_ref() {
            ast::Value::Null => Value::Null,
            ast::Value::Enum(word) => Value::Enum(Name::new(word)),
            ast::Value::Variable(word) => Value::Variable(Name::new(word)),
            ast::Value::String(text) => Value::String(text.clone()),
            ast::Value::Float(float) => number(float.as_str())?,
            ast::Value::Int(int) => number(int.as_str())?,
            ast::Value::Boolean(boolean) => Value::Boolean(*boolean),
            ast::Value::List(items) => {
                Value::List(items.iter().map(|item| self.value(item)).collect::<Result<_, _>>()?)
            }
            ast::Value::Object(fields) => {
                let fields = fields.iter().map(|(word, value)| Ok((Name::new(word), self.value(value)?)));
                Value::Object(fields.collect::<Result<_, Violation>>()?)
            }
        })
    }

    fn type_condition(&self, word: &Word) -> Positioned<TypeCondition> {
        let on = self.name(word);
        Positioned::new(TypeCondition { on: on.clone() }, on.pos)
    }

    fn name(&self, word: &Word) -> Positioned<Name> {
        Positioned::new(Name::new(word), self.places.of(word.location()))
    }
}

fn translated_type(ty: &ast::Type) -> Type {
    let base = match ty {
        ast::Type::Named(word) | ast::Type::NonNullNamed(word) => BaseType::Named(Name::new(word)),
        ast::Type::List(item) | ast::Type::NonNullList(item) => {
            BaseType::List(Box::new(translated_type(item)))
        }
    };
    Type { base, nullable: !ty.is_non_null() }
}
