//! Measures what a parsed document becomes with its fragments expanded, visiting each fragment once.

use crate::kernel::error::ErrorCode;
use std::collections::{HashMap, HashSet};

use async_graphql::parser::types::{ExecutableDocument, Field, OperationType, Selection, SelectionSet};

use super::{Limits, Violation};

/// How many items a list of the introspection schema is taken for.
const ITEMS_OF_A_LIST: usize = 10;
/// How many types a schema is taken for.
const TYPES_OF_A_SCHEMA: usize = 100;

/// Refuses a document whose fragments form a cycle or that expands to more than the limits allow.
pub(super) fn check(document: &ExecutableDocument, limits: &Limits) -> Result<(), Violation> {
    let mut ruler = Ruler { document, known: HashMap::with_capacity(document.fragments.len()) };
    let mut selections = 0_usize;
    let mut fragments = 0_usize;
    for (_, operation) in document.operations.iter() {
        let measure = ruler.selection_set(&operation.node.selection_set.node)?;
        // Only one operation is executed, but the validator walks them all.
        selections = selections.saturating_add(measure.selections);
        keep(
            "The document expands to",
            selections,
            limits.selections,
            "selections",
            "Spread fewer fragments.",
        )?;
        keep(
            "The operation has",
            measure.fields,
            limits.root_fields,
            "root fields",
            "Split it into several requests.",
        )?;
        measure.keeps(limits)?;
        fragments = fragments.saturating_add(ruler.fragments_of(&operation.node.selection_set.node));
        keep(
            "The fragments of all operations come to",
            fragments,
            limits.fragments,
            "selections",
            "Send fewer operations at once.",
        )?;
        if operation.node.ty == OperationType::Mutation {
            let mut keys = HashSet::new();
            happens_once(document, &operation.node.selection_set.node, &mut keys, &mut HashSet::new())?;
        }
    }
    // What no operation spreads costs the validator all the same.
    for name in document.fragments.keys() {
        let measure = ruler.fragment(name)?;
        keep(
            "The document expands to",
            measure.selections,
            limits.selections,
            "selections",
            "Spread fewer fragments.",
        )?;
        measure.keeps(limits)?;
    }
    Ok(())
}

/// Root fields of which a mutation may have one, under whatever alias: each holds a core for long, or tries a code.
const ALONE: &[&str] = &[
    "signIn",
    "signInWithCookie",
    "reauthenticate",
    "openShared",
    "openSharedWithCookie",
    "reopenShared",
    "reopenSharedWithCookie",
];

/// Refuses a mutation that selects a field of its root twice under one key. By the specification the two are one; the
/// executor would carry out both. How many selections there are to look at was bounded before.
fn happens_once<'a>(
    document: &'a ExecutableDocument,
    set: &'a SelectionSet,
    keys: &mut HashSet<&'a str>,
    alone: &mut HashSet<&'a str>,
) -> Result<(), Violation> {
    for selection in &set.items {
        let beneath = match &selection.node {
            Selection::Field(field) => {
                let (name, key) = (field.node.name.node.as_str(), field.node.response_key().node.as_str());
                if !keys.insert(key) {
                    return Err(twice("selects each field of its root once", key));
                }
                if ALONE.contains(&name) && !alone.insert(name) {
                    return Err(twice("may have this field once, under whatever alias", name));
                }
                continue;
            }
            Selection::InlineFragment(inline) => &inline.node.selection_set.node,
            Selection::FragmentSpread(spread) => {
                match document.fragments.get(&spread.node.fragment_name.node) {
                    Some(fragment) => &fragment.node.selection_set.node,
                    None => continue,
                }
            }
        };
        happens_once(document, beneath, keys, alone)?;
    }
    Ok(())
}

fn twice(rule: &str, name: &str) -> Violation {
    let message =
        format!("A mutation {rule}, and `{name}` stands there twice. Send two requests, or merge the two.");
    Violation::new(ErrorCode::DocumentLimitExceeded, &message)
}

fn keep(excess: &str, measured: usize, limit: usize, what: &str, remedy: &str) -> Result<(), Violation> {
    if measured > limit { Err(Violation::limit(excess, limit, what, remedy)) } else { Ok(()) }
}

/// What a selection set comes to, fragments expanded.
#[derive(Clone, Copy, Default)]
struct Measure {
    /// Fields and fragments selected, at any depth.
    selections: usize,
    /// Aliases, at any depth.
    aliases: usize,
    /// Fields of the set itself.
    fields: usize,
    /// Levels of fields, those beneath introspection left out.
    depth: usize,
    /// Levels of fields beneath introspection.
    introspection_depth: usize,
    /// What the introspection within the set costs.
    introspection_cost: usize,
    /// Levels of lists beneath introspection.
    introspection_lists: usize,
    /// Aliases beneath introspection.
    introspection_aliases: usize,
    /// How often the whole schema is asked for, at any depth.
    schemas: usize,
    /// Selection sets within each other, those of fragments included.
    levels: usize,
    /// Levels of lists that the set would have as a part of introspection.
    lists: usize,
    /// What the set would cost as a part of introspection.
    cost: usize,
}

impl Measure {
    fn keeps(&self, limits: &Limits) -> Result<(), Violation> {
        keep(
            "The operation has",
            self.aliases,
            limits.aliases,
            "aliases",
            "Split it into several requests.",
        )?;
        keep("The operation nests fields", self.depth, limits.depth, "levels deep", "Ask in two steps.")?;
        keep(
            "The operation nests selections, fragments included,",
            self.levels,
            limits.levels,
            "levels deep",
            "Spread fragments less deep.",
        )?;
        let remedy = "Ask for less of the schema at once.";
        let (depth, cost) = (self.introspection_depth, self.introspection_cost);
        keep("Introspection nests fields", depth, limits.introspection_depth, "levels deep", remedy)?;
        keep("Introspection costs", cost, limits.introspection_cost, "points", remedy)?;
        let lists = self.introspection_lists;
        keep(
            "Introspection nests lists of fields and types",
            lists,
            limits.introspection_lists,
            "levels deep",
            remedy,
        )?;
        keep(
            "Introspection has",
            self.introspection_aliases,
            limits.introspection_aliases,
            "aliases",
            remedy,
        )?;
        keep("The operation asks for `__schema`", self.schemas, limits.schemas, "time", "Ask for it once.")
    }

    fn beside(self, other: Self) -> Self {
        Self {
            selections: self.selections.saturating_add(other.selections),
            aliases: self.aliases.saturating_add(other.aliases),
            fields: self.fields.saturating_add(other.fields),
            depth: self.depth.max(other.depth),
            introspection_depth: self.introspection_depth.max(other.introspection_depth),
            introspection_cost: self.introspection_cost.saturating_add(other.introspection_cost),
            cost: self.cost.saturating_add(other.cost),
            introspection_lists: self.introspection_lists.max(other.introspection_lists),
            introspection_aliases: self.introspection_aliases.saturating_add(other.introspection_aliases),
            schemas: self.schemas.saturating_add(other.schemas),
            levels: self.levels.max(other.levels),
            lists: self.lists.max(other.lists),
        }
    }

    fn spread(self) -> Self {
        Self { selections: self.selections.saturating_add(1), ..self }
    }

    /// The measure of a field that has this beneath it.
    fn beneath(self, field: &Field) -> Self {
        let name = field.name.node.as_str();
        let introspection = matches!(name, "__schema" | "__type");
        Self {
            selections: self.selections.saturating_add(1),
            aliases: self.aliases.saturating_add(usize::from(field.alias.is_some())),
            fields: 1,
            depth: if introspection { 1 } else { self.depth + 1 },
            introspection_depth: if introspection { self.depth + 1 } else { self.introspection_depth },
            introspection_cost: if introspection { self.cost } else { self.introspection_cost },
            cost: self.cost.saturating_mul(items(name)).saturating_add(1),
            introspection_lists: if introspection { self.lists } else { self.introspection_lists },
            introspection_aliases: if introspection { self.aliases } else { self.introspection_aliases },
            schemas: self.schemas.saturating_add(usize::from(name == "__schema")),
            levels: self.levels,
            lists: self.lists + usize::from(leads_back(name)),
        }
    }
}

/// How many items a field of the introspection schema stands for.
fn items(name: &str) -> usize {
    match name {
        "types" => TYPES_OF_A_SCHEMA,
        "fields" | "inputFields" | "args" | "interfaces" | "possibleTypes" | "enumValues" | "directives" => {
            ITEMS_OF_A_LIST
        }
        _ => 1,
    }
}

/// Whether a list of the introspection schema leads from types to types again, so that it can be followed in circles.
fn leads_back(name: &str) -> bool {
    matches!(name, "types" | "fields" | "inputFields" | "interfaces" | "possibleTypes")
}

struct Ruler<'a> {
    document: &'a ExecutableDocument,
    /// A fragment without a measure is one being measured: to meet it again is a cycle.
    known: HashMap<&'a str, Option<Measure>>,
}

impl<'a> Ruler<'a> {
    fn selection_set(&mut self, set: &'a SelectionSet) -> Result<Measure, Violation> {
        let mut whole = Measure::default();
        for selection in &set.items {
            let part = match &selection.node {
                Selection::Field(field) => {
                    self.selection_set(&field.node.selection_set.node)?.beneath(&field.node)
                }
                Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node)?.spread(),
                Selection::InlineFragment(inline) => {
                    self.selection_set(&inline.node.selection_set.node)?.spread()
                }
            };
            whole = whole.beside(part);
        }
        whole.levels += usize::from(!set.items.is_empty());
        Ok(whole)
    }

    /// The selections of all fragments that an operation reaches, each with all that it spreads itself: looking for
    /// cycles, the validator sets out from every one of them.
    fn fragments_of(&self, operation: &'a SelectionSet) -> usize {
        let mut reached = HashSet::new();
        let mut pending = vec![operation];
        let mut sum = 0_usize;
        while let Some(set) = pending.pop() {
            for selection in &set.items {
                match &selection.node {
                    Selection::Field(field) => pending.push(&field.node.selection_set.node),
                    Selection::InlineFragment(inline) => pending.push(&inline.node.selection_set.node),
                    Selection::FragmentSpread(spread) => {
                        let name = spread.node.fragment_name.node.as_str();
                        let Some(fragment) = self.document.fragments.get(name) else { continue };
                        if reached.insert(name) {
                            sum = sum.saturating_add(
                                self.known.get(name).copied().flatten().map_or(0, |one| one.selections),
                            );
                            pending.push(&fragment.node.selection_set.node);
                        }
                    }
                }
            }
        }
        sum
    }

    fn fragment(&mut self, name: &str) -> Result<Measure, Violation> {
        // A fragment that is not defined is the validator's to report.
        let Some((name, fragment)) = self.document.fragments.get_key_value(name) else {
            return Ok(Measure::default());
        };
        match self.known.get(name.as_str()) {
            Some(Some(measure)) => return Ok(*measure),
            Some(None) => {
                return Err(Violation::new(
                    ErrorCode::DocumentLimitExceeded,
                    &format!("The fragment `{name}` spreads itself and would never end. Break the cycle."),
                ));
            }
            None => {}
        }
        self.known.insert(name.as_str(), None);
        let measure = self.selection_set(&fragment.node.selection_set.node)?;
        self.known.insert(name.as_str(), Some(measure));
        Ok(measure)
    }
}
