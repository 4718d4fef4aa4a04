//! The event types that healthcare applications have in common, as data: what each means and what it must say.
//!
//! An event of a type that the catalogue does not know is no mistake by itself; whether it is taken is the gateway's choice.
//!
//! Pointers may have `*` for every entry of a list. `/agents/0` is the one who acted wherever they stand, and
//! `/agents/1` the first of the others.

mod check;
mod presence;
pub mod standards;
mod template;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use check::check;
pub use template::{place, template};

/// A type of event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventType {
    /// The event's `event_type`.
    pub id: String,
    pub title: String,
    pub description: String,
    /// Any of these; the first is the usual one.
    pub actions: Vec<String>,
    pub outcomes: Vec<String>,
    /// What an event of this type must say, as pointers.
    pub mandatory: Vec<String>,
    /// What makes it more useful.
    pub recommended: Vec<String>,
    /// What the standards call it: the category first, then what belongs to it.
    #[serde(default)]
    pub codes: Vec<Code>,
    /// The version of Sealtrail that first knew it.
    pub since: String,
    /// Values for the template beyond the common ones.
    #[serde(default)]
    pub example: BTreeMap<String, Value>,
    /// What the template leaves out.
    #[serde(default)]
    pub without: Vec<String>,
}

/// A code of a standard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    pub system: String,
    pub code: String,
    pub display: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    r#type: Vec<EventType>,
}

const FILES: [&str; 5] = [
    include_str!("../catalogue/types/care.toml"),
    include_str!("../catalogue/types/consent.toml"),
    include_str!("../catalogue/types/record.toml"),
    include_str!("../catalogue/types/system.toml"),
    include_str!("../catalogue/types/user.toml"),
];

static TYPES: LazyLock<BTreeMap<String, EventType>> = LazyLock::new(|| {
    let types = FILES.iter().filter_map(|text| toml::from_str::<File>(text).ok()).flat_map(|file| file.r#type);
    types.map(|found| (found.id.clone(), found)).collect()
});

static OUTCOMES: LazyLock<BTreeMap<String, Vec<String>>> =
    LazyLock::new(|| toml::from_str(include_str!("../catalogue/outcomes.toml")).unwrap_or_default());

/// All types, by id.
pub fn all() -> impl ExactSizeIterator<Item = &'static EventType> {
    TYPES.values()
}

/// The type of that id.
#[must_use]
pub fn find(id: &str) -> Option<&'static EventType> {
    TYPES.get(id)
}

/// The standards' codes (0, 4, 8, 12) that agree with one of our outcomes.
#[must_use]
pub fn outcome_codes(outcome: &str) -> &'static [String] {
    OUTCOMES.get(outcome).map(Vec::as_slice).unwrap_or_default()
}

/// The id nearest to one that is not known, where one is near.
#[must_use]
pub fn nearest(id: &str) -> Option<&'static str> {
    let distances = all().map(|known| (strsim::damerau_levenshtein(id, &known.id), known.id.as_str()));
    distances.min().filter(|(distance, known)| *distance <= known.len() / 3).map(|(_, known)| known)
}

#[cfg(test)]
mod tests;
