//! Where one input record's output goes.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::append::{Appender, Destination, Handed};
use crate::sealed_log::Position;
use crate::transform::lane::Lane;
use crate::{Error, Partition, Record, StreamMetric};

const NO_KEY: &[u8] = &[];
const DEAD_LETTER_WAIT: Duration = Duration::from_secs(30);

/// An outbox for each record of a batch.
pub struct Outboxes<'a> {
    appender: &'a mut Appender,
    lanes: &'a mut BTreeMap<Partition, Lane>,
    output: &'static str,
}

impl<'a> Outboxes<'a> {
    pub(super) fn new(
        appender: &'a mut Appender,
        lanes: &'a mut BTreeMap<Partition, Lane>,
        output: &'static str,
    ) -> Self {
        Self { appender, lanes, output }
    }

    /// Where this record's output goes. `None` where the partition was given back in between.
    pub fn of(&mut self, record: &Record<'_>) -> Option<Outbox<'_>> {
        let lane = self.lanes.get_mut(&record.partition())?;
        Some(Outbox::new(self.appender, lane, self.output))
    }
}

/// Takes what a transform makes of one record. Nothing gets a key: the input's is its producer's, and may be anybody's identifier.
pub struct Outbox<'a> {
    appender: &'a mut Appender,
    lane: &'a mut Lane,
    output: &'static str,
}

impl<'a> Outbox<'a> {
    pub(super) fn new(appender: &'a mut Appender, lane: &'a mut Lane, output: &'static str) -> Self {
        Self { appender, lane, output }
    }

    #[must_use]
    pub fn partition(&self) -> Partition {
        self.lane.partition
    }

    /// Appends to the same partition of the output. `position` is what the record claims.
    pub fn append(&mut self, position: Position, record: &[u8]) -> Result<(), Error> {
        let sequence = position.sequence;
        if self.lane.writer.append(position).is_none() {
            return Err(Error::OutOfTurn { partition: self.lane.partition, sequence });
        }
        let to = Destination { topic: self.output, partition: Some(self.lane.partition) };
        self.appender.append(to, Handed::Record(sequence), NO_KEY, record)
    }

    /// Writes a dead letter and waits until it is safe, so that no chain ever names a letter that was lost.
    pub fn dead_letter(&mut self, topic: &str, letter: &[u8]) -> Result<(), Error> {
        self.appender.append(Destination { topic, partition: None }, Handed::DeadLetter, NO_KEY, letter)?;
        self.appender.settle_dead_letter(DEAD_LETTER_WAIT)?;
        StreamMetric::DeadLetters.increment(1);
        Ok(())
    }
}
