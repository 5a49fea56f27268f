//! Every path from a root of the schema to a protected field: on none of them does anything leave without a decision that
//! says yes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    documents::{Values, no_literal},
    schema_walk::{Hop, NOBODYS, SchemaWalk, Way, bears, id_kind, name_of},
};
use crate::support::Town;

/// Fields on a path at the most, as many as reach every protected field by several ways.
const LONGEST: usize = 6;

impl SchemaWalk {
    /// Every path through the fields of queries to a protected field that passes no type twice and goes through `nodes` rather
    /// than `edges`, which hold the same.
    fn paths_to_protected_fields(&self) -> Vec<Way> {
        let mut found = Vec::new();
        self.follow("Query", &mut vec!["Query"], &mut Vec::new(), &mut found);
        found
    }

    fn follow<'w>(
        &'w self,
        owner: &'w str,
        passed: &mut Vec<&'w str>,
        hops: &mut Vec<Hop>,
        found: &mut Vec<Way>,
    ) {
        let fields = self.object(owner).map_or(&[][..], |object| &object.fields);
        for field in fields.iter().map(|field| &field.node).filter(|field| field.name.node != "edges") {
            let name = field.name.node.to_string();
            hops.push(Hop { owner: owner.to_owned(), field: name, condition: None });
            if bears(&field.directives, "phi") {
                found.push(Way { operation: "query", hops: hops.clone() });
            } else if hops.len() < LONGEST {
                for (target, _) in self.objects_behind(name_of(&field.ty.node)) {
                    if !passed.contains(&target) {
                        passed.push(target);
                        self.follow(target, passed, hops, found);
                        passed.pop();
                    }
                }
            }
            hops.pop();
        }
    }
}

/// What stands at the end of a path, in every branch that lists make of it.
fn ends<'d>(data: &'d Value, hops: &[Hop], found: &mut Vec<&'d Value>) {
    match (data, hops) {
        (Value::Array(items), _) => items.iter().for_each(|item| ends(item, hops, found)),
        (value, []) => found.push(value),
        (value, [hop, rest @ ..]) => ends(&value[&hop.field], rest, found),
    }
}

/// A practitioner on the care team who acts for payment, which the role may not do: every decision is no, whatever the consents
/// say.
#[tokio::test]
async fn no_path_to_a_protected_field_shows_anything_that_the_decision_refuses() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    clinician.records_consent(patient, json!({})).await;
    let mother = json!({ "newPerson": { "givenName": "Ngozi", "familyName": "Okafor" } });
    clinician.links_parent(patient, mother).await;
    assert!(clinician.sees_identity_of(patient).await.is_ok(), "the decision itself says yes");
    town.tenant.tells_emergency_room(&clinician, patient).await;
    let refused = clinician.with_purpose("PAYMENT");
    let ids: BTreeMap<&str, Uuid> = BTreeMap::from([
        ("organization", town.tenant.id),
        ("patient", patient.uuid()),
        ("practitioner", clinician.practitioner().uuid()),
        ("user", clinician.user().uuid()),
    ]);
    let id = |position: &str| ids.get(id_kind(position)).map_or(NOBODYS.to_string(), Uuid::to_string);
    let values = Values { id: &id, literal: &no_literal };

    let walk = SchemaWalk::new();
    let paths = walk.paths_to_protected_fields();
    let fields: BTreeSet<String> = paths
        .iter()
        .filter_map(|path| path.hops.last().map(|hop| format!("{}.{}", hop.owner, hop.field)))
        .collect();
    let protected = walk.fields().filter(|(owner, field)| {
        bears(&field.directives, "phi") && walk.ways(|_| true)[*owner].operation == "query"
    });
    for (owner, field) in protected {
        let path = format!("{owner}.{}", field.name.node);
        assert!(fields.contains(&path), "{path} is reached by a path of at most {LONGEST} fields");
    }
    let mut withheld = BTreeSet::new();
    for path in &paths {
        let document = walk.document(path, &[], "", &values);
        let answer = refused.ask(&document).await;
        let mut found = Vec::new();
        ends(&answer.body["data"], &path.hops, &mut found);
        for value in found.into_iter().filter(|value| !value.is_null()) {
            assert_eq!(value["__typename"], "Withheld", "{document}: {}", answer.body);
            withheld.insert(path.hops.last().map(|hop| format!("{}.{}", hop.owner, hop.field)));
        }
        let body = answer.body.to_string();
        assert!(!body.contains("Amara") && !body.contains("Okafor"), "{document}: {body}");
    }
    assert!(paths.len() >= 10 && withheld.len() >= 4, "{} paths, withheld: {withheld:?}", paths.len());
}
