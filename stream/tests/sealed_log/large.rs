//! Larger cases of the sealed log's model: `cargo run --package stream --example sealed-log-model [name]`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a check that speaks to its user")]

#[allow(dead_code, reason = "rules are taken away in the tests only")]
#[path = "model.rs"]
mod model;

use model::{Budget, CASE, Case, NONE, SMALL, run};

const LARGE: [(&str, Case); 6] = [
    ("a takeover and a doubt", Case { budget: Budget { rebalances: 1, doubts: 1, ..NONE }, ..CASE }),
    ("two takeovers", Case { budget: Budget { rebalances: 2, ..NONE }, ..CASE }),
    ("a namesake and a doubt", Case { budget: Budget { replacements: 1, doubts: 1, ..NONE }, namesakes: true, ..CASE }),
    ("a lost group and a takeover", Case { budget: Budget { group_losses: 1, rebalances: 1, ..NONE }, ..CASE }),
    ("a lost group and a doubt", Case { budget: Budget { group_losses: 1, doubts: 1, ..NONE }, ..CASE }),
    ("three workers, two takeovers", Case { workers: 3, records: 1, budget: Budget { rebalances: 2, ..NONE }, ..CASE }),
];

fn main() {
    let wanted = std::env::args().nth(1).unwrap_or_default();
    for (name, case) in SMALL.into_iter().chain(LARGE).filter(|(name, _)| name.contains(&wanted)) {
        run(name, case);
    }
}
