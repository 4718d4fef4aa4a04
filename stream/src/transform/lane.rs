//! One partition that the group has given us: its writer, its hint, and where its input goes on.

use crate::sealed_log::{Epoch, Hint, OwnerId, Writer};
use crate::transform::Transform;
use crate::transform::reading::Reading;
use crate::{Error, Link, Offset, Partition, Position};

pub(super) struct Lane {
    pub(super) partition: Partition,
    pub(super) writer: Writer,
    /// The newest record that a reader may start at, with the state after it.
    pub(super) hint: Option<Hint>,
    /// The transform has gone beyond the accepted head, by records that may never have counted.
    pub(super) ahead: bool,
    /// The fence that was handed over and has no delivery yet.
    pub(super) fencing: Option<Epoch>,
    /// What the writer wants to have read.
    pub(super) reading: Option<Reading>,
    /// Assigned in this generation, and nobody has said yet where to begin.
    pub(super) unbegun: Option<i32>,
    /// The next input record; what comes from before it was fetched before a new start.
    next_source: Offset,
}

impl Lane {
    pub(super) fn new(partition: Partition, owner: OwnerId, generation: i32) -> Self {
        Self {
            partition,
            writer: Writer::new(owner),
            hint: None,
            ahead: false,
            fencing: None,
            reading: None,
            unbegun: Some(generation),
            next_source: Offset(0),
        }
    }

    /// The name that binds hints to this chain.
    fn chain(&self, link: Link) -> String {
        format!("{}/{}", link.input, self.partition)
    }

    /// The hint that saves most; each place may have lost its own, or have an older one.
    pub(super) fn choose_hint(&mut self, link: Link, texts: impl Iterator<Item = Vec<u8>>) {
        let chain = self.chain(link);
        let hints = texts.filter_map(|text| {
            let hint = std::str::from_utf8(&text).ok().and_then(|text| Hint::decode(&chain, text));
            if hint.is_none() {
                tracing::warn!(partition = %self.partition, "a hint is not one of ours, and is left out");
            }
            hint
        });
        self.hint = hints.max_by_key(|hint| hint.head.size);
    }

    /// Brings the transform to the hint's place, or to the start.
    pub(super) fn begin(&mut self, transform: &mut impl Transform) -> Result<(), Error> {
        let state = self.hint.as_ref().map(|hint| hint.state.as_str());
        if !transform.begin(self.partition, state)? {
            tracing::warn!(partition = %self.partition, "the hint's state is not one of ours; reading the log from its start");
            self.hint = None;
            transform.begin(self.partition, None)?;
        }
        Ok(())
    }

    /// Brings the transform back to where the writer reads on from after a doubt.
    pub(super) fn return_to_base(&mut self, transform: &mut impl Transform) -> Result<(), Error> {
        let state = self.writer.base().map(|hint| hint.state.as_str());
        if transform.begin(self.partition, state)? {
            return Ok(());
        }
        // The state is this worker's own.
        Err(Error::OwnState { partition: self.partition })
    }

    pub(super) fn starts_at(&mut self, source: Offset) {
        self.next_source = source;
    }

    /// Whether an input record is to be transformed now.
    pub(super) fn takes(&self, offset: Offset) -> bool {
        self.writer.epoch().is_some() && offset >= self.next_source
    }

    /// Where the input goes on, while the partition is ours.
    pub(super) fn place(&self) -> Option<(Partition, Position)> {
        self.writer.epoch().map(|_| (self.partition, Position::At(self.next_source)))
    }

    pub(super) fn took(&mut self, offset: Offset) {
        self.next_source = offset.next();
    }

    pub(super) fn refresh_hint(&mut self, transform: &impl Transform) {
        if let Some(hint) = self.writer.take_hint() {
            self.hint = Some(hint);
        }
        if self.writer.wants_mark()
            && let Some(state) = transform.state(self.partition)
        {
            self.writer.mark(&state);
        }
    }

    /// What to tell the group: the input's next offset, and the hint beside it. Only an owner tells.
    pub(super) fn commit(&self, link: Link) -> Option<(Partition, Offset, String)> {
        let hint = self.hint.as_ref().filter(|_| self.writer.epoch().is_some())?;
        Some((self.partition, hint.head.next, hint.encode(&self.chain(link))?))
    }

    /// The same for the hints' other place, where the offset is the log's own.
    pub(super) fn note(&self, link: Link) -> Option<(Partition, Offset, String)> {
        let (partition, _, text) = self.commit(link)?;
        Some((partition, self.hint.as_ref()?.offset, text))
    }

    /// What to commit only to hear the group's answer.
    pub(super) fn question(&self, link: Link) -> (Partition, Offset, String) {
        let text = self.hint.as_ref().and_then(|hint| hint.encode(&self.chain(link)));
        let next = self.hint.as_ref().map_or(Offset(0), |hint| hint.head.next);
        (self.partition, next, text.unwrap_or_default())
    }
}
