//! The acceptance cases of the consent design, under their numbers.

use chrono::TimeDelta;
use serde_json::json;

use crate::support::{Town, id};

/// Case 1.
#[tokio::test]
async fn a_clinician_on_the_care_team_sees_identity_and_sud_under_an_active_consent_and_is_recorded() {
    let town = Town::with_part2_program().await;
    let clinician = town.tenant.clinician().await;
    let patient = clinician.creates_patient("Amara", "Okafor").await;
    clinician.records_consent(patient, json!({})).await;

    let before = town.tenant.count("audit_logs").await;
    assert_eq!(clinician.sees_identity_of(patient).await, Ok("Amara Okafor".to_owned()));

    assert_eq!(town.tenant.count("audit_logs").await, before + 1, "one look, one row");
    assert_eq!(town.tenant.count("disclosures").await, 0, "a look inside the program is no disclosure");
    let class: Option<String> = town
        .tenant
        .scalar(
            "select data_class::text from audit_logs where patient_id = $1 and action = 'VIEW' and decision = 'PERMIT'",
            patient.uuid(),
        )
        .await;
    assert_eq!(class.as_deref(), Some("SUD"), "in a Part 2 program identity itself is a SUD record");
}
