//! Any bytes as a tile's path and content; any three numbers as an index and two sizes to prove.
#![no_main]

use libfuzzer_sys::fuzz_target;
use seal::LeafHash;
use seal::merkle::{
    Edge, Hash, Head, Subtree, Tile, prove_consistency, prove_inclusion, verify_consistency, verify_inclusion,
};
use std::sync::LazyLock;

/// The complete subtrees of a tree whose leaves are all alike: one hash per height.
static COMPLETE: LazyLock<Vec<Hash>> = LazyLock::new(|| {
    let leaf = Hash::from(LeafHash::of(b"x"));
    std::iter::successors(Some(leaf), |hash| Some(Hash::node(hash, hash))).take(64).collect()
});

fn head(size: u64) -> Option<Head> {
    let ones = (0..64).rev().filter(|height| size >> height & 1 == 1);
    let edge = Edge::from_parts(size, ones.map(|height| COMPLETE[height]).collect())?;
    Some(Head { size, root: edge.root() })
}

fn prove(index: u64, old: u64, new: u64) {
    let mut nodes = |subtree: Subtree| COMPLETE.get(subtree.height as usize).copied();
    let inclusion = prove_inclusion(index, new, &mut nodes);
    let consistency = prove_consistency(old, new, &mut nodes);
    let Some(to) = head(new) else {
        assert!(inclusion.is_err() && consistency.is_err(), "a tree that cannot be was proven");
        return;
    };
    assert_eq!(inclusion.is_ok(), index < new);
    assert_eq!(consistency.is_ok(), old <= new);
    if let Ok(path) = inclusion {
        assert_eq!(verify_inclusion(&to, index, LeafHash::of(b"x"), &path), Ok(()));
        assert!(verify_inclusion(&to, index, LeafHash::of(b"y"), &path).is_err());
    }
    if let (Ok(path), Some(from)) = (consistency, head(old)) {
        assert_eq!(verify_consistency(&from, &to, &path), Ok(()));
    }
    if let Some(tile) = Tile::holding(Subtree { height: (old % 64) as u32, index }, new) {
        assert_eq!(Tile::from_path(&tile.path()), Some(tile));
    }
}

fuzz_target!(|bytes: &[u8]| {
    if let Some(numbers) = bytes.first_chunk::<24>() {
        let [index, old, new] = [0, 8, 16].map(|at| u64::from_be_bytes(std::array::from_fn(|byte| numbers[at + byte])));
        prove(index, old, new);
    }
    let (path, content) = bytes.split_at(bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len()));
    let content = content.get(1..).unwrap_or_default();
    let Some(tile) = std::str::from_utf8(path).ok().and_then(Tile::from_path) else { return };
    assert_eq!(tile.path().as_bytes(), path, "a tile has two paths");
    if let Some(hashes) = tile.decode(content) {
        assert_eq!(tile.encode(&hashes).as_deref(), Some(content));
    }
});
