//! The canonical writer as serde sees it: which kinds of values there are. Floats and whatever else no event has are refused.

use std::fmt::{self, Display, Write};

use serde::ser::{self, Impossible, Serialize, Serializer};

use crate::canonical::value::{Hide, Value, Within};
use crate::canonical::{write_escaped, write_string};
use crate::error::SealError;

/// Kinds of values that no event has.
macro_rules! refused {
    ($($method:ident($($type:ty),*),)*) => {$(
        fn $method(self $(, _: $type)*) -> Result<(), SealError> {
            Err(SealError::Unwritable)
        }
    )*};
}

impl<'v, 'w, H: Hide> Serializer for Value<'v, 'w, H> {
    type Ok = ();
    type Error = SealError;
    type SerializeSeq = Within<'v, 'w, H>;
    type SerializeTuple = Impossible<(), SealError>;
    type SerializeTupleStruct = Impossible<(), SealError>;
    type SerializeTupleVariant = Impossible<(), SealError>;
    type SerializeMap = Within<'v, 'w, H>;
    type SerializeStruct = Within<'v, 'w, H>;
    type SerializeStructVariant = Impossible<(), SealError>;

    fn serialize_str(self, text: &str) -> Result<(), SealError> {
        write_string(self.plain()?, text);
        Ok(())
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<(), SealError> {
        let out = self.plain()?;
        out.push(b'"');
        write!(Escaping(out), "{value}").map_err(|_| SealError::Unwritable)?;
        out.push(b'"');
        Ok(())
    }

    fn serialize_bool(self, value: bool) -> Result<(), SealError> {
        self.plain()?.extend_from_slice(if value { b"true" } else { b"false" });
        Ok(())
    }

    fn serialize_i64(self, value: i64) -> Result<(), SealError> {
        self.integer(value)
    }

    fn serialize_u64(self, value: u64) -> Result<(), SealError> {
        self.integer(i64::try_from(value).map_err(|_| SealError::Number)?)
    }

    fn serialize_i8(self, value: i8) -> Result<(), SealError> {
        self.integer(value.into())
    }

    fn serialize_i16(self, value: i16) -> Result<(), SealError> {
        self.integer(value.into())
    }

    fn serialize_i32(self, value: i32) -> Result<(), SealError> {
        self.integer(value.into())
    }

    fn serialize_u8(self, value: u8) -> Result<(), SealError> {
        self.integer(value.into())
    }

    fn serialize_u16(self, value: u16) -> Result<(), SealError> {
        self.integer(value.into())
    }

    fn serialize_u32(self, value: u32) -> Result<(), SealError> {
        self.integer(value.into())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), SealError> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), SealError> {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Within<'v, 'w, H>, SealError> {
        Ok(self.open(b'['))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Within<'v, 'w, H>, SealError> {
        Ok(self.open(b'{'))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Within<'v, 'w, H>, SealError> {
        Ok(self.open(b'{'))
    }

    refused! {
        serialize_f32(f32), serialize_f64(f64), serialize_char(char), serialize_bytes(&[u8]), serialize_none(),
        serialize_unit(), serialize_unit_struct(&'static str), serialize_unit_variant(&'static str, u32, &'static str),
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), SealError> {
        Err(SealError::Unwritable)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, SealError> {
        Err(SealError::Unwritable)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, SealError> {
        Err(SealError::Unwritable)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, SealError> {
        Err(SealError::Unwritable)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, SealError> {
        Err(SealError::Unwritable)
    }
}

impl<H: Hide> ser::SerializeStruct for Within<'_, '_, H> {
    type Ok = ();
    type Error = SealError;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), SealError> {
        self.member(name, value)
    }

    fn end(self) -> Result<(), SealError> {
        self.close(b'}')
    }
}

impl<H: Hide> ser::SerializeSeq for Within<'_, '_, H> {
    type Ok = ();
    type Error = SealError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SealError> {
        self.element(value)
    }

    fn end(self) -> Result<(), SealError> {
        self.close(b']')
    }
}

/// Maps come in canonical order, as `schemas::Extras` keeps them. Nothing in them is hidden by itself.
impl<H: Hide> ser::SerializeMap for Within<'_, '_, H> {
    type Ok = ();
    type Error = SealError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), SealError> {
        self.key(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SealError> {
        self.entry(value)
    }

    fn end(self) -> Result<(), SealError> {
        self.close(b'}')
    }
}

struct Escaping<'o>(&'o mut Vec<u8>);

impl Write for Escaping<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        write_escaped(self.0, text);
        Ok(())
    }
}
