//! Avro's parsing canonical form and its CRC-64-AVRO fingerprint.
//!
//! Our own, because `apache-avro` 0.22 writes a logical type as `{"type":"long"}` where the specification and every other library say
//! `"long"`, so that its fingerprints of our schemas are nobody else's; and it panics on odd attributes, which a registry may hold.

use apache_avro::Schema;
use apache_avro::rabin::Rabin;
use apache_avro::schema::{FixedSchema, InnerDecimalSchema, Name, UuidSchema};
use sha2::Digest as _;

use crate::wire::Fingerprint;

/// The parsing canonical form: equal forms describe equal bytes.
#[must_use]
pub fn canonical_form(schema: &Schema) -> String {
    let mut out = String::new();
    write(schema, &mut out);
    out
}

/// CRC-64-AVRO of the canonical form, as the single-object encoding carries it.
#[must_use]
pub fn fingerprint(schema: &Schema) -> Fingerprint {
    let digest = Rabin::digest(canonical_form(schema));
    Fingerprint(u64::from_le_bytes(digest.into()))
}

fn write(schema: &Schema, out: &mut String) {
    match schema {
        Schema::Record(record) => {
            begin(&record.name, "record", out);
            out.push_str(",\"fields\":");
            list(&record.fields, out, |field, out| {
                out.push_str("{\"name\":");
                quoted(&field.name, out);
                out.push_str(",\"type\":");
                write(&field.schema, out);
                out.push('}');
            });
            out.push('}');
        }
        Schema::Enum(symbols) => {
            begin(&symbols.name, "enum", out);
            out.push_str(",\"symbols\":");
            list(&symbols.symbols, out, |symbol, out| quoted(symbol, out));
            out.push('}');
        }
        Schema::Array(array) => holding("array\",\"items", &array.items, out),
        Schema::Map(map) => holding("map\",\"values", &map.types, out),
        Schema::Union(union) => list(union.variants(), out, write),
        Schema::Ref { name } => quoted(&name.fullname(None), out),
        Schema::Fixed(size) | Schema::Duration(size) | Schema::Uuid(UuidSchema::Fixed(size)) => fixed(size, out),
        Schema::Decimal(decimal) => match &decimal.inner {
            InnerDecimalSchema::Fixed(size) => fixed(size, out),
            InnerDecimalSchema::Bytes => quoted("bytes", out),
        },
        primitive => quoted(primitive_name(primitive), out),
    }
}

/// The type that carries a primitive, logical or not.
fn primitive_name(schema: &Schema) -> &'static str {
    match schema {
        Schema::Null => "null",
        Schema::Boolean => "boolean",
        Schema::Int | Schema::Date | Schema::TimeMillis => "int",
        Schema::Float => "float",
        Schema::Double => "double",
        Schema::Bytes | Schema::BigDecimal | Schema::Uuid(UuidSchema::Bytes) => "bytes",
        Schema::String | Schema::Uuid(UuidSchema::String) => "string",
        // What is left counts time in longs.
        _ => "long",
    }
}

fn begin(name: &Name, kind: &str, out: &mut String) {
    out.push_str("{\"name\":");
    quoted(&name.fullname(None), out);
    out.push_str(",\"type\":");
    quoted(kind, out);
}

fn holding(kind: &str, inner: &Schema, out: &mut String) {
    out.push_str("{\"type\":\"");
    out.push_str(kind);
    out.push_str("\":");
    write(inner, out);
    out.push('}');
}

fn fixed(fixed: &FixedSchema, out: &mut String) {
    begin(&fixed.name, "fixed", out);
    out.push_str(",\"size\":");
    out.push_str(&fixed.size.to_string());
    out.push('}');
}

fn list<T>(entries: &[T], out: &mut String, each: impl Fn(&T, &mut String)) {
    out.push('[');
    for (index, entry) in entries.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        each(entry, out);
    }
    out.push(']');
}

/// Names and symbols need no escapes; the parser saw to that.
fn quoted(text: &str, out: &mut String) {
    out.push('"');
    out.push_str(text);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str) -> String {
        canonical_form(&Schema::parse_str(text).unwrap())
    }

    /// Forms and fingerprints as fastavro gives them.
    #[test]
    fn forms_and_fingerprints_are_those_of_other_libraries() {
        for (text, canonical, fingerprint) in [
            (r#""string""#, r#""string""#, "c70345637248018f"),
            (r#"{"type":"long","logicalType":"timestamp-micros","doc":"x"}"#, r#""long""#, "b71df49344e154d0"),
            (
                r#"{"type":"record","name":"R","namespace":"a.b","aliases":["Q"],"fields":[{"name":"x","type":{"type":"int","logicalType":"date"},"default":1},{"name":"y","type":["null",{"type":"fixed","name":"F","size":16}],"default":null},{"name":"z","type":{"type":"array","items":"F"}},{"name":"r","type":["null","R"],"default":null}]}"#,
                r#"{"name":"a.b.R","type":"record","fields":[{"name":"x","type":"int"},{"name":"y","type":["null",{"name":"a.b.F","type":"fixed","size":16}]},{"name":"z","type":{"type":"array","items":"a.b.F"}},{"name":"r","type":["null","a.b.R"]}]}"#,
                "797e78c281ca980a",
            ),
            (
                r#"{"type":"enum","name":"n.E","symbols":["A","B"],"default":"A"}"#,
                r#"{"name":"n.E","type":"enum","symbols":["A","B"]}"#,
                "4c53e47af2b0bd36",
            ),
            (
                r#"{"type":"map","values":{"type":"bytes","logicalType":"decimal","precision":4,"scale":2}}"#,
                r#"{"type":"map","values":"bytes"}"#,
                "1bf07fae09efc573",
            ),
        ] {
            assert_eq!(form(text), canonical);
            let bytes = super::fingerprint(&Schema::parse_str(text).unwrap()).0.to_le_bytes();
            assert_eq!(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>(), fingerprint, "{text}");
        }
    }

    #[test]
    fn odd_attributes_are_stripped_and_do_no_harm() {
        let odd = r#"{"type":"record","name":"R","precision":"x","size":1.5,"scale":[],"fields":[]}"#;
        assert_eq!(form(odd), r#"{"name":"R","type":"record","fields":[]}"#);
    }
}
