//! A body as a tree that forgets no member: what is given twice or lies too deep is told on the way.

use std::fmt;

use serde::Deserialize as _;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::shape::{self, Kind, Mistake, Mistakes, Record};

/// No event is a quarter as deep, and the parser's own recursion ends at twice that.
const DEPTH_MAX: usize = 64;

pub(super) fn read(text: &str, mistakes: &mut Mistakes) -> serde_json::Result<Value> {
    let mut json = serde_json::Deserializer::from_str(text);
    let root = Node { shape: Shape::Record(shape::event()), pointer: String::new(), depth: 0, mistakes };
    let value = root.deserialize(&mut json)?;
    json.end()?;
    Ok(value)
}

/// What the schema knows of a value.
#[derive(Clone, Copy)]
enum Shape {
    Record(&'static Record),
    List(&'static Kind),
    Unknown,
}

impl From<&'static Kind> for Shape {
    fn from(kind: &'static Kind) -> Self {
        match kind {
            Kind::Record(record) => Self::Record(record),
            Kind::List(entry) => Self::List(entry),
            _ => Self::Unknown,
        }
    }
}

/// One value to be read, and where it stands as far as our own names go.
struct Node<'m> {
    shape: Shape,
    pointer: String,
    depth: usize,
    mistakes: &'m mut Mistakes,
}

impl Node<'_> {
    fn inner(&mut self, shape: Shape, pointer: String) -> Node<'_> {
        Node { shape, pointer, depth: self.depth + 1, mistakes: self.mistakes }
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        if self.depth <= DEPTH_MAX {
            return deserializer.deserialize_any(self);
        }
        // Passed over without recursion, however deep it goes.
        IgnoredAny::deserialize(deserializer)?;
        if !self.mistakes.iter().any(|told| told.reason == "too-deep" && told.pointer == self.pointer) {
            let fix = format!("nest at most {DEPTH_MAX} lists and objects in each other");
            self.mistakes.push(Mistake::new(self.pointer, "too-deep", fix));
        }
        Ok(Value::Null)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut entries: A) -> Result<Value, A::Error> {
        let shape = if let Shape::List(entry) = self.shape { Shape::from(entry) } else { Shape::Unknown };
        let is_known = matches!(self.shape, Shape::List(_));
        let mut list = Vec::new();
        loop {
            let pointer = if is_known { format!("{}/{}", self.pointer, list.len()) } else { self.pointer.clone() };
            match entries.next_element_seed(self.inner(shape, pointer))? {
                Some(entry) => list.push(entry),
                None => return Ok(Value::Array(list)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            let field = if let Shape::Record(record) = self.shape { record.field(&name) } else { None };
            // A name that is not ours may be content: its parent's place must do.
            let pointer =
                field.map_or_else(|| self.pointer.clone(), |field| format!("{}/{}", self.pointer, field.name));
            let shape = field.map_or(Shape::Unknown, |field| Shape::from(&field.kind));
            let value = entries.next_value_seed(self.inner(shape, pointer.clone()))?;
            let twice = object.insert(name, value).is_some();
            if twice && !self.mistakes.iter().any(|told| told.reason == "duplicate-member" && told.pointer == pointer) {
                let fix = if field.is_some() { "give it once" } else { "give each member once; one is given twice" };
                self.mistakes.push(Mistake::new(pointer, "duplicate-member", fix));
            }
        }
        Ok(Value::Object(object))
    }
}
