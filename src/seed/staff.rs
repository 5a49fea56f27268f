//! The users of a demo tenant: one for each role, with a practitioner where the role treats.

use std::collections::BTreeMap;

use entity::{
    Id,
    identity::user,
    people::practitioner::{self, PractitionerKind},
};
use sea_orm::ActiveValue::Set;

use super::{scene::Scene, tenants::DemoTenant};
use crate::{
    identity::{
        role_catalogue::SYSTEM_ROLES,
        user_creation::{CreatedUser, NewAssignment, NewPractitioner, NewUser, create_user},
    },
    kernel::{
        error::{Error, Result},
        write::Write,
    },
};

/// Somebody who treats.
pub(super) struct Practitioner {
    role: &'static str,
    login: &'static str,
    kind: PractitionerKind,
    name: &'static str,
    /// Begins with a digit that no identifier in the registry begins with.
    npi: Option<&'static str>,
    department: &'static str,
    state: &'static str,
    languages: &'static [&'static str],
    supervised: bool,
}

pub(super) const RECOVERY: &[Practitioner] = &[
    Practitioner {
        role: "SUPERVISOR",
        login: "supervisor",
        kind: PractitionerKind::Practitioner,
        name: "Dr. Ingrid Solheim, PhD",
        npi: Some("9000000101"),
        department: "Clinical supervision",
        state: "NY",
        languages: &["en", "no"],
        supervised: false,
    },
    Practitioner {
        role: "PRACTITIONER",
        login: "practitioner",
        kind: PractitionerKind::Practitioner,
        name: "Dana Ruiz, LCSW",
        npi: Some("9000000102"),
        department: "Counseling",
        state: "NY",
        languages: &["en", "es"],
        supervised: true,
    },
    Practitioner {
        role: "PRACTITIONER",
        login: "practitioner-2",
        kind: PractitionerKind::Practitioner,
        name: "Theo Brandt, CASAC",
        npi: Some("9000000103"),
        department: "Counseling",
        state: "NY",
        languages: &["en", "de"],
        supervised: true,
    },
    Practitioner {
        role: "SPECIALIST",
        login: "specialist",
        kind: PractitionerKind::Specialist,
        name: "Renée Toussaint",
        npi: None,
        department: "Call center",
        state: "NY",
        languages: &["en", "fr", "ht"],
        supervised: false,
    },
    Practitioner {
        role: "ASSISTANT",
        login: "assistant",
        kind: PractitionerKind::Assistant,
        name: "Kofi Mensah",
        npi: None,
        department: "Intake",
        state: "NY",
        languages: &["en", "tw"],
        supervised: false,
    },
    Practitioner {
        role: "HOUSE_STAFF",
        login: "house-staff",
        kind: PractitionerKind::Assistant,
        name: "Marcus Bell",
        npi: None,
        department: "Houses",
        state: "NY",
        languages: &["en"],
        supervised: false,
    },
];

pub(super) const CLINICS: &[Practitioner] = &[
    Practitioner {
        role: "SUPERVISOR",
        login: "supervisor",
        kind: PractitionerKind::Practitioner,
        name: "Dr. Haruka Sato, PsyD",
        npi: Some("9000000201"),
        department: "Clinical supervision",
        state: "WA",
        languages: &["en", "ja"],
        supervised: false,
    },
    Practitioner {
        role: "PRACTITIONER",
        login: "practitioner",
        kind: PractitionerKind::Practitioner,
        name: "Priscilla Vance, LMFT",
        npi: Some("9000000202"),
        department: "Child and family therapy",
        state: "WA",
        languages: &["en"],
        supervised: true,
    },
    Practitioner {
        role: "PRACTITIONER",
        login: "practitioner-2",
        kind: PractitionerKind::Practitioner,
        name: "Óscar Benítez, LMHC",
        npi: Some("9000000203"),
        department: "School-based care",
        state: "WA",
        languages: &["es", "en"],
        supervised: true,
    },
    Practitioner {
        role: "SPECIALIST",
        login: "specialist",
        kind: PractitionerKind::Specialist,
        name: "Wren Adeyemi",
        npi: None,
        department: "Call center",
        state: "WA",
        languages: &["en", "yo"],
        supervised: false,
    },
    Practitioner {
        role: "ASSISTANT",
        login: "assistant",
        kind: PractitionerKind::Assistant,
        name: "Lupe Márquez",
        npi: None,
        department: "Referrals and intake",
        state: "WA",
        languages: &["es", "en"],
        supervised: false,
    },
    Practitioner {
        role: "HOUSE_STAFF",
        login: "house-staff",
        kind: PractitionerKind::Assistant,
        name: "Bea Lindgren",
        npi: None,
        department: "Front desk",
        state: "WA",
        languages: &["en", "sv"],
        supervised: false,
    },
];

/// The users of a tenant, by login.
pub(super) struct Staff(BTreeMap<String, CreatedUser>);

impl Staff {
    fn find(&self, login: &str) -> Result<&CreatedUser> {
        self.0.get(login).ok_or_else(|| Error::internal(format_args!("demo data: nobody is called {login}")))
    }

    pub(super) fn user(&self, login: &str) -> Result<Id<user::Entity>> {
        Ok(self.find(login)?.user_id)
    }

    pub(super) fn practitioner(&self, login: &str) -> Result<Id<practitioner::Entity>> {
        let practitioner = self.find(login)?.practitioner_id;
        practitioner.ok_or_else(|| Error::internal(format_args!("demo data: {login} does not treat")))
    }
}

/// Makes the users of all roles but PATIENT, whose users come with the patients.
pub(super) async fn hire(scene: &Scene, tenant: &'static DemoTenant, hash: String) -> Result<Staff> {
    let email = |login: &str| tenant.email(login);
    scene.write_as_operator(|write| Box::pin(create_all(write, tenant.practitioners, email, hash))).await
}

/// Makes a user for each role that does not come with patients, and practitioners for those who treat.
pub(super) async fn create_all(
    write: &Write,
    practitioners: &'static [Practitioner],
    email: impl Fn(&str) -> String + Send + Sync,
    hash: String,
) -> Result<Staff> {
    let user = |login: &str, role, practitioner| NewUser {
        email: email(login),
        password_hash: Some(hash.clone()),
        roles: vec![NewAssignment { role, ..Default::default() }],
        person_id: None,
        practitioner,
    };
    let mut staff = BTreeMap::new();
    let mut supervisor = None;
    for practitioner in practitioners {
        let new = user(practitioner.login, practitioner.role, Some(practitioner.to_be_made()));
        let created = create_user(write, new).await?;
        if practitioner.role == "SUPERVISOR" {
            supervisor = created.practitioner_id;
        }
        if let Some(id) = created.practitioner_id.filter(|_| practitioner.supervised) {
            let change = practitioner::ActiveModel { supervisor_id: Set(supervisor), ..Default::default() };
            write.update(id, None, change).await?;
        }
        staff.insert(practitioner.login.to_owned(), created);
    }
    for role in SYSTEM_ROLES {
        let treats = practitioners.iter().any(|practitioner| practitioner.role == role.key);
        if !treats && role.key != "PATIENT" {
            let login = role.key.to_lowercase().replace('_', "-");
            let created = create_user(write, user(&login, role.key, None)).await?;
            staff.insert(login, created);
        }
    }
    Ok(Staff(staff))
}

impl Practitioner {
    fn to_be_made(&self) -> NewPractitioner {
        NewPractitioner {
            kind: self.kind,
            professional_name: self.name.to_owned(),
            npi: self.npi.map(str::to_owned),
            department: Some(self.department.to_owned()),
            licensed_states: vec![self.state.to_owned()],
            care_languages: self.languages.iter().map(ToString::to_string).collect(),
        }
    }
}
