//! The figures as they stand in the book: tables in Markdown, between two marks.

use crate::report::Report;
use crate::score::{Tally, share};

const BEGIN: &str = "<!-- begin phi-report -->";
const END: &str = "<!-- end phi-report -->";

/// Both splits, the held-back one by kind of text and by label.
pub fn markdown(dev: &Report, held: &Report) -> String {
    let mut lines = vec![BEGIN.to_owned(), String::new()];
    lines.push("| | label F1 | exact F1 | covered | over | clean masked |".to_owned());
    lines.push("|---|---|---|---|---|---|".to_owned());
    for (name, report) in [("development half", dev), ("held-back half", held)] {
        let figures = report.figures();
        lines.push(format!(
            "| {name} | {:.2} | {:.2} | {:.2} | {:.3} | {:.2} |",
            figures.mean_f1, figures.mean_exact_f1, figures.covered, figures.over_masked, figures.clean_masked
        ));
    }
    lines.extend([String::new(), "Held back, by kind of text:".to_owned(), String::new()]);
    lines.push("| kind | texts | precision | recall | label F1 | covered |".to_owned());
    lines.push("|---|---|---|---|---|---|".to_owned());
    for (name, tally) in report_rows(held) {
        let all = tally.all();
        lines.push(format!(
            "| {} | {} | {:.2} | {:.2} | {:.2} | {:.2} |",
            name.replace('_', " "),
            tally.texts,
            all.precision(),
            all.recall(),
            all.f1(),
            share(tally.covered, tally.phi)
        ));
    }
    lines.extend([String::new(), "Held back, by label:".to_owned(), String::new()]);
    lines.push("| label | values | precision | recall | label F1 |".to_owned());
    lines.push("|---|---|---|---|---|".to_owned());
    for (label, counts) in &held.whole().labels {
        let values = counts.hit + counts.missed;
        let (precision, recall, f1) = (counts.precision(), counts.recall(), counts.f1());
        lines.push(format!("| {label} | {values} | {precision:.2} | {recall:.2} | {f1:.2} |"));
    }
    lines.extend([String::new(), END.to_owned()]);
    lines.join("\n")
}

fn report_rows(report: &Report) -> impl Iterator<Item = (&str, &Tally)> {
    report.sources().filter(|(_, tally)| tally.has_phi())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::found::Finder;
    use crate::{generate, score};

    const PAGE: &str = include_str!("../../../docs/src/explanation/phi-limits.md");
    /// Rules change between two printings of the page; what readers rely on must not drift far.
    const DRIFT_MAX: f64 = 0.031;

    fn numbers(text: &str) -> Vec<f64> {
        text.split([' ', '|', '\n']).filter_map(|word| word.parse().ok()).collect()
    }

    #[test]
    fn the_figures_in_the_book_are_those_that_are_measured() {
        let mut finder = Finder::new().unwrap();
        let mut measure = |split| {
            let gold = generate::corpus(split, 1, 6).unwrap();
            Report::new(score::corpus(&gold, &finder.predict(&gold)))
        };
        let measured = markdown(&measure("dev"), &measure("held"));
        let (_, rest) = PAGE.split_once(BEGIN).expect("the page has the marks");
        let (printed, _) = rest.split_once(END).expect("the page has the marks");
        let (printed, measured_numbers) = (numbers(printed), numbers(&measured));
        let drifted = printed.len() != measured_numbers.len()
            || printed.iter().zip(&measured_numbers).any(|(old, new)| (old - new).abs() > DRIFT_MAX);
        assert!(!drifted, "`phi-corpus report --markdown` prints now:\n{measured}");
    }
}
