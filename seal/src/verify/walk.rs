//! One chain's walk: which record follows which, and which of two is to blame where they do not fit.
//!
//! ```text
//! record ──▶ read, hash ──▶ place ──▶ link to the last one ── holds ─────────────▶ join
//!                                            └── broken, nothing says whose fault ──▶ hold, until the next record decides
//! ```
//!
//! At most one record is held, so memory is bounded by one leaf, one tree edge and the keys.

use std::sync::Arc;

use crate::chain::{LeafHash, Sequence};
use crate::keys::EpochVerifier;
use crate::leaf::{self, Body};
use crate::protect::Handle;
use crate::verify::arrival::{Arrival, StoredRecord};
use crate::verify::beside::Beside;
use crate::verify::control::Scene;
use crate::verify::fault::Fault;
use crate::verify::link::Ruling;
use crate::verify::macs::Macs;
use crate::verify::start::Start;
use crate::verify::state::State;
use crate::verify::tree::{Report, Tree};

/// The last record that took its place.
#[derive(Debug)]
pub(crate) struct Last {
    pub(crate) sequence: u64,
    pub(crate) hash: LeafHash,
    pub(crate) previous: Option<LeafHash>,
    /// It is itself not as it was sealed, whatever its neighbours say.
    pub(crate) evidence: bool,
    /// It was already reported as changed.
    pub(crate) named: bool,
    /// What it names as its predecessor went into the tree instead of the predecessor's own hash.
    pub(crate) vouched: bool,
    /// The tree holds it already.
    pub(crate) pushed: bool,
}

/// A copy of a record that did not follow from the last one.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) at: u64,
    pub(crate) hash: LeafHash,
    pub(crate) leaf: Vec<u8>,
    pub(crate) key_id: String,
    pub(crate) own: Own,
}

/// What a record shows without its neighbours.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Own {
    pub(crate) evidence: bool,
    /// Something was found that speaks against it, evidence or not.
    pub(crate) faulty: bool,
    /// Which key's and which segment's MAC it has, where the chain before it did not say so.
    pub(crate) found: Option<(usize, u64)>,
}

pub(crate) struct Walk<'k> {
    pub(crate) chain: Arc<str>,
    is_named: bool,
    pub(crate) keys: &'k [EpochVerifier],
    pub(crate) macs: Macs<'k>,
    pub(crate) beside: Beside<'k>,
    pub(crate) state: State,
    pub(crate) tree: Tree,
    pub(crate) next: u64,
    pub(crate) last: Option<Last>,
    pub(crate) held: Option<Held>,
    /// The last record that stood before its place.
    pub(crate) stray: Option<(u64, LeafHash)>,
    /// The absent beginning: from, up to but without.
    pub(crate) leading: Option<(u64, u64)>,
    /// The key that was last reported as not given or not answering.
    pub(crate) unusable: Option<String>,
    /// The MACs that could not be checked: from, up to but without.
    pub(crate) unchecked: Option<(u64, u64)>,
    /// The last record, when it is an erasure leaf that nothing speaks against so far, and whose.
    pub(crate) erasing: Option<(u64, Handle)>,
    trail: Option<&'k str>,
}

impl<'k> Walk<'k> {
    pub(crate) fn new(chain: Arc<str>, start: Start, trust: &super::Trust<'k>) -> Self {
        let tree = Tree::new(start.edge, trust.checkpoints.to_vec());
        let next = tree.root().0;
        // A trusted state's last leaf is in the tree and cannot be to blame.
        let last = start.previous.map(|hash| Last {
            sequence: next.saturating_sub(1),
            hash,
            previous: None,
            evidence: false,
            named: false,
            vouched: false,
            pushed: true,
        });
        Self {
            macs: Macs::new(Arc::clone(&chain), trust.keys),
            is_named: leaf::is_chain_name(&chain),
            chain,
            keys: trust.keys,
            beside: Beside::new(trust.subjects, trust.shallow),
            state: start.state,
            tree,
            next,
            last,
            held: None,
            stray: None,
            leading: None,
            unusable: None,
            unchecked: None,
            erasing: None,
            trail: trust.trail,
        }
    }

    /// The chain's name, where it is one.
    pub(crate) fn known_name(&self) -> &str {
        if self.is_named { &self.chain } else { "" }
    }

    pub(crate) fn last_hash(&self) -> LeafHash {
        self.last.as_ref().map_or(LeafHash::NONE, |last| last.hash)
    }

    /// `hash` is the hash of the record's leaf.
    pub(crate) fn take(&mut self, record: &StoredRecord<'_>, hash: LeafHash, report: &mut Report<'_>) {
        let arrival = Arrival::of(*record, hash, self.known_name());
        if let Some(held) = self.held.take() {
            let ruling = self.rule(&held, &arrival);
            if ruling == Ruling::Wait {
                self.held = Some(held);
                return self.out_of_place(&arrival, report);
            }
            self.carry_out(ruling, &held, report);
        }
        let after = self.last_hash();
        match arrival.place(self.next, after) {
            Some(at) if at >= self.next => self.arrive(&arrival, at, after, report),
            _ => self.out_of_place(&arrival, report),
        }
    }

    /// A record at the next place or beyond.
    fn arrive(&mut self, arrival: &Arrival<'_>, at: u64, after: LeafHash, report: &mut Report<'_>) {
        let absent = at - self.next;
        let fits = absent == 0 && arrival.previous().is_none_or(|previous| previous == after);
        let own = self.judge_alone(arrival, at, (!fits).then_some(absent), report);
        if fits {
            return self.join(arrival, at, own, report);
        }
        let last = self.last.as_ref();
        let (before, trusted) = last.map_or((false, true), |last| (last.evidence, last.pushed));
        if absent == 0 && (trusted || before || own.evidence) {
            if before {
                self.blame_last(arrival, at, own, report)
            } else {
                self.blame(arrival, at, own, report)
            }
            return;
        }
        let Arrival { record, hash, .. } = arrival;
        self.held = Some(Held { at, hash: *hash, leaf: record.leaf.to_vec(), key_id: record.key_id.to_owned(), own });
    }

    /// Holds the record against the chain's state and moves the state on.
    pub(crate) fn follow(&mut self, arrival: &Arrival<'_>, at: u64, own: Own, report: &mut Report<'_>) {
        let (Ok(leaf), None | Some(Ok(_))) = (&arrival.leaf, &arrival.body) else {
            return self.state.lose(1);
        };
        if let Some((key, segment)) = own.found
            && let Some(key) = self.keys.get(key)
        {
            self.state.find(segment, key.id().as_str());
        }
        let mut sound = !own.faulty;
        let mut here = |fault| {
            sound = false;
            report(Sequence(at), fault);
        };
        let after_close = self.state.after_close;
        self.state.follow(&leaf.envelope, &mut here);
        if let Some(Ok(body)) = &arrival.body {
            let source = leaf.envelope.source;
            let mut scene = Scene { at: Sequence(at), source, tree: &mut self.tree, after_close };
            self.state.settle(body, &mut scene, &mut here);
            if let Body::KeyEpoch(epoch) = body {
                match self.macs.proves(Sequence(at), epoch) {
                    Some(Ok(false)) => here(Fault::WrongProof),
                    Some(Err(_)) => here(Fault::KeyFailed { key: epoch.key.to_string() }),
                    Some(Ok(true)) | None => {}
                }
            }
            match body {
                Body::Genesis(genesis) if self.trail.is_some_and(|trail| *genesis.trail != *trail) => {
                    here(Fault::Contradicts("trail"));
                }
                Body::Erasure(erasure) if sound => {
                    self.erasing = Handle::from_hex(&erasure.handle).map(|handle| (at, handle));
                }
                _ => {}
            }
        }
        // What is no key's name is no key: a store may hold anything there.
        if self.state.key.is_none() && !own.evidence && leaf::is_key_id(arrival.record.key_id) {
            self.state.key = Some(arrival.record.key_id.to_owned());
        }
    }

    /// It is now the last record.
    pub(crate) fn settle(&mut self, arrival: &Arrival<'_>, at: u64, own: Own) {
        self.next = at + 1;
        self.last = Some(Last {
            sequence: at,
            hash: arrival.hash,
            previous: Some(arrival.previous().unwrap_or(LeafHash::NONE)),
            evidence: own.evidence,
            named: false,
            vouched: false,
            pushed: false,
        });
    }

    pub(crate) fn mark(&mut self, change: impl FnOnce(&mut Last)) {
        if let Some(last) = &mut self.last {
            change(last);
        }
    }

    /// A record whose place is behind, or that is filed where it does not belong. It takes no place.
    fn out_of_place(&mut self, arrival: &Arrival<'_>, report: &mut Report<'_>) {
        let filed = arrival.record.sequence.map(|filed| filed.0);
        let says = arrival.says();
        let at = filed.or(says).unwrap_or(self.next);
        let fault = match (filed, says, &self.last) {
            (Some(filed), Some(says), _) if filed != says => {
                Fault::Misfiled { filed: Sequence(filed), leaf_says: Sequence(says) }
            }
            (_, _, Some(last)) if last.sequence == at && last.hash == arrival.hash => Fault::Repeated,
            (_, Some(_), Some(last)) if last.sequence == at && last.previous == arrival.previous() => Fault::Rival,
            _ => Fault::OutOfPlace { record: Sequence(at) },
        };
        let is_rival = fault == Fault::Rival;
        report(Sequence(at), fault);
        if is_rival {
            // Whoever has the keys made it, or somebody without.
            self.check_mac(arrival, at, (Some(0), &mut Own::default()), &mut |fault| report(Sequence(at), fault));
        }
    }

    /// The chain's end.
    pub(crate) fn finish(&mut self, not_before_ms: Option<i64>, report: &mut Report<'_>) {
        if let Some(held) = self.held.take() {
            let ruling = if held.at > self.next { Ruling::Leap } else { Ruling::ByRoot };
            self.carry_out(ruling, &held, report);
        }
        match &self.last {
            // Only a checkpoint could say that its leaf is the one that was sealed.
            Some(last) if last.evidence && self.tree.agrees(&[last.hash]) != Some(true) => self.tree.skip(1, report),
            _ => self.confirm(report),
        }
        if let Some((from, next)) = self.leading {
            let next_sequence = Sequence(next);
            let is_cut = self.state.cut >= next;
            let fault =
                if is_cut { Fault::Cut { next: next_sequence } } else { Fault::Missing { next: next_sequence } };
            report(Sequence(from), fault);
        }
        if let Some((from, next)) = self.unchecked {
            report(Sequence(from), Fault::MacUnchecked { next: Sequence(next) });
        }
        self.beside.finish(report);
        self.tree.finish(not_before_ms, report);
    }
}
