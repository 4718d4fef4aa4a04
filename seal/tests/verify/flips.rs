//! One flipped bit, anywhere in anything that is stored: which record is named, and what only a later one or a checkpoint can show.

use proptest::prelude::*;
use seal::verify::{Fault, Trust, Verdict};

use crate::chains::{Builder, Seen, Stored, rich, verifiers, walk};

/// Flips one bit of each byte of each leaf, and gives what the walk says.
fn each_flip(chain: &Builder, trust: &Trust<'_>, mut check: impl FnMut(u64, usize, Seen)) {
    let mut records = chain.records.clone();
    for at in 0..records.len() {
        for byte in 0..records[at].leaf.len() {
            let bit = 1 << (byte % 8);
            records[at].leaf[byte] ^= bit;
            check(at as u64, byte, walk(&records, trust));
            records[at].leaf[byte] ^= bit;
        }
    }
}

fn names_only(seen: &Seen, at: u64, byte: usize) {
    assert_eq!(seen.worst(), ("tampered", Some(at)), "byte {byte} of {at}: {:?}", seen.texts());
    let elsewhere = seen.findings.iter().find(|finding| finding.sequence.0 != at);
    assert!(elsewhere.is_none(), "byte {byte} of {at}: {:?}", seen.texts());
}

#[test]
fn with_keys_a_flipped_bit_of_a_leaf_names_its_record_and_no_other() {
    let keys = verifiers(&["k1", "k2"]);
    let trust = Trust { keys: &keys, ..Trust::default() };
    each_flip(&rich(), &trust, |at, byte, seen| {
        names_only(&seen, at, byte);
        assert!(seen.findings.iter().any(|finding| finding.fault == Fault::MacWrong), "{:?}", seen.texts());
    });
}

#[test]
fn without_keys_two_later_records_show_which_one_was_flipped() {
    let chain = rich();
    each_flip(&chain, &Trust::default(), |at, byte, seen| {
        if at + 2 < chain.size() {
            names_only(&seen, at, byte);
            assert!(seen.findings.iter().any(|finding| finding.fault == Fault::Changed), "{:?}", seen.texts());
        }
    });
}

#[test]
fn without_keys_a_checkpoint_shows_which_of_the_last_two_was_flipped() {
    let chain = rich();
    let checkpoints = [chain.checkpoint()];
    let trust = Trust { checkpoints: &checkpoints, ..Trust::default() };
    each_flip(&chain, &trust, |at, byte, seen| {
        let worst = seen.worst();
        if at + 1 == chain.size() && worst.0 != "tampered" {
            // Nothing in the chain speaks against it: the checkpoint does.
            assert!(matches!(worst.0, "forked" | "unverifiable"), "{byte}: {:?}", seen.texts());
            assert_eq!(worst.1, Some(at));
        } else {
            assert_eq!(worst, ("tampered", Some(at)), "byte {byte} of {at}: {:?}", seen.texts());
        }
    });
}

#[test]
fn without_keys_and_checkpoint_only_the_last_two_stay_open() {
    let chain = rich();
    let last = chain.size() - 1;
    let leaf = &chain.records[last as usize].leaf;
    let what = leaf.windows(8).position(|window| window == b"\"what\":{").unwrap() + 8;
    // A walk that also reads events may find that their text is not canonical any more.
    each_flip(&chain, &Trust { shallow: true, ..Trust::default() }, |at, byte, seen| {
        if at + 1 == last {
            // The pair is named; which of the two only a later record could tell.
            let (verdict, first) = seen.worst();
            assert_eq!(verdict, "tampered");
            assert!(first == Some(at) || first == Some(last), "{:?}", seen.texts());
        }
        if at == last && (what..leaf.len() - 2).contains(&byte) {
            assert_eq!(seen.walked.worst.verdict, Verdict::Intact, "{:?}", seen.texts());
        }
    });
}

#[test]
fn a_flipped_bit_of_a_mac_needs_the_keys_to_be_seen_and_then_names_its_record() {
    let keys = verifiers(&["k1", "k2"]);
    let mut records = rich().records;
    for at in 0..records.len() {
        for byte in [0, 15, 31] {
            records[at].mac[byte] ^= 0x10;
            let seen = walk(&records, &Trust { keys: &keys, ..Trust::default() });
            assert_eq!(seen.texts(), [(at as u64, Fault::MacWrong.to_string())]);
            assert_eq!(walk(&records, &Trust::default()).texts(), []);
            records[at].mac[byte] ^= 0x10;
        }
    }
}

#[test]
fn a_flipped_bit_of_a_key_id_names_its_record_with_and_without_keys() {
    let keys = verifiers(&["k1", "k2"]);
    let chain = rich();
    for at in 0..chain.records.len() {
        for flipped in ["k0", "k3", "k5", "k9", "j1", "K1", "k1\u{1}", "k2", "k1"] {
            let expected = chain.records[at].key_id.clone();
            if flipped == expected {
                continue;
            }
            let mut records = chain.records.clone();
            records[at].key_id = flipped.to_owned();
            for keys in [&[][..], &keys[..]] {
                let seen = walk(&records, &Trust { keys, ..Trust::default() });
                let named = Fault::WrongKey { expected: expected.clone() };
                assert_eq!(seen.texts(), [(at as u64, named.to_string())]);
            }
        }
    }
}

#[test]
fn a_flipped_bit_of_a_sequence_column_names_the_row_in_the_stores_order_and_sorted() {
    let chain = rich();
    for at in 0..chain.size() {
        for bit in 0..40 {
            let mut records = chain.records.clone();
            records[at as usize].sequence ^= 1 << bit;
            let filed = records[at as usize].sequence;
            let seen = walk(&records, &Trust::default());
            assert_eq!(seen.worst(), ("tampered", Some(at)), "{at} as {filed}: {:?}", seen.texts());
            assert_eq!(seen.findings.len(), 1);
            records.sort_by_key(|stored| stored.sequence);
            let seen = walk(&records, &Trust::default());
            assert_eq!(seen.worst().0, "tampered", "{at} as {filed}: {:?}", seen.texts());
            let names = |wanted: u64| seen.findings.iter().any(|finding| finding.sequence.0 == wanted);
            let misfiled = seen.findings.iter().any(|finding| {
                matches!(finding.fault, Fault::Misfiled { filed: row, leaf_says } if (row.0, leaf_says.0) == (filed, at))
            });
            assert!(misfiled, "{at} as {filed}: {:?}", seen.texts());
            // Where it belongs something is missing, unless it still stands there or was the end.
            assert!(names(at) || at + 1 == chain.size(), "{at} as {filed}: {:?}", seen.texts());
        }
    }
}

/// Segments of events, rejects and control leaves, as many as proptest likes.
fn some_chain() -> impl Strategy<Value = Builder> {
    let segment = proptest::collection::vec(0_u8..5, 1..6);
    proptest::collection::vec(segment, 1..5).prop_map(|segments| {
        let mut builder = Builder::new();
        for kinds in segments {
            for kind in kinds {
                match kind {
                    0 => builder.reject(),
                    1 => builder.config(),
                    2 => builder.duplicate(0),
                    _ => builder.event(),
                }
            }
            builder.close();
        }
        builder.events(2);
        builder
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bit_of_any_chain_names_its_record(
        chain in some_chain(),
        at in any::<prop::sample::Index>(),
        byte in any::<prop::sample::Index>(),
        bit in 0..8_u8,
    ) {
        let keys = verifiers(&["k1"]);
        let checkpoints = [chain.checkpoint()];
        let trust = Trust { keys: &keys, checkpoints: &checkpoints, ..Trust::default() };
        prop_assert_eq!(walk(&chain.records, &trust).texts(), vec![]);
        let mut records: Vec<Stored> = chain.records.clone();
        let at = at.index(records.len());
        let byte = byte.index(records[at].leaf.len());
        records[at].leaf[byte] ^= 1 << bit;
        let seen = walk(&records, &trust);
        prop_assert_eq!(seen.worst(), ("tampered", Some(at as u64)), "{:?}", seen.texts());
    }

    #[test]
    fn any_deletion_is_missing_and_any_repetition_tampered(
        chain in some_chain(),
        at in any::<prop::sample::Index>(),
    ) {
        let keys = verifiers(&["k1"]);
        let checkpoints = [chain.checkpoint()];
        let trust = Trust { keys: &keys, checkpoints: &checkpoints, ..Trust::default() };
        let at = at.index(chain.records.len());
        let mut records = chain.records.clone();
        records.remove(at);
        prop_assert_eq!(walk(&records, &trust).worst(), ("missing", Some(at as u64)));
        let mut records = chain.records.clone();
        records.insert(at, records[at].clone());
        let seen = walk(&records, &trust);
        prop_assert_eq!(seen.texts(), vec![(at as u64, Fault::Repeated.to_string())]);
    }
}
