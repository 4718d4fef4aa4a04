//! MACs of leaves and of fences. What signs and what checks are different types, so that a verifier cannot sign.

use std::fmt;

use crate::keys::{Keyed, Secret};

const LEAF: &[u8] = b"sealtrail/mac/1\n";
const FENCE: &str = "sealtrail/fence/1";

/// Signs the leaves of one segment. Dropping it when the segment closes wipes it.
pub struct SegmentKey(Keyed);

/// Checks the leaves of one segment.
///
/// ```compile_fail,E0599
/// fn forge(verifier: &seal::mac::SegmentVerifier) -> [u8; 32] {
///     verifier.sign(b"leaf")
/// }
/// ```
///
/// ```
/// fn check(verifier: &seal::mac::SegmentVerifier) -> bool {
///     verifier.verify(b"leaf", &[0; 32])
/// }
/// ```
pub struct SegmentVerifier(Keyed);

impl SegmentKey {
    #[must_use]
    pub fn new(key: &Secret) -> Self {
        Self(Keyed::new(key).starting_with(LEAF))
    }

    #[must_use]
    pub fn sign(&self, leaf: &[u8]) -> [u8; 32] {
        self.0.sign(leaf)
    }
}

impl SegmentVerifier {
    #[must_use]
    pub fn new(key: &Secret) -> Self {
        Self(Keyed::new(key).starting_with(LEAF))
    }

    /// Constant-time; a MAC of another length is wrong.
    #[must_use]
    pub fn verify(&self, leaf: &[u8], mac: &[u8]) -> bool {
        self.0.verifies(leaf, mac)
    }
}

/// What a fence claims: whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn<'a> {
    pub term: i64,
    pub generation: i32,
    pub attempt: i32,
    pub owner: &'a str,
}

/// Signs one chain's fences.
pub struct FenceKey(ChainKey);

/// Checks one chain's fences.
///
/// ```compile_fail,E0599
/// fn forge(verifier: &seal::mac::FenceVerifier, turn: &seal::mac::Turn<'_>) -> [u8; 32] {
///     verifier.sign(turn)
/// }
/// ```
pub struct FenceVerifier(ChainKey);

struct ChainKey {
    keyed: Keyed,
    chain: String,
}

impl ChainKey {
    fn new(key: &Secret, chain: &str) -> Self {
        Self { keyed: Keyed::new(key), chain: chain.to_owned() }
    }

    fn mac(&self, turn: &Turn<'_>) -> [u8; 32] {
        let parts: [&[u8]; 5] = [
            self.chain.as_bytes(),
            &turn.term.to_be_bytes(),
            &turn.generation.to_be_bytes(),
            &turn.attempt.to_be_bytes(),
            turn.owner.as_bytes(),
        ];
        self.keyed.derive(FENCE, &parts)
    }
}

impl FenceKey {
    #[must_use]
    pub fn new(key: &Secret, chain: &str) -> Self {
        Self(ChainKey::new(key, chain))
    }

    #[must_use]
    pub fn sign(&self, turn: &Turn<'_>) -> [u8; 32] {
        self.0.mac(turn)
    }
}

impl FenceVerifier {
    #[must_use]
    pub fn new(key: &Secret, chain: &str) -> Self {
        Self(ChainKey::new(key, chain))
    }

    /// Constant-time; a MAC of another length is wrong.
    #[must_use]
    pub fn verify(&self, turn: &Turn<'_>, mac: &[u8]) -> bool {
        subtle::ConstantTimeEq::ct_eq(self.0.mac(turn).as_slice(), mac).into()
    }
}

macro_rules! names_only {
    ($($type:ident),+) => {$(
        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($type))
            }
        }
    )+};
}
names_only!(SegmentKey, SegmentVerifier, FenceKey, FenceVerifier);

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [9; 32];

    #[test]
    fn the_verifier_takes_what_the_signer_signed_and_nothing_else() {
        let mac = SegmentKey::new(&Secret::new(KEY)).sign(b"leaf");
        let verifier = SegmentVerifier::new(&Secret::new(KEY));
        assert!(verifier.verify(b"leaf", &mac));
        assert!(!verifier.verify(b"leaG", &mac));
        assert!(!verifier.verify(b"leaf", &mac[..31]));
        assert!(!verifier.verify(b"leaf", b""));
        assert!(!SegmentVerifier::new(&Secret::new([8; 32])).verify(b"leaf", &mac));
    }

    #[test]
    fn every_field_of_a_turn_and_the_chain_are_signed() {
        let turn = Turn { term: 1, generation: 2, attempt: 3, owner: "worker-1" };
        let key = Secret::new(KEY);
        let mac = FenceKey::new(&key, "t/0").sign(&turn);
        let verifier = FenceVerifier::new(&key, "t/0");
        assert!(verifier.verify(&turn, &mac));
        let others = [
            Turn { term: 2, ..turn },
            Turn { generation: 3, ..turn },
            Turn { attempt: 4, ..turn },
            Turn { owner: "worker-2", ..turn },
        ];
        for other in others {
            assert!(!verifier.verify(&other, &mac), "{other:?}");
        }
        assert!(!FenceVerifier::new(&key, "t/1").verify(&turn, &mac));
        assert!(!verifier.verify(&turn, &mac[..31]));
    }
}
