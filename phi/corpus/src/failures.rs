//! Shows what was missed and what was masked by mistake, in its context. For the development split only.

use std::io::IsTerminal;

use crate::sample::{Sample, Span};
use crate::score;

/// Which failures to show.
pub struct Wanted<'w> {
    pub label: Option<&'w str>,
    pub source: Option<&'w str>,
    /// `missed`, `false` or both.
    pub kind: Option<&'w str>,
    pub context: usize,
}

/// One line for each failure.
pub fn lines(gold: &[Sample], found: &[Sample], wanted: &Wanted<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    let texts = gold.iter().zip(found).filter(|(sample, _)| wanted.source.is_none_or(|source| source == sample.source));
    for (sample, predicted) in texts {
        let paired = score::pair(&sample.spans, &predicted.spans);
        let mut show = |kind: &str, span: &Span, others: &[Span]| {
            let fits = wanted.label.is_none_or(|label| label == span.label) && wanted.kind.is_none_or(|of| of == kind);
            if fits {
                lines.push(line(kind, sample, span, others, wanted.context));
            }
        };
        paired.missed.iter().for_each(|span| show("missed", span, &predicted.spans));
        paired.wrong.iter().for_each(|span| show("false", span, &sample.spans));
    }
    lines
}

fn line(kind: &str, sample: &Sample, span: &Span, others: &[Span], context: usize) -> String {
    let part = |from: usize, to: usize| -> String {
        let characters = sample.text.chars().skip(from).take(to.saturating_sub(from));
        characters.map(|c| if c == '\n' { '⏎' } else { c }).collect()
    };
    let start = span.start.saturating_sub(context);
    let value = part(span.start, span.end);
    let value =
        if std::io::stdout().is_terminal() { format!("\x1b[1;31m{value}\x1b[0m") } else { format!("⟦{value}⟧") };
    let near: Vec<String> = others
        .iter()
        .filter(|other| other.overlap(span) > 0)
        .map(|other| {
            let rule = if other.rule.is_empty() { String::new() } else { format!(" by {}", other.rule) };
            format!("{} `{}`{rule}", other.label, part(other.start, other.end))
        })
        .collect();
    let near = match (near.is_empty(), kind) {
        (true, _) => String::new(),
        (false, "missed") => format!("  (found: {})", near.join("; ")),
        (false, _) => format!("  (is: {})", near.join("; ")),
    };
    let rule = if span.rule.is_empty() { String::new() } else { format!(" {}", span.rule) };
    format!(
        "{kind:<6} {}{rule} [{}] {}{value}{}{near}",
        span.label,
        sample.id,
        part(start, span.start),
        part(span.end, span.end + context)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marks::unmark;

    fn sample(marked: &str) -> Sample {
        let (text, spans) = unmark(marked).unwrap();
        Sample { id: "1".into(), source: "s".into(), text, spans }
    }

    #[test]
    fn a_failure_is_shown_with_what_stands_there_instead() {
        let all = Wanted { label: None, source: None, kind: None, context: 6 };
        let lines = lines(&[sample("call [[NAME:Jo]]\nnow")], &[sample("call [[ORG:Jo]]\nnow")], &all);
        assert_eq!(
            lines,
            ["missed NAME [1] call ⟦Jo⟧⏎now  (found: ORG `Jo`)", "false  ORG [1] call ⟦Jo⟧⏎now  (is: NAME `Jo`)"]
        );
    }

    #[test]
    fn only_the_failures_asked_for_are_shown() {
        let gold = [sample("call [[NAME:Jo]]")];
        for (label, kind, shown) in [(Some("NAME"), None, 1), (Some("MRN"), None, 0), (None, Some("false"), 0)] {
            let wanted = Wanted { label, source: None, kind, context: 6 };
            assert_eq!(lines(&gold, &[sample("call Jo")], &wanted).len(), shown);
        }
    }
}
