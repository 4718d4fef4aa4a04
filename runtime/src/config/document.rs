//! The section as a tree of values that remember their place: a line of the file or an environment variable.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use super::{ConfigError, Problem, SECTIONS, suggest};

/// Where a value was written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Nowhere,
    Line(Arc<PathBuf>, usize),
    Variable(String),
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nowhere => out.write_str("built in"),
            Self::Line(path, line) => write!(out, "{}:{line}", path.display()),
            Self::Variable(name) => out.write_str(name),
        }
    }
}

/// A value and its place.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) value: Value,
    pub(super) place: Place,
}

#[derive(Debug, Clone)]
pub(super) enum Value {
    Table(BTreeMap<String, Item>),
    Array(Vec<Item>),
    Text(String),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    /// The text of an environment variable; what it means depends on who asks.
    Raw(String),
}

/// One process's section, and what was wrong around it.
pub(super) struct Document {
    pub(super) section: Item,
    pub(super) problems: Vec<Problem>,
}

impl Document {
    pub(super) fn empty() -> Self {
        Self { section: Item::table(Place::Nowhere), problems: Vec::new() }
    }

    /// Takes the section `name` from the file. Only an unreadable file or broken syntax ends here; the rest is collected.
    pub(super) fn read(path: &Path, name: &str) -> Result<Self, ConfigError> {
        let file = File { path: Arc::new(path.to_owned()), text: read_text(path)? };
        let (table, errors) = DeTable::parse_recoverable(&file.text);
        if !errors.is_empty() {
            // The parser's own display quotes the line, which may hold a secret in the wrong place; its message doesn't.
            let problem = |error: toml::de::Error| {
                let start = error.span().map_or(0, |span| span.start);
                Problem::at("", format!("not valid TOML: {}", error.message()), file.place(start))
            };
            return Err(ConfigError { problems: errors.into_iter().map(problem).collect() });
        }
        let mut document = Self::empty();
        for (key, value) in table.into_inner() {
            let place = file.place(key.span().start);
            let key = key.into_inner();
            if key == name {
                document.section = convert(value.into_inner(), place, &|start| file.place(start));
            } else if !SECTIONS.contains(&key.as_ref()) {
                let known = SECTIONS.into_iter().chain((!SECTIONS.contains(&name)).then_some(name));
                let message = format!("unknown section; {}", suggest::hint(&key, known));
                document.problems.push(Problem::at(key, message, place));
            }
        }
        Ok(document)
    }

    /// Lays `SEALTRAIL_<SECTION>_<KEY>` over the file, `__` for nesting. Whether a key exists is judged by the reader.
    pub(super) fn overlay(&mut self, section: &str, environment: &BTreeMap<String, String>) {
        let prefix = format!("{}_", variable(section, ""));
        for (name, raw) in environment {
            if let Some(path) = name.strip_prefix(&prefix) {
                let place = Place::Variable(name.clone());
                let path: Vec<String> = path.split("__").map(str::to_lowercase).collect();
                let item = Item { value: Value::Raw(raw.clone()), place: place.clone() };
                if self.section.insert(&path, item).is_err() {
                    let message = "set both as a whole and in parts: keep one of the two variables";
                    self.problems.push(Problem::at(path.join("."), message, place));
                }
            } else if let Some(near) = misspelt_section(section, name) {
                let message = format!("unknown section `{near}`; did you mean `{prefix}...`?");
                self.problems.push(Problem::at("", message, Place::Variable(name.clone())));
            }
        }
    }
}

/// The variable that overrides `path` of the section; without a path, what all of them begin with.
pub(super) fn variable(section: &str, path: &str) -> String {
    let separator = if path.is_empty() { "" } else { "_" };
    format!("SEALTRAIL_{section}{separator}{}", path.replace('.', "__")).to_uppercase()
}

/// `SEALTRAIL_ENRCH_BROKERS`: one slip from our section, and no other section. Everything further off isn't ours.
fn misspelt_section<'a>(section: &str, name: &'a str) -> Option<&'a str> {
    let (word, _) = name.strip_prefix("SEALTRAIL_")?.split_once('_')?;
    let lower = word.to_lowercase();
    let near = !SECTIONS.contains(&lower.as_str()) && strsim::damerau_levenshtein(&lower, section) == 1;
    near.then_some(word)
}

impl Item {
    pub(super) fn table(place: Place) -> Self {
        Self { value: Value::Table(BTreeMap::new()), place }
    }

    /// Puts `item` at `path`, over what a file said. Fails where another variable has set a parent as a whole.
    fn insert(&mut self, path: &[String], item: Self) -> Result<(), ()> {
        let Some((key, rest)) = path.split_first() else {
            *self = item;
            return Ok(());
        };
        if matches!(self.value, Value::Raw(_)) {
            return Err(());
        }
        if !matches!(self.value, Value::Table(_)) {
            self.value = Value::Table(BTreeMap::new());
        }
        let Value::Table(entries) = &mut self.value else { return Err(()) };
        let place = item.place.clone();
        entries.entry(key.clone()).or_insert_with(|| Self::table(place)).insert(rest, item)
    }

    /// Where the value at `path` was written; the nearest parent's place when the value is built in.
    pub(super) fn place_of(&self, path: &str) -> Place {
        let mut item = self;
        for key in path.split('.') {
            match &item.value {
                Value::Table(entries) if entries.contains_key(key) => item = &entries[key],
                _ => return Place::Nowhere,
            }
        }
        item.place.clone()
    }

    /// The value that a variable's text has when nobody asks for a certain type: a TOML value, else plain text.
    pub(super) fn from_raw(raw: &str, place: &Place) -> Self {
        match DeValue::parse(raw) {
            Ok(value) => convert(value.into_inner(), place.clone(), &|_| place.clone()),
            Err(_) => Self { value: Value::Text(raw.to_owned()), place: place.clone() },
        }
    }

    /// The same where a list is asked for: a TOML array, else words between commas.
    pub(super) fn list_from_raw(raw: &str, place: &Place) -> Self {
        let item = Self::from_raw(raw, place);
        if matches!(item.value, Value::Array(_)) {
            return item;
        }
        if raw.trim().is_empty() {
            return Self { value: Value::Array(Vec::new()), place: place.clone() };
        }
        let word = |word: &str| Self { value: Value::Raw(word.trim().to_owned()), place: place.clone() };
        Self { value: Value::Array(raw.split(',').map(word).collect()), place: place.clone() }
    }
}

/// A text whose values are given the line they stand on.
struct File {
    path: Arc<PathBuf>,
    text: String,
}

impl File {
    fn place(&self, start: usize) -> Place {
        let before = self.text.bytes().take(start);
        Place::Line(Arc::clone(&self.path), 1 + before.filter(|byte| *byte == b'\n').count())
    }
}

/// Turns the parser's tree into ours; `place_at` says where a byte of the text stands.
fn convert(value: DeValue<'_>, place: Place, place_at: &dyn Fn(usize) -> Place) -> Item {
    let value = match value {
        DeValue::Table(entries) => Value::Table(
            entries
                .into_iter()
                .map(|(key, value)| {
                    let place = place_at(key.span().start);
                    (key.into_inner().into_owned(), convert(value.into_inner(), place, place_at))
                })
                .collect(),
        ),
        DeValue::Array(items) => Value::Array(
            items
                .into_iter()
                .map(|item| {
                    let place = place_at(item.span().start);
                    convert(item.into_inner(), place, place_at)
                })
                .collect(),
        ),
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Boolean(boolean) => Value::Boolean(boolean),
        // A number too large for TOML stays text, so that the reader's complaint shows it.
        DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix())
            .map_or_else(|_| Value::Text(integer.as_str().to_owned()), Value::Integer),
        DeValue::Float(float) => {
            float.as_str().parse().map_or_else(|_| Value::Text(float.as_str().to_owned()), Value::Float)
        }
        DeValue::Datetime(time) => Value::Text(time.to_string()),
    };
    Item { value, place }
}

fn read_text(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|error| {
        let message = format!("cannot read the configuration file {}: {error}", path.display());
        Problem::new("", message).into()
    })
}
