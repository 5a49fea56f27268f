//! Every attack of the corpus, sent by a stranger and by somebody who may ask for everything.

use std::collections::BTreeSet;

use axum::{body::Body, http::Request};
use consentry::{
    http::guard::Limits,
    identity::user_creation::{NewAssignment, NewPractitioner, NewUser},
};
use serde_json::Value;

use super::attacks::{self, Attack, End};
use crate::{
    conventions::rows::{changed, rows_of},
    support::{Actor, Answer, Town},
};

/// No answer to an attack is longer.
const LONGEST_ANSWER: usize = 65_536;
/// No sentence about an attack is longer: a caller's own text is not sent back to it.
const LONGEST_MESSAGE: usize = 301;

#[tokio::test]
async fn every_attack_ends_as_it_should_and_changes_nothing() {
    let town = Town::new().await;
    let insider = insider(&town).await;
    insider.creates_patient("Amara", "Okafor").await;
    let stranger = town.anonymous();
    let before = rows_of(&town.tenant, &[]).await;

    let mut surprises = Vec::new();
    for attack in attacks::all() {
        let by_insider = insider.deliver(request(&attack, Some(&insider))).await;
        let by_stranger = stranger.deliver(request(&attack, None)).await;
        let mut surprise =
            |who: &str, what: String| surprises.push(format!("{} ({who}): {what}", attack.name));
        if let Err(what) = ends(attack.end, &by_insider) {
            surprise("by an insider", what);
        }
        // What ends before a resolver ends so for everyone; a resolver asks first who somebody is.
        let end = match attack.end {
            End::Failed(_) | End::Answered if code(&by_stranger) == "UNAUTHENTICATED" => {
                End::Failed("UNAUTHENTICATED")
            }
            end => end,
        };
        if let Err(what) = ends(end, &by_stranger) {
            surprise("by a stranger", what);
        }
        let altered = changed(&before, &rows_of(&town.tenant, &[]).await);
        if !altered.is_empty() {
            surprise("by either", format!("changed {altered:?}"));
        }
    }

    assert!(surprises.is_empty(), "{} surprises:\n{}", surprises.len(), surprises.join("\n"));
    assert_eq!(stranger.ask("{__typename}").await.ok()["__typename"], "Query");
}

#[test]
fn every_limit_of_the_guard_is_exceeded_by_an_attack() {
    let Limits {
        body,
        tokens,
        nesting,
        name,
        comments,
        variables_depth,
        variables_nodes,
        aliases,
        root_fields,
        depth,
        selections,
        introspection_depth,
        introspection_aliases,
        schemas,
        levels,
        cost,
        ..
    } = Limits::default();
    let limits = [
        format!("{body}"),
        format!("{tokens} tokens"),
        format!("{nesting} levels"),
        format!("{name} characters"),
        format!("{comments} bytes of comments"),
        format!("{variables_depth} levels"),
        format!("{variables_nodes} values"),
        format!("{aliases} aliases"),
        format!("{root_fields} root fields"),
        format!("{depth} levels"),
        format!("{selections} selections"),
        format!("{introspection_depth} levels"),
        "Introspection costs".to_owned(),
        "lists of fields and types".to_owned(),
        format!("`__schema` more than the limit of {schemas}"),
        format!("limit of {introspection_aliases} aliases"),
        format!("{levels} levels"),
        format!("limit of {cost}"),
    ];
    let told: BTreeSet<&str> = attacks::all()
        .iter()
        .filter_map(|attack| match attack.end {
            End::Refused(_, says) => Some(says),
            _ => None,
        })
        .collect();
    for limit in limits {
        assert!(told.contains(limit.as_str()), "no attack is told of {limit}: {told:?}");
    }
}

#[test]
fn every_attack_has_a_name_of_its_own() {
    let attacks = attacks::all();
    let mut names = BTreeSet::new();
    for attack in &attacks {
        assert!(names.insert(attack.name), "{}", attack.name);
    }
    assert!(attacks.len() >= 150, "{} attacks", attacks.len());
}

/// Somebody in whom every permission meets that an attack could profit from.
async fn insider(town: &Town) -> Actor {
    let roles = ["PRACTITIONER", "ADMIN", "COMPLIANCE"];
    town.tenant
        .user(NewUser {
            roles: roles.map(|role| NewAssignment { role, ..Default::default() }).to_vec(),
            practitioner: Some(NewPractitioner::named("Dana Ruiz, LCSW")),
            ..Default::default()
        })
        .await
}

/// The attack as a request: headers of a client of today, unless the attack brings its own.
fn request(attack: &Attack, insider: Option<&Actor>) -> Request<Body> {
    let mut usual = vec![
        ("content-type", "application/json".to_owned()),
        ("accept", "application/graphql-response+json".to_owned()),
    ];
    usual.extend(insider.map(|insider| ("authorization", format!("Bearer {}", insider.token()))));
    usual.retain(|(name, _)| attack.headers.iter().all(|(other, _)| other != name));
    let mut request = Request::post("/graphql");
    for (name, value) in usual {
        request = request.header(name, value);
    }
    for (name, value) in &attack.headers {
        request = request.header(*name, value.as_slice());
    }
    request.body(Body::from(attack.body.clone())).expect("a request")
}

/// The code of the first error.
fn code(answer: &Answer) -> &str {
    answer.body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
}

fn ends(end: End, answer: &Answer) -> Result<(), String> {
    let errors = answer.body["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    let shown = || format!("{} {:.600}", answer.status, answer.body.to_string());
    let hold = |holds: bool, what: &str| if holds { Ok(()) } else { Err(format!("{what}: {}", shown())) };
    let codes_are =
        |code: &str| !errors.is_empty() && errors.iter().all(|error| error["extensions"]["code"] == code);
    hold(answer.body.to_string().len() < LONGEST_ANSWER, "a long answer")?;
    for error in errors {
        let message = error["message"].as_str().unwrap_or_default();
        hold((1..=LONGEST_MESSAGE).contains(&message.chars().count()), "a message too long or empty")?;
    }
    match end {
        End::Refused(code, says) => {
            hold(codes_are(code), &format!("not {code}"))?;
            hold(answer.body.get("data").is_none(), "data beside a refusal")?;
            let status = match code {
                "UNAUTHENTICATED" => 401,
                "NOT_ACCEPTABLE" => 406,
                "PAYLOAD_TOO_LARGE" => 413,
                "UNSUPPORTED_MEDIA_TYPE" => 415,
                _ => 400,
            };
            hold(answer.status.as_u16() == status, &format!("not {status}"))?;
            let message = errors[0]["message"].as_str().unwrap_or_default();
            hold(message.contains(says), &format!("says nothing of {says:?}"))
        }
        End::Failed(code) => {
            hold(codes_are(code), &format!("not {code}"))?;
            hold(errors.iter().all(|error| error["path"].is_array()), "a failure of no field")?;
            hold(answer.status.as_u16() == 200 && answer.body.get("data").is_some(), "not executed")
        }
        End::Answered => hold(errors.is_empty() && answer.status.as_u16() == 200, "not answered"),
        End::Declined(code) => {
            hold(errors.is_empty() && answer.status.as_u16() == 200, "not answered")?;
            let payloads = answer.body["data"].as_object().into_iter().flatten();
            let declined =
                |payload: &Value| payload["result"].is_null() && payload["userErrors"][0]["code"] == code;
            hold(payloads.map(|(_, payload)| payload).all(declined), &format!("not {code}"))
        }
    }
}
