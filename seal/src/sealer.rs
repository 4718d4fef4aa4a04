//! One chain's writer: takes what happened, gives the sealed record, and moves the chain's state on.
//!
//! ```text
//! Protected ─▶ leaf (hidden members as digests) ─▶ leaf hash ─▶ state        out: one SealedRecord's Avro body
//!                        └──────────────────────▶ MAC (segment key)
//! ```
//!
//! All but nonces and ciphertexts is a function of the input, the state and the keys. Whatever fails leaves state and output as they were.

mod control;
mod hiding;
mod input;
mod oversize;

pub use input::{Consumed, Protected, Sealed, Vault};

use std::sync::Arc;

use phi::hidden::Hidden;
use schemas::sealed::DISCLOSURES_MAX;
use schemas::{AuditEvent, Extras, Owner, SealedRecord};

use crate::canonical::{Canonical, Scratch};
use crate::chain::{LeafHash, Sequence};
use crate::error::SealError;
use crate::keys::EpochKey;
use crate::leaf::write::write_envelope;
use crate::leaf::{Class, Envelope, Kind, LEAF_BYTES_MAX, NO_TIME, NUMBER_LIMIT, Source, is_chain_name, is_policy};
use crate::mac::{RejectKey, SegmentKey};
use crate::protect::{Nonces, SubjectKeys};
use crate::state::{ChainState, News};
use hiding::{Hiding, Kept};

/// What goes beside the leaf.
struct Beside<'b> {
    news: News,
    kept: &'b [Kept],
    tokens: Extras<'b>,
    redacted: Extras<'b>,
}

impl Beside<'_> {
    /// Of a leaf that is no event.
    fn nothing_but(news: News) -> Self {
        Self { news, kept: &[], tokens: Extras::default(), redacted: Extras::default() }
    }
}

/// Writes one chain. Holds buffers, so that an event without hidden members allocates nothing after warm-up.
pub struct Sealer {
    chain: Arc<str>,
    state: ChainState,
    epoch: EpochKey,
    /// The open segment's key, made when its first leaf comes.
    segment: Option<(u64, SegmentKey)>,
    /// The key of reject leaves' digests, made when the first one comes.
    rejects: Option<RejectKey>,
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
        Ok(Self { chain: chain.into(), state, epoch, segment: None, rejects: None, owner, leaf, scratch, kept })
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
        let sealed = written
            .and_then(|()| self.finish(&envelope, Beside { news: News::None, kept: &kept, tokens, redacted }, out));
        self.kept = kept;
        sealed
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
        // Each hidden place makes one disclosure: the policy's, extras that look like digests, and members too large to stay.
        if hidden.len() > DISCLOSURES_MAX {
            return Err(SealError::TooLarge);
        }
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

    /// Signs the leaf, moves the state on and appends the record. Appending is last, as it cannot fail.
    fn finish(&mut self, envelope: &Envelope<'_>, beside: Beside<'_>, out: &mut Vec<u8>) -> Result<Sealed, SealError> {
        if self.leaf.len() > LEAF_BYTES_MAX {
            return Err(SealError::TooLarge);
        }
        let hash = LeafHash::of(&self.leaf);
        let mac = open_segment(&mut self.segment, &self.epoch, envelope.chain, self.state.segment())?.sign(&hash);
        self.state.follow(envelope, beside.news, hash)?;
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
