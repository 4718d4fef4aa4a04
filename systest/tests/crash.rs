//! The crash suite in short: ten kills, one frozen worker and one killed broker, always the same, and the oracle's verdict.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use loadtest::crash::{self, Fault, Options, Plan, Point};
use systest::Ground;

#[test]
fn whatever_happens_to_workers_and_broker_each_acknowledged_event_is_sealed_once() {
    let faults = vec![
        Fault::At(Point::BeforeFence),
        Fault::At(Point::AfterFence),
        Fault::At(Point::InFlight),
        Fault::At(Point::AfterAcknowledgement),
        Fault::At(Point::LoseAcknowledgement),
        Fault::Freeze(Duration::from_secs(7)),
        Fault::BrokerKill,
        Fault::At(Point::BeforeHint),
        Fault::Kill(2),
    ];
    let (points, count) = (5, faults.len() as u64);
    let ground = Ground::fresh().unwrap();
    let options = Options { minutes: None, kills: None, seed: 11, workers: 3, rate: 200 };
    let outcome = crash::run(&ground.pipeline, &options, Plan::listed(faults)).unwrap();
    assert_eq!(outcome.verdict(), "intact", "{outcome}\n{:?}\n{:?}", outcome.found.told, outcome.broken);
    // Nothing of it was in vain: each fault came, each named point was reached, and work was done under them.
    assert_eq!((outcome.tally.faults, outcome.tally.points_missed), (count, 0));
    // A fence's point needs a kill before, so that a new life fences.
    assert_eq!(outcome.tally.kills, points + 2 + 1 + 2);
    assert!(outcome.found.events > 1_000 && outcome.found.rejected > 50, "{outcome}");
}
