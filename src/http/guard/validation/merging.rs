//! What apollo-compiler leaves open of fields that merge into one: it takes lists of different lengths for equal.

use std::collections::{HashMap, HashSet};

use apollo_compiler::ast::{Argument, Value};
use apollo_compiler::executable::{ExecutableDocument, Field, Selection, SelectionSet};
use apollo_compiler::{Name, Node};

use super::super::Fault;
use super::place;

/// The faults of fields that stand for the same entry of the answer with different arguments.
///
/// The schema has no interfaces, so two parent types are either the same or exclude each other. The cost is that
/// of the expanded document, which the guard bounds.
pub(super) fn check(document: &ExecutableDocument) -> Vec<Fault> {
    let mut merging = Merging { document, faults: Vec::new() };
    for operation in document.operations.iter() {
        merging.sets(&[&operation.selection_set]);
    }
    merging.faults
}

struct Merging<'a> {
    document: &'a ExecutableDocument,
    faults: Vec<Fault>,
}

/// Fields by the type they are asked of and the entry of the answer they stand for.
type Entries<'a> = HashMap<(&'a Name, &'a Name), Vec<&'a Node<Field>>>;

impl<'a> Merging<'a> {
    /// Checks selection sets of which the answer holds the union.
    fn sets(&mut self, sets: &[&'a SelectionSet]) {
        let mut entries = Entries::new();
        let mut spread = HashSet::new();
        for set in sets {
            self.collect(set, &mut spread, &mut entries);
        }
        for fields in entries.values() {
            let (first, others) = fields.split_first().expect("an entry has a field");
            if let Some(other) =
                others.iter().find(|other| !same_arguments(&first.arguments, &other.arguments))
            {
                let message = format!(
                    "operation must not provide conflicting field arguments for the same name `{}`",
                    other.response_key()
                );
                self.faults.push(Fault::new(&message, place(self.document, other.location())));
                continue;
            }
            let beneath: Vec<&SelectionSet> = fields
                .iter()
                .map(|field| &field.selection_set)
                .filter(|set| !set.selections.is_empty())
                .collect();
            if !beneath.is_empty() {
                self.sets(&beneath);
            }
        }
    }

    fn collect(&self, set: &'a SelectionSet, spread: &mut HashSet<&'a Name>, entries: &mut Entries<'a>) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    entries.entry((&set.ty, field.response_key())).or_default().push(field);
                }
                Selection::InlineFragment(inline) => self.collect(&inline.selection_set, spread, entries),
                Selection::FragmentSpread(named) => {
                    if let Some(fragment) = self.document.fragments.get(&named.fragment_name)
                        && spread.insert(&named.fragment_name)
                    {
                        self.collect(&fragment.selection_set, spread, entries);
                    }
                }
            }
        }
    }
}

fn same_arguments(left: &[Node<Argument>], right: &[Node<Argument>]) -> bool {
    left.len() == right.len()
        && left.iter().all(|one| {
            right.iter().any(|other| one.name == other.name && same_value(&one.value, &other.value))
        })
}

fn same_value(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::List(left), Value::List(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(one, other)| same_value(one, other))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, value)| {
                    right.iter().any(|(other, against)| name == other && same_value(value, against))
                })
        }
        _ => left == right,
    }
}
