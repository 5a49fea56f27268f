//! Whose turn it is among tenants.

use std::collections::HashMap;

use uuid::Uuid;

/// How the places of a relay are shared: whoever has fewest events under way comes first, and among those whoever was
/// served longest ago. So a tenant with one event waits for one round, however many events the others have.
#[derive(Debug, Default)]
pub(super) struct Shares {
    under_way: HashMap<Uuid, usize>,
    last_served: HashMap<Uuid, u64>,
    served: u64,
}

impl Shares {
    /// Gives out `free` places among tenants that have events due, to none more than `most` with those it has: how many
    /// each may take. Whoever has fewer events than that leaves places, which are to be offered again.
    pub(super) fn offers(&self, due: &[Uuid], free: usize, most: usize) -> Vec<(Uuid, usize)> {
        let mut offers: Vec<(Uuid, usize)> = due.iter().map(|tenant| (*tenant, 0)).collect();
        offers.sort_by_key(|(tenant, _)| self.last_served.get(tenant).copied());
        for _ in 0..free {
            // The first of those with fewest: whoever was served longest ago.
            let least = offers.iter_mut().min_by_key(|(tenant, given)| self.count(*tenant) + *given);
            match least {
                Some((tenant, given)) if self.count(*tenant) + *given < most => *given += 1,
                _ => break,
            }
        }
        offers.retain(|(_, given)| *given > 0);
        offers
    }

    /// Notes that events of a tenant are being carried out.
    pub(super) fn begin(&mut self, tenant: Uuid, events: usize) {
        if events == 0 {
            return;
        }
        *self.under_way.entry(tenant).or_default() += events;
        self.served += 1;
        self.last_served.insert(tenant, self.served);
    }

    /// Notes that one of them is over.
    pub(super) fn end(&mut self, tenant: Uuid) {
        if let Some(count) = self.under_way.get_mut(&tenant) {
            *count -= 1;
            if *count == 0 {
                self.under_way.remove(&tenant);
            }
        }
    }

    fn count(&self, tenant: Uuid) -> usize {
        self.under_way.get(&tenant).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOISY: Uuid = Uuid::from_u128(1);
    const QUIET: Uuid = Uuid::from_u128(2);
    const OTHER: Uuid = Uuid::from_u128(3);

    #[test]
    fn a_tenant_alone_gets_every_place() {
        assert_eq!(Shares::default().offers(&[NOISY], 16, 16), [(NOISY, 16)]);
        assert_eq!(Shares::default().offers(&[], 16, 16), []);
    }

    #[test]
    fn places_are_shared_evenly_among_those_who_have_events() {
        assert_eq!(
            Shares::default().offers(&[NOISY, QUIET, OTHER], 5, 16),
            [(NOISY, 2), (QUIET, 2), (OTHER, 1)]
        );
    }

    #[test]
    fn the_next_free_place_is_for_whoever_has_fewest_under_way() {
        let mut shares = Shares::default();
        shares.begin(NOISY, 15);
        assert_eq!(shares.offers(&[NOISY, QUIET], 1, 16), [(QUIET, 1)]);
        assert_eq!(shares.offers(&[NOISY, QUIET], 16, 16), [(QUIET, 16)]);
    }

    #[test]
    fn no_tenant_has_more_than_its_most() {
        let mut shares = Shares::default();
        assert_eq!(shares.offers(&[NOISY], 16, 12), [(NOISY, 12)]);
        shares.begin(NOISY, 12);
        assert_eq!(shares.offers(&[NOISY], 4, 12), []);
        assert_eq!(shares.offers(&[NOISY, QUIET], 4, 12), [(QUIET, 4)]);
    }

    #[test]
    fn with_one_place_every_tenant_is_served_in_turn() {
        let mut shares = Shares::default();
        let mut served = Vec::new();
        for _ in 0..6 {
            let [(tenant, 1)] = shares.offers(&[NOISY, QUIET, OTHER], 1, 16)[..] else { panic!("one place") };
            shares.begin(tenant, 1);
            shares.end(tenant);
            served.push(tenant);
        }
        assert_eq!(served, [NOISY, QUIET, OTHER, NOISY, QUIET, OTHER]);
        assert!(shares.under_way.is_empty());
    }
}
