//! Lists and maps of an event, bounded: a lying count or a hostile body costs no memory beyond its own size.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text::Text;

/// The most entries of one list or map.
pub const ENTRIES_MAX: usize = 1_000;

/// A list of at most [`ENTRIES_MAX`] entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List<T>(Vec<T>);

impl<T> List<T> {
    /// The entries, to be taken apart or changed; `into()` makes a list again.
    #[must_use]
    pub fn into_vec(self) -> Vec<T> {
        self.0
    }
}

impl<T> List<T> {
    /// For the codecs, which count by themselves.
    pub(crate) fn as_mut_vec(&mut self) -> &mut Vec<T> {
        &mut self.0
    }
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Deref for List<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T> From<Vec<T>> for List<T> {
    fn from(entries: Vec<T>) -> Self {
        Self(entries)
    }
}

impl<T> FromIterator<T> for List<T> {
    fn from_iter<I: IntoIterator<Item = T>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}

impl<'a, T> IntoIterator for &'a List<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<T: Serialize> Serialize for List<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bounded<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Bounded<T> {
            type Value = List<T>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<List<T>, A::Error> {
                let mut list = Vec::new();
                while let Some(entry) = entries.next_element()? {
                    if list.len() == ENTRIES_MAX {
                        return Err(A::Error::custom("too many entries"));
                    }
                    list.push(entry);
                }
                Ok(List(list))
            }
        }

        deserializer.deserialize_seq(Bounded(PhantomData))
    }
}

/// A map of texts, each key once, in the order of RFC 8785 (by UTF-16 units).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extras<'a>(Vec<(Text<'a>, Text<'a>)>);

impl<'a> Extras<'a> {
    /// Puts an entry in its place; the old value comes back where the key was there already.
    pub fn insert(&mut self, key: impl Into<Text<'a>>, value: impl Into<Text<'a>>) -> Option<Text<'a>> {
        let (key, value) = (key.into(), value.into());
        match self.place(&key) {
            Ok(index) => self.0.get_mut(index).map(|entry| std::mem::replace(&mut entry.1, value)),
            Err(index) => {
                self.0.insert(index, (key, value));
                None
            }
        }
    }

    /// Like [`Extras::insert`], but a repeated key is refused: keeping only the last would lose what the first said.
    pub(crate) fn insert_new(&mut self, key: Text<'a>, value: Text<'a>) -> bool {
        // Entries mostly come in order, as we write them.
        let after_last = self.0.last().is_none_or(|(last, _)| utf16_order(last, &key).is_lt());
        let place = if after_last { Err(self.0.len()) } else { self.place(&key) };
        match place {
            Ok(_) => false,
            Err(index) => {
                self.0.insert(index, (key, value));
                true
            }
        }
    }

    /// Makes room for so many more entries, where there is none at all yet.
    pub(crate) fn reserve(&mut self, more: usize) {
        if self.0.capacity() == 0 {
            self.0.reserve_exact(more);
        }
    }

    fn place(&self, key: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(found, _)| utf16_order(found, key))
    }

    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.place(key).ok().and_then(|index| self.0.get(index)).map(|(_, value)| value.as_str())
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> std::slice::Iter<'_, (Text<'a>, Text<'a>)> {
        self.0.iter()
    }
}

/// UTF-8 order is UTF-16 order but for characters above U+FFFF, which UTF-16 puts before U+E000.
fn utf16_order(a: &str, b: &str) -> std::cmp::Ordering {
    let differs = |text: &str| text.bytes().any(|byte| byte >= 0xee);
    if differs(a) && differs(b) { a.encode_utf16().cmp(b.encode_utf16()) } else { a.cmp(b) }
}

impl Serialize for Extras<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Extras<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Unique;

        impl<'de> Visitor<'de> for Unique {
            type Value = Extras<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object of strings, each key once")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut extras = Extras::default();
                while let Some((key, value)) = map.next_entry()? {
                    if extras.len() == ENTRIES_MAX {
                        return Err(A::Error::custom("too many entries"));
                    }
                    if !extras.insert_new(key, value) {
                        return Err(A::Error::custom("a key is repeated"));
                    }
                }
                Ok(extras)
            }
        }

        deserializer.deserialize_map(Unique)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extras_stand_in_utf16_order_whatever_order_they_came_in() {
        let mut extras = Extras::default();
        for key in ["\u{fffd}", "b", "\u{1f600}", "a", "\u{e000}"] {
            assert!(extras.insert_new(key.into(), "v".into()));
        }
        let keys: Vec<&str> = extras.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["a", "b", "\u{1f600}", "\u{e000}", "\u{fffd}"]);
        assert!(!extras.insert_new("b".into(), "w".into()));
        assert_eq!(extras.get("b"), Some("v"));
    }

    #[test]
    fn a_list_beyond_its_bound_is_refused() {
        let body = |entries: usize| format!("[{}]", vec!["\"x\""; entries].join(","));
        assert_eq!(serde_json::from_str::<List<Text<'_>>>(&body(ENTRIES_MAX)).unwrap().len(), ENTRIES_MAX);
        assert!(serde_json::from_str::<List<Text<'_>>>(&body(ENTRIES_MAX + 1)).is_err());
    }
}
