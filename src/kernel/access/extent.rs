//! Whom a permission reaches: the same answer for the row scope, in SQL, and for the decision on one patient.

use entity::{Id, identity::role_permission::Reach, tenancy::location};

/// Which patients a permission reaches. Several roles add up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Everything of the tenant.
    pub tenant: bool,
    /// Those whom one treats, wherever they are served.
    pub caseload: bool,
    /// Those of one's caseload who are served at these locations.
    pub caseload_at: Vec<Id<location::Entity>>,
    /// Those who are served at these locations.
    pub locations: Vec<Id<location::Entity>>,
    /// Oneself, and those for whom one has legal authority.
    pub oneself: bool,
}

/// What `OWN` means to a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Own {
    /// Those whom one treats.
    Caseload,
    /// Those who are served where one works; those whom one treats when the role is confined to no location.
    Place,
}

impl Extent {
    /// The extent of a permission of a role that is confined to no location.
    pub fn of(reach: Reach) -> Self {
        let mut extent = Self::default();
        extent.widen(reach, Own::Caseload, None);
        extent
    }

    /// Adds what one more role reaches: everywhere, or confined to `locations`.
    pub fn widen(&mut self, reach: Reach, own: Own, locations: Option<&[Id<location::Entity>]>) {
        match (reach, own, locations) {
            (Reach::Tenant, _, None) => self.tenant = true,
            (Reach::Tenant, _, Some(places)) | (Reach::Own, Own::Place, Some(places)) => {
                self.locations.extend(places);
            }
            (Reach::Own, _, None) => self.caseload = true,
            (Reach::Own, Own::Caseload, Some(places)) => self.caseload_at.extend(places),
            (Reach::Oneself, ..) => self.oneself = true,
        }
    }

    /// How far it goes at the most.
    pub const fn reach(&self) -> Reach {
        if self.tenant {
            Reach::Tenant
        } else if self.oneself && !self.caseload && self.caseload_at.is_empty() && self.locations.is_empty() {
            Reach::Oneself
        } else {
            Reach::Own
        }
    }

    /// Whether it reaches a patient who is served at `location`, whom the principal `treats` or not. Oneself and one's
    /// dependants are another question.
    pub fn includes(&self, treats: bool, location: Option<Id<location::Entity>>) -> bool {
        let among = |places: &[Id<location::Entity>]| location.is_some_and(|place| places.contains(&place));
        among(&self.locations) || (treats && (self.tenant || self.caseload || among(&self.caseload_at)))
    }
}
