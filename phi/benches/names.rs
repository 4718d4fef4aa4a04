//! What people, places and organisations cost per MB of text, and what the whole scanner does.
#![allow(clippy::unwrap_used, missing_docs)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use phi::gazetteer::Gazetteer;
use phi::listed::{Buffers, Input, find};
use phi::text::token::tokenize;

const NOTE: &str = "Pt seen and examined with Dr. Alan Prescott. Alert and oriented x3, denies chest pain or shortness of breath. \
History of Parkinson's disease and Crohn's; started on metoprolol 25 mg and Lasix. Her daughter, Melissa Prescott-Okafor, lives \
at 123 Main St, Apt 4B, Springfield, IL 62704 and will bring the records from Mercy General Hospital on Monday. Lungs clear, \
abdomen soft, no edema. Plan: continue current medication, repeat labs in the morning, discharge planning with social work. \
The patient asked for a copy of the letter; the ward clerk was told, and the request was entered in the log of the day.\n";

const QUERY: &str = "what is the latest potassium for maria gonzalez and did dr patel change the dose of lisinopril after the visit \
at the clinic last week? also list the problems and draft patient instructions in plain language for her daughter\n";

fn bench(criterion: &mut Criterion) {
    let gazetteer = Gazetteer::builtin().unwrap();
    for (name, piece) in [("note", NOTE), ("query", QUERY)] {
        let text = piece.repeat(100_000 / piece.len());
        let mut group = criterion.benchmark_group("listed");
        group.throughput(Throughput::Bytes(text.len() as u64));
        let (mut tokens, mut buffers, mut hits) = (Vec::new(), Buffers::default(), Vec::new());
        tokenize(&text, &mut tokens);
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                hits.clear();
                find(
                    Input { text: &text, tokens: &tokens, claims: &[], court: false },
                    &gazetteer,
                    &mut buffers,
                    &mut hits,
                );
                hits.len()
            });
        });
        group.bench_function(format!("{name}/annotate"), |bencher| {
            let mut known = Vec::new();
            bencher.iter(|| {
                gazetteer.annotate(&tokens, &mut known);
                known.len()
            });
        });
        group.finish();
    }
    // 64 KB each: what starts most recognisers and lets none of them finish.
    for (name, piece) in
        [("initials", "A."), ("numbers", "1 A."), ("particles", "de la "), ("commas", "Smith, "), ("carets", "A^")]
    {
        let text = piece.repeat(65_536 / piece.len());
        let (mut tokens, mut buffers, mut hits) = (Vec::new(), Buffers::default(), Vec::new());
        tokenize(&text, &mut tokens);
        criterion.bench_function(&format!("hostile/{name}"), |bencher| {
            bencher.iter(|| {
                hits.clear();
                find(
                    Input { text: &text, tokens: &tokens, claims: &[], court: false },
                    &gazetteer,
                    &mut buffers,
                    &mut hits,
                );
                hits.len()
            });
        });
    }
    criterion.bench_function("gazetteer/load", |bencher| bencher.iter(|| Gazetteer::builtin().unwrap().size()));
}

criterion_group!(benches, bench);
criterion_main!(benches);
