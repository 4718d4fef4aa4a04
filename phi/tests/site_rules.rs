//! A site's own file of rules: it adds to those of the product, and is refused with its name and the fix when it is wrong.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use phi::{Engine, Scratch};

const PAGE: &str = include_str!("../../docs/src/reference/phi-rules.md");

/// The reference's example of a file of text rules.
fn page_example() -> &'static str {
    let blocks = PAGE.split("```toml\n").skip(1).filter_map(|block| block.split("```").next());
    blocks.into_iter().find(|block| block.contains("[[literals]]")).unwrap()
}

/// What an engine with a site's file finds, as `rule value`.
fn found(engine: &Engine, text: &str) -> Vec<String> {
    let mut findings = Vec::new();
    engine.scan_text(text, &mut Scratch::default(), &mut findings);
    let cut = |start: u32, end: u32| &text[start as usize..end as usize];
    findings.iter().map(|f| format!("{} {}", engine.rule_name(f.rule), cut(f.start, f.end))).collect()
}

fn refusal(rules: &str) -> String {
    Engine::from_toml(&[("site.toml", &format!("version = \"1\"\n{rules}"))]).unwrap_err().to_string()
}

fn pattern(rest: &str) -> String {
    format!("[[pattern]]\nid = \"code\"\nlabel = \"OTHER_ID\"\nscore = 90\n{rest}")
}

const EXAMPLES: &str = "positive = [\"a «ZQ7» b\"]\nnegative = [\"a b\"]\n";

#[test]
fn the_example_of_the_reference_adds_its_rules_to_those_of_the_product() {
    let (builtin, site) = (Engine::builtin().unwrap(), Engine::from_toml(&[("site.toml", page_example())]).unwrap());
    assert_eq!(site.rules().count(), builtin.rules().count() + 3);
    assert_ne!(site.version(), builtin.version());
    let files: Vec<_> = site.rules().filter(|rule| rule.file == "site.toml").map(|rule| rule.name.to_owned()).collect();
    assert_eq!(files, ["locker", "our-wards", "project-code"]);
    let text = "MAPLE WARD, study PRJ26/abc, locker no A-2291, MRN: 482913";
    let wanted = ["our-wards MAPLE WARD", "project-code PRJ26/abc", "locker A-2291", "mrn 482913"];
    assert_eq!(found(&site, text), wanted);
    assert_eq!(found(&builtin, "MRN: 482913"), ["mrn 482913"]);
}

#[test]
fn a_file_with_the_name_of_a_products_file_takes_its_place() {
    let engine = Engine::from_toml(&[("labels.toml", "version = \"1\"")]);
    // Rules of the policy show by labels what they mean, so a file that takes labels away is refused by their examples.
    assert!(engine.is_err_and(|error| !error.file.is_empty()));
    let words = include_str!("../rules/text/words.toml");
    assert!(Engine::from_toml(&[("words.toml", words)]).is_ok());
}

#[test]
fn capitals_matter_where_a_rule_says_so() {
    let rule = "[[literals]]\nid = \"project\"\nlabel = \"OTHER_ID\"\nscore = 90\nwords = [\"Project ORION\"]\ncase = true\n\
        positive = [\"in «Project ORION» only\", \"«Project-ORION»\"]\nnegative = [\"project orion\", \"Project Orion\", \"PROJECT ORION\"]";
    let engine = Engine::from_toml(&[("site.toml", &format!("version = \"1\"\n{rule}"))]).unwrap();
    assert_eq!(found(&engine, "staff of Project ORION met"), ["project Project ORION"]);
    let loose = refusal(&rule.replace("case = true", ""));
    assert_eq!(loose, "rule file site.toml: rule project: negative example 1 is found though it must not");
}

#[test]
fn harmless_words_and_forms_are_not_taken_for_anything_else() {
    let rules = "version = \"1\"\n[[literals]]\nid = \"not-our-robot\"\nscore = 90\nwords = [\"Anna Berg\"]\npositive = [\"«Anna Berg» restarted\"]\nnegative = [\"Anna\"]";
    let engine = Engine::from_toml(&[("site.toml", rules)]).unwrap();
    let text = "Dr. Anna Berg signed";
    assert_eq!(found(&engine, text), Vec::<String>::new());
    assert_eq!(found(&Engine::builtin().unwrap(), text).len(), 1);
}

#[test]
fn what_is_wrong_with_a_rule_is_told_with_its_name_and_the_fix() {
    let literal = "literal = \"ZQ\"\n";
    let long = format!("pattern = '{}'\n", "Z".repeat(1025));
    let table = [
        (
            pattern(&format!("pattern = 'ZQ[0-9'\n{literal}{EXAMPLES}")),
            "rule code: the pattern is no regular expression, correct it: unclosed character class",
        ),
        (
            pattern(&format!("pattern = '(?=ZQ)'\n{literal}{EXAMPLES}")),
            "rule code: the pattern is no regular expression, correct it: look-around",
        ),
        (pattern(&format!("pattern = 'ZQ[0-9]'\n{EXAMPLES}")), "rule code has no literal, give two or more characters"),
        (
            pattern(&format!("pattern = 'ZQ[0-9]'\nliteral = \"Z\"\n{EXAMPLES}")),
            "rule code has no literal, give two or more characters",
        ),
        (
            pattern(&format!("pattern = '(ZQ)*'\n{literal}{EXAMPLES}")),
            "rule code: the pattern fits the empty text, make it ask",
        ),
        (
            pattern(&format!("pattern = '\\w{{900}}'\n{literal}{EXAMPLES}")),
            "rule code: the pattern is too large, shorten it",
        ),
        (pattern(&format!("{long}{literal}{EXAMPLES}")), "rule code: the pattern is too large, shorten it"),
        (
            pattern(&format!("pattern = 'ZQ[a-f]'\n{literal}{EXAMPLES}")),
            "rule code: positive example 1 is not found as marked",
        ),
        (
            pattern(&format!("pattern = 'ZQ7'\nliteral = \"XX\"\n{EXAMPLES}")),
            "rule code: positive example 1 is not found as marked",
        ),
        (
            pattern(&format!("pattern = 'ZQ7'\n{literal}positive = ['«ZQ7»']\nnegative = ['an ZQ7']")),
            "rule code: negative example 1 is found though it must not",
        ),
        (
            pattern(&format!("pattern = 'ZQ7'\n{literal}positive = ['«ZQ7»']\nnegative = []")),
            "rule code has no positive and negative example",
        ),
        (
            pattern(&format!("pattern = 'ZQ7'\nwords = ['ok', 'two words']\n{literal}{EXAMPLES}")),
            "rule code: word 2 is no single word",
        ),
        (format!("[[literals]]\nid = \"l\"\nlabel = \"ORG\"\nscore = 90\n{EXAMPLES}"), "rule l lists no words"),
        (
            format!("[[literals]]\nid = \"l\"\nlabel = \"ORG\"\nscore = 101\nwords = [\"x\"]\n{EXAMPLES}"),
            "rule l has a score above 100",
        ),
        (
            format!("[[literals]]\nid = \"l\"\nlabel = \"WARD\"\nscore = 90\nwords = [\"x\"]\n{EXAMPLES}"),
            "rule l has an unknown label",
        ),
        (
            format!("[[literals]]\nid = \"l\"\nlabel = \"ORG\"\nscore = 90\nwords = [\"x\", \"X\"]\n{EXAMPLES}"),
            "rule l: phrase 2 is empty, longer",
        ),
        (
            format!("[[literals]]\nid = \"mrn\"\nlabel = \"ORG\"\nscore = 90\nwords = [\"x\"]\n{EXAMPLES}"),
            "rule mrn stands twice",
        ),
    ];
    for (rules, told) in table {
        let refused = refusal(&rules);
        assert!(refused.starts_with(&format!("rule file site.toml: {told}")), "{refused}");
    }
}

#[test]
fn values_are_found_on_both_sides_of_a_windows_end() {
    let rules = format!("version = \"1\"\n{}", pattern(&format!("pattern = 'ZQ[0-9]+'\nliteral = \"zq\"\n{EXAMPLES}")));
    let engine = Engine::from_toml(&[("site.toml", &rules)]).unwrap();
    for shift in 0..40 {
        let text = format!("{}{}", "é".repeat(shift), " lorem ipsum é ZQ48291375".repeat(400));
        assert!(found(&engine, &text).iter().all(|found| found == "code ZQ48291375"), "{shift}");
        assert_eq!(found(&engine, &text).len(), 400, "{shift}");
    }
}

#[test]
fn a_sites_rules_allocate_nothing_once_warm() {
    let engine = Engine::from_toml(&[("site.toml", page_example())]).unwrap();
    let (mut scratch, mut findings) = (Scratch::default(), Vec::new());
    for text in ["Nothing of the site stands in here.", "study PRJ26/abc in Maple Ward"] {
        engine.scan_text(text, &mut scratch, &mut findings);
        let warm = allocation_counter::measure(|| engine.scan_text(text, &mut scratch, &mut findings));
        assert_eq!(warm.count_total, 0, "{text}: {warm:?}");
    }
    assert_eq!(findings.len(), 2);
}
