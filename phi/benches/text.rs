//! What scanning free text costs: mixed clinical and operational text, and strings made to hurt.
#![allow(clippy::unwrap_used, missing_docs)]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use phi::text::{Hint, KnownValues, Scanner, Scratch};

const TEXTS: [&str; 8] = [
    "72 y/o M (DOB 01/02/1950, MRN 0048291) admitted 3/14/21 with decompensated CHF, BNP 2400, EF 25-30 %. Diuresed with furosemide 80 mg IV BID, net negative 6 L. Discharged 3/18/21 on torsemide 40 mg daily. PCP Dr. Alvarez, phone 555-201-3344, fax 555-201-3345.",
    "Opened the chart before the ward round; the patient asked for a copy of the discharge letter. The letter was still with the typing pool, so a preliminary version was printed, handed over and explained; the final version follows by post once it is signed.",
    "What is the recommended dose of apixaban for a 45-year-old with atrial fibrillation, eGFR 58, weight 81 kg, on diltiazem 240 mg daily? BP today 128/76, HR 88, SpO2 97% on room air.",
    "2024-05-01T12:00:01Z WARN auth: user=jdoe ip=203.0.113.7 failed 5 times, trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7, agent Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36",
    "The case originated in an application (no. 36244/06) against the Kingdom of Denmark lodged with the Court on 31 August 2006. The applicant was born in 1956 and lives in a small town near the border with his family.",
    "ASSESSMENT: 1. Community acquired pneumonia, right lower lobe, CURB-65 score 1. 2. Type 2 diabetes, HbA1c 7.9 %, continue metformin 1000 mg BID. 3. Hypertension, BP 142/88, increase lisinopril to 20 mg. PLAN: follow up in 2 weeks, repeat chest film in 6 weeks.",
    "Hi, this is Maria Lopez. I need to move my visit from Tuesday, March 3 to later that week, please call me at (415) 555-0132 or write to maria.lopez@example.com. My address is 12 Main Street, Springfield, IL 62704. Thank you!",
    "The medication plan was compared with the admission note, two entries were discussed with the pharmacy on the telephone, and the allergy entry was confirmed with the family; it stands as before. The next look at the record is planned for tomorrow morning.",
];

const HOSTILE: usize = 64 * 1024;

fn bench(criterion: &mut Criterion) {
    let scanner = Scanner::builtin().unwrap();
    let known = KnownValues::default();
    let hint = Hint { label: None, known: &known };
    let (mut scratch, mut found) = (Scratch::default(), Vec::new());
    let mut group = criterion.benchmark_group("text");
    group.throughput(Throughput::Bytes(TEXTS.iter().map(|text| text.len() as u64).sum()));
    group.bench_function("mixed", |bencher| {
        bencher.iter(|| {
            for text in TEXTS {
                scanner.scan(black_box(text), hint, &mut scratch, &mut found);
            }
            found.len()
        });
    });
    for (name, piece) in [
        ("digits", "1"),
        ("dashes", "-"),
        ("at-signs", "a@"),
        ("brackets", "("),
        ("dotted", "1."),
        ("groups", "12 345-"),
        ("labels", "MRN 12, "),
        ("colons", "a:"),
        ("urls", "http://a."),
        ("wide", "é１\u{200b}"),
        ("words", "Anna Berg "),
        ("months", "May 3 "),
    ] {
        let text = piece.repeat(HOSTILE / piece.len());
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(format!("hostile-{name}"), |bencher| {
            bencher.iter(|| scanner.scan(black_box(&text), hint, &mut scratch, &mut found));
        });
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
