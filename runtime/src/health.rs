//! Readiness: each dependency's state with its reason, and one answer for the load balancer.
//!
//! A process is ready when it has registered at least one dependency, all of them are up, and nobody asked it to stop.
//! Register all dependencies before marking the first one up, or readiness may flicker at start.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};

use crate::shutdown::Shutdown;

crate::metric_names! {
    /// What readiness counts.
    pub enum HealthMetric {
        DependencyUp: gauge { dependency } = "audit_runtime_dependency_up", "1 when the dependency is up, 0 when it is down or not checked yet";
        DependencyFell: counter { dependency } = "audit_runtime_dependency_fell_total", "times the dependency went from up to down";
    }
}

/// The dependencies of this process. Clones share one list.
#[derive(Debug, Clone)]
pub struct Health {
    shutdown: Shutdown,
    dependencies: Arc<Mutex<Vec<Entry>>>,
}

/// One dependency's handle: whoever talks to the dependency says how it is.
#[derive(Debug, Clone)]
pub struct Dependency {
    name: &'static str,
    health: Health,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    NotCheckedYet,
    Up,
    Down,
}

#[derive(Debug, Clone, Serialize)]
struct Entry {
    name: &'static str,
    state: State,
    #[serde(skip_serializing_if = "str::is_empty")]
    reason: Cow<'static, str>,
    /// When it entered this state, RFC 3339 in UTC.
    since: String,
}

/// What `/readyz` answers.
#[derive(Debug, Serialize)]
pub(crate) struct Readiness {
    pub(crate) ready: bool,
    reason: &'static str,
    dependencies: Vec<Entry>,
}

impl Health {
    /// No dependencies yet, therefore not ready.
    pub fn new(shutdown: Shutdown) -> Self {
        Self { shutdown, dependencies: Arc::default() }
    }

    /// Registers a dependency as "not checked yet", or returns the handle of the one with this name.
    pub fn dependency(&self, name: &'static str) -> Dependency {
        let mut entries = self.entries();
        if !entries.iter().any(|entry| entry.name == name) {
            let reason = Cow::Borrowed("not checked yet");
            entries.push(Entry { name, state: State::NotCheckedYet, reason, since: now() });
            HealthMetric::DependencyUp.with(&[("dependency", name)]).set(0.0);
            HealthMetric::DependencyFell.with(&[("dependency", name)]).increment(0);
        }
        Dependency { name, health: self.clone() }
    }

    /// Whether this process wants work now.
    pub fn is_ready(&self) -> bool {
        self.readiness().ready
    }

    pub(crate) fn readiness(&self) -> Readiness {
        let dependencies = self.entries().clone();
        let reason = if self.shutdown.is_requested() {
            "shutting down"
        } else if dependencies.is_empty() {
            "no dependency registered yet"
        } else if dependencies.iter().any(|entry| entry.state != State::Up) {
            "a dependency is not up"
        } else {
            "every dependency is up"
        };
        Readiness { ready: reason == "every dependency is up", reason, dependencies }
    }

    fn entries(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.dependencies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Dependency {
    /// The dependency answers. Cheap when nothing changed.
    pub fn up(&self) {
        self.set(State::Up, Cow::Borrowed(""));
    }

    /// The dependency doesn't answer, and why. The reason is shown on `/readyz` and logged, so it carries no payload.
    pub fn down(&self, reason: impl Into<Cow<'static, str>>) {
        self.set(State::Down, reason.into());
    }

    fn set(&self, state: State, reason: Cow<'static, str>) {
        let before = {
            let mut entries = self.health.entries();
            let Some(entry) = entries.iter_mut().find(|entry| entry.name == self.name) else { return };
            let before = entry.state;
            if before != state {
                entry.since = now();
                entry.state = state;
            }
            if entry.reason != reason {
                entry.reason = reason.clone();
            }
            before
        };
        if before == state {
            return;
        }
        let labels = [("dependency", self.name)];
        HealthMetric::DependencyUp.with(&labels).set(if state == State::Up { 1.0 } else { 0.0 });
        match state {
            State::Up => tracing::info!(dependency = self.name, "dependency is up"),
            State::Down | State::NotCheckedYet => {
                tracing::warn!(dependency = self.name, reason = %reason, "dependency is down");
                if before == State::Up {
                    HealthMetric::DependencyFell.with(&labels).increment(1);
                }
            }
        }
    }
}

/// The log's clock, so that a time on `/readyz` is found in the log as it stands.
fn now() -> String {
    let mut text = String::new();
    match SystemTime.format_time(&mut Writer::new(&mut text)) {
        Ok(()) => text,
        Err(std::fmt::Error) => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests;
