//! What hiding one member costs, and opening it again.
#![allow(clippy::unwrap_used, missing_docs)]

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use seal::keys::{EpochKey, KeyError, KeyId, Secret};
use seal::protect::{Handle, Nonces, RecordProtection, Sealed, SubjectClass, SubjectKey, TenantKeys};
use seal::{LeafHash, Sequence};

#[path = "measure/cpu_time.rs"]
mod cpu_time;

use cpu_time::CpuTime;

/// Counts: the cost of the system's generator is the keystore's, which fetches many at a time.
struct Counter(u64);

impl Nonces for Counter {
    fn next(&mut self) -> Result<[u8; 12], KeyError> {
        self.0 += 1;
        let mut nonce = [0; 12];
        nonce[..8].copy_from_slice(&self.0.to_be_bytes());
        Ok(nonce)
    }
}

fn bench(criterion: &mut Criterion<CpuTime>) {
    let key = SubjectKey::from_bytes(Handle::from_bytes([1; 16]), [1; 32]);
    let name = br#""P. Example""#.as_slice();
    let note = format!("\"{}\"", "The patient asked for a copy of the discharge letter. ".repeat(6));
    for (title, value) in [("protect/hide-name", name), ("protect/hide-note-320-bytes", note.as_bytes())] {
        let mut nonces = Counter(0);
        criterion.bench_function(title, |bencher| {
            bencher.iter_batched_ref(
                || Counter(nonces.next().map_or(0, |nonce| u64::from(nonce[7])) << 32),
                |nonces| {
                    let mut record = RecordProtection::new("audit.events/3", Sequence(4711), nonces);
                    record.hide(&key, "/patients/0/name", "name", value).unwrap()
                },
                BatchSize::SmallInput,
            );
        });
    }
    let mut nonces = Counter(0);
    criterion.bench_function("protect/hide-4-names", |bencher| {
        bencher.iter(|| {
            let mut record = RecordProtection::new("audit.events/3", Sequence(4711), &mut nonces);
            ["/a", "/b", "/c", "/d"].map(|pointer| record.hide(&key, pointer, "name", name).unwrap())
        });
    });
    let hidden = RecordProtection::new("audit.events/3", Sequence(4711), &mut nonces)
        .hide(&key, "/patients/0/name", "name", name)
        .unwrap();
    criterion.bench_function("protect/open-name", |bencher| {
        bencher.iter(|| Sealed(&hidden.sealed).open(&key, &hidden.digest).unwrap());
    });
    let tenant = TenantKeys::of(&Secret::new([2; 32]), "st-elsewhere");
    criterion.bench_function("protect/token", |bencher| bencher.iter(|| tenant.token("email", "a@example.org")));
    criterion.bench_function("protect/handle", |bencher| {
        bencher.iter(|| tenant.handle(SubjectClass::Patient, "MRN-0004711"));
    });
    criterion.bench_function("protect/subject-key", |bencher| {
        bencher.iter(|| SubjectKey::from_bytes(Handle::from_bytes([1; 16]), [1; 32]));
    });
    let epoch = EpochKey::new(KeyId::new("mac-1").unwrap(), &Secret::new([3; 32]));
    criterion.bench_function("keys/segment", |bencher| bencher.iter(|| epoch.segment("audit.events/3", 7).unwrap()));
    let segment = epoch.segment("audit.events/3", 7).unwrap();
    let leaf = LeafHash::of(&[b'x'; 1200]);
    criterion.bench_function("keys/sign", |bencher| bencher.iter(|| segment.sign(black_box(&leaf))));
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(CpuTime);
    targets = bench
}
criterion_main!(benches);
