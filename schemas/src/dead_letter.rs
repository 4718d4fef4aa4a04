//! The dead letter: why a record was refused and where the original stands, never in clear what it said.

use crate::avro::Reader;
use crate::error::DecodeError;
use crate::record::Avro;

/// One refused record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DeadLetter<'a> {
    pub stage: &'a str,
    pub reason: &'a str,
    pub source_partition: i32,
    pub source_offset: i64,
    pub payload_bytes: i64,
    pub payload_sha256: [u8; 32],
    /// `None` means `audit.events`.
    pub source_topic: Option<&'a str>,
    /// The schema id that the original named.
    pub schema_id: Option<i32>,
    /// Which key sealed the original.
    pub key_id: Option<&'a str>,
    /// The original, encrypted, so that it can be replayed after its retention.
    pub payload_sealed: Option<&'a [u8]>,
    /// When the broker received the original, in microseconds since 1970.
    pub received_at: Option<i64>,
}

impl<'a> DeadLetter<'a> {
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let letter = Self {
            stage: Avro::read(&mut reader)?,
            reason: Avro::read(&mut reader)?,
            source_partition: Avro::read(&mut reader)?,
            source_offset: Avro::read(&mut reader)?,
            payload_bytes: Avro::read(&mut reader)?,
            payload_sha256: Avro::read(&mut reader)?,
            source_topic: Avro::read(&mut reader)?,
            schema_id: Avro::read(&mut reader)?,
            key_id: Avro::read(&mut reader)?,
            payload_sealed: Avro::read(&mut reader)?,
            received_at: Avro::read(&mut reader)?,
        };
        reader.finish()?;
        Ok(letter)
    }

    pub fn encode(&self, out: &mut Vec<u8>) {
        self.stage.write(out);
        self.reason.write(out);
        self.source_partition.write(out);
        self.source_offset.write(out);
        self.payload_bytes.write(out);
        self.payload_sha256.write(out);
        self.source_topic.write(out);
        self.schema_id.write(out);
        self.key_id.write(out);
        self.payload_sealed.write(out);
        self.received_at.write(out);
    }
}
