//! Decode and encode cost of one typical event, beside `apache-avro` in the same run.
#![allow(clippy::unwrap_used, missing_docs)]

use apache_avro::Schema;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use schemas::{AuditEvent, released};

const EVENT: &str = r#"{
  "event_id": "01990000-0000-7000-8000-000000000001", "tenant": "st-elsewhere", "event_type": "patient-record.viewed",
  "action": "read", "outcome": "success", "occurred_at": 1760000000000000,
  "agent": {"id": "u-1204", "name": "A. Nurse", "role": "nurse"}, "patient": {"id": "MRN-0004711", "name": "P. Example"},
  "object": {"kind": "chart", "id": "chart-99"}, "source": {"system": "ehr", "address": "10.1.2.3"},
  "purpose": "treatment", "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
  "note": "Opened the chart before the ward round; the patient asked for a copy of the discharge letter.",
  "extras": {"ward": "3B", "workstation": "ws-17"}
}"#;

fn decode(criterion: &mut Criterion) {
    let event: AuditEvent<'_> = serde_json::from_str(EVENT).unwrap();
    let mut bytes = Vec::new();
    event.encode(&mut bytes);
    let schema = Schema::parse_str(released::AUDIT_EVENT.text).unwrap();
    let reader = apache_avro::reader::datum::GenericDatumReader::builder(&schema).build().unwrap();

    let mut group = criterion.benchmark_group("event");
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("decode", |bencher| bencher.iter(|| AuditEvent::decode(&bytes).unwrap()));
    group.bench_function("decode-apache-avro", |bencher| {
        bencher.iter(|| reader.read_value(&mut bytes.as_slice()).unwrap());
    });
    let mut out = Vec::with_capacity(bytes.len());
    group.bench_function("encode", |bencher| {
        bencher.iter(|| {
            out.clear();
            event.encode(&mut out);
            out.len()
        });
    });
    group.finish();
}

criterion_group!(benches, decode);
criterion_main!(benches);
