//! The state's text: one spelling, small at any size, and refused after any change.

use proptest::prelude::*;

use super::*;
use crate::merkle::Hash;

const CHAIN: &str = "audit.events/3";

/// A state of this size, all else as large as it can be beside it.
fn large(size: u64, segment: u64, first: u64) -> ChainState {
    let leaves = size - first;
    let quarter = leaves / 6;
    let levels = Levels { confidential: quarter, internal: quarter, public: quarter, restricted: quarter };
    let gap = NUMBER_LIMIT - SIZE_LIMIT;
    let outcomes = Outcomes { duplicate: quarter / 2, event: 4 * quarter, gap, reject: quarter / 2 };
    let most = NUMBER_LIMIT.cast_signed() - 1;
    let hashes: Vec<Hash> = (0..size.count_ones()).map(|n| Hash([255 - u8::try_from(n).unwrap(); 32])).collect();
    let previous = if size % 2 == 1 { LeafHash(hashes.last().unwrap().0) } else { LeafHash([255; 32]) };
    ChainState {
        edge: Edge::from_parts(size, hashes).unwrap(),
        previous,
        source: Source { from: most, next: most, partition: i32::MAX, time: most },
        segment: Segment { number: segment, first, levels, outcomes, time: TimeRange { max: most, min: most } },
        key: Some(KeyId::new(&"k".repeat(64)).unwrap()),
        turn: Some(turn(most, i32::MAX, i32::MAX)),
    }
}

fn leaf(kind: Kind, state: &ChainState, next: i64, time: i64) -> Envelope<'static> {
    let class = (kind == Kind::Event).then_some(crate::leaf::Class { level: Level::Internal, policy: "p" });
    let source = Source { next, time, ..state.here() };
    Envelope { chain: CHAIN, class, previous: state.previous(), sequence: Sequence(state.size()), source, kind }
}

fn key(id: &str) -> Option<KeyId> {
    Some(KeyId::new(id).unwrap())
}

fn new_key(id: &str) -> News {
    News::Key(KeyId::new(id).unwrap())
}

fn turn(term: i64, generation: i32, attempt: i32) -> OwnerTurn {
    OwnerTurn { term, generation, attempt }
}

/// A state after `events` events in the second segment.
fn lived(events: u64) -> ChainState {
    let mut state = ChainState::new();
    let genesis = leaf(Kind::Genesis, &state, 0, 0);
    state.follow(&genesis, new_key("k-1"), LeafHash([1; 32])).unwrap();
    let close = leaf(Kind::SegmentClose, &state, 0, 0);
    state.follow(&close, News::None, LeafHash([2; 32])).unwrap();
    for n in 0..events {
        let next = state.source_next() + 1;
        let event = leaf(Kind::Event, &state, next, 1_000 + next);
        state.follow(&event, News::None, LeafHash::of(&n.to_be_bytes())).unwrap();
    }
    state
}

#[test]
fn the_largest_states_stay_below_2048_characters_and_come_back() {
    let mut longest = 0;
    for size in [SIZE_LIMIT - 1, SIZE_LIMIT - 2] {
        for first in [0, 1_000_000_000_000 - 1, 999_999_999_999, size - 1, size] {
            let segment = first / 2;
            let mut state = large(size, segment, first);
            if state.segment.records() == 0 {
                state.segment.time = TimeRange::default();
                state.segment.outcomes.gap = 0;
            }
            let text = state.to_text(CHAIN);
            longest = longest.max(text.len());
            assert!(text.len() < 2_048, "{}", text.len());
            assert_eq!(ChainState::parse(CHAIN, &text), Ok(state), "{text}");
        }
    }
    assert!(longest > 1_900, "the sizes tried were not the large ones: {longest}");
}

#[test]
fn the_state_of_an_empty_chain_has_one_text() {
    let text = ChainState::new().to_text(CHAIN);
    assert_eq!(ChainState::parse(CHAIN, &text), Ok(ChainState::new()));
    for wrong in [
        ChainState { key: key("k"), ..ChainState::new() },
        ChainState { source: Source { next: 1, from: 1, ..ChainState::new().source }, ..ChainState::new() },
    ] {
        assert_eq!(ChainState::parse(CHAIN, &wrong.to_text(CHAIN)), Err(SealError::State));
    }
}

#[test]
fn every_change_of_one_character_is_refused() {
    let all: Vec<char> = (0..=127_u8).map(char::from).chain(['é']).collect();
    for (state, others) in
        [(lived(5), all.as_slice()), (lived(6), &['0', '-', ';', 'A']), (large(SIZE_LIMIT - 1, 7, 20), &['1', 'B'])]
    {
        let text = state.to_text(CHAIN);
        for at in 0..text.len() {
            let without = format!("{}{}", &text[..at], &text[at + 1..]);
            assert_eq!(ChainState::parse(CHAIN, &without), Err(SealError::State), "{at}");
            for other in others {
                let inserted = format!("{}{other}{}", &text[..at], &text[at..]);
                assert_eq!(ChainState::parse(CHAIN, &inserted), Err(SealError::State), "{at} {other:?}");
                let changed = format!("{}{other}{}", &text[..at], &text[at + 1..]);
                if changed != text {
                    assert_eq!(ChainState::parse(CHAIN, &changed), Err(SealError::State), "{at} {other:?}");
                }
            }
        }
    }
}

#[test]
fn another_chains_state_is_refused() {
    let text = lived(3).to_text(CHAIN);
    for chain in ["audit.events/4", "audit.events/30", "audit.events/", ""] {
        assert_eq!(ChainState::parse(chain, &text), Err(SealError::State), "{chain}");
    }
}

/// A text with a right checksum, of which one field says something else.
fn with(text: &str, index: usize, value: &str) -> String {
    let mut fields: Vec<&str> = text.split(';').collect();
    fields[index] = value;
    fields.pop();
    let body = fields.join(";") + ";";
    let sum = <sha2::Sha256 as sha2::Digest>::digest(format!("sealtrail/state/1\n{CHAIN}\n{body}"));
    format!("{body}{}", hex::encode(&sum[..6]))
}

#[test]
fn a_right_checksum_does_not_save_a_state_that_cannot_be() {
    // Size 6, first 2, segment 1, four events.
    let text = lived(4).to_text(CHAIN);
    let key = text.split(';').nth(15).unwrap();
    assert_eq!(with(&text, 15, key), text);
    let wrong = [
        (0, "06"),
        (0, "7"),
        (0, "+6"),
        (0, "1099511627776"),
        (1, "-1"),
        (1, "2147483648"),
        (2, "2"),
        (2, "0"),
        (3, "0"),
        (3, "7"),
        (3, "3"),
        (4, "3"),
        (4, "9007199254740992"),
        (4, "-1"),
        (5, "-2"),
        (6, "1"),
        (7, "1"),
        (8, "1"),
        (10, "5"),
        (13, "2000"),
        (13, "-2"),
        (14, "1"),
        (15, ""),
        (15, "k 1"),
        (16, "AAAA"),
        (16, "__________________8="),
        (16, "gAAAAAAAAAAAAAAAAAAAAA"),
        (16, "ACAAAAAAAAAAAAAAAAAAAA"),
        (16, "AAAAAAAAAACAAAAAAAAAAA"),
        (16, "AAAAAAAAAAAAAAAAgAAAAA"),
        (17, ""),
        (18, ""),
        (18, "AA"),
    ];
    for (index, value) in wrong {
        let changed = with(&text, index, value);
        assert_eq!(ChainState::parse(CHAIN, &changed), Err(SealError::State), "field {index} = {value}");
    }
    for (index, value) in [(4, "5"), (16, "AAAAAAAAAAEAAAAFAAAAAg")] {
        let still_possible = with(&text, index, value);
        assert!(ChainState::parse(CHAIN, &still_possible).is_ok(), "field {index} = {value}");
    }
    let with_turn = with(&text, 16, "AAAAAAAAAAEAAAAFAAAAAg");
    assert_eq!(ChainState::parse(CHAIN, &with_turn).unwrap().turn(), Some(turn(1, 5, 2)));
}

#[test]
fn only_a_leaf_that_follows_moves_the_state() {
    let mut state = lived(2);
    let before = state.clone();
    let right = leaf(Kind::Event, &state, state.source_next() + 1, 5);
    let wrong = [
        Envelope { previous: LeafHash::NONE, ..right },
        Envelope { sequence: Sequence(9), ..right },
        Envelope { class: None, ..right },
        Envelope { kind: Kind::Reject, ..right },
        Envelope { source: Source { partition: 1, ..right.source }, ..right },
        Envelope { source: Source { next: right.source.next + 1, ..right.source }, ..right },
        Envelope { source: Source { from: 7, next: 8, ..right.source }, ..right },
        Envelope { source: Source { time: -2, ..right.source }, ..right },
        leaf(Kind::Genesis, &state, state.source_next(), state.here().time),
        leaf(Kind::KeyEpoch, &state, state.source_next(), state.here().time),
        leaf(Kind::SourceGap, &state, state.source_next(), state.here().time),
        leaf(Kind::OwnerChange, &state, state.source_next(), state.here().time + 1),
        leaf(Kind::OwnerChange, &state, state.source_next() + 1, state.here().time),
    ];
    for wrong in wrong {
        let news = match wrong.kind {
            Kind::Genesis | Kind::KeyEpoch => new_key("k-2"),
            Kind::OwnerChange => News::Turn(turn(9, 9, 9)),
            _ => News::None,
        };
        assert!(state.follow(&wrong, news, LeafHash([9; 32])).is_err(), "{wrong:?}");
        assert_eq!(state, before);
    }
    assert!(state.follow(&right, new_key("k-2"), LeafHash([9; 32])).is_err(), "an event names no key");
    let close = leaf(Kind::SegmentClose, &lived(0), 0, 0);
    assert!(lived(0).follow(&close, News::None, LeafHash([9; 32])).is_err(), "an empty segment is not closed");
    state.follow(&right, News::None, LeafHash([9; 32])).unwrap();
}

#[test]
fn turns_stay_or_rise_and_the_state_remembers_the_last_one() {
    let mut state = lived(1);
    assert_eq!(state.turn(), None);
    let change = |state: &ChainState| leaf(Kind::OwnerChange, state, state.source_next(), state.here().time);
    for taken in [turn(1, 5, 2), turn(1, 5, 2), turn(1, 6, 0), turn(2, 0, 0)] {
        let next = change(&state);
        state.follow(&next, News::Turn(taken), LeafHash([7; 32])).unwrap();
        assert_eq!(state.turn(), Some(taken));
        state = ChainState::parse(CHAIN, &state.to_text(CHAIN)).unwrap();
        let (before, next) = (state.clone(), change(&state));
        for passed in [turn(taken.term - 1, 9, 9), turn(taken.term, taken.generation - 1, 9)] {
            let refused = state.follow(&next, News::Turn(passed), LeafHash([7; 32]));
            assert_eq!((refused, &state), (Err(SealError::TurnPassed), &before));
        }
    }
}

#[test]
fn a_chain_that_is_full_takes_no_leaf() {
    let state = large(SIZE_LIMIT - 1, 7, 20);
    assert_eq!(
        state.check(&leaf(Kind::OwnerChange, &state, state.source_next(), state.here().time)),
        Err(SealError::Full)
    );
}

#[test]
fn what_follows_from_a_state_does_not_depend_on_whether_it_was_saved() {
    let mut state = lived(0);
    for n in 0..300_u64 {
        assert_eq!(ChainState::parse(CHAIN, &state.to_text(CHAIN)).as_ref(), Ok(&state));
        let (kind, step) = match n % 9 {
            0 => (Kind::SourceGap, 3),
            1 => (Kind::Reject, 1),
            2 => (Kind::Duplicate, 1),
            3 if state.segment_leaves() > 20 => (Kind::SegmentClose, 0),
            _ => (Kind::Event, 1),
        };
        let time = if kind.takes_a_record() { n.cast_signed() - 1 } else { state.here().time };
        let next = leaf(kind, &state, state.source_next() + step, time);
        let close = state.close();
        let sum = close.outcomes.event + close.outcomes.reject + close.outcomes.duplicate + close.outcomes.gap;
        assert_eq!(sum.cast_signed(), close.next - close.from);
        state.follow(&next, News::None, LeafHash::of(&n.to_be_bytes())).unwrap();
    }
    assert!(state.segment() > 5);
}

proptest! {
    #[test]
    fn no_text_whatever_makes_the_reader_fail_but_by_refusing(text in any::<String>(), ascii in "[0-9a-zA-Z;_-]{0,300}") {
        prop_assert_eq!(ChainState::parse(CHAIN, &text), Err(SealError::State));
        prop_assert_eq!(ChainState::parse(CHAIN, &ascii), Err(SealError::State));
    }
}
