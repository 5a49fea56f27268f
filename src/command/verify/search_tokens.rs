//! Search tokens are those of the identity that they lead to: nobody is found by what they are not, or missed.

use std::collections::{BTreeMap, BTreeSet};

use entity::DataClass;
use sqlx::{Connection, PgConnection};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{BATCH, Failure, Report, Tally, Tenant, begin, person_keys::PersonKeys};
use crate::kernel::crypto::{CryptoError, Place, SearchTerm, SearchToken, TenantKeys};

const TABLE: &str = "phi.persons";
const COLUMNS: [&str; 5] = ["given_name", "family_name", "email", "phone", "ssn"];
const PEOPLE: &str =
    "select id, array[given_name::bytea, family_name::bytea, email::bytea, phone::bytea, ssn::bytea]
    from phi.persons where tenant_id = $1 and id > $2 order by id limit $3";
const TOKENS: &str = "select person_id, kind::text, token::bytea from phi.person_tokens
    where tenant_id = $1 and person_id = any($2)";

/// Tokens of one kind.
type Tokens = BTreeSet<Vec<u8>>;

pub(super) async fn check(
    connection: &mut PgConnection,
    tenants: &[Tenant],
    report: &mut Report,
) -> Result<(), Failure> {
    let (mut tally, mut count) = (Tally::default(), 0);
    for tenant in tenants {
        let mut after = Uuid::nil();
        loop {
            let mut transaction = connection.begin_with(begin(tenant.id)).await?;
            let people: Vec<(Uuid, Vec<Option<Vec<u8>>>)> = sqlx::query_as(PEOPLE)
                .bind(tenant.id)
                .bind(after)
                .bind(BATCH)
                .persistent(false)
                .fetch_all(&mut *transaction)
                .await?;
            let ids: Vec<Uuid> = people.iter().map(|(id, _)| *id).collect();
            let rows: Vec<(Uuid, String, Vec<u8>)> = sqlx::query_as(TOKENS)
                .bind(tenant.id)
                .bind(&ids)
                .persistent(false)
                .fetch_all(&mut *transaction)
                .await?;
            let keys = PersonKeys::of(&mut transaction, &tenant.keys, &ids).await?;
            transaction.commit().await?;
            let Some(last) = ids.last() else { break };
            after = *last;

            count += rows.len();
            let mut stored: BTreeMap<(Uuid, String), Tokens> = BTreeMap::new();
            for (person_id, kind, token) in rows {
                stored.entry((person_id, kind)).or_default().insert(token);
            }
            for (person_id, sealed) in people {
                // What does not open is named as a sealed value already.
                let Ok(identity) = opened(&keys, tenant.id, person_id, &sealed) else { continue };
                for (kind, acceptable) in expected(&tenant.keys, &identity) {
                    let found = stored.get(&(person_id, kind.to_owned())).unwrap_or(const { &Tokens::new() });
                    let problem = (!acceptable.contains(found)).then(|| {
                        format!(
                            "tenant {}, person {person_id}: the tokens {kind} are not those of the identity",
                            tenant.slug
                        )
                    });
                    tally.count(problem);
                }
            }
        }
    }
    report.line("search tokens", format_args!("{count} tokens"), tally.first_broken)
}

type Identity = [Option<Zeroizing<String>>; COLUMNS.len()];

fn opened(
    keys: &PersonKeys,
    tenant_id: Uuid,
    person_id: Uuid,
    sealed: &[Option<Vec<u8>>],
) -> Result<Identity, CryptoError> {
    let mut identity = Identity::default();
    for ((value, column), sealed) in identity.iter_mut().zip(COLUMNS).zip(sealed) {
        let Some(sealed) = sealed else { continue };
        let place = Place { tenant_id, table: TABLE, column, row_id: person_id };
        let plaintext = keys.open(person_id, DataClass::Directory, &place, sealed)?;
        let text = std::str::from_utf8(&plaintext).map_err(|_| CryptoError::Malformed)?;
        *value = Some(Zeroizing::new(text.to_owned()));
    }
    Ok(identity)
}

/// Of each kind, the sets of tokens that may be stored: tokens are made under the root key of their time, all of a kind
/// at once.
fn expected(
    keys: &TenantKeys,
    [given, family, email, phone, ssn]: &Identity,
) -> [(&'static str, Vec<Tokens>); 4] {
    let text =
        |value: &Option<Zeroizing<String>>| value.as_ref().map_or(String::new(), |text| text.to_string());
    let (given, family) = (Zeroizing::new(text(given)), Zeroizing::new(text(family)));
    let names =
        keys.versions().filter_map(|version| SearchToken::names_at(keys, version, &given, &family).ok());
    let names = names.map(|tokens| tokens.into_iter().map(SearchToken::into_bytes).collect());
    [
        ("NAME_PREFIX", names.collect()),
        ("EMAIL", one(email, |text| SearchTerm::email(keys, text))),
        ("PHONE", one(phone, |text| SearchTerm::phone(keys, text))),
        ("SSN", one(ssn, |text| SearchTerm::ssn(keys, text))),
    ]
}

fn one(
    value: &Option<Zeroizing<String>>,
    term: impl FnOnce(&str) -> Result<SearchTerm, CryptoError>,
) -> Vec<Tokens> {
    match value {
        None => vec![Tokens::new()],
        // An identity that no rule let in has no acceptable token.
        Some(text) => term(text).map_or(Vec::new(), |term| {
            term.any_of.into_iter().map(|token| Tokens::from([token.into_bytes()])).collect()
        }),
    }
}
