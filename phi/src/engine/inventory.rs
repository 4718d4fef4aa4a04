//! The rules that an engine holds, for those who want to see them.

use crate::engine::Engine;
use crate::engine::load::TEXT_FILE;

/// One rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleInfo<'e> {
    pub file: &'e str,
    pub name: &'e str,
    /// How many examples ran when it was loaded.
    pub examples: usize,
}

impl Engine {
    /// Every rule with examples: of paths and names of fields, of text, of the policy.
    pub fn rules(&self) -> impl Iterator<Item = RuleInfo<'_>> {
        let paths = self.tables.trials.iter().map(|trial| RuleInfo {
            file: &trial.file,
            name: &trial.rule,
            examples: trial.examples.positive.len() + trial.examples.negative.len(),
        });
        let text = self.scanner.examples().map(|(name, examples)| RuleInfo { file: TEXT_FILE, name, examples });
        let policy = self.policy_trials.iter().map(|trial| RuleInfo {
            file: &trial.file,
            name: &trial.rule,
            examples: trial.examples.positive.len() + trial.examples.negative.len(),
        });
        paths.chain(text).chain(policy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_of_every_layer_are_listed_with_their_examples() {
        let engine = Engine::builtin().unwrap();
        let rules: Vec<RuleInfo<'_>> = engine.rules().collect();
        for file in ["keys.toml", TEXT_FILE, "policy.toml"] {
            assert!(rules.iter().any(|rule| rule.file == file), "{file}");
        }
        assert!(rules.iter().all(|rule| rule.examples >= 1 && !rule.name.is_empty()));
    }
}
