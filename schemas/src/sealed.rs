//! The sealed record as it stands on `audit.sealed` and, leaf by leaf, in the stores.

use crate::avro::{Reader, write_bytes, write_string};
use crate::error::DecodeError;

/// A leaf with its MAC. Who may build one: `seal`, after hashing; everybody else only reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealedRecord<'a> {
    pub leaf: &'a [u8],
    pub key_id: &'a str,
    pub mac: &'a [u8; 32],
}

impl<'a> SealedRecord<'a> {
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let record = Self { leaf: reader.bytes()?, key_id: reader.string()?, mac: reader.fixed()? };
        reader.finish()?;
        Ok(record)
    }

    pub fn encode(&self, out: &mut Vec<u8>) {
        write_bytes(out, self.leaf);
        write_string(out, self.key_id);
        out.extend_from_slice(self.mac);
    }
}
