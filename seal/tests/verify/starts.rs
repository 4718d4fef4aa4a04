//! Where a walk starts, what may be absent before its first record, and how it ends.

use seal::keys::{EpochVerifier, KeyId, Secret};
use seal::merkle::Hash;
use seal::projection::Projection;
use seal::verify::{
    ChainVerifier, Checkpoint, Disclosures, Fault, Kept, Leaf, Start, StoredRecord, Trust, Verdict, verify_chain,
};
use seal::{ChainState, LeafHash, News, Sequence};

use crate::chains::{Builder, CHAIN, HASH, Stored, record, rich, verifiers, walk, walk_from};

/// The places of the closes of [`rich`].
fn closes(chain: &Builder) -> Vec<usize> {
    let is_close = |stored: &Stored| String::from_utf8_lossy(&stored.leaf).contains("\"type\":\"segment-close\"");
    (0..chain.records.len()).filter(|at| is_close(&chain.records[*at])).collect()
}

#[test]
fn a_walk_from_any_trusted_close_is_intact_and_ends_at_the_same_root() {
    let chain = rich();
    let keys = verifiers(&["k1", "k2"]);
    let checkpoints = [chain.checkpoint()];
    let trust = Trust { keys: &keys, checkpoints: &checkpoints, ..Trust::default() };
    for (at, key) in closes(&chain).into_iter().zip(["k1", "k1", "k2"]) {
        let start = Start::after_close(&chain.records[at].leaf, key).unwrap().unwrap();
        assert_eq!(start.next(), Sequence(at as u64 + 1));
        let seen = walk_from(start, &chain.records[at + 1..], &trust, true);
        assert_eq!(seen.texts(), []);
        assert_eq!(seen.walked.root, Some(chain.edge.root()));
        assert_eq!(seen.walked.records, chain.size() - at as u64 - 1);
    }
}

#[test]
fn a_walk_from_a_trusted_close_holds_everything_against_it() {
    let chain = rich();
    let at = closes(&chain)[0];
    let start = Start::after_close(&chain.records[at].leaf, "k1").unwrap().unwrap();
    let next = at as u64 + 1;
    let from = |records: &[Stored]| walk_from(start.clone(), records, &Trust::default(), true).worst();
    let rest = &chain.records[at + 1..];
    assert_eq!(from(rest), ("intact", None));
    assert_eq!(from(&rest[1..]), ("missing", Some(next)));
    assert_eq!(from(&chain.records[at..]), ("tampered", Some(next - 1)));
    // Another history after the same leaf: the trusted leaf cannot be the one that was changed.
    let mut other = Builder::new();
    other.events(4);
    other.owner(7);
    other.event();
    other.close();
    other.events(2);
    assert_eq!(from(&other.records[at + 1..]), ("tampered", Some(next)));
    let mut wrong_key = rest.to_vec();
    wrong_key[0].key_id = "k2".to_owned();
    assert_eq!(from(&wrong_key), ("tampered", Some(next)));
    let trust = Trust { keys: &verifiers(&["k1", "k2"]), ..Trust::default() };
    let mut forged = rest.to_vec();
    forged[0].mac[0] ^= 1;
    assert_eq!(walk_from(start.clone(), &forged, &trust, true).texts().len(), 1);
}

#[test]
fn only_a_sound_close_can_be_trusted() {
    let chain = rich();
    let at = closes(&chain)[0];
    let leaf = String::from_utf8(chain.records[at].leaf.clone()).unwrap();
    assert!(Start::after_close(&chain.records[at - 1].leaf, "k1").unwrap().is_none());
    assert!(Start::after_close(b"{}", "k1").is_err());
    let root = leaf.find("\"root\":\"").unwrap() + 8;
    let mut other = leaf.clone().into_bytes();
    other[root] = if other[root] == b'0' { b'1' } else { b'0' };
    assert!(Start::after_close(&other, "k1").unwrap().is_none());
    let other = leaf.replace(&format!("\"size\":{at}"), &format!("\"size\":{}", at + 1));
    assert!(Start::after_close(other.as_bytes(), "k1").unwrap().is_none());
    let other = leaf.replace(&format!("\"seq\":{at}"), &format!("\"seq\":{}", at + 1));
    assert!(Start::after_close(other.as_bytes(), "k1").unwrap().is_none());
}

#[test]
fn an_absent_beginning_is_missing_unless_a_cut_covers_it() {
    let mut chain = rich();
    chain.cut(0, 5);
    chain.close();
    chain.cut(5, 9);
    chain.events(3);
    let keys = verifiers(&["k1", "k2"]);
    let trust = Trust { keys: &keys, ..Trust::default() };
    for gone in [1, 5, 8, 9] {
        let seen = walk(&chain.records[gone..], &trust);
        let expected = Fault::Cut { next: Sequence(gone as u64) }.to_string();
        assert_eq!(seen.texts(), [(0, expected)]);
        assert_eq!(seen.worst(), ("gap-declared", Some(0)));
        // The first close names the edge of everything before it.
        assert_eq!(seen.walked.root, Some(chain.edge.root()));
    }
    let seen = walk(&chain.records[10..], &trust);
    assert_eq!(seen.texts(), [(0, Fault::Missing { next: Sequence(10) }.to_string())]);
    // A cut that cannot be excuses nothing.
    for (first, next) in [(9, 9), (0, 900)] {
        let mut chain = rich();
        let at = chain.size();
        chain.cut(first, next);
        chain.event();
        let faults: Vec<_> = walk(&chain.records[9..], &trust)
            .findings
            .into_iter()
            .map(|found| (found.sequence.0, found.fault))
            .collect();
        let member = if first == next { "first" } else { "next" };
        assert_eq!(faults, [(at, Fault::Contradicts(member)), (0, Fault::Missing { next: Sequence(9) })]);
    }
    // A cut excuses no hole in the middle.
    let mut records = chain.records.clone();
    records.drain(2..4);
    assert_eq!(walk(&records, &trust).worst(), ("missing", Some(2)));
}

#[test]
fn after_a_missing_close_the_macs_tell_the_segment() {
    let keys = verifiers(&["k1", "k2"]);
    let trust = Trust { keys: &keys, ..Trust::default() };
    let mut chain = Builder::new();
    for _ in 0..6 {
        chain.event();
        chain.close();
    }
    chain.rotate("k2");
    chain.events(5);
    for from in 1..12 {
        for next in from + 1..14 {
            let mut records = chain.records.clone();
            records.drain(from..next);
            let seen = walk(&records, &trust);
            let expected = Fault::Missing { next: Sequence(next as u64) }.to_string();
            assert_eq!(seen.texts(), [(from as u64, expected)], "{from}..{next}");
        }
    }
}

#[test]
fn keys_that_were_not_given_are_named_once_and_say_nothing_of_tampering() {
    let chain = rich();
    let first_of_k2 = chain.records.iter().position(|stored| stored.key_id == "k2").unwrap() as u64;
    let only_first = verifiers(&["k1"]);
    let seen = walk(&chain.records, &Trust { keys: &only_first, ..Trust::default() });
    assert_eq!(seen.texts(), [(first_of_k2, Fault::KeyNotGiven { key: "k2".to_owned() }.to_string())]);
    assert_eq!(seen.worst(), ("unverifiable", Some(first_of_k2)));
    let only_second = verifiers(&["k2"]);
    let seen = walk(&chain.records, &Trust { keys: &only_second, ..Trust::default() });
    assert_eq!(seen.texts(), [(0, Fault::KeyNotGiven { key: "k1".to_owned() }.to_string())]);
    // After a hole that swallows the change of keys, too.
    let mut records = chain.records.clone();
    records.drain(5..first_of_k2 as usize + 1);
    let seen = walk(&records, &Trust { keys: &only_first, ..Trust::default() });
    assert_eq!(seen.worst(), ("missing", Some(5)), "{:?}", seen.texts());
}

#[test]
fn an_empty_place_is_unverifiable_and_missing_where_a_checkpoint_covers_it() {
    let seen = walk(&[], &Trust::default());
    assert_eq!(seen.texts(), [(0, Fault::Empty.to_string())]);
    assert_eq!(seen.worst(), ("unverifiable", Some(0)));
    let checkpoints = [rich().checkpoint()];
    let seen = walk(&[], &Trust { checkpoints: &checkpoints, ..Trust::default() });
    assert_eq!(seen.worst(), ("missing", Some(0)));
}

#[test]
fn a_cut_tail_shows_only_with_a_checkpoint() {
    let chain = rich();
    let checkpoints = [chain.checkpoint()];
    for end in 1..chain.records.len() {
        let records = &chain.records[..end];
        assert_eq!(walk(records, &Trust::default()).worst(), ("intact", None));
        let seen = walk(records, &Trust { checkpoints: &checkpoints, ..Trust::default() });
        assert_eq!(seen.worst(), ("missing", Some(end as u64)));
    }
}

#[test]
fn a_tail_beyond_the_last_checkpoint_is_pending_and_an_old_checkpoint_stale() {
    let mut chain = rich();
    let checkpoints = [chain.checkpoint()];
    let size = chain.size();
    chain.events(2);
    let seen = walk(&chain.records, &Trust { checkpoints: &checkpoints, ..Trust::default() });
    assert_eq!(seen.texts(), [(size, Fault::Pending { next: Sequence(size + 2) }.to_string())]);
    let trust = Trust { checkpoints: &checkpoints, not_before_ms: Some(1_001), ..Trust::default() };
    assert_eq!(walk(&chain.records, &trust).worst(), ("stale", Some(size)));
}

#[test]
fn a_history_rewritten_with_the_keys_is_a_fork_of_the_checkpoint() {
    let honest = rich();
    let mut forged = Builder::new();
    forged.events(3);
    forged.event();
    forged.owner(1);
    forged.duplicate(2);
    forged.close();
    forged.events(8);
    let keys = verifiers(&["k1", "k2"]);
    let size = 8;
    let mut covered = Builder::new();
    covered.events(3);
    covered.reject();
    covered.owner(1);
    covered.duplicate(2);
    covered.close();
    let checkpoints = [Checkpoint { size, root: covered.edge.root(), time_ms: None }];
    let trust = Trust { keys: &keys, checkpoints: &checkpoints, ..Trust::default() };
    assert_eq!(walk(&honest.records, &trust).worst().0, "pending");
    assert_eq!(walk(&forged.records, &trust).worst(), ("forked", Some(size - 1)));
}

#[test]
fn a_caller_may_keep_few_findings_and_the_verdict_counts_all() {
    let chain = rich();
    let mut records = chain.records.clone();
    for stored in &mut records {
        stored.mac[0] ^= 1;
    }
    records.remove(4);
    let keys = verifiers(&["k1", "k2"]);
    let trust = Trust { keys: &keys, ..Trust::default() };
    let mut kept = Kept::at_most(3);
    let stored = records.iter().map(|stored| record(stored, false));
    let walked = verify_chain(CHAIN, Start::genesis(), &trust, stored, &mut kept);
    assert_eq!((kept.findings().len(), kept.rest()), (3, records.len() as u64 + 1 - 3));
    assert_eq!((walked.worst.verdict, walked.worst.first), (Verdict::Tampered, Some(Sequence(0))));
    assert_eq!(walked.size, chain.size());
}

#[test]
fn the_root_is_given_only_where_every_hash_before_it_is_known() {
    let chain = rich();
    let last = chain.records.last().unwrap();
    assert_ne!(LeafHash::of(&last.leaf), LeafHash::NONE);
    let mut records = chain.records.clone();
    records.drain(16..18);
    assert_eq!(walk(&records, &Trust::default()).walked.root, None);
    // One missing hash is named by the record after it.
    let mut records = chain.records.clone();
    records.remove(16);
    assert_eq!(walk(&records, &Trust::default()).walked.root, Some(chain.edge.root()));
}

#[test]
fn the_sealers_golden_chain_is_intact_from_the_start_and_from_its_state() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/1");
    let facts: serde_json::Value = serde_json::from_slice(&std::fs::read(folder.join("chain.json")).unwrap()).unwrap();
    let export = std::fs::read_to_string(folder.join("chain.ndjson")).unwrap();
    let lines: Vec<serde_json::Value> = export.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let records: Vec<Stored> = lines
        .iter()
        .enumerate()
        .map(|(at, line)| Stored {
            sequence: at as u64,
            leaf: text(&line["leaf"]).into_bytes(),
            mac: hex::decode(text(&line["mac"])).unwrap(),
            key_id: text(&line["key_id"]),
        })
        .collect();
    let keys: Vec<EpochVerifier> = facts["epoch_keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| {
            let bytes = hex::decode(text(&key["key"])).unwrap();
            EpochVerifier::new(KeyId::new(&text(&key["id"])).unwrap(), &Secret::from_slice(&bytes).unwrap())
        })
        .collect();
    let root = Hash::from_hex(&text(&facts["root"])).unwrap();
    let checkpoints = [Checkpoint { size: records.len() as u64, root, time_ms: None }];
    let trust = Trust { keys: &keys, checkpoints: &checkpoints, ..Trust::default() };
    let seen = walk(&records, &trust);
    // It declares source gaps, and that is all there is to say.
    assert!(seen.findings.iter().all(|finding| matches!(finding.fault, Fault::SourceGap { .. })), "{:?}", seen.texts());
    assert_eq!(seen.walked.root, Some(root));
    let columns: Vec<_> = records.iter().map(|stored| Projection::of(&stored.leaf).unwrap()).collect();
    assert_eq!(columns.len(), 38);

    // Its state is the state after its last leaf: nothing more is expected than a leaf that goes on from there.
    let state = ChainState::parse(CHAIN, &text(&facts["state"])).unwrap();
    let seen = walk_from(Start::after(&state), &[], &Trust { checkpoints: &checkpoints, ..Trust::default() }, true);
    assert_eq!((seen.texts(), seen.walked.root), (vec![], Some(root)));
}

#[test]
fn a_walk_from_the_state_after_any_leaf_ends_like_the_whole_walk() {
    let chain = rich();
    let keys = verifiers(&["k1", "k2"]);
    let checkpoints = [chain.checkpoint()];
    let trust = Trust { keys: &keys, checkpoints: &checkpoints, ..Trust::default() };
    let mut state = ChainState::new();
    for (at, stored) in chain.records.iter().enumerate() {
        let leaf = Leaf::read(&stored.leaf).unwrap();
        let news = News::of(&leaf.body().unwrap()).unwrap();
        assert_eq!(Start::after(&state).next(), Sequence(at as u64));
        let seen = walk_from(Start::after(&state), &chain.records[at..], &trust, true);
        assert_eq!((seen.texts(), seen.walked.root), (vec![], Some(chain.edge.root())), "from {at}");
        state.follow(&leaf.envelope, news, LeafHash::of(&stored.leaf)).unwrap();
    }
}

#[test]
fn a_number_that_leaf_and_column_agree_on_is_not_believed_where_the_record_before_says_another() {
    let chain = rich();
    let mut records = chain.records.clone();
    let last = records.len() - 1;
    let (says, other) = (format!("\"seq\":{last},"), format!("\"seq\":{},", last + 4));
    let leaf = String::from_utf8(records[last].leaf.clone()).unwrap();
    assert!(leaf.contains(&says));
    records[last].leaf = leaf.replace(&says, &other).into_bytes();
    records[last].sequence = last as u64 + 4;
    let seen = walk(&records, &Trust::default());
    assert_eq!(seen.worst(), ("tampered", Some(last as u64)), "{:?}", seen.texts());
}

/// The producer names the keys of extras, so they may be called what our digests are called.
#[test]
fn hidden_extras_open_to_whatever_they_hold() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/1/event-hostile-extras.json");
    let case: serde_json::Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let (text, output) = (|value: &serde_json::Value| value.as_str().unwrap().to_owned(), &case["output"]);
    let state = ChainState::parse(CHAIN, &text(&case["state"])).unwrap();
    let (leaf, mac) = (text(&output["leaf"]), hex::decode(text(&output["mac"])).unwrap());
    let disclosure = text(&output["disclosures"][0]["disclosure"]);
    let (trust, mut findings) = (Trust::default(), Vec::new());
    let mut verifier = ChainVerifier::new(CHAIN, Start::after(&state), &trust);
    let record = StoredRecord::new(leaf.as_bytes(), &mac, "k-1");
    verifier.take(&StoredRecord { disclosures: Disclosures::Open(&[&disclosure]), ..record }, &mut findings);
    verifier.finish(&mut findings);
    assert_eq!(findings, []);
}

#[test]
fn a_checkpoint_of_nothing_does_not_make_an_empty_store_intact() {
    let root = Hash::from_hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855").unwrap();
    let checkpoints = [Checkpoint { size: 0, root, time_ms: None }];
    let seen = walk(&[], &Trust { checkpoints: &checkpoints, ..Trust::default() });
    assert!(matches!(seen.findings[..], [ref finding] if finding.fault == Fault::Empty), "{:?}", seen.texts());
}

/// The state after these records.
fn state_after(records: &[Stored]) -> ChainState {
    let mut state = ChainState::new();
    for stored in records {
        let leaf = Leaf::read(&stored.leaf).unwrap();
        let news = News::of(&leaf.body().unwrap()).unwrap();
        state.follow(&leaf.envelope, news, LeafHash::of(&stored.leaf)).unwrap();
    }
    state
}

/// Faults of the leaves after the first close, from both kinds of start.
fn after_start(chain: &Builder) -> Vec<Vec<(u64, Fault)>> {
    let keys = verifiers(&["k1", "k2"]);
    let trust = Trust { keys: &keys, ..Trust::default() };
    let at = closes(chain)[0];
    let close = Start::after_close(&chain.records[at].leaf, "k1").unwrap().unwrap();
    [close, Start::after(&state_after(&chain.records[..=at]))]
        .into_iter()
        .map(|start| {
            let seen = walk_from(start, &chain.records[at + 1..], &trust, true);
            seen.findings.into_iter().map(|found| (found.sequence.0, found.fault)).collect()
        })
        .collect()
}

#[test]
fn a_start_knows_source_partition_time_counts_and_key() {
    let started = || {
        let mut chain = Builder::new();
        chain.events(2);
        chain.close();
        chain
    };
    let both = |chain: &Builder, expected: &[(u64, Fault)]| {
        for found in after_start(chain) {
            assert_eq!(found, expected);
        }
    };
    let mut chain = started();
    chain.next += 3;
    chain.event();
    both(&chain, &[(4, Fault::SourceMissing { expected: 102 })]);
    let mut chain = started();
    chain.partition = 4;
    chain.event();
    both(&chain, &[(4, Fault::Partition { expected: 3 })]);
    let mut chain = started();
    let expected = chain.time;
    chain.time += 1;
    chain.config();
    both(&chain, &[(4, Fault::Time { expected })]);
    let mut chain = started();
    chain.event();
    let lie = chain.close_text().replace("\"first\":4", "\"first\":3");
    chain.close_saying(&lie);
    both(&chain, &[(5, Fault::Close("first"))]);
    let mut chain = started();
    chain.event();
    chain.records[4].key_id = "k2".to_owned();
    both(&chain, &[(4, Fault::WrongKey { expected: "k1".to_owned() })]);
    let mut chain = started();
    chain.close();
    both(&chain, &[(4, Fault::Misplaced), (4, Fault::Close("first"))]);
    let mut chain = started();
    chain.erasure(3, HASH);
    // The state does not hold the last close's root.
    assert_eq!(after_start(&chain), [vec![(4, Fault::Contradicts("root"))], vec![]]);
}

#[test]
fn a_start_from_a_state_knows_the_last_turn() {
    let mut chain = Builder::new();
    chain.owner(5);
    let start = Start::after(&state_after(&chain.records));
    chain.owner(4);
    let seen = walk_from(start, &chain.records[2..], &Trust::default(), true);
    let found: Vec<_> = seen.findings.into_iter().map(|found| (found.sequence.0, found.fault)).collect();
    assert_eq!(found, [(2, Fault::Contradicts("term"))]);
}

#[test]
fn a_state_within_a_segment_holds_its_counts_and_times() {
    for kind in 0..3 {
        let mut chain = Builder::new();
        match kind {
            0 => chain.duplicate(0),
            1 => chain.reject(),
            _ => chain.config(),
        }
        let start = Start::after(&state_after(&chain.records));
        let size = chain.records.len();
        chain.close();
        let seen = walk_from(start, &chain.records[size..], &Trust::default(), true);
        assert_eq!(seen.texts(), []);
    }
}
