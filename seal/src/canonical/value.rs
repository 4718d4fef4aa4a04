//! Writes any value of an event straight into the leaf, and takes the members out that must not stand there in clear.
//!
//! No tree is built. Hidden places come sorted as the writer meets them; each level looks at the front of the list only.
//! A hidden member is written, handed over, cut off again; its digest waits until its record ends and then goes in front.

use phi::hidden::{Hidden, Step};
use serde::ser::Serialize;

use crate::canonical::{write_integer, write_string};
use crate::error::SealError;
use crate::leaf::NUMBER_LIMIT;

/// What becomes of a hidden member.
pub trait Hide {
    /// Keeps the member elsewhere; gives the digest (base64url) that stands for it.
    fn hide(&mut self, hidden: &Hidden, name: &str, value: &[u8]) -> Result<[u8; DIGEST_CHARS], SealError>;
}

/// A SHA-256 digest in base64url.
pub const DIGEST_CHARS: usize = 43;

/// For what has nothing to hide.
pub struct KeepAll;

impl Hide for KeepAll {
    fn hide(&mut self, _: &Hidden, _: &str, _: &[u8]) -> Result<[u8; DIGEST_CHARS], SealError> {
        Err(SealError::HiddenPlace)
    }
}

/// Buffers of the writer, kept from event to event.
#[derive(Default)]
pub struct Scratch {
    /// Of the records that are open, the inner ones last.
    digests: Vec<[u8; DIGEST_CHARS]>,
    /// The members of the outermost record that stay, with the length of their values.
    pub(crate) outermost: Vec<(&'static str, usize)>,
}

/// The writer of one event.
pub struct Canonical<'w, H> {
    out: &'w mut Vec<u8>,
    scratch: &'w mut Scratch,
    hider: &'w mut H,
}

impl<'w, H: Hide> Canonical<'w, H> {
    pub fn new(out: &'w mut Vec<u8>, scratch: &'w mut Scratch, hider: &'w mut H) -> Self {
        scratch.digests.clear();
        scratch.outermost.clear();
        Self { out, scratch, hider }
    }

    /// Appends `value` without its hidden members. Every place must be met, in order, or nothing counts as written.
    pub fn write<T: Serialize + ?Sized>(mut self, value: &T, hidden: &[Hidden]) -> Result<(), SealError> {
        value.serialize(Value { to: &mut self, hidden, depth: 0 })
    }
}

/// Where one value goes, and which members hidden in it or in its own members are still to come.
pub(super) struct Value<'v, 'w, H> {
    to: &'v mut Canonical<'w, H>,
    hidden: &'v [Hidden],
    depth: usize,
}

impl<'v, 'w, H> Value<'v, 'w, H> {
    /// The buffer, for a value that has no members and so none to hide.
    pub(super) fn plain(self) -> Result<&'v mut Vec<u8>, SealError> {
        if self.hidden.is_empty() { Ok(self.to.out) } else { Err(SealError::HiddenPlace) }
    }

    pub(super) fn integer(self, value: i64) -> Result<(), SealError> {
        if value.unsigned_abs() >= NUMBER_LIMIT {
            return Err(SealError::Number);
        }
        write_integer(self.plain()?, value);
        Ok(())
    }

    pub(super) fn open(self, bracket: u8) -> Within<'v, 'w, H> {
        self.to.out.push(bracket);
        let start = self.to.out.len();
        let digests = self.to.scratch.digests.len();
        Within { to: self.to, pending: self.hidden, depth: self.depth, start, digests, index: 0 }
    }
}

/// An open list, map or record.
pub(super) struct Within<'v, 'w, H> {
    to: &'v mut Canonical<'w, H>,
    pending: &'v [Hidden],
    depth: usize,
    /// Just behind the opening bracket.
    start: usize,
    /// How many digests belong to the records around this one.
    digests: usize,
    index: u16,
}

impl<'v, H: Hide> Within<'v, '_, H> {
    fn comma(&mut self) {
        if self.to.out.len() > self.start {
            self.to.out.push(b',');
        }
    }

    /// Takes the places that go through `step` off the front.
    fn through(&mut self, step: Step) -> &'v [Hidden] {
        let goes_through = |hidden: &&Hidden| hidden.place.steps().get(self.depth) == Some(&step);
        let count = self.pending.iter().take_while(goes_through).count();
        let (through, rest) = self.pending.split_at(count);
        self.pending = rest;
        through
    }

    fn value<T: Serialize + ?Sized>(&mut self, value: &T, hidden: &[Hidden]) -> Result<(), SealError> {
        value.serialize(Value { to: self.to, hidden, depth: self.depth + 1 })
    }

    pub(super) fn member<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), SealError> {
        let hidden = if self.pending.is_empty() { self.pending } else { self.through(Step::Member(name)) };
        let before = self.to.out.len();
        self.comma();
        write_string(self.to.out, name);
        self.to.out.push(b':');
        let from = self.to.out.len();
        match hidden.split_first() {
            Some((whole, inner)) if whole.place.steps().len() == self.depth + 1 => {
                self.value(value, inner)?;
                let written = self.to.out.get(from..).unwrap_or_default();
                let digest = self.to.hider.hide(whole, name, written)?;
                self.to.scratch.digests.push(digest);
                self.to.out.truncate(before);
            }
            _ => {
                self.value(value, hidden)?;
                if self.depth == 0 {
                    self.to.scratch.outermost.push((name, self.to.out.len() - from));
                }
            }
        }
        Ok(())
    }

    pub(super) fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SealError> {
        let hidden = if self.pending.is_empty() { self.pending } else { self.through(Step::Index(self.index)) };
        self.index = self.index.checked_add(1).ok_or(SealError::Unwritable)?;
        self.comma();
        self.value(value, hidden)
    }

    pub(super) fn key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), SealError> {
        self.comma();
        let from = self.to.out.len();
        self.value(key, &[])?;
        if self.to.out.get(from) == Some(&b'"') { Ok(()) } else { Err(SealError::Unwritable) }
    }

    pub(super) fn entry<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), SealError> {
        self.to.out.push(b':');
        self.value(value, &[])
    }

    pub(super) fn close(self, bracket: u8) -> Result<(), SealError> {
        if !self.pending.is_empty() {
            return Err(SealError::HiddenPlace);
        }
        let digests = &mut self.to.scratch.digests;
        if let Some(own @ [_, ..]) = digests.get_mut(self.digests..) {
            insert(self.to.out, self.start, own);
            digests.truncate(self.digests);
        }
        self.to.out.push(bracket);
        Ok(())
    }
}

/// `_sd` sorts before every name of ours, so the digests go in front.
fn insert(out: &mut Vec<u8>, start: usize, digests: &mut [[u8; DIGEST_CHARS]]) {
    digests.sort_unstable();
    let end = out.len();
    let room = SD_OPEN.len() + digests.len() * (DIGEST_CHARS + 3) + usize::from(end > start);
    out.resize(end + room, b',');
    out.copy_within(start..end, start + room);
    let mut at = start;
    let mut put = |text: &[u8]| {
        if let Some(gap) = out.get_mut(at..at + text.len()) {
            gap.copy_from_slice(text);
        }
        at += text.len();
    };
    put(SD_OPEN);
    for (index, digest) in digests.iter().enumerate() {
        put(if index == 0 { b"\"" } else { b",\"" });
        put(digest);
        put(b"\"");
    }
    put(if end > start { b"]," } else { b"]" });
}

const SD_OPEN: &[u8] = b"\"_sd\":[";
