//! Sharing with somebody of the family: a grant under a consent, told to nobody but those who may know of the consent.
//!
//! A grant says with whom and until when; what may be seen is the consent's matter. Whoever it is proves the contact with a
//! one-time code on each new device. There is no mail: the patient or staff hands the code over.

mod accepting;
mod code;
mod device;
mod ending;
mod granting;
mod returning;

use async_graphql::{ComplexObject, Context, MergedObject, Object, SimpleObject};
use chrono::Utc;
use entity::{
    DataClass, Gate, Id, Sealed,
    consent::{
        consent,
        sharing_grant::{self, ContactKind, columns},
    },
    identity::{permission::Permission, user},
    people::patient,
};
use sea_orm::{ColumnTrait, Condition, DerivePartialModel, IdenStatic};

use super::{consent::Consent, detail::consents_in_scope};
use crate::{
    kernel::{
        access::{Action, Gated, Permit, Protected, Subject, in_force},
        door::{Door, Requires},
        error::Result,
        graphql::{DateTime, phi, requires},
        load::{Scoped, resource},
        page::{Chronology, Connection, Cursor, Page},
        session::{Core, Look},
        viewer::Viewer,
        write::Changeable,
    },
    people::{caseload::within_reach, patient::Patient},
};
pub use accepting::SharingAccess;
pub use device::SharingDevice;
pub use ending::end_sharing_under;

/// What a patient shares with somebody of their family. With whom, how and until when is in `detail`.
#[derive(Clone, SimpleObject, DerivePartialModel)]
#[sea_orm(entity = "sharing_grant::Entity")]
#[graphql(complex)]
pub struct SharingGrant {
    /// The grant's id.
    pub id: Id<sharing_grant::Entity>,
    /// Moves with each change.
    pub version: i32,
    #[graphql(skip)]
    patient_id: Id<patient::Entity>,
    #[graphql(skip)]
    consent_id: Gate<columns::ConsentId, Id<consent::Entity>>,
    #[graphql(skip)]
    contact_kind: Gate<columns::ContactKind, ContactKind>,
    #[graphql(skip)]
    recipient_name: Sealed<columns::RecipientName>,
    #[graphql(skip)]
    user_id: Option<Gate<columns::UserId, Id<user::Entity>>>,
    #[graphql(skip)]
    accepted_at: Option<Gate<columns::AcceptedAt, chrono::DateTime<Utc>>>,
    #[graphql(skip)]
    expires_at: Option<Gate<columns::ExpiresAt, chrono::DateTime<Utc>>>,
    #[graphql(skip)]
    last_used_at: Option<Gate<columns::LastUsedAt, chrono::DateTime<Utc>>>,
    #[graphql(skip)]
    revoked_at: Option<Gate<columns::RevokedAt, chrono::DateTime<Utc>>>,
    #[graphql(skip)]
    created_at: chrono::DateTime<Utc>,
}

resource!(SharingGrant of sharing_grant);

impl Protected for SharingGrant {
    const SUBJECT: Subject = Subject::ConsentRecord;

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

impl Protected for sharing_grant::Model {
    const SUBJECT: Subject = Subject::ConsentRecord;

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

impl Scoped for sharing_grant::Entity {
    /// Those of patients within reach; for whoever speaks for a minor, without those under consents that are not theirs to read.
    fn scope(viewer: &Viewer) -> Condition {
        use sharing_grant::Column;
        let reached = within_reach(viewer, Permission::ConsentRead, Column::PatientId);
        match viewer.principal().dependants[..] {
            [] => reached,
            _ => Condition::all().add(reached).add(Column::ConsentId.in_subquery(consents_in_scope(viewer))),
        }
    }
}

impl Changeable for sharing_grant::Entity {
    fn reach(viewer: &Viewer, permission: Permission) -> Condition {
        within_reach(viewer, permission, sharing_grant::Column::PatientId)
    }
}

/// With whom a patient shares, how and until when.
#[derive(Clone, SimpleObject)]
#[graphql(complex)]
pub struct SharingGrantDetail {
    /// With whom, as whoever granted it calls them.
    pub recipient_name: Option<String>,
    /// How they are reached. The contact itself is kept as a code that nobody reads back.
    pub contact_kind: ContactKind,
    /// Whether it counts at this moment: neither revoked nor ended, and its consent in force. Nothing is seen before it was
    /// accepted on a device.
    pub in_force: bool,
    /// When it was first accepted on a device; null before that.
    pub accepted_at: Option<DateTime>,
    /// Until when, exclusively; null when the consent alone ends it.
    pub expires_at: Option<DateTime>,
    /// When a session was last opened with it; null before that.
    pub last_used_at: Option<DateTime>,
    /// When it was revoked; null while it was not.
    pub revoked_at: Option<DateTime>,
    /// The devices on which they proved their contact, the newest 20. They are theirs: who shares with the same person
    /// sees the same ones.
    pub devices: Vec<SharingDevice>,
    #[graphql(skip)]
    consent_id: Id<consent::Entity>,
}

#[ComplexObject]
impl SharingGrantDetail {
    /// The consent that says what may be seen.
    async fn consent(&self, ctx: &Context<'_>) -> Result<Option<Consent>> {
        ctx.load(self.consent_id).await
    }
}

const FIELDS: &[&str] = &["sharingGrants"];

const MOST_DEVICES: u64 = 20;

#[ComplexObject]
impl SharingGrant {
    /// When it was granted.
    async fn created_at(&self) -> DateTime {
        self.created_at.into()
    }

    /// Who shares.
    async fn patient(&self, ctx: &Context<'_>) -> Result<Option<Patient>> {
        ctx.load(self.patient_id).await
    }

    /// With whom, how and until when. Readable as the patient's consents are.
    #[graphql(directive = phi::apply(DataClass::GeneralPhi))]
    async fn detail(&self, ctx: &Context<'_>) -> Result<Option<Gated<SharingGrantDetail>>> {
        let look = Look {
            patient_id: self.patient_id,
            floor: DataClass::GeneralPhi,
            label: None,
            action: Action::View,
            subject: Subject::ConsentRecord,
            operation: "sharing_grant.detail",
            fields: FIELDS,
            author: None,
        };
        let permit = match ctx.decide(look).await? {
            Ok(permit) => permit,
            Err(withheld) => return Ok(Some(Gated::Withheld(withheld))),
        };
        let devices = match permit.open_optional(self, self.user_id.as_ref())? {
            Some(user) => {
                let column = entity::consent::sharing_device::Column::UserId.as_str();
                ctx.session().await?.children::<SharingDevice>(user.uuid(), column, MOST_DEVICES).await?
            }
            None => Vec::new(),
        };
        self.open(&permit, devices, ctx.session().await?.core()).map(|detail| Some(Gated::Value(detail)))
    }
}

impl SharingGrant {
    fn open(&self, permit: &Permit, devices: Vec<SharingDevice>, core: &Core) -> Result<SharingGrantDetail> {
        let consent_id = permit.open(self, &self.consent_id)?;
        let expires_at = permit.open_optional(self, self.expires_at.as_ref())?;
        let revoked_at = permit.open_optional(self, self.revoked_at.as_ref())?;
        let mut consents = permit.facts().consents.iter();
        let consented = consents.any(|consent| consent.id == consent_id && in_force(consent, core.now()));
        let name = permit.unseal(self, Some(&self.recipient_name))?;
        Ok(SharingGrantDetail {
            recipient_name: name.map(|name| name.as_str().to_owned()),
            contact_kind: permit.open(self, &self.contact_kind)?,
            in_force: consented
                && revoked_at.is_none()
                && expires_at.is_none_or(|expires_at| core.now() < expires_at),
            accepted_at: permit.open_optional(self, self.accepted_at.as_ref())?.map(DateTime::from),
            expires_at: expires_at.map(DateTime::from),
            last_used_at: permit.open_optional(self, self.last_used_at.as_ref())?.map(DateTime::from),
            revoked_at: revoked_at.map(DateTime::from),
            devices,
            consent_id,
        })
    }
}

/// What can be asked about sharing with family.
#[derive(Default)]
pub struct SharingGrantQuery;

#[Object]
impl SharingGrantQuery {
    /// With whom of their family a patient shares or shared, newest first; empty when the patient is not within your reach.
    #[graphql(directive = requires::apply(Permission::ConsentRead.into()), guard = "Requires(Permission::ConsentRead)")]
    async fn sharing_grants(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The patient's id.")] patient_id: Id<patient::Entity>,
        #[graphql(desc = "How many, 1 to 100; 25 when not stated.")] first: Option<i32>,
        #[graphql(desc = "The cursor to go on after.")] after: Option<Cursor>,
    ) -> Result<Option<Connection<SharingGrant>>> {
        let of_patient = Condition::all().add(sharing_grant::Column::PatientId.eq(patient_id));
        ctx.session().await?.page(&Page { first, after }, of_patient, Chronology::NewestFirst).await.map(Some)
    }
}

/// What can be changed about sharing with family.
#[derive(Default, MergedObject)]
pub struct SharingGrantMutation(
    granting::GrantingMutation,
    code::SharingCodeMutation,
    accepting::AcceptingMutation,
    returning::ReturningMutation,
    device::SharingDeviceMutation,
    ending::EndingMutation,
);

/// Whoever may do this manages what a patient shares.
const MANAGE: &[Permission] = &[Permission::SharingGrantManage];
