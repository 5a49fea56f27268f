//! Sealed values and search tokens.

use serde_json::json;

use super::{SECRETS, known, meddle, verify};
use crate::support::Town;

#[tokio::test]
async fn a_value_that_was_moved_to_another_person_or_column_is_named_by_its_place() {
    for (change, column) in [
        (
            "update phi.persons p set given_name = o.given_name from phi.persons o
                where o.id <> p.id and p.id = (select person_id from patients where id = '{patient}')",
            "given_name",
        ),
        (
            "update phi.persons set given_name = family_name, family_name = given_name
                where id = (select person_id from patients where id = '{patient}')",
            "given_name",
        ),
        (
            "update phi.persons set ssn = set_byte(ssn, 20, get_byte(ssn, 20) # 1)
                where id = (select person_id from patients where id = '{patient}')",
            "ssn",
        ),
    ] {
        let town = Town::new().await;
        let (clinician, patient) = known(&town).await;
        clinician.creates_patient("Bela", "Nemeth").await;
        meddle(&town, &change.replace("{patient}", &patient.to_string())).await;

        let verdict = verify(&town, &[]).await;

        let sql = "select person_id from patients where id = $1";
        let person: uuid::Uuid = town.tenant.scalar(sql, patient.uuid()).await.expect("a person");
        let problem =
            format!("tenant town, phi.persons.{column} of row {person}: the value does not authenticate");
        verdict.names("sealed values", &problem);
        verdict.keeps(SECRETS);
    }
}

#[tokio::test]
async fn plaintext_where_ciphertext_belongs_is_named_and_not_quoted() {
    let town = Town::new().await;
    known(&town).await;
    let plaintext = "she moved in with her sister in Salem, and wants no calls";
    meddle(&town, &format!("update consents set revocation_reason = convert_to('{plaintext}', 'UTF8')"))
        .await;

    let verdict = verify(&town, &[]).await;

    verdict.names("sealed values", "what stands there is not sealed");
    verdict.names("sealed values", "tenant town, consents.revocation_reason of row ");
    verdict.keeps([plaintext]);
}

#[tokio::test]
async fn a_person_whose_keys_are_gone_is_named() {
    let town = Town::new().await;
    known(&town).await;
    meddle(&town, "delete from encryption_keys where purpose = 'IDENTITY'").await;

    let verdict = verify(&town, &[]).await;

    verdict.names("sealed values", "no key of this version is available");
    verdict.names("references", "the person has no active key for their identity");
}

#[tokio::test]
async fn a_token_that_is_missing_or_leads_to_somebody_else_is_named() {
    let kinds = ["EMAIL", "PHONE", "SSN", "NAME_PREFIX"];
    for kind in kinds {
        let town = Town::new().await;
        known(&town).await;
        meddle(
            &town,
            &format!(
                "delete from phi.person_tokens where id = (select id from phi.person_tokens where kind = '{kind}' limit 1)"
            ),
        )
        .await;
        let problem = format!("the tokens {kind} are not those of the identity");
        verify(&town, &[]).await.names("search tokens", &problem);
    }

    let town = Town::new().await;
    let (clinician, _) = known(&town).await;
    let stranger = clinician.creates_patient("Bela", "Nemeth").await;
    meddle(
        &town,
        &format!(
            "insert into phi.person_tokens (tenant_id, id, person_id, kind, token)
            select t.tenant_id, gen_random_uuid(), p.person_id, t.kind, t.token
            from phi.person_tokens t, patients p where p.id = '{stranger}' and t.kind = 'PHONE'"
        ),
    )
    .await;
    verify(&town, &[]).await.names("search tokens", "the tokens PHONE are not those of the identity");
}

#[tokio::test]
async fn an_identity_that_was_changed_and_cleared_keeps_its_tokens_right() {
    let town = Town::new().await;
    let (clinician, patient) = known(&town).await;
    let change =
        json!({ "givenName": "Ada María", "familyName": null, "phone": null, "email": " ADA@own.example" });
    let version: Option<i32> =
        town.tenant.scalar("select version from patients where id = $1", patient.uuid()).await;
    let input = json!({ "patientId": patient.to_string(), "expectedVersion": version, "identity": change });
    let changed = clinician.mutate("updatePatientIdentity", input, "id").await.ok();
    assert_eq!(changed["updatePatientIdentity"]["userErrors"], json!([]));

    let verdict = verify(&town, &[]).await;

    assert!(verdict.content, "{}", verdict.text);
}

#[tokio::test]
async fn a_secret_of_a_one_time_code_that_was_changed_or_moved_is_named() {
    let town = Town::new().await;
    let (clinician, _) = known(&town).await;
    let keys = town.app.tenant_keys(town.tenant.id).await.expect("keys");
    let row = town.app.ids().next();
    let sealed = keys.seal_secret(&consentry::identity::code_check::place(town.tenant.id, row), &[7; 20]);
    let sealed: String = sealed.expect("it is sealed").iter().map(|byte| format!("{byte:02x}")).collect();
    let insert = format!(
        "insert into one_time_code_secrets (tenant_id, id, user_id, secret)
        values ('{}', '{row}', '{}', decode('{sealed}', 'hex'))",
        town.tenant.id,
        clinician.user()
    );
    assert_eq!(town.tenant.change(&insert).await, 1);
    let verdict = verify(&town, &[]).await;
    assert!(verdict.line("user secrets").ends_with(" 1 secrets"), "{}", verdict.text);

    meddle(&town, "update one_time_code_secrets set secret = set_byte(secret, 20, get_byte(secret, 20) # 1)")
        .await;

    let verdict = verify(&town, &[]).await;
    let problem =
        format!("tenant town, one_time_code_secrets.secret of row {row}: the value does not authenticate");
    verdict.names("user secrets", &problem);
}
