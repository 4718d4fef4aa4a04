//! Every rule's own examples, run before the rule is used.

use crate::engine::error::{RuleError, RuleFault};
use crate::engine::{Engine, Located, Scratch};
use crate::paths::load::Trial;
use crate::policy::load::Shows;

/// The first example that does not hold.
pub(crate) fn run(engine: &Engine) -> Result<(), RuleError> {
    failures(engine).chain(policy_failures(engine)).next().map_or(Ok(()), Err)
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

/// Every example of the policy that does not hold.
fn policy_failures(engine: &Engine) -> impl Iterator<Item = RuleError> {
    let mut scratch = Scratch::default();
    engine.policy_trials.iter().flat_map(move |trial| {
        let mut wrong = Vec::new();
        for (list, examples) in [("positive", &trial.examples.positive), ("negative", &trial.examples.negative)] {
            for (index, example) in examples.iter().enumerate() {
                let reason = match shows(engine, &trial.shows, example, &mut scratch) {
                    Some(shown) if shown == (list == "positive") => continue,
                    Some(true) => "applies",
                    Some(false) => "does not apply",
                    None => "is no part of an event",
                };
                let fault = RuleFault::Example { rule: trial.rule.clone(), list, number: index + 1, reason };
                wrong.push(RuleError { file: trial.file.clone(), fault });
            }
        }
        wrong
    })
}

/// Whether the members of an event show what they are to show; `None` when they are none.
fn shows(engine: &Engine, what: &Shows, members: &str, scratch: &mut Scratch) -> Option<bool> {
    // Of no tenant, and after the end of every suppression.
    let mut text = String::from(
        r#"{"event_id":"1","tenant":"(examples)","event_type":"login","action":"execute","outcome":"success","occurred_at":"2254-01-01T00:00:00Z","#,
    );
    for (member, value) in [("agents", r#"[{"kind":"software"}]"#), ("source", r#"{"system":"s"}"#)] {
        if !members.contains(&format!("\"{member}\":")) {
            text.push_str(&format!("\"{member}\":{value},"));
        }
    }
    text.push_str(members);
    text.push('}');
    let event = serde_json::from_str(&text).ok()?;
    let classified = engine.classify(event, scratch);
    Some(match what {
        Shows::Term(term) => classified.applied().has(*term),
        Shows::Hidden { paths, readable } => {
            let named = |path: &str| paths.iter().any(|known| path.starts_with(known.as_str()));
            let is_hidden = classified.hidden().iter().any(|hidden| named(&hidden.place.path()));
            // What stays readable must have been found to show it.
            let is_found = || classified.findings().iter().any(|found| named(&found.place.path()));
            if *readable { !is_hidden && is_found() } else { is_hidden }
        }
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
        let wrong: Vec<String> =
            failures(&engine).chain(policy_failures(&engine)).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
