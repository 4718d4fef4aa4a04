//! Rule files: read, put together, tried on their own examples.

use std::collections::BTreeMap;

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::engine::error::{RuleError, RuleFault};
use crate::finding::RuleId;
use crate::paths::file::{IdentifierRule, KeyRule, SegmentRule, TypeRule};
use crate::paths::load::{FIRST_RULE, Loader, Tables};
use crate::policy::Policy;
use crate::policy::file::{Defaults, FloorRule, HideRule, LevelRule, PresenceRule, Suppression, TenantRule, TokenRule};
use crate::policy::load::{PolicyLoader, PolicyPart, PolicyTrial};
use crate::text::{BUILTIN_RULES, Scanner};

/// The text scanner's rules.
pub(crate) const TEXT_FILE: &str = "text.toml";

/// The rules that come with the product. A file of the same name takes one's place, others are added.
pub(crate) const BUILTIN: [(&str, &str); 10] = [
    ("audit_event.toml", include_str!("../../rules/audit_event.toml")),
    ("fhir_audit.toml", include_str!("../../rules/fhir_audit.toml")),
    ("fhir_datatypes.toml", include_str!("../../rules/fhir_datatypes.toml")),
    ("fhir_resources.toml", include_str!("../../rules/fhir_resources.toml")),
    ("formats.toml", include_str!("../../rules/formats.toml")),
    ("hl7.toml", include_str!("../../rules/hl7.toml")),
    ("identifiers.toml", include_str!("../../rules/identifiers.toml")),
    ("keys.toml", include_str!("../../rules/keys.toml")),
    ("policy.toml", include_str!("../../rules/policy.toml")),
    (TEXT_FILE, BUILTIN_RULES),
];

/// Digits of the digest in a version.
const DIGEST_DIGITS: usize = 8;

/// A file of rules; which kinds it holds is its own business.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    version: String,
    #[serde(default, rename = "type")]
    types: Vec<TypeRule>,
    #[serde(default, rename = "key")]
    keys: Vec<KeyRule>,
    #[serde(default, rename = "identifier")]
    identifiers: Vec<IdentifierRule>,
    #[serde(default, rename = "segment")]
    segments: Vec<SegmentRule>,
    levels: Option<Defaults>,
    #[serde(default, rename = "floor")]
    floors: Vec<FloorRule>,
    #[serde(default, rename = "presence")]
    presences: Vec<PresenceRule>,
    #[serde(default, rename = "level")]
    level_rules: Vec<LevelRule>,
    #[serde(default, rename = "hide")]
    hides: Vec<HideRule>,
    #[serde(default, rename = "token")]
    tokens: Vec<TokenRule>,
    #[serde(default, rename = "suppress")]
    suppressions: Vec<Suppression>,
    #[serde(default, rename = "tenant")]
    tenants: BTreeMap<String, TenantRule>,
}

/// What all files together come to.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub tables: Tables,
    pub scanner: Scanner,
    pub policy: Policy,
    pub policy_trials: Vec<PolicyTrial>,
    pub version: String,
}

/// The built-in files with the given ones in their places.
pub(crate) fn files<'t>(given: &[(&'t str, &'t str)]) -> Vec<(&'t str, &'t str)> {
    let mut files: Vec<(&str, &str)> = BUILTIN.to_vec();
    for (name, text) in given {
        match files.iter_mut().find(|(known, _)| known == name) {
            Some(file) => file.1 = text,
            None => files.push((name, text)),
        }
    }
    files
}

pub(crate) fn load(files: &[(&str, &str)]) -> Result<Loaded, RuleError> {
    let mut loader = Loader::default();
    let mut policy = PolicyLoader::default();
    let mut digest = Sha256::new();
    let mut newest = String::new();
    let mut scanner = None;
    for (name, text) in files {
        // Lengths keep two sets of files from having one digest.
        digest.update((name.len() as u64).to_be_bytes());
        digest.update(name.as_bytes());
        digest.update((text.len() as u64).to_be_bytes());
        digest.update(text.as_bytes());
        if *name == TEXT_FILE {
            let built = Scanner::from_toml(text).map_err(|error| refused(name, RuleFault::Text(error)))?;
            newest = newest.max(built.version().to_owned());
            scanner = Some(built);
            continue;
        }
        let file: RuleFile = toml::from_str(text).map_err(|error| unreadable(name, &error))?;
        newest = newest.max(file.version);
        file.types.into_iter().for_each(|rule| loader.add_type(name, rule));
        file.keys.into_iter().try_for_each(|rule| loader.add_keys(name, rule))?;
        file.identifiers.into_iter().try_for_each(|rule| loader.add_identifier(name, rule))?;
        file.segments.into_iter().try_for_each(|rule| loader.add_segment(name, rule))?;
        let part = PolicyPart {
            defaults: file.levels,
            floors: file.floors,
            presences: file.presences,
            levels: file.level_rules,
            hides: file.hides,
            tokens: file.tokens,
            suppressions: file.suppressions,
            tenants: file.tenants,
        };
        policy.add(name, part);
    }
    let mut version = format!("{newest}-");
    for byte in digest.finalize().iter().take(DIGEST_DIGITS / 2) {
        version.push_str(&format!("{byte:02x}"));
    }
    let missing = RuleFault::Missing("the text scanner has no rules; add text.toml");
    let scanner = scanner.ok_or_else(|| refused(TEXT_FILE, missing))?;
    let tables = loader.finish()?;
    let rule_id = |name: &str| tables.rule_id(name).or_else(|| text_rule(&scanner, name));
    let (policy, policy_trials) = policy.finish(&rule_id)?;
    Ok(Loaded { tables, scanner, policy, policy_trials, version })
}

fn text_rule(scanner: &Scanner, name: &str) -> Option<RuleId> {
    (0..FIRST_RULE)
        .map(RuleId)
        .take_while(|id| !scanner.rule_name(*id).is_empty())
        .find(|id| scanner.rule_name(*id) == name)
}

/// Where it is wrong, in the parser's words, without a line of the file itself.
pub(crate) fn unreadable(file: &str, error: &toml::de::Error) -> RuleError {
    refused(file, RuleFault::Unreadable(error.message().to_owned()))
}

fn refused(file: &str, fault: RuleFault) -> RuleError {
    RuleError { file: file.to_owned(), fault }
}
