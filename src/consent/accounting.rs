//! The accounting of disclosures: what left the program, to whom and why (42 CFR 2.25, 45 CFR 164.528).

use async_graphql::{ComplexObject, Context, Enum, Object, SimpleObject};
use chrono::{Months, Utc};
use entity::{
    DataClass, Gate, Id, Sealed,
    consent::{
        consent,
        disclosure::{self, DisclosureChannel, DisclosureException, columns},
        purpose::Purpose,
    },
    identity::permission::Permission,
    people::patient,
    tenancy::organization,
};
use sea_orm::{ActiveEnum, ColumnTrait, Condition, DerivePartialModel};

use super::{
    consent::Consent,
    notice::{Notice, RedisclosureNotice},
};
use crate::{
    kernel::{
        access::{Action, Gated, Permit, Protected, Subject, WithheldReason},
        disclosure::Recipient,
        door::{Door, Requires},
        error::{Error, Result},
        graphql::{DateTime, phi, requires},
        load::{Scoped, resource},
        page::{Chronology, Connection, Cursor, Page},
        session::Look,
        viewer::Viewer,
    },
    people::{caseload::within_reach, patient::Patient},
};

/// Something about a patient that left the program. Never changed, never deleted. What it says is in `detail`.
#[derive(Clone, SimpleObject, DerivePartialModel)]
#[sea_orm(entity = "disclosure::Entity")]
#[graphql(complex)]
pub struct Disclosure {
    /// The disclosure's id, as in `extensions.part2.disclosureIds` of the answer that it left in.
    pub id: Id<disclosure::Entity>,
    #[graphql(skip)]
    patient_id: Id<patient::Entity>,
    #[graphql(skip)]
    occurred_at: Gate<columns::OccurredAt, chrono::DateTime<Utc>>,
    #[graphql(skip)]
    recipient_organization_id: Option<Gate<columns::RecipientOrganizationId, Id<organization::Entity>>>,
    #[graphql(skip)]
    recipient: Sealed<columns::Recipient>,
    #[graphql(skip)]
    data_classes: Gate<columns::DataClasses, Vec<String>>,
    #[graphql(skip)]
    description: Sealed<columns::Description>,
    #[graphql(skip)]
    purpose: Gate<columns::Purpose, String>,
    #[graphql(skip)]
    consent_id: Option<Gate<columns::ConsentId, Id<consent::Entity>>>,
    #[graphql(skip)]
    exception: Option<Gate<columns::Exception, DisclosureException>>,
    #[graphql(skip)]
    notice_variant: Gate<columns::NoticeVariant, i16>,
    #[graphql(skip)]
    consent_copy: Sealed<columns::ConsentCopy>,
    #[graphql(skip)]
    channel: Gate<columns::Channel, DisclosureChannel>,
    #[graphql(skip)]
    request_id: String,
    #[graphql(skip)]
    created_at: chrono::DateTime<Utc>,
}

resource!(Disclosure of disclosure);

impl Protected for Disclosure {
    const SUBJECT: Subject = Subject::AccessRecord;

    fn row_id(&self) -> uuid::Uuid {
        self.id.uuid()
    }

    fn patient_id(&self) -> Id<patient::Entity> {
        self.patient_id
    }

    fn label(&self) -> Option<DataClass> {
        None
    }
}

const READERS: &[Permission] = &[Permission::DisclosureRead, Permission::DisclosureAccounting];

impl Scoped for disclosure::Entity {
    fn scope(viewer: &Viewer) -> Condition {
        let principal = viewer.principal();
        let farthest = READERS.iter().max_by_key(|permission| principal.reach(**permission));
        let permission = farthest.copied().unwrap_or(Permission::DisclosureRead);
        within_reach(viewer, permission, disclosure::Column::PatientId)
    }
}

/// What a disclosure says.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct DisclosureDetail {
    /// When it left.
    pub occurred_at: DateTime,
    /// Who received it.
    pub recipient: DisclosureRecipient,
    /// Which classes of data.
    pub data_classes: Vec<DataClass>,
    /// What, in words; never the values.
    pub description: String,
    /// For what.
    pub purpose: Option<Purpose>,
    /// Why it could leave without a consent; null when a consent allowed it.
    pub exception: Option<DisclosureException>,
    /// The notice that went with it (42 CFR 2.32(a)).
    pub notice: RedisclosureNotice,
    /// The copy of the consent, or the explanation of its scope, that went with it (42 CFR 2.32(b)); without a consent, what
    /// the disclosure rested on instead.
    pub consent_copy: String,
    /// How it left.
    pub channel: DisclosureChannel,
    /// The id of the request it left in, as in the header `x-request-id`.
    pub request_id: String,
    #[graphql(skip)]
    consent_id: Option<Id<consent::Entity>>,
}

/// Who received something, as far as it is known (45 CFR 164.528(b)(2)(ii)).
#[derive(Clone, Debug, SimpleObject)]
pub struct DisclosureRecipient {
    /// The name of the person or organization.
    pub name: String,
    /// To whom they belong, or what they are to the patient; null when that is not known.
    pub affiliation: Option<String>,
    /// Their address; null when it is not known.
    pub address: Option<String>,
    /// The partner organization's id, where it is one.
    pub organization_id: Option<Id<organization::Entity>>,
}

#[ComplexObject]
impl DisclosureDetail {
    /// The consent that allowed it; null when an exception did, or it is not within your reach.
    async fn consent(&self, ctx: &Context<'_>) -> Result<Option<Consent>> {
        match self.consent_id {
            Some(id) => ctx.load(id).await,
            None => Ok(None),
        }
    }
}

const fn look(patient_id: Id<patient::Entity>) -> Look {
    Look {
        patient_id,
        floor: DataClass::GeneralPhi,
        label: None,
        action: Action::View,
        subject: Subject::AccessRecord,
        operation: "disclosure.detail",
        fields: &["disclosures"],
        author: None,
    }
}

#[ComplexObject]
impl Disclosure {
    /// Whose information left; null when the patient is not within your reach.
    async fn patient(&self, ctx: &Context<'_>) -> Result<Option<Patient>> {
        ctx.load(self.patient_id).await
    }

    /// What it says. Readable by the patient, by whoever has legal authority for what it is about, and by compliance, without a
    /// consent.
    #[graphql(directive = phi::apply(DataClass::GeneralPhi))]
    async fn detail(&self, ctx: &Context<'_>) -> Result<Option<Gated<DisclosureDetail>>> {
        ctx.reveal(look(self.patient_id), |permit| self.open(permit)).await.map(Some)
    }
}

impl Disclosure {
    fn open(&self, permit: &Permit) -> Result<DisclosureDetail> {
        let text = |text: Option<zeroize::Zeroizing<String>>| {
            text.map(|text| text.as_str().to_owned()).unwrap_or_default()
        };
        let recipient = text(permit.unseal(self, Some(&self.recipient))?);
        let recipient: Recipient = serde_json::from_str(&recipient)
            .map_err(|_| Error::internal("the recipient of a disclosure is malformed"))?;
        let Recipient { name, affiliation, address } = recipient;
        let organization_id = permit.open_optional(self, self.recipient_organization_id.as_ref())?;
        let classes = permit.open(self, &self.data_classes)?;
        Ok(DisclosureDetail {
            occurred_at: permit.open(self, &self.occurred_at)?.into(),
            recipient: DisclosureRecipient { name, affiliation, address, organization_id },
            data_classes: classes
                .iter()
                .map(DataClass::try_from_value)
                .collect::<std::result::Result<_, _>>()?,
            description: text(permit.unseal(self, Some(&self.description))?),
            purpose: permit.open(self, &self.purpose)?.parse().ok(),
            exception: permit.open_optional(self, self.exception.as_ref())?,
            notice: Notice::of(permit.open(self, &self.notice_variant)?).into(),
            consent_copy: text(permit.unseal(self, Some(&self.consent_copy))?),
            channel: permit.open(self, &self.channel)?,
            request_id: self.request_id.clone(),
            consent_id: permit.open_optional(self, self.consent_id.as_ref())?,
        })
    }
}

/// By which rule disclosures are accounted for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Enum)]
pub enum AccountingRegime {
    /// What left with a consent in the last three years, also for treatment, payment and operations (42 CFR 2.25).
    #[graphql(name = "PART2")]
    Part2,
    /// What left in the last six years without an authorization of the patient and not for treatment, payment or operations:
    /// what an exception allowed (45 CFR 164.528(a)(1)).
    Hipaa,
    /// Both, each with its own years.
    #[default]
    All,
}

impl AccountingRegime {
    /// The rows that the regime accounts for at the moment `now`. Suspensions at the request of an agency
    /// (45 CFR 164.528(a)(2)) are not known to the system, so none is honoured here.
    fn condition(self, now: chrono::DateTime<Utc>) -> Condition {
        use disclosure::Column;
        let since = |years: u32| {
            let start = now.checked_sub_months(Months::new(12 * years)).unwrap_or(now);
            Condition::all().add(Column::OccurredAt.gte(start))
        };
        let part2 = || since(3).add(Column::ConsentId.is_not_null());
        let hipaa = || since(6).add(Column::Exception.is_not_null());
        match self {
            Self::Part2 => part2(),
            Self::Hipaa => hipaa(),
            Self::All => Condition::any().add(part2()).add(hipaa()),
        }
    }
}

/// What can be asked about what left the program.
#[derive(Default)]
pub struct AccountingQuery;

#[Object]
impl AccountingQuery {
    /// What left the program about this patient, to whom and why, newest first (42 CFR 2.25, 45 CFR 164.528). Looks of those who
    /// work for the program, of the patient, and of whoever stands in the patient's place are no disclosures: see
    /// `accessHistory`. Empty when the patient is not within your reach.
    #[graphql(
        directive = requires::apply(Permission::DisclosureAccounting.into()),
        guard = "Requires(Permission::DisclosureAccounting)"
    )]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a field are those of its clients")]
    async fn accounting_of_disclosures(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The patient's id.")] patient_id: Id<patient::Entity>,
        #[graphql(desc = "From this moment; when not stated, as far back as the regime goes.")] from: Option<
            DateTime,
        >,
        #[graphql(desc = "Before this moment, which comes after `from`; until now when not stated.")]
        to: Option<DateTime>,
        #[graphql(default, desc = "By which rule.")] regime: AccountingRegime,
        #[graphql(desc = "How many, 1 to 100; 25 when not stated.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on after.")] after: Option<Cursor>,
    ) -> Result<Option<Connection<Disclosure>>> {
        if from.is_some_and(|from| to.is_some_and(|to| to.0 <= from.0)) {
            return Err(Error::BadUserInput("`to` comes after `from`".to_owned()));
        }
        // Without a look, so that the answer is that of an id that nobody has.
        let reached = ctx.load::<Patient>(patient_id).await?.is_some();
        if !reached || !is_told(ctx, patient_id).await? {
            return Ok(Some(Connection::empty()));
        }
        let session = ctx.session().await?;
        let rows = Condition::all()
            .add(disclosure::Column::PatientId.eq(patient_id))
            .add(regime.condition(session.core().now()))
            .add_option(from.map(|moment| disclosure::Column::OccurredAt.gte(moment.0)))
            .add_option(to.map(|moment| disclosure::Column::OccurredAt.lt(moment.0)));
        session.page(&Page { first, after }, rows, Chronology::NewestFirst).await.map(Some)
    }
}

/// All that left about a patient, whichever regime accounts for it.
///
/// # Errors
///
/// Those of the database and of a page.
pub async fn disclosures_of(
    ctx: &Context<'_>,
    patient_id: Id<patient::Entity>,
    page: Page,
) -> Result<Connection<Disclosure>> {
    let principal = ctx.viewer()?.principal();
    let reads = READERS.iter().any(|permission| principal.reach(*permission).is_some());
    if !reads || !is_told(ctx, patient_id).await? {
        return Ok(Connection::empty());
    }
    ctx.page_of(patient_id, "patient_id", page).await
}

/// Whether anything of it is told: to those from outside, how much left is as telling as what, so they get an empty list
/// (42 CFR 2.13(c)). Those inside get the rows, and in each why it is withheld.
async fn is_told(ctx: &Context<'_>, patient_id: Id<patient::Entity>) -> Result<bool> {
    let decided = ctx.decide(look(patient_id)).await?;
    Ok(decided.err().is_none_or(|withheld| withheld.reason != WithheldReason::AccessDenied))
}
