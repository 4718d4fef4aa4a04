//! The state of the model: log, network, group and workers.

use std::collections::VecDeque;

use stream::Offset;
use stream::sealed_log::{Command, Entry, Epoch, Head, Hint, OwnerId, Position, Reader, Writer};

use super::{Case, Without};

const NAMES: [&str; 3] = ["a", "b", "c"];

/// How often each misfortune may happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Budget {
    pub rebalances: u8,
    pub replacements: u8,
    pub group_losses: u8,
    pub doubts: u8,
    pub crashes: u8,
    pub losses: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Item {
    Fence { epoch: Epoch, owner: OwnerId },
    Record { epoch: Epoch, owner: OwnerId, position: Position },
    Garbage,
}

impl Item {
    pub fn entry(&self) -> Entry<'_> {
        match self {
            Self::Fence { epoch, owner } => Entry::Fence { epoch: *epoch, owner: owner.as_str(), authentic: true },
            Self::Record { epoch, owner, position } => {
                Entry::Record { epoch: *epoch, owner: owner.as_str(), position: *position }
            }
            Self::Garbage => Entry::Foreign,
        }
    }
}

/// What a worker's producer has sent and the log does not hold yet.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Sent {
    pub worker: usize,
    pub producer: u8,
    pub promise: Promise,
    pub item: Item,
}

/// What its acknowledgement will tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Promise {
    Fence(Epoch),
    Record(u64),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Group {
    pub generation: i32,
    pub owner: Option<usize>,
    pub hint: Option<Hint>,
    /// The hints' second place.
    pub kept: Option<Hint>,
    pub keeps: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Worker {
    pub writer: Writer,
    pub name: OwnerId,
    pub alive: bool,
    pub stopped: bool,
    /// Something of its producer will never arrive, and so will be reported as failed.
    pub lost: bool,
    /// Rises with every new producer, so that every sealing of a place has a hash of its own, as nonces give it.
    pub producer: u8,
    pub todo: VecDeque<Command>,
    pub acks: VecDeque<(Promise, Offset)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct World {
    pub log: Vec<Item>,
    pub net: Vec<Sent>,
    pub group: Group,
    pub workers: Vec<Worker>,
    pub budget: Budget,
}

impl World {
    pub fn new(case: &Case) -> Self {
        let worker = |name: &&str| {
            let name = OwnerId::new(if case.namesakes { NAMES[0] } else { name }).unwrap();
            Worker {
                writer: Writer::new(name),
                name,
                alive: true,
                stopped: false,
                lost: false,
                producer: 0,
                todo: VecDeque::new(),
                acks: VecDeque::new(),
            }
        };
        Self {
            log: Vec::new(),
            net: Vec::new(),
            group: Group { generation: 0, owner: None, hint: None, kept: None, keeps: case.hints_kept },
            workers: NAMES[..case.workers].iter().map(worker).collect(),
            budget: case.budget,
        }
    }

    pub fn end(&self) -> Offset {
        Offset(self.log.len() as i64)
    }

    /// The log as a reader under this case's rules sees it, from its own place on.
    pub fn read(&self, case: &Case, reader: &mut Reader, mut each: impl FnMut(Offset, stream::sealed_log::Verdict)) {
        for (offset, item) in self.log.iter().enumerate().skip(reader.next().0 as usize) {
            let offset = Offset(offset as i64);
            let verdict = reader.read(offset, seen(case, reader.ruling().copied().as_ref(), item));
            each(offset, verdict);
        }
    }
}

/// What a reader is shown of an item: where the rule of epochs is off, every record looks like the ruling owner's.
pub fn seen<'a>(case: &Case, ruling: Option<&'a stream::sealed_log::Ruling>, item: &'a Item) -> Entry<'a> {
    match (item, ruling) {
        (Item::Record { position, .. }, Some(ruling)) if case.without == Without::EpochRule => {
            Entry::Record { epoch: ruling.epoch, owner: ruling.owner.as_str(), position: *position }
        }
        _ => item.entry(),
    }
}

/// Seals the source record after `tip`: never twice the same hash.
pub fn seal(worker: usize, producer: u8, tip: &Head) -> Position {
    let mut hash = [0; 32];
    hash[..3].copy_from_slice(&[worker as u8 + 1, producer, tip.size as u8]);
    hash[3..].copy_from_slice(&tip.hash[..29]);
    Position { sequence: tip.size, previous: tip.hash, hash, from: tip.next, next: tip.next.next() }
}
