//! A deserializer that adds to an object what its surroundings know, as if it stood at the object's end.
//!
//! So an event without its tenant costs no second look at the body.

use serde::de::value::{BorrowedStrDeserializer, CowStrDeserializer};
use serde::de::{DeserializeSeed, Deserializer, IntoDeserializer as _, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::Defaults;
use crate::text::Text;

/// A member to add: its name, its value, and whether the body has it.
#[derive(Clone, Copy)]
struct Member<'a> {
    name: &'static str,
    value: &'a str,
}

/// The members still to add; one that the body has is taken out.
type Missing<'a> = [Option<Member<'a>>; 2];

pub(super) struct Filling<'a, D> {
    inner: D,
    missing: Missing<'a>,
}

impl<'a, D> Filling<'a, D> {
    pub(super) fn new(inner: D, defaults: &Defaults<'a>) -> Self {
        let member = |name, value: Option<&'a str>| value.map(|value| Member { name, value });
        Self { inner, missing: [member("tenant", defaults.tenant), member("event_id", defaults.event_id)] }
    }
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Filling<'de, D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_map(FillingVisitor { visitor, missing: self.missing })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.inner.deserialize_struct(name, fields, FillingVisitor { visitor, missing: self.missing })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

struct FillingVisitor<'a, V> {
    visitor: V,
    missing: Missing<'a>,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for FillingVisitor<'de, V> {
    type Value = V::Value;

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.visitor.expecting(out)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_map(FillingMap { map, missing: self.missing, added: None })
    }
}

struct FillingMap<'a, A> {
    map: A,
    missing: Missing<'a>,
    /// The value of the name that was added last.
    added: Option<&'a str>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for FillingMap<'de, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        if let Some(name) = self.map.next_key::<Text<'de>>()? {
            for slot in &mut self.missing {
                slot.take_if(|member| name == member.name);
            }
            let name: CowStrDeserializer<'_, A::Error> = name.into_cow().into_deserializer();
            return seed.deserialize(name).map(Some);
        }
        let Some(member) = self.missing.iter_mut().find_map(Option::take) else { return Ok(None) };
        self.added = Some(member.value);
        seed.deserialize(BorrowedStrDeserializer::new(member.name)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        match self.added.take() {
            Some(value) => seed.deserialize(BorrowedStrDeserializer::new(value)),
            None => self.map.next_value_seed(seed),
        }
    }
}
