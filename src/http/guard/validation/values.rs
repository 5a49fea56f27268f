//! What apollo-compiler leaves open of values within a document: inputs of which exactly one field is given,
//! fields given twice, and variables that stand inside of lists and objects.

use std::collections::HashSet;

use apollo_compiler::ast::{Type, Value, VariableDefinition};
use apollo_compiler::executable::{DirectiveList, ExecutableDocument, Selection, SelectionSet};
use apollo_compiler::schema::{ExtendedType, InputObjectType};
use apollo_compiler::{Name, Node, Schema};

use super::super::Fault;
use super::place;

/// The faults of all values, as often as operations reach them.
pub(super) fn check(schema: &Schema, document: &ExecutableDocument) -> Vec<Fault> {
    let mut faults = Vec::new();
    for operation in document.operations.iter() {
        let mut walk = Walk {
            schema,
            document,
            variables: &operation.variables,
            spread: HashSet::new(),
            faults: &mut faults,
        };
        walk.directives(&operation.directives);
        for variable in &operation.variables {
            if let Some(default) = &variable.default_value {
                walk.value(default, &Expected::of(&variable.ty));
            }
        }
        walk.selections(&operation.selection_set);
    }
    faults
}

/// What the place of a value takes.
struct Expected<'a> {
    ty: &'a Type,
    /// Whether the place has a value of its own when none is given.
    defaults: bool,
    /// Whether the place is the one field of an input of which exactly one is given.
    one_of: bool,
}

impl<'a> Expected<'a> {
    fn of(ty: &'a Type) -> Self {
        Self { ty, defaults: false, one_of: false }
    }
}

struct Walk<'a, 'f> {
    schema: &'a Schema,
    document: &'a ExecutableDocument,
    variables: &'a [Node<VariableDefinition>],
    spread: HashSet<&'a Name>,
    faults: &'f mut Vec<Fault>,
}

impl<'a> Walk<'a, '_> {
    fn selections(&mut self, set: &'a SelectionSet) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    self.directives(&field.directives);
                    for argument in &field.arguments {
                        if let Some(definition) = field.definition.argument_by_name(&argument.name) {
                            let defaults = definition.default_value.is_some();
                            let expected = Expected { defaults, ..Expected::of(&definition.ty) };
                            self.value(&argument.value, &expected);
                        }
                    }
                    self.selections(&field.selection_set);
                }
                Selection::InlineFragment(inline) => {
                    self.directives(&inline.directives);
                    self.selections(&inline.selection_set);
                }
                Selection::FragmentSpread(spread) => {
                    self.directives(&spread.directives);
                    let Some(fragment) = self.document.fragments.get(&spread.fragment_name) else { continue };
                    if self.spread.insert(&fragment.name) {
                        self.directives(&fragment.directives);
                        self.selections(&fragment.selection_set);
                    }
                }
            }
        }
    }

    fn directives(&mut self, directives: &DirectiveList) {
        for directive in directives.iter() {
            let Some(definition) = self.schema.directive_definitions.get(&directive.name) else { continue };
            for argument in &directive.arguments {
                if let Some(definition) = definition.argument_by_name(&argument.name) {
                    let defaults = definition.default_value.is_some();
                    self.value(&argument.value, &Expected { defaults, ..Expected::of(&definition.ty) });
                }
            }
        }
    }

    fn value(&mut self, value: &Node<Value>, expected: &Expected<'_>) {
        match value.as_ref() {
            Value::Variable(name) => self.variable(value, name, expected),
            Value::List(items) => {
                let item = Expected::of(expected.ty.item_type());
                for value in items {
                    self.value(value, &item);
                }
            }
            Value::Object(fields) => self.object(value, fields, expected.ty.inner_named_type()),
            _ => {}
        }
    }

    fn object(&mut self, value: &Node<Value>, fields: &[(Name, Node<Value>)], ty: &Name) {
        let mut given = HashSet::new();
        if let Some((twice, value)) = fields.iter().find(|(name, _)| !given.insert(name)) {
            self.fault(value, format!("the input field `{twice}` is given twice"));
        }
        // A scalar of our own takes an object whole; variables within it are its own affair.
        let Some(ExtendedType::InputObject(input)) = self.schema.types.get(ty) else { return };
        let one_of = is_one_of(input);
        if one_of && (fields.len() != 1 || fields[0].1.is_null()) {
            self.fault(value, format!("exactly one field of `{ty}` must be given, and not null"));
        }
        for (name, value) in fields {
            if let Some(field) = input.fields.get(name) {
                let defaults = field.default_value.is_some();
                self.value(value, &Expected { ty: &field.ty, defaults, one_of });
            }
        }
    }

    fn variable(&mut self, value: &Node<Value>, name: &Name, expected: &Expected<'_>) {
        let Some(variable) = self.variables.iter().find(|variable| variable.name == *name) else { return };
        let Expected { ty, defaults, one_of } = *expected;
        let given = &*variable.ty;
        if one_of && !given.is_non_null() {
            self.fault(
                value,
                format!(
                    "variable `${name}` of type `{given}` may be null, but exactly one field must be given"
                ),
            );
            return;
        }
        let replaces_null = defaults || variable.default_value.as_ref().is_some_and(|value| !value.is_null());
        let fits = if replaces_null && ty.is_non_null() && !given.is_non_null() {
            given.is_assignable_to(&ty.clone().nullable())
        } else {
            given.is_assignable_to(ty)
        };
        if !fits {
            self.fault(
                value,
                format!("variable `${name}` of type `{given}` cannot be used where `{ty}` is expected"),
            );
        }
    }

    fn fault(&mut self, value: &Node<Value>, message: String) {
        self.faults.push(Fault::new(&message, place(self.document, value.location())));
    }
}

/// Whether exactly one field of an input must be given.
pub(in crate::http::guard) fn is_one_of(input: &InputObjectType) -> bool {
    input.directives.has("oneOf")
}
