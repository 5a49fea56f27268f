//! The built schema as data: its types, the ways to them, and the places for ids.

use std::collections::{BTreeMap, VecDeque};

use async_graphql::parser::{
    parse_schema,
    types::{
        BaseType, ConstDirective, DirectiveDefinition, FieldDefinition, InputValueDefinition, ObjectType,
        Type, TypeDefinition, TypeKind, TypeSystemDefinition,
    },
};

/// What the positions of type `ID` point to whose name does not say it; `patientId` points to a `patient`.
const ID_KINDS: &[(&str, &str)] = &[
    ("AuditLogFilter.actorId", "user"),
    ("ApproveAccessInput.userId", "auditor"),
    // In an emergency, whoever treats people reaches anybody of the tenant.
    ("EmergencyPatientInput.id", "emergencyPatient"),
    ("EndBreakGlassInput.eventId", "breakGlassEvent"),
    ("ReviewBreakGlassInput.eventId", "breakGlassEvent"),
    ("ConsentCoSignerInput.personId", "person"),
    ("ConsentTermsInput.discloserOrganizationId", "organization"),
    ("CreateOrganizationInput.parentOrganizationId", "organization"),
    ("DraftConsentInput.supersedesId", "consent"),
    ("RecordConsentInput.signerPersonId", "person"),
    ("RecordConsentInput.supersedesId", "consent"),
    // What is done to these users must not be done to somebody who acts in the test.
    ("AssignRoleInput.userId", "employee"),
    ("DeactivateUserInput.userId", "employee"),
    ("IssuePasswordResetInput.userId", "employee"),
    ("ReactivateUserInput.userId", "employee"),
    ("ResendInvitationInput.userId", "employee"),
    ("ResetOneTimeCodeInput.userId", "employee"),
    ("RevokeInvitationInput.userId", "employee"),
    ("SuspendUserInput.userId", "employee"),
    ("UnlockUserInput.userId", "employee"),
    ("LocationComparator.eq", "location"),
    ("LocationComparator.in", "location"),
    ("RelatedPersonInput.sameAsRelationshipId", "relationship"),
    ("Query.organization.id", "organization"),
    ("Query.patient.id", "patient"),
    // Nobody is linked with themself, nor twice with anybody.
    ("RelatedPersonInput.patientId", "relative"),
    ("Query.practitioner.id", "practitioner"),
    ("Query.protectedNote.id", "protectedNote"),
    ("Query.role.id", "role"),
    ("Query.user.id", "user"),
];

pub use crate::support::NOBODYS;

/// How often one input type may stand on the way to a position: `and` within a filter, but not within itself twice.
const MOST_NESTING: usize = 2;

/// What an id at this position points to.
pub fn id_kind(position: &str) -> &str {
    if let Some((_, kind)) = ID_KINDS.iter().find(|(known, _)| *known == position) {
        return kind;
    }
    let name = position.rsplit('.').next().unwrap_or_default();
    name.strip_suffix("Id")
        .filter(|kind| !kind.is_empty())
        .unwrap_or_else(|| panic!("`ID_KINDS` has to say what the id at {position} points to"))
}

/// The types of the schema.
pub struct SchemaWalk {
    pub(super) types: BTreeMap<String, TypeDefinition>,
    directives: Vec<DirectiveDefinition>,
}

/// A field on the way, and the member of the union behind it that the way goes on with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    pub owner: String,
    pub field: String,
    pub condition: Option<String>,
}

/// The way from a root to a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    pub operation: &'static str,
    pub hops: Vec<Hop>,
}

/// A place for a value of type `ID`: an argument of a field, or a field of an input object within one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdPosition {
    pub way: Way,
    /// The argument, then the fields within it.
    pub input: Vec<String>,
    /// `Input.field` or `Type.field.argument`.
    pub position: String,
}

impl std::fmt::Display for IdPosition {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let fields: Vec<&str> = self.way.hops.iter().map(|hop| hop.field.as_str()).collect();
        write!(formatter, "{} {}({})", self.way.operation, fields.join("."), self.input.join("."))
    }
}

impl SchemaWalk {
    pub fn new() -> Self {
        let document = parse_schema(consentry::schema::sdl()).expect("the SDL is GraphQL");
        let mut types = BTreeMap::new();
        let mut directives = Vec::new();
        for definition in document.definitions {
            match definition {
                TypeSystemDefinition::Type(definition) => {
                    types.insert(definition.node.name.node.to_string(), definition.node);
                }
                TypeSystemDefinition::Directive(definition) => directives.push(definition.node),
                TypeSystemDefinition::Schema(_) => {}
            }
        }
        assert!(types.len() >= 50, "the schema was read: {} types", types.len());
        Self { types, directives }
    }

    pub fn types(&self) -> impl Iterator<Item = &TypeDefinition> {
        self.types.values()
    }

    pub fn directives(&self) -> &[DirectiveDefinition] {
        &self.directives
    }

    pub(super) fn kind(&self, name: &str) -> &TypeKind {
        self.types.get(name).map_or(&TypeKind::Scalar, |definition| &definition.kind)
    }

    pub(super) fn object(&self, name: &str) -> Option<&ObjectType> {
        match self.kind(name) {
            TypeKind::Object(object) => Some(object),
            _ => None,
        }
    }

    /// Every field of every object type, with the type's name.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &FieldDefinition)> {
        self.types.iter().flat_map(|(name, definition)| {
            let fields = match &definition.kind {
                TypeKind::Object(object) => object.fields.as_slice(),
                _ => &[],
            };
            fields.iter().map(move |field| (name.as_str(), &field.node))
        })
    }

    pub fn field(&self, owner: &str, name: &str) -> &FieldDefinition {
        let field = self
            .object(owner)
            .and_then(|object| object.fields.iter().find(|field| field.node.name.node == name));
        &field.unwrap_or_else(|| panic!("no field {owner}.{name}")).node
    }

    /// The members of a union; nothing for other types.
    pub fn members(&self, name: &str) -> Vec<&str> {
        match self.kind(name) {
            TypeKind::Union(union) => union.members.iter().map(|member| member.node.as_str()).collect(),
            _ => Vec::new(),
        }
    }

    /// The root fields: the operation's keyword, the root type's name and the field.
    pub fn root_fields(&self) -> Vec<(&'static str, &'static str, &FieldDefinition)> {
        let of = |operation, root: &'static str| {
            let fields = self.object(root).map_or(&[][..], |object| &object.fields);
            fields.iter().map(move |field| (operation, root, &field.node)).collect::<Vec<_>>()
        };
        [of("query", "Query"), of("mutation", "Mutation")].concat()
    }

    /// The object types behind a type: itself, or the members of the union.
    pub(super) fn objects_behind<'w>(&'w self, name: &'w str) -> Vec<(&'w str, Option<&'w str>)> {
        match self.kind(name) {
            TypeKind::Object(_) => vec![(name, None)],
            TypeKind::Union(union) => union
                .members
                .iter()
                .map(|member| (member.node.as_str(), Some(member.node.as_str())))
                .collect(),
            _ => Vec::new(),
        }
    }

    /// The shortest way to each object type: the fields from a root, none for the roots. Fields for which `through` is
    /// false are not gone through.
    pub fn ways(&self, through: impl Fn(&FieldDefinition) -> bool) -> BTreeMap<String, Way> {
        let mut ways = BTreeMap::new();
        let mut queue = VecDeque::new();
        for (operation, root) in [("query", "Query"), ("mutation", "Mutation")] {
            ways.insert(root.to_owned(), Way { operation, hops: Vec::new() });
            queue.push_back(root.to_owned());
        }
        while let Some(owner) = queue.pop_front() {
            let way = ways[&owner].clone();
            let fields = self.object(&owner).map_or(&[][..], |object| &object.fields);
            for field in fields.iter().map(|field| &field.node).filter(|field| through(field)) {
                for (target, condition) in self.objects_behind(name_of(&field.ty.node)) {
                    if ways.contains_key(target) {
                        continue;
                    }
                    let mut hops = way.hops.clone();
                    hops.push(Hop {
                        owner: owner.clone(),
                        field: field.name.node.to_string(),
                        condition: condition.map(str::to_owned),
                    });
                    ways.insert(target.to_owned(), Way { operation: way.operation, hops });
                    queue.push_back(target.to_owned());
                }
            }
        }
        ways
    }

    /// Every place for an id, in the arguments of any field of any type.
    pub fn id_positions(&self) -> Vec<IdPosition> {
        let ways = self.ways(|_| true);
        let mut found = Vec::new();
        for (owner, field) in self.fields() {
            let Some(way) = ways.get(owner) else { panic!("no way leads to {owner}") };
            let mut way = way.clone();
            way.hops.push(Hop {
                owner: owner.to_owned(),
                field: field.name.node.to_string(),
                condition: None,
            });
            for argument in &field.arguments {
                let position = format!("{owner}.{}.{}", field.name.node, argument.node.name.node);
                let mut inputs = Vec::new();
                self.ids_within(&argument.node, position, &mut Vec::new(), &mut Vec::new(), &mut inputs);
                found.extend(inputs.into_iter().map(|(input, position)| IdPosition {
                    way: way.clone(),
                    input,
                    position,
                }));
            }
        }
        found
    }

    fn ids_within<'w>(
        &'w self,
        value: &'w InputValueDefinition,
        position: String,
        input: &mut Vec<String>,
        types: &mut Vec<&'w str>,
        found: &mut Vec<(Vec<String>, String)>,
    ) {
        input.push(value.name.node.to_string());
        let name = name_of(&value.ty.node);
        if name == "ID" {
            found.push((input.clone(), position));
        } else if let TypeKind::InputObject(object) = self.kind(name)
            && types.iter().filter(|seen| **seen == name).count() < MOST_NESTING
        {
            types.push(name);
            for field in &object.fields {
                let position = format!("{name}.{}", field.node.name.node);
                self.ids_within(&field.node, position, input, types, found);
            }
            types.pop();
        }
        input.pop();
    }
}

/// The name of a type without lists and exclamation marks.
pub fn name_of(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name.as_str(),
        BaseType::List(item) => name_of(item),
    }
}

/// The argument of a directive, as a text; empty when the directive has no arguments.
pub fn directive(directives: &[async_graphql::Positioned<ConstDirective>], name: &str) -> Option<String> {
    let directive = directives.iter().find(|directive| directive.node.name.node == name)?;
    Some(directive.node.arguments.first().map_or_else(String::new, |(_, value)| match &value.node {
        async_graphql::Value::String(text) => text.clone(),
        other => other.to_string(),
    }))
}

pub fn bears(directives: &[async_graphql::Positioned<ConstDirective>], name: &str) -> bool {
    directive(directives, name).is_some()
}
