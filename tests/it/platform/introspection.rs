//! To whom the schema is told.

use axum::{body::Body, http::Request};
use consentry::{
    http::router,
    kernel::limit::{Introspection, Policies},
};

use crate::support::{Actor, Answer, Town};

const WHOLE: &str = "{ __schema { types { name } } }";
const ONE: &str = "query { ...Q } fragment Q on Query { __type(name: \"Patient\") { name } }";
const OWN: &str = "{ __typename viewer { __typename } }";

fn told_to(town: &Town, introspection: Introspection) -> axum::Router {
    router(town.app.with_policies(Policies::telling_schema_to(introspection)))
}

async fn file(actor: &Actor, token: Option<&str>) -> Answer {
    let request = Request::get("/schema.graphql");
    let request = match token {
        Some(token) => request.header("authorization", format!("Bearer {token}")),
        None => request,
    };
    actor.deliver(request.body(Body::empty()).expect("a request")).await
}

async fn patient_user(town: &Town) -> Actor {
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    town.tenant.patient_user(patient).await
}

#[tokio::test]
async fn where_staff_alone_may_read_the_schema_others_are_told_the_names_of_their_own_types_alone() {
    let town = Town::new().await;
    let door = told_to(&town, Introspection::Staff);
    let clinician = town.tenant.clinician().await.at(door.clone());
    let others = [town.anonymous().at(door.clone()), patient_user(&town).await.at(door)];

    for document in [WHOLE, ONE] {
        clinician.ask(document).await.ok();
        for other in &others {
            let refused = other.ask(document).await;
            assert_eq!((refused.refused(), refused.status.as_u16()), ("INTROSPECTION_DISABLED", 400));
            assert!(refused.body.get("data").is_none(), "{}", refused.body);
        }
    }
    for other in &others {
        assert_eq!(other.ask(OWN).await.ok()["__typename"], "Query");
    }
}

#[tokio::test]
async fn everybody_or_nobody_reads_the_schema_as_the_operator_says() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await;
    let stranger = town.anonymous();
    for (introspection, told) in [(Introspection::Everyone, true), (Introspection::Nobody, false)] {
        let door = told_to(&town, introspection);
        for actor in [&clinician, &stranger] {
            let answer = actor.at(door.clone()).ask(WHOLE).await;
            assert_eq!(answer.body.get("data").is_some(), told, "{introspection:?}: {}", answer.body);
        }
    }
}

#[tokio::test]
async fn the_schema_is_a_file_for_callers_who_are_signed_in_and_may_read_it() {
    let town = Town::new().await;
    let clinician = town.tenant.clinician().await.at(told_to(&town, Introspection::Staff));
    let patient = patient_user(&town).await;

    let served = file(&clinician, Some(clinician.token())).await;
    assert_eq!(served.status.as_u16(), 200);
    assert_eq!(served.headers["content-type"], "text/plain; charset=utf-8");
    assert_eq!(served.headers["cache-control"], "no-store, private");
    let refused = file(&clinician, Some(patient.token())).await;
    assert_eq!((refused.refused(), refused.status.as_u16()), ("INTROSPECTION_DISABLED", 403));
    let stranger = file(&clinician, None).await;
    assert_eq!((stranger.refused(), stranger.status.as_u16()), ("UNAUTHENTICATED", 401));
    let open = town.anonymous();
    assert_eq!(file(&open, None).await.refused(), "UNAUTHENTICATED", "however open introspection is");
    let attempts = town.platform().count("audit_logs").await;
    assert_eq!(file(&open, Some("no token")).await.refused(), "UNAUTHENTICATED");
    assert_eq!(town.platform().count("audit_logs").await, attempts + 1, "a bad token is recorded here too");
}
