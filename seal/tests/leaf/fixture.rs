//! A sealer that is driven by JSON, with keys that anybody can make again.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use phi::Level;
use phi::hidden::{Hidden, Place, Step, SubjectRef};
use schemas::{AuditEvent, Extras, Owner, SealedRecord};
use seal::keys::{EpochKey, KeyError, KeyId, Secret, kdf};
use seal::leaf::{ConfigChange, Duplicate, Erasure, Genesis, PreviousChain, RetentionCut};
use seal::protect::{Nonces, SubjectClass, SubjectKey, SubjectKeys, TenantKeys};
use seal::{ChainState, Consumed, Protected, SealError, Sealed, Sealer, Sequence, Vault};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub const CHAIN: &str = "audit.events/3";
pub const ROOT: [u8; 32] = [7; 32];

/// The key of the epoch `id`: 32 times its last character's digit.
pub fn epoch(id: &str) -> EpochKey {
    EpochKey::new(KeyId::new(id).unwrap(), &Secret::new(epoch_bytes(id)))
}

pub fn epoch_bytes(id: &str) -> [u8; 32] {
    [id.bytes().last().unwrap() - b'0'; 32]
}

pub fn owner() -> Owner<'static> {
    Owner { term: 1, generation: 5, attempt: 0, id: "worker-a" }
}

/// Subject keys in memory, each derived from the subject's name: in production they are random.
#[derive(Default)]
pub struct Ring {
    keys: HashMap<(String, SubjectClass, String), SubjectKey>,
}

pub fn subject_bytes(tenant: &str, class: SubjectClass, id: &str) -> [u8; 32] {
    let parts = [tenant.as_bytes(), class.name().as_bytes(), id.as_bytes()];
    *kdf(&Secret::new(ROOT), "golden/subject-key/1", &parts).expose()
}

impl SubjectKeys for Ring {
    fn key(&mut self, tenant: &str, class: SubjectClass, id: &str) -> Result<&SubjectKey, KeyError> {
        let name = (tenant.to_owned(), class, id.to_owned());
        Ok(self.keys.entry(name).or_insert_with(|| {
            let handle = TenantKeys::of(&Secret::new(ROOT), tenant).handle(class, id);
            SubjectKey::from_bytes(handle, subject_bytes(tenant, class, id))
        }))
    }
}

impl Ring {
    /// Whose key has this handle.
    pub fn find(&self, handle: &str) -> (&(String, SubjectClass, String), &SubjectKey) {
        self.keys.iter().find(|(_, key)| key.handle().to_string() == handle).unwrap()
    }
}

/// Nonces that count: never do that outside of a test.
pub struct Counter(pub u64);

impl Nonces for Counter {
    fn next(&mut self) -> Result<[u8; 12], KeyError> {
        self.0 += 1;
        let mut nonce = [0; 12];
        nonce[4..].copy_from_slice(&self.0.to_be_bytes());
        Ok(nonce)
    }
}

/// A sealer with all that it needs.
pub struct Desk {
    pub sealer: Sealer,
    pub ring: Ring,
    pub nonces: Counter,
}

impl Desk {
    pub fn new(state: ChainState, key: &str) -> Self {
        let sealer = Sealer::new(CHAIN, state, epoch(key), owner()).unwrap();
        Self { sealer, ring: Ring::default(), nonces: Counter(0) }
    }

    /// A chain with its genesis leaf.
    pub fn begun() -> Self {
        let mut desk = Self::new(ChainState::new(), "k-1");
        let mut out = Vec::new();
        desk.sealer.genesis(3, 100, genesis(), &mut out).unwrap();
        desk
    }

    pub fn event(
        &mut self,
        offset: i64,
        event: &AuditEvent<'_>,
        hidden: &[Hidden],
        out: &mut Vec<u8>,
    ) -> Result<Sealed, SealError> {
        let (tokens, redacted) = Default::default();
        let protected = Protected { event, level: Level::Restricted, policy: "p-1", hidden, tokens, redacted };
        let vault = Vault { keys: &mut self.ring, nonces: &mut self.nonces };
        self.sealer.event(Consumed { offset, time: 1_760_000_000_000 + offset }, protected, vault, out)
    }

    /// Does what one step of a golden file says.
    pub fn step(&mut self, input: &Value, out: &mut Vec<u8>) -> Result<Sealed, SealError> {
        let text = |name: &str| input[name].as_str().unwrap_or_else(|| panic!("{name} in {input}"));
        let number = |name: &str| input[name].as_i64().unwrap_or_else(|| panic!("{name} in {input}"));
        let sequence = |name: &str| Sequence(number(name).cast_unsigned());
        let record = || Consumed { offset: number("offset"), time: number("time") };
        let sealer = &mut self.sealer;
        match text("call") {
            "genesis" => {
                let genesis = Genesis {
                    config: bytes(&input["config"]),
                    key: text("key").into(),
                    previous: input.get("previous").map(|previous| PreviousChain {
                        chain: previous["chain"].as_str().unwrap().into(),
                        root: bytes(&previous["root"]),
                        size: previous["size"].as_u64().unwrap(),
                    }),
                    topic: text("topic").into(),
                    trail: text("trail").into(),
                };
                sealer.genesis(i32::try_from(number("partition")).unwrap(), number("offset"), genesis, out)
            }
            "event" => {
                let event = input["event"].to_string();
                let event: AuditEvent<'_> = serde_json::from_str(&event).unwrap();
                let (hidden, tokens, redacted) =
                    (hidden(&input["hidden"]), extras(&input["tokens"]), extras(&input["redacted"]));
                let (level, policy) = (level(text("level")), text("policy"));
                let protected = Protected { event: &event, level, policy, hidden: &hidden, tokens, redacted };
                let vault = Vault { keys: &mut self.ring, nonces: &mut self.nonces };
                sealer.event(record(), protected, vault, out)
            }
            "reject" => sealer.reject(record(), text("bytes").as_bytes(), text("reason"), out),
            "duplicate" => {
                let (event_id, tenant) = (text("event_id").into(), text("tenant").into());
                sealer.duplicate(record(), Duplicate { event_id, first: sequence("first"), tenant }, out)
            }
            "source-gap" => sealer.source_gap(number("next"), text("reason"), out),
            "segment-close" => sealer.close_segment(out),
            "key-epoch" => sealer.rotate(epoch(text("key")), out),
            "owner-change" => sealer.owner_change(out),
            "erasure" => {
                let (basis, handle, scope) = (text("basis").into(), text("handle").into(), text("scope").into());
                let (root, size) = (bytes(&input["root"]), number("size").cast_unsigned());
                sealer.erasure(Erasure { basis, handle, root, scope, size }, out)
            }
            "config-change" => {
                let (part, version) = (text("part").into(), text("version").into());
                sealer.config_change(ConfigChange { digest: bytes(&input["digest"]), part, version }, out)
            }
            "retention-cut" => {
                let (first, next, policy) = (sequence("first"), sequence("next"), text("policy").into());
                sealer.retention_cut(RetentionCut { first, next, policy }, out)
            }
            other => panic!("no call {other}"),
        }
    }

    /// The record's disclosures, opened, in the record's order.
    pub fn disclosures(&self, record: &SealedRecord<'_>) -> Vec<String> {
        let opened = record.disclosures.iter().map(|disclosure| {
            let (_, key) = self.ring.find(disclosure.key);
            seal::protect::Sealed(disclosure.sealed).open(key, &disclosure.digest).unwrap().encode()
        });
        opened.collect()
    }
}

pub fn genesis() -> Genesis<'static> {
    Genesis {
        config: [1; 32],
        key: "k-1".into(),
        previous: None,
        topic: "dGVzdC10b3BpYy1pZA".into(),
        trail: "example".into(),
    }
}

/// Everything that can be known of a sealed record, as a golden file has it.
pub fn output(desk: &Desk, record: &[u8], sealed: Sealed) -> Value {
    let record = SealedRecord::decode(record).unwrap();
    let owner = record.owner.unwrap();
    let open = |(disclosure, opened): (&schemas::Disclosure<'_>, String)| {
        let ((tenant, class, id), _) = desk.ring.find(disclosure.key);
        json!({
            "digest": hex::encode(disclosure.digest),
            "disclosure": opened,
            "handle": disclosure.key,
            "sealed": hex::encode(disclosure.sealed),
            "subject": {"class": class.name(), "id": id, "tenant": tenant,
                "key": hex::encode(subject_bytes(tenant, *class, id))},
        })
    };
    json!({
        "disclosures": record.disclosures.iter().zip(desk.disclosures(&record)).map(open).collect::<Vec<_>>(),
        "key_id": record.key_id,
        "leaf": std::str::from_utf8(record.leaf).unwrap(),
        "leaf_hash": sealed.hash.to_string(),
        "mac": hex::encode(record.mac),
        "owner": {"attempt": owner.attempt, "generation": owner.generation, "id": owner.id, "term": owner.term},
        "redacted": record.redacted,
        "state": desk.sealer.state().to_text(CHAIN),
        "tokens": record.tokens,
    })
}

/// A disclosure's digest as it stands in `_sd`.
pub fn digest(disclosure: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(disclosure))
}

/// Places with subjects: `["/patients/0/id", "patient/0"]`.
pub fn hidden(list: &Value) -> Vec<Hidden> {
    let one = |pair: &Value| {
        let subject = match pair[1].as_str().unwrap().split_once('/') {
            Some(("patient", index)) => SubjectRef::Patient(index.parse().unwrap()),
            Some(("agent", index)) => SubjectRef::Agent(index.parse().unwrap()),
            _ => SubjectRef::Tenant,
        };
        Hidden { place: place(pair[0].as_str().unwrap()), subject }
    };
    list.as_array().map(|list| list.iter().map(one).collect()).unwrap_or_default()
}

pub fn place(pointer: &str) -> Place {
    let step = |part: &str| match part.parse() {
        Ok(index) => Step::Index(index),
        // Tests run once: the few names may stay.
        Err(_) => Step::Member(Box::leak(part.to_owned().into_boxed_str())),
    };
    Place::new(&pointer.split('/').skip(1).map(step).collect::<Vec<_>>()).unwrap()
}

fn extras(map: &Value) -> Extras<'_> {
    let mut extras = Extras::default();
    for (key, value) in map.as_object().into_iter().flatten() {
        extras.insert(key.as_str(), value.as_str().unwrap());
    }
    extras
}

fn level(name: &str) -> Level {
    let all = [Level::Public, Level::Internal, Level::Confidential, Level::Restricted];
    all.into_iter().find(|level| level.name() == name).unwrap()
}

fn bytes(digits: &Value) -> [u8; 32] {
    hex::decode(digits.as_str().unwrap()).unwrap().try_into().unwrap()
}
