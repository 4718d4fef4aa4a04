//! The dead letter: why a record was refused and where the original stands, never what it said.

use crate::avro::{Reader, write_long, write_string};
use crate::error::DecodeError;

/// One refused record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeadLetter<'a> {
    pub stage: &'a str,
    pub reason: &'a str,
    pub source_partition: i32,
    pub source_offset: i64,
    pub payload_bytes: i64,
    pub payload_sha256: [u8; 32],
}

impl<'a> DeadLetter<'a> {
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let letter = Self {
            stage: reader.string()?,
            reason: reader.string()?,
            source_partition: reader.int()?,
            source_offset: reader.long()?,
            payload_bytes: reader.long()?,
            payload_sha256: *reader.fixed()?,
        };
        reader.finish()?;
        Ok(letter)
    }

    pub fn encode(&self, out: &mut Vec<u8>) {
        write_string(out, self.stage);
        write_string(out, self.reason);
        write_long(out, self.source_partition.into());
        write_long(out, self.source_offset);
        write_long(out, self.payload_bytes);
        out.extend_from_slice(&self.payload_sha256);
    }
}
