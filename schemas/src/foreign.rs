//! Schemas that others wrote: parsed within bounds, because a registry's content is input like any other.

use apache_avro::Schema;
use serde_json::Value;

use crate::error::SchemaError;

/// Ours has 24 KiB.
pub const TEXT_BYTES_MAX: usize = 256 << 10;
/// Ours nests 33 levels of JSON.
pub const DEPTH_MAX: usize = 80;
/// Ours names 26 types.
pub const TYPES_MAX: usize = 500;
/// Ours has 200 fields.
pub const FIELDS_MAX: usize = 4_000;

/// Parses a schema, or says why not.
pub fn parse(text: &str) -> Result<Schema, SchemaError> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(SchemaError::Bounds("bytes of text", TEXT_BYTES_MAX));
    }
    let json: Value = serde_json::from_str(text).map_err(|_| SchemaError::NotAvro("it is not JSON".to_owned()))?;
    let mut count = Count::default();
    count.add(&json, 1)?;
    Schema::parse(&json).map_err(|error| SchemaError::NotAvro(shortened(&error.to_string())))
}

#[derive(Default)]
struct Count {
    types: usize,
    fields: usize,
}

impl Count {
    fn add(&mut self, json: &Value, depth: usize) -> Result<(), SchemaError> {
        if depth > DEPTH_MAX {
            return Err(SchemaError::Bounds("levels of nesting", DEPTH_MAX));
        }
        match json {
            Value::Object(object) => {
                self.types += usize::from(object.contains_key("name") && object.contains_key("type"));
                self.fields += object.get("fields").and_then(Value::as_array).map_or(0, Vec::len);
                object.values().try_for_each(|inner| self.add(inner, depth + 1))?;
            }
            Value::Array(list) => list.iter().try_for_each(|inner| self.add(inner, depth + 1))?,
            _ => {}
        }
        if self.fields > FIELDS_MAX {
            return Err(SchemaError::Bounds("fields", FIELDS_MAX));
        }
        // A field has a name and a type too; what is left are the named types.
        if self.types.saturating_sub(self.fields) > TYPES_MAX {
            return Err(SchemaError::Bounds("named types", TYPES_MAX));
        }
        Ok(())
    }
}

/// The parser's own words, without quoting half a schema.
fn shortened(reason: &str) -> String {
    const CHARACTERS_MAX: usize = 160;
    let cut: String = reason.chars().take(CHARACTERS_MAX).collect();
    if cut.len() < reason.len() { format!("{cut}...") } else { cut }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::released;

    fn nested(levels: usize) -> String {
        format!("{}\"string\"{}", "{\"type\":\"array\",\"items\":".repeat(levels), "}".repeat(levels))
    }

    fn record(fields: usize, types: bool) -> String {
        let field = |index: usize| {
            let kind = format!("{{\"type\":\"fixed\",\"name\":\"F{index}\",\"size\":1}}");
            format!("{{\"name\":\"f{index}\",\"type\":{}}}", if types { &kind } else { "\"int\"" })
        };
        let fields: Vec<_> = (0..fields).map(field).collect();
        format!("{{\"type\":\"record\",\"name\":\"R\",\"fields\":[{}]}}", fields.join(","))
    }

    #[test]
    fn our_own_schemas_are_well_within_the_bounds() {
        for released in released::ALL.into_iter().flatten() {
            assert!(parse(released.text).is_ok());
        }
    }

    #[test]
    fn each_bound_is_named() {
        let bound = |text: &str| match parse(text) {
            Err(SchemaError::Bounds(what, _)) => what,
            other => panic!("{other:?}"),
        };
        assert!(parse(&nested(60)).is_ok());
        assert_eq!(bound(&nested(100)), "levels of nesting");
        assert!(parse(&record(FIELDS_MAX, false)).is_ok());
        assert_eq!(bound(&record(FIELDS_MAX + 1, false)), "fields");
        assert_eq!(bound(&record(TYPES_MAX + 1, true)), "named types");
        assert_eq!(bound(&" ".repeat(TEXT_BYTES_MAX + 1)), "bytes of text");
    }

    #[test]
    fn what_is_no_schema_says_so() {
        for text in ["", "{", "[", "\"strin\"", "{\"type\":\"record\",\"name\":\"R\"}", &nested(100_000)[..200_000]] {
            assert!(matches!(parse(text), Err(SchemaError::NotAvro(_))), "{}", &text[..text.len().min(40)]);
        }
    }
}
