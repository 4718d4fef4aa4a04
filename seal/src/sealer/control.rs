//! Every leaf but events.

use std::sync::Arc;

use schemas::Text;

use crate::chain::Sequence;
use crate::error::SealError;
use crate::keys::{Boundary, EpochKey};
use crate::leaf::limits;
use crate::leaf::write::{write_body, write_envelope};
use crate::leaf::{
    Body, ConfigChange, Duplicate, Erasure, Genesis, KeyEpoch, OwnerChange, Reject, RetentionCut, Source, SourceGap,
};
use crate::sealer::{Beside, Consumed, Sealed, Sealer, Turn};
use crate::state::News;

impl Sealer {
    /// Records that the bytes of a record were refused, and why. Whoever has them and the epoch key can know them again.
    pub fn reject(
        &mut self,
        record: Consumed,
        bytes: &[u8],
        reason: &str,
        out: &mut Vec<u8>,
    ) -> Result<Sealed, SealError> {
        let key = match self.rejects.take() {
            Some(key) => key,
            None => self.epoch.rejects(&self.chain)?,
        };
        let digest = self.rejects.insert(key).digest(record.offset, bytes);
        self.take(record, &Body::Reject(Reject { bytes: bytes.len() as u64, digest, reason: reason.into() }), out)
    }

    /// Records that the chain holds this event already.
    pub fn duplicate(
        &mut self,
        record: Consumed,
        duplicate: Duplicate<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Sealed, SealError> {
        self.take(record, &Body::Duplicate(duplicate), out)
    }

    /// Records that the source holds nothing up to `next`, and why.
    pub fn source_gap(&mut self, next: i64, reason: &str, out: &mut Vec<u8>) -> Result<Sealed, SealError> {
        let source = Source { next, ..self.state.here() };
        self.control(source, &Body::SourceGap(SourceGap { reason: reason.into() }), out)
    }

    /// Begins the chain at source offset `first` of `partition`.
    pub fn genesis(
        &mut self,
        partition: i32,
        first: i64,
        genesis: Genesis<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Sealed, SealError> {
        if *genesis.key != *self.epoch.id().as_str() {
            return Err(SealError::OtherKey(genesis.key.as_str().to_owned()));
        }
        self.control(Source { from: first, next: first, partition, time: 0 }, &Body::Genesis(genesis), out)
    }

    /// Closes the open segment, which must have a leaf.
    pub fn close_segment(&mut self, out: &mut Vec<u8>) -> Result<Sealed, SealError> {
        let sealed = self.here(&Body::SegmentClose(self.state.close()), out)?;
        // Now, not with the next record: on an idle chain that may be hours away.
        self.segment = None;
        Ok(sealed)
    }

    /// Brings a new epoch key into force. Only directly after [`Self::close_segment`]: each call is one record of the log.
    pub fn rotate(&mut self, new: EpochKey, out: &mut Vec<u8>) -> Result<Sealed, SealError> {
        let sequence = Sequence(self.state.size());
        let proof = new.prove(&Boundary { chain: &self.chain, sequence, previous: self.epoch.id() })?;
        let (key, previous) = (new.id().as_str().to_owned(), self.epoch.id().as_str().to_owned());
        let body = Body::KeyEpoch(KeyEpoch { key: key.into(), previous: previous.into(), proof });
        let sealed = self.control(self.state.here(), &body, out)?;
        self.epoch = new;
        (self.segment, self.rejects) = (None, None);
        Ok(sealed)
    }

    /// Records who writes from here on: the owner that this sealer was made for. Refused where a later turn was recorded.
    pub fn owner_change(&mut self, out: &mut Vec<u8>) -> Result<Sealed, SealError> {
        let Turn { term, generation, attempt, ref id } = self.owner;
        let owner = Text::from(id.to_string());
        self.here(&Body::OwnerChange(OwnerChange { attempt, generation, owner, term }), out)
    }

    pub fn erasure(&mut self, erasure: Erasure<'_>, out: &mut Vec<u8>) -> Result<Sealed, SealError> {
        self.here(&Body::Erasure(erasure), out)
    }

    pub fn config_change(&mut self, change: ConfigChange<'_>, out: &mut Vec<u8>) -> Result<Sealed, SealError> {
        self.here(&Body::ConfigChange(change), out)
    }

    pub fn retention_cut(&mut self, cut: RetentionCut<'_>, out: &mut Vec<u8>) -> Result<Sealed, SealError> {
        self.here(&Body::RetentionCut(cut), out)
    }

    fn take(&mut self, record: Consumed, body: &Body<'_>, out: &mut Vec<u8>) -> Result<Sealed, SealError> {
        let source = self.taking("", body.kind(), record).source;
        self.control(source, body, out)
    }

    fn here(&mut self, body: &Body<'_>, out: &mut Vec<u8>) -> Result<Sealed, SealError> {
        self.control(self.state.here(), body, out)
    }

    fn control(&mut self, source: Source, body: &Body<'_>, out: &mut Vec<u8>) -> Result<Sealed, SealError> {
        let chain = Arc::clone(&self.chain);
        let envelope = self.envelope(&chain, body.kind(), source);
        self.state.check(&envelope)?;
        limits::check(body, envelope.sequence.0)?;
        self.leaf.clear();
        write_envelope(&mut self.leaf, &envelope);
        write_body(&mut self.leaf, body);
        self.leaf.push(b'}');
        self.finish(&envelope, Beside::nothing_but(News::of(body)?), out)
    }
}
