//! What sealing one event of 1 KB costs, in CPU time, beside the floor: hash and MAC of the same leaf, and its node of the tree.
#![allow(clippy::unwrap_used, missing_docs)]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hmac::{Hmac, KeyInit, Mac};
use phi::Level;
use phi::hidden::{Hidden, Place, Step, SubjectRef};
use schemas::{AuditEvent, Extras, Owner, SealedRecord};
use seal::keys::{EpochKey, KeyError, KeyId, Secret};
use seal::leaf::Genesis;
use seal::merkle::Hash;
use seal::protect::{Nonces, SubjectRing};
use seal::{ChainState, Consumed, LeafHash, Protected, Sealer, Vault};
use sha2::Sha256;

#[path = "measure/cpu_time.rs"]
mod cpu_time;

use cpu_time::CpuTime;

const EVENT: &str = r#"{
  "event_id": "01990000-0000-7000-8000-000000000001", "tenant": "st-elsewhere", "event_type": "patient-record.viewed",
  "action": "read", "outcome": "success", "occurred_at": "2025-10-09T08:53:20.125Z",
  "agents": [{"id": "u-1204", "name": "A. Nurse", "role": "nurse", "kind": "human", "requestor": true,
    "network": {"address": "10.1.2.3", "user_agent": "ehr-desktop/12.4"}}],
  "patients": [{"id": "MRN-0004711", "name": "P. Example"}],
  "objects": [{"kind": "chart", "id": "chart-99", "version": "17"}],
  "source": {"system": "ehr", "address": "10.1.9.9", "site": "north"},
  "purpose": "treatment", "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "session_id": "s-0a1b2c3d4e5f",
  "note": "Opened the chart before the ward round; the patient asked for a copy of the discharge letter. The letter was still with the typing pool, so a preliminary version was printed, handed over and explained; the final version follows by post.",
  "context": {"facility": "north wing", "encounter": "Encounter/2026-88121", "request_id": "req-7f3a9c2b"},
  "extras": {"ward": "3B", "workstation": "ws-17"}
}"#;

struct Counter(u64);

impl Nonces for Counter {
    fn next(&mut self) -> Result<[u8; 12], KeyError> {
        self.0 += 1;
        let mut nonce = [0; 12];
        nonce[4..].copy_from_slice(&self.0.to_be_bytes());
        Ok(nonce)
    }
}

fn hidden() -> [Hidden; 4] {
    use Step::{Index, Member};
    let patient = SubjectRef::Patient(0);
    let one = |steps: &[Step], subject| Hidden { place: Place::new(steps).unwrap(), subject };
    [
        one(&[Member("agents"), Index(0), Member("name")], SubjectRef::Agent(0)),
        one(&[Member("note")], patient),
        one(&[Member("patients"), Index(0), Member("id")], patient),
        one(&[Member("patients"), Index(0), Member("name")], patient),
    ]
}

fn sealer() -> Sealer {
    let epoch = EpochKey::new(KeyId::new("k-1").unwrap(), &Secret::new([1; 32]));
    let owner = Owner { term: 1, generation: 5, attempt: 0, id: "worker-a" };
    let mut sealer = Sealer::new("audit.events/0", ChainState::new(), epoch, owner).unwrap();
    let genesis =
        Genesis { config: [1; 32], key: "k-1".into(), previous: None, topic: "topic".into(), trail: "trail".into() };
    sealer.genesis(0, 0, genesis, &mut Vec::new()).unwrap();
    sealer
}

fn bench(criterion: &mut Criterion<CpuTime>) {
    let event: AuditEvent<'_> = serde_json::from_str(EVENT).unwrap();
    let places = hidden();
    for (name, hidden) in [("none-hidden", [].as_slice()), ("4-hidden", places.as_slice())] {
        let (mut sealer, mut ring, mut nonces) = (sealer(), SubjectRing::new([1; 32], 1_000), Counter(0));
        let (mut out, mut offset) = (Vec::new(), 0);
        let mut seal = || {
            out.clear();
            let (tokens, redacted) = (Extras::default(), Extras::default());
            let protected =
                Protected { event: &event, level: Level::Restricted, policy: "default-1", hidden, tokens, redacted };
            let vault = Vault { keys: &mut ring, nonces: &mut nonces };
            let sealed = sealer.event(Consumed { offset, time: 1_760_000_000_000 }, protected, vault, &mut out);
            offset += 1;
            sealed.unwrap();
            out.len()
        };
        seal();
        let mut group = criterion.benchmark_group("seal");
        group.throughput(Throughput::Elements(1));
        group.bench_function(name, |bencher| bencher.iter(&mut seal));
        group.finish();
        let leaf = SealedRecord::decode(&out).unwrap().leaf.to_vec();
        let mut keyed = <Hmac<Sha256> as KeyInit>::new_from_slice(&[1; 32]).unwrap();
        keyed.update(b"sealtrail/mac/1\n");
        criterion.bench_function(&format!("floor/{name}/{}-bytes", leaf.len()), |bencher| {
            bencher.iter(|| {
                let hash = LeafHash::of(black_box(&leaf));
                let mut mac = keyed.clone();
                mac.update(&hash.0);
                (Hash::node(&hash.into(), &hash.into()), mac.finalize().into_bytes())
            });
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(CpuTime);
    targets = bench
}
criterion_main!(benches);
