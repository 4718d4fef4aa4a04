//! The checkpoint key: what signs and what checks are different types, so that a verifier cannot sign.

use ed25519_dalek::{Signature as Ed25519Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::note::{Note, Signature};
use super::spelling::{decode_base64, encode_base64};
use super::{Checkpoint, NoteError};
use crate::leaf::is_trail_name;

/// Ed25519 as signed-note numbers algorithms.
const ED25519: u8 = 1;
const SIGNER: &str = "a signer key (PRIVATE+KEY+<trail>+<8 digits>+<base64>)";
const VERIFIER: &str = "a verifier key (<trail>+<8 digits>+<base64>)";

/// Signs a trail's checkpoints. It is wiped when dropped, and it has no `Debug`.
///
/// ```compile_fail,E0277
/// fn show(signer: &seal::checkpoint::CheckpointSigner) -> String {
///     format!("{signer:?}")
/// }
/// ```
pub struct CheckpointSigner {
    key: SigningKey,
    public: CheckpointVerifier,
}

/// Checks a trail's checkpoints.
///
/// ```compile_fail,E0599
/// use seal::checkpoint::{Checkpoint, CheckpointVerifier};
/// fn forge(verifier: &CheckpointVerifier, checkpoint: &Checkpoint) {
///     let _note = verifier.sign(checkpoint);
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckpointVerifier {
    trail: String,
    id: [u8; 4],
    key: VerifyingKey,
}

impl CheckpointSigner {
    /// The key of this seed, which the caller drew from a good source of randomness.
    pub fn from_seed(trail: &str, seed: &[u8; 32]) -> Result<Self, NoteError> {
        let key = SigningKey::from_bytes(seed);
        let public = CheckpointVerifier::new(trail, key.verifying_key()).ok_or(NoteError::BadKey(SIGNER))?;
        Ok(Self { key, public })
    }

    /// Reads what [`Self::skey`] writes.
    pub fn from_skey(text: &str) -> Result<Self, NoteError> {
        let refused = NoteError::BadKey(SIGNER);
        let parts = text.strip_prefix("PRIVATE+KEY+").and_then(split).ok_or(refused)?;
        let signer = Self::from_seed(parts.name, &parts.key)?;
        if signer.public.id == parts.id { Ok(signer) } else { Err(refused) }
    }

    /// The key as text, to be stored where only the checkpointing process can read it.
    #[must_use]
    pub fn skey(&self) -> Zeroizing<String> {
        let seed = Zeroizing::new(self.key.to_bytes());
        let encoded = Zeroizing::new(joined(&self.public, &seed));
        Zeroizing::new(format!("PRIVATE+KEY+{}", *encoded))
    }

    /// What everybody else needs.
    #[must_use]
    pub fn verifier(&self) -> CheckpointVerifier {
        self.public.clone()
    }

    /// The checkpoint as a signed note. The caller has recomputed its root from the leaves as stored.
    pub fn sign(&self, checkpoint: &Checkpoint) -> Result<String, NoteError> {
        let trail = &self.public.trail;
        checkpoint.chain_of(trail).ok_or(NoteError::OtherTrail)?;
        let text = checkpoint.text();
        let bytes = self.key.sign(text.as_bytes()).to_bytes().to_vec();
        let line = Signature { name: trail, id: self.public.id, bytes }.line();
        Ok(format!("{text}\n{line}"))
    }
}

impl CheckpointVerifier {
    fn new(trail: &str, key: VerifyingKey) -> Option<Self> {
        let mut hasher = Sha256::new();
        hasher.update(trail);
        hasher.update([b'\n', ED25519]);
        hasher.update(key.as_bytes());
        let id = *hasher.finalize().first_chunk()?;
        // A key of small order would find every text well signed.
        (is_trail_name(trail) && !key.is_weak()).then(|| Self { trail: trail.to_owned(), id, key })
    }

    /// Reads what [`Self::vkey`] writes.
    pub fn from_vkey(text: &str) -> Result<Self, NoteError> {
        let refused = NoteError::BadKey(VERIFIER);
        let parts = split(text).ok_or(refused)?;
        let key = VerifyingKey::from_bytes(&parts.key).map_err(|_| refused)?;
        Self::new(parts.name, key).filter(|verifier| verifier.id == parts.id).ok_or(refused)
    }

    /// `<trail>+<key id>+<base64 of the key>`, as signed-note's tools have it.
    #[must_use]
    pub fn vkey(&self) -> String {
        joined(self, self.key.as_bytes())
    }

    /// The trail whose checkpoints this key signs.
    #[must_use]
    pub fn trail(&self) -> &str {
        &self.trail
    }

    /// The checkpoint that the note holds, when this key signed it. Other keys' signatures are passed over.
    pub fn verify(&self, note: &[u8]) -> Result<Checkpoint, NoteError> {
        let note = Note::parse(note)?;
        let mut ours = note.signatures.iter().filter(|line| line.name == self.trail && line.id == self.id);
        let signature = ours.next().ok_or(NoteError::NotSigned)?;
        if ours.next().is_some() {
            return Err(NoteError::Malformed("one key signed it twice"));
        }
        let signature = Ed25519Signature::from_slice(&signature.bytes).map_err(|_| NoteError::BadSignature)?;
        self.key.verify_strict(note.text.as_bytes(), &signature).map_err(|_| NoteError::BadSignature)?;
        let checkpoint = Checkpoint::parse(note.text)?;
        if checkpoint.chain_of(&self.trail).is_none() {
            return Err(NoteError::OtherTrail);
        }
        Ok(checkpoint)
    }
}

fn joined(public: &CheckpointVerifier, key: &[u8; 32]) -> String {
    let mut bytes = Zeroizing::new([ED25519; 33]);
    bytes[1..].copy_from_slice(key);
    format!("{}+{}+{}", public.trail, hex::encode(public.id), encode_base64(bytes.as_slice()))
}

/// The parts of `<name>+<id>+<base64>`.
struct Parts<'a> {
    name: &'a str,
    id: [u8; 4],
    key: Zeroizing<[u8; 32]>,
}

fn split(text: &str) -> Option<Parts<'_>> {
    let mut parts = text.splitn(3, '+');
    let (name, digits, encoded) = (parts.next()?, parts.next()?, parts.next()?);
    let mut id = [0; 4];
    hex::decode_to_slice(digits, &mut id).ok()?;
    let decoded = Zeroizing::new(decode_base64(encoded)?);
    let key = Zeroizing::new(decoded.strip_prefix(&[ED25519])?.try_into().ok()?);
    (hex::encode(id) == digits).then_some(Parts { name, id, key })
}
