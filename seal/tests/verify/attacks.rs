//! Attacks on stored chains: each must be named with its verdict and sequence, and the untouched chain stays intact.

use crate::chains::*;
use seal::verify::{Fault, ReadError, Trust};

#[test]
fn an_untouched_chain_is_intact_with_and_without_keys_and_checkpoints() {
    let keys = verifiers(&["k1", "k2"]);
    let chain = rich();
    let checkpoints = [chain.checkpoint()];
    for trust in [
        Trust::default(),
        Trust { keys: &keys, ..Trust::default() },
        Trust { keys: &keys, checkpoints: &checkpoints, not_before_ms: Some(1_000), ..Trust::default() },
    ] {
        let seen = walk(&chain.records, &trust);
        assert_eq!(seen.texts(), []);
        assert_eq!((seen.walked.size, seen.walked.root), (chain.size(), Some(chain.edge.root())));
    }
}

#[test]
fn a_bit_in_the_middle_names_its_record() {
    let chain = rich();
    let mut records = chain.records.clone();
    let at = records[2].leaf.len() - 20;
    records[2].leaf[at] ^= 1;
    let seen = walk(&records, &Trust::default());
    assert!(seen.findings.iter().all(|finding| finding.sequence.0 == 2), "{:?}", seen.texts());
    assert_eq!(seen.findings.last().unwrap().fault, Fault::Changed);
}

/// Replaces text in one leaf, at the same length, so that nothing else moves.
fn replace(stored: &mut Stored, from: &str, to: &str) {
    let text = String::from_utf8(stored.leaf.clone()).unwrap();
    assert!(text.contains(from), "{from} is not in {text}");
    stored.leaf = text.replacen(from, to, 1).into_bytes();
}

#[test]
fn what_a_leaf_shows_by_itself_decides_where_no_record_follows() {
    let mut chain = rich();
    chain.config();
    chain.event();
    let event = |chain: &Builder| {
        let mut chain = chain.clone();
        chain.event();
        chain
    };
    let last_but_one = |chain: &Builder, from: &str, to: &str| {
        let mut records = chain.records.clone();
        let at = records.len() - 2;
        replace(&mut records[at], from, to);
        let seen = walk(&records, &Trust::default());
        let at = at as u64;
        (at, seen.findings.into_iter().map(|finding| (finding.sequence.0, finding.fault)).collect::<Vec<_>>())
    };
    for (from, to) in [
        ("audit.events/3", "audit.events/2"),
        ("\"seq\":21", "\"seq\":91"),
        ("\"type\":\"config", "\"type\": \"config"),
        ("\"version\":\"2\"", "\"version\":222"),
    ] {
        let (at, found) = last_but_one(&chain, from, to);
        assert_eq!(found.len(), 2, "{from}: {found:?}");
        assert!(found.iter().all(|(sequence, _)| *sequence == at), "{from}: {found:?}");
        assert_eq!(found[1].1, Fault::Changed);
    }
    let (at, found) = last_but_one(&event(&chain), "\"action\":\"read\"", "\"action\":012345");
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.iter().all(|(sequence, _)| *sequence == at), "{found:?}");
    // What another version wrote is no evidence, and what shows nothing leaves it open.
    let (at, found) = last_but_one(&chain, "\"v\":1", "\"v\":3");
    assert_eq!(found, [(at, Fault::Unreadable(ReadError::UnknownVersion)), (at + 1, Fault::BrokenLink)]);
    let (at, found) = last_but_one(&chain, "\"part\":\"phi\"", "\"part\":\"phj\"");
    assert_eq!(found, [(at + 1, Fault::BrokenLink)]);
}

#[test]
fn the_last_record_is_named_when_it_shows_by_itself_that_it_was_changed() {
    let mut records = rich().records;
    let at = records.len() - 1;
    let text = String::from_utf8(records[at].leaf.clone()).unwrap();
    let previous = text.find("\"prev\":\"").unwrap() + 8;
    records[at].leaf[previous] = if records[at].leaf[previous] == b'0' { b'1' } else { b'0' };
    replace(&mut records[at], "audit.events/3", "audit.events/2");
    let seen = walk(&records, &Trust::default());
    let found: Vec<_> = seen.findings.into_iter().map(|finding| (finding.sequence.0, finding.fault)).collect();
    assert_eq!(found, [(at as u64, Fault::WrongChain), (at as u64, Fault::Changed)]);
}

#[test]
fn a_mac_that_was_taken_away_is_missed_with_and_without_keys() {
    let keys = verifiers(&["k1", "k2"]);
    for at in [0, 4, 7, 11, 19] {
        for take in [
            (|stored| stored.mac.fill(0)) as fn(&mut Stored),
            |stored| stored.mac.clear(),
            |stored| stored.key_id.clear(),
            |stored| (stored.mac.clear(), stored.key_id.clear()).0,
        ] {
            let mut records = rich().records;
            take(&mut records[at]);
            for keys in [&[][..], &keys[..]] {
                let seen = walk(&records, &Trust { keys, ..Trust::default() });
                assert_eq!(seen.texts(), [(at as u64, Fault::MacAbsent.to_string())]);
            }
        }
        let mut records = rich().records;
        records[at].mac.pop();
        for keys in [&[][..], &keys[..]] {
            let seen = walk(&records, &Trust { keys, ..Trust::default() });
            assert_eq!(seen.texts(), [(at as u64, Fault::MacWrong.to_string())]);
        }
    }
}
