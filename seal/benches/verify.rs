//! What verifying costs per leaf of a 1 KB event, in CPU time, beside its floors: the hashes alone over the same bytes.
//!
//! `floor-sha256` hashes the leaves. `floor-tree` also makes the tree's nodes, which is about one per leaf: two more blocks of
//! SHA-256. `floor-tree-and-mac` also makes the MACs over the leaf hashes: two blocks each. No verifier can do with less.
#![allow(clippy::unwrap_used, missing_docs)]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hmac::{Hmac, KeyInit, Mac};
use seal::LeafHash;
use seal::merkle::Edge;
use seal::projection::Projection;
use seal::verify::{ChainVerifier, Start, StoredRecord, Trust};
use sha2::{Digest, Sha256};

#[path = "../tests/verify/chains.rs"]
#[allow(dead_code)]
mod chains;
#[path = "measure/cpu_time.rs"]
mod cpu_time;

use chains::{Builder, CHAIN, Stored, record, verifiers};
use cpu_time::CpuTime;

const NOTE: &str = "Opened the chart before the ward round; the patient asked for a copy of the discharge letter. The letter was still with \
    the typing pool, so a preliminary version was printed, handed over and explained; the final version follows by post.";

/// As many as a reader of a store has at hand.
const BATCH: usize = 64;

/// One segment of events whose text has about 1,000 bytes each.
fn chain() -> Vec<Stored> {
    let mut builder = Builder::new();
    for index in 0..4_095 {
        builder.event_saying(&format!(
            "{{\"action\":\"read\",\"agents\":[{{\"id\":\"u-{index}\",\"kind\":\"human\",\"name\":\"A. Nurse\",\"network\":{{\
             \"address\":\"10.1.2.3\",\"user_agent\":\"ehr-desktop/12.4\"}},\"requestor\":true,\"role\":\"nurse\"}}],\
             \"context\":{{\"encounter\":\"Encounter/2026-88121\",\"facility\":\"north wing\",\"request_id\":\"req-7f3a9c2b\"}},\
             \"event_id\":\"01990000-0000-7000-8000-{index:012}\",\"event_type\":\"patient-record.viewed\",\
             \"extras\":{{\"ward\":\"3B\",\"workstation\":\"ws-17\"}},\"note\":\"{NOTE}\",\
             \"objects\":[{{\"id\":\"chart-99\",\"kind\":\"chart\",\"version\":\"17\"}}],\
             \"occurred_at\":\"2025-10-09T08:53:20.125Z\",\"outcome\":\"success\",\
             \"patients\":[{{\"id\":\"MRN-0004711\",\"name\":\"P. Example\"}}],\"purpose\":\"treatment\",\
             \"session_id\":\"s-0a1b2c3d4e5f\",\"source\":{{\"address\":\"10.1.9.9\",\"site\":\"north\",\"system\":\"ehr\"}},\
             \"tenant\":\"st-elsewhere\",\"trace_id\":\"4bf92f3577b34da6a3ce929d0e0e4736\"}}"
        ));
    }
    builder.records
}

fn walk(records: &[Stored], columns: &[Projection<'_>], trust: &Trust<'_>) -> usize {
    let mut findings = Vec::new();
    let mut verifier = ChainVerifier::new(CHAIN, Start::genesis(), trust);
    let mut batch = Vec::with_capacity(BATCH);
    for (index, stored) in records.iter().enumerate() {
        batch.push(StoredRecord { columns: columns.get(index), ..record(stored, true) });
        if batch.len() == BATCH {
            verifier.take_all(&batch, &mut findings);
            batch.clear();
        }
    }
    verifier.take_all(&batch, &mut findings);
    verifier.finish(&mut findings);
    assert!(findings.is_empty(), "{findings:?}");
    findings.len()
}

fn bench(criterion: &mut Criterion<CpuTime>) {
    let records = chain();
    let keys = verifiers(&["k1"]);
    let keyed = Trust { keys: &keys, ..Trust::default() };
    let columns: Vec<_> = records.iter().map(|stored| Projection::of(&stored.leaf).unwrap()).collect();
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&[7; 32]).unwrap();
    mac.update(b"sealtrail/mac/1\n");
    let mut group = criterion.benchmark_group("verify");
    group.throughput(Throughput::Elements(records.len() as u64));
    group.bench_function("floor-sha256", |bencher| {
        bencher.iter(|| {
            for stored in &records {
                black_box(Sha256::digest(&stored.leaf));
            }
        });
    });
    group.bench_function("floor-tree", |bencher| {
        bencher.iter(|| {
            let mut edge = Edge::EMPTY;
            records.iter().for_each(|stored| edge.push(LeafHash::of(&stored.leaf)));
            edge
        });
    });
    group.bench_function("floor-tree-and-mac", |bencher| {
        bencher.iter(|| {
            let mut edge = Edge::EMPTY;
            for stored in &records {
                let hash = LeafHash::of(&stored.leaf);
                edge.push(hash);
                let mut state = mac.clone();
                state.update(&hash.0);
                black_box(state.finalize());
            }
            edge
        });
    });
    let shallow = Trust { shallow: true, ..Trust::default() };
    let keyed_shallow = Trust { shallow: true, ..keyed };
    group.bench_function("keyless", |bencher| bencher.iter(|| walk(&records, &[], &Trust::default())));
    group.bench_function("keyed", |bencher| bencher.iter(|| walk(&records, &[], &keyed)));
    group.bench_function("keyless-shallow", |bencher| bencher.iter(|| walk(&records, &[], &shallow)));
    group.bench_function("keyed-shallow", |bencher| bencher.iter(|| walk(&records, &[], &keyed_shallow)));
    group.bench_function("keyless-with-columns", |bencher| {
        bencher.iter(|| walk(&records, &columns, &Trust::default()));
    });
    group.bench_function("keyed-with-columns", |bencher| bencher.iter(|| walk(&records, &columns, &keyed)));
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(CpuTime).sample_size(20);
    targets = bench
}
criterion_main!(benches);
