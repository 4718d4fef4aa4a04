//! Every rule's own examples, run before the rule is used.

use crate::engine::error::{RuleError, RuleFault};
use crate::engine::{Engine, Located, Scratch};
use crate::paths::load::Trial;

/// The first example that does not hold.
pub(crate) fn run(engine: &Engine) -> Result<(), RuleError> {
    failures(engine).next().map_or(Ok(()), Err)
}

/// Every example that does not hold.
fn failures(engine: &Engine) -> impl Iterator<Item = RuleError> {
    let mut scratch = Scratch::default();
    let mut found = Vec::new();
    engine.tables.trials.iter().flat_map(move |trial| {
        let mut wrong = Vec::new();
        for (list, examples) in [("positive", &trial.examples.positive), ("negative", &trial.examples.negative)] {
            let wanted = list == "positive";
            for (index, example) in examples.iter().enumerate() {
                engine.scan_any(example, &mut scratch, &mut found);
                if !holds(trial, &found, wanted) {
                    let reason = if wanted != trial.silent { "is not found" } else { "is found" };
                    let fault = RuleFault::Example { rule: trial.rule.clone(), list, number: index + 1, reason };
                    wrong.push(RuleError { file: trial.file.clone(), fault });
                }
            }
        }
        wrong
    })
}

/// A rule that finds shows it by finding; a rule that keeps others from finding, by nothing being found.
fn holds(trial: &Trial, found: &[Located], wanted: bool) -> bool {
    let by_rule = found.iter().any(|located| trial.ids.contains(&located.finding.rule.0));
    if trial.silent { found.is_empty() == wanted } else { by_rule == wanted }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_of_the_rules_that_come_with_the_product_holds() {
        let engine = Engine::untried(&[]).unwrap();
        let wrong: Vec<String> = failures(&engine).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
