//! The model: workers that run the real `Writer`, a log, a group and a network that delays and loses, for `stateright`.

use stateright::{Model, Property};

#[path = "model/cases.rs"]
mod cases;
#[path = "model/finish.rs"]
mod finish;
#[path = "model/oracle.rs"]
mod oracle;
#[path = "model/step.rs"]
mod step;
#[path = "model/world.rs"]
mod world;

pub use cases::{CASE, NONE, SMALL, run};
pub use world::{Budget, World};

/// A rule that is taken away, to see the checker miss it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Without {
    Nothing,
    /// The fence is believed and not written.
    Fence,
    /// Readers take any record that extends the head.
    EpochRule,
    /// Acknowledged offsets are taken for contiguous.
    Watch,
    /// Every fence of a generation has attempt 0.
    Attempt,
    /// The term never rises.
    Term,
    /// Whoever finds another's fence above its own gives up, be it the rightful owner or not.
    Outranking,
    /// A worker takes any fence with its own content for its own.
    FenceByPlace,
}

/// What some state must reach, or the model does not get anywhere.
pub const REACHED: &str = "all is sealed";

/// One small case.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    pub workers: usize,
    /// Records of the source.
    pub records: i64,
    pub in_flight: usize,
    pub budget: Budget,
    /// Hints have a second place, which takes them from anybody and survives the group.
    pub hints_kept: bool,
    /// All processes call themselves the same.
    pub namesakes: bool,
    pub without: Without,
    /// No state with a longer log is looked at.
    pub log_len_max: usize,
}

/// What can happen next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Worker carries out its next command.
    Step(usize),
    /// Worker seals the next source record and hands it to its producer.
    Append(usize),
    /// What was sent reaches the log: at any time, or never; each producer's in its order.
    Land(usize),
    /// What was sent is lost, and what the same producer sent after it is not.
    Lose(usize),
    /// Worker learns of its oldest acknowledgement.
    Ack(usize),
    /// Worker's producer fails.
    Doubt(usize),
    /// Worker's process dies.
    Crash(usize),
    /// Worker learns that the partition was taken from it.
    Revoke(usize),
    /// The group gives the partition to this worker, in a new generation.
    Rebalance(usize),
    /// A process with the same instance takes the partition over, in the same generation.
    Replace(usize),
    /// The group expires or is deleted.
    LoseGroup,
}

impl Model for Case {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![World::new(self)]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        step::possible(self, world, actions);
    }

    fn next_state(&self, world: &World, action: Action) -> Option<World> {
        let mut next = world.clone();
        step::take(self, &mut next, action);
        (next != *world).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("every source position once and in order", |_, world| oracle::is_exact(world)),
            Property::always("the reader sees what the rules say", oracle::reader_agrees),
            Property::always("a hint stands for the log before it", oracle::hint_holds),
            Property::always("what a worker counts as sealed is accepted", |_, world| oracle::claims_hold(world)),
            Property::always("honest workers raise no alarm", oracle::is_calm),
            Property::always("the rightful owner can go on", finish::can_go_on),
            // Else the boundary would have hidden states.
            Property::always("every contest ends", |case, world: &World| world.log.len() < case.log_len_max),
            Property::sometimes(REACHED, |case, world| oracle::history(world).len() as i64 == case.records),
        ]
    }

    fn within_boundary(&self, world: &World) -> bool {
        world.log.len() <= self.log_len_max
    }
}
