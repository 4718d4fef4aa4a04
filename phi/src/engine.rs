//! The engine: rules and policy, compiled, tried on their own examples, and never changed afterwards.

mod classify;
pub mod error;
pub(crate) mod inventory;
pub(crate) mod leaf;
pub(crate) mod load;
mod located;
mod prose;
mod reload;
pub(crate) mod scan;
mod trial;
pub(crate) mod visit;
pub(crate) mod walker;

use std::sync::Arc;

pub use classify::Classified;
pub use error::{RuleError, RuleFault};
pub use inventory::RuleInfo;
pub use located::Located;
pub use reload::Reloadable;
pub use scan::Scratch;
pub use walker::EventFinding;

use crate::finding::{Finding, RuleId};
use crate::paths::load::Tables;
use crate::policy::Policy;
use crate::policy::load::PolicyTrial;
use crate::text::Scanner;
use scan::{Scan, Work};

/// Bytes that one scan looks at, decoded ones included, before it says that it was too much.
const SCAN_BYTES_MAX: usize = 64 << 20;

/// Everything that says what is found and what it means.
#[derive(Debug)]
pub struct Engine {
    tables: Tables,
    scanner: Scanner,
    terms: Arc<Terms>,
    policy_trials: Vec<PolicyTrial>,
}

/// What stays with every event that was judged by it.
#[derive(Debug, Default)]
pub(crate) struct Terms {
    pub version: String,
    pub policy: Policy,
}

impl Engine {
    /// The rules that come with the product.
    pub fn builtin() -> Result<Self, RuleError> {
        Self::from_toml(&[])
    }

    /// The rules that come with the product, with the given files (name, text) in the place of those of the same name.
    /// A file with a rule that fails its own examples is refused.
    pub fn from_toml(rules: &[(&str, &str)]) -> Result<Self, RuleError> {
        let engine = Self::untried(rules)?;
        trial::run(&engine)?;
        Ok(engine)
    }

    fn untried(rules: &[(&str, &str)]) -> Result<Self, RuleError> {
        let load::Loaded { tables, scanner, policy, policy_trials, version } = load::load(&load::files(rules))?;
        Ok(Self { tables, scanner, terms: Arc::new(Terms { version, policy }), policy_trials })
    }

    /// The newest version that a rule file declares, and a digest of all of them.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.terms.version
    }

    /// The name of the rule that made a finding.
    #[must_use]
    pub fn rule_name(&self, rule: RuleId) -> &str {
        self.tables.rule_name(rule).unwrap_or_else(|| self.scanner.rule_name(rule))
    }

    /// Searches free text; whatever is encoded in it is decoded. Findings come in order and do not overlap.
    pub fn scan_text(&self, text: &str, scratch: &mut Scratch, out: &mut Vec<Finding>) {
        out.clear();
        self.scan(scratch, SCAN_BYTES_MAX).content(text, out);
    }

    /// Like [`Engine::scan_text`], but no two findings overlap even where they come from one group of base64. False when
    /// something could not be looked into.
    pub(crate) fn scan_whole(&self, text: &str, scratch: &mut Scratch, out: &mut Vec<Finding>) -> bool {
        out.clear();
        let mut scan = self.scan(scratch, SCAN_BYTES_MAX);
        scan.content(text, out);
        let whole = !scan.work.exceeded && !scan.work.opaque;
        out.sort_unstable_by_key(|finding| finding.start);
        out.dedup_by(|later, earlier| {
            let overlap = later.start < earlier.end;
            if overlap {
                earlier.end = earlier.end.max(later.end);
            }
            overlap
        });
        whole
    }

    pub(crate) fn scan<'e, 's>(&'e self, scratch: &'s mut Scratch, bytes: usize) -> Scan<'e, 's> {
        Scan { tables: &self.tables, scanner: &self.scanner, pool: &mut scratch.pool, work: Work::of(bytes), depth: 0 }
    }
}
