//! The sealed log: which records of a partition count, and how a worker becomes the one whose records do.
//!
//! ```text
//!            Entry                      Verdict
//! log ──────────────────▶ Reader ───────────────────▶ everybody who reads the log: sinks, verifier, CLI, the writer itself
//!
//!            Event                      Command
//! worker ───────────────▶ Writer ───────────────────▶ worker: read, confirm, fence, resume the source, drop the producer
//! ```
//!
//! Pure: no I/O, no clock, no randomness. The rules are stated in `docs/src/reference/sealed-log.md`. The caller decodes
//! records and checks MACs; what a record seals is no concern of this module.

mod entry;
mod hint;
mod reader;
mod verdict;
mod writer;

pub use entry::{Entry, Epoch, Head, OwnerId, Position, Ruling};
pub use hint::{Hint, STATE_LEN_MAX};
pub use reader::Reader;
pub use verdict::{Tally, Verdict, Weight};
pub use writer::{Command, Commands, Event, Reason, Until, Writer};
