//! Two schemas field by field, for people.

use std::collections::{BTreeMap, BTreeSet};

use apache_avro::Schema;
use apache_avro::schema::Name;

use super::{Types, join, label};
use crate::error::SchemaError;
use crate::foreign;

/// A field that differs between two schemas; each side as its type and default, `None` where it has no such field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    pub path: String,
    pub old: Option<String>,
    pub new: Option<String>,
}

/// Every field that came, went or changed, by path.
pub fn changes(old: &str, new: &str) -> Result<Vec<FieldChange>, SchemaError> {
    let (old, new) = (fields(&foreign::parse(old)?), fields(&foreign::parse(new)?));
    let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let change =
        |path: &String| FieldChange { path: path.clone(), old: old.get(path).cloned(), new: new.get(path).cloned() };
    Ok(paths.into_iter().map(change).filter(|change| change.old != change.new).collect())
}

/// More would tell nobody anything, and a type may be used in many places.
const FIELDS_SHOWN_MAX: usize = 20_000;

/// All fields by path, each with its type and default. A type within itself is not followed.
fn fields(schema: &Schema) -> BTreeMap<String, String> {
    let types = Types::of(schema);
    let mut found = BTreeMap::new();
    list_fields(schema, &types, "", &mut Vec::new(), &mut found);
    found
}

fn list_fields<'s>(
    schema: &'s Schema,
    types: &Types<'s>,
    path: &str,
    within: &mut Vec<&'s Name>,
    found: &mut BTreeMap<String, String>,
) {
    match types.resolve(schema) {
        Schema::Record(record) if !within.contains(&&record.name) => {
            within.push(&record.name);
            for field in &record.fields {
                if found.len() == FIELDS_SHOWN_MAX {
                    break;
                }
                let here = join(path, &field.name);
                let default = field.default.as_ref().map(|default| format!(" = {default}")).unwrap_or_default();
                found.insert(here.clone(), format!("{}{default}", spelled(&field.schema, types)));
                list_fields(&field.schema, types, &here, within, found);
            }
            within.pop();
        }
        Schema::Array(array) => list_fields(&array.items, types, &format!("{path}[]"), within, found),
        Schema::Map(map) => list_fields(&map.types, types, &format!("{path}{{}}"), within, found),
        Schema::Union(union) => {
            union.variants().iter().for_each(|variant| list_fields(variant, types, path, within, found))
        }
        _ => {}
    }
}

/// A type in a few words, such as `[null, string]` or `array of Concept`.
fn spelled<'s>(schema: &'s Schema, types: &Types<'s>) -> String {
    match types.resolve(schema) {
        Schema::Array(array) => format!("array of {}", spelled(&array.items, types)),
        Schema::Map(map) => format!("map of {}", spelled(&map.types, types)),
        Schema::Union(union) => {
            let variants: Vec<_> = union.variants().iter().map(|variant| spelled(variant, types)).collect();
            format!("[{}]", variants.join(", "))
        }
        Schema::Fixed(fixed) => format!("{} ({} bytes)", fixed.name.name(), fixed.size),
        named => named.name().map_or_else(|| label(named).to_owned(), |name| name.name().to_owned()),
    }
}
