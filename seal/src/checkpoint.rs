//! Checkpoints: a chain's size and root, signed, as C2SP tlog-checkpoint and signed-note have it.
//!
//! ```text
//! leaves as stored ──▶ Edge ──▶ Checkpoint ──▶ CheckpointSigner ──▶ signed note ──▶ CheckpointVerifier ──▶ Checkpoint
//! ```
//!
//! The worker that seals does not hold the checkpoint key. The process that does has recomputed the root from the bytes as
//! they are stored: who steals a worker's keys can then append lies, but cannot make the past another one.
//!
//! One key signs for all chains of a trail. Its name is the trail's, and the origin of a chain's checkpoint is
//! `<trail>/<chain>`: a checkpoint of another trail, or of none of its chains, is refused whoever signed it.

mod error;
mod key;
mod note;
pub(crate) mod spelling;

pub use error::NoteError;
pub use key::{CheckpointSigner, CheckpointVerifier};
pub use note::{NOTE_BYTES_MAX, SIGNATURES_MAX};

use crate::leaf::{is_chain_name, is_trail_name};
use crate::merkle::{Hash, Head};
use spelling::{decode_base64, decode_decimal, encode_base64};

/// What a checkpoint says: this chain of this trail had that many leaves, and this root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    head: Head,
}

impl Checkpoint {
    /// Nothing when the names are not such or the tree is larger than any can be.
    #[must_use]
    pub fn new(trail: &str, chain: &str, head: Head) -> Option<Self> {
        let fits = is_trail_name(trail) && is_chain_name(chain) && head.size <= crate::merkle::SIZE_MAX;
        fits.then(|| Self { origin: format!("{trail}/{chain}"), head })
    }

    /// `<trail>/<chain>`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    #[must_use]
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// The chain, when the checkpoint is one of this trail.
    #[must_use]
    pub fn chain_of(&self, trail: &str) -> Option<&str> {
        let chain = self.origin.strip_prefix(trail)?.strip_prefix('/')?;
        (is_trail_name(trail) && is_chain_name(chain)).then_some(chain)
    }

    /// The signed text: origin, size and root, a line each.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.head.size, encode_base64(&self.head.root.0))
    }

    /// Reads what [`Self::text`] writes and nothing else: extension lines are refused, as nobody checks what they say.
    pub(crate) fn parse(text: &str) -> Result<Self, NoteError> {
        let lines = text.strip_suffix('\n').ok_or(NoteError::Malformed("the text does not end with a newline"))?;
        let mut lines = lines.split('\n');
        let (Some(origin), Some(size), Some(root), None) = (lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(NoteError::Malformed("a checkpoint has three lines: origin, size and root"));
        };
        let printable = !origin.is_empty() && origin.len() <= 255 && origin.bytes().all(|byte| byte.is_ascii_graphic());
        if !printable || origin.contains('+') {
            return Err(NoteError::Malformed("the origin is not 1 to 255 printable characters"));
        }
        let size = decode_decimal(size).ok_or(NoteError::Malformed("the size is not a plain decimal number"))?;
        let root = decode_base64(root).and_then(|root| root.try_into().ok());
        let root = Hash(root.ok_or(NoteError::Malformed("the root is not 32 bytes of base64"))?);
        Ok(Self { origin: origin.to_owned(), head: Head { size, root } })
    }
}
