//! What stores keep beside the leaf, held against it: typed columns, and the sealed values that its digests stand for.

use std::collections::BTreeMap;

use schemas::sealed::Disclosure;

use crate::chain::Sequence;
use crate::projection;
use crate::protect::{self, Handle, Sealed, SubjectKey};
use crate::verify::arrival::{Arrival, Disclosures};
use crate::verify::fault::Fault;
use crate::verify::read::{Leaf, ReadError};
use crate::verify::scan::{Cursor, Pass};
use crate::verify::skim;
use crate::verify::tree::Report;

/// What is known of a subject's key.
#[derive(Debug)]
pub enum SubjectAnswer<'k> {
    Key(&'k SubjectKey),
    /// It was destroyed. The values count as erased where the chain records that, and nowhere else.
    Destroyed,
    /// It is not known here.
    NotGiven,
}

/// Where subjects' keys come from, by the handle that records name them with.
pub trait Subjects {
    fn key(&self, handle: &str) -> SubjectAnswer<'_>;
}

/// How many erased subjects are remembered until their erasure leaf comes. The values of more are unverifiable.
const WAITING_MAX: usize = 65_536;

/// Values under a destroyed key, of which the chain has not said yet that it was.
#[derive(Debug, Clone, Copy)]
struct Waiting {
    first: Sequence,
    values: u64,
}

pub(crate) struct Beside<'k> {
    subjects: Option<&'k dyn Subjects>,
    shallow: bool,
    waiting: BTreeMap<Handle, Waiting>,
}

impl<'k> Beside<'k> {
    pub(crate) fn new(subjects: Option<&'k dyn Subjects>, shallow: bool) -> Self {
        Self { subjects, shallow, waiting: BTreeMap::new() }
    }

    /// Checks what is there; says whether the leaf itself turned out not to be in canonical form.
    pub(crate) fn check(
        &mut self,
        leaf: &Leaf<'_>,
        arrival: &Arrival<'_>,
        (at, here): (Sequence, &mut dyn FnMut(Fault)),
    ) -> bool {
        let record = &arrival.record;
        if record.columns.is_none() && matches!(record.disclosures, Disclosures::NotKept) {
            return !self.shallow && arrival.body.is_none() && is_not_canonical(leaf, here);
        }
        let (said, digests) = match projection::read(leaf, arrival.body.as_ref(), arrival.hash) {
            Ok(read) => read,
            // A control body's fault is named already.
            Err(_) if arrival.body.is_some() => return false,
            Err(byte) => {
                here(Fault::Unreadable(ReadError::NotCanonical { byte }));
                return true;
            }
        };
        if let Some(columns) = record.columns {
            said.differences(columns, |name| here(Fault::Column(name)));
        }
        match record.disclosures {
            Disclosures::NotKept => {}
            Disclosures::Sealed(sealed) => self.check_sealed(digests, sealed, (at, here)),
            Disclosures::Open(texts) => check_open(digests, texts, here),
        }
        false
    }

    /// Digests in the leaf need a disclosure each. One that was opened may hold further digests.
    fn check_sealed(
        &mut self,
        mut wanted: Vec<[u8; 32]>,
        sealed: &[Disclosure<'_>],
        (at, here): (Sequence, &mut dyn FnMut(Fault)),
    ) {
        let mut left: Vec<&Disclosure<'_>> = sealed.iter().collect();
        let (mut lost, mut not_given, mut unopened) = (0, 0, 0);
        while let Some(digest) = wanted.pop() {
            let Some(index) = left.iter().position(|disclosure| disclosure.digest == digest) else {
                here(Fault::DisclosureMissing);
                unopened += 1;
                continue;
            };
            let disclosure = left.swap_remove(index);
            match self.subjects.map(|subjects| subjects.key(disclosure.key)) {
                Some(SubjectAnswer::Key(key)) => match open(key, disclosure) {
                    Some(inner) => wanted.extend(inner),
                    None => {
                        here(Fault::DisclosureWrong);
                        unopened += 1;
                    }
                },
                Some(SubjectAnswer::Destroyed) => {
                    unopened += 1;
                    lost += u64::from(!self.wait(disclosure.key, at));
                }
                Some(SubjectAnswer::NotGiven) => not_given += 1,
                None => unopened += 1,
            }
        }
        // What no opened value names belongs to nothing; an unopened one could name it.
        if not_given + unopened == 0 {
            left.iter().for_each(|_| here(Fault::DisclosureForeign));
        }
        if lost > 0 {
            here(Fault::ErasureNotRecorded { values: lost });
        }
        if not_given > 0 {
            here(Fault::SubjectKeyNotGiven { values: not_given });
        }
    }

    /// Remembers a value under a destroyed key. False where it cannot be: no erasure leaf could name the key, or there are too many.
    fn wait(&mut self, key: &str, at: Sequence) -> bool {
        let Some(handle) = Handle::from_hex(key) else { return false };
        if self.waiting.len() >= WAITING_MAX && !self.waiting.contains_key(&handle) {
            return false;
        }
        let waiting = self.waiting.entry(handle).or_insert(Waiting { first: at, values: 0 });
        waiting.values += 1;
        true
    }

    /// A sound erasure leaf: this subject's values before it are erased.
    pub(crate) fn erase(&mut self, handle: &Handle, by: Sequence, report: &mut Report<'_>) {
        if let Some(Waiting { first, values }) = self.waiting.remove(handle) {
            report(first, Fault::Erased { values, by });
        }
    }

    /// The chain's end: what no erasure leaf spoke of is not erased, but cannot be opened.
    pub(crate) fn finish(&mut self, report: &mut Report<'_>) {
        for (_, Waiting { first, values }) in std::mem::take(&mut self.waiting) {
            report(first, Fault::ErasureNotRecorded { values });
        }
    }
}

fn is_not_canonical(leaf: &Leaf<'_>, here: &mut dyn FnMut(Fault)) -> bool {
    let mut cursor = Cursor::new(leaf.what);
    let mut read = || cursor.value(&mut projection::Digests::default()).and_then(|()| cursor.end());
    if skim::is_canonical(leaf.what) {
        // Whatever is tested or fuzzed holds the two against each other.
        debug_assert!(read().is_ok());
        return false;
    }
    let read = read();
    if read.is_err() {
        let byte = leaf.at + leaf.what.len() - cursor.rest().len();
        here(Fault::Unreadable(ReadError::NotCanonical { byte }));
    }
    read.is_err()
}

/// The digests inside a disclosed value; nothing when it does not open to what the digest stands for.
fn open(key: &SubjectKey, disclosure: &Disclosure<'_>) -> Option<Vec<[u8; 32]>> {
    let opened = Sealed(disclosure.sealed).open(key, &disclosure.digest).ok()?;
    digests_in(opened.name(), opened.value())
}

fn digests_in(name: &str, value: &[u8]) -> Option<Vec<[u8; 32]>> {
    // The one member whose keys are the producer's own: nothing in it is ours, whatever it is called.
    if name == "extras" {
        let mut cursor = Cursor::new(value);
        cursor.value(&mut Pass).and_then(|()| cursor.end()).ok()?;
        return Some(Vec::new());
    }
    let mut digests = projection::Digests::default();
    let mut cursor = Cursor::new(value);
    cursor.value(&mut digests).and_then(|()| cursor.end()).ok()?;
    Some(digests.found)
}

/// Each text must stand for a digest of the leaf, or of another disclosed value. What is not disclosed stays hidden: no fault.
fn check_open(mut wanted: Vec<[u8; 32]>, texts: &[&str], here: &mut dyn FnMut(Fault)) {
    let mut left = Vec::new();
    for text in texts {
        let disclosure = protect::Disclosure::decode(text).ok();
        match disclosure
            .and_then(|disclosure| Some((disclosure.digest(), digests_in(disclosure.name(), disclosure.value())?)))
        {
            Some(read) => left.push(read),
            None => here(Fault::DisclosureWrong),
        }
    }
    while let Some(digest) = wanted.pop() {
        if let Some(index) = left.iter().position(|(of, _)| *of == digest) {
            wanted.extend(left.swap_remove(index).1);
        }
    }
    left.iter().for_each(|_| here(Fault::DisclosureForeign));
}
