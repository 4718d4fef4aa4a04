//! The event's whole record in Avro: bounds first, then the fields, then nothing more.

use crate::avro::Reader;
use crate::error::{DecodeError, DecodeFault};
use crate::event::{AuditEvent, EVENT_BYTES_MAX};
use crate::record::Avro as _;

impl<'a> AuditEvent<'a> {
    /// Decodes a whole record written with our own schema; strings stay borrowed.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        if bytes.len() > EVENT_BYTES_MAX {
            return Err(reader.error(DecodeFault::Oversized));
        }
        let mut event = Self::default();
        event.fill(&mut reader)?;
        event.check(reader.position())?;
        reader.finish()?;
        Ok(event)
    }

    /// Appends the Avro form to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        self.write(out);
    }
}
