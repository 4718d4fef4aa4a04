//! Writers of other versions: schemas that grew, shrank, moved and renamed, and the events that come out of their records.

use apache_avro::Schema;
use apache_avro::reader::datum::GenericDatumReader;
use proptest::prelude::*;
use schemas::resolve::Resolver;
use schemas::{AuditEvent, DecodeFault, released};
use serde_json::{Value as Json, json};

use crate::codec::encoded;
use crate::convert::Oracle;
use crate::generate::{Generator, Random};
use crate::golden::cases;

/// What the other version calls a field that it renamed.
const RENAMED: &str = "was_";
/// What the other version calls a field that we do not know.
const ADDED: &str = "added_";

/// Another version of our schema, and our schema knowing the names that it used.
struct Version {
    writer: String,
    reader: String,
}

/// Changes every record of our schema at random, in the ways that schemas change.
fn another_version(seed: u64, renames: bool) -> Version {
    let mut random = Random(seed);
    let mut writer: Json = serde_json::from_str(released::AUDIT_EVENT.text).unwrap();
    let mut reader = writer.clone();
    change(&mut writer, &mut reader, renames, &mut random);
    Version { writer: writer.to_string(), reader: reader.to_string() }
}

/// Walks both schemas alike; `reader` only learns aliases.
fn change(writer: &mut Json, reader: &mut Json, renames: bool, random: &mut Random) {
    match (writer, reader) {
        (Json::Object(writes), Json::Object(reads)) => {
            let keys: Vec<String> = writes.keys().cloned().collect();
            for key in keys {
                change(&mut writes[&key], &mut reads[&key], renames, random);
            }
            // A time is one string in JSON, so its two fields stay as they are.
            if writes.get("type") == Some(&json!("record")) && writes["name"] != "Time" {
                let (writes, reads) =
                    (writes["fields"].as_array_mut().unwrap(), reads["fields"].as_array_mut().unwrap());
                change_fields(writes, reads, renames, random);
            }
        }
        (Json::Array(writes), Json::Array(reads)) => {
            for (writer, reader) in writes.iter_mut().zip(reads) {
                change(writer, reader, renames, random);
            }
        }
        _ => {}
    }
}

fn change_fields(writes: &mut Vec<Json>, reads: &mut [Json], renames: bool, random: &mut Random) {
    for (writer, reader) in writes.iter_mut().zip(reads) {
        if renames && random.one_in(6) {
            let name = writer["name"].as_str().unwrap().to_owned();
            writer["name"] = json!(format!("{RENAMED}{name}"));
            reader["aliases"] = json!(["never_was", format!("{RENAMED}{name}")]);
        }
        if writer["type"] == json!(["null", "long"]) && random.one_in(2) {
            writer["type"] = json!(["null", "int"]);
        }
    }
    // A field that declares a type must stay, or the others could not refer to it.
    let may_go = |field: &Json| field.get("default").is_some() && !field.to_string().contains("\"fields\"");
    if random.one_in(3) {
        let gone: Vec<usize> = (0..writes.len()).filter(|index| may_go(&writes[*index])).collect();
        if !gone.is_empty() {
            writes.remove(random.pick(&gone));
        }
    }
    if random.one_in(2) {
        let kinds = [
            json!(["null", "string"]),
            json!({"type": "array", "items": "long"}),
            json!({"type": "map", "values": "string"}),
            json!(["null", {"type": "array", "items": {"type": "map", "values": "string"}}]),
            json!("boolean"),
        ];
        let added = json!({"name": format!("{ADDED}{}", writes.len()), "type": random.pick(&kinds)});
        writes.insert(random.below(writes.len() + 1), added);
    }
    // Types are declared where they come first, so only fields of known types may change places.
    let is_plain = |field: &Json| !field.to_string().contains("\"fields\"") && !refers(field);
    let plain: Vec<usize> = (0..writes.len()).filter(|index| is_plain(&writes[*index])).collect();
    if plain.len() > 1 && random.one_in(2) {
        let (one, other) = (random.pick(&plain), random.pick(&plain));
        writes.swap(one, other);
    }
}

/// Whether a field's type is one of our named types.
fn refers(field: &Json) -> bool {
    field["type"].to_string().split('"').any(|word| word.starts_with(|first: char| first.is_ascii_uppercase()))
}

/// What we are to make of the other version's document: its names become ours, and what we do not know is gone.
fn as_ours(document: &Json) -> Json {
    match document {
        Json::Object(object) => object
            .iter()
            .filter(|(key, _)| !key.starts_with(ADDED))
            .map(|(key, value)| (key.strip_prefix(RENAMED).unwrap_or(key).to_owned(), as_ours(value)))
            .collect(),
        Json::Array(list) => list.iter().map(as_ours).collect(),
        other => other.clone(),
    }
}

/// Actors under the other version's names.
fn with_actor(mut document: Json) -> Json {
    let find = |object: &Json, name: &str| {
        let renamed = format!("{RENAMED}{name}");
        if object.get(&renamed).is_some() { renamed } else { name.to_owned() }
    };
    let agents = find(&document, "agents");
    let list = document[&agents].as_array_mut().unwrap();
    if let Some(first) = list.first_mut() {
        let id = find(first, "id");
        first[&id] = json!("the actor");
    }
    list.truncate(50);
    document
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn events_of_other_versions_arrive_whole(seed: u64, renames: bool) {
        let version = another_version(seed, renames);
        let resolver = Resolver::between(&version.writer, &version.reader).unwrap();
        let (oracle, generator) = (Oracle::new(&version.writer), Generator::new(&version.writer));
        let document = (0..200)
            .map(|round| generator.document(seed.wrapping_add(round)))
            .find(|document| as_ours(document)["agents"].as_array().is_some_and(|agents| !agents.is_empty()));
        let document = with_actor(document.unwrap());
        let theirs = oracle.write(&document);
        let mut ours = Vec::new();
        resolver.translate(&theirs, &mut ours).unwrap();

        // The same value as apache-avro makes of the same bytes with the same two schemas. It does not know aliases.
        if !renames {
            let (writer, reader) = (Schema::parse_str(&version.writer).unwrap(), Schema::parse_str(&version.reader).unwrap());
            let judge = GenericDatumReader::builder(&writer).reader_schema(&reader).build().unwrap();
            let theirs = judge.read_value(&mut theirs.as_slice()).unwrap();
            prop_assert_eq!(Oracle::new(released::AUDIT_EVENT.text).read(&ours), theirs);
        }

        // As the oracle reads it back: an id that this version does not know was never written.
        let expected = as_ours(&oracle.json(&theirs)).to_string();
        let expected: AuditEvent<'_> = serde_json::from_str(&expected).unwrap();
        if expected.faults().is_empty() {
            prop_assert_eq!(AuditEvent::decode(&ours).unwrap(), expected);
        }
        for length in (0..theirs.len()).step_by(1 + theirs.len() / 300) {
            prop_assert!(resolver.translate(&theirs[..length], &mut Vec::new()).is_err(), "cut to {}", length);
        }
    }

    #[test]
    fn broken_bodies_never_panic_and_never_become_unsound_events(seed: u64, flip in 1..=255u8) {
        let version = another_version(seed, true);
        let resolver = Resolver::between(&version.writer, &version.reader).unwrap();
        let mut body = Oracle::new(&version.writer).write(&Generator::new(&version.writer).document(seed));
        body.truncate(3_000);
        let mut out = Vec::new();
        for index in 0..body.len() {
            body[index] ^= flip;
            out.clear();
            if resolver.translate(&body, &mut out).is_ok() && let Ok(event) = AuditEvent::decode(&out) {
                crate::refusals::assert_sound(&event);
            }
            body[index] ^= flip;
        }
    }
}

#[test]
fn every_released_version_resolves_to_today_s_and_its_golden_events_arrive() {
    for version in &released::AUDIT_EVENTS {
        let resolver = Resolver::new(version.text).unwrap();
        assert!(resolver.ignored().is_empty(), "version {}: {:?}", version.version, resolver.ignored());
        for case in cases(version) {
            let mut ours = Vec::new();
            resolver.translate(&case.bytes(), &mut ours).unwrap();
            let expected: AuditEvent<'_> = serde_json::from_str(&case.json).unwrap();
            assert_eq!(AuditEvent::decode(&ours).unwrap(), expected, "{}", case.name);
            if version.is_current() {
                assert_eq!(ours, encoded(&expected), "{}", case.name);
            }
        }
    }
}

/// Why resolution is not left to the library: what it makes of a record that was cut off.
#[test]
fn the_library_reads_a_cut_record_as_null_and_we_refuse_it() {
    let schema = r#"{"type":"record","name":"R","fields":[{"name":"a","type":"int"},{"name":"b","type":["null","string"],"default":null}]}"#;
    let parsed = Schema::parse_str(schema).unwrap();
    let library = GenericDatumReader::builder(&parsed).reader_schema(&parsed).build().unwrap();
    let cut = [2_u8];
    assert!(library.read_value(&mut &cut[..]).is_ok(), "the library has learnt to refuse it: see ADR 8");
    let error = Resolver::between(schema, schema).unwrap().translate(&cut, &mut Vec::new()).unwrap_err();
    assert_eq!((error.fault, error.position), (DecodeFault::Truncated, 1));
}
