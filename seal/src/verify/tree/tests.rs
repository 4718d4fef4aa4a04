//! Checkpoints are compared at their sizes, and what they leave open is said.

use super::*;

fn leaf(index: u64) -> LeafHash {
    LeafHash::of(&index.to_be_bytes())
}

fn edge(size: u64) -> Edge {
    let mut edge = Edge::EMPTY;
    (0..size).for_each(|index| edge.push(leaf(index)));
    edge
}

fn checkpoint(size: u64) -> Checkpoint {
    Checkpoint { size, root: edge(size).root(), time_ms: None }
}

fn other(size: u64) -> Checkpoint {
    Checkpoint { root: Hash([7; 32]), ..checkpoint(size) }
}

/// Grows a tree of `size` leaves with these checkpoints; `change` may interfere.
fn faults(checkpoints: &[Checkpoint], size: u64, change: impl Fn(&mut Tree, u64)) -> Vec<(u64, Fault)> {
    let mut found = Vec::new();
    let mut report = |sequence: Sequence, fault| found.push((sequence.0, fault));
    let mut tree = Tree::new(Edge::EMPTY, checkpoints.to_vec());
    for index in 0..size {
        tree.push(leaf(index), &mut report);
        change(&mut tree, index);
    }
    tree.finish(None, &mut report);
    found
}

#[test]
fn checkpoints_that_agree_say_nothing_in_any_order() {
    for checkpoints in [[0, 3, 8], [8, 3, 0], [8, 8, 8]] {
        assert_eq!(faults(&checkpoints.map(checkpoint), 8, |_, _| {}), []);
    }
}

#[test]
fn another_root_is_a_fork_since_the_last_that_agreed() {
    let found = faults(&[checkpoint(3), other(5), checkpoint(8)], 8, |_, _| {});
    assert_eq!(found, [(4, Fault::OtherRoot { size: 5, agreed: 3 })]);
    assert_eq!(faults(&[other(0)], 0, |_, _| {}), [(0, Fault::OtherRoot { size: 0, agreed: 0 })]);
}

#[test]
fn a_checkpoint_beyond_the_end_is_missing_and_leaves_beyond_it_are_pending() {
    assert_eq!(faults(&[checkpoint(3), checkpoint(9)], 8, |_, _| {}), [(8, Fault::Missing { next: Sequence(9) })]);
    assert_eq!(faults(&[checkpoint(3), checkpoint(6)], 8, |_, _| {}), [(6, Fault::Pending { next: Sequence(8) })]);
    assert_eq!(faults(&[], 8, |_, _| {}), []);
}

#[test]
fn an_unknown_hash_leaves_checkpoints_unchecked_until_the_edge_is_named() {
    let forget = |tree: &mut Tree, index| {
        if index == 2 {
            tree.forget();
        }
    };
    let found = faults(&[checkpoint(2), checkpoint(5), checkpoint(8)], 8, forget);
    let unchecked = |size: u64| (size - 1, Fault::RootUnchecked { size });
    assert_eq!(found, [unchecked(5), unchecked(8)]);
    let mend = |tree: &mut Tree, index| {
        forget(tree, index);
        if index == 4 {
            // Neither an edge of another size nor one where it is known is taken.
            tree.mend(edge(4));
            assert_eq!(tree.edge(), None);
            tree.mend(edge(5));
        }
        if index == 6 {
            tree.mend(Edge::from_parts(7, vec![Hash([1; 32]); 3]).unwrap());
        }
    };
    assert_eq!(faults(&[checkpoint(4), checkpoint(5), checkpoint(8)], 8, mend), [unchecked(4)]);
}

#[test]
fn skipped_leaves_leave_the_checkpoints_within_unchecked_and_the_one_after_to_be_mended() {
    let mut found = Vec::new();
    let mut report = |sequence: Sequence, fault| found.push((sequence.0, fault));
    let mut tree = Tree::new(Edge::EMPTY, vec![checkpoint(1), checkpoint(2), checkpoint(3), checkpoint(4)]);
    tree.push(leaf(0), &mut report);
    tree.skip(3, &mut report);
    assert_eq!(tree.root(), (4, None));
    tree.mend(edge(4));
    tree.push(leaf(4), &mut report);
    assert_eq!(tree.root(), (5, Some(edge(5).root())));
    tree.finish(None, &mut report);
    let unchecked = |size: u64| (size - 1, Fault::RootUnchecked { size });
    assert_eq!(found, [unchecked(2), unchecked(3), (4, Fault::Pending { next: Sequence(5) })]);
}

#[test]
fn a_trusted_start_needs_no_checkpoint_before_it() {
    let mut found = Vec::new();
    let mut report = |sequence: Sequence, fault| found.push((sequence.0, fault));
    let mut tree = Tree::new(edge(5), vec![other(4), checkpoint(5), other(7)]);
    tree.push(leaf(5), &mut report);
    tree.push(leaf(6), &mut report);
    tree.finish(None, &mut report);
    assert_eq!(found, [(6, Fault::OtherRoot { size: 7, agreed: 5 })]);
}

#[test]
fn a_tree_says_whether_a_checkpoint_agrees_with_what_would_come() {
    let mut tree = Tree::new(edge(5), vec![checkpoint(6), other(7)]);
    assert_eq!(tree.agrees(&[leaf(5)]), Some(true));
    assert_eq!(tree.agrees(&[leaf(9)]), Some(false));
    assert_eq!(tree.agrees(&[leaf(5), leaf(6)]), Some(false));
    assert_eq!(tree.agrees(&[leaf(5), leaf(6), leaf(7)]), None);
    tree.forget();
    assert_eq!(tree.agrees(&[leaf(5)]), None);
}

#[test]
fn the_newest_checkpoint_must_not_be_older_than_the_limit() {
    let stale = |times: &[Option<i64>], limit| {
        let mut found = Vec::new();
        let checkpoints = times.iter().map(|time_ms| Checkpoint { time_ms: *time_ms, ..checkpoint(2) }).collect();
        let mut tree = Tree::new(edge(2), checkpoints);
        tree.finish(limit, &mut |sequence, fault| found.push((sequence.0, fault)));
        found
    };
    assert_eq!(stale(&[Some(5), Some(9), None], Some(9)), []);
    assert_eq!(stale(&[Some(5), Some(9)], Some(10)), [(2, Fault::Stale { newest_ms: Some(9) })]);
    assert_eq!(stale(&[None], Some(10)), [(2, Fault::Stale { newest_ms: None })]);
    assert_eq!(stale(&[], Some(10)), [(0, Fault::Stale { newest_ms: None })]);
    assert_eq!(stale(&[Some(5)], None), []);
}
