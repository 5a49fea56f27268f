//! Who may see what, in the schema itself.

use std::borrow::Cow;

use async_graphql::{InputType, InputValueError, InputValueResult, TypeDirective, Value, registry::Registry};
use entity::{DataClass, identity::permission::Permission};

/// The field is protected: it leaves only after a decision, which is recorded; refused, it is `Withheld`.
#[TypeDirective(location = "FieldDefinition")]
pub fn phi(#[graphql(desc = "The least class of the field's values.")] class: DataClass) {}

/// The field needs a permission, else `FORBIDDEN`.
#[TypeDirective(location = "FieldDefinition")]
pub fn requires(
    #[graphql(desc = "The permission's key, or several joined by ` or ` of which one suffices.")]
    permission: RequiredPermission,
) {
}

/// The field needs no permission; callers who are not signed in may ask for it unless its description says otherwise.
#[TypeDirective(location = "FieldDefinition")]
pub fn public() {}

/// The argument of `@requires`: permission keys as text.
pub struct RequiredPermission(String);

impl From<Permission> for RequiredPermission {
    fn from(permission: Permission) -> Self {
        Self(permission.key().to_owned())
    }
}

impl From<&[Permission]> for RequiredPermission {
    fn from(permissions: &[Permission]) -> Self {
        let keys: Vec<&str> = permissions.iter().map(|permission| permission.key()).collect();
        Self(keys.join(" or "))
    }
}

impl InputType for RequiredPermission {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        <String as InputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <String as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        String::parse(value).map(Self).map_err(InputValueError::propagate)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }

    fn as_raw_value(&self) -> Option<&Self::RawValueType> {
        Some(self)
    }
}
