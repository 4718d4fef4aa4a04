//! Arbitrary logs: readers agree wherever they start, and nothing makes a reader or a writer panic.

use proptest::prelude::*;
use stream::Offset;
use stream::sealed_log::{Entry, Epoch, Event, Head, Hint, OwnerId, Position, Reader, Ruling, Tally, Verdict, Writer};

#[derive(Debug, Clone)]
enum Item {
    Fence(Epoch, &'static str, bool),
    /// Extends the head under the ruling epoch, unless bent.
    Record {
        bend: u8,
        hash: u8,
    },
    Loose(Epoch, &'static str, Position),
    Foreign,
    Hole,
}

fn epoch() -> impl Strategy<Value = Epoch> {
    (0..3_i64, -1..3_i32, 0..2_i32).prop_map(|(term, generation, attempt)| Epoch { term, generation, attempt })
}

fn owner() -> impl Strategy<Value = &'static str> {
    prop_oneof![4 => Just("a"), 4 => Just("b"), 1 => Just(""), 1 => Just("no owner")]
}

fn position() -> impl Strategy<Value = Position> {
    let number = || prop_oneof![0..4_i64, any::<i64>()];
    (prop_oneof![0..4_u64, any::<u64>()], 0..3_u8, 0..3_u8, number(), number()).prop_map(
        |(sequence, previous, hash, from, next)| Position {
            sequence,
            previous: [previous; 32],
            hash: [hash; 32],
            from: Offset(from),
            next: Offset(next),
        },
    )
}

fn item() -> impl Strategy<Value = Item> {
    prop_oneof![
        2 => (epoch(), owner(), any::<bool>()).prop_map(|(epoch, owner, authentic)| Item::Fence(epoch, owner, authentic)),
        6 => (0..12_u8, 1..9_u8).prop_map(|(bend, hash)| Item::Record { bend, hash }),
        2 => (epoch(), owner(), position()).prop_map(|(epoch, owner, position)| Item::Loose(epoch, owner, position)),
        1 => Just(Item::Foreign),
        1 => Just(Item::Hole),
    ]
}

/// A record that would be accepted next, with one thing wrong where `bend` says so.
fn next_record(reader: &Reader, bend: u8, hash: u8) -> (Ruling, Position) {
    let first = Ruling { epoch: Epoch { term: 0, generation: 0, attempt: 0 }, owner: OwnerId::new("a").unwrap() };
    let mut ruling = reader.ruling().copied().unwrap_or(first);
    let head = reader.head();
    let (mut sequence, mut previous, mut from) = (head.size, head.hash, head.next);
    match bend {
        1 => sequence = sequence.saturating_add(1),
        2 => sequence = sequence.saturating_sub(1),
        3 => previous[0] ^= 1,
        4 => from = Offset(from.0.saturating_add(1)),
        5 => ruling.epoch.attempt = ruling.epoch.attempt.saturating_sub(1),
        6 => ruling.owner = OwnerId::new("another").unwrap(),
        _ => {}
    }
    let next = Offset(from.0.saturating_add(i64::from(hash % 3)));
    (ruling, Position { sequence, previous, hash: [hash; 32], from, next })
}

/// The log that the items make, each record bound to what stands before it: (offset, ruling of a record, item).
fn log_of(items: &[Item]) -> Vec<(Offset, Line)> {
    let mut reader = Reader::EMPTY;
    let mut log = Vec::new();
    for (offset, item) in items.iter().enumerate() {
        let offset = Offset(offset as i64);
        let line = match item {
            Item::Hole => continue,
            Item::Record { bend, hash } => {
                let (ruling, position) = next_record(&reader, *bend, *hash);
                Line::Record(ruling.epoch, ruling.owner.as_str().to_owned(), position)
            }
            Item::Fence(epoch, owner, authentic) => Line::Fence(*epoch, (*owner).to_owned(), *authentic),
            Item::Loose(epoch, owner, position) => Line::Record(*epoch, (*owner).to_owned(), *position),
            Item::Foreign => Line::Foreign,
        };
        reader.read(offset, line.entry());
        log.push((offset, line));
    }
    log
}

#[derive(Debug, Clone)]
enum Line {
    Fence(Epoch, String, bool),
    Record(Epoch, String, Position),
    Foreign,
}

impl Line {
    fn entry(&self) -> Entry<'_> {
        match self {
            Self::Fence(epoch, owner, authentic) => Entry::Fence { epoch: *epoch, owner, authentic: *authentic },
            Self::Record(epoch, owner, position) => Entry::Record { epoch: *epoch, owner, position: *position },
            Self::Foreign => Entry::Foreign,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn readers_of_one_log_agree_wherever_they_start(items in prop::collection::vec(item(), 0..60)) {
        let log = log_of(&items);
        let mut whole = Reader::EMPTY;
        let mut resumed: Vec<Reader> = Vec::new();
        let mut tally = Tally::default();
        for (offset, line) in &log {
            let verdict = whole.read(*offset, line.entry());
            tally.add(verdict);
            for reader in &mut resumed {
                prop_assert_eq!(reader.read(*offset, line.entry()), verdict);
                prop_assert_eq!(&*reader, &whole);
                prop_assert_eq!(reader.read(*offset, line.entry()), Verdict::Behind, "reading twice changes nothing");
            }
            if verdict == Verdict::Accepted && whole.head().next >= Offset(0) {
                let ruling = whole.ruling().unwrap();
                let hint = Hint {
                    offset: *offset, epoch: ruling.epoch, owner: ruling.owner, head: *whole.head(), state: String::new(),
                };
                let text = hint.encode("c/0").unwrap();
                let mut reader = Reader::resume(&Hint::decode("c/0", &text).unwrap());
                prop_assert_eq!(reader.read(*offset, line.entry()), Verdict::Anchored);
                resumed.push(reader);
            }
        }
        let given: u64 = Verdict::ALL.iter().map(|verdict| tally.of(*verdict)).sum();
        prop_assert_eq!(given, log.len() as u64);
    }

    #[test]
    fn what_is_accepted_is_one_chain_without_holes(items in prop::collection::vec(item(), 0..60)) {
        let mut reader = Reader::EMPTY;
        let (mut head, mut epochs) = (Head::EMPTY, Vec::new());
        for (offset, line) in log_of(&items) {
            if reader.read(offset, line.entry()) == Verdict::Accepted {
                let Line::Record(epoch, _, position) = &line else { panic!("{line:?}") };
                prop_assert_eq!((position.sequence, position.previous), (head.size, head.hash));
                prop_assert!(head.size == 0 || position.from == head.next);
                head = Head { size: head.size + 1, hash: position.hash, next: position.next };
                epochs.push(*epoch);
            }
            prop_assert_eq!(reader.head(), &head);
        }
        prop_assert!(epochs.is_sorted(), "an epoch that was outranked came back");
    }

    #[test]
    fn a_hint_is_refused_by_a_log_that_does_not_hold_its_record(
        items in prop::collection::vec(item(), 1..30), at in 0..30_i64, hash in any::<u8>(),
    ) {
        let owner = OwnerId::new("a").unwrap();
        let hint = Hint {
            offset: Offset(at),
            epoch: Epoch { term: 1, generation: 1, attempt: 7 },
            owner,
            head: Head { size: 9, hash: [hash; 32], next: Offset(9) },
            state: String::new(),
        };
        let mut reader = Reader::resume(&hint);
        let before = reader.clone();
        for (offset, line) in log_of(&items) {
            let expected = if offset < hint.offset { Verdict::Behind } else { Verdict::Lost };
            prop_assert_eq!(reader.read(offset, line.entry()), expected);
            prop_assert_eq!(&reader, &before);
        }
    }

    #[test]
    fn no_text_makes_a_hint_panic(text in "\\PC{0,80}") {
        prop_assert_eq!(Hint::decode("c/0", &text), None);
    }

    #[test]
    fn no_order_of_events_makes_a_writer_panic_or_append_without_its_fence(
        items in prop::collection::vec(item(), 1..30), events in prop::collection::vec((0..11_u8, 0..30_usize), 0..80),
    ) {
        let log = log_of(&items);
        let mut writer = Writer::new(OwnerId::new("a").unwrap());
        for (what, at) in events {
            let number = at as i32;
            let line = log.get(at % log.len().max(1));
            let event = match what {
                0 => Event::Assigned { generation: number, hint: None },
                1 => Event::CaughtUp,
                2 => Event::Member { generation: number - 5 },
                3 => Event::Acked { sequence: at as u64, offset: (at > 2).then_some(Offset(at as i64)) },
                4 => Event::FenceAcked {
                    epoch: Epoch::above(writer.reader().ruling().map(|ruling| ruling.epoch), number).unwrap(),
                    offset: Some(Offset(at as i64)),
                },
                5 => Event::Failed,
                10 => Event::LogShort,
                6 if at < 5 => Event::Revoked,
                7 if at < 3 => Event::NotMember,
                _ => match line {
                    Some((offset, line)) => Event::LogRead { offset: *offset, entry: line.entry() },
                    None => Event::MemberUnknown,
                },
            };
            writer.on(event);
            if let Some(epoch) = writer.epoch() {
                let ruling = writer.reader().ruling().unwrap();
                prop_assert_eq!(ruling.epoch, epoch);
            }
        }
    }
}
