//! The writer: how a worker becomes a partition's owner, knows that it still is, and goes on after any doubt.
//!
//! ```text
//!              Assigned                  fence acknowledged          own fence rules
//!   (idle) ───────────▶ read to the end ─▶ confirm* ─▶ fence ─▶ read to the fence ─────────▶ own
//!                              ▲               ▲                        │ another's rules     │
//!                              │               └────────────────────────┘                     │
//!                              └──────────────── doubt: drop the producer ◀───────────────────┘
//! ```
//!
//! * left out where a fresh assignment's generation is above that of the last fence. There is one way back, for all doubts.

use std::collections::VecDeque;

use crate::Offset;

use super::{Entry, Epoch, Head, Hint, OwnerId, Position, Reader, Verdict};

mod message;

pub use message::{Command, Commands, Event, Reason, Until};

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Stage {
    Idle,
    /// Reads what is there. `confirm`: ask the group before fencing, whatever the log says.
    Reading {
        confirm: bool,
    },
    Confirming,
    Fencing(Epoch),
    /// Reads up to the own fence; `rules` once it was read there as the ruling one.
    Settling {
        epoch: Epoch,
        fence: Offset,
        rules: bool,
    },
    /// `check`: acknowledgements have jumped, and the log is being read up to here.
    Owning {
        epoch: Epoch,
        check: Option<Offset>,
    },
}

/// A hint in the making: the caller's state after a record that is not accepted yet.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Mark {
    size: u64,
    state: String,
}

/// One partition's owner, or the worker that is on its way there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Writer {
    owner: OwnerId,
    generation: i32,
    stage: Stage,
    reader: Reader,
    /// The last accepted record whose state is known: after a doubt the log is read again from here.
    base: Option<Hint>,
    /// How far the log is known to reach.
    end: Offset,
    /// Sealed and handed to the producer, not yet known to be accepted. Bounded by the producer's queue.
    in_flight: VecDeque<Position>,
    /// Where sealing goes on: the last record in flight, or the accepted head.
    tip: Head,
    mark: Option<Mark>,
    ready: Option<Hint>,
}

impl Writer {
    /// A worker without the partition. Give every process an owner id of its own.
    #[must_use]
    pub fn new(owner: OwnerId) -> Self {
        Self {
            owner,
            generation: -1,
            stage: Stage::Idle,
            reader: Reader::EMPTY,
            base: None,
            end: Offset(0),
            in_flight: VecDeque::new(),
            tip: Head::EMPTY,
            mark: None,
            ready: None,
        }
    }

    /// Takes an event and says what to do, in this order, and what a record of the log was.
    pub fn on(&mut self, event: Event<'_>) -> Commands {
        match event {
            Event::Assigned { generation, hint } => self.assigned(generation, hint),
            Event::LogRead { offset, entry } => self.log_read(offset, entry),
            Event::CaughtUp => self.caught_up(),
            Event::LogShort => self.log_short(),
            Event::Member { generation } => self.member(generation),
            Event::NotMember => self.leave(Command::Rejoin),
            Event::MemberUnknown if self.stage == Stage::Confirming => Commands::of(&[Command::ConfirmMembership]),
            Event::FenceAcked { epoch, offset } => self.fence_acked(epoch, offset),
            Event::Acked { sequence, offset } => self.acked(sequence, offset),
            Event::Failed if self.uses_the_producer() => self.doubt(),
            Event::Revoked => {
                self.clear();
                Commands::NONE
            }
            Event::MemberUnknown | Event::Failed => Commands::NONE,
        }
    }

    /// Takes the next sealed record into flight and says under which epoch to append it; `None` when this worker may not
    /// append now, or the record does not extend [`Writer::tip`].
    pub fn append(&mut self, position: Position) -> Option<Epoch> {
        let epoch = self.epoch()?;
        if !self.tip.precedes(&position) {
            return None;
        }
        self.tip = Head::after(&position);
        self.in_flight.push_back(position);
        Some(epoch)
    }

    /// The epoch under which this worker may append now.
    #[must_use]
    pub fn epoch(&self) -> Option<Epoch> {
        match self.stage {
            Stage::Owning { epoch, .. } => Some(epoch),
            _ => None,
        }
    }

    /// Neither the owner nor on the way there.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.stage == Stage::Idle
    }

    /// Where sealing goes on.
    #[must_use]
    pub fn tip(&self) -> &Head {
        &self.tip
    }

    /// What is sealed for certain: every reader of the log accepts it.
    #[must_use]
    pub fn sealed(&self) -> &Head {
        self.reader.head()
    }

    #[must_use]
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// How far the log reaches at least: what was read, what a hint names, what a doubt began with.
    #[must_use]
    pub fn reach(&self) -> Offset {
        let next = self.reader.next();
        self.end.max(if self.reader.awaits_hint() { next.next() } else { next })
    }

    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.in_flight.len()
    }

    /// Whether [`Writer::mark`] would take a state now: something is in flight and no mark waits.
    #[must_use]
    pub fn wants_mark(&self) -> bool {
        self.mark.is_none() && !self.in_flight.is_empty()
    }

    /// Remembers the caller's state after the record at [`Writer::tip`]; a hint once that record is accepted.
    pub fn mark(&mut self, state: &str) {
        if self.wants_mark() {
            self.mark = Some(Mark { size: self.tip.size, state: state.to_owned() });
        }
    }

    /// The newest hint, once. To be committed by the owner only, so drop it when anything fails.
    pub fn take_hint(&mut self) -> Option<Hint> {
        self.ready.take()
    }

    /// Where a reading begins: what the caller's own state has to be then. Every record that is accepted while
    /// [`Writer::epoch`] is `None` moves that state on.
    #[must_use]
    pub fn base(&self) -> Option<&Hint> {
        self.base.as_ref()
    }

    fn assigned(&mut self, generation: i32, hint: Option<&Hint>) -> Commands {
        self.clear();
        self.generation = generation;
        self.base = hint.cloned();
        self.end = Offset(0);
        self.read_to_the_end(false)
    }

    fn log_read(&mut self, offset: Offset, entry: Entry<'_>) -> Commands {
        let wanted = match &self.stage {
            Stage::Reading { .. } => true,
            Stage::Settling { fence, .. } => offset <= *fence,
            Stage::Owning { check, .. } => check.is_some_and(|until| offset <= until),
            _ => false,
        };
        if !wanted {
            return Commands::NONE;
        }
        let verdict = self.reader.read(offset, entry);
        let commands = match (&mut self.stage, verdict) {
            (_, Verdict::Lost) => self.leave(Command::Stop(Reason::HintNotInLog)),
            (Stage::Settling { epoch, fence, rules }, Verdict::Fenced) => {
                // By place, not by content: a namesake may have written the very same fence.
                let ruling = self.reader.ruling();
                *rules = offset == *fence && ruling.is_some_and(|ruling| ruling.epoch == *epoch);
                Commands::NONE
            }
            (Stage::Owning { .. }, Verdict::Accepted) => {
                self.accepted(offset);
                Commands::NONE
            }
            // Somebody outranks this worker, or its own records came out of order.
            (Stage::Owning { .. }, Verdict::Fenced | Verdict::Gap | Verdict::Repeated) => self.doubt(),
            (Stage::Owning { .. }, Verdict::Fork | Verdict::Misplaced) => self.leave(Command::Stop(Reason::Fork)),
            _ => Commands::NONE,
        };
        commands.with(verdict)
    }

    fn caught_up(&mut self) -> Commands {
        match &mut self.stage {
            // The log ends before the record that the hint names.
            Stage::Reading { .. } if self.reader.awaits_hint() => self.leave(Command::Stop(Reason::HintNotInLog)),
            Stage::Reading { .. } if self.reader.next() < self.end => self.leave(Command::Stop(Reason::LogWentBack)),
            Stage::Reading { confirm } => {
                let confirm = *confirm;
                self.confirm_or_fence(confirm)
            }
            Stage::Settling { epoch, rules: true, .. } => {
                let epoch = *epoch;
                self.stage = Stage::Owning { epoch, check: None };
                self.tip = *self.reader.head();
                Commands::of(&[Command::ResumeSource(self.tip)])
            }
            Stage::Settling { .. } => self.confirm(),
            Stage::Owning { check, .. } => match *check {
                // More was acknowledged meanwhile.
                Some(until) if self.reader.next() <= until => self.read(Until::Offset(until)),
                _ => {
                    *check = None;
                    Commands::NONE
                }
            },
            _ => Commands::NONE,
        }
    }

    /// What was acknowledged is not there: to read on would be to wait for ever.
    fn log_short(&mut self) -> Commands {
        match &self.stage {
            Stage::Settling { .. } | Stage::Owning { check: Some(_), .. } => {
                self.leave(Command::Stop(Reason::LogWentBack))
            }
            _ => Commands::NONE,
        }
    }

    /// Only a fresh assignment of a generation that no fence has seen needs no question: nobody else can have it.
    fn confirm_or_fence(&mut self, confirm: bool) -> Commands {
        let unseen = self.floor().is_none_or(|floor| self.generation > floor.generation);
        if confirm || !unseen { self.confirm() } else { self.fence() }
    }

    fn confirm(&mut self) -> Commands {
        self.stage = Stage::Confirming;
        Commands::of(&[Command::ConfirmMembership])
    }

    fn member(&mut self, generation: i32) -> Commands {
        if self.stage != Stage::Confirming {
            return Commands::NONE;
        }
        if generation < 0 {
            return self.leave(Command::Rejoin);
        }
        // It rises while a partition is kept through a rebalance.
        self.generation = generation;
        self.fence()
    }

    fn fence(&mut self) -> Commands {
        let Some(epoch) = Epoch::above(self.floor(), self.generation) else {
            return self.leave(Command::Stop(Reason::EpochsUsedUp));
        };
        self.stage = Stage::Fencing(epoch);
        Commands::of(&[Command::AppendFence(epoch)])
    }

    fn fence_acked(&mut self, epoch: Epoch, offset: Option<Offset>) -> Commands {
        if self.stage != Stage::Fencing(epoch) {
            return Commands::NONE;
        }
        let Some(fence) = offset else { return self.doubt() };
        if fence < self.reader.next() {
            return self.leave(Command::Stop(Reason::LogWentBack));
        }
        self.stage = Stage::Settling { epoch, fence, rules: false };
        self.read(Until::Offset(fence))
    }

    /// The watch: what lands must land directly after what was read before, or somebody else has written.
    fn acked(&mut self, sequence: u64, offset: Option<Offset>) -> Commands {
        let Stage::Owning { epoch, check } = &mut self.stage else { return Commands::NONE };
        let (Some(position), Some(offset)) = (self.in_flight.pop_front(), offset) else { return self.doubt() };
        if position.sequence != sequence {
            return self.doubt();
        }
        let expected = check.map_or(self.reader.next(), Offset::next);
        if offset < expected {
            return self.leave(Command::Stop(Reason::LogWentBack));
        }
        if check.is_some() {
            *check = Some(offset);
            return Commands::NONE;
        }
        if offset > expected {
            *check = Some(offset);
            return self.read(Until::Offset(offset));
        }
        let entry = Entry::Record { epoch: *epoch, owner: self.owner.as_str(), position };
        let verdict = self.reader.read(offset, entry);
        if verdict != Verdict::Accepted {
            return self.doubt().with(verdict);
        }
        self.accepted(offset);
        Commands::NONE.with(verdict)
    }

    fn accepted(&mut self, offset: Offset) {
        let (Some(ruling), head) = (self.reader.ruling(), self.reader.head()) else { return };
        if let Some(mark) = self.mark.take_if(|mark| mark.size == head.size) {
            let (epoch, owner) = (ruling.epoch, ruling.owner);
            let hint = Hint { offset, epoch, owner, head: *head, state: mark.state };
            self.base = Some(hint.clone());
            self.ready = Some(hint);
        }
    }

    fn doubt(&mut self) -> Commands {
        self.clear();
        self.end = self.end.max(self.reader.next());
        let read = self.read_to_the_end(true);
        Commands::of(&[Command::DropProducer]).then(read)
    }

    fn leave(&mut self, last: Command) -> Commands {
        if self.stage == Stage::Idle {
            return Commands::NONE;
        }
        self.clear();
        Commands::of(&[Command::DropProducer, last])
    }

    fn clear(&mut self) {
        self.stage = Stage::Idle;
        self.in_flight.clear();
        self.mark = None;
        self.ready = None;
    }

    fn read_to_the_end(&mut self, confirm: bool) -> Commands {
        self.stage = Stage::Reading { confirm };
        self.reader = self.base.as_ref().map_or(Reader::EMPTY, Reader::resume);
        self.read(Until::End)
    }

    fn read(&self, until: Until) -> Commands {
        Commands::of(&[Command::ReadLog { from: self.reader.next(), until }])
    }

    /// What the next fence must outrank. A fence of unknown fate needs no regard: nothing was appended under it, and should it
    /// land before the next one, that one does not rule at its place and is tried again.
    fn floor(&self) -> Option<Epoch> {
        self.reader.ruling().map(|ruling| ruling.epoch)
    }

    fn uses_the_producer(&self) -> bool {
        matches!(self.stage, Stage::Fencing(_) | Stage::Settling { .. } | Stage::Owning { .. })
    }
}

#[cfg(test)]
mod tests;
