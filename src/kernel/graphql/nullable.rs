//! Null propagation as the specification says: a nullable field that fails is null, and its siblings survive.

use std::sync::{Arc, Mutex};

use async_graphql::{
    PathSegment, QueryPathNode, QueryPathSegment, Response, ServerError, ServerResult, Value,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute, NextResolve, ResolveInfo},
};

/// Mends async-graphql 8.0.0-rc.5, in which a failing resolver or guard of a nullable field blanks everything up to the
/// nearest optional parent, and every list on the way there puts its own path in place of the error's.
pub struct NullableFields;

impl ExtensionFactory for NullableFields {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Request::default())
    }
}

/// Marks an error that is listed already and only seeks the nearest field that may be null.
struct Listed;

#[derive(Default)]
struct Request {
    errors: Mutex<Vec<ServerError>>,
}

#[async_trait::async_trait]
impl Extension for Request {
    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let mut response = next.run(ctx, operation_name).await;
        response.errors.retain(|error| error.source::<Listed>().is_none());
        response.errors.append(&mut self.errors.lock().expect("nothing panics while it holds the errors"));
        response
    }

    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        let nullable = !info.return_type.ends_with('!');
        let path_node = info.path_node;
        next.run(ctx, info).await.or_else(|mut error| {
            if error.source::<Listed>().is_none() {
                error.path = path(path_node);
                let mut seeking = ServerError::new("", None);
                seeking.source = Some(Arc::new(Listed));
                let failed = std::mem::replace(&mut error, seeking);
                self.errors.lock().expect("nothing panics while it holds the errors").push(failed);
            }
            if !nullable {
                return Err(error);
            }
            Ok(Some(Value::Null))
        })
    }
}

fn path(node: &QueryPathNode<'_>) -> Vec<PathSegment> {
    let nodes = std::iter::once(node).chain(node.parents());
    let mut path: Vec<PathSegment> = nodes
        .map(|node| match node.segment {
            QueryPathSegment::Name(name) => PathSegment::Field(name.to_owned()),
            QueryPathSegment::Index(index) => PathSegment::Index(index),
        })
        .collect();
    path.reverse();
    path
}
