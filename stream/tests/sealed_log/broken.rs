//! The checker can fail: each rule that is taken away is missed, and the way there is short enough to read.

use stateright::{Checker, HasDiscoveries, Model};

use crate::model::{Budget, CASE, Case, NONE, Without};

const CLAIMS: &str = "what a worker counts as sealed is accepted";
const GO_ON: &str = "the rightful owner can go on";

/// Without the rule, this property breaks somewhere.
fn breaks(without: Without, budget: Budget, property: &'static str) {
    let case = Case { budget, namesakes: without == Without::FenceByPlace, without, ..CASE };
    let finish = HasDiscoveries::AnyOf([property].into());
    let checker = case.checker().finish_when(finish).spawn_bfs().join();
    let path = checker.assert_any_discovery(property);
    println!("without {without:?}, after {} states: {:?}", checker.unique_state_count(), path.into_actions());
}

#[test]
fn without_fences_a_worker_counts_records_that_nobody_accepts() {
    breaks(Without::Fence, Budget { rebalances: 1, ..NONE }, CLAIMS);
}

#[test]
fn without_the_rule_of_epochs_a_late_record_of_the_last_owner_wins() {
    breaks(Without::EpochRule, Budget { rebalances: 1, ..NONE }, "the reader sees what the rules say");
}

#[test]
fn without_the_watch_a_worker_does_not_see_that_it_was_outranked() {
    breaks(Without::Watch, Budget { rebalances: 1, ..NONE }, CLAIMS);
}

#[test]
fn without_a_new_attempt_nobody_can_go_on_after_a_doubt() {
    breaks(Without::Attempt, Budget { doubts: 1, ..NONE }, GO_ON);
}

#[test]
fn without_a_new_term_nobody_can_go_on_after_the_group_was_lost() {
    breaks(Without::Term, Budget { group_losses: 1, rebalances: 1, ..NONE }, GO_ON);
}

#[test]
fn an_owner_that_gives_up_before_a_higher_fence_never_takes_over_within_a_generation() {
    breaks(Without::Outranking, Budget { replacements: 1, ..NONE }, GO_ON);
}

#[test]
fn a_fence_that_is_known_by_its_content_lets_a_namesake_in() {
    breaks(Without::FenceByPlace, Budget { replacements: 1, ..NONE }, "honest workers raise no alarm");
}
