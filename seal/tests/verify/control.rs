//! What control leaves and source ranges must be, in chains whose links, MACs and checkpoint all hold: a dishonest sealer.

use seal::verify::{Fault, Trust};

use crate::chains::{Builder, HASH, Seen, rich, verifiers, walk};

/// Walks with all keys and a checkpoint over everything: only the rules can speak against the chain.
fn sealed(chain: &Builder) -> Seen {
    let keys = verifiers(&["k1", "k2", "k3"]);
    let checkpoints = [chain.checkpoint()];
    let seen = walk(&chain.records, &Trust { keys: &keys, checkpoints: &checkpoints, ..Trust::default() });
    let keyless = walk(&chain.records, &Trust::default());
    let of_proofs = |seen: &Seen| seen.findings.iter().filter(|finding| finding.fault != Fault::WrongProof).count();
    assert_eq!(of_proofs(&keyless), of_proofs(&seen), "{:?} {:?}", keyless.texts(), seen.texts());
    seen
}

fn faults(seen: &Seen) -> Vec<(u64, Fault)> {
    seen.findings.iter().map(|finding| (finding.sequence.0, finding.fault.clone())).collect()
}

/// A chain with one close, which says something else than its segment holds.
fn lying(from: &str, to: &str) -> Vec<(u64, Fault)> {
    let mut chain = Builder::new();
    chain.events(2);
    chain.close();
    chain.events(2);
    chain.reject();
    chain.duplicate(1);
    chain.gap(4);
    let truth = chain.close_text();
    assert!(truth.contains(from), "{from} in {truth}");
    chain.close_saying(&truth.replacen(from, to, 1));
    chain.event();
    let mut found = faults(&sealed(&chain));
    found.retain(|(_, fault)| !matches!(fault, Fault::SourceGap { .. }));
    found
}

#[test]
fn each_member_of_a_segment_close_is_recomputed() {
    let zero = "0".repeat(64);
    let close = |member| vec![(9, Fault::Close(member))];
    assert_eq!(lying("\"first\":4", "\"first\":5"), close("first"));
    assert_eq!(lying("\"first\":4", "\"first\":9"), close("first"));
    assert_eq!(lying("\"from\":102", "\"from\":103"), [(9, Fault::Close("from")), (9, Fault::Close("outcomes"))]);
    assert_eq!(
        lying("\"from\":102", "\"from\":200"),
        [(9, Fault::Close("next")), (9, Fault::Close("from")), (9, Fault::Close("outcomes")),]
    );
    assert_eq!(lying("\"next\":110", "\"next\":111"), [(9, Fault::Close("next")), (9, Fault::Close("outcomes"))]);
    assert_eq!(lying("\"public\":1", "\"public\":0"), close("levels"));
    assert_eq!(lying("\"duplicate\":1", "\"duplicate\":0"), close("outcomes"));
    assert_eq!(lying("\"gap\":4", "\"gap\":5"), close("outcomes"));
    assert_eq!(lying("\"reject\":1", "\"reject\":2"), close("outcomes"));
    assert_eq!(lying("\"event\":2", "\"event\":1"), [(9, Fault::Close("outcomes")), (9, Fault::Close("levels"))]);
    assert_eq!(lying("\"segment\":1", "\"segment\":2"), close("segment"));
    assert_eq!(lying("\"segment\":1", "\"segment\":0"), close("segment"));
    assert_eq!(lying("\"min\":17", "\"min\":16"), close("time"));
    assert_eq!(lying("\"max\":17", "\"max\":18"), close("time"));
    // Ten leaves have as many subtrees as nine.
    assert_eq!(lying("\"size\":9", "\"size\":10"), [(9, Fault::Close("size")), (9, Fault::Close("edge"))]);
    assert_eq!(
        lying("\"size\":9", "\"size\":8"),
        [(9, Fault::Close("size")), (9, Fault::Close("edge")), (9, Fault::Close("root")),]
    );
    let root = |chain: &Builder| chain.edge.root().to_string();
    let mut chain = Builder::new();
    chain.event();
    let (truth, root) = (chain.close_text(), root(&chain));
    let mut other = chain.clone();
    other.close_saying(&truth.replace(&format!("\"root\":\"{root}\""), &format!("\"root\":\"{zero}\"")));
    assert_eq!(faults(&sealed(&other)), [(2, Fault::Close("root"))]);
    chain.close_saying(&truth.replacen(&root, &zero, 1));
    assert_eq!(faults(&sealed(&chain)), [(2, Fault::Close("edge")), (2, Fault::Close("root"))]);
}

#[test]
fn a_close_whose_edge_and_root_fit_each_other_must_still_fit_the_chain() {
    let mut chain = Builder::new();
    chain.events(3);
    let truth = chain.close_text();
    let root = chain.edge.root().to_string();
    // Four leaves have one subtree, whose root is the edge.
    chain.close_saying(&truth.replace(&root, HASH));
    assert_eq!(faults(&sealed(&chain)), [(4, Fault::Close("edge"))]);
}

#[test]
fn a_segment_is_not_empty_and_times_of_none_are_zero() {
    let mut chain = Builder::new();
    chain.close();
    chain.config();
    chain.close();
    assert_eq!(faults(&sealed(&chain)), []);
    chain.close();
    assert_eq!(faults(&sealed(&chain)), [(4, Fault::Misplaced), (4, Fault::Close("first"))]);
}

#[test]
fn a_new_key_comes_only_after_a_close_names_the_old_one_and_is_proven() {
    let mut chain = Builder::new();
    chain.close();
    chain.rotate("k2");
    chain.event();
    assert_eq!(faults(&sealed(&chain)), []);
    chain.rotate("k1");
    assert_eq!(faults(&sealed(&chain)), [(4, Fault::Misplaced)]);

    let epoch = |key: &str, previous: &str, proof: &str| {
        let mut chain = Builder::new();
        chain.close();
        let what = format!("{{\"key\":\"{key}\",\"previous\":\"{previous}\",\"proof\":\"{proof}\"}}");
        chain.control("key-epoch", &what);
        chain
    };
    assert_eq!(faults(&sealed(&epoch("k2", "k1", HASH))), [(2, Fault::WrongProof)]);
    let wrong = [(2, Fault::Contradicts("previous")), (2, Fault::WrongProof)];
    assert_eq!(faults(&sealed(&epoch("k2", "k3", HASH))), wrong);
    let wrong = [(2, Fault::Contradicts("key")), (2, Fault::WrongProof)];
    assert_eq!(faults(&sealed(&epoch("k1", "k1", HASH))), wrong);
}

#[test]
fn an_owners_turn_never_falls() {
    for (before, after, rises) in [
        ((1, 5, 0), (1, 5, 1), true),
        ((1, 5, 1), (1, 6, 0), true),
        ((1, 6, 1), (2, 0, 0), true),
        // The same owner may say so again.
        ((1, 5, 0), (1, 5, 0), true),
        ((1, 5, 1), (1, 5, 0), false),
        ((1, 6, 0), (1, 5, 9), false),
        ((2, 0, 0), (1, 9, 9), false),
    ] {
        let mut chain = Builder::new();
        for (term, generation, attempt) in [before, after] {
            let what = format!("{{\"attempt\":{attempt},\"generation\":{generation},\"owner\":\"w\",\"term\":{term}}}");
            chain.control("owner-change", &what);
        }
        let expected = if rises { vec![] } else { vec![(2, Fault::Contradicts("term"))] };
        assert_eq!(faults(&sealed(&chain)), expected);
    }
}

#[test]
fn what_control_leaves_say_of_other_leaves_must_be_possible() {
    let mut chain = Builder::new();
    chain.events(2);
    chain.duplicate(2);
    chain.duplicate(4);
    assert_eq!(faults(&sealed(&chain)), [(4, Fault::Contradicts("first"))]);

    let cut = |first, next| {
        let mut chain = Builder::new();
        chain.events(2);
        chain.cut(first, next);
        faults(&sealed(&chain))
    };
    assert_eq!((cut(0, 3), cut(1, 2)), (vec![], vec![]));
    assert_eq!(cut(1, 4), [(3, Fault::Contradicts("next"))]);
    assert_eq!(cut(2, 2), [(3, Fault::Contradicts("first"))]);
}

#[test]
fn an_erasure_names_the_tree_before_it() {
    let mut chain = Builder::new();
    chain.events(2);
    let closed = chain.edge.root().to_string();
    chain.close();
    chain.event();
    let here = chain.edge.root().to_string();
    let erased = |size: u64, root: &str| {
        let mut chain = chain.clone();
        chain.erasure(size, root);
        faults(&sealed(&chain))
    };
    assert_eq!((erased(3, &closed), erased(5, &here), erased(2, HASH)), (vec![], vec![], vec![]));
    assert_eq!(erased(3, HASH), [(5, Fault::Contradicts("root"))]);
    assert_eq!(erased(5, &closed), [(5, Fault::Contradicts("root"))]);
    assert_eq!(erased(6, HASH), [(5, Fault::Contradicts("size"))]);
}

#[test]
fn source_ranges_join_and_gaps_are_declared() {
    let mut chain = Builder::new();
    chain.event();
    chain.gap(3);
    chain.event();
    chain.close();
    assert_eq!(faults(&sealed(&chain)), [(2, Fault::SourceGap { offsets: 3 })]);
    assert_eq!(sealed(&chain).worst(), ("gap-declared", Some(2)));

    let mut chain = Builder::new();
    chain.event();
    chain.next += 2;
    chain.events(2);
    chain.close();
    chain.event();
    assert_eq!(faults(&sealed(&chain)), [(2, Fault::SourceMissing { expected: 101 })]);
    // The next segment's sum counts again.
    chain.close_saying(&chain.close_text().replace("\"reject\":0", "\"reject\":1"));
    let expected = [(2, Fault::SourceMissing { expected: 101 }), (6, Fault::Close("outcomes"))];
    assert_eq!(faults(&sealed(&chain)), expected);

    let mut chain = Builder::new();
    chain.event();
    chain.next -= 1;
    chain.event();
    assert_eq!(faults(&sealed(&chain)), [(2, Fault::SourceRepeated { expected: 101 })]);
}

#[test]
fn the_partition_stays_and_control_leaves_repeat_the_time() {
    let mut chain = rich();
    let at = chain.size();
    chain.partition = 4;
    chain.event();
    assert_eq!(faults(&sealed(&chain)), [(at, Fault::Partition { expected: 3 })]);

    let mut chain = rich();
    let (at, expected) = (chain.size(), chain.time);
    chain.time += 1;
    chain.config();
    assert_eq!(faults(&sealed(&chain)), [(at, Fault::Time { expected })]);
}

#[test]
fn findings_hold_no_payload_and_say_what_was_expected() {
    let shown = Fault::SourceMissing { expected: 101 }.to_string();
    assert!(shown.contains("101"), "{shown}");
    let shown = Fault::WrongKey { expected: "k1".to_owned() }.to_string();
    assert!(shown.contains("k1"), "{shown}");
}
