//! The built schema as data: its types, the ways to them, and arguments and selections made up for any field.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use async_graphql::parser::{
    parse_schema,
    types::{
        BaseType, ConstDirective, DirectiveDefinition, FieldDefinition, InputValueDefinition, ObjectType,
        Type, TypeDefinition, TypeKind, TypeSystemDefinition,
    },
};

/// Values that fit better than made-up ones, as GraphQL literals: by position (`Input.field`, `Type.field.argument`),
/// else by type. Positions named here are stated even where they could be left out.
///
/// With these a mutation comes as far as its rules on rows; a sweep that only meets "the form is incomplete" shows
/// nothing.
const EXAMPLES: &[(&str, &str)] = &[
    // Scalars.
    ("Boolean", "true"),
    ("Date", "\"1990-02-03\""),
    ("DateTime", "\"2026-11-20T09:00:00Z\""),
    ("Float", "1.5"),
    ("Int", "1"),
    ("String", "\"Oak 12\""),
    // Enums of which not every value fits every rule; all others take their first value.
    ("ConsentKind", "TPO"),
    ("DataClass", "GENERAL_PHI"),
    ("Purpose", "TREATMENT"),
    ("SignatureMethod", "PAPER"),
    ("SignerCapacity", "SELF"),
    // Exactly one of several.
    ("ConsentExpiryInput", "{ never: true }"),
    ("ConsentRecipientInput", "{ recipientClass: TREATING_PROVIDERS }"),
    ("PatientSearch", "{ namePrefix: \"Okafor\" }"),
    // A consent for treatment, payment and operations is complete with both statements alone.
    ("ConsentTermsInput.redisclosureStatement", "true"),
    ("ConsentTermsInput.refusalConsequences", "true"),
    // Staff revoke with evidence.
    ("RevokeConsentInput.evidence", "{ method: PAPER, reference: \"cabinet 3, folder 12\" }"),
];

/// What the positions of type `ID` point to whose name does not say it; `patientId` points to a `patient`.
const ID_KINDS: &[(&str, &str)] = &[
    ("AuditLogFilter.actorId", "user"),
    ("LocationComparator.eq", "location"),
    ("LocationComparator.in", "location"),
    ("Query.patient.id", "patient"),
    ("Query.practitioner.id", "practitioner"),
];

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
    types: BTreeMap<String, TypeDefinition>,
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

/// Where made-up arguments take their values from.
pub struct Values<'v> {
    /// The id for a position.
    pub id: &'v (dyn Fn(&str) -> String + Sync),
    /// A literal for a position, before all others; then it is stated even where it could be left out.
    pub literal: &'v (dyn Fn(&str) -> Option<String> + Sync),
}

/// No literal of one's own.
pub const fn no_literal(_: &str) -> Option<String> {
    None
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

    fn kind(&self, name: &str) -> &TypeKind {
        self.types.get(name).map_or(&TypeKind::Scalar, |definition| &definition.kind)
    }

    fn object(&self, name: &str) -> Option<&ObjectType> {
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
    fn objects_behind<'w>(&'w self, name: &'w str) -> Vec<(&'w str, Option<&'w str>)> {
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

    /// A document that goes the way and selects what is behind it; `id` stands at `input`, everything else is made up.
    pub fn document(&self, way: &Way, input: &[String], id: &str, values: &Values<'_>) -> String {
        let mut text = format!("{} {{", way.operation);
        let mut closing = String::from("}");
        let last = way.hops.len() - 1;
        for (place, hop) in way.hops.iter().enumerate() {
            let field = self.field(&hop.owner, &hop.field);
            let target = if place == last { input } else { &[] };
            text += &format!(" {}{}", hop.field, self.arguments(&hop.owner, field, target, id, values));
            if place == last {
                text += &self.selection_of(field, values, 4);
            } else {
                text += " {";
                closing += " }";
            }
            if let Some(condition) = hop.condition.as_ref().filter(|_| place != last) {
                text += &format!(" ... on {condition} {{");
                closing += " }";
            }
        }
        text + " " + &closing
    }

    /// A document that asks one root field for everything, `depth` levels deep.
    pub fn root_document(
        &self,
        operation: &'static str,
        root: &str,
        field: &str,
        values: &Values<'_>,
        depth: usize,
    ) -> String {
        let definition = self.field(root, field);
        let arguments = self.arguments(root, definition, &[], "", values);
        format!("{operation} {{ {field}{arguments}{} }}", self.selection_of(definition, values, depth))
    }

    /// The arguments of a field, in parentheses when there are any.
    fn arguments(
        &self,
        owner: &str,
        field: &FieldDefinition,
        input: &[String],
        id: &str,
        values: &Values<'_>,
    ) -> String {
        let owner = format!("{owner}.{}", field.name.node);
        let values =
            self.members_of(&owner, field.arguments.iter().map(|argument| &argument.node), input, id, values);
        if values.is_empty() { String::new() } else { format!("({values})") }
    }

    fn members_of<'w>(
        &'w self,
        owner: &str,
        members: impl Iterator<Item = &'w InputValueDefinition>,
        input: &[String],
        id: &str,
        values: &Values<'_>,
    ) -> String {
        let stated: Vec<String> = members
            .filter_map(|member| {
                let name = member.name.node.as_str();
                let position = format!("{owner}.{name}");
                let targeted = input.first().is_some_and(|first| first == name);
                let literal = (values.literal)(&position).or_else(|| example(&position));
                let required = !member.ty.node.nullable && member.default_value.is_none();
                let text = match literal {
                    _ if targeted => self.literal(&member.ty.node, &position, &input[1..], id, true, values),
                    Some(literal) => literal,
                    None if required => self.literal(&member.ty.node, &position, &[], id, false, values),
                    None => return None,
                };
                Some(format!("{name}: {text}"))
            })
            .collect();
        stated.join(", ")
    }

    fn literal(
        &self,
        ty: &Type,
        position: &str,
        input: &[String],
        id: &str,
        targeted: bool,
        values: &Values<'_>,
    ) -> String {
        let name = match &ty.base {
            BaseType::List(item) => {
                return format!("[{}]", self.literal(item, position, input, id, targeted, values));
            }
            BaseType::Named(name) => name.as_str(),
        };
        if name == "ID" {
            return if targeted { format!("\"{id}\"") } else { format!("\"{}\"", (values.id)(position)) };
        }
        if let Some(example) = example(name).filter(|_| !targeted) {
            return example;
        }
        match self.kind(name) {
            TypeKind::Enum(values) => {
                values.values.first().map_or_else(String::new, |value| value.node.value.node.to_string())
            }
            TypeKind::InputObject(object) => {
                let one_of = bears(&self.types[name].directives, "oneOf");
                assert!(!one_of || targeted, "`EXAMPLES` has to choose one of {name}");
                let members = object.fields.iter().map(|field| &field.node);
                let members = members.filter(|field| {
                    !one_of || input.first().is_some_and(|first| field.name.node == first.as_str())
                });
                format!("{{ {} }}", self.members_of(name, members, input, id, values))
            }
            _ => panic!("`EXAMPLES` needs a value of type {name}, for {position}"),
        }
    }

    fn selection_of(&self, field: &FieldDefinition, values: &Values<'_>, depth: usize) -> String {
        let mut expanded = BTreeSet::new();
        let name = name_of(&field.ty.node);
        self.selection(name, depth, &mut expanded, values)
            .map_or_else(String::new, |selection| format!(" {selection}"))
    }

    /// All fields of a type, in braces; nothing for a leaf. A type that was expanded before, or lies too deep, shows its
    /// leaves alone.
    fn selection<'w>(
        &'w self,
        name: &'w str,
        depth: usize,
        expanded: &mut BTreeSet<&'w str>,
        values: &Values<'_>,
    ) -> Option<String> {
        let parts: Vec<String> = match self.kind(name) {
            TypeKind::Union(union) => {
                let members = union.members.iter().filter_map(|member| {
                    let member = member.node.as_str();
                    let selection = self.selection(member, depth, expanded, values)?;
                    Some(format!("... on {member} {selection}"))
                });
                std::iter::once("__typename".to_owned()).chain(members).collect()
            }
            TypeKind::Object(object) => {
                let again = depth == 0 || !expanded.insert(name);
                let fields = object.fields.iter().filter_map(|field| {
                    let field = &field.node;
                    let target = name_of(&field.ty.node);
                    let leaf = self.objects_behind(target).is_empty();
                    if again && !leaf {
                        return None;
                    }
                    let arguments = self.arguments(name, field, &[], "", values);
                    let selection = if leaf {
                        String::new()
                    } else {
                        format!(" {}", self.selection(target, depth - 1, expanded, values)?)
                    };
                    Some(format!("{}{arguments}{selection}", field.name.node))
                });
                fields.collect()
            }
            _ => return None,
        };
        (!parts.is_empty()).then(|| format!("{{ {} }}", parts.join(" ")))
    }
}

fn example(key: &str) -> Option<String> {
    EXAMPLES.iter().find(|(known, _)| *known == key).map(|(_, literal)| (*literal).to_owned())
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
