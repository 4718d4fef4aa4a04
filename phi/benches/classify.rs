//! What judging one typical event costs, what free text costs by the byte, and how long rules take to load.
#![allow(clippy::unwrap_used, missing_docs)]

use std::hint::black_box;
use std::time::Instant;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use phi::{Engine, Scratch};
use schemas::AuditEvent;

const EVENT: &str = include_str!("event.json");

fn classify(criterion: &mut Criterion) {
    let engine = Engine::builtin().unwrap();
    let mut scratch = Scratch::default();
    let mut event: Option<AuditEvent<'_>> = Some(serde_json::from_str(EVENT).unwrap());
    let note = event.as_ref().and_then(|event| event.note.clone()).unwrap();

    let mut group = criterion.benchmark_group("phi");
    group.throughput(Throughput::Elements(1));
    group.bench_function("classify", |bencher| {
        bencher.iter(|| {
            let classified = engine.classify(event.take().unwrap(), &mut scratch);
            black_box(classified.level());
            event = Some(classified.recycle(&mut scratch));
        });
    });
    let mut bare = event.clone().unwrap();
    bare.note = None;
    let mut bare = Some(bare);
    group.bench_function("classify-without-free-text", |bencher| {
        bencher.iter(|| bare = Some(engine.classify(bare.take().unwrap(), &mut scratch).recycle(&mut scratch)));
    });
    let mut located = Vec::new();
    group.throughput(Throughput::Bytes(EVENT.len() as u64));
    group.bench_function("scan-json", |bencher| bencher.iter(|| engine.scan_json(EVENT, &mut scratch, &mut located)));
    let mut found = Vec::new();
    group.throughput(Throughput::Bytes(note.len() as u64));
    group.bench_function("scan-text", |bencher| bencher.iter(|| engine.scan_text(&note, &mut scratch, &mut found)));
    group.sample_size(10);
    group.throughput(Throughput::Elements(1));
    group.bench_function("load-rules", |bencher| bencher.iter(|| Engine::builtin().unwrap()));
    group.finish();

    // Criterion knows means; what matters for a queue is the slowest of a hundred.
    let mut nanos: Vec<u128> = Vec::with_capacity(100_000);
    for _ in 0..100_000 {
        let before = Instant::now();
        event = Some(engine.classify(event.take().unwrap(), &mut scratch).recycle(&mut scratch));
        nanos.push(before.elapsed().as_nanos());
    }
    nanos.sort_unstable();
    println!("classify: p50 {} ns, p99 {} ns, p999 {} ns", nanos[50_000], nanos[99_000], nanos[99_900]);
}

criterion_group!(benches, classify);
criterion_main!(benches);
