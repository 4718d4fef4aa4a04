//! Schema ids that travel in a record's Kafka headers instead of before its body.
//!
//! ```text
//! __value_schema_id           01, then 16 bytes of GUID        Confluent's header serializers
//!                             00, then 4 bytes, big-endian     the number of the wire format
//! apicurio.value.contentId    8 bytes, big-endian              Apicurio 3; the same number as in the wire format
//! apicurio.value.globalId     8 bytes, big-endian              Apicurio 2, or `use-id = globalId`
//! apicurio.value.encoding     `BINARY`                         beside Apicurio's; `JSON` is Avro's JSON, which we don't read
//! ```
//!
//! A record with such a header is all body. Its own clients take the last header of a name, so the caller must look there.

use crate::error::{DecodeError, DecodeFault};
use crate::wire::{SchemaId, SchemaRef};

const CONFLUENT: &str = "__value_schema_id";
const APICURIO_CONTENT: &str = "apicurio.value.contentId";
const APICURIO_GLOBAL: &str = "apicurio.value.globalId";
const APICURIO_ENCODING: &str = "apicurio.value.encoding";

/// The schema id in a record's headers, `None` when they hold none. `last_header` gives the last value of a name.
///
/// Two ids that could differ, an id of a wrong form, and a body that is not binary Avro are refused, never guessed at.
pub fn read<'h>(last_header: impl Fn(&str) -> Option<&'h [u8]>) -> Result<Option<SchemaRef>, DecodeError> {
    let confluent = last_header(CONFLUENT).map(confluent);
    let content = last_header(APICURIO_CONTENT).map(content);
    let global = last_header(APICURIO_GLOBAL).map(|value| number(value).map(SchemaRef::GlobalId));
    let mut found = [confluent, content, global].into_iter().flatten();
    let Some(id) = found.next() else { return Ok(None) };
    let is_binary = last_header(APICURIO_ENCODING).is_none_or(|encoding| encoding == b"BINARY");
    match id {
        Some(id) if is_binary && found.next().is_none() => Ok(Some(id)),
        _ => Err(DecodeError { fault: DecodeFault::BadWireFormat, position: 0 }),
    }
}

fn confluent(value: &[u8]) -> Option<SchemaRef> {
    match value {
        [0, id @ ..] => id.try_into().ok().map(|id| SchemaRef::Id(SchemaId(u32::from_be_bytes(id)))),
        [1, guid @ ..] => guid.try_into().ok().map(SchemaRef::Guid),
        _ => None,
    }
}

/// A content id beyond four bytes has no place in the wire format, nor in the interface that answers for it.
fn content(value: &[u8]) -> Option<SchemaRef> {
    number(value).and_then(|id| u32::try_from(id).ok()).map(|id| SchemaRef::Id(SchemaId(id)))
}

/// Eight bytes of a Java `long`, which an id leaves positive.
fn number(value: &[u8]) -> Option<u64> {
    let number = i64::from_be_bytes(value.try_into().ok()?);
    u64::try_from(number).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    type Headers<'h> = &'h [(&'h str, &'h [u8])];

    fn read_from(headers: Headers<'_>) -> Result<Option<SchemaRef>, DecodeFault> {
        read(|name| headers.iter().rfind(|(key, _)| *key == name).map(|(_, value)| *value)).map_err(|error| error.fault)
    }

    const GUID: [u8; 16] = [0xcc, 0x0e, 0x0e, 0x0e, 0x53, 0xc1, 0x4a, 0x1a, 0x8f, 0x1a, 0, 0, 0, 0, 0, 1];

    #[test]
    fn every_client_s_id_is_read() {
        let guid = [[1].as_slice(), &GUID].concat();
        assert_eq!(read_from(&[(CONFLUENT, &guid)]), Ok(Some(SchemaRef::Guid(GUID))));
        assert_eq!(read_from(&[(CONFLUENT, &[0, 0, 0, 1, 7])]), Ok(Some(SchemaRef::Id(SchemaId(263)))));
        let seven: &[u8] = &[0, 0, 0, 0, 0, 0, 0, 7];
        assert_eq!(read_from(&[(APICURIO_CONTENT, seven)]), Ok(Some(SchemaRef::Id(SchemaId(7)))));
        let binary: (&str, &[u8]) = (APICURIO_ENCODING, b"BINARY");
        assert_eq!(read_from(&[(APICURIO_GLOBAL, seven), binary]), Ok(Some(SchemaRef::GlobalId(7))));
    }

    #[test]
    fn headers_without_an_id_say_nothing() {
        let key: (&str, &[u8]) = ("__key_schema_id", &[1]);
        assert_eq!(read_from(&[key, ("apicurio.key.globalId", b""), (APICURIO_ENCODING, b"BINARY")]), Ok(None));
        assert_eq!(read_from(&[]), Ok(None));
    }

    #[test]
    fn an_id_of_a_wrong_form_is_refused() {
        let long = [[1].as_slice(), &GUID, &[0]].concat();
        let wrong: &[(&str, &[u8])] = &[
            (CONFLUENT, b""),
            (CONFLUENT, &[0, 1, 2, 3]),
            (CONFLUENT, &[0, 1, 2, 3, 4, 5]),
            (CONFLUENT, &long[..16]),
            (CONFLUENT, &long),
            (CONFLUENT, &[2; 17]),
            (APICURIO_CONTENT, &[0, 0, 0, 1, 0, 0, 0, 0]),
            (APICURIO_CONTENT, &[0, 0, 0, 7]),
            (APICURIO_GLOBAL, &[0xff; 8]),
            (APICURIO_GLOBAL, b"7"),
        ];
        for header in wrong {
            assert_eq!(read_from(&[*header]), Err(DecodeFault::BadWireFormat), "{header:?}");
        }
    }

    #[test]
    fn two_ids_or_another_encoding_are_refused() {
        let id: (&str, &[u8]) = (CONFLUENT, &[0, 0, 0, 0, 7]);
        let seven: &[u8] = &[0, 0, 0, 0, 0, 0, 0, 7];
        let refused = Err(DecodeFault::BadWireFormat);
        assert_eq!(read_from(&[id, (APICURIO_CONTENT, seven)]), refused);
        assert_eq!(read_from(&[(APICURIO_CONTENT, seven), (APICURIO_GLOBAL, seven)]), refused);
        assert_eq!(read_from(&[(APICURIO_GLOBAL, seven), (APICURIO_ENCODING, b"JSON")]), refused);
    }

    #[test]
    fn the_last_of_two_headers_counts_as_for_their_own_clients() {
        assert_eq!(
            read_from(&[(CONFLUENT, &[0, 0, 0, 0, 7]), (CONFLUENT, &[0, 0, 0, 0, 8])]),
            Ok(Some(SchemaRef::Id(SchemaId(8))))
        );
    }
}
