//! Which of two neighbours was changed, and what the walk does about it.

use crate::chain::{LeafHash, Sequence};
use crate::leaf::Body;
use crate::merkle::Edge;
use crate::verify::arrival::{Arrival, StoredRecord};
use crate::verify::fault::Fault;
use crate::verify::tree::Report;
use crate::verify::walk::{Held, Own, Walk};

/// What becomes of the held record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ruling {
    /// The newcomer belongs before it and decides nothing.
    Wait,
    /// It takes no place: the newcomer has the better claim.
    Stray,
    /// The records before it are missing.
    Leap,
    /// It is right, and the one before it was changed.
    BlameLast,
    /// It was changed.
    Blame,
    /// The newcomer cannot say: a root may.
    ByRoot,
}

impl Walk<'_> {
    /// Decides about the held record by the one that came after it.
    pub(crate) fn rule(&self, held: &Held, arrival: &Arrival<'_>) -> Ruling {
        let follows = arrival.follows(held.hash);
        let follows_last = arrival.follows(self.last_hash());
        if held.at > self.next {
            return match arrival.place(self.next, self.last_hash()) {
                _ if follows || arrival.hash == held.hash => Ruling::Leap,
                Some(place) if place < self.next => Ruling::Wait,
                Some(place) if place <= held.at => Ruling::Stray,
                Some(_) => Ruling::Leap,
                None => Ruling::Wait,
            };
        }
        match arrival.place(held.at + 1, held.hash) {
            _ if follows => Ruling::BlameLast,
            _ if follows_last => Ruling::Stray,
            Some(place) if place == held.at + 1 && arrival.previous().is_some() => Ruling::Blame,
            Some(place) if place > held.at => Ruling::ByRoot,
            _ => Ruling::Wait,
        }
    }

    pub(crate) fn carry_out(&mut self, ruling: Ruling, held: &Held, report: &mut Report<'_>) {
        let arrival = Arrival::of(StoredRecord::new(&held.leaf, &[], &held.key_id), held.hash, self.known_name());
        let (at, own) = (held.at, held.own);
        match ruling {
            Ruling::Wait => {}
            Ruling::Stray => {
                // Nearly always two records changed places, and this one comes back as absent: it is there, at the wrong place.
                self.stray = Some((at, held.hash));
                report(Sequence(self.next), Fault::OutOfPlace { record: Sequence(at) });
            }
            Ruling::Leap => self.leap(&arrival, at, own, report),
            Ruling::BlameLast => self.blame_last(&arrival, at, own, report),
            Ruling::Blame => self.blame(&arrival, at, own, report),
            Ruling::ByRoot => self.decide_by_root(&arrival, at, own, report),
        }
    }

    /// It follows the last one, or does not say what it follows.
    pub(crate) fn join(&mut self, arrival: &Arrival<'_>, at: u64, own: Own, report: &mut Report<'_>) {
        self.confirm(report);
        self.follow(arrival, at, own, report);
        self.settle(arrival, at, own);
    }

    /// The last record is not the one that was sealed; this one names the hash of that.
    pub(crate) fn blame_last(&mut self, arrival: &Arrival<'_>, at: u64, own: Own, report: &mut Report<'_>) {
        if let Some(last) = self.last.take() {
            if !last.named {
                report(Sequence(last.sequence), Fault::Changed);
            }
            if last.vouched {
                self.tree.forget();
            }
        }
        let vouched = self.vouch(arrival, own, 1, report);
        self.state.lose(1);
        self.follow(arrival, at, own, report);
        self.settle(arrival, at, own);
        self.mark(|last| last.vouched = vouched);
    }

    /// This record is not the one that was sealed.
    pub(crate) fn blame(&mut self, arrival: &Arrival<'_>, at: u64, own: Own, report: &mut Report<'_>) {
        self.confirm(report);
        report(Sequence(at), Fault::Changed);
        self.state.lose(1);
        self.settle(arrival, at, own);
        self.mark(|last| (last.evidence, last.named) = (true, true));
    }

    /// Records are missing before this one.
    fn leap(&mut self, arrival: &Arrival<'_>, at: u64, own: Own, report: &mut Report<'_>) {
        let absent = at - self.next;
        // Only a trusted start is in the tree already.
        let is_first = self.last.as_ref().is_none_or(|last| last.pushed);
        if is_first {
            self.leading = Some((self.next, at));
        } else if !(absent == 1 && self.stray.is_some_and(|stray| arrival.follows(stray.1) && stray.0 == self.next)) {
            report(Sequence(self.next), Fault::Missing { next: Sequence(at) });
        }
        if self.last.as_ref().is_some_and(|last| last.evidence) {
            self.tree.skip(1, report);
        } else {
            self.confirm(report);
        }
        let vouched = self.vouch(arrival, own, absent, report);
        self.state.lose(absent);
        self.follow(arrival, at, own, report);
        self.settle(arrival, at, own);
        self.mark(|last| last.vouched = vouched);
    }

    /// Puts into the tree what this record says of the one before it, where that is all that is unknown.
    fn vouch(&mut self, arrival: &Arrival<'_>, own: Own, unknown: u64, report: &mut Report<'_>) -> bool {
        match arrival.previous() {
            Some(previous) if unknown == 1 && !own.evidence => {
                self.tree.push(previous, report);
                true
            }
            _ => {
                self.tree.skip(unknown, report);
                false
            }
        }
    }

    /// No later record says whether this one or the last was changed. A root may.
    fn decide_by_root(&mut self, arrival: &Arrival<'_>, at: u64, own: Own, report: &mut Report<'_>) {
        let last = self.last_hash();
        let named = arrival.previous().unwrap_or(LeafHash::NONE);
        let claimed = match &arrival.body {
            Some(Ok(Body::SegmentClose(close))) => Some(close.root),
            _ => None,
        };
        let closes = |hash| claimed.is_some() && self.root_after(hash) == claimed;
        let last_holds = closes(last) || self.tree.agrees(&[last]) == Some(true);
        let both = self.tree.agrees(&[named, arrival.hash]);
        let last_changed = closes(named) || self.tree.agrees(&[named]) == Some(true) || both == Some(true);
        if last_changed {
            self.blame_last(arrival, at, own, report);
        } else if last_holds || both == Some(false) {
            self.blame(arrival, at, own, report);
        } else {
            report(Sequence(at), Fault::BrokenLink);
            self.tree.skip(1, report);
            self.state.lose(2);
            self.settle(arrival, at, own);
            self.mark(|last| (last.evidence, last.named) = (true, true));
        }
    }

    fn root_after(&self, hash: LeafHash) -> Option<[u8; 32]> {
        let mut edge: Edge = self.tree.edge()?.clone();
        edge.push(hash);
        Some(edge.root().0)
    }

    /// The last record's hash stands.
    pub(crate) fn confirm(&mut self, report: &mut Report<'_>) {
        if let Some(last) = &mut self.last
            && !last.pushed
        {
            last.pushed = true;
            self.tree.push(last.hash, report);
            if let Some((by, handle)) = self.erasing.take().filter(|(by, _)| *by == last.sequence) {
                self.beside.erase(&handle, Sequence(by), report);
            }
        }
    }
}
