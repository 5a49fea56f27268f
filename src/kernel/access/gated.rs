//! How protected values leave: the value, or why it is withheld.

use std::borrow::Cow;

use async_graphql::{
    ContainerType, Context, ContextSelectionSet, Enum, OutputType, Positioned, ServerResult, SimpleObject,
    UnionType, Value,
    indexmap::IndexSet,
    parser::types::Field,
    registry::{MetaType, MetaTypeId, Registry},
    resolver_utils::{Fields, resolve_container},
};
use entity::{DataClass, identity::permission::Permission};

use super::{DenialReason, Principal};

/// Why a protected value is withheld.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum WithheldReason {
    /// No consent of the patient covers this look (42 CFR 2.31, 2.33; 45 CFR 164.508).
    ConsentRequired,
    /// The consent that covered it has ended (42 CFR 2.31(c)).
    ConsentExpired,
    /// The patient revoked the consent that covered it (42 CFR 2.31(c)).
    ConsentRevoked,
    /// This class of data or this purpose needs a consent of its own (42 CFR 2.31(b), (d); 45 CFR 164.508(a)(2)).
    SeparateConsentRequired,
    /// State the purpose of use in the header `X-Purpose-Of-Use`; one that your role may act for.
    PurposeRequired,
    /// The patient asked for a restriction (42 CFR 2.26, 45 CFR 164.522(a)).
    Restricted,
    /// Your role does not allow it, or you have no relationship to the patient.
    Forbidden,
    /// The only reason that callers outside the program are told (42 CFR 2.13(c)).
    AccessDenied,
}

impl From<DenialReason> for WithheldReason {
    fn from(reason: DenialReason) -> Self {
        match reason {
            DenialReason::ConsentRequired => Self::ConsentRequired,
            DenialReason::ConsentExpired => Self::ConsentExpired,
            DenialReason::ConsentRevoked => Self::ConsentRevoked,
            DenialReason::SeparateConsentRequired => Self::SeparateConsentRequired,
            DenialReason::PurposeRequired => Self::PurposeRequired,
            DenialReason::Restricted => Self::Restricted,
            DenialReason::Forbidden | DenialReason::NotFound | DenialReason::Unauthenticated => {
                Self::Forbidden
            }
        }
    }
}

/// A refusal. It is data, not an error: show the reason instead of the value.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub struct Withheld {
    /// Why it is withheld.
    pub reason: WithheldReason,
    /// The least class of the value that was asked for.
    pub data_class: DataClass,
    /// Whether you may prepare a consent that would allow it (`draftConsent`).
    pub consent_requestable: bool,
    /// Whether you may break the glass in a medical emergency (42 CFR 2.51).
    pub break_glass_available: bool,
}

impl Withheld {
    /// `own` says whether it is the principal's own record. Whoever comes from outside hears one reason alone, and nothing else.
    pub(in crate::kernel) fn new(
        reason: DenialReason,
        floor: DataClass,
        principal: &Principal,
        own: bool,
    ) -> Self {
        let inside = principal.partner.is_none() && (principal.is_workforce() || own);
        let reason = if inside { reason.into() } else { WithheldReason::AccessDenied };
        let mendable = matches!(
            reason,
            WithheldReason::ConsentRequired
                | WithheldReason::ConsentExpired
                | WithheldReason::ConsentRevoked
                | WithheldReason::SeparateConsentRequired
        );
        let gated = matches!(
            floor,
            DataClass::PsychotherapyNote | DataClass::SudCounselingNote | DataClass::MinorConfidential
        );
        let breakable = !gated
            && matches!(
                reason,
                WithheldReason::ConsentRequired
                    | WithheldReason::ConsentExpired
                    | WithheldReason::ConsentRevoked
                    | WithheldReason::Restricted
                    | WithheldReason::Forbidden
            );
        Self {
            reason,
            data_class: floor,
            consent_requestable: mendable && principal.reach(Permission::ConsentManage).is_some(),
            break_glass_available: breakable && principal.reach(Permission::BreakGlassInvoke).is_some(),
        }
    }
}

/// A protected value, or why it is withheld. In the schema: `union XResult = X | Withheld`.
#[derive(Clone, Debug)]
pub enum Gated<T> {
    /// The decision was yes.
    Value(T),
    /// The decision was no.
    Withheld(Withheld),
}

impl<T: ContainerType + Send + Sync> ContainerType for Gated<T> {
    async fn resolve_field(&self, _: &Context<'_>) -> ServerResult<Option<Value>> {
        Ok(None)
    }

    fn collect_all_fields<'a>(
        &'a self,
        ctx: &ContextSelectionSet<'a>,
        fields: &mut Fields<'a>,
    ) -> ServerResult<()> {
        match self {
            Self::Value(value) => value.collect_all_fields(ctx, fields),
            Self::Withheld(withheld) => withheld.collect_all_fields(ctx, fields),
        }
    }
}

impl<T: ContainerType + Send + Sync> OutputType for Gated<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Result", T::type_name()).into()
    }

    fn introspection_type_name(&self) -> Cow<'static, str> {
        match self {
            Self::Value(_) => T::type_name(),
            Self::Withheld(_) => <Withheld as OutputType>::type_name(),
        }
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_output_type::<Self, _>(MetaTypeId::Union, |registry| {
            T::create_type_info(registry);
            <Withheld as OutputType>::create_type_info(registry);
            MetaType::Union {
                name: Self::type_name().into_owned(),
                description: Some(format!(
                    "`{}` when the decision on this look is yes, else `Withheld` with the reason. Every look is recorded.",
                    T::type_name()
                )),
                possible_types: IndexSet::from_iter([
                    T::type_name().into_owned(),
                    <Withheld as OutputType>::type_name().into_owned(),
                ]),
                visible: None,
                inaccessible: false,
                tags: Vec::new(),
                rust_typename: Some(std::any::type_name::<Self>()),
                directive_invocations: Vec::new(),
            }
        })
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        resolve_container(ctx, self).await
    }
}

impl<T: ContainerType + Send + Sync> UnionType for Gated<T> {}
