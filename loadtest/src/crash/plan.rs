//! The plan: which faults come, in an order that the seed decides. Every kind comes once before any comes again as often.

use std::time::Duration;

use super::proxy::Point;

/// Beyond the time-out of a delivery: what was on its way is given up by its sender.
const BEYOND_DELIVERY: Duration = Duration::from_secs(33);
/// Beyond the session's time-out: the group has given the partitions to others.
const BEYOND_SESSION: Duration = Duration::from_secs(7);

/// What happens to the pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// kill -9 of so many workers at once.
    Kill(usize),
    /// At a named point of one worker.
    At(Point),
    /// SIGSTOP, and SIGCONT after so long.
    Freeze(Duration),
    /// No byte of one worker passes for so long; then all that waited does.
    CutOff(Duration),
    /// Workers stop and start faster than the group settles.
    Storm,
    BrokerRestart,
    BrokerKill,
    /// The registry is killed, and a worker while it is away.
    RegistryAway,
    /// An administrator sets the group back to the start.
    OffsetsReset,
    /// An administrator deletes the group.
    GroupDeleted,
}

/// A run's faults, without end.
pub struct Plan {
    dice: Dice,
    deck: Vec<Fault>,
    /// A fixed list instead of the deck.
    listed: Option<std::vec::IntoIter<Fault>>,
}

impl Plan {
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self { dice: Dice(seed), deck: Vec::new(), listed: None }
    }

    /// These faults in this order, then the end.
    #[must_use]
    pub fn listed(faults: Vec<Fault>) -> Self {
        Self { dice: Dice(0), deck: Vec::new(), listed: Some(faults.into_iter()) }
    }

    pub fn next_fault(&mut self) -> Option<Fault> {
        if let Some(listed) = &mut self.listed {
            return listed.next();
        }
        if self.deck.is_empty() {
            self.deck = deck();
            for last in (1..self.deck.len()).rev() {
                self.deck.swap(last, self.dice.below(last + 1));
            }
        }
        self.deck.pop()
    }
}

fn deck() -> Vec<Fault> {
    let kills = [1, 1, 1, 1, 1, 1, 2, 2, 3].map(Fault::Kill);
    let points = [
        Point::BeforeFence,
        Point::BeforeFence,
        Point::AfterFence,
        Point::AfterFence,
        Point::InFlight,
        Point::InFlight,
        Point::AfterAcknowledgement,
        Point::AfterAcknowledgement,
        Point::BeforeHint,
        Point::BeforeHint,
        Point::LoseAcknowledgement,
        Point::LoseAcknowledgement,
    ]
    .map(Fault::At);
    let rest = [
        Fault::Freeze(BEYOND_SESSION),
        Fault::Freeze(BEYOND_SESSION),
        Fault::CutOff(BEYOND_SESSION),
        Fault::CutOff(BEYOND_DELIVERY),
        Fault::Storm,
        Fault::BrokerRestart,
        Fault::BrokerKill,
        Fault::RegistryAway,
        Fault::OffsetsReset,
        Fault::GroupDeleted,
    ];
    kills.into_iter().chain(points).chain(rest).collect()
}

/// SplitMix64: the same seed, the same run of faults.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) as usize % bound.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(seed: u64) -> Vec<Fault> {
        let mut plan = Plan::seeded(seed);
        (0..deck().len()).filter_map(|_| plan.next_fault()).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_faults_and_every_kind_comes() {
        assert_eq!(drawn(7), drawn(7));
        assert_ne!(drawn(7), drawn(8));
        assert!(deck().iter().all(|fault| drawn(7).contains(fault)));
    }
}
