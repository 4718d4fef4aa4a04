//! How a record is declared: one list of fields gives the Rust type, its Avro codec and its JSON form.
//!
//! The fields stand in the order of the Avro schema, which is alphabetical, so that the JSON is canonical as written.

use crate::avro::{Reader, write_bytes, write_string};
use crate::error::DecodeError;
use crate::list::{Extras, List};
use crate::text::{Bytes, Text};
use crate::time::Time;

/// A value with an Avro form.
pub(crate) trait Avro<'a>: Sized {
    fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError>;

    /// Reads into a place that holds the default: large records are not moved from hand to hand.
    #[inline(always)]
    fn fill(&mut self, reader: &mut Reader<'a>) -> Result<(), DecodeError> {
        *self = Self::read(reader)?;
        Ok(())
    }

    fn write(&self, out: &mut Vec<u8>);
}

impl<'a> Avro<'a> for &'a str {
    fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        reader.string()
    }

    fn write(&self, out: &mut Vec<u8>) {
        write_string(out, self);
    }
}

impl<'a> Avro<'a> for &'a [u8] {
    fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        reader.bytes()
    }

    fn write(&self, out: &mut Vec<u8>) {
        write_bytes(out, self);
    }
}

/// Avro's `fixed`.
impl<'a, const N: usize> Avro<'a> for [u8; N] {
    fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        reader.fixed().copied()
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }
}

/// A value as a member of a JSON object: what stands for its absence, if anything does.
pub(crate) trait Member: Sized {
    fn missing() -> Option<Self> {
        None
    }

    fn is_absent(&self) -> bool {
        false
    }
}

impl Member for Text<'_> {}
impl Member for Time<'_> {}
impl Member for Bytes<'_> {}

impl<T> Member for Option<T> {
    fn missing() -> Option<Self> {
        Some(None)
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T> Member for List<T> {
    fn missing() -> Option<Self> {
        Some(Self::default())
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

impl Member for Extras<'_> {
    fn missing() -> Option<Self> {
        Some(Self::default())
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

/// Declares records; see the module.
macro_rules! records {
    ($($(#[$about:meta])* $name:ident { $($(#[$meaning:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$about])*
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        pub struct $name<'a> {
            $($(#[$meaning])* pub $field: $type,)*
        }

        impl<'a> $crate::record::Avro<'a> for $name<'a> {
            #[inline(always)]
            fn read(reader: &mut $crate::avro::Reader<'a>) -> Result<Self, $crate::error::DecodeError> {
                let mut record = Self::default();
                record.fill(reader)?;
                Ok(record)
            }

            #[inline(always)]
            fn fill(&mut self, reader: &mut $crate::avro::Reader<'a>) -> Result<(), $crate::error::DecodeError> {
                // In the order written, which is the schema's.
                $($crate::record::Avro::fill(&mut self.$field, reader)?;)*
                Ok(())
            }

            #[inline]
            fn write(&self, out: &mut Vec<u8>) {
                $($crate::record::Avro::write(&self.$field, out);)*
            }
        }

        impl $crate::record::Member for $name<'_> {}

        impl serde::Serialize for $name<'_> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeStruct as _;
                let present = 0 $(+ usize::from(!$crate::record::Member::is_absent(&self.$field)))*;
                let mut object = serializer.serialize_struct(stringify!($name), present)?;
                $(if !$crate::record::Member::is_absent(&self.$field) {
                    object.serialize_field(stringify!($field), &self.$field)?;
                })*
                object.end()
            }
        }

        impl<'de: 'a, 'a> serde::Deserialize<'de> for $name<'a> {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                #[derive(serde::Deserialize)]
                #[serde(field_identifier)]
                #[allow(non_camel_case_types, reason = "the variants are the fields' names")]
                enum Key { $($field,)* }

                struct Fields;

                // Only an object will do: serde would also take a list of the values in order.
                impl<'de> serde::de::Visitor<'de> for Fields {
                    type Value = $name<'de>;

                    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        out.write_str("an object")
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                        $(let mut $field = None;)*
                        while let Some(key) = map.next_key()? {
                            match key {
                                $(Key::$field => {
                                    if $field.is_some() {
                                        return Err(serde::de::Error::duplicate_field(stringify!($field)));
                                    }
                                    $field = Some(map.next_value()?);
                                })*
                            }
                        }
                        Ok($name {
                            $($field: match $field.or_else($crate::record::Member::missing) {
                                Some(value) => value,
                                None => return Err(serde::de::Error::missing_field(stringify!($field))),
                            },)*
                        })
                    }
                }

                deserializer.deserialize_struct(stringify!($name), &[$(stringify!($field)),*], Fields)
            }
        }
    )*};
}
pub(crate) use records;
