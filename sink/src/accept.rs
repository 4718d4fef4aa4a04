//! Stage 2, accept: of what stands in the sealed log only what counts, by the rules that every reader follows.
//!
//! A store goes on at the last leaf that it holds: that record is read once more, and must be the one that was stored.

use std::collections::HashMap;

use seal::LeafHash;
use seal::replay::Replayed;
use seal::verify::ReadError;
use stream::sealed_log::{Entry, Epoch, Head, Hint, OwnerId, Position, Reader, Verdict, Weight};
use stream::{Offset, Partition};

use crate::decode::Decoded;
use crate::error::Error;
use crate::metric::SinkMetric;

/// The last leaf that a store holds of a partition.
#[derive(Debug, Clone, Copy)]
pub struct Stored {
    pub offset: Offset,
    pub leaf_hash: [u8; 32],
}

/// Where reading has come to, partition by partition.
#[derive(Default)]
pub struct Acceptance {
    readers: HashMap<Partition, Place>,
}

#[derive(Clone)]
enum Place {
    /// The record that the store holds last is to come.
    Anchor(Stored),
    Reading(Reader),
}

impl Acceptance {
    /// Begins a partition anew: after what the store holds last, else at the log's start. Gives where to read from.
    pub fn begin(&mut self, partition: Partition, stored: Option<Stored>) -> stream::Position {
        let place = stored.map_or(Place::Reading(Reader::EMPTY), Place::Anchor);
        self.readers.insert(partition, place);
        stored.map_or(stream::Position::Beginning, |stored| stream::Position::At(stored.offset))
    }

    /// Judges a batch, in order. What is not kept is counted. Nothing is remembered before [`Acceptance::stored`].
    pub fn judge<'a>(&self, batch: Vec<Decoded<'a>>) -> Result<Judged<'a>, Error> {
        let mut judged = Judged { accepted: Vec::with_capacity(batch.len()), after: HashMap::new() };
        for decoded in batch {
            let partition = decoded.partition;
            let known = judged.after.remove(&partition).or_else(|| self.readers.get(&partition).cloned());
            let place = known.ok_or(Error::TakenOver)?;
            let entry = entry(&decoded)?;
            let (place, verdict) = match place {
                Place::Anchor(stored) => (Place::Reading(anchored(&decoded, &entry, stored)?), Verdict::Anchored),
                Place::Reading(mut reader) => {
                    let verdict = reader.read(decoded.offset, entry);
                    (Place::Reading(reader), verdict)
                }
            };
            judged.after.insert(partition, place);
            count(verdict);
            if verdict == Verdict::Accepted {
                judged.accepted.push(decoded);
            }
        }
        Ok(judged)
    }

    /// The batch is stored: go on from there.
    pub fn stored(&mut self, after: Progress) {
        self.readers.extend(after.0);
    }
}

/// What counts of a batch.
pub struct Judged<'a> {
    pub accepted: Vec<Decoded<'a>>,
    after: HashMap<Partition, Place>,
}

/// Where reading stands once a batch is stored.
pub struct Progress(HashMap<Partition, Place>);

impl<'a> Judged<'a> {
    pub fn split(self) -> (Vec<Decoded<'a>>, Progress) {
        (self.accepted, Progress(self.after))
    }
}

fn anchored(decoded: &Decoded<'_>, entry: &Entry<'_>, stored: Stored) -> Result<Reader, Error> {
    let (partition, offset) = (decoded.partition, decoded.offset);
    let another = || Error::AnotherLog { partition, offset: stored.offset };
    let Entry::Record { epoch, owner, position } = entry else { return Err(another()) };
    if offset != stored.offset || position.hash != stored.leaf_hash {
        return Err(another());
    }
    let owner = OwnerId::new(owner).ok_or_else(another)?;
    let hint = Hint { offset, epoch: *epoch, owner, head: Head::after(position), state: String::new() };
    let mut reader = Reader::resume(&hint);
    match reader.read(offset, *entry) {
        Verdict::Anchored => Ok(reader),
        _ => Err(another()),
    }
}

/// What a record claims. This reader holds no keys: a forged fence shows in who reads with keys.
fn entry<'a>(decoded: &Decoded<'a>) -> Result<Entry<'a>, Error> {
    let Some((sealed, owner)) = decoded.sealed.as_ref().and_then(|sealed| Some((sealed, sealed.owner?))) else {
        return Ok(Entry::Foreign);
    };
    let epoch = Epoch { term: owner.term, generation: owner.generation, attempt: owner.attempt };
    if sealed.fence.is_some() {
        return Ok(Entry::Fence { epoch, owner: owner.id, authentic: true });
    }
    let leaf = match Replayed::read(sealed.leaf) {
        Ok(leaf) => leaf,
        // A newer worker's: to pass over it would be to lose all that follows.
        Err(error @ (ReadError::UnknownVersion | ReadError::UnknownKind)) => {
            let (partition, offset) = (decoded.partition, decoded.offset);
            return Err(Error::Unreadable { partition, offset, reason: error.to_string() });
        }
        Err(_) => return Ok(Entry::Foreign),
    };
    let (LeafHash(previous), LeafHash(hash)) = (leaf.envelope().previous, leaf.hash());
    let (from, next) = (Offset(leaf.envelope().source.from), Offset(leaf.envelope().source.next));
    let position = Position { sequence: leaf.envelope().sequence.0, previous, hash, from, next };
    Ok(Entry::Record { epoch, owner: owner.id, position })
}

fn count(verdict: Verdict) {
    if verdict.weight() == Weight::Part {
        return;
    }
    SinkMetric::RecordsIgnored.with(&[("verdict", verdict.name())]).increment(1);
    if verdict.weight() == Weight::Alarm {
        tracing::error!(verdict = verdict.name(), "the sealed log holds a record that no worker of ours writes");
    }
}
