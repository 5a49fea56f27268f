//! Writing the accounting: what is known of each recipient and consent, then the rows.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use entity::{
    DataClass, Id, Sealed,
    consent::{consent, disclosure, sharing_grant},
    people::person,
};
use sea_orm::{ActiveEnum, FromQueryResult, QueryResult};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Accounted, Disclosed, Leaving, Recipient};
use crate::{
    consent::notice::{Notice, scope_in_words},
    kernel::{
        access::{Ground, PatientFacts, Permit, Principal, name_of_person},
        clock::Ids,
        crypto::TenantKeys,
        error::{Error, Result},
        record::Origin,
        viewer::Viewer,
    },
};

/// What the rows of one session have in common.
pub(in crate::kernel) struct Accounting<'a> {
    pub(in crate::kernel) tenant_id: Uuid,
    pub(in crate::kernel) viewer: &'a Viewer,
    pub(in crate::kernel) origin: &'a Origin,
    pub(in crate::kernel) keys: &'a Arc<TenantKeys>,
    pub(in crate::kernel) ids: &'a dyn Ids,
    pub(in crate::kernel) now: DateTime<Utc>,
    pub(in crate::kernel) keeps_statements: bool,
}

/// How many statements an accounting takes, whatever leaves.
pub(in crate::kernel) const STATEMENTS: u32 = 2;

/// What is known of a consent, of whom it is shared with, and of the person who looks.
#[derive(FromQueryResult)]
struct Known {
    consent_id: Id<consent::Entity>,
    grant_id: Option<Id<sharing_grant::Entity>>,
    signed_copy: Option<Sealed<consent::columns::SignedCopy>>,
    recipient_name: Option<Sealed<sharing_grant::columns::RecipientName>>,
    organization: Option<String>,
    given_name: Option<Sealed<person::columns::GivenName>>,
    family_name: Option<Sealed<person::columns::FamilyName>>,
    keys: Option<String>,
}

const KNOWN: &str = "\
select c.id as consent_id, g.id as grant_id, c.signed_copy, g.recipient_name, v.given_name, v.family_name,
    (select o.name from organizations o where o.tenant_id = $1 and o.id = $4) as organization,
    (select json_agg(json_build_object('purpose', k.purpose, 'key_version', k.key_version,
            'wrapped', encode(k.wrapped, 'hex')))::text
        from encryption_keys k
        where k.tenant_id = $1 and k.person_id = $5) as keys
from unnest($2::uuid[], $3::uuid[]) as wanted (consent_id, grant_id)
join consents c on c.tenant_id = $1 and c.id = wanted.consent_id
left join sharing_grants g on g.tenant_id = $1 and g.id = wanted.grant_id
left join phi.persons v on v.tenant_id = $1 and v.id = $5";

const INSERT: &str = "\
insert into disclosures (tenant_id, occurred_at, purpose, channel, request_id, actor_id, recipient_organization_id,
    recipient_user_id, notice_variant, id, patient_id, consent_id, sharing_grant_id, recipient, data_classes, description,
    consent_copy)
select $1, $2, $3, 'API', $4, $5, $6, $7, $8, r.id, r.patient_id, r.consent_id, r.sharing_grant_id, r.recipient,
    string_to_array(r.data_classes, ','), r.description, r.consent_copy
from unnest($9::uuid[], $10::uuid[], $11::uuid[], $12::uuid[], $13::bytea[], $14::text[], $15::bytea[], $16::bytea[])
    as r (id, patient_id, consent_id, sharing_grant_id, recipient, data_classes, description, consent_copy)";

impl Accounting<'_> {
    /// Writes a row for each patient and ground. Nothing may leave before they are committed.
    ///
    /// # Errors
    ///
    /// Those of the database; `INTERNAL` when something leaves without a consent, which nothing allows.
    pub(in crate::kernel) async fn write(
        &self,
        leaving: Leaving,
        connection: &mut PgConnection,
    ) -> Result<Vec<Disclosed>> {
        let known = self.known(&leaving, connection).await?;
        let principal = self.viewer.principal();
        let organization_id = principal.partner.as_ref().map(|partner| partner.organization_id.uuid());
        let user_id = principal.partner.is_none().then_some(principal.user_id.uuid());
        let notice = Notice::Short;
        let mut columns = Columns::default();
        let mut disclosed = Vec::with_capacity(leaving.0.len());
        for ((patient_id, ground), part) in leaving.0 {
            let (consent_id, grant_id) = rests_on(ground)?;
            let mut known = known.iter();
            let known = known
                .find(|known| known.consent_id == consent_id && known.grant_id == grant_id)
                .ok_or_else(|| Error::internal("something leaves under a consent that is not there"))?;
            let mut consents = part.facts.consents.iter();
            let consent = consents
                .find(|consent| consent.id == consent_id)
                .ok_or_else(|| Error::internal("something leaves under a consent that nobody decided on"))?;
            let scope = scope_in_words(consent);
            let permit = Permit::accounting(self.keys.clone(), part.facts.clone(), part.grant);
            let row_of = |row_id| Accounted { row_id, patient_id };
            let copy = permit.consult_sealed(&row_of(consent_id.uuid()), known.signed_copy.as_ref())?;
            let recipient = self.recipient(&permit, ground, known, self.now)?;
            let id = self.ids.next();
            columns.id.push(id);
            columns.patient_id.push(patient_id.uuid());
            columns.consent_id.push(consent_id.uuid());
            columns.sharing_grant_id.push(grant_id.map(Id::uuid));
            let recipient = serde_json::to_string(&recipient).map_err(Error::internal)?;
            let row = row_of(id);
            columns
                .recipient
                .push(ciphertext(permit.seal::<disclosure::columns::Recipient>(&row, &recipient)?));
            let classes: Vec<String> = part.classes.iter().map(ActiveEnum::to_value).collect();
            columns.data_classes.push(classes.join(","));
            let description = permit.seal::<disclosure::columns::Description>(&row, &part.in_words())?;
            columns.description.push(ciphertext(description));
            let copy = copy.as_ref().map_or(scope.as_str(), |copy| copy.as_str());
            columns
                .consent_copy
                .push(ciphertext(permit.seal::<disclosure::columns::ConsentCopy>(&row, copy)?));
            let of_part2 = part.classes.contains(&DataClass::Sud);
            disclosed.push(Disclosed { id, consent_id: consent_id.uuid(), scope, of_part2 });
        }
        let purpose = principal.purpose.ok_or_else(|| Error::internal("something leaves for no purpose"))?;
        sqlx::query(INSERT)
            .bind(self.tenant_id)
            .bind(self.now)
            .bind(purpose.code())
            .bind(self.origin.request_id.clone())
            .bind(self.viewer.actor_id())
            .bind(organization_id)
            .bind(user_id)
            .bind(notice.variant())
            .bind(columns.id)
            .bind(columns.patient_id)
            .bind(columns.consent_id)
            .bind(columns.sharing_grant_id)
            .bind(columns.recipient)
            .bind(columns.data_classes)
            .bind(columns.description)
            .bind(columns.consent_copy)
            .persistent(self.keeps_statements)
            .execute(connection)
            .await?;
        Ok(disclosed)
    }

    async fn known(&self, leaving: &Leaving, connection: &mut PgConnection) -> Result<Vec<Known>> {
        let grounds = leaving.0.keys().map(|(_, ground)| rests_on(*ground));
        let (consents, grants): (Vec<Uuid>, Vec<Option<Uuid>>) = grounds
            .map(|ground| ground.map(|(consent, grant)| (consent.uuid(), grant.map(Id::uuid))))
            .collect::<Result<Vec<_>>>()?
            .into_iter()
            .unzip();
        let principal = self.viewer.principal();
        let rows = sqlx::query(KNOWN)
            .bind(self.tenant_id)
            .bind(consents)
            .bind(grants)
            .bind(principal.partner.as_ref().map(|partner| partner.organization_id.uuid()))
            .bind(principal.person_id.map(Id::uuid))
            .persistent(self.keeps_statements)
            .fetch_all(connection)
            .await?;
        rows.into_iter().map(|row| Ok(Known::from_query_result(&QueryResult::from(row), "")?)).collect()
    }

    /// Who receives it: whom the patient named for it, the partner, or the person who signed in.
    fn recipient(
        &self,
        permit: &Permit,
        ground: Ground,
        known: &Known,
        now: DateTime<Utc>,
    ) -> Result<Recipient> {
        let principal = self.viewer.principal();
        if let Ground::Sharing(_, grant) = ground {
            let row = Accounted { row_id: grant.uuid(), patient_id: permit.facts().patient_id };
            let name = permit.consult_sealed(&row, known.recipient_name.as_ref())?;
            let name = name.ok_or_else(|| Error::internal("nobody knows whom a patient shares with"))?;
            let affiliation = Some("family or friend of the patient".to_owned());
            return Ok(Recipient { name: name.as_str().to_owned(), affiliation, address: None });
        }
        if principal.partner.is_some() {
            let name = known.organization.clone();
            let name = name.ok_or_else(|| Error::internal("a partner without an organization"))?;
            return Ok(Recipient { name, affiliation: None, address: None });
        }
        let affiliation = affiliation(principal, permit.facts(), now);
        let person = principal.person_id.zip(known.keys.as_deref());
        let name = person.map(|(person, keys)| {
            name_of_person(self.keys, person, keys, known.given_name.as_ref(), known.family_name.as_ref())
        });
        let name = name.transpose()?.flatten().unwrap_or_else(|| affiliation.to_owned());
        Ok(Recipient { name, affiliation: Some(affiliation.to_owned()), address: None })
    }
}

fn affiliation(principal: &Principal, facts: &PatientFacts, now: DateTime<Utc>) -> &'static str {
    use entity::people::person_relationship::LegalAuthority;
    let minority = facts.minority.as_ref().zip(principal.person_id);
    match minority.and_then(|(minority, person)| minority.authority_of(person, now)) {
        Some(LegalAuthority::Parent) => "parent of the patient",
        Some(LegalAuthority::Guardian) => "guardian of the patient",
        Some(LegalAuthority::LegalRepresentative) => "legal representative of the patient",
        Some(LegalAuthority::None) | None => "person whom the patient named",
    }
}

/// The consent, and what is shared under it.
fn rests_on(ground: Ground) -> Result<(Id<consent::Entity>, Option<Id<sharing_grant::Entity>>)> {
    match ground {
        Ground::Consent(consent) => Ok((consent, None)),
        Ground::Sharing(consent, grant) => Ok((consent, Some(grant))),
        _ => Err(Error::internal("something leaves without a consent")),
    }
}

#[expect(clippy::disallowed_methods, reason = "what the kernel just sealed is stored as it is")]
fn ciphertext<K>(sealed: Sealed<K>) -> Vec<u8> {
    sealed.ciphertext().to_vec()
}

#[derive(Default)]
struct Columns {
    id: Vec<Uuid>,
    patient_id: Vec<Uuid>,
    consent_id: Vec<Uuid>,
    sharing_grant_id: Vec<Option<Uuid>>,
    recipient: Vec<Vec<u8>>,
    data_classes: Vec<String>,
    description: Vec<Vec<u8>>,
    consent_copy: Vec<Vec<u8>>,
}
