//! The verifier of version 1: walks one chain's stored records in order and names everything that is wrong.
//!
//! ```text
//! StoredRecord ──▶ read strictly ──▶ place, link, MAC ──▶ state, tree ──▶ checkpoints
//!                        └── each fault ──▶ Finding ──▶ the caller's Findings
//! ```
//!
//! A walk is a plain value that the caller feeds: chains are independent, so as many can be walked at once as there are threads.
//! Memory is bounded: one held record, one tree edge, and a few bytes for each erased subject. Reads with its own code; shares with the sealer only plain types.

mod alone;
mod arrival;
mod beside;
mod body;
mod control;
mod fault;
mod finding;
mod link;
mod macs;
mod read;
pub(crate) mod scan;
mod skim;
mod start;
mod state;
mod tree;
mod verdict;
mod walk;

use std::sync::Arc;

pub use arrival::{Disclosures, StoredRecord};
pub use beside::{SubjectAnswer, Subjects};
pub use fault::Fault;
pub use finding::{Finding, Findings, Kept, Worst};
pub use read::{Leaf, ReadError};
pub use start::Start;
pub use tree::Checkpoint;
pub use verdict::Verdict;

use crate::chain::{LeafHash, Sequence};
use crate::keys::EpochVerifier;
use crate::merkle::Hash;
use crate::twin;
use walk::Walk;

/// What the caller holds against the records. Nothing of it may come from where the records come from.
#[derive(Clone, Copy, Default)]
pub struct Trust<'k> {
    /// The epoch keys; none: MACs are not checked, and whoever can compute hashes can forge.
    pub keys: &'k [EpochVerifier],
    pub checkpoints: &'k [Checkpoint],
    /// The newest checkpoint must not be older, in milliseconds since 1970.
    pub not_before_ms: Option<i64>,
    /// The trail that the chain must begin in: that of the key which signed the checkpoints.
    pub trail: Option<&'k str>,
    /// Opens hidden values.
    pub subjects: Option<&'k dyn Subjects>,
    /// Leaves the events' own text unread, unless columns or disclosures stand beside it. That is faster. A text that is changed
    /// is still found by hash and MAC; one that was *sealed* in another spelling than the canonical one is not.
    pub shallow: bool,
}

/// Walks one chain.
pub struct ChainVerifier<'k> {
    chain: Arc<str>,
    walk: Walk<'k>,
    not_before_ms: Option<i64>,
    records: u64,
    worst: Worst,
}

/// How a walk ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Walked {
    pub worst: Worst,
    /// How many records were given.
    pub records: u64,
    /// How long the chain is, as far as its records say.
    pub size: u64,
    /// The root of that many leaves; `None` where something before it is missing or changed.
    pub root: Option<Hash>,
}

impl<'k> ChainVerifier<'k> {
    #[must_use]
    pub fn new(chain: &str, start: Start, trust: &Trust<'k>) -> Self {
        let chain: Arc<str> = chain.into();
        Self {
            walk: Walk::new(Arc::clone(&chain), start, trust),
            chain,
            not_before_ms: trust.not_before_ms,
            records: 0,
            worst: Worst::NOTHING,
        }
    }

    /// Takes the next record in the store's order.
    pub fn take(&mut self, record: &StoredRecord<'_>, findings: &mut dyn Findings) {
        self.take_hashed(record, LeafHash::of(record.leaf), findings);
    }

    /// Takes the next records in the store's order. Two leaves at once are hashed in less time than one after the other.
    pub fn take_all(&mut self, records: &[StoredRecord<'_>], findings: &mut dyn Findings) {
        let (pairs, odd) = records.as_chunks();
        for [one, other] in pairs {
            let [first, second] = twin::hash([one.leaf, other.leaf]);
            self.take_hashed(one, first, findings);
            self.take_hashed(other, second, findings);
        }
        odd.iter().for_each(|record| self.take(record, findings));
    }

    fn take_hashed(&mut self, record: &StoredRecord<'_>, hash: LeafHash, findings: &mut dyn Findings) {
        self.records += 1;
        let (chain, worst) = (&self.chain, &mut self.worst);
        self.walk.take(record, hash, &mut |sequence, fault| add(chain, worst, findings, (sequence, fault)));
    }

    /// Ends the walk. Some faults show only here: what is cut off, pending or stale.
    pub fn finish(mut self, findings: &mut dyn Findings) -> Walked {
        let (chain, worst) = (&self.chain, &mut self.worst);
        let mut report = |sequence, fault| add(chain, worst, findings, (sequence, fault));
        self.walk.finish(self.not_before_ms, &mut report);
        let (size, root) = self.walk.tree.root();
        // A checkpoint of nothing says nothing either.
        if self.records == 0 && !self.walk.tree.expects_records() {
            report(Sequence(size), Fault::Empty);
        }
        Walked { worst: self.worst, records: self.records, size, root }
    }
}

fn add(chain: &Arc<str>, worst: &mut Worst, findings: &mut dyn Findings, found: (Sequence, Fault)) {
    let (sequence, fault) = found;
    *worst = worst.and(fault.verdict(), sequence);
    findings.add(Finding { chain: Arc::clone(chain), sequence, fault });
}

/// Walks a whole chain that is at hand.
pub fn verify_chain<'r>(
    chain: &str,
    start: Start,
    trust: &Trust<'_>,
    records: impl IntoIterator<Item = StoredRecord<'r>>,
    findings: &mut dyn Findings,
) -> Walked {
    let mut verifier = ChainVerifier::new(chain, start, trust);
    let mut records = records.into_iter();
    while let Some(one) = records.next() {
        match records.next() {
            Some(other) => verifier.take_all(&[one, other], findings),
            None => verifier.take(&one, findings),
        }
    }
    verifier.finish(findings)
}
