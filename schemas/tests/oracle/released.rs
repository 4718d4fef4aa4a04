//! A released schema never changes, what is written next follows from it, and every version reads every other.

use apache_avro::Schema;
use apache_avro::schema_compatibility::{Compatibility, SchemaCompatibility};
use schemas::compat::{self, Break};
use schemas::released::{self, Released};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

/// Each released text by its SHA-256, and its fingerprint as fastavro computes it. A new version adds a line; no line ever changes.
const FROZEN: [(&str, u32, &str, &str); 3] = [
    ("audit_event", 1, "90ad631dd27e45b45cf265833f24a83b73c8ded78e03910f8fe4c1fea2b91aa7", "5db5619b7bcaa361"),
    ("sealed_event", 1, "3ad6e5e8a1a8ebccf3aa1a2d2c8a1667278e1283a8fd5ab327b886c69d34a365", "0c4b0d050c12a79b"),
    ("dead_letter", 1, "1343af8471b6fd1c5ef9d259216297b6142653e23f687eabf571c88fcd09a0fc", "bda64f838fe35af5"),
];

#[test]
fn a_released_text_never_changes() {
    let found: Vec<_> = released::ALL
        .into_iter()
        .flatten()
        .map(|released| {
            let digest = Sha256::digest(released.text);
            let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            // The bytes in the order in which fastavro and the wire have them.
            let fingerprint: String =
                released.fingerprint().0.to_le_bytes().iter().map(|b| format!("{b:02x}")).collect();
            (released.record, released.version, hex, fingerprint)
        })
        .collect();
    let frozen = FROZEN
        .iter()
        .map(|(record, version, digest, print)| (*record, *version, (*digest).to_owned(), (*print).to_owned()));
    assert_eq!(found, frozen.collect::<Vec<_>>(), "a released schema was edited; undo that, and release a new version");
}

#[test]
fn what_stands_in_avsc_is_the_newest_released_version() {
    for current in released::CURRENT {
        let path = format!("{}/avsc/{}.avsc", env!("CARGO_MANIFEST_DIR"), current.record);
        let next = std::fs::read_to_string(&path).unwrap();
        assert_eq!(
            without_words(&next),
            without_words(current.text),
            "{path} differs from released version {}; copy it to released/{}/{}.avsc and add that to released.rs and to FROZEN",
            current.version,
            current.record,
            current.version + 1
        );
    }
}

/// Everything but what is said to people. Stricter than the canonical form, which forgets defaults and logical types.
fn without_words(text: &str) -> Json {
    fn strip(json: &mut Json) {
        match json {
            Json::Object(object) => {
                object.remove("doc");
                object.remove("known");
                object.values_mut().for_each(strip);
            }
            Json::Array(list) => list.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut json = serde_json::from_str(text).unwrap();
    strip(&mut json);
    json
}

#[test]
fn every_version_reads_every_other() {
    for versions in released::ALL {
        for (index, old) in versions.iter().enumerate() {
            assert_eq!(old.version as usize, index + 1, "versions count from 1 without a gap");
            for new in versions {
                assert_full(old, new);
            }
        }
    }
}

fn assert_full(old: &Released, new: &Released) {
    let parsed = |released: &Released| Schema::parse_str(released.text).unwrap();
    assert_eq!(SchemaCompatibility::can_read(&parsed(old), &parsed(new)), Ok(Compatibility::Full));
    let none: Vec<Break> = Vec::new();
    assert_eq!(compat::breaks(old.text, new.text).unwrap(), none, "{} {} -> {}", old.record, old.version, new.version);
}

#[test]
fn the_event_s_fields_stand_in_alphabetical_order_so_that_its_json_is_canonical() {
    fn check(json: &Json) {
        if let Some(fields) = json["fields"].as_array() {
            let names: Vec<&str> = fields.iter().map(|field| field["name"].as_str().unwrap()).collect();
            let mut sorted = names.clone();
            sorted.sort_unstable();
            assert_eq!(names, sorted, "{}", json["name"]);
        }
        match json {
            Json::Object(object) => object.values().for_each(check),
            Json::Array(list) => list.iter().for_each(check),
            _ => {}
        }
    }
    check(&serde_json::from_str(released::AUDIT_EVENT.text).unwrap());
}

#[test]
fn every_field_says_what_it_is() {
    fn check(json: &Json, record: &str) {
        for field in json["fields"].as_array().into_iter().flatten() {
            assert!(field["doc"].is_string(), "{record}: {} has no doc", field["name"]);
        }
        match json {
            Json::Object(object) => object.values().for_each(|inner| check(inner, record)),
            Json::Array(list) => list.iter().for_each(|inner| check(inner, record)),
            _ => {}
        }
    }
    for released in released::CURRENT {
        check(&serde_json::from_str(released.text).unwrap(), released.record);
    }
}
