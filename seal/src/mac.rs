//! MACs of leaves, fences and refused records. What signs and what checks are different types, so that a verifier cannot sign.
//!
//! A leaf's MAC is made over the leaf's hash: the hash is needed anyway, so signer and verifier read each leaf once.

use std::fmt;

use crate::chain::LeafHash;
use crate::keys::{Keyed, Secret};

const LEAF: &[u8] = b"sealtrail/mac/1\n";
const FENCE: &str = "sealtrail/fence/1";
const REJECT: &str = "sealtrail/reject/1";

/// Signs the leaves of one segment, by their hashes. Dropping it when the segment closes wipes it.
///
/// ```compile_fail,E0308
/// fn sign_the_leaf_itself(key: &seal::mac::SegmentKey, leaf: &[u8]) -> [u8; 32] {
///     key.sign(leaf)
/// }
/// ```
///
/// ```
/// fn sign(key: &seal::mac::SegmentKey, leaf: &[u8]) -> [u8; 32] {
///     key.sign(&seal::LeafHash::of(leaf))
/// }
/// ```
pub struct SegmentKey(Keyed);

/// Checks the leaves of one segment.
///
/// ```compile_fail,E0599
/// fn forge(verifier: &seal::mac::SegmentVerifier, leaf: &seal::LeafHash) -> [u8; 32] {
///     verifier.sign(leaf)
/// }
/// ```
///
/// ```
/// fn check(verifier: &seal::mac::SegmentVerifier, leaf: &seal::LeafHash) -> bool {
///     verifier.verify(leaf, &[0; 32])
/// }
/// ```
pub struct SegmentVerifier(Keyed);

impl SegmentKey {
    #[must_use]
    pub fn new(key: &Secret) -> Self {
        Self(Keyed::new(key).starting_with(LEAF))
    }

    #[must_use]
    pub fn sign(&self, leaf: &LeafHash) -> [u8; 32] {
        self.0.sign(&leaf.0)
    }
}

impl SegmentVerifier {
    #[must_use]
    pub fn new(key: &Secret) -> Self {
        Self(Keyed::new(key).starting_with(LEAF))
    }

    /// Constant-time; a MAC of another length is wrong.
    #[must_use]
    pub fn verify(&self, leaf: &LeafHash, mac: &[u8]) -> bool {
        self.0.verifies(&leaf.0, mac)
    }
}

/// Makes the digests of one chain's refused records. Nobody can test a guess of such a record without the epoch key.
pub struct RejectKey(Keyed);

/// Holds a refused record, for example from the dead letters, against its reject leaf.
pub struct RejectVerifier(Keyed);

fn reject_digest(key: &Keyed, offset: i64, record: &[u8]) -> [u8; 32] {
    key.derive(REJECT, &[&offset.to_be_bytes(), record])
}

impl RejectKey {
    #[must_use]
    pub fn new(key: &Secret) -> Self {
        Self(Keyed::new(key))
    }

    /// The digest of the record that stood at this source offset.
    #[must_use]
    pub fn digest(&self, offset: i64, record: &[u8]) -> [u8; 32] {
        reject_digest(&self.0, offset, record)
    }
}

impl RejectVerifier {
    #[must_use]
    pub fn new(key: &Secret) -> Self {
        Self(Keyed::new(key))
    }

    /// Whether this is the record that was refused at this source offset. Constant-time.
    #[must_use]
    pub fn verify(&self, offset: i64, record: &[u8], digest: &[u8; 32]) -> bool {
        subtle::ConstantTimeEq::ct_eq(reject_digest(&self.0, offset, record).as_slice(), digest.as_slice()).into()
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
names_only!(SegmentKey, SegmentVerifier, FenceKey, FenceVerifier, RejectKey, RejectVerifier);

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [9; 32];

    #[test]
    fn the_verifier_takes_what_the_signer_signed_and_nothing_else() {
        let leaf = LeafHash::of(b"leaf");
        let mac = SegmentKey::new(&Secret::new(KEY)).sign(&leaf);
        let verifier = SegmentVerifier::new(&Secret::new(KEY));
        assert!(verifier.verify(&leaf, &mac));
        assert!(!verifier.verify(&LeafHash::of(b"leaG"), &mac));
        assert!(!verifier.verify(&leaf, &mac[..31]));
        assert!(!verifier.verify(&leaf, b""));
        assert!(!SegmentVerifier::new(&Secret::new([8; 32])).verify(&leaf, &mac));
    }

    #[test]
    fn the_mac_is_over_the_label_and_the_leafs_hash() {
        let leaf = LeafHash::of(b"leaf");
        let message = [b"sealtrail/mac/1\n".as_slice(), &leaf.0].concat();
        assert_eq!(SegmentKey::new(&Secret::new(KEY)).sign(&leaf), Keyed::new(&Secret::new(KEY)).sign(&message));
    }

    #[test]
    fn a_refused_record_is_known_again_by_key_offset_and_bytes_together() {
        let digest = RejectKey::new(&Secret::new(KEY)).digest(41, b"record");
        let verifier = RejectVerifier::new(&Secret::new(KEY));
        assert!(verifier.verify(41, b"record", &digest));
        assert!(!verifier.verify(42, b"record", &digest));
        assert!(!verifier.verify(41, b"recorD", &digest));
        assert!(!RejectVerifier::new(&Secret::new([8; 32])).verify(41, b"record", &digest));
        let derived = crate::keys::kdf(&Secret::new(KEY), "sealtrail/reject/1", &[&41_i64.to_be_bytes(), b"record"]);
        assert_eq!(*derived.expose(), digest);
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
