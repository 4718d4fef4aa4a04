//! Why bytes are not an event: the fault and the byte position, never the content.

use std::fmt;

/// A refused record: what is wrong, and where. Small enough to come back in registers, which decoding's speed rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{fault} at byte {position}")]
pub struct DecodeError {
    pub fault: DecodeFault,
    pub position: u32,
}

/// Why a schema that somebody else wrote cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    #[error("the schema has more than {1} {0}")]
    Bounds(&'static str, usize),
    #[error("not an Avro schema: {0}")]
    NotAvro(String),
    #[error("field {path} cannot be resolved: {reason}")]
    Unresolvable { path: String, reason: String },
}

/// The closed set of faults; [`DecodeFault::reason`] is the stable label that dead letters and chains carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecodeFault {
    Truncated,
    TrailingBytes,
    Oversized,
    BadLength,
    BadVarint,
    BadUnionBranch,
    BadBoolean,
    BadUtf8,
    BadTime,
    TooMany,
    BadWireFormat,
    UnknownSchema,
    UnresolvableSchema,
    DuplicateKey,
    EmptyField,
    TooLong,
    NulCharacter,
    TimeOutOfRange,
    NumberOutOfRange,
}

impl DecodeFault {
    /// The label written into dead letters, leaves and metrics.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Truncated => "truncated",
            Self::TrailingBytes => "trailing-bytes",
            Self::Oversized => "oversized",
            Self::BadLength => "bad-length",
            Self::BadVarint => "bad-varint",
            Self::BadUnionBranch => "bad-union-branch",
            Self::BadBoolean => "bad-boolean",
            Self::BadUtf8 => "bad-utf8",
            Self::BadTime => "bad-time",
            Self::TooMany => "too-many-entries",
            Self::BadWireFormat => "bad-wire-format",
            Self::UnknownSchema => "unknown-schema",
            Self::UnresolvableSchema => "unresolvable-schema",
            Self::DuplicateKey => "duplicate-key",
            Self::EmptyField => "empty-field",
            Self::TooLong => "too-long",
            Self::NulCharacter => "nul-character",
            Self::TimeOutOfRange => "time-out-of-range",
            Self::NumberOutOfRange => "number-out-of-range",
        }
    }
}

impl fmt::Display for DecodeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason())
    }
}
