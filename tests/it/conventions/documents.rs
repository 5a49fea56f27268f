//! Documents made up for any field: arguments that fit, and a selection of all there is.

use std::collections::BTreeSet;

use async_graphql::parser::types::{
    BaseType, FieldDefinition, InputValueDefinition, Type, TypeKind, UnionType,
};

use super::schema_walk::{Hop, NOBODYS, SchemaWalk, Way, bears, name_of};

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
    ("OrganizationKind", "SCHOOL"),
    ("Purpose", "TREATMENT"),
    ("SignatureMethod", "PAPER"),
    ("SignerCapacity", "SELF"),
    // Exactly one of several.
    ("ConsentExpiryInput", "{ never: true }"),
    ("ConsentRecipientInput", "{ recipientClass: TREATING_PROVIDERS }"),
    ("PatientSearch", "{ namePrefix: \"Okafor\" }"),
    ("RelatedPersonInput", "{ newPerson: { givenName: \"Ngozi\" } }"),
    // A consent for treatment, payment and operations is complete with both statements alone.
    ("ConsentTermsInput.redisclosureStatement", "true"),
    ("ConsentTermsInput.refusalConsequences", "true"),
    // Lists of a patient within lists of patients would cost more than an operation may.
    ("Patient.consents.first", "2"),
    ("Patient.sharingGrants.first", "2"),
    // A role that ranks as those that it is built upon, and permits nothing by itself.
    ("ChangeRoleInput.rank", "50"),
    ("DefineRoleInput.key", "\"DAY_SHIFT\""),
    ("DefineRoleInput.permissions", "[]"),
    ("DefineRoleInput.rank", "50"),
    // An organization with names of its own.
    ("CreateOrganizationInput.slug", "\"oak\""),
    ("CreateOrganizationInput.timeZone", "\"America/New_York\""),
    // What a partner may be given, until a day to come.
    ("CreateApiKeyInput.expiresAt", "\"2027-06-01T00:00:00Z\""),
    ("CreateApiKeyInput.scopes", "[\"membership.read\"]"),
    ("RotateApiKeyInput.expiresAt", "\"2027-06-01T00:00:00Z\""),
    ("RegisterPartnerClientInput.keySet", KEY_SET),
    ("RegisterPartnerClientInput.scopes", "[\"membership.read\"]"),
    ("ReplacePartnerClientKeysInput.keySet", KEY_SET),
    // Nobody has this address yet.
    ("InviteUserInput.email", "\"newcomer@town.example\""),
    ("InviteGuardianInput.email", "\"guardian@town.example\""),
    // Two letters that are a state, and ages that fit one another.
    ("MinorConsentRuleInput.minimumAge", "12"),
    ("MinorConsentRuleInput.state", "\"IL\""),
    ("SetLocationStateInput.state", "\"IL\""),
    ("SetMinorConsentPolicyInput.ageOfMajority", "18"),
    ("SetOrganizationStateInput.state", "\"IL\""),
    ("StateMajorityInput.age", "19"),
    ("StateMajorityInput.state", "\"NE\""),
    // A provider that would be entered.
    ("CreateIdentityProviderInput.key", "\"oak\""),
    ("CreateIdentityProviderInput.issuer", "\"https://oak.example.org\""),
    ("CreateIdentityProviderInput.clientId", "\"consentry\""),
    // An emergency that is told in full, and an approval that its document carries.
    ("BreakGlassInput.reason", "\"nobody else knows what she takes\""),
    ("EmergencyPatientInput", "{ displayCode: \"7KQM-2XTB\" }"),
    ("ApproveAccessInput.documentKind", "AUDIT_AGREEMENT"),
    ("ApproveAccessInput.purpose", "AUDIT_EVALUATION"),
    ("ApproveAccessInput.validTo", "\"2026-12-01T00:00:00Z\""),
    // Staff revoke with evidence.
    ("RevokeConsentInput.evidence", "{ method: PAPER, reference: \"cabinet 3, folder 12\" }"),
];

/// A set of public keys with one for ES384, as a literal.
const KEY_SET: &str = r#""{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-384\",\"kid\":\"one\",\"x\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"y\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}]}""#;

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
        self.selection(name, depth, &mut expanded, values, &BTreeSet::new())
            .map_or_else(String::new, |selection| format!(" {selection}"))
    }

    /// All fields of a type, in braces; nothing for a leaf. A type that was expanded before, or lies too deep, shows its
    /// leaves alone. Fields named in `taken` are left out.
    fn selection<'w>(
        &'w self,
        name: &'w str,
        depth: usize,
        expanded: &mut BTreeSet<&'w str>,
        values: &Values<'_>,
        taken: &BTreeSet<&str>,
    ) -> Option<String> {
        let parts: Vec<String> = match self.kind(name) {
            TypeKind::Union(union) => {
                let members = union.members.iter().filter_map(|member| {
                    let member = member.node.as_str();
                    let taken = self.taken_before(union, member);
                    let selection = self.selection(member, depth, expanded, values, &taken)?;
                    Some(format!("... on {member} {selection}"))
                });
                std::iter::once("__typename".to_owned()).chain(members).collect()
            }
            TypeKind::Object(object) => {
                let again = depth == 0 || !expanded.insert(name);
                let fields = object.fields.iter().map(|field| &field.node);
                let fields = fields.filter(|field| !taken.contains(field.name.node.as_str()));
                let fields = fields.filter_map(|field| {
                    let target = name_of(&field.ty.node);
                    let leaf = self.objects_behind(target).is_empty();
                    if again && !leaf {
                        return None;
                    }
                    let arguments = self.arguments(name, field, &[], "", values);
                    let selection = if leaf {
                        String::new()
                    } else {
                        format!(" {}", self.selection(target, depth - 1, expanded, values, &BTreeSet::new())?)
                    };
                    Some(format!("{}{arguments}{selection}", field.name.node))
                });
                fields.collect()
            }
            _ => return None,
        };
        (!parts.is_empty()).then(|| format!("{{ {} }}", parts.join(" ")))
    }

    /// The fields of a member of which an earlier member has a namesake of another type: without an alias, a document
    /// cannot ask for both.
    fn taken_before<'w>(&'w self, union: &UnionType, member: &'w str) -> BTreeSet<&'w str> {
        let fields = |name: &str| match self.kind(name) {
            TypeKind::Object(object) => object.fields.iter().map(|field| &field.node).collect(),
            _ => Vec::new(),
        };
        let earlier =
            union.members.iter().map(|member| member.node.as_str()).take_while(|one| *one != member);
        let earlier: Vec<&FieldDefinition> = earlier.flat_map(fields).collect();
        fields(member)
            .into_iter()
            .filter(|field| {
                let namesakes = earlier.iter().filter(|other| other.name.node == field.name.node);
                namesakes.into_iter().any(|other| other.ty.node != field.ty.node)
            })
            .map(|field| field.name.node.as_str())
            .collect()
    }
}

fn example(key: &str) -> Option<String> {
    EXAMPLES.iter().find(|(known, _)| *known == key).map(|(_, literal)| (*literal).to_owned())
}

/// Otherwise a sweep could compare refusals of documents that no schema has.
#[tokio::test]
async fn the_documents_made_up_for_every_field_fit_the_schema() {
    let anonymous = crate::support::Town::new().await.anonymous();
    let walk = SchemaWalk::new();
    let ways = walk.ways(|_| true);
    let values = Values { id: &|_| NOBODYS.to_string(), literal: &no_literal };
    let mut longest = 0;
    let mut asked = 0;
    for (owner, field) in walk.fields() {
        let mut way = ways[owner].clone();
        way.hops.push(Hop { owner: owner.to_owned(), field: field.name.node.to_string(), condition: None });
        let document = walk.document(&way, &[], "", &values);
        let answer = anonymous.ask(&document).await;
        assert!(answer.body.get("data").is_some(), "{document}: {}", answer.body);
        longest = longest.max(way.hops.len());
        asked += 1;
    }
    assert!(asked >= 150 && longest >= 4, "{asked} documents, at most {longest} fields deep");
}
