//! The verifier: walks one chain's stored records in sequence order and names everything that is wrong.

use std::fmt;

use crate::chain::{LeafHash, Sequence};
use crate::draft::chain::ChainState;
use crate::draft::error::LeafError;
use crate::draft::leaf::Leaf;
use crate::draft::mac::MacKey;
use crate::draft::projection::Projection;

/// What a walk can conclude, worst last. Later verdicts (forked, erased, stale, ...) come with what they judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    Intact,
    Unverifiable,
    Missing,
    Tampered,
}

impl Verdict {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Intact => "intact",
            Self::Unverifiable => "unverifiable",
            Self::Missing => "missing",
            Self::Tampered => "tampered",
        }
    }

    /// The exit code of a program that ends with this verdict.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Intact => 0,
            Self::Tampered => 10,
            Self::Missing => 11,
            Self::Unverifiable => 13,
        }
    }
}

/// A record as a store holds it, with the sequence under which it is filed.
#[derive(Debug, Clone, Copy)]
pub struct StoredRecord<'a> {
    pub sequence: Sequence,
    pub leaf: &'a [u8],
    pub key_id: &'a str,
    pub mac: &'a [u8],
}

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub chain: String,
    pub sequence: Sequence,
    pub fault: Fault,
}

/// The closed set of faults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    Unreadable(LeafError),
    /// The leaf was filed under another sequence than the one it names.
    Misfiled {
        leaf_says: Sequence,
    },
    WrongChain,
    MissingFrom {
        expected: Sequence,
    },
    Repeated,
    BrokenLink,
    SourceNotRising,
    /// Input records without a leaf.
    SourceMissingFrom {
        expected: i64,
    },
    BadMac,
    UnknownKey,
    /// A typed column differs from what the leaf says.
    Column(&'static str),
}

impl Fault {
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::Unreadable(LeafError::UnknownVersion(_)) | Self::UnknownKey => Verdict::Unverifiable,
            Self::MissingFrom { .. } | Self::SourceMissingFrom { .. } => Verdict::Missing,
            _ => Verdict::Tampered,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => write!(f, "{error}"),
            Self::Misfiled { leaf_says } => write!(f, "filed here, but its leaf says sequence {}", leaf_says.0),
            Self::WrongChain => f.write_str("its leaf names another chain"),
            Self::MissingFrom { expected } => write!(f, "records from sequence {} up to here are missing", expected.0),
            Self::Repeated => f.write_str("this sequence was already there"),
            Self::BrokenLink => f.write_str("it does not name the hash of the record before it"),
            Self::SourceNotRising => f.write_str("its source position does not follow the one before it"),
            Self::SourceMissingFrom { expected } => {
                write!(f, "accepted records from source offset {expected} up to its own were never sealed")
            }
            Self::BadMac => f.write_str("its MAC does not match its leaf"),
            Self::UnknownKey => f.write_str("its MAC was made with a key that was not given"),
            Self::Column(name) => write!(f, "column {name} differs from the leaf"),
        }
    }
}

/// Walks one chain in bounded memory; the caller collects the findings.
#[derive(Debug)]
pub struct ChainVerifier<'k> {
    chain: String,
    keys: &'k [MacKey],
    state: ChainState,
    next_source: i64,
    /// After a break the next link cannot be judged: its predecessor is not the one that was sealed.
    link_known: bool,
}

impl<'k> ChainVerifier<'k> {
    /// Without keys the walk checks hashes and order only.
    #[must_use]
    pub fn new(chain: String, keys: &'k [MacKey]) -> Self {
        Self { chain, keys, state: ChainState::EMPTY, next_source: 0, link_known: true }
    }

    /// How many records the chain has so far, by its own count.
    #[must_use]
    pub fn length(&self) -> Sequence {
        self.state.next
    }

    /// Takes the next stored record; returns its columns as the leaf has them when it can be read.
    pub fn take<'a>(&mut self, record: StoredRecord<'a>, findings: &mut Vec<Finding>) -> Option<Projection<'a>> {
        let mut faults = Vec::new();
        let projection = self.judge(record, |fault| faults.push(fault));
        let name = |fault| Finding { chain: self.chain.clone(), sequence: record.sequence, fault };
        findings.extend(faults.into_iter().map(name));
        projection
    }

    fn judge<'a>(&mut self, record: StoredRecord<'a>, mut report: impl FnMut(Fault)) -> Option<Projection<'a>> {
        let at = record.sequence;
        if at < self.state.next {
            report(Fault::Repeated);
            return None;
        }
        if at > self.state.next {
            report(Fault::MissingFrom { expected: self.state.next });
            self.link_known = false;
        }
        if !self.keys.is_empty() {
            match self.keys.iter().find(|key| key.id().0 == record.key_id) {
                None => report(Fault::UnknownKey),
                Some(key) if !key.verifies(record.leaf, record.mac) => report(Fault::BadMac),
                Some(_) => {}
            }
        }
        let hash = LeafHash::of(record.leaf);
        let expected_previous = self.link_known.then_some(self.state.previous);
        self.state = ChainState { next: Sequence(at.0 + 1), previous: hash };
        self.link_known = true;
        match Leaf::parse(record.leaf) {
            Err(error) => {
                report(Fault::Unreadable(error));
                None
            }
            Ok(leaf) => {
                self.check(&leaf, at, expected_previous, &mut report);
                Some(Projection::from_leaf(leaf, hash))
            }
        }
    }

    fn check(
        &mut self,
        leaf: &Leaf<'_>,
        at: Sequence,
        expected_previous: Option<LeafHash>,
        report: &mut impl FnMut(Fault),
    ) {
        if leaf.sequence != at {
            report(Fault::Misfiled { leaf_says: leaf.sequence });
        }
        if leaf.chain != self.chain {
            report(Fault::WrongChain);
        }
        if expected_previous.is_some_and(|previous| previous != leaf.previous) {
            report(Fault::BrokenLink);
        }
        // Every input offset has one leaf. Where leaves are missing, so are their sources, which is said already.
        if leaf.source.offset < self.next_source {
            report(Fault::SourceNotRising);
        } else if leaf.source.offset > self.next_source && expected_previous.is_some() {
            report(Fault::SourceMissingFrom { expected: self.next_source });
        }
        self.next_source = leaf.source.offset + 1;
    }
}

/// The worst verdict of all findings; intact when there is none.
#[must_use]
pub fn verdict(findings: &[Finding]) -> Verdict {
    findings.iter().map(|finding| finding.fault.verdict()).max().unwrap_or(Verdict::Intact)
}
