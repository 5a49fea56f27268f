//! Holds the values of variables against the types that the operation gives them, before anything is executed.

use apollo_compiler::ast::Type;
use apollo_compiler::schema::{ExtendedType, InputObjectType};
use apollo_compiler::{Name, Schema};
use async_graphql::parser::types::{BaseType, OperationDefinition, Type as Written, VariableDefinition};
use async_graphql::{Pos, Positioned, Value, Variables};

use super::validation::is_one_of;
use super::violation::MOST_FAULTS;
use super::{Fault, Violation};

/// The values that the operation is executed with: what was sent, and defaults for what was not. What the operation
/// does not declare is left out.
///
/// Scalars of our own are not looked into: what they mean is their own to say, to the field that takes them.
pub(super) fn coerce(
    schema: &Schema,
    operation: &OperationDefinition,
    mut sent: Variables,
) -> Result<Variables, Violation> {
    let mut values = Variables::default();
    let mut faults = Vec::new();
    for Positioned { pos, node } in &operation.variable_definitions {
        let VariableDefinition { name, var_type, default_value, .. } = node;
        let mut check =
            Check { schema, path: vec![Step::Field(&name.node)], place: *pos, faults: &mut faults };
        let value = match (sent.remove(&name.node), default_value) {
            (Some(value), _) => {
                check.value(&value, &resolved(&var_type.node));
                value
            }
            (None, Some(default)) => default.node.clone(),
            (None, None) => {
                if !var_type.node.nullable {
                    check.fault(&format!("has no value, but its type `{}` needs one", var_type.node));
                }
                continue;
            }
        };
        values.insert(name.node.clone(), value);
    }
    if faults.is_empty() { Ok(values) } else { Err(Violation::invalid(faults)) }
}

/// A type as the validated schema names it.
fn resolved(ty: &Written) -> Type {
    let nullable = match &ty.base {
        // The document is valid, so this is the name of a type.
        BaseType::Named(name) => Type::Named(Name::new_unchecked(name)),
        BaseType::List(item) => Type::List(Box::new(resolved(item))),
    };
    if ty.nullable { nullable } else { nullable.non_null() }
}

/// A step from a variable to a value within it.
enum Step<'a> {
    Field(&'a str),
    Item(usize),
}

struct Check<'a, 'f> {
    schema: &'a Schema,
    path: Vec<Step<'a>>,
    place: Pos,
    faults: &'f mut Vec<Fault>,
}

impl<'a> Check<'a, '_> {
    fn value(&mut self, value: &Value, ty: &Type) {
        if self.faults.len() >= MOST_FAULTS {
            return;
        }
        match (ty, value) {
            (Type::NonNullNamed(_) | Type::NonNullList(_), Value::Null) => {
                self.fault(&format!("is null, but its type `{ty}` needs a value"));
            }
            (_, Value::Null) => {}
            (Type::List(item) | Type::NonNullList(item), Value::List(values)) => {
                for (index, value) in values.iter().enumerate() {
                    self.path.push(Step::Item(index));
                    self.value(value, item);
                    self.path.pop();
                }
            }
            // One value stands for a list of one.
            (Type::List(item) | Type::NonNullList(item), value) => self.value(value, item),
            (Type::Named(name) | Type::NonNullNamed(name), value) => self.named(value, name),
        }
    }

    fn named(&mut self, value: &Value, name: &Name) {
        let schema = self.schema;
        let fits = match schema.types.get(name) {
            Some(ExtendedType::Scalar(_)) => scalar_takes(name, value),
            Some(ExtendedType::Enum(ty)) => {
                matches!(value, Value::String(value) if ty.values.contains_key(value.as_str()))
            }
            Some(ExtendedType::InputObject(ty)) => match value {
                Value::Object(_) => return self.object(value, ty),
                _ => false,
            },
            _ => false,
        };
        if !fits {
            self.fault(&format!("is no `{name}`"));
        }
    }

    fn object(&mut self, value: &Value, ty: &'a InputObjectType) {
        let Value::Object(fields) = value else { return };
        if let Some(unknown) = fields.keys().find(|key| !ty.fields.contains_key(key.as_str())) {
            self.fault(&unknown_field(unknown, ty));
        }
        if is_one_of(ty) && (fields.len() != 1 || fields.values().any(|value| *value == Value::Null)) {
            self.fault(&format!("must give exactly one field of `{}`, and not null", ty.name));
        }
        for (name, field) in &ty.fields {
            match fields.get(name.as_str()) {
                Some(value) => {
                    self.path.push(Step::Field(name));
                    self.value(value, &field.ty);
                    self.path.pop();
                }
                None if field.is_required() => {
                    self.fault(&format!("lacks the field `{name}` of `{}`", ty.name));
                }
                None => {}
            }
        }
    }

    fn fault(&mut self, what: &str) {
        let mut path = String::new();
        for step in &self.path {
            match step {
                Step::Field(name) if path.is_empty() => path.push_str(name),
                Step::Field(name) => path.extend([".", name]),
                Step::Item(index) => path.push_str(&format!("[{index}]")),
            }
        }
        self.faults.push(Fault::new(&format!("variable `${path}` {what}"), Some(self.place)));
    }
}

/// A key that stands where a field is expected is quoted only if it could be one: anything else is the caller's own.
fn unknown_field(key: &str, ty: &InputObjectType) -> String {
    match Name::is_valid_syntax(key) {
        true => format!("has the field `{key}`, which `{}` does not have", ty.name),
        false => format!("has a field that `{}` does not have", ty.name),
    }
}

fn scalar_takes(name: &str, value: &Value) -> bool {
    match name {
        "Int" => {
            matches!(value, Value::Number(number) if number.as_i64().is_some_and(|number| i32::try_from(number).is_ok()))
        }
        "Float" => matches!(value, Value::Number(_)),
        "String" => matches!(value, Value::String(_)),
        "Boolean" => matches!(value, Value::Boolean(_)),
        "ID" => match value {
            Value::String(_) => true,
            Value::Number(number) => !number.is_f64(),
            _ => false,
        },
        _ => true,
    }
}
