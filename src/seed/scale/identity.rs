//! Who a scale patient is. Names come from lists, so that a search finds some and not all; phone numbers are of the range
//! kept for fiction, mail goes to example.org, and nobody has a social security number of this kind.

use entity::{
    Id, ProtectedColumn, Sealed,
    people::{
        person,
        person_token::{self, PersonTokenKind},
    },
};
use sea_orm::{ActiveEnum, ActiveValue::Set};
use uuid::Uuid;

use crate::{
    kernel::{
        crypto::{DataKey, Place, SearchToken, TenantKeys, normalise_phone, normalise_ssn, seal},
        error::{Error, Result},
    },
    people::patient_identity::{EmergencyContact, PostalAddress},
};

/// Who somebody is, before it is sealed.
pub(super) struct Identity {
    given_name: String,
    middle_name: Option<String>,
    family_name: String,
    birth_date: String,
    pronouns: Option<&'static str>,
    languages: &'static [&'static str],
    phone: String,
    email: String,
    ssn: Option<String>,
    address: PostalAddress,
    emergency_contact: EmergencyContact,
}

impl Identity {
    /// The identity of the patient of this number: the same in every run.
    pub(super) fn of(number: u64) -> Self {
        let dice = Dice(number);
        let given_name = dice.pick(1, GIVEN_NAMES);
        let family_name = match dice.roll(2, 8) {
            0 => format!("{}-{}", dice.pick(3, FAMILY_NAMES), dice.pick(4, FAMILY_NAMES)),
            _ => (*dice.pick(3, FAMILY_NAMES)).to_owned(),
        };
        let (city, state, area, zip) = dice.pick(5, CITIES);
        let phone = |die| format!("({area}) 555-01{:02}", dice.roll(die, 100));
        Self {
            given_name: (*given_name).to_owned(),
            middle_name: (dice.roll(6, 4) == 0).then(|| (*dice.pick(7, GIVEN_NAMES)).to_owned()),
            birth_date: format!(
                "{}-{:02}-{:02}",
                1940 + dice.roll(8, 70),
                1 + dice.roll(9, 12),
                1 + dice.roll(10, 28)
            ),
            pronouns: *dice.pick(11, &[None, None, Some("she/her"), Some("he/him"), Some("they/them")]),
            languages: *dice.pick(12, LANGUAGES),
            phone: phone(13),
            email: format!("patient.{number}@example.org"),
            // Group 99 of an area that was given out to nobody.
            ssn: (dice.roll(14, 5) == 0)
                .then(|| format!("{}-99-{:04}", 734 + dice.roll(15, 16), 1 + number % 9_999)),
            address: PostalAddress {
                line1: format!("{} {}", 1 + dice.roll(16, 999), dice.pick(17, STREETS)),
                line2: None,
                city: (*city).to_owned(),
                state: (*state).to_owned(),
                postal_code: format!("{zip}{:02}", dice.roll(18, 100)),
            },
            emergency_contact: EmergencyContact {
                name: format!("{} {family_name}", dice.pick(19, GIVEN_NAMES)),
                phone: phone(20),
                relationship: Some((*dice.pick(21, RELATIONSHIPS)).to_owned()),
            },
            family_name,
        }
    }

    /// The row of the vault, each value sealed for its place under the person's key.
    pub(super) fn seal(
        &self,
        tenant_id: Uuid,
        id: Id<person::Entity>,
        key: &DataKey,
    ) -> Result<person::ActiveModel> {
        let vault = Vault { tenant_id, row_id: id.uuid(), key };
        Ok(person::ActiveModel {
            given_name: Set(vault.sealed(Some(&self.given_name))?),
            middle_name: Set(vault.sealed(self.middle_name.as_deref())?),
            family_name: Set(vault.sealed(Some(&self.family_name))?),
            birth_date: Set(vault.sealed(Some(&self.birth_date))?),
            pronouns: Set(vault.sealed(self.pronouns)?),
            languages: Set(vault.sealed(Some(&json(self.languages)?))?),
            phone: Set(vault.sealed(Some(&normalise_phone(&self.phone)?))?),
            email: Set(vault.sealed(Some(&self.email))?),
            address: Set(vault.sealed(Some(&json(&self.address)?))?),
            ssn: Set(vault.sealed(self.ssn.as_deref().map(normalise_ssn).transpose()?.as_deref())?),
            emergency_contact: Set(vault.sealed(Some(&json(&self.emergency_contact)?))?),
            ..unknown(id)
        })
    }

    /// The tokens by which the person is found.
    pub(super) fn tokens(
        &self,
        keys: &TenantKeys,
        id: Id<person::Entity>,
        mut next_id: impl FnMut() -> Uuid,
    ) -> Result<Vec<person_token::ActiveModel>> {
        let mut tokens = SearchToken::names(keys, &self.given_name, &self.family_name);
        tokens.push(SearchToken::email(keys, &self.email)?);
        tokens.push(SearchToken::phone(keys, &self.phone)?);
        if let Some(ssn) = &self.ssn {
            tokens.push(SearchToken::ssn(keys, ssn)?);
        }
        let rows = tokens.into_iter().map(|token| {
            Ok(person_token::ActiveModel {
                id: Set(Id::new(next_id())),
                person_id: Set(id),
                kind: Set(PersonTokenKind::try_from_value(&token.kind().as_str().to_owned())?),
                token: Set(token.into_bytes()),
                ..Default::default()
            })
        });
        rows.collect()
    }
}

/// A person of whom nothing is known, with the columns of one of whom everything is.
pub(super) fn unknown(id: Id<person::Entity>) -> person::ActiveModel {
    person::ActiveModel {
        id: Set(id),
        given_name: Set(None),
        middle_name: Set(None),
        family_name: Set(None),
        birth_date: Set(None),
        pronouns: Set(None),
        languages: Set(None),
        phone: Set(None),
        email: Set(None),
        address: Set(None),
        ssn: Set(None),
        emergency_contact: Set(None),
        ..Default::default()
    }
}

struct Vault<'k> {
    tenant_id: Uuid,
    row_id: Uuid,
    key: &'k DataKey,
}

impl Vault<'_> {
    fn sealed<K: ProtectedColumn>(&self, plaintext: Option<&str>) -> Result<Option<Sealed<K>>> {
        let Some(plaintext) = plaintext else { return Ok(None) };
        let place =
            Place { tenant_id: self.tenant_id, table: K::TABLE, column: K::COLUMN, row_id: self.row_id };
        Ok(Some(Sealed::new(seal(self.key, &place, plaintext.as_bytes())?)))
    }
}

fn json(value: &(impl serde::Serialize + ?Sized)) -> Result<String> {
    serde_json::to_string(value).map_err(Error::internal)
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    /// From 0 to `sides`, exclusively. Each die of a patient falls by itself.
    fn roll(&self, die: u64, sides: u64) -> u64 {
        // The finalizer of SplitMix64.
        let mut mixed = self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(die << 56 | die);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }

    fn pick<T>(&self, die: u64, list: &'static [T]) -> &'static T {
        let place = usize::try_from(self.roll(die, list.len() as u64)).unwrap_or_default();
        &list[place]
    }
}

const GIVEN_NAMES: &[&str] = &[
    "Aaliyah",
    "Abena",
    "Adrian",
    "Aiko",
    "Alejandra",
    "Amara",
    "Amir",
    "Andrzej",
    "Anaïs",
    "Anton",
    "Beatriz",
    "Bao",
    "Bilal",
    "Brigid",
    "Caleb",
    "Camila",
    "Chidi",
    "Chloé",
    "Dariusz",
    "Deborah",
    "Diego",
    "Dmitri",
    "Ebony",
    "Elena",
    "Elijah",
    "Esperanza",
    "Fatima",
    "Felix",
    "Fiona",
    "Gabriel",
    "Genevieve",
    "Giulia",
    "Hakim",
    "Hannah",
    "Haruto",
    "Henrik",
    "Imani",
    "Ines",
    "Ivan",
    "Jamal",
    "Jasmine",
    "Joaquín",
    "Josephine",
    "Kai",
    "Katarzyna",
    "Keisha",
    "Kenji",
    "Lakshmi",
    "Latoya",
    "Leilani",
    "Liam",
    "Lucía",
    "Malik",
    "Marisol",
    "Mateo",
    "Mei",
    "Miriam",
    "Mohammed",
    "Nadia",
    "Naomi",
    "Niamh",
    "Nikolai",
    "Olivia",
    "Omar",
    "Oscar",
    "Paloma",
    "Patrick",
    "Priya",
    "Quentin",
    "Rafael",
    "Rania",
    "Renée",
    "Rosa",
    "Ruth",
    "Samuel",
    "Sanjay",
    "Saoirse",
    "Simone",
    "Sofía",
    "Soren",
    "Tamika",
    "Tariq",
    "Thandiwe",
    "Theresa",
    "Tomás",
    "Uma",
    "Valentina",
    "Viktor",
    "Wanda",
    "William",
    "Xiomara",
    "Yara",
    "Yusuf",
    "Zachary",
    "Zoë",
    "Zuzana",
];

const FAMILY_NAMES: &[&str] = &[
    "Abadi",
    "Adeyemi",
    "Aguilar",
    "Andersson",
    "Asante",
    "Baptiste",
    "Bauer",
    "Begay",
    "Benally",
    "Bennett",
    "Bianchi",
    "Castillo",
    "Chavez",
    "Chen",
    "Cohen",
    "Cooper",
    "Costa",
    "Dąbrowski",
    "Davies",
    "Delgado",
    "Desai",
    "Diallo",
    "Dubois",
    "Eriksen",
    "Espinoza",
    "Fernandes",
    "Fischer",
    "Flores",
    "Foster",
    "Garcia",
    "Gonzalez",
    "Greene",
    "Gupta",
    "Haddad",
    "Hansen",
    "Hernandez",
    "Hoang",
    "Ibrahim",
    "Ivanova",
    "Jackson",
    "Jensen",
    "Johnson",
    "Kamau",
    "Kaplan",
    "Kelly",
    "Khan",
    "Kim",
    "Kowalski",
    "Larsen",
    "Lefebvre",
    "Lopez",
    "MacDonald",
    "Marchetti",
    "Martinez",
    "Mbeki",
    "Mendoza",
    "Moreau",
    "Morgan",
    "Nakamura",
    "Nguyen",
    "Novak",
    "O’Brien",
    "Okafor",
    "Oliveira",
    "Ortiz",
    "Park",
    "Patel",
    "Pereira",
    "Petrov",
    "Pham",
    "Quispe",
    "Ramirez",
    "Reyes",
    "Rivera",
    "Robinson",
    "Rossi",
    "Ruiz",
    "Saleh",
    "Santos",
    "Schmidt",
    "Shapiro",
    "Silva",
    "Singh",
    "Smith",
    "Sokolov",
    "Sørensen",
    "Suzuki",
    "Takahashi",
    "Tanaka",
    "Thompson",
    "Torres",
    "Tran",
    "Turner",
    "Ueda",
    "Vargas",
    "Vasquez",
    "Walker",
    "Washington",
    "Weiss",
    "Williams",
    "Wong",
    "Yamamoto",
    "Yilmaz",
    "Zhang",
    "Zielinski",
];

/// City, state, area code and the first three digits of the ZIP code.
const CITIES: &[(&str, &str, &str, &str)] = &[
    ("Chicago", "IL", "312", "606"),
    ("Seattle", "WA", "206", "981"),
    ("Boston", "MA", "617", "021"),
    ("Denver", "CO", "303", "802"),
    ("Atlanta", "GA", "404", "303"),
    ("Houston", "TX", "713", "770"),
    ("Phoenix", "AZ", "602", "850"),
    ("Portland", "OR", "503", "972"),
    ("Detroit", "MI", "313", "482"),
    ("Minneapolis", "MN", "612", "554"),
];

const STREETS: &[&str] = &[
    "Elm Street",
    "Oak Avenue",
    "Juniper Street",
    "Lake Road",
    "Mill Lane",
    "Cedar Court",
    "Harbor Way",
    "Hill Street",
];

const LANGUAGES: &[&[&str]] = &[
    &["en"],
    &["en"],
    &["en"],
    &["es", "en"],
    &["en", "es"],
    &["zh", "en"],
    &["vi", "en"],
    &["ar", "en"],
    &["fr"],
];

const RELATIONSHIPS: &[&str] =
    &["mother", "father", "sister", "brother", "spouse", "friend", "daughter", "son"];
