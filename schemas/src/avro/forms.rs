//! The Avro forms of what records are made of: texts, numbers, unions with null, lists and maps.

use super::{Reader, write_bytes, write_long, write_string};
use crate::error::{DecodeError, DecodeFault};
use crate::list::{Extras, List};
use crate::record::Avro;
use crate::text::{Bytes, Text};

impl<'a> Avro<'a> for Text<'a> {
    #[inline(always)]
    fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        reader.string().map(Text::borrowed)
    }

    #[inline]
    fn write(&self, out: &mut Vec<u8>) {
        write_string(out, self);
    }
}

impl<'a> Avro<'a> for Bytes<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        reader.bytes().map(Bytes::from)
    }

    fn write(&self, out: &mut Vec<u8>) {
        write_bytes(out, self);
    }
}

impl<'a> Avro<'a> for bool {
    fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        match reader.take(1)? {
            [0] => Ok(false),
            [1] => Ok(true),
            _ => Err(DecodeError { fault: DecodeFault::BadBoolean, position: reader.position() - 1 }),
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }
}

impl<'a> Avro<'a> for i32 {
    fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        reader.int()
    }

    fn write(&self, out: &mut Vec<u8>) {
        write_long(out, (*self).into());
    }
}

impl<'a> Avro<'a> for i64 {
    fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        reader.long()
    }

    fn write(&self, out: &mut Vec<u8>) {
        write_long(out, *self);
    }
}

/// A union of null and `T`, null first.
impl<'a, T: Avro<'a> + Default> Avro<'a> for Option<T> {
    #[inline(always)]
    fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        if reader.is_some()? { T::read(reader).map(Some) } else { Ok(None) }
    }

    #[inline(always)]
    fn fill(&mut self, reader: &mut Reader<'a>) -> Result<(), DecodeError> {
        if reader.is_some()? { self.insert(T::default()).fill(reader) } else { Ok(()) }
    }

    #[inline]
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            None => out.push(0),
            Some(value) => {
                out.push(2);
                value.write(out);
            }
        }
    }
}

impl<'a, T: Avro<'a> + Default> Avro<'a> for Box<T> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        value.fill(reader)?;
        Ok(value)
    }

    #[inline(always)]
    fn fill(&mut self, reader: &mut Reader<'a>) -> Result<(), DecodeError> {
        reader.slowly(|reader| apart(self.as_mut(), reader))
    }

    fn write(&self, out: &mut Vec<u8>) {
        T::write(self, out);
    }
}

/// Out of line: what is boxed is seldom there, and large.
#[inline(never)]
fn apart<'a, T: Avro<'a>>(value: &mut T, reader: &mut Reader<'a>) -> Result<(), DecodeError> {
    let mut local = *reader;
    value.fill(&mut local)?;
    *reader = local;
    Ok(())
}

#[inline(never)]
fn entries<'a, T: Avro<'a> + Default>(list: &mut Vec<T>, reader: &mut Reader<'a>) -> Result<(), DecodeError> {
    reader.blocks(|reader, more| {
        if list.capacity() == 0 {
            list.reserve_exact(more);
        }
        let mut local = *reader;
        list.push(T::default());
        if let Some(entry) = list.last_mut() {
            entry.fill(&mut local)?;
        }
        *reader = local;
        Ok(())
    })
}

impl<'a, T: Avro<'a> + Default> Avro<'a> for List<T> {
    #[inline(always)]
    fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let mut list = Self::default();
        list.fill(reader)?;
        Ok(list)
    }

    #[inline(always)]
    fn fill(&mut self, reader: &mut Reader<'a>) -> Result<(), DecodeError> {
        // Most lists are empty.
        if reader.is_empty_list() { Ok(()) } else { reader.slowly(|reader| entries(self.as_mut_vec(), reader)) }
    }

    #[inline]
    fn write(&self, out: &mut Vec<u8>) {
        if !self.is_empty() {
            write_long(out, self.len() as i64);
            for entry in self {
                entry.write(out);
            }
        }
        out.push(0);
    }
}

#[inline(never)]
fn extra_entries<'a>(extras: &mut Extras<'a>, reader: &mut Reader<'a>) -> Result<(), DecodeError> {
    reader.blocks(|reader, more| {
        let position = reader.position();
        extras.reserve(more);
        let (key, value) = (Text::read(reader)?, Text::read(reader)?);
        if extras.insert_new(key, value) {
            Ok(())
        } else {
            Err(DecodeError { fault: DecodeFault::DuplicateKey, position })
        }
    })
}

impl<'a> Avro<'a> for Extras<'a> {
    #[inline(always)]
    fn read(reader: &mut Reader<'a>) -> Result<Self, DecodeError> {
        let mut extras = Self::default();
        extras.fill(reader)?;
        Ok(extras)
    }

    #[inline(always)]
    fn fill(&mut self, reader: &mut Reader<'a>) -> Result<(), DecodeError> {
        if reader.is_empty_list() { Ok(()) } else { reader.slowly(|reader| extra_entries(self, reader)) }
    }

    fn write(&self, out: &mut Vec<u8>) {
        if !self.is_empty() {
            write_long(out, self.len() as i64);
            for (key, value) in self.iter() {
                write_string(out, key);
                write_string(out, value);
            }
        }
        out.push(0);
    }
}
