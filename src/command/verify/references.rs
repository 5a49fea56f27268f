//! Nothing points nowhere: every foreign key is checked again, since whoever switches off triggers passes them by; and
//! so is every id that no foreign key holds.

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::{Failure, Report, Tenant, begin};

/// What an id without a foreign key points to.
enum Target {
    /// A row of one of these tables.
    OneOf(&'static [&'static str]),
    /// Something that another line of `consentry verify` looks at, or that need not be there any more.
    Exempt,
}

/// Ids that no foreign key holds, by table and column; `*` is any table. A column that is not listed is broken, so that a
/// new one is decided.
const LOOSE: &[(&str, &str, Target)] = &[
    // A key would cost a look-up for each row written.
    ("*", "created_by", Target::OneOf(&["users"])),
    ("*", "updated_by", Target::OneOf(&["users"])),
    ("audit_logs", "actor_id", Target::OneOf(&["users"])),
    ("audit_logs", "consent_id", Target::OneOf(&["consents"])),
    (
        "audit_logs",
        "credential_id",
        Target::OneOf(&["sessions", "access_tokens", "api_keys", "identity_providers"]),
    ),
    ("audit_logs", "patient_id", Target::OneOf(&["patients"])),
    ("idempotency_keys", "result_id", Target::OneOf(&["patients", "consents"])),
    // The tenant itself is its outermost organization.
    ("usage_buckets", "principal_id", Target::OneOf(&["users", "organizations"])),
    // The record speaks of whatever there was, also of what is erased, and of ids that were never there.
    ("audit_logs", "target_id", Target::Exempt),
    // The line of the outbox looks at it.
    ("outbox_events", "aggregate_id", Target::Exempt),
];

/// Foreign keys between rows: table, columns, referenced table, referenced columns. That to `tenants` is what each
/// tenant's rows are read by.
const FOREIGN_KEYS: &str = "
    select k.conrelid::regclass::text, k.confrelid::regclass::text,
        array(select attname::text from unnest(k.conkey) with ordinality u (number, place)
            join pg_attribute on attrelid = k.conrelid and attnum = number order by place),
        array(select attname::text from unnest(k.confkey) with ordinality u (number, place)
            join pg_attribute on attrelid = k.confrelid and attnum = number order by place)
    from pg_constraint k
    where k.contype = 'f' and k.conparentid = 0 and k.confrelid <> 'public.tenants'::regclass
        and k.connamespace in ('public'::regnamespace, 'phi'::regnamespace)
    order by 1, 3";

/// Ids of tenant tables that are in no foreign key.
const LOOSE_IDS: &str = "
    select c.oid::regclass::text, a.attname::text
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace in ('public'::regnamespace, 'phi'::regnamespace) and c.relkind in ('r', 'p')
        and not c.relispartition and a.atttypid = 'uuid'::regtype and a.attname not in ('tenant_id', 'id')
        and exists (select from pg_attribute t where t.attrelid = c.oid and t.attname = 'tenant_id')
        and not exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'f' and a.attnum = any(k.conkey))
    order by 1, 2";

pub(super) async fn check(
    connection: &mut PgConnection,
    tenants: &[Tenant],
    report: &mut Report,
) -> Result<(), Failure> {
    let mut transaction = connection.begin().await?;
    let (rules, mut broken) = rules(&mut transaction).await?;
    transaction.commit().await?;
    // In parts: a statement of all rules would be planned for longer than it runs.
    let statements: Vec<String> = rules.chunks(RULES_AT_ONCE).map(first_of_each).collect();
    for tenant in tenants {
        let mut transaction = connection.begin_with(begin(tenant.id)).await?;
        for sql in &statements {
            let found: Vec<(String, String)> = sqlx::query_as(AssertSqlSafe(sql.clone()))
                .bind(tenant.id)
                .persistent(false)
                .fetch_all(&mut *transaction)
                .await?;
            broken.extend(
                found
                    .into_iter()
                    .map(|(row, problem)| format!("tenant {}, {problem}: row {row}", tenant.slug)),
            );
        }
        transaction.commit().await?;
    }
    let more = broken.len().saturating_sub(NAMED);
    broken.truncate(NAMED);
    if more > 0 {
        broken.push(format!("and {more} more"));
    }
    let counted = format_args!("{} rules in {} tenants", rules.len(), tenants.len());
    report.line("references", counted, Some(broken.join("; ")).filter(|broken| !broken.is_empty()))
}

const RULES_AT_ONCE: usize = 20;
/// How many breaks are named, one for each rule and tenant: one row that is gone breaks several.
const NAMED: usize = 20;

fn first_of_each(rules: &[String]) -> String {
    let arms: Vec<String> = rules.iter().map(|rule| format!("({rule} limit 1)")).collect();
    arms.join(" union all ")
}

/// One statement for each reference, made of names of the catalogue and words of ours; and columns that nobody decided.
async fn rules(connection: &mut PgConnection) -> Result<(Vec<String>, Vec<String>), Failure> {
    let mut rules: Vec<String> = super::orphans::RULES.iter().map(super::orphans::statement).collect();
    let foreign: Vec<(String, String, Vec<String>, Vec<String>)> =
        sqlx::query_as(FOREIGN_KEYS).persistent(false).fetch_all(&mut *connection).await?;
    for (table, referenced, columns, keys) in foreign {
        let pairs: Vec<String> =
            columns.iter().zip(&keys).map(|(column, key)| format!("r.{key} = t.{column}")).collect();
        let set: Vec<String> = columns.iter().map(|column| format!("t.{column} is not null")).collect();
        let named = columns.iter().find(|column| *column != "tenant_id").cloned().unwrap_or_default();
        rules.push(format!(
            "select t.id::text as id, '{table}.{named} points to nothing in {referenced}' as problem from {table} t
            where t.tenant_id = $1 and {} and not exists (select from {referenced} r where {})",
            set.join(" and "),
            pairs.join(" and "),
        ));
    }
    let loose: Vec<(String, String)> =
        sqlx::query_as(LOOSE_IDS).persistent(false).fetch_all(connection).await?;
    let mut unknown = Vec::new();
    for (table, column) in loose {
        let listed =
            LOOSE.iter().find(|(tables, name, _)| (*tables == "*" || *tables == table) && *name == column);
        match listed {
            Some((_, _, Target::OneOf(targets))) => {
                let nowhere: String = targets
                    .iter()
                    .map(|target| {
                        format!(
                            " and not exists (
                                select from {target} r where r.tenant_id = t.tenant_id and r.id = t.{column})"
                        )
                    })
                    .collect();
                rules.push(format!(
                    "select t.id::text as id, '{table}.{column} points to nothing in {}' as problem from {table} t
                    where t.tenant_id = $1 and t.{column} is not null{nowhere}",
                    targets.join(" or "),
                ));
            }
            Some((_, _, Target::Exempt)) => {}
            None => unknown.push(format!("this version does not know what {table}.{column} points to")),
        }
    }
    Ok((rules, unknown))
}
