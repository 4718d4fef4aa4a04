//! An example of every single value, from `catalogue/examples.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;

use super::{Field, Kind, Record};

type Examples = BTreeMap<String, BTreeMap<String, Value>>;

static EXAMPLES: LazyLock<Examples> =
    LazyLock::new(|| toml::from_str(include_str!("../../catalogue/examples.toml")).unwrap_or_default());

/// An example of a field that is no record and no list of records.
#[must_use]
pub fn example(record: &Record, field: &Field) -> Option<&'static Value> {
    EXAMPLES.get(&record.name)?.get(&field.name)
}

/// An example of a whole record, every field and one entry in every list.
#[must_use]
pub fn full_example(record: &Record) -> Value {
    let value = |field: &Field| match &field.kind {
        Kind::Record(inner) => Some(full_example(inner)),
        Kind::List(entry) if entry.record().is_some() => {
            entry.record().map(|inner| Value::Array(vec![full_example(inner)]))
        }
        _ => example(record, field).cloned(),
    };
    record.fields.iter().filter_map(|field| Some((field.name.clone(), value(field)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape;

    #[test]
    fn every_field_has_an_example_and_together_they_are_an_event() {
        for record in shape::records() {
            for field in &record.fields {
                let is_scalar = field.kind.record().is_none();
                assert_eq!(example(record, field).is_some(), is_scalar, "{}.{}", record.name, field.name);
            }
            let written = EXAMPLES.get(&record.name).into_iter().flatten();
            assert!(written.into_iter().all(|(name, _)| record.field(name).is_some()), "{}", record.name);
        }
        let whole = full_example(shape::event());
        assert_eq!(crate::decode_json::mistakes(&whole, &crate::Defaults::default()), []);
    }
}
