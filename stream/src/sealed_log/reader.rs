//! The reader: a function of the log. State in, record in, verdict out; the same for everybody who reads.

use std::cmp::Ordering;

use crate::Offset;

use super::{Entry, Epoch, Head, Hint, OwnerId, Position, Ruling, Verdict};

/// A reader of one partition. It knows everything that the rules need, and nothing that depends on where it started.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reader {
    ruling: Option<Ruling>,
    head: Head,
    next: Offset,
    /// A record of the ruling owner has jumped ahead and nothing was accepted or fenced since.
    gap: bool,
    /// Started from a hint whose record has not been seen yet.
    anchoring: bool,
}

impl Reader {
    /// Reads from the log's first record.
    pub const EMPTY: Self = Self { ruling: None, head: Head::EMPTY, next: Offset(0), gap: false, anchoring: false };

    /// Reads on from a hint, beginning with the record that it names: if that is not there, the log is another one.
    #[must_use]
    pub fn resume(hint: &Hint) -> Self {
        let ruling = Some(Ruling { epoch: hint.epoch, owner: hint.owner });
        Self { ruling, head: hint.head, next: hint.offset, gap: false, anchoring: true }
    }

    /// Judges the next record. Offsets may be left out (control records hold nothing) but never go back.
    pub fn read(&mut self, offset: Offset, entry: Entry<'_>) -> Verdict {
        if offset < self.next {
            return Verdict::Behind;
        }
        if self.anchoring {
            return self.anchor(offset, entry);
        }
        self.next = offset.next();
        match entry {
            Entry::Foreign => Verdict::Foreign,
            Entry::Fence { authentic: false, .. } => Verdict::Forged,
            Entry::Fence { epoch, owner, authentic: true } => self.fence(epoch, owner),
            Entry::Record { epoch, owner, position } => self.record(epoch, owner, &position),
        }
    }

    /// The first offset that was not read.
    #[must_use]
    pub fn next(&self) -> Offset {
        self.next
    }

    #[must_use]
    pub fn head(&self) -> &Head {
        &self.head
    }

    #[must_use]
    pub fn ruling(&self) -> Option<&Ruling> {
        self.ruling.as_ref()
    }

    /// A gap is open: an alarm unless a fence heals it within seconds.
    #[must_use]
    pub fn gap_is_open(&self) -> bool {
        self.gap
    }

    /// Started from a hint whose record has not been read yet.
    #[must_use]
    pub fn awaits_hint(&self) -> bool {
        self.anchoring
    }

    fn anchor(&mut self, offset: Offset, entry: Entry<'_>) -> Verdict {
        let Entry::Record { epoch, owner, position } = entry else { return Verdict::Lost };
        let ruled = self.ruling.is_some_and(|ruling| ruling.epoch == epoch && ruling.owner.as_str() == owner);
        if offset != self.next || !ruled || Head::after(&position) != self.head {
            return Verdict::Lost;
        }
        self.anchoring = false;
        self.next = offset.next();
        Verdict::Anchored
    }

    fn fence(&mut self, epoch: Epoch, owner: &str) -> Verdict {
        let Some(owner) = OwnerId::new(owner) else { return Verdict::Foreign };
        if self.ruling.is_some_and(|ruling| epoch <= ruling.epoch) {
            return Verdict::Outranked;
        }
        self.ruling = Some(Ruling { epoch, owner });
        self.gap = false;
        Verdict::Fenced
    }

    fn record(&mut self, epoch: Epoch, owner: &str, position: &Position) -> Verdict {
        let Some(ruling) = &self.ruling else { return Verdict::Unfenced };
        match epoch.cmp(&ruling.epoch) {
            Ordering::Less => Verdict::Stale,
            Ordering::Greater => Verdict::Unfenced,
            Ordering::Equal if ruling.owner.as_str() != owner => Verdict::Stale,
            Ordering::Equal => self.place(position),
        }
    }

    fn place(&mut self, position: &Position) -> Verdict {
        let head = &self.head;
        match position.sequence.cmp(&head.size) {
            Ordering::Greater => {
                self.gap = true;
                Verdict::Gap
            }
            Ordering::Less if position.sequence + 1 == head.size && position.hash != head.hash => Verdict::Fork,
            Ordering::Less => Verdict::Repeated,
            Ordering::Equal if position.previous != head.hash => Verdict::Fork,
            Ordering::Equal if !head.goes_on_at(position) => Verdict::Misplaced,
            Ordering::Equal => {
                self.head = Head::after(position);
                self.gap = false;
                Verdict::Accepted
            }
        }
    }
}
