//! A tree of values as serde sees it: unknown keys are reported in passing, variables mean what the field asks for.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::de::value::{SeqDeserializer, StrDeserializer};
use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::document::{Item, Place, Value, variable};
use super::findings::{Context, Failure, join};
use super::secret::MARKER;
use super::{Secret, suggest};

/// serde's view of one value of the tree.
pub(super) struct Reader<'a> {
    item: &'a Item,
    path: String,
    context: &'a Context<'a>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(root: &'a Item, context: &'a Context<'a>) -> Self {
        Reader { item: root, path: String::new(), context }
    }

    fn child(&self, key: &str, item: &'a Item) -> Self {
        Reader { item, path: join(&self.path, key), context: self.context }
    }

    /// The same place with another value: what a variable's text means here.
    fn visit_as<'de, V: Visitor<'de>>(&self, item: &Item, visitor: V) -> Result<V::Value, Failure> {
        de::Deserializer::deserialize_any(Reader { item, path: self.path.clone(), context: self.context }, visitor)
    }

    fn visit_table<'de, V: Visitor<'de>>(
        &self,
        entries: &'a BTreeMap<String, Item>,
        visitor: V,
    ) -> Result<V::Value, Failure> {
        let readers = entries
            .iter()
            .map(|(key, item)| (key, self.child(key, item)))
            .filter(|(_, reader)| !self.context.is_left_out(&reader.path))
            .collect::<Vec<_>>();
        visitor.visit_map(Entries { rest: readers.into_iter(), value: None })
    }

    /// Reports the keys that the struct doesn't have; its visitor never sees them.
    fn report_unknown(&self, entries: &BTreeMap<String, Item>, fields: &'static [&'static str]) {
        for (key, item) in entries.iter().filter(|(key, _)| !fields.contains(&key.as_str())) {
            let path = join(&self.path, key);
            let (what, hint) = match &item.place {
                Place::Variable(_) => {
                    let names: Vec<String> =
                        fields.iter().map(|field| variable(self.context.section, &join(&self.path, field))).collect();
                    let near = suggest::nearest(key, fields.iter().copied());
                    let near = near.map(|field| variable(self.context.section, &join(&self.path, field)));
                    let known = || format!("known: {}", names.join(", "));
                    ("variable", near.map_or_else(known, |near| format!("did you mean `{near}`?")))
                }
                _ => ("key", suggest::hint(key, fields.iter().copied())),
            };
            self.context.report_unknown(&path, &item.place, format!("unknown {what}; {hint}"));
        }
    }
}

impl<'de> de::Deserializer<'de> for Reader<'_> {
    type Error = Failure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match &self.item.value {
            Value::Table(entries) => self.visit_table(entries, visitor),
            Value::Array(items) => visitor.visit_seq(Elements { parent: &self, items: items.iter().enumerate() }),
            Value::Text(text) => visitor.visit_str(text),
            Value::Integer(integer) => visitor.visit_i64(*integer),
            Value::Float(float) => visitor.visit_f64(*float),
            Value::Boolean(boolean) => visitor.visit_bool(*boolean),
            Value::Raw(raw) => self.visit_as(&Item::from_raw(raw, &self.item.place), visitor),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match &self.item.value {
            Value::Raw(raw) => visitor.visit_str(&text_of(raw)),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        visitor.visit_some(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Failure> {
        match &self.item.value {
            Value::Raw(raw) => self.visit_as(&Item::list_from_raw(raw, &self.item.place), visitor),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        if let Value::Table(entries) = &self.item.value {
            self.report_unknown(entries, fields);
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Failure> {
        if name != MARKER {
            return visitor.visit_newtype_struct(self);
        }
        let secret = Secret::resolve(self.item, self.context.environment).map_err(de::Error::custom)?;
        if let Some(message) = secret.exposure() {
            self.context.warn(&self.path, &self.item.place, message);
        }
        visitor.visit_newtype_struct(SeqDeserializer::new(secret.parts().into_iter()))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _words: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Failure> {
        match &self.item.value {
            Value::Text(word) => visitor.visit_enum(StrDeserializer::new(word)),
            Value::Raw(raw) => visitor.visit_enum(StrDeserializer::new(&text_of(raw))),
            _ => Err(de::Error::custom("expected one word in quotes")),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf
        unit unit_struct tuple tuple_struct map identifier ignored_any
    }
}

/// A variable's text where text is asked for: as it stands, for a topic may be called 2024, unless it is a TOML string.
fn text_of(raw: &str) -> Cow<'_, str> {
    match Item::from_raw(raw, &Place::Nowhere).value {
        Value::Text(text) => Cow::Owned(text),
        _ => Cow::Borrowed(raw),
    }
}

/// A table's entries; a mistake in a value is given the value's path and place.
struct Entries<'a> {
    rest: std::vec::IntoIter<(&'a String, Reader<'a>)>,
    value: Option<Reader<'a>>,
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = Failure;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Failure> {
        let Some((key, reader)) = self.rest.next() else { return Ok(None) };
        self.value = Some(reader);
        seed.deserialize(StrDeserializer::new(key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Failure> {
        let Some(reader) = self.value.take() else {
            return Err(de::Error::custom("a value was asked for before its key"));
        };
        let (path, place) = (reader.path.clone(), reader.item.place.clone());
        seed.deserialize(reader).map_err(|failure: Failure| failure.located(&path, &place))
    }
}

/// An array's elements, named by their index.
struct Elements<'a> {
    parent: &'a Reader<'a>,
    items: std::iter::Enumerate<std::slice::Iter<'a, Item>>,
}

impl<'de> SeqAccess<'de> for Elements<'_> {
    type Error = Failure;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Failure> {
        let Some((index, item)) = self.items.next() else { return Ok(None) };
        seed.deserialize(self.parent.child(&index.to_string(), item)).map(Some)
    }
}
