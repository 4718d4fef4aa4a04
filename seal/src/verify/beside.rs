//! What stores keep beside the leaf, held against it: typed columns, and the sealed values that its digests stand for.

use schemas::sealed::Disclosure;

use crate::projection;
use crate::protect::{Sealed, SubjectKey};
use crate::verify::arrival::Arrival;
use crate::verify::fault::Fault;
use crate::verify::read::{Leaf, ReadError};
use crate::verify::scan::Cursor;

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
        if !self.deep && record.columns.is_none() && record.disclosures.is_none() {
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
        if let Some(disclosures) = record.disclosures {
            self.check_disclosures(digests, disclosures, here);
        }
        false
    }

    /// Digests in the leaf need a disclosure each. One that was opened may hold further digests.
    fn check_disclosures(&self, digests: Vec<[u8; 32]>, given: &[Disclosure<'_>], here: &mut dyn FnMut(Fault)) {
        let mut wanted = digests;
        let mut left: Vec<&Disclosure<'_>> = given.iter().collect();
        let (mut erased, mut not_given) = (0, 0);
        let mut all_open = true;
        while let Some(digest) = wanted.pop() {
            let Some(index) = left.iter().position(|disclosure| disclosure.digest == digest) else {
                here(Fault::DisclosureMissing);
                all_open = false;
                continue;
            };
            let disclosure = left.swap_remove(index);
            let answer = self.subjects.map(|subjects| subjects.key(disclosure.key));
            let opened = match answer {
                Some(SubjectAnswer::Key(key)) => open(key, disclosure),
                Some(SubjectAnswer::Destroyed) => {
                    erased += 1;
                    all_open = false;
                    continue;
                }
                Some(SubjectAnswer::NotGiven) => {
                    not_given += 1;
                    all_open = false;
                    continue;
                }
                None => {
                    all_open = false;
                    continue;
                }
            };
            match opened {
                Some(inner) => wanted.extend(inner),
                None => {
                    here(Fault::DisclosureWrong);
                    all_open = false;
                }
            }
        }
        // What no opened value names belongs to nothing; an unopened one could name it.
        if all_open {
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
    let mut digests = projection::Digests::default();
    let mut cursor = Cursor::new(opened.value());
    cursor.value(&mut digests).and_then(|()| cursor.end()).ok()?;
    Some(digests.found)
}
