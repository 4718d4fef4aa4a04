//! Schema ids in Kafka headers, where a serializer leaves the body as it is: Confluent's and Apicurio's.

use crate::error::{DecodeError, DecodeFault};
use crate::wire::{SchemaId, SchemaRef};

/// Confluent's header: the format's version, then an id (0) or a GUID (1).
pub const CONFLUENT: &str = "__value_schema_id";
/// Apicurio's headers: eight bytes, big-endian.
pub const APICURIO_GLOBAL_ID: &str = "apicurio.value.globalId";
pub const APICURIO_CONTENT_ID: &str = "apicurio.value.contentId";

/// What a record's headers say of its schema. `None`: nothing, so the record's first bytes must.
///
/// Apicurio counts the two ids apart and writes one of them; where both stand, the global one is the narrower.
pub fn schema_ref<'h>(header: impl Fn(&str) -> Option<&'h [u8]>) -> Result<Option<SchemaRef>, DecodeError> {
    if let Some(value) = header(CONFLUENT) {
        return confluent(value).map(Some);
    }
    if let Some(value) = header(APICURIO_GLOBAL_ID) {
        return long(value).map(|id| Some(SchemaRef::GlobalId(id)));
    }
    header(APICURIO_CONTENT_ID).map(|value| long(value).map(SchemaRef::ContentId)).transpose()
}

fn confluent(value: &[u8]) -> Result<SchemaRef, DecodeError> {
    match value {
        [0, id @ ..] => id.try_into().map(|id| SchemaRef::Id(SchemaId(u32::from_be_bytes(id)))).map_err(|_| bad()),
        [1, guid @ ..] => guid.try_into().map(SchemaRef::Guid).map_err(|_| bad()),
        _ => Err(bad()),
    }
}

fn long(value: &[u8]) -> Result<u64, DecodeError> {
    value.try_into().map(u64::from_be_bytes).map_err(|_| bad())
}

fn bad() -> DecodeError {
    DecodeError { fault: DecodeFault::BadWireFormat, position: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(headers: &[(&str, &[u8])]) -> Result<Option<SchemaRef>, DecodeFault> {
        schema_ref(|name| headers.iter().find(|(known, _)| *known == name).map(|(_, value)| *value))
            .map_err(|error| error.fault)
    }

    #[test]
    fn each_serializer_s_header_is_understood() {
        let guid = [1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
        assert_eq!(of(&[("other", b"x")]), Ok(None));
        assert_eq!(of(&[(CONFLUENT, &[0, 0, 0, 1, 2])]), Ok(Some(SchemaRef::Id(SchemaId(258)))));
        assert_eq!(
            of(&[(CONFLUENT, &guid)]),
            Ok(Some(SchemaRef::Guid([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15])))
        );
        let seven = 7_u64.to_be_bytes();
        assert_eq!(of(&[(APICURIO_CONTENT_ID, &seven)]), Ok(Some(SchemaRef::ContentId(7))));
        assert_eq!(
            of(&[(APICURIO_CONTENT_ID, &seven), (APICURIO_GLOBAL_ID, &1_u64.to_be_bytes())]),
            Ok(Some(SchemaRef::GlobalId(1)))
        );
    }

    #[test]
    fn a_header_of_another_size_is_refused_and_the_body_is_not_guessed_at() {
        for (name, value) in [
            (CONFLUENT, &[][..]),
            (CONFLUENT, &[0, 0, 0, 1]),
            (CONFLUENT, &[1; 16]),
            (CONFLUENT, &[2; 17]),
            (APICURIO_GLOBAL_ID, b"7"),
            (APICURIO_CONTENT_ID, &[0; 4]),
        ] {
            assert_eq!(of(&[(name, value)]), Err(DecodeFault::BadWireFormat), "{name} {value:?}");
        }
    }
}
