//! Reads the chains from the sealed log itself, by the rules that every reader of it follows.

use anyhow::Result;
use schemas::{SealedRecord, topic, wire};
use seal::LeafHash;
use seal::keys::EpochVerifier;
use seal::mac::FenceVerifier;
use seal::replay::Replayed;
use seal::verify::StoredRecord;
use stream::sealed_log::{Entry, Epoch, Position, Reader, Tally, Verdict, Weight};
use stream::tail::TailReader;
use stream::{Offset, Partition};

use super::walk::{Walk, chain_name};
use crate::connections::Connections;

/// Walks what counts, and tallies what does not.
pub fn walk(connections: &Connections, keys: &[EpochVerifier], walk: &mut Walk<'_>) -> Result<Tally> {
    let log = TailReader::new(&connections.kafka(), topic::SEALED.name)?;
    let mut tally = Tally::default();
    for partition in log.partitions()? {
        walk.start(partition.0);
        let fences = Fences::of(partition, keys)?;
        let mut reader = Reader::EMPTY;
        log.read_all::<anyhow::Error>(partition, |offset, payload| {
            let record = wire::split(payload).and_then(|(_, body)| SealedRecord::decode(body)).ok();
            let verdict = reader.read(offset, record.as_ref().map_or(Entry::Foreign, |record| entry(record, &fences)));
            tally.add(verdict);
            if verdict.weight() == Weight::Alarm {
                let (as_verdict, what) = meaning(verdict);
                walk.note(
                    partition.0,
                    reader.head().size,
                    as_verdict,
                    format!("offset {offset} of audit.sealed {what}"),
                );
            }
            if let Some(record) = record.filter(|_| verdict == Verdict::Accepted) {
                walk.take_logged(&StoredRecord::new(record.leaf, record.mac, record.key_id));
            }
            Ok(())
        })?;
        if reader.gap_is_open() {
            let what = "records that follow it stand in audit.sealed, and it does not".to_owned();
            walk.note(partition.0, reader.head().size, seal::verify::Verdict::Missing, what);
        }
    }
    Ok(tally)
}

/// What a record is that no worker of ours writes. A record that was changed in place shows as a fork behind it.
fn meaning(verdict: Verdict) -> (seal::verify::Verdict, &'static str) {
    match verdict {
        Verdict::Fork => (seal::verify::Verdict::Forked, "is another record than the one before it leads to"),
        Verdict::Misplaced => (seal::verify::Verdict::Tampered, "skips or repeats source offsets"),
        Verdict::Unfenced => (seal::verify::Verdict::Tampered, "belongs to a turn that no fence opened"),
        Verdict::Forged => (seal::verify::Verdict::Tampered, "is a fence that no holder of the key wrote"),
        _ => (seal::verify::Verdict::Tampered, "is no sealed record; something else writes there"),
    }
}

/// Knows which fences are real, if there are keys.
pub struct Fences(Vec<(String, FenceVerifier)>);

impl Fences {
    pub fn of(partition: Partition, keys: &[EpochVerifier]) -> Result<Self> {
        let chain = chain_name(partition.0);
        let each = keys.iter().map(|key| Ok((key.id().to_string(), key.fence(&chain)?)));
        each.collect::<Result<_>>().map(Self)
    }

    /// Without keys nothing speaks against a fence; with them, one under another key could be anybody's.
    fn are_authentic(&self, fence: &SealedRecord<'_>) -> bool {
        let verifier = self.0.iter().find(|(id, _)| id == fence.key_id).map(|(_, verifier)| verifier);
        self.0.is_empty() || verifier.is_some_and(|verifier| seal::fence::verify(fence, verifier))
    }
}

/// What a record claims to a reader that knows these fences.
pub fn entry<'a>(record: &SealedRecord<'a>, fences: &Fences) -> Entry<'a> {
    let Some(owner) = record.owner else { return Entry::Foreign };
    let epoch = Epoch { term: owner.term, generation: owner.generation, attempt: owner.attempt };
    if record.fence.is_some() {
        return Entry::Fence { epoch, owner: owner.id, authentic: fences.are_authentic(record) };
    }
    let Ok(leaf) = Replayed::read(record.leaf) else { return Entry::Foreign };
    let (envelope, LeafHash(hash)) = (leaf.envelope(), leaf.hash());
    let position = Position {
        sequence: envelope.sequence.0,
        previous: envelope.previous.0,
        hash,
        from: Offset(envelope.source.from),
        next: Offset(envelope.source.next),
    };
    Entry::Record { epoch, owner: owner.id, position }
}

#[cfg(test)]
mod tests {
    use schemas::Owner;
    use seal::keys::{EpochKey, KeyId, Secret};

    use super::*;

    fn key(name: &str, byte: u8) -> EpochKey {
        EpochKey::new(KeyId::new(name).unwrap(), &Secret::new([byte; 32]))
    }

    #[test]
    fn a_fence_under_a_strange_key_rules_only_where_there_is_no_key_to_tell() {
        let owner = Owner { term: 99, generation: 1, attempt: 0, id: "stranger" };
        let ours = key("k-1", 1);
        let with_key = Fences::of(Partition(3), &[ours.verifier()]).unwrap();
        let without = Fences::of(Partition(3), &[]).unwrap();
        for (maker, ours) in [(&ours, true), (&key("x", 2), false), (&key("k-1", 2), false)] {
            let mut bytes = Vec::new();
            seal::fence::write(&chain_name(3), owner, maker, &mut bytes).unwrap();
            let fence = SealedRecord::decode(&bytes).unwrap();
            assert_eq!((with_key.are_authentic(&fence), without.are_authentic(&fence)), (ours, true));
        }
    }
}
