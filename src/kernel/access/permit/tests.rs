//! What a permit opens, and what it does not.

use chrono::DateTime;
use entity::people::person::columns;

use super::*;
use crate::kernel::crypto::{Keyring, LocalKeyProvider};

struct Row<const RECORD: bool> {
    patient_id: Id<patient::Entity>,
    label: Option<DataClass>,
}

impl<const RECORD: bool> Protected for Row<RECORD> {
    const SUBJECT: Subject = if RECORD { Subject::ConsentRecord } else { Subject::Health };

    fn row_id(&self) -> Uuid {
        Uuid::from_u128(4)
    }

    fn patient_id(&self) -> Id<patient::Entity> {
        self.patient_id
    }

    fn label(&self) -> Option<DataClass> {
        self.label
    }
}

const PATIENT: Id<patient::Entity> = Id::new(Uuid::from_u128(3));
const TENANT: Uuid = Uuid::from_u128(1);

/// A permit for a patient whose row is labelled `DIRECTORY`.
async fn permit(class: DataClass, action: Action, subject: Subject) -> Permit {
    let provider = LocalKeyProvider::from_base64(&"q80cWZbSSwk2pEHwnVCzPU8FhGhTHzxWVhqWNtyW8Sc=".into());
    let keyring = Keyring::new(Arc::new(provider.expect("a key")));
    let root = keyring.create_root(TENANT, 1).await.expect("a root key");
    let keys = keyring.load(TENANT, vec![root]).await.expect("keys");
    let facts = PatientFacts {
        patient_id: PATIENT,
        tenant_id: TENANT,
        person_id: Id::new(Uuid::from_u128(5)),
        label: DataClass::Directory,
        location_id: None,
        team: Vec::new(),
        consents: Vec::new(),
        internal_use: false,
        minority: None,
        keys: Vec::new(),
    };
    let ask = Ask { floor: DataClass::Directory, class, action, subject, author: None };
    let grant = Grant { ground: Ground::Relationship, leaves: false };
    Permit::issue(keys, Arc::new(facts), ask, grant, Some(Purpose::Treatment))
}

fn name() -> Gate<columns::GivenName, &'static str> {
    Gate::new("Amara")
}

const fn row<const RECORD: bool>(label: Option<DataClass>) -> Row<RECORD> {
    Row { patient_id: PATIENT, label }
}

#[tokio::test]
async fn a_permit_opens_the_rows_it_was_decided_for() {
    for action in [Action::View, Action::Search] {
        let permit = permit(DataClass::Sud, action, Subject::Health).await;
        for label in [None, Some(DataClass::Directory), Some(DataClass::Sud)] {
            assert_eq!(
                permit.open(&row::<false>(label), &name()).ok(),
                Some("Amara"),
                "{action:?} {label:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_permit_opens_no_other_patient_kind_of_record_or_stricter_label() {
    let of_directory = permit(DataClass::Directory, Action::View, Subject::Health).await;
    let stranger = Row::<false> { patient_id: Id::new(Uuid::from_u128(9)), label: None };
    assert!(of_directory.open(&stranger, &name()).is_err());
    assert!(of_directory.open(&row::<false>(Some(DataClass::Sud)), &name()).is_err(), "a stricter row");
    assert!(of_directory.open(&row::<true>(None), &name()).is_err(), "another kind of record");
    let of_record = permit(DataClass::Sud, Action::View, Subject::ConsentRecord).await;
    assert!(of_record.open(&row::<false>(None), &name()).is_err(), "consents are readable without a consent");
    assert!(of_record.open(&row::<true>(None), &name()).is_ok());
    let de_identified = permit(DataClass::Deidentified, Action::View, Subject::Health).await;
    assert!(de_identified.open(&row::<false>(None), &name()).is_err(), "a stricter column");
}

#[tokio::test]
async fn a_permit_to_write_shows_nothing_and_one_to_look_writes_nothing() {
    let sealed = Sealed::<columns::GivenName>::new(vec![1; 40]);
    let unfit =
        |outcome: Result<()>| matches!(outcome, Err(Error::Internal(text)) if text.contains("does not fit"));
    let write = permit(DataClass::Sud, Action::Write, Subject::Health).await;
    assert!(unfit(write.open(&row::<false>(None), &name()).map(drop)));
    assert!(unfit(write.unseal(&row::<false>(None), Some(&sealed)).map(drop)));
    assert_eq!(write.consult(&row::<false>(None), &name()).ok(), Some("Amara"));
    let look = permit(DataClass::Sud, Action::View, Subject::Health).await;
    assert!(unfit(look.consult(&row::<false>(None), &name()).map(drop)));
    assert!(unfit(look.consult_sealed(&row::<false>(None), Some(&sealed)).map(drop)));
    assert!(unfit(look.seal::<columns::GivenName>(&row::<false>(None), "Amara").map(drop)));
    assert!(!write.names(Id::new(Uuid::from_u128(6)), &nobody(), DateTime::UNIX_EPOCH));
}

fn nobody() -> Principal {
    Principal::in_role(TENANT, "PRACTITIONER")
}
