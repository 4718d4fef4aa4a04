//! Each kind of change on the smallest pair of schemas, and what a hostile schema or body must not do.
use super::*;
use crate::avro::write_string;

fn record(fields: &str) -> String {
    format!(r#"{{"type":"record","name":"R","namespace":"n","fields":[{fields}]}}"#)
}

/// A field `a`, so that most tests need to say its type only.
fn a(kind: &str) -> String {
    record(&format!(r#"{{"name":"a","type":{kind}}}"#))
}

fn translated(writer: &str, reader: &str, body: &[u8]) -> Result<Vec<u8>, DecodeFault> {
    let mut out = b"before".to_vec();
    let outcome = Resolver::between(writer, reader).unwrap().translate(body, &mut out);
    assert!(out.starts_with(b"before"));
    if outcome.is_err() {
        assert_eq!(out, b"before", "nothing is left of a refused body");
    }
    outcome.map(|()| out.split_off(6)).map_err(|error| error.fault)
}

fn reason(writer: &str, reader: &str) -> (String, String) {
    match Resolver::between(writer, reader) {
        Err(SchemaError::Unresolvable { path, reason }) => (path, reason),
        other => panic!("{other:?}"),
    }
}

const OPTIONAL: &str = r#"["null","string"]"#;

#[test]
fn values_move_into_unions_out_of_them_and_between_them() {
    for (writer, reader, body, expected) in [
        ("\"string\"", OPTIONAL, &b"\x02x"[..], Ok(&b"\x02\x02x"[..])),
        (OPTIONAL, "\"string\"", b"\x02\x02x", Ok(b"\x02x")),
        (OPTIONAL, "\"string\"", b"\x00", Err(DecodeFault::UnresolvableSchema)),
        (r#"["string","null"]"#, OPTIONAL, b"\x00\x02x", Ok(b"\x02\x02x")),
        (r#"["string","null"]"#, OPTIONAL, b"\x02", Ok(b"\x00")),
        (r#"["null","string","int"]"#, OPTIONAL, b"\x02\x02x", Ok(b"\x02\x02x")),
        (r#"["null","string","int"]"#, OPTIONAL, b"\x04\x02", Err(DecodeFault::UnresolvableSchema)),
        (OPTIONAL, OPTIONAL, b"\x04", Err(DecodeFault::BadUnionBranch)),
        ("\"int\"", "\"long\"", b"\x03", Ok(b"\x03")),
        ("\"int\"", r#"["null","long"]"#, b"\x03", Ok(b"\x02\x03")),
        ("\"bytes\"", "\"string\"", b"\x02x", Ok(b"\x02x")),
        ("\"boolean\"", "\"boolean\"", b"\x02", Err(DecodeFault::BadBoolean)),
        ("\"int\"", "\"long\"", b"\x80\x80\x80\x80\x80\x01", Err(DecodeFault::BadVarint)),
    ] {
        assert_eq!(translated(&a(writer), &a(reader), body).as_deref(), expected.as_deref(), "{writer} -> {reader}");
    }
}

#[test]
fn fields_come_go_move_and_change_their_names() {
    let reader = record(
        r#"{"name":"new","type":["null","string"],"default":null},{"name":"a","type":"string","aliases":["old"]},
           {"name":"b","type":"long"},{"name":"list","type":{"type":"array","items":"string"},"default":[]}"#,
    );
    let writer = record(
        r#"{"name":"b","type":"int"},{"name":"gone","type":{"type":"map","values":"bytes"}},{"name":"old","type":"string"}"#,
    );
    let body = b"\x08\x02\x02k\x02v\x00\x02x";
    assert_eq!(translated(&writer, &reader, body), Ok(b"\x00\x02x\x08\x00".to_vec()));
    assert_eq!(Resolver::between(&writer, &reader).unwrap().ignored(), ["gone"]);
}

#[test]
fn blocks_keep_their_counts_and_lose_their_sizes() {
    let (writer, reader) = (a(r#"{"type":"array","items":"int"}"#), a(r#"{"type":"array","items":["null","long"]}"#));
    let body = b"\x03\x04\x02\x04\x02\x06\x00";
    assert_eq!(translated(&writer, &reader, body), Ok(b"\x04\x02\x02\x02\x04\x02\x02\x06\x00".to_vec()));
    let lying = b"\x03\x06\x02\x04\x02\x06\x00";
    assert_eq!(translated(&writer, &reader, lying), Err(DecodeFault::BadLength));
}

#[test]
fn what_cannot_be_read_is_named_when_the_plan_is_made() {
    let nested = |kind: &str| {
        a(&format!(
            r#"{{"type":"array","items":{{"type":"record","name":"I","fields":[{{"name":"b","type":{kind}}}]}}}}"#
        ))
    };
    for (writer, reader, path, why) in [
        (a("\"string\""), a("\"long\""), "a", "string cannot be read as long"),
        (a("\"long\""), a("\"int\""), "a", "long cannot be read as int"),
        (a("\"int\""), a(OPTIONAL), "a", "int is in no branch"),
        (a(r#"["null","int"]"#), a(OPTIONAL), "a", "int is in no branch"),
        (record(""), a("\"string\""), "a", "missing and has no default"),
        (nested("\"int\""), nested("\"string\""), "a[].b", "int cannot be read as string"),
        (a("\"float\""), a("\"double\""), "a", "float cannot be read as double"),
        (a(r#"{"type":"fixed","name":"F","size":4}"#), a(r#"{"type":"fixed","name":"F","size":5}"#), "a", "fixed"),
        (a(r#"{"type":"fixed","name":"F","size":4}"#), a(r#"{"type":"fixed","name":"G","size":4}"#), "a", "fixed"),
        (a(r#"{"type":"enum","name":"E","symbols":["x"]}"#), a("\"string\""), "a", "enum cannot be read as string"),
        (a("\"int\"").replace("\"R\"", "\"Q\""), a("\"int\""), "(the record)", "named Q, not R"),
        ("\"string\"".to_owned(), a("\"int\""), "(the record)", "string cannot be read as record"),
    ] {
        let found = reason(&writer, &reader);
        assert!(found.0 == path && found.1.contains(why), "{writer} -> {reader}: {found:?}");
    }
}

#[test]
fn another_unit_of_time_is_not_taken_for_ours() {
    let time = |logical: &str| a(&format!(r#"{{"type":"long","logicalType":"{logical}"}}"#));
    let ours = time("timestamp-micros");
    assert!(reason(&time("timestamp-millis"), &ours).1.contains("timestamp-millis cannot be read as timestamp-micros"));
    assert_eq!(translated(&a("\"long\""), &ours, b"\x02"), Ok(b"\x02".to_vec()));
    assert_eq!(translated(&ours, &ours, b"\x02"), Ok(b"\x02".to_vec()));
}

#[test]
fn a_body_cut_anywhere_or_too_long_is_refused() {
    let writer =
        record(r#"{"name":"x","type":{"type":"array","items":"boolean"}},{"name":"a","type":["null","string"]}"#);
    let reader = record(r#"{"name":"a","type":["null","string"],"default":null}"#);
    let body = b"\x04\x01\x00\x00\x02\x06abc";
    assert_eq!(translated(&writer, &reader, body), Ok(b"\x02\x06abc".to_vec()));
    for length in 0..body.len() {
        assert_eq!(translated(&writer, &reader, &body[..length]), Err(DecodeFault::Truncated), "{length}");
    }
    assert_eq!(translated(&writer, &reader, &[body, &b"\x00"[..]].concat()), Err(DecodeFault::TrailingBytes));
    assert_eq!(translated(&writer, &reader, &vec![0; EVENT_BYTES_MAX + 1]), Err(DecodeFault::Oversized));
    // What is stepped over is not believed either.
    assert_eq!(translated(&writer, &reader, b"\x02\x07\x00\x00"), Err(DecodeFault::BadBoolean));
}

#[test]
fn types_that_contain_themselves_end_somewhere() {
    let tree = record(r#"{"name":"next","type":["null","R"],"default":null},{"name":"v","type":"int"}"#);
    let flat = record(r#"{"name":"v","type":"int"}"#);
    assert_eq!(translated(&tree, &tree, b"\x02\x00\x04\x06"), Ok(b"\x02\x00\x04\x06".to_vec()));
    assert_eq!(translated(&tree, &flat, b"\x02\x00\x04\x06"), Ok(b"\x06".to_vec()));
    let deep = [vec![2; 100_000], vec![0], vec![2; 100_001]].concat();
    for reader in [&tree, &flat] {
        assert_eq!(translated(&tree, reader, &deep), Err(DecodeFault::TooMany));
    }
}

#[test]
fn counts_of_nothing_cost_nothing() {
    let nothing = |items: &str| {
        record(&format!(r#"{{"name":"n","type":{{"type":"array","items":{items}}}}},{{"name":"v","type":"int"}}"#))
    };
    let flat = record(r#"{"name":"v","type":"int"}"#);
    let mut body = Vec::new();
    crate::avro::write_long(&mut body, 1 << 40);
    for items in ["\"null\"", r#"{"type":"record","name":"E","fields":[]}"#] {
        assert_eq!(translated(&nothing(items), &flat, &body), Err(DecodeFault::TooMany));
        assert_eq!(translated(&nothing(items), &nothing(items), &body), Err(DecodeFault::TooMany));
    }
    // Nested, the counts multiply.
    let nested = nothing(r#"{"type":"array","items":"null"}"#);
    let inner = [vec![0x80, 0x80, 0x80, 0x02], vec![0]].concat();
    let body = [&[0x80, 0x10][..], &inner.repeat(1024)].concat();
    assert_eq!(translated(&nested, &flat, &body), Err(DecodeFault::TooMany));
}

#[test]
fn defaults_cannot_swell_a_record_without_end() {
    let empty = a(r#"{"type":"array","items":{"type":"record","name":"I","fields":[]}}"#);
    let swollen = a(&format!(
        r#"{{"type":"array","items":{{"type":"record","name":"I","fields":[{{"name":"d","type":"string","default":"{}"}}]}}}}"#,
        "x".repeat(1_000)
    ));
    let mut body = Vec::new();
    crate::avro::write_long(&mut body, 1 << 20);
    body.push(0);
    assert_eq!(translated(&empty, &swollen, &body), Err(DecodeFault::Oversized));
}

#[test]
fn a_schema_that_tries_every_branch_with_every_other_is_judged_at_once() {
    // Many types of one name in many namespaces, each level in a union of all of the next, and the last of them wrong.
    let level = |depth: usize| format!("L{depth}");
    let (mut types, width) = (String::from("\"int\""), 20);
    for depth in (0..6).rev() {
        let variants: Vec<String> = (0..width)
            .map(|space| {
                let next = if depth == 5 || space == 0 {
                    types.clone()
                } else {
                    (0..width).map(|s| format!("\"s{s}.{}\"", level(depth + 1))).collect::<Vec<_>>().join(",")
                };
                let next = if next.starts_with('[') || depth == 5 { next } else { format!("[{next}]") };
                format!(
                    r#"{{"type":"record","name":"{}","namespace":"s{space}","fields":[{{"name":"x","type":{next}}}]}}"#,
                    level(depth)
                )
            })
            .collect();
        types = format!("[{}]", variants.join(","));
    }
    let writer = record(&format!(r#"{{"name":"a","type":{types}}}"#));
    let mut reader = String::from("\"string\"");
    for depth in (0..6).rev() {
        reader = format!(r#"{{"type":"record","name":"{}","fields":[{{"name":"x","type":{reader}}}]}}"#, level(depth));
    }
    let (path, why) = reason(&writer, &a(&reader));
    assert_eq!((path.as_str(), why.as_str()), ("a.x.x.x.x.x.x", "int cannot be read as string"));
}

#[test]
fn our_own_schemas_resolve_to_themselves_byte_for_byte() {
    for released in released::CURRENT {
        assert!(Resolver::between(released.text, released.text).unwrap().ignored().is_empty());
    }
    let mut body = Vec::new();
    for text in ["decode", "truncated"] {
        write_string(&mut body, text);
    }
    body.extend_from_slice(&[2, 2, 2]);
    body.extend_from_slice(&[7; 32]);
    body.extend_from_slice(&[0; 5]);
    let dead = released::DEAD_LETTER.text;
    assert_eq!(translated(dead, dead, &body), Ok(body));
}
