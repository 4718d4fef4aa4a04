//! Rules that change while events are classified: the new engine is built aside, and takes over as a whole or not at all.

use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::engine::{Engine, RuleError};

/// The engine in force. Whoever holds one keeps it for as long as its event takes, so no event sees two policies.
#[derive(Debug)]
pub struct Reloadable(ArcSwap<Engine>);

impl Reloadable {
    #[must_use]
    pub fn new(engine: Engine) -> Self {
        Self(ArcSwap::from_pointee(engine))
    }

    /// The engine in force now.
    #[must_use]
    pub fn current(&self) -> Arc<Engine> {
        self.0.load_full()
    }

    /// Takes these rules instead, if they are sound; else the engine in force stays.
    pub fn reload(&self, rules: &[(&str, &str)]) -> Result<(), RuleError> {
        self.0.store(Arc::new(Engine::from_toml(rules)?));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::RuleFault;

    #[test]
    fn a_broken_file_is_refused_by_name_and_the_engine_in_force_stays() {
        let engine = Reloadable::new(Engine::builtin().unwrap());
        let before = engine.current().version().to_owned();
        let rule = |means: &str, positive: &str| {
            format!(
                "version = \"9\"\n[[key]]\nname = \"ward-clerk\"\nmeans = \"{means}\"\nphrases = [\"ward clerk\"]\nexamples.positive = ['{positive}']\nexamples.negative = ['{{}}']\n"
            )
        };
        let refused = |text: &str| engine.reload(&[("site.toml", text)]).unwrap_err().to_string();
        assert_eq!(refused(&rule("NOBODY", "{}")), "rule file site.toml: rule ward-clerk: `NOBODY` is no meaning");
        assert_eq!(
            refused(&rule("NAME", r#"{"ward":"Jane Secret"}"#)),
            "rule file site.toml: rule ward-clerk: example 1 of `positive` is not found"
        );
        assert!(refused("version = 9").starts_with("rule file site.toml: not readable: "));
        assert_eq!(engine.current().version(), before);

        engine.reload(&[("site.toml", &rule("NAME", r#"{"wardClerk":"Jane Secret"}"#))]).unwrap();
        let version = engine.current().version().to_owned();
        assert!(version.starts_with("9-") && version != before, "{version}");
    }

    #[test]
    fn a_rule_without_examples_is_refused() {
        let text = "version = \"1\"\n[[key]]\nname = \"x\"\nmeans = \"NAME\"\nphrases = [\"x y\"]\nexamples.positive = []\nexamples.negative = []\n";
        let error = Engine::from_toml(&[("site.toml", text)]).unwrap_err();
        assert!(matches!(error.fault, RuleFault::Rule { rule, .. } if rule == "x"));
    }
}
