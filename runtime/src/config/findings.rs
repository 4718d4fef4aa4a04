//! Goes on after a mistake to find the others.
//!
//! serde stops at the first error. So it is noted, its key is left out, and the section is read again, until nothing new
//! turns up. Unknown keys don't even cost a round: a struct announces its fields, and the reader compares.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display};

use serde::de::{self, DeserializeOwned};

use super::document::{Item, Place};
use super::reader::Reader;
use super::{Problem, suggest};

/// What one reading shares across the tree.
pub(super) struct Context<'a> {
    pub(super) section: &'static str,
    pub(super) environment: &'a BTreeMap<String, String>,
    findings: RefCell<Findings>,
}

#[derive(Default)]
struct Findings {
    problems: Vec<Problem>,
    warnings: Vec<Problem>,
    /// Paths already reported, and left out of the next round.
    left_out: BTreeSet<String>,
}

impl<'a> Context<'a> {
    pub(super) fn new(section: &'static str, environment: &'a BTreeMap<String, String>, known: Vec<Problem>) -> Self {
        let findings = Findings { problems: known, ..Findings::default() };
        Self { section, environment, findings: RefCell::new(findings) }
    }

    /// The section, unless a mistake leaves it without a value it needs.
    pub(super) fn read<S: DeserializeOwned>(&self, root: &Item) -> Option<S> {
        loop {
            self.findings.borrow_mut().warnings.clear();
            let failure = match S::deserialize(Reader::new(root, self)) {
                Ok(section) => return Some(section),
                Err(failure) => failure,
            };
            let (path, place) = failure.at.unwrap_or_else(|| (String::new(), root.place.clone()));
            let mut findings = self.findings.borrow_mut();
            let is_new = findings.left_out.insert(path.clone());
            // A key that is missing only because its mistake was reported already is no second problem.
            let missing = failure.missing.map(|field| join(&path, field));
            if is_new && !missing.is_some_and(|missing| findings.left_out.contains(&missing)) {
                findings.problems.push(Problem::at(join(self.section, &path), failure.message, place));
            }
            if path.is_empty() || !is_new {
                return None;
            }
        }
    }

    pub(super) fn into_findings(self) -> (Vec<Problem>, Vec<Problem>) {
        let findings = self.findings.into_inner();
        (findings.problems, findings.warnings)
    }

    pub(super) fn warn(&self, path: &str, place: &Place, message: String) {
        let warning = Problem::at(join(self.section, path), message, place.clone());
        self.findings.borrow_mut().warnings.push(warning);
    }

    pub(super) fn is_left_out(&self, path: &str) -> bool {
        self.findings.borrow().left_out.contains(path)
    }

    pub(super) fn report_unknown(&self, path: &str, place: &Place, message: String) {
        let mut findings = self.findings.borrow_mut();
        if findings.left_out.insert(path.to_owned()) {
            findings.problems.push(Problem::at(join(self.section, path), message, place.clone()));
        }
    }
}

/// A key under its parent's path.
pub(super) fn join(parent: &str, key: &str) -> String {
    match (parent, key) {
        ("", only) | (only, "") => only.to_owned(),
        (parent, key) => format!("{parent}.{key}"),
    }
}

/// A mistake, and the innermost key it belongs to.
#[derive(Debug)]
pub(super) struct Failure {
    message: String,
    missing: Option<&'static str>,
    at: Option<(String, Place)>,
}

impl Failure {
    pub(super) fn located(mut self, path: &str, place: &Place) -> Self {
        self.at.get_or_insert_with(|| (path.to_owned(), place.clone()));
        self
    }
}

impl Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl de::Error for Failure {
    fn custom<T: Display>(message: T) -> Self {
        Self { message: message.to_string(), missing: None, at: None }
    }

    fn missing_field(field: &'static str) -> Self {
        Self { missing: Some(field), ..Self::custom(format_args!("`{field}` is missing and has no default: set it")) }
    }

    fn unknown_field(field: &str, known: &'static [&'static str]) -> Self {
        Self::custom(format_args!("unknown key `{field}`; {}", suggest::hint(field, known.iter().copied())))
    }

    fn unknown_variant(word: &str, known: &'static [&'static str]) -> Self {
        Self::custom(format_args!("unknown word `{word}`; {}", suggest::hint(word, known.iter().copied())))
    }
}
