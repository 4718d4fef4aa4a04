//! The oracle on logs made by hand: a sound one passes, and every broken rule is reported.

use super::entry::{Entry, Leaf, Turn};
use super::*;

/// Writes entries the way a worker does, with no regard to whether it may.
#[derive(Clone)]
struct Hand {
    turn: Turn,
    owner: &'static str,
    sequence: u64,
    previous: [u8; 32],
    next: i64,
}

impl Hand {
    fn new(turn: Turn, owner: &'static str) -> Self {
        Self { turn, owner, sequence: 0, previous: [0; 32], next: 0 }
    }

    /// The same place in the chain, in another owner's hand.
    fn passed_to(&self, turn: Turn, owner: &'static str) -> Self {
        Self { turn, owner, ..self.clone() }
    }

    fn fence(&self) -> Entry {
        Entry::Fence { turn: self.turn, owner: self.owner.to_owned(), authentic: true }
    }

    fn leaf(&mut self, kind: &str, event_id: Option<String>, takes: i64) -> Entry {
        let mut hash = [0; 32];
        let text = format!("{:?} {} {} {} {event_id:?}", self.turn, self.owner, self.sequence, self.next);
        for (place, byte) in text.bytes().enumerate() {
            hash[place % 32] = hash[place % 32] * 31 + byte;
        }
        let (from, next) = (self.next, self.next + takes);
        let leaf =
            Leaf { sequence: self.sequence, previous: self.previous, hash, from, next, kind: kind.into(), event_id };
        (self.sequence, self.previous, self.next) = (self.sequence + 1, hash, next);
        Entry::Leaf { turn: self.turn, owner: self.owner.to_owned(), leaf }
    }

    fn event(&mut self) -> Entry {
        let id = format!("id-{}", self.next);
        self.leaf("event", Some(id), 1)
    }
}

fn concluded(log: &[Entry], events: i64) -> Judgement {
    let mut chain = Chain::default();
    for (offset, entry) in log.iter().enumerate() {
        chain.read(offset as i64, entry);
    }
    let acknowledged = (0..events).map(|offset| ((0, offset), Sent::Event(format!("id-{offset}")))).collect();
    let ledger = Ledger { acknowledged, ..Ledger::default() };
    judge(&BTreeMap::from([(0, chain)]), &ledger, &BTreeMap::from([(0, events)]))
}

const FIRST: Turn = (1, 1, 0);
const SECOND: Turn = (1, 2, 0);

#[test]
fn a_takeover_under_fences_is_intact_and_late_records_are_ignored() {
    let mut a = Hand::new(FIRST, "a");
    let mut log = vec![a.fence(), a.leaf("genesis", None, 0), a.event(), a.event()];
    let mut b = a.passed_to(SECOND, "b");
    log.extend([b.fence(), a.event(), b.leaf("owner-change", None, 0), a.event(), b.event(), b.event()]);
    log.push(a.fence());
    let found = concluded(&log, 4);
    assert!(found.is_intact(), "{found:?}");
    assert_eq!((found.events, found.readings[&Reading::Stale], found.readings[&Reading::Outranked]), (4, 2, 1));
}

#[test]
fn without_the_fence_the_second_owner_s_records_are_reported_as_unfenced_and_lost() {
    let mut a = Hand::new(FIRST, "a");
    let mut log = vec![a.fence(), a.event()];
    let mut b = a.passed_to(SECOND, "b");
    log.extend([b.event(), b.event()]);
    let found = concluded(&log, 3);
    assert_eq!((found.lost, found.wrong), (2, 2), "{found:?}");
}

#[test]
fn two_workers_under_one_name_without_fences_are_reported_as_a_fork() {
    let mut a = Hand::new(FIRST, "a");
    let mut log = vec![a.fence(), a.event()];
    let mut b = a.clone();
    b.next = 1;
    log.push(a.event());
    log.push(b.leaf("reject", None, 1));
    let found = concluded(&log, 2);
    assert_eq!(found.forks, 1, "{found:?}");
}

#[test]
fn without_the_epoch_rule_a_worker_goes_on_after_stale_records_and_its_own_are_reported_as_lost() {
    let mut a = Hand::new(FIRST, "a");
    let mut log = vec![a.fence(), a.event()];
    let b = a.passed_to(SECOND, "b");
    log.extend([b.fence(), a.event()]);
    // b takes the late record for accepted and goes on behind it.
    let mut b = a.passed_to(SECOND, "b");
    log.extend([b.event(), b.event()]);
    let found = concluded(&log, 4);
    assert_eq!((found.lost, found.readings[&Reading::Gap]), (3, 2), "{found:?}");
}

#[test]
fn without_the_watch_a_worker_does_not_see_that_it_is_over_and_what_it_took_for_sealed_is_reported_as_lost() {
    let mut a = Hand::new(FIRST, "a");
    let mut log = vec![a.fence(), a.event()];
    let b = a.passed_to(SECOND, "b");
    log.push(b.fence());
    log.extend([a.event(), a.event(), a.event()]);
    let found = concluded(&log, 4);
    assert_eq!((found.lost, found.readings[&Reading::Stale]), (3, 3), "{found:?}");
}

#[test]
fn a_missing_record_and_all_behind_it_are_reported() {
    let mut a = Hand::new(FIRST, "a");
    let mut log = vec![a.fence(), a.event()];
    let _lost = a.event();
    log.push(a.event());
    assert_eq!(concluded(&log, 3).lost, 2);
}

#[test]
fn a_skipped_source_offset_is_reported() {
    let mut a = Hand::new(FIRST, "a");
    let mut log = vec![a.fence(), a.event()];
    a.next += 1;
    log.push(a.event());
    let found = concluded(&log, 3);
    assert_eq!((found.lost, found.wrong), (2, 1), "{found:?}");
}

#[test]
fn a_source_offset_taken_twice_is_reported() {
    let mut a = Hand::new(FIRST, "a");
    let mut log = vec![a.fence(), a.event(), a.event()];
    a.next -= 1;
    log.push(a.event());
    let found = concluded(&log, 2);
    assert_eq!((found.lost, found.wrong), (0, 1), "{found:?}");
}

#[test]
fn an_event_sealed_under_two_source_offsets_is_reported() {
    let mut a = Hand::new(FIRST, "a");
    let log = vec![a.fence(), a.event(), a.leaf("event", Some("id-0".to_owned()), 1)];
    let found = concluded(&log, 2);
    assert_eq!((found.duplicated, found.wrong), (1, 1), "{found:?}");
}

#[test]
fn a_good_event_that_was_rejected_and_one_that_was_passed_over_are_reported() {
    let mut a = Hand::new(FIRST, "a");
    let log = vec![a.fence(), a.leaf("reject", None, 1), a.leaf("source-gap", None, 1)];
    let found = concluded(&log, 2);
    assert_eq!((found.wrong, found.lost), (1, 1), "{found:?}");
}

#[test]
fn acknowledged_input_that_is_gone_is_reported() {
    let mut a = Hand::new(FIRST, "a");
    let mut chain = Chain::default();
    for (offset, entry) in [a.fence(), a.event()].iter().enumerate() {
        chain.read(offset as i64, entry);
    }
    let acknowledged = BTreeMap::from([((0, 0), Sent::Event("id-0".into())), ((0, 1), Sent::Event("id-1".into()))]);
    let placeless = vec![Sent::Event("id-9".into())];
    let ledger = Ledger { acknowledged, placeless, unknown: 0 };
    let found = judge(&BTreeMap::from([(0, chain)]), &ledger, &BTreeMap::from([(0, 1)]));
    assert_eq!(found.lost, 2, "{found:?}");
}

#[test]
fn forged_fences_and_foreign_records_are_reported_and_rule_nothing() {
    let mut a = Hand::new(FIRST, "a");
    let forged = Entry::Fence { turn: SECOND, owner: "b".into(), authentic: false };
    let found = concluded(&[a.fence(), a.event(), forged, Entry::Foreign, a.event()], 2);
    assert_eq!((found.lost, found.wrong), (0, 2), "{found:?}");
}

#[test]
fn a_chain_that_was_rewritten_does_not_continue_what_was_read_before() {
    let (mut a, mut b) = (Hand::new(FIRST, "a"), Hand::new(FIRST, "b"));
    let (mut before, mut after) = (Chain::default(), Chain::default());
    for (chain, hand) in [(&mut before, &mut a), (&mut after, &mut b)] {
        chain.read(0, &hand.fence());
        chain.read(1, &hand.event());
    }
    assert!(before.continues(&before) && before.continues(&Chain::default()));
    assert!(!after.continues(&before) && !Chain::default().continues(&before));
}
