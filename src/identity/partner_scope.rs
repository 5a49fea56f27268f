//! What a credential may be bound to: permissions, a purpose, a partner organization, an end.

use std::{collections::BTreeSet, str::FromStr};

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    Id,
    consent::purpose::Purpose,
    identity::permission::Permission,
    tenancy::organization::{self, OrganizationKind},
};

use crate::{
    kernel::{
        access::partner_permissions,
        error::{Error, Result},
        write::Write,
    },
    tenancy::organization::find,
};

/// No credential of a partner lasts longer.
const LONGEST: TimeDelta = TimeDelta::days(366);

/// Keys of permissions, each once, in order.
///
/// # Errors
///
/// `VALIDATION_FAILED` on `scopes` when there is none, or one that is not known.
pub(super) fn read_keys(scopes: Vec<String>) -> Result<Vec<String>> {
    let mut permissions = BTreeSet::new();
    for scope in &scopes {
        // The text is the caller's, so it is not repeated.
        let permission = Permission::from_str(scope)
            .map_err(|_| Error::invalid("scopes", "takes keys of permissions, such as `membership.read`"))?;
        permissions.insert(permission.key());
    }
    if permissions.is_empty() {
        return Err(Error::invalid("scopes", "takes at least one permission"));
    }
    Ok(permissions.into_iter().map(str::to_owned).collect())
}

/// What a partner is to be given, checked against what a partner may have at all and what the giver has.
pub(super) struct Binding {
    pub(super) organization_id: Id<organization::Entity>,
    pub(super) scopes: Vec<String>,
    pub(super) purpose: Purpose,
}

impl Binding {
    /// Checks what is to be given by whoever is signed in.
    ///
    /// # Errors
    ///
    /// `NOT_FOUND` and `VALIDATION_FAILED`, each on its field.
    pub(super) async fn check(
        write: &Write,
        organization_id: Id<organization::Entity>,
        scopes: Vec<String>,
        purpose: Purpose,
    ) -> Result<Self> {
        let organization = find(write, organization_id, "organizationId").await?;
        if organization.kind == OrganizationKind::Tenant {
            return Err(Error::invalid("organizationId", "takes a partner, not your own organization"));
        }
        let scopes = read_keys(scopes)?;
        let possible: BTreeSet<&str> =
            partner_permissions().map(|(permission, _)| permission.key()).collect();
        if !scopes.iter().all(|scope| possible.contains(scope.as_str())) {
            let list: Vec<&str> = possible.into_iter().collect();
            return Err(Error::invalid("scopes", format!("a partner has some of {}", list.join(", "))));
        }
        let held = |scope: &String| {
            Permission::from_str(scope).is_ok_and(|permission| {
                write.principal().is_ok_and(|giver| giver.reach(permission).is_some())
            })
        };
        if !scopes.iter().all(held) {
            return Err(Error::invalid("scopes", "nobody gives what they do not have themselves"));
        }
        if matches!(purpose, Purpose::PatientRequest | Purpose::Emergency) {
            return Err(Error::invalid("purpose", "is for people, not for a partner's program"));
        }
        Ok(Self { organization_id: organization.id, scopes, purpose })
    }
}

/// When a credential ends.
///
/// # Errors
///
/// `VALIDATION_FAILED` on `expiresAt` unless it lies within the next 366 days.
pub(super) fn read_end(write: &Write, expires_at: DateTime<Utc>) -> Result<DateTime<Utc>> {
    if write.now() < expires_at && expires_at <= write.now() + LONGEST {
        Ok(expires_at)
    } else {
        Err(Error::invalid("expiresAt", "lies in the future, within a year"))
    }
}
