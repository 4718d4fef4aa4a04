//! Carries out what the writers ask for: read the log, ask the group, fence, start, drop the producer.

use std::time::{Duration, Instant};

use crate::append::{Appender, Destination, Handed};
use crate::consume::Membership;
use crate::sealed_log::{Command, Epoch, Event, Head, Until, Verdict, Weight};
use crate::transform::{Outbox, Transform, Turn, Worker};
use crate::{Error, Offset, Partition, Position, StreamMetric};

/// Between two questions to a group that does not answer.
const ASK_AGAIN: Duration = Duration::from_millis(100);

impl Worker {
    pub(super) fn tell(&mut self, partition: Partition, event: Event<'_>) {
        let Some(lane) = self.lanes.get_mut(&partition) else { return };
        let commands = lane.writer.on(event);
        count(commands.verdict());
        self.todo.extend(commands.into_iter().map(|command| (partition, command)));
    }

    /// Does everything that can be done now.
    pub(super) fn carry_out(&mut self, transform: &mut impl Transform) -> Result<(), Error> {
        let now = Instant::now();
        while self.later.front().is_some_and(|(due, ..)| *due <= now) {
            self.todo.extend(self.later.pop_front().map(|(_, partition, command)| (partition, command)));
        }
        while let Some((partition, command)) = self.todo.pop_front() {
            match command {
                Command::ReadLog { from, until } => self.read_log(partition, from, until, transform)?,
                Command::ConfirmMembership => self.confirm(partition)?,
                Command::AppendFence(epoch) => self.fence(partition, epoch, transform)?,
                Command::ResumeSource(head) => self.resume(partition, &head, transform)?,
                Command::DropProducer => self.drop_producer(Some(partition), transform)?,
                Command::Rejoin => {
                    tracing::warn!(%partition, "the group knows this worker no more; waiting for what it gives");
                    self.consumer.pause(&[partition])?;
                }
                Command::Stop(reason) => {
                    return Err(Error::LogContradicts {
                        topic: self.settings.link.output,
                        partition,
                        reason: reason.name(),
                    });
                }
            }
        }
        Ok(())
    }

    /// Passes the log on, record by record, until everything asked for was read or the writer asks for something else.
    fn read_log(
        &mut self,
        partition: Partition,
        from: Offset,
        until: Until,
        transform: &mut impl Transform,
    ) -> Result<(), Error> {
        let Self { log, lanes, todo, .. } = self;
        let Some(lane) = lanes.get_mut(&partition) else { return Ok(()) };
        let end = match until {
            Until::End => log.bounds(partition)?.end,
            Until::Offset(offset) => offset.next(),
        };
        let mut interrupted = false;
        log.read(partition, from..end, |offset, record| {
            let following = lane.writer.epoch().is_none();
            let entry = transform.entry(partition, record)?;
            let commands = lane.writer.on(Event::LogRead { offset, entry });
            count(commands.verdict());
            if following && commands.verdict() == Some(Verdict::Accepted) {
                transform.follow(partition, record)?;
            }
            todo.extend(commands.into_iter().map(|command| (partition, command)));
            interrupted = commands.iter().next().is_some();
            Ok(!interrupted)
        })?;
        if !interrupted {
            self.tell(partition, Event::CaughtUp);
        }
        Ok(())
    }

    /// A commit that the group takes says that this worker still is a member, and of which generation.
    fn confirm(&mut self, partition: Partition) -> Result<(), Error> {
        let Some(lane) = self.lanes.get(&partition) else { return Ok(()) };
        match self.consumer.ask(lane.question(self.settings.link))? {
            Membership::Member => {
                let generation = self.consumer.generation();
                self.tell(partition, Event::Member { generation });
            }
            Membership::NotMember => self.tell(partition, Event::NotMember),
            Membership::Unknown => {
                // A rebalance needs the loop to go round; so does a broker that is away.
                let Some(lane) = self.lanes.get_mut(&partition) else { return Ok(()) };
                for command in lane.writer.on(Event::MemberUnknown) {
                    self.later.push_back((Instant::now() + ASK_AGAIN, partition, command));
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
        let Some(lane) = self.lanes.get_mut(&partition) else { return Ok(()) };
        lane.fencing = None;
        let Some(epoch) = lane.writer.epoch() else { return Ok(()) };
        let turn = Turn { epoch, owner: &self.settings.owner, source };
        transform.own(&turn, &mut Outbox::new(&mut self.appender, lane, self.settings.link.output, &[]))?;
        // A chain that begins now begins with what is left; a later one needs the very next record.
        let bounds = self.input.bounds(partition)?;
        let place = if head.size == 0 { bounds.first } else { source };
        lane.starts_at(place);
        tracing::info!(%partition, %epoch, next_sequence = head.size, source = %place, "chain taken over");
        self.consumer.stop(&[partition])?;
        self.consumer.start(&[(partition, Position::At(place))])?;
        self.consumer.resume(&[partition])
    }

    /// In doubt: what is in flight is nobody's business any more, for every lane that used the producer.
    pub(super) fn drop_producer(&mut self, by: Option<Partition>, transform: &mut impl Transform) -> Result<(), Error> {
        if !self.appender.is_unused() || self.appender.is_broken() {
            tracing::warn!("in doubt about what is in flight; starting over from the log");
            StreamMetric::Doubts.increment(1);
            self.appender = Appender::new(&self.settings.kafka, self.settings.linger_ms)?;
        }
        let others: Vec<_> = self.lanes.keys().copied().filter(|partition| Some(*partition) != by).collect();
        for partition in others {
            let Some(lane) = self.lanes.get_mut(&partition) else { continue };
            let commands = lane.writer.on(Event::Failed);
            if commands.iter().next().is_none() {
                continue;
            }
            // The producer is a new one already.
            let further = commands.into_iter().filter(|command| *command != Command::DropProducer);
            self.todo.extend(further.map(|command| (partition, command)));
            self.rewind(partition, transform)?;
        }
        by.map_or(Ok(()), |partition| self.rewind(partition, transform))
    }

    /// Brings the transform back to the accepted head: what it did beyond it may never have happened.
    fn rewind(&mut self, partition: Partition, transform: &mut impl Transform) -> Result<(), Error> {
        self.consumer.pause(&[partition])?;
        let Self { log, lanes, .. } = self;
        let Some(lane) = lanes.get_mut(&partition) else { return Ok(()) };
        lane.fencing = None;
        lane.begin(transform)?;
        let mut reader = lane.reader();
        let accepted = lane.writer.reader().next();
        log.read(partition, reader.next()..accepted, |offset, record| {
            let entry = transform.entry(partition, record)?;
            if reader.read(offset, entry) == Verdict::Accepted {
                transform.follow(partition, record)?;
            }
            Ok(true)
        })
    }
}

/// Counts what does not belong to the history; what does is counted as acknowledged.
fn count(verdict: Option<Verdict>) {
    let Some(verdict) = verdict.filter(|verdict| verdict.weight() != Weight::Part) else { return };
    StreamMetric::LogRecordsIgnored.with(&[("verdict", verdict.name())]).increment(1);
    if verdict.weight() == Weight::Alarm {
        tracing::error!(verdict = verdict.name(), "the sealed log holds a record that no worker of ours writes");
    }
}
