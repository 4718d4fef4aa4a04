//! Each rule on the smallest change that breaks it, beside Avro's own opinion.
use apache_avro::schema_compatibility::{Compatibility, SchemaCompatibility};

use super::*;

fn record(fields: &str) -> String {
    format!(r#"{{"type":"record","name":"R","namespace":"n","fields":[{fields}]}}"#)
}

const ID: &str = r#"{"name":"id","type":"string"}"#;
const NOTE: &str = r#"{"name":"note","type":["null","string"],"default":null}"#;

/// Old fields, new fields, the rule and its path, and whether Avro alone would have let it pass.
const CHANGES: [(&str, &str, Rule, &str, bool); 13] = [
    ("", r#"{"name":"a","type":"string"}"#, Rule::AddedWithoutDefault, "a", false),
    (r#"{"name":"a","type":"string"}"#, "", Rule::RemovedWithoutDefault, "a", false),
    (r#"{"name":"a","type":"int"}"#, r#"{"name":"a","type":"long"}"#, Rule::TypeChanged, "a", false),
    (r#"{"name":"a","type":"string"}"#, r#"{"name":"a","type":"bytes"}"#, Rule::TypeChanged, "a", true),
    (r#"{"name":"a","type":"string"}"#, r#"{"name":"a","type":["null","string"]}"#, Rule::TypeChanged, "a", false),
    (
        r#"{"name":"a","type":"long"}"#,
        r#"{"name":"a","type":{"type":"long","logicalType":"timestamp-micros"}}"#,
        Rule::TypeChanged,
        "a",
        true,
    ),
    (
        r#"{"name":"a","type":"int","default":0}"#,
        r#"{"name":"a","type":"int","default":1}"#,
        Rule::DefaultChanged,
        "a",
        true,
    ),
    (
        r#"{"name":"a","type":["null","string"],"default":null}"#,
        r#"{"name":"b","aliases":["a"],"type":["null","string"],"default":null}"#,
        Rule::Renamed,
        "a",
        true,
    ),
    (
        r#"{"name":"a","type":["null","string"],"default":null}"#,
        r#"{"name":"a","type":["null","string","int"],"default":null}"#,
        Rule::UnionChanged,
        "a",
        false,
    ),
    (
        r#"{"name":"a","type":{"type":"enum","name":"E","symbols":["x","y"]}}"#,
        r#"{"name":"a","type":{"type":"enum","name":"E","symbols":["x","y","z"]}}"#,
        Rule::SymbolsChanged,
        "a",
        false,
    ),
    (
        r#"{"name":"a","type":{"type":"fixed","name":"F","size":8}}"#,
        r#"{"name":"a","type":{"type":"fixed","name":"F","size":9}}"#,
        Rule::SizeChanged,
        "a",
        false,
    ),
    (
        r#"{"name":"a","type":{"type":"array","items":{"type":"record","name":"I","fields":[]}}}"#,
        r#"{"name":"a","type":{"type":"array","items":{"type":"record","name":"I","fields":[{"name":"b","type":"int"}]}}}"#,
        Rule::AddedWithoutDefault,
        "a[].b",
        false,
    ),
    (
        r#"{"name":"a","type":{"type":"map","values":{"type":"fixed","name":"F","size":8}}}"#,
        r#"{"name":"a","type":{"type":"map","values":{"type":"fixed","name":"G","size":8}}}"#,
        Rule::NameChanged,
        "a{}",
        false,
    ),
];

#[test]
fn each_breaking_change_is_named_with_its_place() {
    for (old, new, rule, path, avro_agrees_to_it) in CHANGES {
        let whole = |fields: &str| {
            record(&[ID, fields].iter().filter(|f| !f.is_empty()).copied().collect::<Vec<_>>().join(","))
        };
        let (old, new) = (whole(old), whole(new));
        let found = breaks(&old, &new).unwrap();
        assert_eq!(
            found.iter().map(|b| (b.path.as_str(), b.rule)).collect::<Vec<_>>(),
            [(path, rule)],
            "{old} -> {new}"
        );
        let (old, new) = (Schema::parse_str(&old).unwrap(), Schema::parse_str(&new).unwrap());
        let full = matches!(SchemaCompatibility::mutual_read(&old, &new), Ok(Compatibility::Full));
        assert_eq!(full, avro_agrees_to_it, "{rule:?} {path}");
    }
}

#[test]
fn what_may_change_changes_freely() {
    let old = record(&[ID, NOTE].join(","));
    for new in [
        record(&[NOTE, ID].join(",")),
        record(ID),
        record(&[ID, NOTE, r#"{"name":"more","type":{"type":"array","items":"string"},"default":[]}"#].join(",")),
        record(&[ID, &NOTE.replace("\"type\"", "\"doc\":\"said\",\"type\"")].join(",")),
    ] {
        assert_eq!(breaks(&old, &new).unwrap(), [], "{new}");
        assert_eq!(breaks(&new, &old).unwrap(), [], "{new}");
    }
}

#[test]
fn a_name_that_was_removed_cannot_come_back_with_another_type() {
    let (first, second) = (record(&[ID, NOTE].join(",")), record(ID));
    let third = record(&[ID, r#"{"name":"note","type":"int","default":0}"#].join(","));
    assert_eq!(breaks(&second, &third).unwrap(), [], "each step alone looks harmless");
    let rules: Vec<Rule> = breaks(&first, &third).unwrap().into_iter().map(|b| b.rule).collect();
    assert_eq!(rules, [Rule::DefaultChanged, Rule::TypeChanged], "held against the first, it is not");
}

#[test]
fn a_recursive_type_is_compared_once() {
    let tree = |extra: &str| {
        record(&format!(r#"{{"name":"next","type":["null","R"],"default":null}},{{"name":"v","type":"{extra}"}}"#))
    };
    assert_eq!(breaks(&tree("int"), &tree("int")).unwrap(), []);
    assert_eq!(breaks(&tree("int"), &tree("long")).unwrap().len(), 1);
}
