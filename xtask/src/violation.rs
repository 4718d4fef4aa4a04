//! What a check reports: where, what is wrong, and what to do instead.
use std::fmt;

/// One broken rule. Ordered by path and line, so that a report reads like the tree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Violation {
    pub(crate) path: String,
    pub(crate) line: usize,
    pub(crate) wrong: String,
    pub(crate) instead: String,
}

impl Violation {
    pub(crate) fn new(path: &str, line: usize, wrong: impl Into<String>, instead: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, wrong: wrong.into(), instead: instead.into() }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}; {}", self.path, self.line, self.wrong, self.instead)
    }
}
