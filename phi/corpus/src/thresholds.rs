//! What the figures must not fall below, in one place.

use crate::report::Report;

struct Threshold {
    name: &'static str,
    at_least: bool,
    bound: f64,
}

const fn least(name: &'static str, bound: f64) -> Threshold {
    Threshold { name, at_least: true, bound }
}

const fn most(name: &'static str, bound: f64) -> Threshold {
    Threshold { name, at_least: false, bound }
}

/// Held to for each split on its own. Floors, a little below what was measured last, and no lower than what is asked of the library.
const THRESHOLDS: [Threshold; 4] =
    [least("mean_f1", 0.92), least("covered", 0.93), most("clean_masked", 0.07), least("fhir_f1", 0.94)];

/// The figures that miss their bound, in words.
pub fn missed(report: &Report) -> Vec<String> {
    let figures = report.figures();
    let value = |name: &str| match name {
        "mean_f1" => figures.mean_f1,
        "covered" => figures.covered,
        "clean_masked" => figures.clean_masked,
        _ => report.source_f1("fhir").unwrap_or_default(),
    };
    let each = THRESHOLDS.iter().filter_map(|Threshold { name, at_least, bound }| {
        let value = value(name);
        let kept = if *at_least { value >= *bound } else { value <= *bound };
        let side = if *at_least { "below" } else { "above" };
        (!kept).then(|| format!("{name} is {value:.3}, {side} {bound}"))
    });
    each.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marks::unmark;
    use crate::sample::Sample;
    use crate::score;

    #[test]
    fn a_scanner_that_finds_nothing_misses_every_bound_but_the_one_on_clean_texts() {
        let (text, spans) = unmark("[[NAME:Jo]]").unwrap();
        let gold = Sample { id: "1".into(), source: "fhir".into(), text, spans };
        let nothing = Report::new(score::corpus(std::slice::from_ref(&gold), &[]));
        assert_eq!(missed(&nothing).len(), 3);
        let all = Report::new(score::corpus(std::slice::from_ref(&gold), std::slice::from_ref(&gold)));
        assert_eq!(missed(&all), Vec::<String>::new());
    }
}
