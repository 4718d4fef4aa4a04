//! One partition's chain: first read back from the log, then written.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use schemas::{Owner, SealedRecord, topic};
use seal::keys::EpochVerifier;
use seal::mac::{FenceVerifier, SegmentVerifier};
use seal::replay::Replayed;
use seal::verify::ReadError;
use seal::{ChainState, LeafHash, Sealer};
use serde::{Deserialize, Serialize};
use stream::sealed_log::{Entry, Epoch, OwnerId, Position};
use stream::transform::Turn;
use stream::{Offset, Partition};

use crate::error::Error;
use crate::seal::SealingKey;

/// No more records than this are on their way to the log.
const IN_FLIGHT_MAX: u64 = 100_000;

/// When a segment is closed: whichever comes first.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SegmentLimits {
    pub records: u64,
    pub seconds: u64,
}

impl Default for SegmentLimits {
    fn default() -> Self {
        Self { records: 10_000, seconds: 60 }
    }
}

pub struct Chain {
    partition: Partition,
    name: String,
    stage: Stage,
    verifier: EpochVerifier,
    fences: FenceVerifier,
    /// The verifier of the segment that was looked at last.
    segment: Option<(u64, SegmentVerifier)>,
    /// A record that would have come next was not sealed with our key.
    forged: bool,
    /// The first record to be read is the one that a hint names.
    hinted: bool,
    /// Since this worker owns the chain: its turn, and where each of its latest segments begins.
    turn: Option<(Epoch, OwnerId)>,
    segments: VecDeque<(u64, u64)>,
    /// When the open segment got its first leaf from this worker.
    since: Option<Instant>,
    record: Vec<u8>,
}

enum Stage {
    Read(Box<ChainState>),
    Written(Box<Sealer>),
}

/// The chain's name.
pub fn name(partition: Partition) -> String {
    format!("{}/{partition}", topic::EVENTS.name)
}

pub fn owner(epoch: Epoch, id: &OwnerId) -> Owner<'_> {
    Owner { term: epoch.term, generation: epoch.generation, attempt: epoch.attempt, id: id.as_str() }
}

impl Chain {
    /// `None` when the state is not one of this chain.
    pub fn begin(partition: Partition, state: Option<&str>, key: &SealingKey) -> Result<Option<Self>, Error> {
        let name = name(partition);
        let hinted = state.is_some();
        let state = match state {
            None => ChainState::new(),
            Some(text) => match ChainState::parse(&name, text) {
                Ok(state) => state,
                Err(_) => return Ok(None),
            },
        };
        let verifier = key.verifier().clone();
        let fences = verifier.fence(&name).map_err(seal::SealError::from)?;
        let stage = Stage::Read(Box::new(state));
        let (segment, since, record, turn, segments) = Default::default();
        let forged = false;
        Ok(Some(Self {
            partition,
            name,
            stage,
            verifier,
            fences,
            segment,
            forged,
            hinted,
            turn,
            segments,
            since,
            record,
        }))
    }

    fn so_far(&self) -> &ChainState {
        match &self.stage {
            Stage::Read(state) => state,
            Stage::Written(sealer) => sealer.state(),
        }
    }

    pub fn text(&self) -> String {
        self.so_far().to_text(&self.name)
    }

    pub fn is_new(&self) -> bool {
        self.so_far().size() == 0
    }

    pub fn source_next(&self) -> Offset {
        Offset(self.so_far().source_next())
    }

    pub fn entry<'r>(&mut self, record: &SealedRecord<'r>) -> Result<Entry<'r>, Error> {
        let Some(owner) = record.owner else { return Ok(Entry::Foreign) };
        let hinted = std::mem::take(&mut self.hinted);
        let Owner { term, generation, attempt, id } = owner;
        let epoch = Epoch { term, generation, attempt };
        if record.fence.is_some() {
            return Ok(Entry::Fence { epoch, owner: id, authentic: seal::fence::verify(record, &self.fences) });
        }
        let replayed = match Replayed::read(record.leaf) {
            Ok(replayed) => replayed,
            // A newer worker's: to pass over it would be to seal a second history. All versions have the same MAC.
            Err(error @ (ReadError::UnknownVersion | ReadError::UnknownKind))
                if self.is_authentic(&LeafHash::of(record.leaf), record.mac, self.so_far().segment()) =>
            {
                return Err(Error::UnreadableRecord { partition: self.partition, reason: error.to_string() });
            }
            Err(_) => return Ok(Entry::Foreign),
        };
        let leaf = replayed.envelope();
        let LeafHash(previous) = leaf.previous;
        let position = Position {
            sequence: leaf.sequence.0,
            previous,
            hash: replayed.hash().0,
            from: Offset(leaf.source.from),
            next: Offset(leaf.source.next),
        };
        if leaf.chain != self.name {
            return Ok(Entry::Foreign);
        }
        let sealed_here = match (&self.stage, &self.turn) {
            (Stage::Read(_), _) => self.is_followable(&replayed, record.mac, hinted)?,
            (Stage::Written(_), turn) => {
                let own = turn.is_some_and(|(turn, owner)| turn == epoch && owner.as_str() == id);
                // What others write counts after a fence only, and then it is read once more.
                !own || self.is_own(&replayed, record.mac)
            }
        };
        Ok(if sealed_here { Entry::Record { epoch, owner: id, position } } else { Entry::Foreign })
    }

    /// Whether a record may be followed: one that comes next has to be of our key. All others do not count anyway.
    fn is_followable(&mut self, replayed: &Replayed<'_>, mac: &[u8], hinted: bool) -> Result<bool, Error> {
        let state = self.so_far();
        let (sequence, previous) = (replayed.envelope().sequence.0, replayed.envelope().previous);
        let (size, segment, leaves) = (state.size(), state.segment(), state.segment_leaves());
        // Only of the record that comes next, and of the last one, is the segment known.
        if sequence == size && previous == state.previous() {
            let authentic = self.is_authentic(&replayed.hash(), mac, segment);
            self.forged |= !authentic;
            return Ok(authentic);
        }
        if sequence + 1 != size || replayed.hash() != state.previous() {
            return Ok(true);
        }
        let last = segment.saturating_sub(u64::from(leaves == 0));
        let authentic = self.is_authentic(&replayed.hash(), mac, last);
        // At the hint's place stands what an owner has sealed; a copy of it may stand anywhere, by anybody.
        if hinted && !authentic {
            return Err(Error::OtherKeyBytes { partition: self.partition, key: self.verifier.id().to_string() });
        }
        Ok(authentic)
    }

    /// Whether this worker has sealed the record, in this turn.
    fn is_own(&mut self, replayed: &Replayed<'_>, mac: &[u8]) -> bool {
        let sequence = replayed.envelope().sequence.0;
        if sequence >= self.so_far().size() {
            return false;
        }
        let segment = self.segments.iter().rfind(|(first, _)| *first <= sequence).map(|(_, number)| *number);
        segment.is_some_and(|segment| self.is_authentic(&replayed.hash(), mac, segment))
    }

    fn is_authentic(&mut self, leaf: &LeafHash, mac: &[u8], number: u64) -> bool {
        if self.segment.as_ref().is_none_or(|(of, _)| *of != number) {
            self.segment = self.verifier.segment(&self.name, number).ok().map(|verifier| (number, verifier));
        }
        let verifier = self.segment.as_ref().map(|(_, verifier)| verifier);
        verifier.is_some_and(|verifier| verifier.verify(leaf, mac))
    }

    /// Follows a record that counts. What is being written here is known already.
    pub fn follow(&mut self, leaf: &[u8]) -> Result<(), Error> {
        let Stage::Read(state) = &mut self.stage else { return Ok(()) };
        let partition = self.partition;
        let followed = Replayed::read(leaf).map_err(Into::into).and_then(|leaf| state.replay(&self.name, &leaf));
        followed.map_err(|reason| Error::UnreadableRecord { partition, reason: reason.to_string() })
    }

    pub fn own(&mut self, turn: &Turn<'_>, key: &SealingKey) -> Result<(), Error> {
        let state = self.so_far().clone();
        if let Some(found) = state.key().filter(|found| *found != key.epoch().id()) {
            let (found, held) = (found.to_string(), key.epoch().id().to_string());
            return Err(Error::OtherKey { partition: self.partition, found, held });
        }
        // Without a hint nothing tells a stranger's records from our own under another key, and a second beginning of a chain
        // would be worse than none: whoever knows that nothing of it is ours can delete it.
        if state.size() == 0 && self.forged {
            return Err(Error::NothingOfThisKey { partition: self.partition, key: key.epoch().id().to_string() });
        }
        self.turn = Some((turn.epoch, *turn.owner));
        self.segments = VecDeque::from([(state.size(), state.segment())]);
        let sealer = Sealer::new(&self.name, state, key.epoch().clone(), owner(turn.epoch, turn.owner))?;
        self.stage = Stage::Written(Box::new(sealer));
        Ok(())
    }

    /// The sealer and a buffer for one record; `None` while the chain is only read.
    pub fn sealing(&mut self) -> Option<(&mut Sealer, &mut Vec<u8>)> {
        match &mut self.stage {
            Stage::Read(_) => None,
            Stage::Written(sealer) => Some((sealer, &mut self.record)),
        }
    }

    /// A record was appended.
    pub fn noted(&mut self) {
        let (size, segment) = (self.so_far().size(), self.so_far().segment());
        if self.segments.back().is_some_and(|(_, last)| *last != segment) {
            self.segments.push_back((size, segment));
            while self.segments.get(1).is_some_and(|(first, _)| first + IN_FLIGHT_MAX <= size) {
                self.segments.pop_front();
            }
        }
        match self.so_far().segment_leaves() {
            0 => self.since = None,
            _ => {
                self.since.get_or_insert_with(Instant::now);
            }
        }
    }

    pub fn is_due(&self, limits: &SegmentLimits) -> bool {
        let old = self.since.is_some_and(|since| since.elapsed() >= Duration::from_secs(limits.seconds));
        let leaves = self.so_far().segment_leaves();
        leaves > 0 && (leaves >= limits.records || old)
    }
}

#[cfg(test)]
mod tests;
