//! What a writer is told, and what it asks for.

use crate::Offset;
use crate::sealed_log::{Entry, Epoch, Head, Hint, Verdict};

/// What happened. The caller passes on nothing of a producer that it has dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event<'a> {
    /// The group gives this worker the partition; `hint` is what the group keeps for it.
    Assigned { generation: i32, hint: Option<&'a Hint> },
    /// A record of the log that `ReadLog` asked for, in the order of offsets.
    LogRead { offset: Offset, entry: Entry<'a> },
    /// Everything that the last `ReadLog` asked for was passed on.
    CaughtUp,
    /// The log ends before the record that the last `ReadLog` asked for, or holds nothing in its place, and that is not for want
    /// of waiting.
    LogShort,
    /// The group has taken a synchronous commit of this member; its generation then.
    Member { generation: i32 },
    /// The group knows this member no more, or the assignment was lost.
    NotMember,
    /// The group did not answer, or is in the middle of a rebalance.
    MemberUnknown,
    /// The fence was acknowledged; without an offset where the broker named none.
    FenceAcked { epoch: Epoch, offset: Option<Offset> },
    /// A record was acknowledged, in the order of appending.
    Acked { sequence: u64, offset: Option<Offset> },
    /// Anything of the producer that is not an acknowledgement: failed, timed out, purged, fatal.
    Failed,
    /// The partition is given back; the caller has drained the producer or has dropped it.
    Revoked,
}

/// What the caller has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Command {
    /// Read the log with `isolation.level=read_uncommitted`, pass each record on, then `CaughtUp`. Any command that comes in the
    /// middle ends the reading, without `CaughtUp`. Before a log that ends too early, wait: its leader may be new.
    ReadLog { from: Offset, until: Until },
    /// Commit something synchronously, and tell the answer.
    ConfirmMembership,
    /// Append a fence of this epoch, with the writer's own owner id.
    AppendFence(Epoch),
    /// The partition is ours: seal on after this head, from its source offset.
    ResumeSource(Head),
    /// Purge and drop the producer, build a new one for the next append, and go back to the state of `Writer::base`.
    DropProducer,
    /// Leave the group and join it again: somebody else may have the partition.
    Rejoin,
    /// Only a person can tell what happened.
    Stop(Reason),
}

/// How far to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Until {
    /// To the end that the log has when the reading begins.
    End,
    /// Up to this offset and including it.
    Offset(Offset),
}

/// Why a writer cannot go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The log ends before what is known of it, or a record landed below that: it was cut or made anew.
    LogWentBack,
    /// The record that the hint names is not in the log.
    HintNotInLog,
    /// Somebody else wrote under this worker's own epoch.
    Fork,
    /// No epoch is left above the ruling one.
    EpochsUsedUp,
}

impl Reason {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::LogWentBack => "log-went-back",
            Self::HintNotInLog => "hint-not-in-log",
            Self::Fork => "fork",
            Self::EpochsUsedUp => "epochs-used-up",
        }
    }
}

/// At most two commands, and the verdict where the event was a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Commands {
    list: [Option<Command>; 2],
    verdict: Option<Verdict>,
}

impl Commands {
    pub(super) const NONE: Self = Self { list: [None; 2], verdict: None };

    pub(super) fn of(commands: &[Command]) -> Self {
        Self { list: [commands.first().copied(), commands.get(1).copied()], verdict: None }
    }

    /// One command, then those.
    pub(super) fn then(self, after: Self) -> Self {
        Self { list: [self.list[0], after.list[0]], verdict: self.verdict }
    }

    pub(super) fn with(self, verdict: Verdict) -> Self {
        Self { verdict: Some(verdict), ..self }
    }

    /// What the record was, for the caller's counters.
    #[must_use]
    pub fn verdict(&self) -> Option<Verdict> {
        self.verdict
    }

    pub fn iter(&self) -> impl Iterator<Item = Command> {
        self.list.into_iter().flatten()
    }
}

impl IntoIterator for Commands {
    type Item = Command;
    type IntoIter = std::iter::Flatten<std::array::IntoIter<Option<Command>, 2>>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter().flatten()
    }
}
