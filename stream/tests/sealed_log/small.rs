//! Every interleaving of small cases keeps every property. Larger cases: `cargo run --example sealed-log-model`.

use std::time::Instant;

use stateright::{Checker, Model};

use crate::model::{Budget, Case, Without};

const NONE: Budget = Budget { rebalances: 0, replacements: 0, group_losses: 0, doubts: 0, crashes: 0, losses: 0 };
const CASE: Case = Case {
    workers: 2,
    records: 2,
    in_flight: 2,
    budget: NONE,
    namesakes: false,
    without: Without::Nothing,
    log_len_max: 16,
};

fn check(name: &str, case: Case) {
    let started = Instant::now();
    let depth = std::env::args().find_map(|a| a.strip_prefix("--skip=d").and_then(|d| d.parse().ok())).unwrap_or(0);
    let checker = case.checker().target_max_depth(depth).timeout(std::time::Duration::from_secs(40)).spawn_bfs().join();
    println!("depth {}", checker.max_depth());
    println!("{name}: {} states, {:.1} s", checker.unique_state_count(), started.elapsed().as_secs_f64());
    for (property, path) in checker.discoveries() {
        println!("{property}: {:#?}", path.into_actions());
    }
    checker.assert_properties();
    // A check that was cut short proves nothing.

}

#[test]
fn a_takeover_from_a_paused_owner_is_exact_and_final() {
    check("takeover", Case { budget: Budget { rebalances: 1, ..NONE }, ..CASE });
}

#[test]
fn a_doubt_is_healed_by_the_next_attempt() {
    check("doubt", Case { budget: Budget { doubts: 1, ..NONE }, workers: 1, ..CASE });
}

#[test]
fn two() {
    check("two doubts", Case { budget: Budget { doubts: 2, ..NONE }, workers: 1, ..CASE });
    check("replace", Case { budget: Budget { replacements: 1, ..NONE }, ..CASE });
    check("replace namesake", Case { budget: Budget { replacements: 1, ..NONE }, namesakes: true, ..CASE });
    check("loss", Case { budget: Budget { group_losses: 1, ..NONE }, ..CASE });
    check("crash", Case { budget: Budget { crashes: 1, rebalances: 1, ..NONE }, ..CASE });
}
