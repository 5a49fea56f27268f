//! What lies in the vault: ciphertext alone.

use entity::{Id, people::patient};
use serde_json::Value;

use super::{
    enters,
    identity::{entered, identity_of, whole},
    updates, version_of,
};
use crate::support::{NOBODYS, Town};

/// What stands in each sealed column of a patient's person.
async fn sealed(town: &Town, patient: Id<patient::Entity>) -> Vec<Option<Vec<u8>>> {
    let sql = "select coalesce(array_agg(column_name::text order by column_name), '{}') from information_schema.columns
        where table_schema = 'phi' and table_name = 'persons' and udt_name = 'bytea' and $1 is not null";
    let columns: Vec<String> = town.tenant.scalar(sql, NOBODYS).await.expect("columns");
    assert_eq!(columns.len(), 13, "{columns:?}");
    let mut values = Vec::new();
    for column in columns {
        let sql = format!(
            "select {column}::bytea from phi.persons where id = (select person_id from patients where id = $1)"
        );
        values.push(town.tenant.scalar::<Option<Vec<u8>>>(&sql, patient.uuid()).await.expect("a person"));
    }
    values
}

#[tokio::test]
async fn no_plaintext_lies_in_the_vault() {
    let town = Town::new().await;
    let (_, patient) = entered(&town).await;
    let secrets = [
        "Amara",
        "Ngozi",
        "Okafor",
        "Mara",
        "1984",
        "woman",
        "she/her",
        "Igbo",
        "English",
        "4155552671",
        "own.example",
        "6789",
        "Elm Street",
        "Salem",
        "01970",
        "Chidi",
        "brother",
    ];

    for value in sealed(&town, patient).await {
        let value = value.expect("every column is written");
        for secret in secrets {
            let shows =
                value.windows(secret.len()).any(|window| window.eq_ignore_ascii_case(secret.as_bytes()));
            assert!(!shows, "{secret}");
        }
    }
}

#[tokio::test]
async fn equal_values_of_two_people_are_sealed_differently() {
    let town = Town::new().await;
    let (clinician, one) = entered(&town).await;
    let two = enters(&clinician, whole()).await;
    let pairs = sealed(&town, one).await.into_iter().zip(sealed(&town, two).await);
    assert!(pairs.into_iter().all(|(one, two)| one != two));
}

#[tokio::test]
async fn clearing_every_field_leaves_no_ciphertext_and_no_token() {
    let town = Town::new().await;
    let (clinician, patient) = entered(&town).await;
    let cleared: serde_json::Map<String, Value> =
        whole().as_object().expect("an object").keys().map(|name| (name.clone(), Value::Null)).collect();

    updates(&clinician, patient, version_of(&town.tenant, patient).await, Value::Object(cleared)).await.ok();

    assert_eq!(identity_of(&clinician, patient).await["fullName"], Value::Null);
    assert_eq!(town.tenant.count("phi.person_tokens").await, 0);
    assert_eq!(sealed(&town, patient).await.into_iter().flatten().count(), 0);
}
