//! C2SP signed-note: a text, a blank line, signature lines.

use super::NoteError;
use super::spelling::{decode_base64, encode_base64};

/// The longest note that is read.
pub const NOTE_BYTES_MAX: usize = 65_536;
/// The most signatures that a note may have: what every reader of notes has to take.
pub const SIGNATURES_MAX: usize = 16;

const DASH: &str = "\u{2014} ";

/// A note in its parts. Nothing in it is to be believed before a signature is verified.
pub(crate) struct Note<'a> {
    pub(crate) text: &'a str,
    pub(crate) signatures: Vec<Signature<'a>>,
}

pub(crate) struct Signature<'a> {
    pub(crate) name: &'a str,
    /// Which of the keys of that name, and of which algorithm.
    pub(crate) id: [u8; 4],
    pub(crate) bytes: Vec<u8>,
}

impl<'a> Note<'a> {
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, NoteError> {
        if bytes.len() > NOTE_BYTES_MAX {
            return Err(NoteError::TooLong);
        }
        let note = std::str::from_utf8(bytes).map_err(|_| NoteError::Malformed("it is not UTF-8"))?;
        if note.bytes().any(|byte| byte < 0x20 && byte != b'\n') {
            return Err(NoteError::Malformed("it holds a control character"));
        }
        let blank = note.rfind("\n\n").ok_or(NoteError::Malformed("no blank line stands before signatures"))?;
        let (text, lines) = (note.get(..=blank).unwrap_or_default(), note.get(blank + 2..).unwrap_or_default());
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Malformed("the last line does not end"))?;
        if lines.split('\n').count() > SIGNATURES_MAX {
            return Err(NoteError::TooManySignatures);
        }
        let signatures = lines.split('\n').map(Signature::parse).collect::<Option<_>>();
        let signatures = signatures.ok_or(NoteError::Malformed("a signature line is not one"))?;
        Ok(Self { text, signatures })
    }
}

impl<'a> Signature<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (name, encoded) = line.strip_prefix(DASH)?.split_once(' ')?;
        let named = !name.is_empty() && !name.chars().any(|char| char.is_whitespace() || char == '+');
        let decoded = decode_base64(encoded)?;
        let (id, bytes) = decoded.split_first_chunk()?;
        (named && !bytes.is_empty()).then(|| Self { name, id: *id, bytes: bytes.to_vec() })
    }

    pub(crate) fn line(&self) -> String {
        format!("{DASH}{} {}\n", self.name, encode_base64(&[self.id.as_slice(), &self.bytes].concat()))
    }
}
