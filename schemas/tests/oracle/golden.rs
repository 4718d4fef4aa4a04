//! Golden bytes: for every version ever released, records as JSON and as the bytes that its writers made. Neither is ever edited.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use schemas::released::{self, Released};
use schemas::{AuditEvent, DeadLetter, SealedRecord};
use serde_json::Value as Json;

use crate::codec::encoded;
use crate::convert::Oracle;

/// One case: its JSON text and its bytes.
pub struct Case {
    pub name: String,
    pub json: String,
    avro: PathBuf,
}

impl Case {
    pub fn bytes(&self) -> Vec<u8> {
        std::fs::read(&self.avro).unwrap()
    }

    fn value(&self) -> Json {
        serde_json::from_str(&self.json).unwrap()
    }

    /// Holds the bytes that today's writer makes to the golden ones. New golden bytes are put where they can be copied from.
    fn assert_bytes(&self, today: &[u8]) {
        if !self.avro.exists() {
            let place = self.avro.strip_prefix(golden()).unwrap().to_str().unwrap().replace('/', "-");
            let draft = Path::new(env!("CARGO_TARGET_TMPDIR")).join(place);
            std::fs::write(&draft, today).unwrap();
            panic!("no golden bytes yet: look at {}, then copy it to {}", draft.display(), self.avro.display());
        }
        assert_eq!(today, self.bytes(), "{}: today's writer makes other bytes", self.name);
    }
}

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden")
}

fn folder(released: &Released) -> PathBuf {
    golden().join(released.record).join(released.version.to_string())
}

/// The cases of one version, by name. A file without its partner is a mistake.
pub fn cases(released: &Released) -> Vec<Case> {
    let mut found: BTreeMap<String, [bool; 2]> = BTreeMap::new();
    for entry in std::fs::read_dir(folder(released)).unwrap() {
        let path = entry.unwrap().path();
        let is_avro = match path.extension().and_then(|extension| extension.to_str()) {
            Some("avro") => true,
            Some("json") => false,
            _ => panic!("{} is neither .json nor .avro", path.display()),
        };
        found.entry(path.file_stem().unwrap().to_str().unwrap().to_owned()).or_default()[usize::from(is_avro)] = true;
    }
    found
        .into_iter()
        .map(|(name, [has_json, _])| {
            assert!(has_json, "{name}.avro has no JSON beside it");
            let path = folder(released).join(&name);
            Case {
                json: std::fs::read_to_string(path.with_extension("json")).unwrap(),
                avro: path.with_extension("avro"),
                name,
            }
        })
        .collect()
}

#[test]
fn today_s_event_writer_makes_the_golden_bytes() {
    let cases = cases(&released::AUDIT_EVENT);
    for case in &cases {
        let event: AuditEvent<'_> =
            serde_json::from_str(&case.json).unwrap_or_else(|error| panic!("{}: {error}", case.name));
        assert_eq!(event.faults(), [], "{}", case.name);
        case.assert_bytes(&encoded(&event));
    }
    assert!(cases.len() >= 12, "only {} cases", cases.len());
}

#[test]
fn golden_events_are_read_as_their_json_says_by_us_and_by_the_oracle() {
    let oracle = Oracle::new(released::AUDIT_EVENT.text);
    for case in cases(&released::AUDIT_EVENT) {
        let bytes = case.bytes();
        assert_eq!(AuditEvent::decode(&bytes).unwrap(), serde_json::from_str(&case.json).unwrap(), "{}", case.name);
        assert_eq!(oracle.json(&bytes), case.value(), "{}", case.name);
    }
}

#[test]
fn the_golden_events_fill_every_field_of_their_version() {
    for version in &released::AUDIT_EVENTS {
        let schema: Json = serde_json::from_str(version.text).unwrap();
        let (mut wanted, mut seen, mut longest) = (Vec::new(), std::collections::BTreeSet::new(), 0);
        crate::codec::names(&schema, &mut wanted);
        for case in cases(version) {
            crate::codec::visit(&case.value(), &mut seen, &mut longest);
        }
        wanted.retain(|name| name != "given" && name != "micros" && !seen.contains(name));
        assert!(wanted.is_empty(), "version {}: in no golden event: {wanted:?}", version.version);
    }
}

/// Reads a record and writes it again.
type Rewrite<'a> = &'a dyn Fn(&[u8]) -> Vec<u8>;

#[test]
fn sealed_records_and_dead_letters_keep_their_golden_bytes() {
    let sealed = |bytes: &[u8]| {
        let mut out = Vec::new();
        SealedRecord::decode(bytes).unwrap().encode(&mut out);
        out
    };
    let dead = |bytes: &[u8]| {
        let mut out = Vec::new();
        DeadLetter::decode(bytes).unwrap().encode(&mut out);
        out
    };
    let writers: [(Released, Rewrite<'_>); 2] = [(released::SEALED_EVENT, &sealed), (released::DEAD_LETTER, &dead)];
    for (released, rewritten) in writers {
        let oracle = Oracle::new(released.text);
        let cases = cases(&released);
        assert!(cases.len() >= 2);
        for case in cases {
            let ours = rewritten(&oracle.write(&case.value()));
            assert_eq!(oracle.json(&ours), case.value(), "{}", case.name);
            case.assert_bytes(&ours);
            assert_eq!(rewritten(&case.bytes()), case.bytes());
        }
    }
}
