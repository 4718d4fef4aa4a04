//! Configuration: built-in defaults, then one TOML file with a section per process, then environment variables.
//!
//! A process reads its own section only. A key or variable that nobody knows is refused with a suggestion, all problems are
//! reported together, and secrets are named by where they come from and never shown.

mod document;
mod findings;
mod reader;
mod secret;
mod settings;
mod suggest;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use secret::Secret;
pub use settings::{LogFormat, ProcessSettings};

use document::{Document, Place};
use findings::Context;

/// The sections that a shared file may hold besides the one that is read.
const SECTIONS: [&str; 5] = ["ingest", "enrich", "sink", "query", "loadtest"];

/// A process's configuration: one section of the file.
///
/// Every struct in it names its fields: `#[serde(flatten)]` hides them from the search for unknown keys. Defaults come from
/// `#[serde(default)]`; a field without one must be set.
pub trait Section: DeserializeOwned + Serialize {
    /// The section's name, in lower case: `[enrich]` and `SEALTRAIL_ENRICH_...`.
    const NAME: &'static str;

    /// The settings that every process has; the field is called `process`.
    fn process(&self) -> &ProcessSettings;

    /// Checks across fields, after each field has been read without a problem.
    fn check(&self) -> Vec<Problem>;
}

/// One thing wrong with the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    key: String,
    message: String,
    place: Place,
}

impl Problem {
    /// A problem with `key`, written relative to the section: `batch_bytes`, `process.listen`.
    pub fn new(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self { key: key.into(), message: message.into(), place: Place::Nowhere }
    }

    fn at(key: impl Into<String>, message: impl Into<String>, place: Place) -> Self {
        Self { key: key.into(), message: message.into(), place }
    }

    /// The key, with its section once it has been reported.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// What is wrong and what to do.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Nowhere => {}
            place => write!(out, "{place}: ")?,
        }
        if self.key.is_empty() { out.write_str(&self.message) } else { write!(out, "{}: {}", self.key, self.message) }
    }
}

/// Every problem found; displays as one line each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    problems: Vec<Problem>,
}

impl ConfigError {
    /// In the order a person corrects them: down the file, then variable by variable.
    fn of(mut problems: Vec<Problem>) -> Self {
        problems.sort_by(|one, other| one.place.cmp(&other.place));
        Self { problems }
    }

    /// The problems: down the file, then variable by variable.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl From<Problem> for ConfigError {
    fn from(problem: Problem) -> Self {
        Self { problems: vec![problem] }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.problems.len() == 1 { "problem" } else { "problems" };
        write!(out, "{} {plural} in the configuration", self.problems.len())?;
        self.problems.iter().try_for_each(|problem| write!(out, "\n  {problem}"))
    }
}

impl std::error::Error for ConfigError {}

/// Reads the section `S` from `path` (built-in defaults without one) and lays the environment over it.
///
/// # Errors
/// All problems at once: syntax, unknown keys and variables, wrong types, unreadable secrets, and `S::check`.
pub fn load<S: Section>(
    path: Option<&Path>,
    environment: impl Iterator<Item = (String, String)>,
) -> Result<S, ConfigError> {
    let (section, warnings) = load_with_warnings(path, environment)?;
    for warning in warnings {
        tracing::warn!(%warning, "configuration");
    }
    Ok(section)
}

/// Like [`load`], for a caller that sets up logs only afterwards.
pub(crate) fn load_with_warnings<S: Section>(
    path: Option<&Path>,
    environment: impl Iterator<Item = (String, String)>,
) -> Result<(S, Vec<Problem>), ConfigError> {
    let environment: BTreeMap<String, String> = environment.collect();
    let mut document = match path {
        Some(path) => Document::read(path, S::NAME)?,
        None => Document::empty(),
    };
    document.overlay(S::NAME, &environment);
    let context = Context::new(S::NAME, &environment, document.problems);
    let section: Option<S> = context.read(&document.section);
    let (mut problems, warnings) = context.into_findings();
    match section {
        Some(section) if problems.is_empty() => {
            let checks = section.process().check().into_iter().map(|problem| under("process", problem));
            problems.extend(checks.chain(section.check()).map(|problem| {
                let place = document.section.place_of(&problem.key);
                Problem { place, ..under(S::NAME, problem) }
            }));
            if problems.is_empty() { Ok((section, warnings)) } else { Err(ConfigError::of(problems)) }
        }
        Some(_) | None => Err(ConfigError::of(problems)),
    }
}

fn under(parent: &str, problem: Problem) -> Problem {
    Problem { key: format!("{parent}.{}", problem.key), ..problem }
}

/// The resolved section as TOML that could be loaded again: every key, secrets by where they come from.
pub(crate) fn safe_view<S: Section>(section: &S) -> Result<String, toml::ser::Error> {
    toml::to_string(&BTreeMap::from([(S::NAME, section)]))
}

/// The process's environment, for [`load`]. Variables that aren't UTF-8 are left out.
///
/// # Errors
/// One of ours isn't UTF-8.
pub fn environment() -> Result<Vec<(String, String)>, ConfigError> {
    let mut variables = Vec::new();
    let mut problems = Vec::new();
    for (name, value) in std::env::vars_os() {
        match (name.into_string(), value.into_string()) {
            (Ok(name), Ok(value)) => variables.push((name, value)),
            (Ok(name), Err(_)) if name.starts_with("SEALTRAIL_") => {
                problems.push(Problem::at("", "the value is not UTF-8 text", Place::Variable(name)));
            }
            _ => {}
        }
    }
    if problems.is_empty() { Ok(variables) } else { Err(ConfigError { problems }) }
}

/// Whether the person asked for no colours, by the convention of no-color.org.
pub(crate) fn is_colour_unwanted() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

#[cfg(test)]
mod tests;
