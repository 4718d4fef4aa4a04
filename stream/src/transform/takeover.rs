//! Carries out what the writers ask for: read the log, ask the group, fence, start, drop the producer.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::append::{Appender, Destination, Handed};
use crate::consume::Membership;
use crate::sealed_log::{Command, Epoch, Event, Head, Until, Verdict, Weight};
use crate::transform::{Outbox, Transform, Turn, Worker};
use crate::{Disposition, Error, Offset, Partition, Position, StreamMetric};

/// Between two tries at what somebody who is away or busy must answer.
const TRY_AGAIN: Duration = Duration::from_millis(100);

impl Worker {
    pub(super) fn tell(&mut self, partition: Partition, event: Event<'_>) {
        let Some(lane) = self.lanes.get_mut(&partition) else { return };
        let commands = lane.writer.on(event);
        count(commands.verdict());
        self.todo.extend(commands.into_iter().map(|command| (partition, command)));
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
                Command::ReadLog { from, until } => self.read_log(partition, from, until, transform),
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
                    self.later.push_back((Instant::now() + TRY_AGAIN, partition, self.again(partition, command)));
                }
                Err(error) if error.disposition() == Disposition::Unknown => {
                    tracing::warn!(%partition, %error, "starting over from the log");
                    self.drop_producer(None)?;
                }
                done => done?,
            }
        }
    }

    /// The same command, as far as it was not carried out.
    fn again(&self, partition: Partition, command: Command) -> Command {
        match (command, self.lanes.get(&partition)) {
            (Command::ReadLog { until, .. }, Some(lane)) => {
                Command::ReadLog { from: lane.writer.reader().next(), until }
            }
            _ => command,
        }
    }

    /// Passes the log on, record by record, until everything asked for was read or the writer asks for something else.
    fn read_log(
        &mut self,
        partition: Partition,
        from: Offset,
        until: Until,
        transform: &mut impl Transform,
    ) -> Result<(), Error> {
        self.rewind(partition, transform)?;
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
        transform.own(&turn, &mut Outbox::new(&mut self.appender, lane, self.settings.link.output, &[]))?;
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
        for (&partition, lane) in &mut self.lanes {
            if Some(partition) != by {
                let commands = lane.writer.on(Event::Failed);
                if commands.iter().next().is_none() {
                    continue;
                }
                // The producer is a new one already.
                let further = commands.into_iter().filter(|command| *command != Command::DropProducer);
                self.todo.extend(further.map(|command| (partition, command)));
            }
            (lane.ahead, lane.fencing) = (true, None);
            self.consumer.pause(&[partition])?;
        }
        Ok(())
    }

    /// Brings a transform that has gone ahead back to where the writer reads on from.
    fn rewind(&mut self, partition: Partition, transform: &mut impl Transform) -> Result<(), Error> {
        let Some(lane) = self.lanes.get_mut(&partition).filter(|lane| lane.ahead) else { return Ok(()) };
        lane.return_to_base(transform)?;
        lane.ahead = false;
        Ok(())
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
