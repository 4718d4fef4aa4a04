//! The figures of a scored corpus: as a table for people, as JSON for programs.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::score::{Counts, Tally, share};

/// The figures that are promised and compared.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// Label F1, each source apart, then averaged over the sources that hold PHI.
    pub mean_f1: f64,
    pub mean_exact_f1: f64,
    pub covered: f64,
    pub over_masked: f64,
    pub clean_masked: f64,
}

#[derive(Serialize)]
struct Row {
    name: String,
    texts: usize,
    precision: f64,
    recall: f64,
    f1: f64,
    exact_f1: f64,
    covered: f64,
    over_masked: f64,
    clean: usize,
    clean_masked: usize,
}

pub struct Report {
    sources: BTreeMap<String, Tally>,
    whole: Tally,
}

impl Report {
    pub fn new(sources: BTreeMap<String, Tally>) -> Self {
        let mut whole = Tally::default();
        sources.values().for_each(|tally| whole.add(tally));
        Self { sources, whole }
    }

    pub fn figures(&self) -> Figures {
        let with_phi = || self.sources.values().filter(|tally| tally.has_phi());
        let mean = |figure: fn(Counts) -> f64| {
            with_phi().map(|tally| figure(tally.all())).sum::<f64>() / with_phi().count().max(1) as f64
        };
        Figures {
            mean_f1: mean(Counts::f1),
            mean_exact_f1: mean(Counts::exact_f1),
            covered: share(self.whole.covered, self.whole.phi),
            over_masked: if self.whole.other == 0 { 0.0 } else { share(self.whole.over_masked, self.whole.other) },
            clean_masked: if self.whole.clean == 0 { 0.0 } else { share(self.whole.clean_masked, self.whole.clean) },
        }
    }

    pub fn sources(&self) -> impl Iterator<Item = (&str, &Tally)> {
        self.sources.iter().map(|(name, tally)| (name.as_str(), tally))
    }

    /// All sources together.
    pub fn whole(&self) -> &Tally {
        &self.whole
    }

    /// The label F1 of one source.
    pub fn source_f1(&self, source: &str) -> Option<f64> {
        self.sources.get(source).map(|tally| tally.all().f1())
    }

    pub fn json(&self, title: &str) -> serde_json::Value {
        let sources: Vec<Row> = self.sources.iter().map(|(name, tally)| row(name, tally)).collect();
        let labels: BTreeMap<&str, serde_json::Value> = self
            .whole
            .labels
            .iter()
            .map(|(label, counts)| {
                let figures = serde_json::json!({
                    "precision": counts.precision(), "recall": counts.recall(), "f1": counts.f1(),
                    "exact_f1": counts.exact_f1(), "spans": counts.hit + counts.missed
                });
                (label.as_str(), figures)
            })
            .collect();
        serde_json::json!({
            "title": title, "figures": self.figures(), "sources": sources, "labels": labels, "worst_rules": self.worst_rules()
        })
    }

    /// The rules that raise most false alarms.
    fn worst_rules(&self) -> Vec<(String, usize)> {
        let mut rules: Vec<_> = self.whole.wrong_rules.iter().map(|(rule, count)| (rule.clone(), *count)).collect();
        rules.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        rules.truncate(12);
        rules
    }

    pub fn table(&self, title: &str) -> String {
        let mut lines = vec![format!("{title}: {} texts", self.whole.texts), String::new()];
        lines.push(format!(
            "{:<16}{:>6}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}{:>14}",
            "source", "texts", "P", "R", "F1", "exact", "covered", "over", "clean masked"
        ));
        for (name, tally) in &self.sources {
            lines.push(source_line(&row(name, tally)));
        }
        lines.extend([
            String::new(),
            format!("{:<16}{:>6}{:>9}{:>9}{:>9}{:>9}", "label", "spans", "P", "R", "F1", "exact"),
        ]);
        for (label, counts) in &self.whole.labels {
            let figures = [counts.precision(), counts.recall(), counts.f1(), counts.exact_f1()];
            let figures: String = figures.iter().map(|figure| format!("{figure:>9.3}")).collect();
            lines.push(format!("{label:<16}{:>6}{figures}", counts.hit + counts.missed));
        }
        let worst: Vec<String> = self
            .worst_rules()
            .iter()
            .map(|(rule, count)| format!("{} {count}", if rule.is_empty() { "?" } else { rule }))
            .collect();
        let Figures { mean_f1, mean_exact_f1, covered, over_masked, clean_masked } = self.figures();
        lines.extend([
            String::new(),
            format!("most false alarms by rule: {}", worst.join(", ")),
            format!(
                "{title}: mean_f1={mean_f1:.3} mean_exact_f1={mean_exact_f1:.3} covered={covered:.3} over_masked={over_masked:.4} clean_masked={clean_masked:.3}"
            ),
        ]);
        lines.join("\n")
    }
}

fn row(name: &str, tally: &Tally) -> Row {
    let all = tally.all();
    Row {
        name: name.to_owned(),
        texts: tally.texts,
        precision: all.precision(),
        recall: all.recall(),
        f1: all.f1(),
        exact_f1: all.exact_f1(),
        covered: share(tally.covered, tally.phi),
        over_masked: if tally.other == 0 { 0.0 } else { share(tally.over_masked, tally.other) },
        clean: tally.clean,
        clean_masked: tally.clean_masked,
    }
}

fn source_line(row: &Row) -> String {
    let label = if row.clean == row.texts {
        // Without PHI only what is masked by mistake says anything.
        format!("{:>9}{:>9}{:>9}{:>9}{:>9}", "-", "-", "-", "-", "-")
    } else {
        let figures = [row.precision, row.recall, row.f1, row.exact_f1, row.covered];
        figures.iter().map(|figure| format!("{figure:>9.3}")).collect()
    };
    format!(
        "{:<16}{:>6}{label}{:>9.4}{:>14}",
        row.name,
        row.texts,
        row.over_masked,
        format!("{}/{}", row.clean_masked, row.clean)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marks::unmark;
    use crate::sample::Sample;
    use crate::score;

    fn sample(source: &str, marked: &str) -> Sample {
        let (text, spans) = unmark(marked).unwrap();
        Sample { id: "1".into(), source: source.into(), text, spans }
    }

    #[test]
    fn the_mean_is_over_sources_with_phi_and_clean_texts_count_apart() {
        let gold = [sample("a", "[[NAME:Jo]]"), sample("b", "[[NAME:Jo]]"), sample("c", "clean")];
        let found = [sample("a", "[[NAME:Jo]]"), sample("c", "[[MRN:clean]]")];
        let report = Report::new(score::corpus(&gold, &found));
        let figures = report.figures();
        assert_eq!((figures.mean_f1, figures.covered, figures.clean_masked), (0.5, 0.5, 1.0));
        assert!(report.table("t").ends_with("clean_masked=1.000"));
        assert_eq!(report.json("t")["labels"]["NAME"]["recall"], 0.5);
    }
}
