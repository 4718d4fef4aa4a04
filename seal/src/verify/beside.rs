//! What stores keep beside the leaf, held against it: typed columns, and the sealed values that its digests stand for.

use schemas::sealed::Disclosure;

use crate::projection;
use crate::protect::{self, Sealed, SubjectKey};
use crate::verify::arrival::{Arrival, Disclosures};
use crate::verify::fault::Fault;
use crate::verify::read::{Leaf, ReadError};
use crate::verify::scan::{Cursor, Pass};

/// What is known of a subject's key.
#[derive(Debug)]
pub enum SubjectAnswer<'k> {
    Key(&'k SubjectKey),
    /// It was destroyed: the values are erased.
    Destroyed,
    /// It is not known here.
    NotGiven,
}

/// Where subjects' keys come from, by the handle that records name them with.
pub trait Subjects {
    fn key(&self, handle: &str) -> SubjectAnswer<'_>;
}

pub(crate) struct Beside<'k> {
    subjects: Option<&'k dyn Subjects>,
    deep: bool,
}

impl<'k> Beside<'k> {
    pub(crate) fn new(subjects: Option<&'k dyn Subjects>, deep: bool) -> Self {
        Self { subjects, deep }
    }

    /// Checks what is there; says whether the leaf itself turned out not to be in canonical form.
    pub(crate) fn check(&self, leaf: &Leaf<'_>, arrival: &Arrival<'_>, here: &mut dyn FnMut(Fault)) -> bool {
        let record = &arrival.record;
        if !self.deep && record.columns.is_none() && matches!(record.disclosures, Disclosures::NotKept) {
            return false;
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
            Disclosures::Sealed(sealed) => self.check_sealed(digests, sealed, here),
            Disclosures::Open(texts) => check_open(digests, texts, here),
        }
        false
    }

    /// Digests in the leaf need a disclosure each. One that was opened may hold further digests.
    fn check_sealed(&self, mut wanted: Vec<[u8; 32]>, sealed: &[Disclosure<'_>], here: &mut dyn FnMut(Fault)) {
        let mut left: Vec<&Disclosure<'_>> = sealed.iter().collect();
        let (mut erased, mut not_given, mut unopened) = (0, 0, 0);
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
                Some(SubjectAnswer::Destroyed) => erased += 1,
                Some(SubjectAnswer::NotGiven) => not_given += 1,
                None => unopened += 1,
            }
        }
        // What no opened value names belongs to nothing; an unopened one could name it.
        if erased + not_given + unopened == 0 {
            left.iter().for_each(|_| here(Fault::DisclosureForeign));
        }
        if erased > 0 {
            here(Fault::Erased { values: erased });
        }
        if not_given > 0 {
            here(Fault::SubjectKeyNotGiven { values: not_given });
        }
    }
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
