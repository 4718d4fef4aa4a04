//! The cases: small ones, for every test run, and how one is run.

use std::time::Instant;

use stateright::{Checker, Model};

use super::{Budget, Case, REACHED, Without};

pub const NONE: Budget = Budget { rebalances: 0, replacements: 0, group_losses: 0, doubts: 0, crashes: 0, losses: 0 };
pub const CASE: Case = Case {
    workers: 2,
    records: 2,
    in_flight: 2,
    budget: NONE,
    hints_kept: false,
    namesakes: false,
    without: Without::Nothing,
    log_len_max: 24,
};

/// Name, and what may happen in which world.
pub const SMALL: [(&str, Case); 11] = [
    ("two doubts", Case { workers: 1, budget: Budget { doubts: 2, ..NONE }, ..CASE }),
    (
        "a lost append and a doubt",
        Case { workers: 1, budget: Budget { losses: 1, doubts: 1, ..NONE }, records: 3, ..CASE },
    ),
    ("a takeover", Case { budget: Budget { rebalances: 1, ..NONE }, records: 3, ..CASE }),
    ("a takeover and a lost append", Case { budget: Budget { rebalances: 1, losses: 1, ..NONE }, ..CASE }),
    ("a crash and a takeover", Case { budget: Budget { crashes: 1, rebalances: 1, ..NONE }, ..CASE }),
    ("a namesake in the same generation", Case { budget: Budget { replacements: 1, ..NONE }, namesakes: true, ..CASE }),
    (
        "a restart in the same generation",
        Case { budget: Budget { crashes: 1, replacements: 1, ..NONE }, namesakes: true, ..CASE },
    ),
    ("a lost group", Case { budget: Budget { group_losses: 1, ..NONE }, ..CASE }),
    ("late hints", Case { budget: Budget { rebalances: 1, ..NONE }, hints_kept: true, ..CASE }),
    ("a lost group and hints kept", Case { budget: Budget { group_losses: 1, ..NONE }, hints_kept: true, ..CASE }),
    ("three workers", Case { workers: 3, records: 1, budget: Budget { rebalances: 1, ..NONE }, ..CASE }),
];

/// Looks at every state of a case; panics where one breaks a property.
pub fn run(name: &str, case: Case) {
    let started = Instant::now();
    let checker = case.checker().spawn_bfs().join();
    println!("{name}: {} states, {:.1} s", checker.unique_state_count(), started.elapsed().as_secs_f64());
    for (property, path) in checker.discoveries().into_iter().filter(|(property, _)| *property != REACHED) {
        println!("{property}: {:?}", path.into_actions());
    }
    checker.assert_properties();
}
