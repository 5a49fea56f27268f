//! What an operation costs at the most, before it is executed.
//!
//! A document is priced once, into a formula that is kept with it: a number, and for each list whose length a variable
//! says, how often what is in it counts. A request costs the formula with its variables, which takes as many steps as
//! there are such lists. A fragment is priced once, however often it is spread; no sum can overflow.
//!
//! The price is that of the most there could be: pages are taken for full, every branch of a union for the one that
//! comes, and what `@skip` or `@include` may leave out as asked for.

#[cfg(test)]
mod tests;
mod weights;

use std::collections::HashMap;

use apollo_compiler::Schema;
use apollo_compiler::ast;
use apollo_compiler::schema::FieldDefinition;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, Field, OperationDefinition, OperationType, Selection,
    SelectionSet,
};
use async_graphql::{Name, Value, Variables};
use async_graphql_value::Value as Written;

use crate::kernel::page::{DEFAULT_SIZE, LARGEST_SIZE, NESTED_SIZE};

/// What the operations of one document cost, and what they ask for that is handled before the execution.
#[derive(Debug, Default)]
pub(super) struct Prices {
    operations: Vec<(Option<Name>, Price)>,
    formulas: Vec<Sum>,
    /// Whether any operation asks what the schema is.
    pub(super) introspects: bool,
    /// Whether any operation asks which features are on.
    pub(super) asks_features: bool,
}

impl Prices {
    /// Prices a document that keeps the limits and is valid on the schema.
    pub(super) fn of(document: &ExecutableDocument, schema: &Schema) -> Self {
        let mut assessor = Assessor { document, schema, fragments: HashMap::new(), prices: Self::default() };
        let operations = match &document.operations {
            DocumentOperations::Single(operation) => vec![(None, assessor.operation(&operation.node))],
            DocumentOperations::Multiple(operations) => operations
                .iter()
                .map(|(name, operation)| (Some(name.clone()), assessor.operation(&operation.node)))
                .collect(),
        };
        Self { operations, ..assessor.prices }
    }

    /// What one operation costs with these values; without a name, the only one of the document.
    pub(super) fn cost(&self, operation: Option<&str>, variables: &Variables) -> u64 {
        let mut named = self.operations.iter();
        let found = match operation {
            Some(wanted) => named.find(|(name, _)| name.as_deref() == Some(wanted)),
            None => named.next(),
        };
        match found.map(|(_, price)| price) {
            None => 0,
            Some(Price::Fixed(cost)) => *cost,
            Some(Price::Formula(place)) => {
                // What a formula is made of stands before it.
                let mut known = Vec::with_capacity(place + 1);
                for formula in &self.formulas[..=*place] {
                    let sum = formula.value(&known, variables);
                    known.push(sum);
                }
                known[*place]
            }
        }
    }
}

/// What a part of a document costs: a number, or a formula by its place.
#[derive(Clone, Copy, Debug)]
enum Price {
    Fixed(u64),
    Formula(usize),
}

/// A number, and parts that count several times.
#[derive(Clone, Debug, Default)]
struct Sum {
    fixed: u64,
    terms: Vec<(Times, Price)>,
}

/// How often something counts.
#[derive(Clone, Debug)]
enum Times {
    Fixed(u64),
    /// As often as a variable says, or as pages have rows when it says nothing.
    Variable(Name, u64),
}

impl Times {
    fn value(&self, variables: &Variables) -> u64 {
        match self {
            Self::Fixed(times) => *times,
            Self::Variable(name, default) => match variables.get(name) {
                Some(Value::Number(first)) => rows(first),
                _ => *default,
            },
        }
    }
}

impl Sum {
    fn fixed(fixed: u64) -> Self {
        Self { fixed, terms: Vec::new() }
    }

    fn add(&mut self, other: Self) {
        self.fixed = self.fixed.saturating_add(other.fixed);
        self.terms.extend(other.terms);
    }

    fn add_times(&mut self, times: Times, price: Price) {
        match (&times, price) {
            (_, Price::Fixed(0)) => {}
            (Times::Fixed(times), Price::Fixed(cost)) => {
                self.fixed = self.fixed.saturating_add(times.saturating_mul(cost));
            }
            _ => self.terms.push((times, price)),
        }
    }

    fn value(&self, known: &[u64], variables: &Variables) -> u64 {
        self.terms.iter().fold(self.fixed, |sum, (times, price)| {
            let each = match price {
                Price::Fixed(cost) => *cost,
                Price::Formula(place) => known[*place],
            };
            sum.saturating_add(times.value(variables).saturating_mul(each))
        })
    }
}

/// How many rows a page of this `first` has at the most. A size that is refused later is taken for one that is not.
fn rows(first: &async_graphql::Number) -> u64 {
    first.as_u64().map_or(1, |first| first.clamp(1, LARGEST_SIZE))
}

/// What a selection set costs: once, and for each row of the page that it selects from.
#[derive(Clone, Debug, Default)]
struct Measure {
    once: Sum,
    each: Sum,
}

struct Assessor<'a> {
    document: &'a ExecutableDocument,
    schema: &'a Schema,
    /// Fragments that were priced: what they cost once, and for each row.
    fragments: HashMap<&'a str, (Price, Price)>,
    prices: Prices,
}

impl<'a> Assessor<'a> {
    fn operation(&mut self, operation: &'a OperationDefinition) -> Price {
        let root = match operation.ty {
            OperationType::Query => ast::OperationType::Query,
            OperationType::Mutation => ast::OperationType::Mutation,
            OperationType::Subscription => ast::OperationType::Subscription,
        };
        let schema = self.schema;
        let Some(root) = schema.root_operation(root) else { return Price::Fixed(0) };
        let mut measure = self.selection_set(&operation.selection_set.node, root);
        // Nothing is free: to find out who asks costs a statement.
        measure.once.add(Sum::fixed(weights::REQUEST));
        self.price(measure.once)
    }

    fn selection_set(&mut self, set: &'a SelectionSet, parent: &str) -> Measure {
        let mut whole = Measure::default();
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => self.field(&field.node, parent, &mut whole),
                Selection::FragmentSpread(spread) => {
                    let (once, each) = self.fragment(&spread.node.fragment_name.node);
                    whole.once.add_times(Times::Fixed(1), once);
                    whole.each.add_times(Times::Fixed(1), each);
                }
                Selection::InlineFragment(inline) => {
                    let condition = inline.node.type_condition.as_ref();
                    let condition = condition.map_or(parent, |condition| condition.node.on.node.as_str());
                    let measure = self.selection_set(&inline.node.selection_set.node, condition);
                    whole.once.add(measure.once);
                    whole.each.add(measure.each);
                }
            }
        }
        whole
    }

    fn fragment(&mut self, name: &str) -> (Price, Price) {
        // A document without its fragments is not valid, and one whose fragments form a cycle keeps no limit.
        let Some((name, fragment)) = self.document.fragments.get_key_value(name) else {
            return (Price::Fixed(0), Price::Fixed(0));
        };
        if let Some(known) = self.fragments.get(name.as_str()) {
            return *known;
        }
        let condition = fragment.node.type_condition.node.on.node.as_str();
        let measure = self.selection_set(&fragment.node.selection_set.node, condition);
        let prices = (self.price(measure.once), self.price(measure.each));
        self.fragments.insert(name.as_str(), prices);
        prices
    }

    fn field(&mut self, field: &'a Field, parent: &str, whole: &mut Measure) {
        let name = field.name.node.as_str();
        if matches!(name, "__schema" | "__type") {
            self.prices.introspects = true;
            // What stands beneath has limits of its own.
            return whole.once.add(Sum::fixed(weights::introspection(name)));
        }
        let schema = self.schema;
        let Ok(definition) = schema.type_field(parent, name) else { return };
        self.prices.asks_features |= weights::asks_features(parent, name);
        let cost = self.cost_of(field, parent, definition);
        if is_connection(parent) && matches!(name, "nodes" | "edges") {
            whole.each.add(cost);
        } else {
            whole.once.add(cost);
        }
    }

    fn cost_of(&mut self, field: &'a Field, parent: &str, definition: &FieldDefinition) -> Sum {
        let target = definition.ty.inner_named_type();
        let mut own = weights::own(self.schema, parent, definition);
        own = field.arguments.iter().fold(own, |own, (argument, value)| {
            own.saturating_add(match &value.node {
                Written::Null => 0,
                _ => weights::argument(&argument.node),
            })
        });
        if field.selection_set.node.items.is_empty() {
            return Sum::fixed(own);
        }
        let Measure { once, each } = self.selection_set(&field.selection_set.node, target);
        let mut sum = once;
        if is_connection(target) {
            let default = if weights::is_root(self.schema, parent) { DEFAULT_SIZE } else { NESTED_SIZE };
            let rows = match field.get_argument("first").map(|first| &first.node) {
                Some(Written::Variable(name)) => Times::Variable(name.clone(), default),
                Some(Written::Number(size)) => Times::Fixed(rows(size)),
                Some(_) => Times::Fixed(default),
                None => Times::Fixed(default),
            };
            let each = self.price(each);
            sum.add(Sum::fixed(own));
            sum.add_times(rows, each);
            return sum;
        }
        sum.add(Sum::fixed(own));
        match weights::items(parent, &definition.name) {
            1 => sum,
            items => {
                let price = self.price(sum);
                let mut all = Sum::default();
                all.add_times(Times::Fixed(items), price);
                all
            }
        }
    }

    /// A sum that nothing is added to any more.
    fn price(&mut self, sum: Sum) -> Price {
        if sum.terms.is_empty() {
            return Price::Fixed(sum.fixed);
        }
        self.prices.formulas.push(sum);
        Price::Formula(self.prices.formulas.len() - 1)
    }
}

fn is_connection(name: &str) -> bool {
    name.ends_with("Connection")
}
