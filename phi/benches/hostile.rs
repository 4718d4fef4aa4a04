//! What 64 KB that are made to hurt cost: every string starts some recogniser again and again and lets it finish late or never.
//! Prints the least time of each, and how much more that is than for a quarter of the text: 4 where the cost is linear.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::hint::black_box;
use std::time::Instant;

use phi::{Engine, Scratch};

#[path = "../src/text/tests/pieces.rs"]
mod pieces;

use pieces::PIECES;

const SIZE: usize = 64 * 1024;
const ROUNDS: usize = 40;
/// What is asked of each.
const LIMIT: u64 = 5_000_000;

fn least(engine: &Engine, text: &str, scratch: &mut Scratch) -> u64 {
    let mut found = Vec::new();
    let mut least = u64::MAX;
    for _ in 0..ROUNDS {
        let before = Instant::now();
        engine.scan_any(black_box(text), scratch, &mut found);
        least = least.min(u64::try_from(before.elapsed().as_nanos()).unwrap());
    }
    least
}

fn main() {
    let engine = Engine::builtin().unwrap();
    let mut scratch = Scratch::default();
    let mut slow = 0;
    println!("{:<22} {:>8} {:>6}", "64 KB of", "ms", "ratio");
    // `cargo bench --bench hostile -- "Anna Berg "` measures one.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    for piece in PIECES.iter().filter(|piece| wanted.is_empty() || wanted.iter().any(|word| word == *piece)) {
        let whole = least(&engine, &piece.repeat(SIZE / piece.len()), &mut scratch);
        let quarter = least(&engine, &piece.repeat(SIZE / 4 / piece.len()), &mut scratch);
        slow += usize::from(whole > LIMIT);
        let mark = if whole > LIMIT { "  over" } else { "" };
        println!("{piece:<22?} {:>8.2} {:>6.1}{mark}", whole as f64 / 1e6, whole as f64 / quarter as f64);
    }
    println!("{slow} of {} over {} ms", PIECES.len(), LIMIT / 1_000_000);
}
