//! Hand-written cases: texts with their labels marked inline, `[[NAME:John Smith]]`, or `[[?GEO:Turkey]]` where both are right.

use anyhow::{Context, Result, ensure};
use phi::Label;
use serde::Deserialize;

use crate::sample::{Sample, Span};

const FILES: [(&str, &str, &str); 10] = [
    ("dev", "case_phi", include_str!("../cases/dev/phi.jsonl")),
    ("dev", "case_clean", include_str!("../cases/dev/clean.jsonl")),
    ("dev", "case_json", include_str!("../cases/dev/json.jsonl")),
    ("dev", "case_court", include_str!("../cases/dev/court.jsonl")),
    ("dev", "case_mixed", include_str!("../cases/dev/mixed.jsonl")),
    ("held", "case_phi", include_str!("../cases/held/phi.jsonl")),
    ("held", "case_clean", include_str!("../cases/held/clean.jsonl")),
    ("held", "case_json", include_str!("../cases/held/json.jsonl")),
    ("held", "case_court", include_str!("../cases/held/court.jsonl")),
    ("held", "case_mixed", include_str!("../cases/held/mixed.jsonl")),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Marked {
    text: String,
}

/// The cases of one split.
pub fn cases(split: &str) -> Result<Vec<Sample>> {
    let mut samples = Vec::new();
    for (_, source, lines) in FILES.iter().filter(|(of, ..)| *of == split) {
        for (at, line) in lines.lines().enumerate() {
            let place = || format!("cases/{split}, {source}, line {}", at + 1);
            let marked: Marked = serde_json::from_str(line).with_context(place)?;
            let (text, spans) = unmark(&marked.text).with_context(place)?;
            samples.push(Sample { id: format!("{source}-{:03}", at + 1), source: (*source).to_owned(), text, spans });
        }
    }
    Ok(samples)
}

/// Takes the marks out of a text.
pub fn unmark(marked: &str) -> Result<(String, Vec<Span>)> {
    let (mut text, mut spans, mut rest) = (String::new(), Vec::new(), marked);
    while let Some((before, from)) = rest.split_once("[[") {
        let (mark, after) = from.split_once("]]").context("a mark is not closed")?;
        let (label, value) = mark.split_once(':').with_context(|| format!("mark `{mark}` has no colon"))?;
        let (optional, label) = label.strip_prefix('?').map_or((false, label), |label| (true, label));
        Label::from_name(label).with_context(|| format!("mark `{mark}` has an unknown label"))?;
        ensure!(!value.is_empty(), "mark `{mark}` is empty");
        text.push_str(before);
        let start = text.chars().count();
        text.push_str(value);
        spans.push(Span { start, end: text.chars().count(), label: label.to_owned(), optional, rule: String::new() });
        rest = after;
    }
    text.push_str(rest);
    Ok((text, spans))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_become_spans_in_code_points() {
        let (text, spans) = unmark("pt [[NAME:Łódź Ó]] in [[?GEO:Turkey]]").unwrap();
        assert_eq!(text, "pt Łódź Ó in Turkey");
        let told: Vec<_> = spans.iter().map(|span| (span.start, span.end, span.optional)).collect();
        assert_eq!(told, [(3, 9, false), (13, 19, true)]);
        for bad in ["[[NAME:x", "[[NAME]]", "[[NAM:x]]", "[[NAME:]]"] {
            assert!(unmark(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn there_are_enough_hand_written_cases_and_enough_of_them_are_clean() {
        let all = [cases("dev").unwrap(), cases("held").unwrap()].concat();
        let clean = all.iter().filter(|sample| sample.is_clean()).count();
        assert!(all.len() >= 250 && clean >= 100, "{} cases, {clean} clean", all.len());
    }
}
