//! The tree against another implementation: equal roots, proofs and tiles, and each check's bounds.
#![allow(clippy::unwrap_used, clippy::panic)]

use proptest::prelude::*;
use seal::LeafHash;
use seal::merkle::{
    Edge, Hash, Head, Leaves, Nodes, SIZE_MAX, Subtree, Tile, Tiles, TreeError, prove_consistency, prove_inclusion,
    verify_consistency, verify_inclusion,
};
use std::collections::HashMap;
use tlog_tiles::tlog;

/// The oracle's own store of hashes.
#[derive(Default)]
struct Stored(Vec<tlog::Hash>);

impl tlog::HashReader for Stored {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog::Hash>, tlog::Error> {
        Ok(indexes.iter().map(|index| self.0[usize::try_from(*index).unwrap()]).collect())
    }
}

struct Trees {
    leaves: Vec<LeafHash>,
    heads: Vec<Head>,
    oracle: Stored,
}

impl Trees {
    fn up_to(size: u64) -> Self {
        let mut trees = Self { leaves: vec![], heads: vec![], oracle: Stored::default() };
        let mut edge = Edge::EMPTY;
        trees.heads.push(Head { size: 0, root: edge.root() });
        for index in 0..size {
            let data = index.to_be_bytes();
            let stored = tlog::stored_hashes(index, &data, &trees.oracle).unwrap();
            trees.oracle.0.extend(stored);
            trees.leaves.push(LeafHash::of(&data));
            edge.push(LeafHash::of(&data));
            trees.heads.push(Head { size: edge.size(), root: edge.root() });
        }
        trees
    }

    fn head(&self, size: u64) -> Head {
        self.heads[usize::try_from(size).unwrap()]
    }

    fn nodes(&self) -> Leaves<'_> {
        Leaves(&self.leaves)
    }

    /// Every subtree hash as the oracle holds it, so that large trees need no hashing.
    fn stored(&self) -> impl Nodes {
        |subtree: Subtree| {
            let index = tlog::stored_hash_index(u8::try_from(subtree.height).ok()?, subtree.index);
            self.oracle.0.get(usize::try_from(index).ok()?).map(|hash| Hash(hash.0))
        }
    }
}

fn theirs(path: &[Hash]) -> Vec<tlog::Hash> {
    path.iter().map(|hash| tlog::Hash(hash.0)).collect()
}

fn inclusion_agrees(trees: &Trees, index: u64, size: u64, nodes: &mut impl Nodes) {
    let path = prove_inclusion(index, size, nodes).unwrap();
    assert_eq!(theirs(&path), tlog::prove_record(size, index, &trees.oracle).unwrap(), "leaf {index} of {size}");
    let leaf = trees.leaves[usize::try_from(index).unwrap()];
    assert_eq!(verify_inclusion(&trees.head(size), index, leaf, &path), Ok(()), "leaf {index} of {size}");
}

fn consistency_agrees(trees: &Trees, old: u64, new: u64, nodes: &mut impl Nodes) {
    let path = prove_consistency(old, new, nodes).unwrap();
    assert_eq!(theirs(&path), tlog::prove_tree(new, old, &trees.oracle).unwrap(), "{old} in {new}");
    assert_eq!(verify_consistency(&trees.head(old), &trees.head(new), &path), Ok(()), "{old} in {new}");
}

#[test]
fn roots_and_all_proofs_equal_the_oracles_for_every_tree_of_up_to_300_leaves() {
    let trees = Trees::up_to(300);
    for size in 1..=300 {
        assert_eq!(trees.head(size).root.0, tlog::tree_hash(size, &trees.oracle).unwrap().0);
        for other in 0..size {
            // Every path of the smaller trees from leaves; of the larger ones from stored hashes, which is quicker.
            if size <= 70 {
                inclusion_agrees(&trees, other, size, &mut trees.nodes());
                consistency_agrees(&trees, other + 1, size, &mut trees.nodes());
            } else {
                inclusion_agrees(&trees, other, size, &mut trees.stored());
                consistency_agrees(&trees, other + 1, size, &mut trees.stored());
            }
        }
    }
}

#[test]
fn roots_and_proofs_equal_the_oracles_for_random_trees_of_up_to_100_000_leaves() {
    let trees = Trees::up_to(100_000);
    proptest!(ProptestConfig::with_cases(2_000), |(size in 301_u64..=100_000, part in 0.0..1.0_f64)| {
        let index = ((size as f64) * part) as u64;
        prop_assert_eq!(trees.head(size).root.0, tlog::tree_hash(size, &trees.oracle).unwrap().0);
        inclusion_agrees(&trees, index, size, &mut trees.stored());
        consistency_agrees(&trees, index + 1, size, &mut trees.stored());
    });
}

/// A tree's tiles as files, whose names and contents the oracle gives.
fn tiles_of(trees: &Trees, size: u64) -> HashMap<String, Vec<u8>> {
    let tiles = tlog_tiles::Tile::new_tiles(8, 0, size);
    tiles
        .iter()
        .map(|tile| {
            // The oracle writes the tile's height first, as checksum databases do.
            let path = tile.path().replacen("tile/8/", "tile/", 1);
            (path, tile.read_data(&trees.oracle).unwrap())
        })
        .collect()
}

#[test]
fn tiles_have_the_oracles_names_and_contents_and_give_the_same_proofs() {
    let trees = Trees::up_to(66_000);
    for size in [1, 2, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 66_000] {
        let expected = tiles_of(&trees, size);
        let ours: Vec<Tile> = Tile::between(0, size).collect();
        assert_eq!(ours.len(), expected.len(), "tiles of {size}");
        for tile in &ours {
            let path = tile.path();
            assert_eq!(Tile::from_path(&path), Some(*tile));
            let hashes = tile.decode(&expected[&path]).unwrap();
            assert_eq!(tile.encode(&hashes).unwrap(), expected[&path]);
        }
        let mut nodes = Tiles::new(size, |tile: Tile| expected.get(&tile.path()).cloned());
        for index in [0, size / 3, size / 2, size - 1] {
            inclusion_agrees(&trees, index, size, &mut nodes);
            consistency_agrees(&trees, index + 1, size, &mut nodes);
        }
    }
}

#[test]
fn a_growing_tree_writes_the_tiles_that_the_oracle_would() {
    proptest!(|(old in 0_u64..200_000, grown in 0_u64..70_000)| {
        let new = old + grown;
        let expected: Vec<String> = tlog_tiles::Tile::new_tiles(8, old, new)
            .iter()
            .map(|tile| tile.path().replacen("tile/8/", "tile/", 1))
            .collect();
        let ours: Vec<String> = Tile::between(old, new).map(|tile| tile.path()).collect();
        prop_assert_eq!(ours, expected);
    });
}

#[test]
fn a_tile_has_one_path_and_one_length() {
    let tile = Tile::new(0, 1_234_067, 256).unwrap();
    assert_eq!(tile.path(), "tile/0/x001/x234/067");
    assert_eq!(Tile::new(1, 5, 17).unwrap().path(), "tile/1/005.p/17");
    for wrong in [
        "tile/0/1",
        "tile/0/0001",
        "tile/0/x000/001",
        "tile/00/001",
        "tile/+0/001",
        "tile/8/000",
        "tile/0/001.p/0",
        "tile/0/001.p/256",
        "tile/0/001.p/+1",
        "tile/0/001.p/01",
        "tile/0/001/",
        "/tile/0/001",
        "tile/0/x001",
        "tile/0/001/002",
        "tile/7/000.p/129",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
        "tile/entries/001",
        "",
    ] {
        assert_eq!(Tile::from_path(wrong), None, "{wrong}");
    }
    let partial = Tile::new(0, 0, 2).unwrap();
    assert_eq!(partial.decode(&[0; 63]), None);
    assert_eq!(partial.decode(&[0; 96]), None);
    assert_eq!(partial.encode(&[Hash([0; 32])]), None);
    assert_eq!(partial.decode(&[0; 64]).unwrap().len(), 2);
}

#[test]
fn a_missing_or_torn_tile_is_named_and_never_guessed() {
    let missing = Subtree { height: 0, index: 1 };
    let mut torn = Tiles::new(2, |_: Tile| Some(vec![0; 63]));
    assert_eq!(prove_inclusion(0, 2, &mut torn), Err(TreeError::Missing(missing)));
    let mut none = Tiles::new(2, |_: Tile| None);
    assert_eq!(prove_inclusion(0, 2, &mut none), Err(TreeError::Missing(missing)));
}

#[test]
fn attack_40_the_empty_path_of_a_tree_of_one_leaf_proves_nothing_in_a_larger_tree() {
    let trees = Trees::up_to(100);
    assert_eq!(verify_inclusion(&trees.head(1), 0, trees.leaves[0], &[]), Ok(()));
    let head = Head { size: 100, root: Hash::from(trees.leaves[0]) };
    assert_eq!(verify_inclusion(&head, 0, trees.leaves[0], &[]), Err(TreeError::PathLength));
}

#[test]
fn attack_41_indexes_out_of_range_and_paths_of_another_length_are_refused() {
    let trees = Trees::up_to(70);
    for size in 1..=70 {
        let head = trees.head(size);
        for index in 0..size {
            let leaf = trees.leaves[usize::try_from(index).unwrap()];
            let path = prove_inclusion(index, size, &mut trees.nodes()).unwrap();
            let longer = [path.as_slice(), &[Hash::of_nothing()]].concat();
            assert_eq!(verify_inclusion(&head, index, leaf, &longer), Err(TreeError::PathLength));
            if let [shorter @ .., _] = path.as_slice() {
                assert_eq!(verify_inclusion(&head, index, leaf, shorter), Err(TreeError::PathLength));
            }
            for out in [size, size + index, u64::MAX] {
                assert_eq!(verify_inclusion(&head, out, leaf, &path), Err(TreeError::OutOfRange));
            }
            let other = (index + 1) % size;
            if other != index {
                assert!(verify_inclusion(&head, other, leaf, &path).is_err());
            }
        }
    }
}

#[test]
fn attack_41_no_size_overflows_and_the_empty_tree_holds_no_leaf() {
    let (leaf, root) = (LeafHash::of(b""), Hash::of_nothing());
    assert_eq!(verify_inclusion(&Head { size: 0, root }, 0, leaf, &[]), Err(TreeError::OutOfRange));
    assert_eq!(prove_inclusion(0, 0, &mut Leaves(&[])), Err(TreeError::OutOfRange));
    for size in [SIZE_MAX + 1, u64::MAX] {
        let head = Head { size, root };
        assert_eq!(verify_inclusion(&head, 0, leaf, &[root; 63]), Err(TreeError::TooLarge));
        assert_eq!(verify_consistency(&Head { size: 1, root }, &head, &[root; 63]), Err(TreeError::TooLarge));
        assert_eq!(verify_consistency(&head, &head, &[]), Err(TreeError::TooLarge));
        assert_eq!(prove_inclusion(0, size, &mut Leaves(&[])), Err(TreeError::TooLarge));
        assert_eq!(prove_consistency(1, size, &mut Leaves(&[])), Err(TreeError::TooLarge));
    }
}

#[test]
fn proofs_of_the_largest_trees_are_made_and_hold() {
    // A tree whose subtrees of one height are all alike needs one hash per height.
    let mut complete = vec![Hash::from(LeafHash::of(b"x"))];
    for height in 0..63 {
        complete.push(Hash::node(&complete[height], &complete[height]));
    }
    let mut nodes = |subtree: Subtree| complete.get(subtree.height as usize).copied();
    let root = |size: u64| {
        let ones = (0..64).rev().filter(|height| size >> height & 1 == 1);
        let edge = Edge::from_parts(size, ones.map(|height| complete[height]).collect()).unwrap();
        Head { size, root: edge.root() }
    };
    for size in [SIZE_MAX, SIZE_MAX - 1, (1 << 62) + 1, (1 << 40) - 1] {
        for index in [0, 1, size / 2, size - 2, size - 1] {
            let path = prove_inclusion(index, size, &mut nodes).unwrap();
            assert_eq!(verify_inclusion(&root(size), index, LeafHash::of(b"x"), &path), Ok(()), "{index} of {size}");
            let path = prove_consistency(index + 1, size, &mut nodes).unwrap();
            assert_eq!(verify_consistency(&root(index + 1), &root(size), &path), Ok(()), "{index} + 1 in {size}");
            assert!(Tile::between(size - 1, size).count() <= 8);
        }
    }
}

#[test]
fn attack_42_a_node_does_not_pass_for_a_leaf_nor_a_leaf_for_a_node() {
    let trees = Trees::up_to(4);
    let node = Hash::node(&Hash::from(trees.leaves[0]), &Hash::from(trees.leaves[1]));
    let sibling = Hash::node(&Hash::from(trees.leaves[2]), &Hash::from(trees.leaves[3]));
    // Right hash, right root, but the node stands where the tree of two would have its leaf.
    let head = trees.head(4);
    assert_eq!(verify_inclusion(&head, 0, LeafHash(node.0), &[sibling]), Err(TreeError::PathLength));
    // The bytes that a node's hash is made of, taken for a leaf's content.
    let content = [trees.leaves[0].0, trees.leaves[1].0].concat();
    let small = Head { size: 2, root: head.root };
    assert_eq!(verify_inclusion(&small, 0, LeafHash::of(&content), &[sibling]), Err(TreeError::OtherRoot));
}

#[test]
fn attack_44_a_consistency_proof_holds_for_its_own_two_trees_only() {
    let trees = Trees::up_to(40);
    for new in 2..=40 {
        for old in 1..new {
            let path = prove_consistency(old, new, &mut trees.nodes()).unwrap();
            let (from, to) = (trees.head(old), trees.head(new));
            for other in (1..=40).filter(|other| *other != old) {
                assert!(verify_consistency(&trees.head(other), &to, &path).is_err(), "{old} in {new} as {other}");
            }
            let longer = [path.as_slice(), &[Hash::of_nothing()]].concat();
            assert_eq!(verify_consistency(&from, &to, &longer), Err(TreeError::PathLength));
            assert!(verify_consistency(&from, &to, &path[1..]).is_err());
            assert_eq!(verify_consistency(&to, &from, &path), Err(TreeError::OutOfRange));
            let lied = Head { root: to.root, ..from };
            assert_eq!(verify_consistency(&lied, &to, &path), Err(TreeError::OtherRoot));
        }
    }
}

#[test]
fn attack_44_equal_sizes_and_empty_trees_are_consistent_only_with_equal_roots() {
    let trees = Trees::up_to(3);
    let (empty, head) = (trees.head(0), trees.head(3));
    assert_eq!(verify_consistency(&head, &head, &[]), Ok(()));
    assert_eq!(verify_consistency(&empty, &head, &[]), Ok(()));
    assert_eq!(verify_consistency(&head, &head, &[head.root]), Err(TreeError::PathLength));
    assert_eq!(verify_consistency(&empty, &head, &[head.root]), Err(TreeError::PathLength));
    let lied = Head { size: 3, root: Hash::of_nothing() };
    assert_eq!(verify_consistency(&lied, &head, &[]), Err(TreeError::OtherRoot));
    let lied = Head { size: 0, root: head.root };
    assert_eq!(verify_consistency(&lied, &head, &[]), Err(TreeError::OtherRoot));
}
