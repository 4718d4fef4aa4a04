//! What sealing and verifying one typical event costs.
#![allow(clippy::unwrap_used, missing_docs)]

use criterion::{Criterion, criterion_group, criterion_main};
use schemas::{AuditEvent, SealedRecord};
use seal::Sequence;
use seal::draft::{ChainState, ChainVerifier, KeyId, MacKey, Sealer, Signer, SourcePosition, StoredRecord};

const EVENT: &str = r#"{
  "event_id": "01990000-0000-7000-8000-000000000001", "tenant": "st-elsewhere", "event_type": "patient-record.viewed",
  "action": "read", "outcome": "success", "occurred_at": "2025-10-09T08:53:20.125Z",
  "agents": [{"id": "u-1204", "name": "A. Nurse", "role": "nurse", "kind": "human", "requestor": true,
    "network": {"address": "10.1.2.3", "user_agent": "ehr-desktop/12.4"}}],
  "patients": [{"id": "MRN-0004711", "name": "P. Example"}],
  "objects": [{"kind": "chart", "id": "chart-99", "version": "17"}],
  "source": {"system": "ehr", "address": "10.1.9.9", "site": "north"},
  "purpose": "treatment", "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "session_id": "s-0a1b2c3d4e5f",
  "note": "Opened the chart before the ward round; the patient asked for a copy of the discharge letter. The letter was still with the typing pool, so a preliminary version was printed, handed over and explained; the final version follows by post once it is signed. The ward clerk was told, and the request was entered in the correspondence log of the day. The medication plan was compared with the admission note, two entries were discussed with the pharmacy on the telephone, and the allergy entry was confirmed with the family; it stands as before. The next look at the record is planned for tomorrow morning, before the visit of the physician.",
  "context": {"facility": "north wing", "encounter": "Encounter/2026-88121", "request_id": "req-7f3a9c2b"},
  "extras": {"ward": "3B", "workstation": "ws-17"}
}"#;

fn bench(criterion: &mut Criterion) {
    let event: AuditEvent<'_> = serde_json::from_str(EVENT).unwrap();
    let classified = phi::classify(event);
    let key = MacKey::new(KeyId("k".to_owned()), &[1; 32]).unwrap();
    let source = SourcePosition { partition: 0, offset: 0 };
    let mut sealer = Sealer::new("audit.events/0".to_owned(), ChainState::EMPTY, Signer::new(key));
    let mut out = Vec::new();
    criterion.bench_function("seal/event", |bencher| {
        bencher.iter(|| {
            out.clear();
            sealer.seal(&classified, source, &mut out);
            out.len()
        });
    });
    let sealed = out.clone();
    let record = SealedRecord::decode(&sealed).unwrap();
    criterion.bench_function("verify/leaf-keyless", |bencher| {
        bencher.iter(|| {
            let mut findings = Vec::new();
            let stored =
                StoredRecord { sequence: Sequence(0), leaf: record.leaf, key_id: record.key_id, mac: record.mac };
            ChainVerifier::new(String::new(), &[]).take(stored, &mut findings).is_some()
        });
    });
}

criterion_group!(benches, bench);
criterion_main!(benches);
