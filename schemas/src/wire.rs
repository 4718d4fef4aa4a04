//! Confluent's wire format: a zero byte, the schema id in four big-endian bytes, then the Avro body.

use crate::error::{DecodeError, DecodeFault};

/// The registry's number for a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SchemaId(pub u32);

const HEADER_BYTES: usize = 5;

/// Appends the header; the body follows.
pub fn write_header(out: &mut Vec<u8>, schema: SchemaId) {
    out.push(0);
    out.extend_from_slice(&schema.0.to_be_bytes());
}

/// Splits a record into its schema id and its body.
pub fn split(bytes: &[u8]) -> Result<(SchemaId, &[u8]), DecodeError> {
    match bytes {
        [0, a, b, c, d, body @ ..] => Ok((SchemaId(u32::from_be_bytes([*a, *b, *c, *d])), body)),
        [0, ..] | [] => Err(DecodeError { fault: DecodeFault::Truncated, position: bytes.len().min(HEADER_BYTES) }),
        _ => Err(DecodeError { fault: DecodeFault::BadWireFormat, position: 0 }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_comes_back_with_its_body() {
        let mut bytes = Vec::new();
        write_header(&mut bytes, SchemaId(7));
        bytes.extend_from_slice(b"body");
        assert_eq!(split(&bytes), Ok((SchemaId(7), b"body".as_slice())));
    }

    #[test]
    fn a_short_or_foreign_header_is_refused_by_name() {
        assert_eq!(split(&[0, 1]).map_err(|error| error.fault), Err(DecodeFault::Truncated));
        assert_eq!(split(b"{\"json\":1}").map_err(|error| error.fault), Err(DecodeFault::BadWireFormat));
    }
}
