//! The file's lines: `c2sp.org/tlog-proof@v1`, extra, index, the path, a blank line, the checkpoint.

use super::{ProofError, RecordProof};
use crate::checkpoint::NOTE_BYTES_MAX;
use crate::checkpoint::spelling::{decode_base64, decode_decimal, encode_base64};
use crate::merkle::Hash;

const FIRST: &str = "c2sp.org/tlog-proof@v1";
/// No tree of up to 2^63 leaves has a longer path.
const PATH_MAX: usize = 63;
/// The longest file that is read: the longest leaf in base64, the longest path and the longest note.
pub const PROOF_BYTES_MAX: usize = 87_380 + PATH_MAX * 45 + NOTE_BYTES_MAX + 128;

impl RecordProof {
    /// The file, to be named `<something>.tlog-proof`.
    #[must_use]
    pub fn text(&self) -> String {
        let path: String = self.path.iter().map(|hash| format!("{}\n", encode_base64(&hash.0))).collect();
        let extra = encode_base64(&self.leaf);
        format!("{FIRST}\nextra {extra}\nindex {}\n{path}\n{}", self.index, self.checkpoint)
    }

    /// Reads what [`Self::text`] writes and nothing else. What it says is not checked here.
    pub fn parse(bytes: &[u8]) -> Result<Self, ProofError> {
        if bytes.len() > PROOF_BYTES_MAX {
            return Err(ProofError::Malformed("it is longer than any can be"));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| ProofError::Malformed("it is not UTF-8"))?;
        let (head, checkpoint) = text.split_once("\n\n").ok_or(ProofError::Malformed("it has no blank line"))?;
        let mut lines = head.split('\n');
        if lines.next() != Some(FIRST) {
            return Err(ProofError::Malformed("its first line is another"));
        }
        let extra = lines.next().and_then(|line| line.strip_prefix("extra ")).and_then(decode_base64);
        let leaf = extra.ok_or(ProofError::Malformed("its second line is not the leaf"))?;
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(decode_decimal);
        let index = index.ok_or(ProofError::Malformed("its third line is not the index"))?;
        let path = lines.map(|line| decode_base64(line)?.try_into().ok().map(Hash)).collect::<Option<Vec<_>>>();
        let path = path.ok_or(ProofError::Malformed("a line of its path is not a hash"))?;
        if path.len() > PATH_MAX {
            return Err(ProofError::Malformed("its path is longer than any can be"));
        }
        Ok(Self { leaf, index, path, checkpoint: checkpoint.to_owned() })
    }
}
