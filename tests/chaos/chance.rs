//! Choices that a seed repeats.

use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher, Hasher},
};

/// A row of choices (SplitMix64).
#[derive(Clone, Debug)]
pub struct Chance {
    seed: u64,
    state: u64,
}

impl Chance {
    pub const fn new(seed: u64) -> Self {
        Self { seed, state: seed }
    }

    /// A seed that was not taken before.
    pub fn any_seed() -> u64 {
        // The standard library draws its keys from the system.
        RandomState::new().build_hasher().finish() >> 32
    }

    /// What `new` takes to make the same choices.
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// A row of its own, for somebody who chooses at the same time.
    pub fn fork(&mut self) -> Self {
        Self::new(self.next())
    }

    /// A number from `least` to `most`.
    pub fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.next() % (most - least + 1)
    }

    /// Yes, once in so many times.
    pub fn one_in(&mut self, times: u64) -> bool {
        self.next().is_multiple_of(times)
    }

    /// One of these, if there are any.
    pub fn one_of<'t, T>(&mut self, all: &'t [T]) -> Option<&'t T> {
        let index = usize::try_from(self.next() >> 1).unwrap_or_default();
        all.get(index.checked_rem(all.len())?)
    }

    const fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
