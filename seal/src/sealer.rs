//! One chain's writer: takes what happened, gives the sealed record, and moves the chain's state on.
//!
//! ```text
//! Protected ─▶ leaf (hidden members as digests) ─▶ leaf hash ─▶ state        out: one SealedRecord's Avro body
//!                        └──────────────────────▶ MAC (segment key)
//! ```
//!
//! All but nonces and ciphertexts is a function of the input, the state and the keys. Whatever fails leaves state and output as they were.

mod hiding;
mod oversize;

use std::sync::Arc;

use phi::Level;
use phi::hidden::Hidden;
use schemas::{AuditEvent, Extras, Owner, SealedRecord, Text};
use sha2::{Digest, Sha256};

use crate::canonical::{Canonical, Scratch};
use crate::chain::{LeafHash, Sequence};
use crate::error::SealError;
use crate::keys::{Boundary, EpochKey, KeyId};
use crate::leaf::limits;
use crate::leaf::write::{write_body, write_envelope};
use crate::leaf::{
    Body, Class, ConfigChange, Duplicate, Envelope, Erasure, Genesis, KeyEpoch, Kind, LEAF_BYTES_MAX, NO_TIME,
    NUMBER_LIMIT, OwnerChange, Reject, RetentionCut, Source, SourceGap, is_chain_name, is_policy,
};
use crate::mac::SegmentKey;
use crate::protect::{Nonces, SubjectKeys};
use crate::state::ChainState;
use hiding::{Hiding, Kept};

/// An event with all that was found out about it.
#[derive(Debug, Clone)]
pub struct Protected<'e> {
    pub event: &'e AuditEvent<'e>,
    pub level: Level,
    /// The policy's version.
    pub policy: &'e str,
    /// What the leaf holds as digests, in the order of canonical JSON.
    pub hidden: &'e [Hidden],
    /// Search tokens by field, for beside the leaf.
    pub tokens: Extras<'e>,
    /// Free text without its PHI by path, for beside the leaf.
    pub redacted: Extras<'e>,
}

/// The input record that a leaf accounts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consumed {
    pub offset: i64,
    /// Milliseconds since 1970. What no leaf can hold counts as no time.
    pub time: i64,
}

/// Where hiding gets subjects' keys and nonces from.
#[derive(Debug)]
pub struct Vault<'v, K, N> {
    pub keys: &'v mut K,
    pub nonces: &'v mut N,
}

/// What was sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sealed {
    pub sequence: Sequence,
    pub hash: LeafHash,
}

/// What goes beside the leaf.
#[derive(Default)]
struct Beside<'b> {
    /// The key that comes into force with this leaf.
    key: Option<KeyId>,
    kept: &'b [Kept],
    tokens: Extras<'b>,
    redacted: Extras<'b>,
}

/// Writes one chain. Holds buffers, so that an event without hidden members allocates nothing after warm-up.
pub struct Sealer {
    chain: Arc<str>,
    state: ChainState,
    epoch: EpochKey,
    /// The open segment's key, made when its first leaf comes.
    segment: Option<(u64, SegmentKey)>,
    owner: Turn,
    leaf: Vec<u8>,
    scratch: Scratch,
    kept: Vec<Kept>,
}

struct Turn {
    term: i64,
    generation: i32,
    attempt: i32,
    id: Box<str>,
}

impl Sealer {
    /// Goes on from `state`, whose key in force must be `epoch`.
    pub fn new(chain: &str, state: ChainState, epoch: EpochKey, owner: Owner<'_>) -> Result<Self, SealError> {
        if !is_chain_name(chain) {
            return Err(SealError::ChainName);
        }
        if let Some(key) = state.key().filter(|key| *key != epoch.id()) {
            return Err(SealError::OtherKey(key.as_str().to_owned()));
        }
        let Owner { term, generation, attempt, id } = owner;
        let owner = Turn { term, generation, attempt, id: id.into() };
        let (leaf, scratch, kept) = Default::default();
        Ok(Self { chain: chain.into(), state, epoch, segment: None, owner, leaf, scratch, kept })
    }

    #[must_use]
    pub fn state(&self) -> &ChainState {
        &self.state
    }

    #[must_use]
    pub fn chain(&self) -> &str {
        &self.chain
    }

    /// Seals an event.
    pub fn event<K: SubjectKeys, N: Nonces>(
        &mut self,
        record: Consumed,
        protected: Protected<'_>,
        vault: Vault<'_, K, N>,
        out: &mut Vec<u8>,
    ) -> Result<Sealed, SealError> {
        let Protected { event, level, policy, hidden, tokens, redacted } = protected;
        if !is_policy(policy) {
            return Err(SealError::Member("policy"));
        }
        let chain = Arc::clone(&self.chain);
        let envelope = Envelope { class: Some(Class { level, policy }), ..self.taking(&chain, Kind::Event, record) };
        self.state.check(&envelope)?;
        let mut kept = std::mem::take(&mut self.kept);
        let mut hiding = Hiding::new(&envelope, event, vault, &mut kept);
        let written = self.write_event(&envelope, event, hidden, &mut hiding);
        kept.sort_unstable_by_key(|kept| kept.digest);
        let sealed =
            written.and_then(|()| self.finish(&envelope, Beside { key: None, kept: &kept, tokens, redacted }, out));
        self.kept = kept;
        sealed
    }

    /// Records that the bytes of a record were refused, and why.
    pub fn reject(
        &mut self,
        record: Consumed,
        bytes: &[u8],
        reason: &str,
        out: &mut Vec<u8>,
    ) -> Result<Sealed, SealError> {
        let sha256 = Sha256::digest(bytes).into();
        self.take(record, &Body::Reject(Reject { bytes: bytes.len() as u64, reason: reason.into(), sha256 }), out)
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
        self.control(source, &Body::SourceGap(SourceGap { reason: reason.into() }), None, out)
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
        let key = Some(self.epoch.id().clone());
        self.control(Source { from: first, next: first, partition, time: 0 }, &Body::Genesis(genesis), key, out)
    }

    /// Closes the open segment, which must have a leaf.
    pub fn close_segment(&mut self, out: &mut Vec<u8>) -> Result<Sealed, SealError> {
        self.here(&Body::SegmentClose(self.state.close()), out)
    }

    /// Brings a new epoch key into force. Only directly after [`Self::close_segment`]: each call is one record of the log.
    pub fn rotate(&mut self, new: EpochKey, out: &mut Vec<u8>) -> Result<Sealed, SealError> {
        let sequence = Sequence(self.state.size());
        let proof = new.prove(&Boundary { chain: &self.chain, sequence, previous: self.epoch.id() })?;
        let (key, previous) = (new.id().as_str().to_owned(), self.epoch.id().as_str().to_owned());
        let body = Body::KeyEpoch(KeyEpoch { key: key.into(), previous: previous.into(), proof });
        let sealed = self.control(self.state.here(), &body, Some(new.id().clone()), out)?;
        self.epoch = new;
        self.segment = None;
        Ok(sealed)
    }

    /// Records who writes from here on: the owner that this sealer was made for.
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

    fn write_event<K: SubjectKeys, N: Nonces>(
        &mut self,
        envelope: &Envelope<'_>,
        event: &AuditEvent<'_>,
        hidden: &[Hidden],
        hiding: &mut Hiding<'_, '_, K, N>,
    ) -> Result<(), SealError> {
        oversize::check(hidden)?;
        let with_extras = oversize::with_hostile_extras(event, hidden);
        let mut hidden = with_extras.as_deref().unwrap_or(hidden);
        self.write_event_once(envelope, event, hidden, hiding)?;
        let further;
        if self.leaf.len() > LEAF_BYTES_MAX {
            further = oversize::hide_more(event, hidden, self.leaf.len(), &mut self.scratch.outermost)?;
            hidden = &further;
            self.write_event_once(envelope, event, hidden, hiding)?;
        }
        Ok(())
    }

    fn write_event_once<K: SubjectKeys, N: Nonces>(
        &mut self,
        envelope: &Envelope<'_>,
        event: &AuditEvent<'_>,
        hidden: &[Hidden],
        hiding: &mut Hiding<'_, '_, K, N>,
    ) -> Result<(), SealError> {
        hiding.start();
        self.leaf.clear();
        write_envelope(&mut self.leaf, envelope);
        Canonical::new(&mut self.leaf, &mut self.scratch, hiding).write(event, hidden)?;
        self.leaf.push(b'}');
        Ok(())
    }

    fn taking<'c>(&self, chain: &'c str, kind: Kind, record: Consumed) -> Envelope<'c> {
        let time = if (0..NUMBER_LIMIT.cast_signed()).contains(&record.time) { record.time } else { NO_TIME };
        let (from, next) = (record.offset, record.offset.saturating_add(1));
        self.envelope(chain, kind, Source { from, next, time, partition: self.state.partition() })
    }

    fn envelope<'c>(&self, chain: &'c str, kind: Kind, source: Source) -> Envelope<'c> {
        let (previous, sequence) = (self.state.previous(), Sequence(self.state.size()));
        Envelope { chain, class: None, previous, sequence, source, kind }
    }

    fn take(&mut self, record: Consumed, body: &Body<'_>, out: &mut Vec<u8>) -> Result<Sealed, SealError> {
        let source = self.taking("", body.kind(), record).source;
        self.control(source, body, None, out)
    }

    fn here(&mut self, body: &Body<'_>, out: &mut Vec<u8>) -> Result<Sealed, SealError> {
        self.control(self.state.here(), body, None, out)
    }

    fn control(
        &mut self,
        source: Source,
        body: &Body<'_>,
        key: Option<KeyId>,
        out: &mut Vec<u8>,
    ) -> Result<Sealed, SealError> {
        let chain = Arc::clone(&self.chain);
        let envelope = self.envelope(&chain, body.kind(), source);
        self.state.check(&envelope)?;
        limits::check(body, envelope.sequence.0)?;
        self.leaf.clear();
        write_envelope(&mut self.leaf, &envelope);
        write_body(&mut self.leaf, body);
        self.leaf.push(b'}');
        self.finish(&envelope, Beside { key, ..Beside::default() }, out)
    }

    /// Signs the leaf, moves the state on and appends the record. Appending is last, as it cannot fail.
    fn finish(&mut self, envelope: &Envelope<'_>, beside: Beside<'_>, out: &mut Vec<u8>) -> Result<Sealed, SealError> {
        if self.leaf.len() > LEAF_BYTES_MAX {
            return Err(SealError::TooLarge);
        }
        let mac = open_segment(&mut self.segment, &self.epoch, envelope.chain, self.state.segment())?.sign(&self.leaf);
        let hash = LeafHash::of(&self.leaf);
        self.state.follow(envelope, beside.key, hash)?;
        let Turn { term, generation, attempt, id } = &self.owner;
        SealedRecord {
            leaf: &self.leaf,
            key_id: self.epoch.id().as_str(),
            mac: &mac,
            owner: Some(Owner { term: *term, generation: *generation, attempt: *attempt, id }),
            fence: None,
            disclosures: beside.kept.iter().map(Kept::disclosure).collect(),
            tokens: beside.tokens,
            redacted: beside.redacted,
        }
        .encode(out);
        Ok(Sealed { sequence: envelope.sequence, hash })
    }
}

/// The key of segment `number`; the one before is wiped first.
fn open_segment<'s>(
    held: &'s mut Option<(u64, SegmentKey)>,
    epoch: &EpochKey,
    chain: &str,
    number: u64,
) -> Result<&'s SegmentKey, SealError> {
    let key = match held.take() {
        Some((of, key)) if of == number => key,
        _ => epoch.segment(chain, number)?,
    };
    Ok(&held.insert((number, key)).1)
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealer({}, {} leaves, {:?})", self.chain, self.state.size(), self.epoch)
    }
}
