//! A field that fails where a test says, and the answer that the specification asks for then.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use async_graphql::{
    PathSegment, QueryPathNode, QueryPathSegment, ServerError, ServerResult,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextResolve, ResolveInfo},
    parser::types::{BaseType, Type},
};
use serde_json::{Value, json};

use crate::conventions::schema_walk::SchemaWalk;

/// What a failure says for itself; nobody but the log may read it.
pub const DETAIL: &str = "the disk of host db-7 is full";

/// Makes the field at one path fail before it does anything.
#[derive(Clone, Default)]
pub struct Failing(Arc<Mutex<Option<Vec<PathSegment>>>>);

impl Failing {
    pub fn at(&self, path: Option<&[PathSegment]>) {
        *self.0.lock().expect("nothing panics while it holds the path") = path.map(<[_]>::to_vec);
    }
}

impl ExtensionFactory for Failing {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(self.clone())
    }
}

#[async_trait::async_trait]
impl Extension for Failing {
    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<async_graphql::Value>> {
        let here = path_of(info.path_node);
        let fails = self.0.lock().expect("nothing panics while it holds the path").as_ref() == Some(&here);
        if fails { Err(ServerError::new(DETAIL, None)) } else { next.run(ctx, info).await }
    }
}

fn path_of(node: &QueryPathNode<'_>) -> Vec<PathSegment> {
    let mut path: Vec<PathSegment> = std::iter::once(node)
        .chain(node.parents())
        .map(|node| match node.segment {
            QueryPathSegment::Name(name) => PathSegment::Field(name.to_owned()),
            QueryPathSegment::Index(index) => PathSegment::Index(index),
        })
        .collect();
    path.reverse();
    path
}

/// A place in an answer.
#[derive(Clone, Debug)]
pub struct Spot {
    pub path: Vec<PathSegment>,
    /// Whether null may stand at each step of the path.
    pub nullable: Vec<bool>,
}

impl Spot {
    fn step(&self, segment: PathSegment, nullable: bool) -> Self {
        let mut next = self.clone();
        next.path.push(segment);
        next.nullable.push(nullable);
        next
    }

    pub fn json_path(&self) -> Value {
        let segments = self.path.iter().map(|segment| match segment {
            PathSegment::Field(name) => json!(name),
            PathSegment::Index(index) => json!(index),
        });
        segments.collect()
    }

    /// The answer as it has to be when this place fails.
    pub fn nulled(&self, data: &Value) -> Value {
        let mut expected = data.clone();
        let Some(last) = self.nullable.iter().rposition(|nullable| *nullable) else { return Value::Null };
        let mut place = &mut expected;
        for segment in &self.path[..=last] {
            place = match segment {
                PathSegment::Field(name) => &mut place[name],
                PathSegment::Index(index) => &mut place[index],
            };
        }
        *place = Value::Null;
        expected
    }
}

/// The first place of each field, and of an item of each list (`Type.field[]`), in an answer.
pub fn spots(walk: &SchemaWalk, root: &str, data: &Value) -> BTreeMap<String, Spot> {
    let mut found = BTreeMap::new();
    in_object(walk, root, data, &Spot { path: Vec::new(), nullable: Vec::new() }, &mut found);
    found
}

fn in_object(walk: &SchemaWalk, owner: &str, data: &Value, spot: &Spot, found: &mut BTreeMap<String, Spot>) {
    for (key, value) in data.as_object().into_iter().flatten().filter(|(key, _)| *key != "__typename") {
        let ty = &walk.field(owner, key).ty.node;
        let spot = spot.step(PathSegment::Field(key.clone()), ty.nullable);
        let name = format!("{owner}.{key}");
        found.entry(name.clone()).or_insert_with(|| spot.clone());
        in_value(walk, &name, ty, value, &spot, found);
    }
}

fn in_value(
    walk: &SchemaWalk,
    name: &str,
    ty: &Type,
    value: &Value,
    spot: &Spot,
    found: &mut BTreeMap<String, Spot>,
) {
    match (&ty.base, value) {
        (_, Value::Null) => {}
        (BaseType::List(item), Value::Array(values)) => {
            for (index, value) in values.iter().enumerate() {
                let spot = spot.step(PathSegment::Index(index), item.nullable);
                found.entry(format!("{name}[]")).or_insert_with(|| spot.clone());
                in_value(walk, name, item, value, &spot, found);
            }
        }
        (BaseType::Named(target), Value::Object(members)) => {
            let owner = members.get("__typename").and_then(Value::as_str).unwrap_or(target.as_str());
            in_object(walk, owner, value, spot, found);
        }
        _ => {}
    }
}
