//! Carries out what the writers ask for: read the log, ask the group, fence, start, drop the producer.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::append::{Appender, Destination, Handed};
use crate::consume::Membership;
use crate::sealed_log::{Command, Commands, Epoch, Event, Head, Verdict, Weight};
use crate::transform::{Outbox, Transform, Turn, Worker};
use crate::{Disposition, Error, Offset, Partition, Position, StreamMetric};

/// Between two tries at what somebody who is away or busy must answer.
pub(super) const TRY_AGAIN: Duration = Duration::from_millis(100);

impl Worker {
    pub(super) fn tell(&mut self, partition: Partition, event: Event<'_>) {
        let Some(lane) = self.lanes.get_mut(&partition) else { return };
        let commands = lane.writer.on(event);
        count(commands.verdict());
        self.enqueue(partition, commands);
    }

    /// Takes up what a writer asks for. With its producer it drops whatever it had asked for before.
    pub(super) fn enqueue(&mut self, partition: Partition, commands: Commands) {
        if commands.iter().any(|command| command == Command::DropProducer) {
            self.forget(partition);
        }
        self.todo.extend(commands.into_iter().map(|command| (partition, command)));
    }

    /// Nobody waits any more for what this lane has asked for.
    pub(super) fn forget(&mut self, partition: Partition) {
        self.todo.retain(|(of, _)| *of != partition);
        self.later.retain(|(_, of, _)| *of != partition);
        self.end_reading(partition);
    }

    /// Begins with what was assigned, once both places have said where. One that does not answer is asked again: without an
    /// answer the whole log would be read, and a hint that was never read be overwritten.
    pub(super) fn begin_lanes(&mut self, transform: &mut impl Transform) -> Result<(), Error> {
        let new: Vec<_> =
            self.lanes.values().filter(|lane| lane.unbegun.is_some()).map(|lane| lane.partition).collect();
        if new.is_empty() || Instant::now() < self.hints_due {
            return Ok(());
        }
        let asked = self.consumer.hints(&new).and_then(|group| Ok([group, self.keeper.hints(&new)?]));
        let places = match asked {
            Err(error) if error.disposition() == Disposition::Retry => {
                tracing::warn!(%error, "asking for hints again");
                self.hints_due = Instant::now() + TRY_AGAIN;
                return Ok(());
            }
            asked => asked?,
        };
        for partition in new {
            let Some(lane) = self.lanes.get_mut(&partition) else { continue };
            let Some(generation) = lane.unbegun.take() else { continue };
            let texts = places.iter().filter_map(|place| place.get(&partition).cloned());
            lane.choose_hint(self.settings.link, texts);
            lane.begin(transform)?;
            let commands = lane.writer.on(Event::Assigned { generation, hint: lane.hint.as_ref() });
            self.enqueue(partition, commands);
        }
        Ok(())
    }

    /// Does everything that can be done now. The group is asked last, once for all: its answer must be newer than the look.
    pub(super) fn carry_out(&mut self, transform: &mut impl Transform) -> Result<(), Error> {
        let now = Instant::now();
        while self.later.front().is_some_and(|(due, ..)| *due <= now) {
            self.todo.extend(self.later.pop_front().map(|(_, partition, command)| (partition, command)));
        }
        let mut asking = BTreeSet::new();
        loop {
            let Some((partition, command)) = self.todo.pop_front() else {
                if asking.is_empty() {
                    return Ok(());
                }
                self.confirm(&std::mem::take(&mut asking))?;
                continue;
            };
            let done = match command {
                Command::ConfirmMembership => {
                    asking.insert(partition);
                    Ok(())
                }
                Command::ReadLog { until, .. } => self.ask_for_log(partition, until, transform),
                Command::AppendFence(epoch) => self.fence(partition, epoch, transform),
                Command::ResumeSource(head) => self.resume(partition, &head, transform),
                Command::DropProducer => self.drop_producer(Some(partition)),
                Command::Rejoin => {
                    tracing::warn!(%partition, "the group knows this worker no more; waiting for what it gives");
                    self.consumer.pause(&[partition])
                }
                Command::Stop(reason) => {
                    let topic = self.settings.link.output;
                    Err(Error::LogContradicts { topic, partition, reason: reason.name() })
                }
            };
            match done {
                Err(error) if error.disposition() == Disposition::Retry => {
                    tracing::warn!(%partition, %error, "trying again");
                    self.later.push_back((Instant::now() + TRY_AGAIN, partition, command));
                }
                Err(error) if error.disposition() == Disposition::Unknown => {
                    tracing::warn!(%partition, %error, "starting over from the log");
                    self.drop_producer(None)?;
                }
                done => done?,
            }
        }
    }

    /// A commit that the group takes says that this worker still is a member, and of which generation.
    fn confirm(&mut self, asking: &BTreeSet<Partition>) -> Result<(), Error> {
        let link = self.settings.link;
        let questions = asking.iter().filter_map(|partition| self.lanes.get(partition)).map(|lane| lane.question(link));
        let before = self.consumer.generation();
        let answer = self.consumer.ask(questions)?;
        let generation = self.consumer.generation();
        // A commit without a generation proves nothing, and one whose generation changed meanwhile not which.
        let known = generation > 0 && generation == before;
        let answer = if known || answer != Membership::Member { answer } else { Membership::Unknown };
        for &partition in asking {
            match answer {
                Membership::Member => self.tell(partition, Event::Member { generation }),
                Membership::NotMember => self.tell(partition, Event::NotMember),
                Membership::Unknown => {
                    // A rebalance needs the loop to go round; so does a broker that is away.
                    let Some(lane) = self.lanes.get_mut(&partition) else { continue };
                    for command in lane.writer.on(Event::MemberUnknown) {
                        self.later.push_back((Instant::now() + TRY_AGAIN, partition, command));
                    }
                }
            }
        }
        Ok(())
    }

    fn fence(&mut self, partition: Partition, epoch: Epoch, transform: &mut impl Transform) -> Result<(), Error> {
        let Some(lane) = self.lanes.get_mut(&partition) else { return Ok(()) };
        let fence = transform.fence(partition, epoch, &self.settings.owner)?;
        lane.fencing = Some(epoch);
        let to = Destination { topic: self.settings.link.output, partition: Some(partition) };
        self.appender.append(to, Handed::Fence, &[], &fence)
    }

    fn resume(&mut self, partition: Partition, head: &Head, transform: &mut impl Transform) -> Result<(), Error> {
        let source = if head.size == 0 { Offset(0) } else { head.next };
        // A chain that begins now begins with what is left; a later one needs the very next record.
        let place = if head.size == 0 { self.input.bounds(partition)?.first } else { source };
        let Some(lane) = self.lanes.get_mut(&partition) else { return Ok(()) };
        lane.fencing = None;
        let Some(epoch) = lane.writer.epoch() else { return Ok(()) };
        let turn = Turn { epoch, owner: &self.settings.owner, source };
        transform.own(&turn, &mut Outbox::new(&mut self.appender, lane, self.settings.link.output))?;
        lane.starts_at(place);
        tracing::info!(%partition, %epoch, next_sequence = head.size, source = %place, "chain taken over");
        self.consumer.stop(&[partition])?;
        self.consumer.start(&[(partition, Position::At(place))])?;
        self.consumer.resume(&[partition])
    }

    /// In doubt: what is in flight is nobody's business any more, for every lane that used the producer.
    pub(super) fn drop_producer(&mut self, by: Option<Partition>) -> Result<(), Error> {
        if !self.appender.is_unused() || self.appender.is_broken() {
            tracing::warn!("in doubt about what is in flight; starting over from the log");
            StreamMetric::Doubts.increment(1);
            self.appender = Appender::new(&self.settings.kafka, self.settings.linger_ms)?;
        }
        let mut asked = Vec::new();
        for (&partition, lane) in &mut self.lanes {
            if Some(partition) != by {
                let commands = lane.writer.on(Event::Failed);
                if commands.iter().next().is_none() {
                    continue;
                }
                asked.push((partition, commands));
            }
            (lane.ahead, lane.fencing) = (true, None);
            self.consumer.pause(&[partition])?;
        }
        for (partition, commands) in asked {
            self.forget(partition);
            // The producer is a new one already.
            let further = commands.into_iter().filter(|command| *command != Command::DropProducer);
            self.todo.extend(further.map(|command| (partition, command)));
        }
        Ok(())
    }

    /// Brings a transform that has gone ahead back to where the writer reads on from.
    pub(super) fn rewind(&mut self, partition: Partition, transform: &mut impl Transform) -> Result<(), Error> {
        let Some(lane) = self.lanes.get_mut(&partition).filter(|lane| lane.ahead) else { return Ok(()) };
        lane.return_to_base(transform)?;
        lane.ahead = false;
        Ok(())
    }
}

/// Counts what does not belong to the history; what does is counted as acknowledged.
pub(super) fn count(verdict: Option<Verdict>) {
    let Some(verdict) = verdict.filter(|verdict| verdict.weight() != Weight::Part) else { return };
    StreamMetric::LogRecordsIgnored.with(&[("verdict", verdict.name())]).increment(1);
    if verdict.weight() == Weight::Alarm {
        tracing::error!(verdict = verdict.name(), "the sealed log holds a record that no worker of ours writes");
    }
}
