//! A JSON object as its members' texts: added to, and otherwise left as it came.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// The members in the order they came, repeated names and all.
#[derive(Debug, Default)]
pub struct Object<'a> {
    members: Vec<(String, &'a RawValue)>,
    /// What was added, as the text of members.
    added: String,
    /// Members that were changed: the place among `members`, and the new text.
    changed: Vec<(usize, String)>,
}

impl<'a> Object<'a> {
    pub fn parse(text: &'a [u8]) -> Option<Self> {
        serde_json::from_slice(text).ok()
    }

    pub fn members(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.members.iter().map(|(name, value)| (name.as_str(), *value))
    }

    /// Adds a member unless there is one; true when it was added.
    pub fn add(&mut self, name: &str, value: impl FnOnce() -> Value) -> bool {
        let is_new = self.members.iter().all(|(known, _)| known != name);
        if is_new {
            self.push(name, &value());
        }
        is_new
    }

    /// Adds a member, be there one or not.
    pub fn push(&mut self, name: &str, value: &Value) {
        self.push_text(name, &value.to_string());
    }

    fn push_text(&mut self, name: &str, value: &str) {
        if !self.added.is_empty() {
            self.added.push(',');
        }
        self.added.push_str(&Value::from(name).to_string());
        self.added.push(':');
        self.added.push_str(value);
    }

    /// Changes an object among the members, or adds it. What is no object stays, for whoever tells the mistakes.
    pub fn change(&mut self, name: &str, change: impl FnOnce(&mut Object<'_>) -> bool) -> bool {
        let Some(index) = self.members.iter().position(|(known, _)| known == name) else {
            let mut object = Object::default();
            let changed = change(&mut object);
            self.push_text(name, &object.into_text());
            return changed;
        };
        let Some(mut object) = self.members.get(index).and_then(|(_, value)| Object::parse(value.get().as_bytes()))
        else {
            return false;
        };
        let changed = change(&mut object);
        self.changed.push((index, object.into_text()));
        changed
    }

    pub fn into_text(self) -> String {
        let mut text = String::from("{");
        for (index, (name, value)) in self.members.iter().enumerate() {
            if index > 0 {
                text.push(',');
            }
            text.push_str(&Value::from(name.as_str()).to_string());
            text.push(':');
            match self.changed.iter().find(|(changed, _)| *changed == index) {
                Some((_, value)) => text.push_str(value),
                None => text.push_str(value.get()),
            }
        }
        if !self.added.is_empty() {
            if !self.members.is_empty() {
                text.push(',');
            }
            text.push_str(&self.added);
        }
        text.push('}');
        text
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Object<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry::<String, &'de RawValue>()? {
                    members.push(member);
                }
                Ok(Object { members, ..Object::default() })
            }
        }

        deserializer.deserialize_map(Members)
    }
}
