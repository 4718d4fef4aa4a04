//! What a store of subjects' keys must be able to do. It never sees who a subject is, nor a key in clear.
//!
//! A row is one *generation* of one subject's key:
//!
//! ```text
//! tenant, class, subject, generation ──▶ handle, wrapping key's id, wrapped key (60 bytes), or nothing: erased
//! ```
//!
//! `subject` is the handle of the first generation. Erasing takes the wrapped key away and leaves the row, so that nobody
//! makes the erased generation again. An event that comes later gets the next generation, with a handle of its own.

use std::sync::Arc;

use crate::keys::KeyError;
use crate::protect::{Handle, SubjectClass, WrappedKey};

/// A subject whose key is not in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub tenant: Arc<str>,
    pub class: SubjectClass,
    /// The handle of the subject's first generation, which finds all of them.
    pub subject: Handle,
    /// Which state of the cache asked; see [`crate::protect::SubjectCache::insert`].
    pub(crate) round: u64,
}

/// The newest row of a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// From 1.
    pub generation: u32,
    /// `None`: erased.
    pub key: Option<WrappedKey>,
}

/// A row to be added: a new key, wrapped for this handle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fresh {
    pub tenant: Arc<str>,
    pub class: SubjectClass,
    pub subject: Handle,
    pub generation: u32,
    /// What records name this generation by.
    pub handle: Handle,
    pub key: WrappedKey,
}

/// Keeps subjects' wrapped keys, for all workers.
///
/// Both calls are one round trip for a whole batch and answer in the order of what was asked. They must read what is
/// committed where it is written: a copy that lags could give a key back that was erased. A store that does not answer is
/// [`KeyError::Unavailable`]. There are two of them because a fresh key costs a call of the token that wraps it, and because
/// which generation it must be is known only after the first.
pub trait SubjectStore {
    /// The newest generation of each, erased or not; `None` where there is no row.
    fn newest(&mut self, wanted: &[Wanted]) -> Result<Vec<Option<Stored>>, KeyError>;

    /// Adds each row unless there is one with its tenant, class, subject and generation: another worker was quicker. Then
    /// gives the newest generation of each, as it is now.
    fn add(&mut self, fresh: &[Fresh]) -> Result<Vec<Stored>, KeyError>;
}
