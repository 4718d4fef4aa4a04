//! A folder for one run's configuration, key and logs: gone after success, kept and named after failure.

use std::path::Path;

use anyhow::Result;

use crate::stack::Stack;

/// Runs `work` on the stack that the environment names.
pub fn within(work: impl FnOnce(Stack, &Path) -> Result<()>) -> Result<()> {
    let stack = Stack::from_environment()?;
    let place = tempfile::Builder::new().prefix("sealtrail-").tempdir()?;
    let outcome = work(stack, place.path());
    if outcome.is_err() {
        eprintln!("logs and configuration are kept in {}", place.keep().display());
    }
    outcome
}
