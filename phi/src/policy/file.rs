//! How the policy is written: levels, floors, what is hidden, search tokens, tenants, suppressions. Each with examples.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::paths::file::Examples;

/// What a finding brings, by whose value it is and what it is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LevelRule {
    pub name: String,
    pub level: String,
    /// `patient`, `agent`, or anybody's where there is none.
    pub owner: Option<String>,
    /// All, where there are none.
    #[serde(default)]
    pub labels: Vec<String>,
    /// How many different labels must come together.
    #[serde(default = "one")]
    pub at_least: usize,
    pub examples: Examples,
}

fn one() -> usize {
    1
}

/// What the mere presence of a field brings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PresenceRule {
    pub name: String,
    pub level: String,
    pub paths: Vec<String>,
    pub examples: Examples,
}

/// Marks that set a level whatever else is found.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FloorRule {
    pub name: String,
    pub level: String,
    /// Codes of security labels and purposes.
    #[serde(default)]
    pub codes: Vec<String>,
    /// Our own words for a purpose.
    #[serde(default)]
    pub purposes: Vec<String>,
    /// Parts of the legal basis and of policies, in any case.
    #[serde(default)]
    pub phrases: Vec<String>,
    pub examples: Examples,
}

/// Members that must not stand in clear.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HideRule {
    pub name: String,
    pub paths: Vec<String>,
    /// `always`, `found` (something is found in it), `patient` (found, or the event has a patient), `unknown` (found, or of no known
    /// name), `never`.
    pub when: String,
    pub examples: Examples,
}

/// A field that can be searched by keyed tokens.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenRule {
    pub field: String,
    pub paths: Vec<String>,
}

/// Findings that are known to be wrong, for a while.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Suppression {
    /// The rule whose findings are dropped.
    pub rule: String,
    pub path: Option<String>,
    pub tenant: Option<String>,
    pub reason: String,
    /// Events from this time on are judged as if this did not stand here.
    pub until: String,
}

/// What one tenant wants otherwise.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TenantRule {
    /// Labels that are not looked for.
    #[serde(default)]
    pub off: Vec<String>,
    /// Levels of level rules and presence rules, by the rule's name.
    #[serde(default)]
    pub levels: BTreeMap<String, String>,
}

/// The level of an event that no rule says anything about, and of those that could not be judged.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Defaults {
    pub nothing: String,
    pub unknown: String,
    pub undecodable: String,
    pub fault: String,
}
