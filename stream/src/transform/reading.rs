//! Reads the log for the lanes, a slice at a time: the group is polled in between, however long a log is.
//!
//! ```text
//! Command::ReadLog ─▶ Lane::reading ─▶ open (the log must reach as far as is known) ─▶ slices, 100 ms a turn ─▶ CaughtUp
//!                          ▲                   │ no broker, or too short: 100 ms later     │ silent for 2 s
//!                          └───────────────────┴───────────────────────────────────────────┘ others first
//! ```

use std::time::{Duration, Instant};

use crate::sealed_log::{Event, Until, Verdict};
use crate::tail::{Reach, Stretch};
use crate::transform::takeover::{TRY_AGAIN, count};
use crate::transform::{Transform, Worker};
use crate::{Disposition, Error, Offset, Partition};

/// How long the rest of the loop waits for one turn of reading.
const SLICE: Duration = Duration::from_millis(100);
/// How long one lane may read while others wait; what the client has fetched ahead is lost with each change.
const TURN: Duration = Duration::from_secs(3);
/// A leader that is new may not know yet how far its log reaches.
const SHORT_WAIT: Duration = Duration::from_secs(10);

/// What a lane wants to have read.
pub(super) struct Reading {
    until: Until,
    due: Instant,
    /// Since when the log ends before what is known of it.
    short_since: Option<Instant>,
}

/// The one reading that is going on.
pub(super) struct Open {
    partition: Partition,
    stretch: Stretch,
    since: Instant,
}

impl Worker {
    /// Remembers what a writer wants to read, instead of whatever it wanted before.
    pub(super) fn ask_for_log(
        &mut self,
        partition: Partition,
        until: Until,
        transform: &mut impl Transform,
    ) -> Result<(), Error> {
        self.rewind(partition, transform)?;
        self.end_reading(partition);
        if let Some(lane) = self.lanes.get_mut(&partition) {
            lane.reading = Some(Reading { until, due: Instant::now(), short_since: None });
        }
        Ok(())
    }

    pub(super) fn end_reading(&mut self, partition: Partition) {
        self.open.take_if(|open| open.partition == partition);
        if let Some(lane) = self.lanes.get_mut(&partition) {
            lane.reading = None;
        }
    }

    /// The lane to read for: the one that is at it, or the one that has waited longest.
    pub(super) fn next_reading(&self) -> Option<Partition> {
        let open = self.open.as_ref().map(|open| open.partition);
        open.or_else(|| {
            let waiting = self.lanes.values().filter_map(|lane| Some((lane.reading.as_ref()?.due, lane.partition)));
            waiting.min().filter(|(due, _)| *due <= Instant::now()).map(|(_, partition)| partition)
        })
    }

    /// Reads until everything is read or the turn is over.
    pub(super) fn read_logs(&mut self, transform: &mut impl Transform) -> Result<(), Error> {
        let started = Instant::now();
        while let Some(left) = SLICE.checked_sub(started.elapsed())
            && let Some(partition) = self.next_reading()
        {
            match self.read_slice(partition, left, transform) {
                Err(error) if error.disposition() == Disposition::Retry => {
                    tracing::warn!(%partition, %error, "trying again");
                    self.put_off(partition);
                }
                Err(error) if error.disposition() == Disposition::Unknown => {
                    tracing::warn!(%partition, %error, "starting over from the log");
                    self.drop_producer(None)?;
                }
                done => done?,
            }
            self.carry_out(transform)?;
        }
        self.give_way();
        Ok(())
    }

    /// A long log must not keep short ones waiting.
    fn give_way(&mut self) {
        let waiting = self.lanes.values().filter(|lane| lane.reading.is_some()).count();
        let Some(open) = self.open.take_if(|open| waiting > 1 && open.since.elapsed() > TURN) else { return };
        if let Some(reading) = self.lanes.get_mut(&open.partition).and_then(|lane| lane.reading.as_mut()) {
            reading.due = Instant::now();
        }
    }

    fn put_off(&mut self, partition: Partition) {
        self.open = None;
        if let Some(reading) = self.lanes.get_mut(&partition).and_then(|lane| lane.reading.as_mut()) {
            reading.due = Instant::now() + TRY_AGAIN;
        }
    }

    /// Passes the log on, record by record, until the time is over or the writer asks for something else.
    fn read_slice(
        &mut self,
        partition: Partition,
        time: Duration,
        transform: &mut impl Transform,
    ) -> Result<(), Error> {
        if self.open.is_none() && !self.open_log(partition)? {
            return Ok(());
        }
        let Self { log, lanes, open, .. } = self;
        let Some(lane) = lanes.get_mut(&partition) else { return Ok(()) };
        let mut asked = None;
        let reach = match open {
            None => Reach::Whole,
            Some(open) => log.read_on::<Error>(&mut open.stretch, time, |offset, record| {
                let following = lane.writer.epoch().is_none();
                let entry = transform.entry(partition, record)?;
                let commands = lane.writer.on(Event::LogRead { offset, entry });
                count(commands.verdict());
                if following && commands.verdict() == Some(Verdict::Accepted) {
                    transform.follow(partition, record)?;
                }
                if commands.iter().next().is_some() {
                    asked = Some(commands);
                }
                Ok(asked.is_none())
            })?,
        };
        if reach == Reach::Part {
            return Ok(());
        }
        let until = lane.reading.as_ref().map(|reading| reading.until);
        let next = lane.writer.reader().next();
        self.end_reading(partition);
        match (asked, until) {
            (Some(commands), _) => self.enqueue(partition, commands),
            (None, Some(Until::Offset(last))) if next <= last => self.tell(partition, Event::LogShort),
            (None, _) => self.tell(partition, Event::CaughtUp),
        }
        Ok(())
    }

    /// Begins to read; false where the log has to be waited for. A range without anything in it stays closed.
    fn open_log(&mut self, partition: Partition) -> Result<bool, Error> {
        let bounds = self.log.bounds(partition)?;
        let Some(lane) = self.lanes.get_mut(&partition) else { return Ok(false) };
        let Some(reading) = &mut lane.reading else { return Ok(false) };
        let end = match reading.until {
            Until::End => bounds.end,
            Until::Offset(last) => last.next(),
        };
        let known: Offset = end.max(lane.writer.reach());
        if bounds.end < known && reading.short_since.get_or_insert_with(Instant::now).elapsed() < SHORT_WAIT {
            self.put_off(partition);
            return Ok(false);
        }
        let range = lane.writer.reader().next()..end.min(bounds.end);
        let stretch = self.log.begin(partition, range, bounds)?;
        self.open = stretch.map(|stretch| Open { partition, stretch, since: Instant::now() });
        Ok(true)
    }
}
