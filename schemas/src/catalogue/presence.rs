//! Whether something stands at a pointer of an event: a serializer that walks to it and writes nothing.
//!
//! Made for the record path: an event as a JSON tree would cost several times as much as decoding it.

use serde::de::value::Error;
use serde::ser::{Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct, Serializer};

/// True when every place that the pointer means holds something that is not empty.
pub(super) fn is_present<T: Serialize + ?Sized>(value: &T, pointer: &str) -> bool {
    // Nothing is written, so that nothing can fail.
    value.serialize(Walk { rest: pointer }).unwrap_or(false)
}

#[derive(Clone, Copy)]
struct Walk<'p> {
    /// What is still to be walked; nothing at the end.
    rest: &'p str,
}

impl<'p> Walk<'p> {
    fn is_there(self) -> bool {
        self.rest.is_empty()
    }

    /// The next segment and the walk behind it.
    fn step(self) -> (&'p str, Self) {
        let rest = self.rest.strip_prefix('/').unwrap_or_default();
        let (segment, rest) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        (segment, Self { rest })
    }
}

/// An object on the way.
struct Members<'p> {
    walk: Walk<'p>,
    name: &'p str,
    behind: Walk<'p>,
    found: bool,
}

impl Members<'_> {
    fn member<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Error> {
        if self.walk.is_there() {
            self.found = true;
        } else if name == self.name {
            self.found = value.serialize(self.behind)?;
        }
        Ok(())
    }
}

/// A list on the way: one entry, or with `*` each.
struct Entries<'p> {
    walk: Walk<'p>,
    wanted: Option<usize>,
    behind: Walk<'p>,
    index: usize,
    found: bool,
}

impl SerializeStruct for Members<'_> {
    type Ok = bool;
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
        self.member(name, value)
    }

    fn end(self) -> Result<bool, Error> {
        Ok(self.found)
    }
}

impl SerializeMap for Members<'_> {
    type Ok = bool;
    type Error = Error;

    /// The only map holds texts under the sender's own names; no pointer of the catalogue leads into it.
    fn serialize_key<T: Serialize + ?Sized>(&mut self, _name: &T) -> Result<(), Error> {
        self.found |= self.walk.is_there();
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, _value: &T) -> Result<(), Error> {
        Ok(())
    }

    fn end(self) -> Result<bool, Error> {
        Ok(self.found)
    }
}

impl SerializeSeq for Entries<'_> {
    type Ok = bool;
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let index = self.index;
        self.index += 1;
        if self.walk.is_there() {
            self.found = true;
        } else if self.wanted.is_none() {
            self.found = (index == 0 || self.found) && value.serialize(self.behind)?;
        } else if self.wanted == Some(index) {
            self.found = value.serialize(self.behind)?;
        }
        Ok(())
    }

    fn end(self) -> Result<bool, Error> {
        Ok(self.found)
    }
}

macro_rules! scalars {
    ($($method:ident: $type:ty,)*) => {$(
        fn $method(self, _value: $type) -> Result<bool, Error> {
            Ok(self.is_there())
        }
    )*};
}

impl<'p> Serializer for Walk<'p> {
    type Ok = bool;
    type Error = Error;
    type SerializeSeq = Entries<'p>;
    type SerializeTuple = Impossible<bool, Error>;
    type SerializeTupleStruct = Impossible<bool, Error>;
    type SerializeTupleVariant = Impossible<bool, Error>;
    type SerializeMap = Members<'p>;
    type SerializeStruct = Members<'p>;
    type SerializeStructVariant = Impossible<bool, Error>;

    scalars! {
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_u8: u8,
        serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_f32: f32, serialize_f64: f64, serialize_char: char,
    }

    fn serialize_str(self, text: &str) -> Result<bool, Error> {
        Ok(self.is_there() && !text.is_empty())
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<bool, Error> {
        Ok(self.is_there() && !bytes.is_empty())
    }

    fn serialize_none(self) -> Result<bool, Error> {
        Ok(false)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<bool, Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<bool, Error> {
        Ok(false)
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<bool, Error> {
        Ok(false)
    }

    fn serialize_unit_variant(self, _name: &'static str, _index: u32, _variant: &'static str) -> Result<bool, Error> {
        Ok(self.is_there())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _name: &'static str, value: &T) -> Result<bool, Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        value: &T,
    ) -> Result<bool, Error> {
        value.serialize(self)
    }

    fn serialize_seq(self, _length: Option<usize>) -> Result<Entries<'p>, Error> {
        let (segment, behind) = self.step();
        Ok(Entries { walk: self, wanted: segment.parse().ok(), behind, index: 0, found: false })
    }

    fn serialize_map(self, _length: Option<usize>) -> Result<Members<'p>, Error> {
        self.serialize_struct("", 0)
    }

    fn serialize_struct(self, _name: &'static str, _length: usize) -> Result<Members<'p>, Error> {
        let (name, behind) = self.step();
        Ok(Members { walk: self, name, behind, found: false })
    }

    fn serialize_tuple(self, _length: usize) -> Result<Self::SerializeTuple, Error> {
        Err(unknown())
    }

    fn serialize_tuple_struct(self, _name: &'static str, _length: usize) -> Result<Self::SerializeTupleStruct, Error> {
        Err(unknown())
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _length: usize,
    ) -> Result<Self::SerializeTupleVariant, Error> {
        Err(unknown())
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _length: usize,
    ) -> Result<Self::SerializeStructVariant, Error> {
        Err(unknown())
    }
}

fn unknown() -> Error {
    serde::ser::Error::custom("an event has no tuples and no variants")
}
