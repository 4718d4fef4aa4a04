//! Stage 4, seal: one chain per partition, gone on with where the sealed log's accepted history ends.

mod chain;
mod keys;

use std::collections::HashMap;

use schemas::wire::{self, SchemaId};
use schemas::{SealedRecord, topic};
use seal::protect::{Nonces, SubjectKeys};
use seal::{Consumed, LeafHash, Protected, SealError, Sealed, Vault};
use stream::sealed_log::{Entry, Epoch, OwnerId, Position};
use stream::transform::{Outbox, Turn};
use stream::{Offset, Partition};

use crate::error::Error;
use crate::metric::EnrichMetric;
use chain::Chain;
pub use chain::SegmentLimits;
pub use keys::SealingKey;

/// Everything that the chains of one worker share.
pub struct Chains {
    key: SealingKey,
    schema: SchemaId,
    trail: String,
    limits: SegmentLimits,
    chains: HashMap<Partition, Chain>,
}

impl Chains {
    pub fn new(key: SealingKey, schema: SchemaId, trail: String, limits: SegmentLimits) -> Self {
        Self { key, schema, trail, limits, chains: HashMap::new() }
    }

    /// Takes a chain up at the state that a hint carries, else at its start. False: that state is not this chain's.
    pub fn begin(&mut self, partition: Partition, state: Option<&str>) -> Result<bool, Error> {
        let chain = Chain::begin(partition, state, &self.key)?;
        let understood = chain.is_some();
        self.chains.extend(chain.map(|chain| (partition, chain)));
        Ok(understood)
    }

    /// What a record of the log claims; what no holder of the key wrote claims nothing.
    pub fn entry<'r>(&mut self, partition: Partition, record: &'r [u8]) -> Result<Entry<'r>, Error> {
        let decoded = wire::split(record).and_then(|(_, body)| SealedRecord::decode(body));
        let (Ok(decoded), Some(chain)) = (decoded, self.chains.get_mut(&partition)) else { return Ok(Entry::Foreign) };
        chain.entry(&decoded)
    }

    /// Follows an accepted record.
    pub fn follow(&mut self, partition: Partition, record: &[u8]) -> Result<(), Error> {
        let Some(chain) = self.chains.get_mut(&partition) else { return Ok(()) };
        let unreadable = |error: schemas::DecodeError| Error::UnreadableRecord { partition, reason: error.to_string() };
        let (_, body) = wire::split(record).map_err(unreadable)?;
        let decoded = SealedRecord::decode(body).map_err(unreadable)?;
        chain.follow(decoded.leaf)
    }

    /// The record that opens this worker's turn.
    pub fn fence(&self, partition: Partition, epoch: Epoch, owner: &OwnerId) -> Result<Vec<u8>, Error> {
        let mut record = Vec::new();
        wire::write_header(&mut record, self.schema);
        seal::fence::write(&chain::name(partition), chain::owner(epoch, owner), self.key.epoch(), &mut record)?;
        Ok(record)
    }

    /// Begins to seal: a new chain with its genesis, an old one with a word on who writes from here on.
    pub fn own(&mut self, turn: &Turn<'_>, out: &mut Outbox<'_>) -> Result<(), Error> {
        let Some(chain) = self.chains.get_mut(&out.partition()) else { return Ok(()) };
        chain.own(turn, &self.key)?;
        let (trail, key) = (&self.trail, &self.key);
        let partition = out.partition().0;
        if chain.is_new() {
            write(chain, self.schema, out, |sealer, record| {
                let genesis = key.genesis(trail, topic::EVENTS.name);
                sealer.genesis(partition, turn.source.0, genesis, record)
            })
        } else {
            write(chain, self.schema, out, |sealer, record| sealer.owner_change(record))
        }
    }

    /// Seals an event. The inner error refuses it, and nothing was appended.
    pub fn event<K: SubjectKeys, N: Nonces>(
        &mut self,
        protected: Protected<'_>,
        vault: Vault<'_, K, N>,
        record: Consumed,
        out: &mut Outbox<'_>,
    ) -> Result<Result<(), SealError>, Error> {
        let Some(chain) = self.chains.get_mut(&out.partition()) else { return Ok(Ok(())) };
        match write(chain, self.schema, out, |sealer, bytes| sealer.event(record, protected, vault, bytes)) {
            Err(Error::Seal(error)) if error.disposition() == seal::keys::Disposition::Reject => Ok(Err(error)),
            other => other.map(Ok),
        }
    }

    /// Writes into the chain that a record was refused.
    pub fn reject(
        &mut self,
        payload: &[u8],
        reason: &str,
        record: Consumed,
        out: &mut Outbox<'_>,
    ) -> Result<(), Error> {
        let Some(chain) = self.chains.get_mut(&out.partition()) else { return Ok(()) };
        write(chain, self.schema, out, |sealer, bytes| sealer.reject(record, payload, reason, bytes))
    }

    /// Accounts for source offsets that hold nothing, if the next record comes after such.
    pub fn bridge(&mut self, offset: Offset, out: &mut Outbox<'_>) -> Result<(), Error> {
        let partition = out.partition();
        let Some(chain) = self.chains.get_mut(&partition) else { return Ok(()) };
        let expected = chain.source_next();
        if offset <= expected {
            return Ok(());
        }
        EnrichMetric::SourceGaps.increment(1);
        tracing::error!(%partition, %expected, found = %offset, "accepted records are gone from the input; the chain says so");
        write(chain, self.schema, out, |sealer, record| sealer.source_gap(offset.0, "not-in-topic", record))
    }

    /// Closes the open segment where it is full or old enough.
    pub fn close_if_due(&mut self, out: &mut Outbox<'_>) -> Result<(), Error> {
        match self.chains.get_mut(&out.partition()) {
            Some(chain) if chain.is_due(&self.limits) => {
                write(chain, self.schema, out, |sealer, record| sealer.close_segment(record))
            }
            _ => Ok(()),
        }
    }

    /// The chain's state after the last record, as a hint carries it.
    pub fn state(&self, partition: Partition) -> Option<String> {
        self.chains.get(&partition).map(Chain::text)
    }

    pub fn release(&mut self, partition: Partition) {
        self.chains.remove(&partition);
    }
}

/// Seals one record and appends it.
fn write(
    chain: &mut Chain,
    schema: SchemaId,
    out: &mut Outbox<'_>,
    seal: impl FnOnce(&mut seal::Sealer, &mut Vec<u8>) -> Result<Sealed, SealError>,
) -> Result<(), Error> {
    let Some((sealer, record)) = chain.sealing() else { return Ok(()) };
    let (LeafHash(previous), from) = (sealer.state().previous(), Offset(sealer.state().source_next()));
    record.clear();
    wire::write_header(record, schema);
    let Sealed { sequence, hash: LeafHash(hash) } = seal(sealer, record)?;
    let next = Offset(sealer.state().source_next());
    out.append(Position { sequence: sequence.0, previous, hash, from, next }, record)?;
    chain.noted();
    Ok(())
}
