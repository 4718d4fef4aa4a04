//! The rules by which a schema may change: stricter than Avro's, so that a reader of any year reads a record of any other.
//!
//! What may change: a field with a default comes or goes, docs, the order of fields. Everything else needs a new field beside the old one.

use apache_avro::Schema;
use apache_avro::schema::{Name, RecordField, RecordSchema};
use serde_json::Value;
use std::collections::HashMap;

use crate::error::SchemaError;
use crate::foreign;

/// One rule of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    TypeChanged,
    NameChanged,
    AddedWithoutDefault,
    RemovedWithoutDefault,
    DefaultChanged,
    Renamed,
    UnionChanged,
    SymbolsChanged,
    SizeChanged,
}

impl Rule {
    /// The rule's name in tables and JSON.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::TypeChanged => "type-changed",
            Self::NameChanged => "name-changed",
            Self::AddedWithoutDefault => "added-without-default",
            Self::RemovedWithoutDefault => "removed-without-default",
            Self::DefaultChanged => "default-changed",
            Self::Renamed => "renamed",
            Self::UnionChanged => "union-changed",
            Self::SymbolsChanged => "symbols-changed",
            Self::SizeChanged => "size-changed",
        }
    }

    /// What to do instead.
    #[must_use]
    pub fn fix(self) -> &'static str {
        match self {
            Self::TypeChanged | Self::UnionChanged => "keep the field's type, and add a field of another name",
            Self::NameChanged => "keep the type's name and namespace",
            Self::AddedWithoutDefault => "give the new field a default, such as null or []",
            Self::RemovedWithoutDefault => "keep the field: older readers need it",
            Self::DefaultChanged => "keep the default: it says what older records mean",
            Self::Renamed => "keep the old field and add the new one: older readers know no alias",
            Self::SymbolsChanged => "use a string with known values in the docs",
            Self::SizeChanged => "add a field with a fixed type of another name",
        }
    }
}

/// One place where two versions do not go together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    /// The field, as in `agents[].detail.id`.
    pub path: String,
    pub rule: Rule,
    /// What was and what is.
    pub detail: String,
}

/// Everything that keeps `new` from following `old`. Empty means: FULL compatibility, and nothing changed its meaning.
pub fn breaks(old: &str, new: &str) -> Result<Vec<Break>, SchemaError> {
    let (old, new) = (foreign::parse(old)?, foreign::parse(new)?);
    let mut comparison =
        Comparison { old: Types::of(&old), new: Types::of(&new), done: Vec::new(), breaks: Vec::new() };
    comparison.compare(&old, &new, "");
    Ok(comparison.breaks)
}

/// The named types of a schema.
pub(crate) struct Types<'s>(HashMap<&'s Name, &'s Schema>);

impl<'s> Types<'s> {
    pub(crate) fn of(schema: &'s Schema) -> Self {
        let mut types = Self(HashMap::new());
        types.collect(schema);
        types
    }

    fn collect(&mut self, schema: &'s Schema) {
        if let Some(name) = schema.name().filter(|_| !matches!(schema, Schema::Ref { .. })) {
            self.0.insert(name, schema);
        }
        match schema {
            Schema::Record(record) => record.fields.iter().for_each(|field| self.collect(&field.schema)),
            Schema::Array(array) => self.collect(&array.items),
            Schema::Map(map) => self.collect(&map.types),
            Schema::Union(union) => union.variants().iter().for_each(|variant| self.collect(variant)),
            _ => {}
        }
    }

    /// What a reference stands for; anything else stands for itself.
    pub(crate) fn resolve(&self, schema: &'s Schema) -> &'s Schema {
        match schema {
            Schema::Ref { name } => self.0.get(name).copied().unwrap_or(schema),
            other => other,
        }
    }
}

struct Comparison<'s> {
    old: Types<'s>,
    new: Types<'s>,
    /// Pairs of named types that were compared, or are being.
    done: Vec<(&'s Name, &'s Name)>,
    breaks: Vec<Break>,
}

impl<'s> Comparison<'s> {
    fn compare(&mut self, old: &'s Schema, new: &'s Schema, path: &str) {
        let (old, new) = (self.old.resolve(old), self.new.resolve(new));
        if label(old) != label(new) {
            return self.report(path, Rule::TypeChanged, format!("{} became {}", label(old), label(new)));
        }
        if let (Some(before), Some(after)) = (old.name(), new.name()) {
            if self.done.contains(&(before, after)) {
                return;
            }
            self.done.push((before, after));
            if before != after {
                self.report(path, Rule::NameChanged, format!("{before} became {after}"));
            }
        }
        match (old, new) {
            (Schema::Record(before), Schema::Record(after)) => self.fields(before, after, path),
            (Schema::Array(before), Schema::Array(after)) => {
                self.compare(&before.items, &after.items, &format!("{path}[]"));
            }
            (Schema::Map(before), Schema::Map(after)) => {
                self.compare(&before.types, &after.types, &format!("{path}{{}}"))
            }
            (Schema::Union(before), Schema::Union(after)) => {
                if before.variants().len() != after.variants().len() {
                    let branches = (before.variants().len(), after.variants().len());
                    return self.report(
                        path,
                        Rule::UnionChanged,
                        format!("{} branches became {}", branches.0, branches.1),
                    );
                }
                for (before, after) in before.variants().iter().zip(after.variants()) {
                    self.compare(before, after, path);
                }
            }
            (Schema::Enum(before), Schema::Enum(after)) if before.symbols != after.symbols => {
                self.report(path, Rule::SymbolsChanged, "the symbols differ".to_owned());
            }
            (Schema::Fixed(before), Schema::Fixed(after)) if before.size != after.size => {
                self.report(path, Rule::SizeChanged, format!("{} bytes became {}", before.size, after.size));
            }
            _ => {}
        }
    }

    fn fields(&mut self, old: &'s RecordSchema, new: &'s RecordSchema, path: &str) {
        for before in &old.fields {
            let here = join(path, &before.name);
            match new.fields.iter().find(|after| after.name == before.name) {
                None if new.fields.iter().any(|after| after.aliases.contains(&before.name)) => {
                    self.report(&here, Rule::Renamed, "a new field has its name as an alias".to_owned());
                }
                None if before.default.is_none() => {
                    self.report(&here, Rule::RemovedWithoutDefault, "the field is gone".to_owned());
                }
                None => {}
                Some(after) => {
                    self.defaults(before, after, &here);
                    self.compare(&before.schema, &after.schema, &here);
                }
            }
        }
        for after in &new.fields {
            if after.default.is_none() && old.fields.iter().all(|before| before.name != after.name) {
                self.report(&join(path, &after.name), Rule::AddedWithoutDefault, "the field is new".to_owned());
            }
        }
    }

    fn defaults(&mut self, before: &RecordField, after: &RecordField, path: &str) {
        if before.default != after.default {
            let told = |default: &Option<Value>| default.as_ref().map_or_else(|| "none".to_owned(), Value::to_string);
            let detail = format!("{} became {}", told(&before.default), told(&after.default));
            self.report(path, Rule::DefaultChanged, detail);
        }
    }

    fn report(&mut self, path: &str, rule: Rule, detail: String) {
        let path = if path.is_empty() { "(the record)" } else { path };
        self.breaks.push(Break { path: path.to_owned(), rule, detail });
    }
}

pub(crate) fn join(path: &str, field: &str) -> String {
    if path.is_empty() { field.to_owned() } else { format!("{path}.{field}") }
}

/// A type's name for people; a logical type is another type than the bare one, because it means something else.
pub(crate) fn label(schema: &Schema) -> &'static str {
    match schema {
        Schema::Null => "null",
        Schema::Boolean => "boolean",
        Schema::Int => "int",
        Schema::Long => "long",
        Schema::Float => "float",
        Schema::Double => "double",
        Schema::Bytes => "bytes",
        Schema::String => "string",
        Schema::Array(_) => "array",
        Schema::Map(_) => "map",
        Schema::Union(_) => "union",
        Schema::Record(_) => "record",
        Schema::Enum(_) => "enum",
        Schema::Fixed(_) => "fixed",
        Schema::Decimal(_) => "decimal",
        Schema::BigDecimal => "big-decimal",
        Schema::Uuid(_) => "uuid",
        Schema::Date => "date",
        Schema::TimeMillis => "time-millis",
        Schema::TimeMicros => "time-micros",
        Schema::TimestampMillis => "timestamp-millis",
        Schema::TimestampMicros => "timestamp-micros",
        Schema::TimestampNanos => "timestamp-nanos",
        Schema::LocalTimestampMillis => "local-timestamp-millis",
        Schema::LocalTimestampMicros => "local-timestamp-micros",
        Schema::LocalTimestampNanos => "local-timestamp-nanos",
        Schema::Duration(_) => "duration",
        Schema::Ref { .. } => "reference",
    }
}

#[cfg(test)]
mod tests;
