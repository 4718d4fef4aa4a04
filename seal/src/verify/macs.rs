//! Checks MACs with the keys that the caller gave; finds the segment again where records are missing before it.

use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::chain::{LeafHash, Sequence};
use crate::keys::{Boundary, EpochVerifier, KeyError, KeyId};
use crate::leaf::KeyEpoch;
use crate::mac::SegmentVerifier;

/// How many segments a whole walk may try where it does not know which one it is in: a second or two of work.
const TRIALS_MAX: u32 = 1 << 20;

/// What a MAC turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Checked {
    /// It was made in this segment.
    Right {
        segment: u64,
    },
    Wrong,
    /// The segment would have to be looked for too far.
    TooFar,
    /// Whoever holds the key does not answer.
    Failed,
}

/// The keys, and the last segment's verifier, which nearly always is the next one's too.
#[derive(Debug)]
pub(crate) struct Macs<'k> {
    chain: Arc<str>,
    keys: &'k [EpochVerifier],
    segment: Option<(usize, u64, SegmentVerifier)>,
    trials_left: u32,
}

impl<'k> Macs<'k> {
    pub(crate) fn new(chain: Arc<str>, keys: &'k [EpochVerifier]) -> Self {
        Self { chain, keys, segment: None, trials_left: TRIALS_MAX }
    }

    pub(crate) fn are_checked(&self) -> bool {
        !self.keys.is_empty()
    }

    /// Which of the given keys has this id.
    pub(crate) fn find(&self, id: &str) -> Option<usize> {
        self.keys.iter().position(|key| key.id().as_str() == id)
    }

    pub(crate) fn check(&mut self, key: usize, segments: RangeInclusive<u64>, leaf: &LeafHash, mac: &[u8]) -> Checked {
        if let Some((of, segment, verifier)) = &self.segment
            && *of == key
            && segments.contains(segment)
            && verifier.verify(leaf, mac)
        {
            return Checked::Right { segment: *segment };
        }
        let is_known = segments.start() == segments.end();
        for segment in segments {
            if self.trials_left == 0 && !is_known {
                return Checked::TooFar;
            }
            self.trials_left = self.trials_left.saturating_sub(u32::from(!is_known));
            let Some(verifier) = self.verifier(key, segment) else { return Checked::Failed };
            if verifier.verify(leaf, mac) {
                return Checked::Right { segment };
            }
        }
        Checked::Wrong
    }

    fn verifier(&mut self, key: usize, segment: u64) -> Option<&SegmentVerifier> {
        if !matches!(&self.segment, Some((of, at, _)) if (*of, *at) == (key, segment)) {
            let verifier = self.keys.get(key)?.segment(&self.chain, segment).ok()?;
            self.segment = Some((key, segment, verifier));
        }
        self.segment.as_ref().map(|(_, _, verifier)| verifier)
    }

    /// Whether a key-epoch's proof holds; nothing where the new key was not given.
    pub(crate) fn proves(&self, at: Sequence, epoch: &KeyEpoch<'_>) -> Option<Result<bool, KeyError>> {
        let new = self.keys.get(self.find(&epoch.key)?)?;
        let previous = KeyId::new(&epoch.previous);
        Some(previous.and_then(|previous| {
            let boundary = Boundary { chain: &self.chain, sequence: at, previous: &previous };
            new.verify(&boundary, &epoch.proof)
        }))
    }
}

#[cfg(test)]
mod tests;
