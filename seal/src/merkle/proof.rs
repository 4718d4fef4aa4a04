//! Inclusion and consistency proofs: made from stored subtree hashes, checked from nothing but two heads and the path.
//!
//! The paths are those of RFC 6962, sections 2.1.1 and 2.1.2; the checks follow RFC 9162, sections 2.1.3.2 and 2.1.4.2.

use super::{Hash, Head, SIZE_MAX, Subtree, TreeError};
use crate::LeafHash;

/// Where a path's hashes come from: a list of leaf hashes, tiles, a store. Nothing when the hash is not to be had.
pub trait Nodes {
    fn node(&mut self, subtree: Subtree) -> Option<Hash>;
}

impl<F: FnMut(Subtree) -> Option<Hash>> Nodes for F {
    fn node(&mut self, subtree: Subtree) -> Option<Hash> {
        self(subtree)
    }
}

/// Proves that the leaf of this index is in the tree of this size: the siblings' hashes, from the leaf up.
pub fn prove_inclusion(index: u64, size: u64, nodes: &mut impl Nodes) -> Result<Vec<Hash>, TreeError> {
    let mut range = start(size)?;
    if index >= size {
        return Err(TreeError::OutOfRange);
    }
    let mut path = Vec::new();
    while range.end - range.begin > 1 {
        let (left, right) = range.split();
        let (next, sibling) = if index < left.end { (left, right) } else { (right, left) };
        path.push(sibling.root(nodes)?);
        range = next;
    }
    path.reverse();
    Ok(path)
}

/// Proves that the tree of the old size is the beginning of the one of the new size.
pub fn prove_consistency(old: u64, new: u64, nodes: &mut impl Nodes) -> Result<Vec<Hash>, TreeError> {
    let mut range = start(new)?;
    if old > new {
        return Err(TreeError::OutOfRange);
    }
    let mut path = Vec::new();
    if old == 0 {
        return Ok(path);
    }
    while range.end != old {
        let (left, right) = range.split();
        let (next, sibling) = if old <= left.end { (left, right) } else { (right, left) };
        path.push(sibling.root(nodes)?);
        range = next;
    }
    // A range that begins at zero is the old tree itself, whose root the checker has.
    if range.begin > 0 {
        path.push(range.root(nodes)?);
    }
    path.reverse();
    Ok(path)
}

/// Checks that the leaf is the one of this index in the tree.
pub fn verify_inclusion(head: &Head, index: u64, leaf: LeafHash, path: &[Hash]) -> Result<(), TreeError> {
    start(head.size)?;
    if index >= head.size {
        return Err(TreeError::OutOfRange);
    }
    let mut walk = Walk { node: index, last: head.size - 1 };
    let mut hash = Hash::from(leaf);
    for sibling in path {
        hash = if walk.step()? { Hash::node(sibling, &hash) } else { Hash::node(&hash, sibling) };
    }
    walk.end()?;
    if hash == head.root { Ok(()) } else { Err(TreeError::OtherRoot) }
}

/// Checks that the old tree is the beginning of the new one.
pub fn verify_consistency(old: &Head, new: &Head, path: &[Hash]) -> Result<(), TreeError> {
    start(new.size)?;
    if old.size > new.size {
        return Err(TreeError::OutOfRange);
    }
    if old.size == 0 || old.size == new.size {
        let expected = if old.size == 0 { Hash::of_nothing() } else { new.root };
        return match path {
            [] if old.root == expected => Ok(()),
            [] => Err(TreeError::OtherRoot),
            _ => Err(TreeError::PathLength),
        };
    }
    // The old tree's last complete subtree: both walks start from it. An old tree that is one itself is not in the path.
    let height = old.size.trailing_zeros();
    let mut walk = Walk { node: (old.size - 1) >> height, last: (new.size - 1) >> height };
    let (first, rest) = match path {
        path if old.size.is_power_of_two() => (old.root, path),
        [first, rest @ ..] => (*first, rest),
        [] => return Err(TreeError::PathLength),
    };
    let (mut old_root, mut new_root) = (first, first);
    for sibling in rest {
        if walk.step()? {
            old_root = Hash::node(sibling, &old_root);
            new_root = Hash::node(sibling, &new_root);
        } else {
            new_root = Hash::node(&new_root, sibling);
        }
    }
    walk.end()?;
    if old_root == old.root && new_root == new.root { Ok(()) } else { Err(TreeError::OtherRoot) }
}

/// The climb from a node to the root: its index on its level, and that of the level's last node.
struct Walk {
    node: u64,
    last: u64,
}

impl Walk {
    /// One level up, or more where a node has no sibling. True: the sibling stands left of the node.
    fn step(&mut self) -> Result<bool, TreeError> {
        if self.last == 0 {
            return Err(TreeError::PathLength);
        }
        let left = self.node & 1 == 1 || self.node == self.last;
        if left && self.node & 1 == 0 {
            let lonely = self.node.trailing_zeros();
            // The node is not zero, since the level's last node is not and they are the same.
            self.node >>= lonely;
            self.last >>= lonely;
        }
        self.node >>= 1;
        self.last >>= 1;
        Ok(left)
    }

    fn end(&self) -> Result<(), TreeError> {
        if self.last == 0 { Ok(()) } else { Err(TreeError::PathLength) }
    }
}

/// Leaves from `begin` up to `end`, as RFC 6962 splits a tree.
struct Range {
    begin: u64,
    end: u64,
}

fn start(size: u64) -> Result<Range, TreeError> {
    if size > SIZE_MAX { Err(TreeError::TooLarge) } else { Ok(Range { begin: 0, end: size }) }
}

impl Range {
    /// Left: the largest power of two that is smaller than the range. Callers have two leaves or more.
    fn split(&self) -> (Self, Self) {
        let middle = self.begin + (1 << (self.end - self.begin - 1).ilog2());
        (Self { begin: self.begin, end: middle }, Self { begin: middle, end: self.end })
    }

    /// The root of the range, put together from its complete subtrees.
    fn root(&self, nodes: &mut impl Nodes) -> Result<Hash, TreeError> {
        let mut hashes = Vec::new();
        let mut begin = self.begin;
        while begin < self.end {
            let height = (self.end - begin).ilog2();
            let subtree = Subtree { height, index: begin >> height };
            hashes.push(nodes.node(subtree).ok_or(TreeError::Missing(subtree))?);
            begin += 1 << height;
        }
        let root = hashes.into_iter().rev().reduce(|right, left| Hash::node(&left, &right));
        root.ok_or(TreeError::OutOfRange)
    }
}
