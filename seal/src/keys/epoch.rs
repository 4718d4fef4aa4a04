//! The epoch key: everything that a sealer signs with for some months is derived from it.

use std::fmt;
use std::sync::Arc;

use crate::chain::Sequence;
use crate::keys::keyed::{self, KeyedHash};
use crate::keys::{KeyError, KeyId, Keyed, Secret};
use crate::mac::{FenceKey, FenceVerifier, RejectKey, RejectVerifier, SegmentKey, SegmentVerifier};

const SEGMENT: &str = "sealtrail/segment/1";
const FENCE_KEY: &str = "sealtrail/fence-key/1";
const REJECT_KEY: &str = "sealtrail/reject-key/1";
const KEY_EPOCH: &str = "sealtrail/key-epoch/1";

/// Signs: hands out segment keys and fence keys.
#[derive(Clone)]
pub struct EpochKey(Named);

/// Checks: hands out the verifiers of segments and fences.
///
/// ```compile_fail,E0308
/// fn forge(verifier: &seal::keys::EpochVerifier) -> seal::mac::SegmentKey {
///     verifier.segment("t/0", 0).unwrap()
/// }
/// ```
#[derive(Clone)]
pub struct EpochVerifier(Named);

#[derive(Clone)]
struct Named {
    id: KeyId,
    hash: Arc<dyn KeyedHash>,
}

impl Named {
    fn segment(&self, chain: &str, segment: u64) -> Result<Secret, KeyError> {
        keyed::derive(&*self.hash, SEGMENT, &[chain.as_bytes(), &segment.to_be_bytes()]).map(Secret::new)
    }

    fn fence(&self, chain: &str) -> Result<Secret, KeyError> {
        keyed::derive(&*self.hash, FENCE_KEY, &[chain.as_bytes()]).map(Secret::new)
    }

    fn rejects(&self, chain: &str) -> Result<Secret, KeyError> {
        keyed::derive(&*self.hash, REJECT_KEY, &[chain.as_bytes()]).map(Secret::new)
    }
}

/// The boundary that a key-epoch leaf records; its proof shows that the new key's holder agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Boundary<'a> {
    pub chain: &'a str,
    pub sequence: Sequence,
    pub previous: &'a KeyId,
}

impl Boundary<'_> {
    fn with<T>(&self, new: &KeyId, use_parts: impl FnOnce(&[&[u8]]) -> T) -> T {
        let sequence = self.sequence.0.to_be_bytes();
        let (previous, new) = (self.previous.as_str().as_bytes(), new.as_str().as_bytes());
        use_parts(&[self.chain.as_bytes(), &sequence, previous, new])
    }
}

impl EpochKey {
    /// A key in memory.
    #[must_use]
    pub fn new(id: KeyId, key: &Secret) -> Self {
        Self::elsewhere(id, Arc::new(Keyed::new(key)))
    }

    /// A key that only a token holds.
    #[must_use]
    pub fn elsewhere(id: KeyId, hash: Arc<dyn KeyedHash>) -> Self {
        Self(Named { id, hash })
    }

    #[must_use]
    pub fn id(&self) -> &KeyId {
        &self.0.id
    }

    /// The key of one segment. A token may fail to answer; a key in memory does not.
    pub fn segment(&self, chain: &str, segment: u64) -> Result<SegmentKey, KeyError> {
        self.0.segment(chain, segment).map(|key| SegmentKey::new(&key))
    }

    pub fn fence(&self, chain: &str) -> Result<FenceKey, KeyError> {
        self.0.fence(chain).map(|key| FenceKey::new(&key, chain))
    }

    /// The key of the digests in one chain's reject leaves.
    pub fn rejects(&self, chain: &str) -> Result<RejectKey, KeyError> {
        self.0.rejects(chain).map(|key| RejectKey::new(&key))
    }

    /// The proof of a key-epoch leaf that makes this key the one in force.
    pub fn prove(&self, boundary: &Boundary<'_>) -> Result<[u8; 32], KeyError> {
        boundary.with(self.id(), |parts| keyed::derive(&*self.0.hash, KEY_EPOCH, parts))
    }

    /// The half of it that cannot sign.
    #[must_use]
    pub fn verifier(&self) -> EpochVerifier {
        EpochVerifier(self.0.clone())
    }
}

impl EpochVerifier {
    #[must_use]
    pub fn new(id: KeyId, key: &Secret) -> Self {
        Self::elsewhere(id, Arc::new(Keyed::new(key)))
    }

    #[must_use]
    pub fn elsewhere(id: KeyId, hash: Arc<dyn KeyedHash>) -> Self {
        Self(Named { id, hash })
    }

    #[must_use]
    pub fn id(&self) -> &KeyId {
        &self.0.id
    }

    pub fn segment(&self, chain: &str, segment: u64) -> Result<SegmentVerifier, KeyError> {
        self.0.segment(chain, segment).map(|key| SegmentVerifier::new(&key))
    }

    pub fn fence(&self, chain: &str) -> Result<FenceVerifier, KeyError> {
        self.0.fence(chain).map(|key| FenceVerifier::new(&key, chain))
    }

    /// Checks refused records against the reject leaves that stand under this key.
    pub fn rejects(&self, chain: &str) -> Result<RejectVerifier, KeyError> {
        self.0.rejects(chain).map(|key| RejectVerifier::new(&key))
    }

    /// Whether a key-epoch leaf's proof was made with this key, the new one.
    pub fn verify(&self, boundary: &Boundary<'_>, proof: &[u8; 32]) -> Result<bool, KeyError> {
        boundary.with(self.id(), |parts| keyed::derives(&*self.0.hash, KEY_EPOCH, parts, proof))
    }
}

impl fmt::Debug for EpochKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EpochKey({})", self.0.id)
    }
}

impl fmt::Debug for EpochVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EpochVerifier({})", self.0.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::LeafHash;

    fn key(id: &str, byte: u8) -> EpochKey {
        EpochKey::new(KeyId::new(id).unwrap(), &Secret::new([byte; 32]))
    }

    #[test]
    fn segments_chains_and_epochs_have_keys_of_their_own() {
        let leaf = LeafHash::of(b"leaf");
        let mac = key("a", 1).segment("t/0", 7).unwrap().sign(&leaf);
        let verifier = key("a", 1).verifier();
        assert!(verifier.segment("t/0", 7).unwrap().verify(&leaf, &mac));
        assert!(!verifier.segment("t/0", 8).unwrap().verify(&leaf, &mac));
        assert!(!verifier.segment("t/1", 7).unwrap().verify(&leaf, &mac));
        assert!(!key("a", 2).verifier().segment("t/0", 7).unwrap().verify(&leaf, &mac));
    }

    #[test]
    fn a_boundarys_proof_fits_one_place_and_one_pair_of_keys() {
        let (old, other) = (KeyId::new("a").unwrap(), KeyId::new("z").unwrap());
        let boundary = Boundary { chain: "t/0", sequence: Sequence(9), previous: &old };
        let proof = key("b", 2).prove(&boundary).unwrap();
        let verifier = key("b", 2).verifier();
        assert_eq!(verifier.verify(&boundary, &proof), Ok(true));
        let elsewhere = [
            Boundary { chain: "t/1", ..boundary },
            Boundary { sequence: Sequence(10), ..boundary },
            Boundary { previous: &other, ..boundary },
        ];
        for moved in elsewhere {
            assert_eq!(verifier.verify(&moved, &proof), Ok(false), "{moved:?}");
        }
        assert_eq!(key("c", 2).verifier().verify(&boundary, &proof), Ok(false));
        assert_eq!(key("b", 3).verifier().verify(&boundary, &proof), Ok(false));
    }

    #[test]
    fn the_derivation_is_the_documented_one() {
        let epoch = Secret::new([1; 32]);
        let segment = keyed::kdf(&epoch, "sealtrail/segment/1", &[b"t/0", &7_u64.to_be_bytes()]);
        let leaf = LeafHash::of(b"leaf");
        let mac = Keyed::new(&segment).sign(&[b"sealtrail/mac/1\n".as_slice(), &leaf.0].concat());
        assert_eq!(key("a", 1).segment("t/0", 7).unwrap().sign(&leaf), mac);
    }

    #[test]
    fn refused_records_are_known_by_epoch_and_chain() {
        let digest = key("a", 1).rejects("t/0").unwrap().digest(7, b"record");
        let verifier = key("a", 1).verifier();
        assert!(verifier.rejects("t/0").unwrap().verify(7, b"record", &digest));
        assert!(!verifier.rejects("t/1").unwrap().verify(7, b"record", &digest));
        assert!(!key("a", 2).verifier().rejects("t/0").unwrap().verify(7, b"record", &digest));
        let derived = keyed::kdf(&Secret::new([1; 32]), "sealtrail/reject-key/1", &[b"t/0"]);
        assert_eq!(RejectKey::new(&derived).digest(7, b"record"), digest);
    }

    #[test]
    fn debug_shows_the_name_and_nothing_else() {
        assert_eq!(format!("{:?} {:?}", key("a", 1), key("a", 1).verifier()), "EpochKey(a) EpochVerifier(a)");
    }
}
