//! Stage 3, seal: one chain per partition, resumed from the sealed log itself.

use std::collections::HashMap;

use phi::Classified;
use schemas::wire::{self, SchemaId};
use schemas::{DecodeError, SealedRecord, topic};
use seal::draft::{ChainState, KeyId, Leaf, MacKey, Sealer, Signer, SourcePosition};
use seal::{LeafHash, Sequence};
use stream::{Offset, Partition, Position};

use crate::error::Error;
use crate::metric::EnrichMetric;

/// One partition's chain and the last input that it holds.
struct Chain {
    sealer: Sealer,
    last_source: Option<Offset>,
}

/// Seals records, each onto its partition's chain.
pub struct Chains {
    key: MacKey,
    schema: SchemaId,
    chains: HashMap<Partition, Chain>,
    record: Vec<u8>,
}

impl Chains {
    pub fn new(key_id: &str, key: &[u8], schema: SchemaId) -> Result<Self, Error> {
        let key = MacKey::new(KeyId(key_id.to_owned()), key).ok_or(Error::ShortKey)?;
        Ok(Self { key, schema, chains: HashMap::new(), record: Vec::new() })
    }

    /// Takes a chain over from its last sealed record and says where its input goes on.
    pub fn resume(&mut self, partition: Partition, last: Option<&[u8]>) -> Result<Position, Error> {
        let (state, last_source) = match last {
            None => (ChainState::EMPTY, None),
            Some(bytes) => self.read_head(partition, bytes).map(|(state, source)| (state, Some(source)))?,
        };
        let name = format!("{}/{partition}", topic::EVENTS.name);
        tracing::info!(chain = name, next_sequence = state.next.0, "chain taken over");
        let sealer = Sealer::new(name, state, Signer::new(self.key.clone()));
        self.chains.insert(partition, Chain { sealer, last_source });
        Ok(last_source.map_or(Position::Beginning, |last| Position::At(last.next())))
    }

    fn read_head(&self, partition: Partition, bytes: &[u8]) -> Result<(ChainState, Offset), Error> {
        let unreadable = |error: DecodeError| Error::UnreadableHead { partition, reason: error.into() };
        let (_, body) = wire::split(bytes).map_err(unreadable)?;
        let record = SealedRecord::decode(body).map_err(unreadable)?;
        let held = &self.key.id().0;
        if record.key_id != held {
            return Err(Error::OtherKey { partition, found: record.key_id.to_owned(), held: held.clone() });
        }
        if !self.key.verifies(record.leaf, record.mac) {
            return Err(Error::ForgedHead { partition });
        }
        let leaf =
            Leaf::parse(record.leaf).map_err(|error| Error::UnreadableHead { partition, reason: error.into() })?;
        let state = ChainState { next: Sequence(leaf.sequence.0 + 1), previous: LeafHash::of(record.leaf) };
        Ok((state, Offset(leaf.source.offset)))
    }

    pub fn release(&mut self, partition: Partition) {
        self.chains.remove(&partition);
    }

    /// Seals an event; the answer is the record to append. `None` when the chain was not taken over.
    pub fn seal(&mut self, event: &Classified<'_>, partition: Partition, offset: Offset) -> Option<&[u8]> {
        self.with_chain(partition, offset, |sealer, source, out| sealer.seal(event, source, out))
    }

    /// Writes into the chain that a record was refused.
    pub fn reject(&mut self, payload: &[u8], reason: &str, partition: Partition, offset: Offset) -> Option<&[u8]> {
        self.with_chain(partition, offset, |sealer, source, out| sealer.reject(payload, reason, source, out))
    }

    fn with_chain(
        &mut self,
        partition: Partition,
        offset: Offset,
        write: impl FnOnce(&mut Sealer, SourcePosition, &mut Vec<u8>),
    ) -> Option<&[u8]> {
        let chain = self.chains.get_mut(&partition)?;
        let expected = chain.last_source.map_or(Offset(0), Offset::next);
        if offset != expected {
            EnrichMetric::SourceGaps.increment(1);
            tracing::error!(%partition, %expected, found = %offset, "accepted records are gone from the input; the verifier will say so");
        }
        chain.last_source = Some(offset);
        self.record.clear();
        wire::write_header(&mut self.record, self.schema);
        write(&mut chain.sealer, SourcePosition { partition: partition.0, offset: offset.0 }, &mut self.record);
        Some(&self.record)
    }
}
