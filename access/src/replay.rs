//! The guard against replays: remembers each nonce as long as its signature is within the time window.
//!
//! Bounds: [`Bounds::nonces_per_key_max`] for one key and [`Bounds::nonces_max`] for all, of about 65 bytes each. A full guard
//! refuses; it never forgets a nonce that could still be sent again.

use std::collections::{BTreeSet, HashMap, HashSet};

use sha2::{Digest, Sha256};

use crate::signature::Accepted;
use crate::{KeyId, SignatureFault, UnixSeconds};

/// How many nonces the guard remembers at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    pub nonces_max: usize,
    pub nonces_per_key_max: usize,
}

impl Default for Bounds {
    /// Room for 200 signed requests a second of one key, and 1,600 of all, through a window of ten minutes; about 65 MB when full.
    fn default() -> Self {
        Self { nonces_max: 1_000_000, nonces_per_key_max: 120_000 }
    }
}

/// A nonce, shortened to 128 bits of its SHA-256 so that its length is known.
type Fingerprint = [u8; 16];

/// The nonces of one key.
#[derive(Debug, Default)]
struct Seen {
    nonces: HashSet<Fingerprint>,
    by_end: BTreeSet<(UnixSeconds, Fingerprint)>,
}

impl Seen {
    /// Forgets what the time window refuses by itself from now on; says how many.
    fn forget_before(&mut self, now: UnixSeconds) -> usize {
        let before = self.nonces.len();
        while self.by_end.first().is_some_and(|(end, _)| *end < now) {
            if let Some((_, nonce)) = self.by_end.pop_first() {
                self.nonces.remove(&nonce);
            }
        }
        before - self.nonces.len()
    }
}

/// Which nonces passed. One per gateway process: nonces are not shared between processes, nor kept through a restart.
#[derive(Debug, Default)]
pub struct ReplayGuard {
    bounds: Bounds,
    keys: HashMap<KeyId, Seen>,
    remembered: usize,
    /// The latest time that anybody came with.
    latest: Option<UnixSeconds>,
}

/// As far as threads may overtake each other; a clock that was set back farther is believed.
const OVERTAKING: u64 = 5;

impl ReplayGuard {
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        Self { bounds, ..Self::default() }
    }

    /// How many nonces are remembered, for a gauge.
    #[must_use]
    pub fn len(&self) -> usize {
        self.remembered
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.remembered == 0
    }

    /// Lets a nonce pass once. Only good signatures come here, so nobody can fill the guard in another's name.
    pub(crate) fn admit(&mut self, key: &KeyId, accepted: &Accepted, now: UnixSeconds) -> Result<(), SignatureFault> {
        // Two threads may read the clock in one order and come here in the other: what was forgotten for one is too old for all.
        let overtaken = self.latest.filter(|latest| (now.0..=now.0.saturating_add(OVERTAKING)).contains(&latest.0));
        let now = overtaken.unwrap_or(now);
        self.latest = Some(now);
        if accepted.last_good < now {
            return Err(SignatureFault::TooOld);
        }
        if self.remembered >= self.bounds.nonces_max {
            self.forget_everywhere(now);
        }
        let seen = self.keys.entry(key.clone()).or_default();
        self.remembered -= seen.forget_before(now);
        let nonce = fingerprint(&accepted.nonce);
        if seen.nonces.contains(&nonce) {
            return Err(SignatureFault::Replayed);
        }
        if seen.nonces.len() >= self.bounds.nonces_per_key_max || self.remembered >= self.bounds.nonces_max {
            return Err(SignatureFault::GuardFull);
        }
        seen.nonces.insert(nonce);
        seen.by_end.insert((accepted.last_good, nonce));
        self.remembered += 1;
        Ok(())
    }

    /// Also of keys that have not sent anything for a while.
    fn forget_everywhere(&mut self, now: UnixSeconds) {
        self.keys.retain(|_, seen| {
            self.remembered -= seen.forget_before(now);
            !seen.nonces.is_empty()
        });
    }
}

fn fingerprint(nonce: &str) -> Fingerprint {
    let digest = Sha256::digest(nonce.as_bytes());
    let mut short = [0; 16];
    short.copy_from_slice(&digest[..16]);
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admit(
        guard: &mut ReplayGuard,
        key: u8,
        nonce: &str,
        (last_good, now): (u64, u64),
    ) -> Result<(), SignatureFault> {
        let accepted = Accepted { nonce: nonce.to_owned(), last_good: UnixSeconds(last_good) };
        guard.admit(&KeyId::of(&[key; 12]), &accepted, UnixSeconds(now))
    }

    #[test]
    fn a_nonce_passes_once_until_the_last_second_of_its_window() {
        let mut guard = ReplayGuard::default();
        assert_eq!(admit(&mut guard, 1, "a", (1_300, 1_000)), Ok(()));
        assert_eq!(admit(&mut guard, 1, "a", (1_300, 1_000)), Err(SignatureFault::Replayed));
        assert_eq!(admit(&mut guard, 1, "a", (1_300, 1_300)), Err(SignatureFault::Replayed));
        assert_eq!(admit(&mut guard, 1, "b", (1_300, 1_000)), Ok(()));
        assert_eq!(guard.len(), 2);
    }

    #[test]
    fn a_nonce_that_was_forgotten_is_too_old_for_a_thread_that_was_overtaken() {
        let mut guard = ReplayGuard::default();
        assert_eq!(admit(&mut guard, 1, "a", (1_300, 1_300)), Ok(()));
        assert_eq!(admit(&mut guard, 1, "b", (1_400, 1_301)), Ok(()), "forgets the first");
        assert_eq!(admit(&mut guard, 1, "a", (1_300, 1_300)), Err(SignatureFault::TooOld));
        assert_eq!(admit(&mut guard, 1, "c", (1_100, 1_000)), Ok(()), "a clock that was set back is believed");
    }

    #[test]
    fn keys_do_not_share_nonces() {
        let mut guard = ReplayGuard::default();
        assert_eq!(admit(&mut guard, 1, "a", (1_300, 1_000)), Ok(()));
        assert_eq!(admit(&mut guard, 2, "a", (1_300, 1_000)), Ok(()));
    }

    #[test]
    fn a_full_guard_refuses_and_forgets_nothing() {
        let mut guard = ReplayGuard::new(Bounds { nonces_max: 3, nonces_per_key_max: 2 });
        for nonce in ["a", "b"] {
            assert_eq!(admit(&mut guard, 1, nonce, (1_300, 1_000)), Ok(()));
        }
        assert_eq!(admit(&mut guard, 1, "c", (1_300, 1_000)), Err(SignatureFault::GuardFull));
        assert_eq!(admit(&mut guard, 1, "a", (1_300, 1_000)), Err(SignatureFault::Replayed));
        assert_eq!(admit(&mut guard, 2, "a", (1_400, 1_000)), Ok(()), "another key has room of its own");
        assert_eq!(admit(&mut guard, 3, "a", (1_300, 1_000)), Err(SignatureFault::GuardFull), "but not for ever");
        assert_eq!(
            admit(&mut guard, 3, "a", (1_601, 1_301)),
            Ok(()),
            "idle keys make room once their window has passed"
        );
        assert_eq!(guard.len(), 2);
        assert_eq!(admit(&mut guard, 2, "a", (1_400, 1_301)), Err(SignatureFault::Replayed), "and only then");
        assert_eq!(admit(&mut guard, 1, "c", (1_601, 1_301)), Ok(()));
    }
}
