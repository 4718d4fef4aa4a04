//! The sealed record as it stands on `audit.sealed` and, leaf by leaf, in the stores.

use crate::avro::Reader;
use crate::error::DecodeError;
use crate::list::{Extras, List};
use crate::record::Avro;

/// The most protected values of one record: more would not fit into what the topic takes.
pub const DISCLOSURES_MAX: usize = 10_000;

/// A leaf with its MAC, or a fence. Who may build one: `seal`, after hashing; everybody else only reads.
///
/// What is empty costs no allocation, so that a record without protected values is decoded as fast as its three first fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedRecord<'a> {
    pub leaf: &'a [u8],
    pub key_id: &'a str,
    pub mac: &'a [u8; 32],
    /// Who appended this record. `None` before chains had fences.
    pub owner: Option<Owner<'a>>,
    /// `Some` when this record opens its owner's turn and seals nothing.
    pub fence: Option<Fence>,
    /// The protected values; the leaf holds their digests only.
    pub disclosures: List<Disclosure<'a>>,
    /// Search tokens by field.
    pub tokens: Extras<'a>,
    /// Free text without its PHI, by path.
    pub redacted: Extras<'a>,
}

/// One worker's turn at a chain; turns are compared by term, generation and attempt, in that order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Owner<'a> {
    pub term: i64,
    pub generation: i32,
    pub attempt: i32,
    pub id: &'a str,
}

/// What shows that the owner may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fence {
    /// HMAC-SHA256 over the chain's name and the owner.
    pub mac: [u8; 32],
}

/// One protected value, sealed for those who may open it.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Disclosure<'a> {
    /// What stands in the leaf.
    pub digest: [u8; 32],
    /// Which subject's key opens it.
    pub key: &'a str,
    /// Nonce and ciphertext.
    pub sealed: &'a [u8],
}

impl std::fmt::Debug for Disclosure<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Disclosure({} bytes)", self.sealed.len())
    }
}

impl Default for SealedRecord<'_> {
    fn default() -> Self {
        Self {
            leaf: &[],
            key_id: "",
            mac: &[0; 32],
            owner: None,
            fence: None,
            disclosures: List::default(),
            tokens: Extras::default(),
            redacted: Extras::default(),
        }
    }
}

impl<'a> SealedRecord<'a> {
    pub fn decode(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::with_entries_max(bytes, DISCLOSURES_MAX);
        let record = Self {
            leaf: Avro::read(&mut reader)?,
            key_id: Avro::read(&mut reader)?,
            mac: reader.fixed()?,
            owner: Avro::read(&mut reader)?,
            fence: Avro::read(&mut reader)?,
            disclosures: Avro::read(&mut reader)?,
            tokens: Avro::read(&mut reader)?,
            redacted: Avro::read(&mut reader)?,
        };
        reader.finish()?;
        Ok(record)
    }

    pub fn encode(&self, out: &mut Vec<u8>) {
        self.leaf.write(out);
        self.key_id.write(out);
        self.mac.write(out);
        self.owner.write(out);
        self.fence.write(out);
        self.disclosures.write(out);
        self.tokens.write(out);
        self.redacted.write(out);
    }
}

impl<'a> Avro<'a> for Owner<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self {
            term: Avro::read(reader)?,
            generation: Avro::read(reader)?,
            attempt: Avro::read(reader)?,
            id: Avro::read(reader)?,
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        self.term.write(out);
        self.generation.write(out);
        self.attempt.write(out);
        self.id.write(out);
    }
}

impl<'a> Avro<'a> for Fence {
    fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self { mac: Avro::read(reader)? })
    }

    fn write(&self, out: &mut Vec<u8>) {
        self.mac.write(out);
    }
}

impl<'a> Avro<'a> for Disclosure<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        Ok(Self { digest: Avro::read(reader)?, key: Avro::read(reader)?, sealed: Avro::read(reader)? })
    }

    fn write(&self, out: &mut Vec<u8>) {
        self.digest.write(out);
        self.key.write(out);
        self.sealed.write(out);
    }
}
