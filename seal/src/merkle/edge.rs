//! The right edge of a growing tree: all that is needed to append leaves and to name the root.

use super::{Hash, SIZE_MAX};
use crate::LeafHash;

/// A compact range from the first leaf on: the roots of the complete subtrees that a tree of this size consists of,
/// largest first. Their number is the number of ones in the size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    size: u64,
    hashes: Vec<Hash>,
}

impl Edge {
    /// A tree without leaves.
    pub const EMPTY: Self = Self { size: 0, hashes: Vec::new() };

    /// Puts together what [`Self::size`] and [`Self::hashes`] gave; nothing when they do not belong together.
    #[must_use]
    pub fn from_parts(size: u64, hashes: Vec<Hash>) -> Option<Self> {
        let fits = size <= SIZE_MAX && usize::try_from(size.count_ones()).is_ok_and(|ones| ones == hashes.len());
        fits.then_some(Self { size, hashes })
    }

    /// Appends a leaf.
    pub fn push(&mut self, leaf: LeafHash) {
        let mut hash = Hash::from(leaf);
        // Each trailing one of the size is a complete subtree that the new leaf makes part of one twice as large.
        for _ in 0..self.size.trailing_ones() {
            let Some(left) = self.hashes.pop() else { break };
            hash = Hash::node(&left, &hash);
        }
        self.hashes.push(hash);
        self.size += 1;
    }

    /// How many leaves the tree has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut smallest_first = self.hashes.iter().rev();
        let Some(smallest) = smallest_first.next() else { return Hash::of_nothing() };
        smallest_first.fold(*smallest, |right, left| Hash::node(left, &right))
    }

    /// The complete subtrees' roots, largest subtree first.
    #[must_use]
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }
}

impl Default for Edge {
    fn default() -> Self {
        Self::EMPTY
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The leaves of Certificate Transparency's reference tests, and the roots of the trees of the first 0 to 8.
    const LEAVES: [&str; 8] =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    const ROOTS: [&str; 9] = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    #[test]
    fn the_roots_are_those_of_certificate_transparencys_reference_tests() {
        let mut edge = Edge::EMPTY;
        assert_eq!(edge.root().to_string(), ROOTS[0]);
        for (leaf, root) in LEAVES.iter().zip(&ROOTS[1..]) {
            edge.push(LeafHash::of(&hex::decode(leaf).unwrap()));
            assert_eq!(edge.root().to_string(), *root, "size {}", edge.size());
        }
    }

    #[test]
    fn an_edge_put_together_from_its_parts_goes_on_as_the_one_it_was_taken_from() {
        let mut edge = Edge::EMPTY;
        for n in 0..300_u32 {
            let mut copy = Edge::from_parts(edge.size(), edge.hashes().to_vec()).unwrap();
            assert_eq!(copy, edge);
            edge.push(LeafHash::of(&n.to_be_bytes()));
            copy.push(LeafHash::of(&n.to_be_bytes()));
            assert_eq!(copy.root(), edge.root());
        }
    }

    #[test]
    fn parts_that_do_not_belong_together_are_refused() {
        let hash = Hash::of_nothing();
        assert_eq!(Edge::from_parts(0, vec![hash]), None);
        assert_eq!(Edge::from_parts(3, vec![hash]), None);
        assert_eq!(Edge::from_parts(4, vec![hash; 3]), None);
        assert_eq!(Edge::from_parts(SIZE_MAX + 1, vec![hash; 2]), None);
        assert!(Edge::from_parts(SIZE_MAX, vec![hash]).is_some());
        assert_eq!(Edge::from_parts(0, vec![]), Some(Edge::EMPTY));
    }
}
