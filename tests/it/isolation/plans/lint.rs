//! Reads plans: on a table of many rows the tenant must be a condition of the index that is used, and nothing else may keep
//! an index from being used.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sqlx::PgPool;

use crate::support::Plan;

const MANY: f32 = 1_000.0;
const SETTING: &str = "app.tenant_id";

/// Filters that are not leakproof and stand here with the reason why they do no harm: part of the filter, the reason.
const LISTED: &[(&str, &str)] = &[];

/// Comparisons whose functions are leakproof for the types of `LEAKPROOF`.
const COMPARISONS: [&str; 6] = ["=", "<>", "<", ">", "<=", ">="];
/// Words before a parenthesis that are no functions.
const WORDS: [&str; 9] = ["AND", "OR", "NOT", "ANY", "ALL", "IN", "CASE", "WHEN", "SubPlan"];

/// What the lint knows of the schema.
pub struct Lint {
    tables: BTreeSet<String>,
    /// For each table the columns that are compared by functions which can leak.
    leaking_columns: BTreeMap<String, BTreeSet<String>>,
    leaking_functions: BTreeSet<String>,
}

impl Lint {
    /// Reads the catalog.
    pub async fn of(owner: &PgPool) -> Self {
        let tables: Vec<String> =
            sqlx::query_scalar(
                "select relname::text from pg_class
                where relkind = 'r' and reltuples > $1 and relnamespace in ('public'::regnamespace, 'phi'::regnamespace)",
            )
            .bind(MANY)
            .fetch_all(owner)
            .await
            .expect("the catalog is read");
        let columns: Vec<(String, String)> = sqlx::query_as(
            "select c.relname::text, a.attname::text
            from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_type t on t.oid = a.atttypid
            where a.attnum > 0 and c.relkind = 'r' and not exists (
                select from pg_operator o join pg_proc p on p.oid = o.oprcode
                where o.oprname = '=' and p.proleakproof
                    and o.oprleft = case when t.typtype = 'd' then t.typbasetype else t.oid end
                    and o.oprright = o.oprleft)",
        )
        .fetch_all(owner)
        .await
        .expect("the catalog is read");
        let functions: Vec<String> =
            sqlx::query_scalar("select distinct proname::text from pg_proc where not proleakproof")
                .fetch_all(owner)
                .await
                .expect("the catalog is read");
        let mut leaking_columns: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (table, column) in columns {
            leaking_columns.entry(table).or_default().insert(column);
        }
        Self {
            tables: tables.into_iter().collect(),
            leaking_columns,
            leaking_functions: functions.into_iter().collect(),
        }
    }

    /// How many tables have many rows.
    pub fn tables(&self) -> usize {
        self.tables.len()
    }

    /// What is wrong with a plan.
    pub fn breaches(&self, plan: &Plan) -> Vec<String> {
        let scans = plan.nodes().into_iter().filter_map(|node| Some((node, node["Relation Name"].as_str()?)));
        let scans = scans.filter(|(node, table)| {
            // What writes names the table again, above the scan that finds the rows.
            self.tables.contains(*table) && node["Node Type"] != "ModifyTable"
        });
        scans.flat_map(|(node, table)| self.breaches_of(node, table)).collect()
    }

    fn breaches_of(&self, node: &Value, table: &str) -> Vec<String> {
        let filter = node["Filter"].as_str().unwrap_or_default();
        let mut found = Vec::new();
        if node["Node Type"] == "Seq Scan" {
            found.push("a sequential scan".to_owned());
        } else if !index_conditions(node).iter().any(|condition| condition.contains("tenant_id")) {
            found.push("no condition of an index names the tenant".to_owned());
        }
        if filter.contains(SETTING) {
            found.push("the policy is a filter".to_owned());
        }
        if !LISTED.iter().any(|(listed, _)| filter.contains(listed)) {
            found.extend(self.leaks(&filter.replace(SETTING, ""), table));
        }
        found
            .into_iter()
            .map(|breach| format!("{table}: {breach} ({} where {filter})", node["Node Type"]))
            .collect()
    }

    /// What in a filter could tell a row to others than the policy allows, so that it waits until the policy was asked.
    fn leaks(&self, filter: &str, table: &str) -> Vec<String> {
        let mut found = Vec::new();
        if filter.contains("SubPlan") {
            found.push("the filter asks a subquery".to_owned());
        }
        for piece in pieces(filter) {
            match piece {
                Piece::Operator(operator) if !COMPARISONS.contains(&operator) => {
                    found.push(format!("the filter uses {operator}"));
                }
                Piece::Call(name) if self.leaking_functions.contains(name) && !WORDS.contains(&name) => {
                    found.push(format!("the filter calls {name}"));
                }
                Piece::Name(name) if self.leaking_columns.get(table).is_some_and(|it| it.contains(name)) => {
                    found.push(format!("the filter compares {name}, whose type can leak"));
                }
                _ => {}
            }
        }
        found
    }
}

/// The conditions that a scan gives to its indexes.
fn index_conditions(node: &Value) -> Vec<&str> {
    let below = node["Plans"].as_array().into_iter().flatten();
    let below =
        below.filter(|child| child["Node Type"].as_str().is_some_and(|kind| kind.starts_with("Bitmap")));
    let own = node["Index Cond"].as_str().into_iter();
    own.chain(below.flat_map(|child| index_conditions(child))).collect()
}

enum Piece<'f> {
    Operator(&'f str),
    Call(&'f str),
    Name(&'f str),
}

/// The operators, calls and names of an expression as PostgreSQL writes it; constants in quotes are left out.
fn pieces(expression: &str) -> Vec<Piece<'_>> {
    let operator = |c: char| "+-*/<>=~!@#%^&|`?".contains(c);
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut found = Vec::new();
    let mut rest = expression;
    while let Some(first) = rest.chars().next() {
        let length = |accepted: &dyn Fn(char) -> bool| rest.find(|c| !accepted(c)).unwrap_or(rest.len());
        let taken = match first {
            '\'' => rest[1..].find('\'').map_or(rest.len(), |end| end + 2),
            _ if operator(first) => {
                let end = length(&operator);
                found.push(Piece::Operator(&rest[..end]));
                end
            }
            _ if first.is_ascii_alphabetic() || first == '_' => {
                let end = length(&word);
                let piece = if rest[end..].starts_with('(') { Piece::Call } else { Piece::Name };
                found.push(piece(&rest[..end]));
                end
            }
            _ if word(first) => length(&word),
            _ => first.len_utf8(),
        };
        rest = &rest[taken..];
    }
    found
}
