//! Compares what was found with what is there: by label, by character, and for the texts that hold nothing.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use crate::sample::{Sample, Span};

/// Spans of one label: found and right, missed, found and wrong.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub hit: usize,
    pub missed: usize,
    pub false_alarm: usize,
    /// Hits whose both ends are right.
    pub exact: usize,
}

impl Counts {
    pub fn precision(self) -> f64 {
        share(self.hit, self.hit + self.false_alarm)
    }

    pub fn recall(self) -> f64 {
        share(self.hit, self.hit + self.missed)
    }

    pub fn f1(self) -> f64 {
        share(2 * self.hit, 2 * self.hit + self.missed + self.false_alarm)
    }

    pub fn exact_f1(self) -> f64 {
        share(2 * self.exact, 2 * self.hit + self.missed + self.false_alarm)
    }

    fn add(&mut self, other: Self) {
        self.hit += other.hit;
        self.missed += other.missed;
        self.false_alarm += other.false_alarm;
        self.exact += other.exact;
    }
}

/// A share; of nothing it is 1, since nothing was done wrong.
pub fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

/// Everything counted over a set of texts.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Tally {
    pub texts: usize,
    pub clean: usize,
    pub clean_masked: usize,
    /// Characters of PHI, and those of them that any label covers.
    pub phi: usize,
    pub covered: usize,
    /// Characters that are not PHI, and those of them that are masked all the same.
    pub other: usize,
    pub over_masked: usize,
    pub labels: BTreeMap<String, Counts>,
    /// False alarms by the rule that raised them.
    pub wrong_rules: BTreeMap<String, usize>,
}

impl Tally {
    pub fn all(&self) -> Counts {
        let mut all = Counts::default();
        self.labels.values().for_each(|counts| all.add(*counts));
        all
    }

    pub fn has_phi(&self) -> bool {
        self.phi > 0
    }

    pub fn add(&mut self, other: &Self) {
        self.texts += other.texts;
        self.clean += other.clean;
        self.clean_masked += other.clean_masked;
        self.phi += other.phi;
        self.covered += other.covered;
        self.other += other.other;
        self.over_masked += other.over_masked;
        for (label, counts) in &other.labels {
            self.labels.entry(label.clone()).or_default().add(*counts);
        }
        for (rule, count) in &other.wrong_rules {
            *self.wrong_rules.entry(rule.clone()).or_default() += count;
        }
    }
}

/// How the spans of one text pair up.
pub struct Paired<'s> {
    pub hits: Vec<(&'s Span, &'s Span)>,
    pub missed: Vec<&'s Span>,
    pub wrong: Vec<&'s Span>,
}

/// Pairs spans of the same label that share at least half of what they cover together; the closest first.
pub fn pair<'s>(gold: &'s [Span], found: &'s [Span]) -> Paired<'s> {
    let mut candidates = Vec::new();
    for (g, wanted) in gold.iter().enumerate() {
        for (f, span) in found.iter().enumerate().filter(|(_, span)| span.label == wanted.label) {
            let both = wanted.overlap(span);
            let union = wanted.len() + span.len() - both;
            if both * 2 >= union {
                candidates.push((share(both, union), g, f));
            }
        }
    }
    candidates.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut gold_done, mut found_done) = (vec![false; gold.len()], vec![false; found.len()]);
    let mut hits = Vec::new();
    for (_, g, f) in candidates {
        if let (Some(g_done), Some(f_done)) = (gold_done.get_mut(g), found_done.get_mut(f))
            && !*g_done
            && !*f_done
        {
            (*g_done, *f_done) = (true, true);
            hits.extend(gold.get(g).zip(found.get(f)));
        }
    }
    // What lies mostly in an optional span is neither right nor wrong.
    let excused = |span: &Span| gold.iter().any(|wanted| wanted.optional && wanted.overlap(span) * 2 >= span.len());
    let left = |spans: &'s [Span], done: &[bool]| -> Vec<&'s Span> {
        spans.iter().zip(done).filter(|(_, done)| !**done).map(|(span, _)| span).collect()
    };
    hits.retain(|(wanted, _)| !wanted.optional);
    let mut missed = left(gold, &gold_done);
    missed.retain(|span| !span.optional);
    let mut wrong = left(found, &found_done);
    wrong.retain(|span| !excused(span));
    Paired { hits, missed, wrong }
}

/// Scores one text.
pub fn text(gold: &Sample, found: &[Span]) -> Tally {
    let paired = pair(&gold.spans, found);
    let mut tally = Tally { texts: 1, ..Tally::default() };
    for (wanted, span) in &paired.hits {
        let counts = tally.labels.entry(wanted.label.clone()).or_default();
        counts.hit += 1;
        counts.exact += usize::from((wanted.start, wanted.end) == (span.start, span.end));
    }
    for span in &paired.missed {
        tally.labels.entry(span.label.clone()).or_default().missed += 1;
    }
    for span in &paired.wrong {
        tally.labels.entry(span.label.clone()).or_default().false_alarm += 1;
        *tally.wrong_rules.entry(span.rule.clone()).or_default() += 1;
    }
    if gold.is_clean() {
        tally.clean = 1;
        tally.clean_masked = usize::from(!paired.wrong.is_empty());
    }
    characters(gold, found, &mut tally);
    tally
}

fn characters(gold: &Sample, found: &[Span], tally: &mut Tally) {
    let inside = |spans: &[Span], at: usize| spans.iter().any(|span| span.start <= at && at < span.end);
    let (optional, wanted): (Vec<Span>, Vec<Span>) = gold.spans.iter().cloned().partition(|span| span.optional);
    for (at, _) in gold.text.chars().enumerate().filter(|(_, c)| !c.is_whitespace()) {
        let masked = usize::from(inside(found, at));
        if inside(&wanted, at) {
            tally.phi += 1;
            tally.covered += masked;
        } else if !inside(&optional, at) {
            tally.other += 1;
            tally.over_masked += masked;
        }
    }
}

/// Scores a corpus, each source apart. A text without predictions counts as one in which nothing was found.
pub fn corpus(gold: &[Sample], found: &[Sample]) -> BTreeMap<String, Tally> {
    let by_id: HashMap<(&str, &str), &Sample> =
        found.iter().map(|sample| ((sample.source.as_str(), sample.id.as_str()), sample)).collect();
    let mut sources: BTreeMap<String, Tally> = BTreeMap::new();
    for sample in gold {
        // Files of others need not repeat the source.
        let id = sample.id.as_str();
        let predicted = by_id.get(&(sample.source.as_str(), id)).or_else(|| by_id.get(&("", id)));
        let spans = predicted.map_or(&[][..], |predicted| &predicted.spans);
        sources.entry(sample.source.clone()).or_default().add(&text(sample, spans));
    }
    sources
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::marks::unmark;

    fn sample(marked: &str) -> Sample {
        let (text, spans) = unmark(marked).unwrap();
        Sample { id: "1".into(), source: "s".into(), text, spans }
    }

    fn scored(gold: &str, found: &str) -> Tally {
        text(&sample(gold), &sample(found).spans)
    }

    #[test]
    fn a_hit_needs_the_label_and_half_of_the_characters() {
        let gold = "pt [[NAME:John Smith]] here";
        for (found, hit, exact, wrong) in [
            ("pt [[NAME:John Smith]] here", 1, 1, 0),
            ("pt John [[NAME:Smith]] here", 1, 0, 0),
            ("pt [[NAME:John]] Smith here", 0, 0, 1),
            ("pt [[ORG:John Smith]] here", 0, 0, 1),
            ("pt John Smith here", 0, 0, 0),
        ] {
            let all = scored(gold, found).all();
            assert_eq!((all.hit, all.exact, all.false_alarm, all.missed), (hit, exact, wrong, 1 - hit), "{found}");
        }
    }

    #[test]
    fn two_findings_for_one_span_are_one_hit_and_one_false_alarm() {
        let all = scored("[[NAME:Anna Maria Smith]]", "[[NAME:Anna Maria]] [[NAME:Smith]]").all();
        assert_eq!((all.hit, all.false_alarm), (1, 1));
    }

    #[test]
    fn characters_count_whatever_their_label_is() {
        let tally = scored("[[NAME:John]] has [[MRN:123]] on", "[[ORG:John]] has 123 [[DATE:on]]");
        assert_eq!((tally.phi, tally.covered, tally.other, tally.over_masked), (7, 4, 5, 2));
    }

    #[test]
    fn optional_spans_are_no_fault_either_way() {
        for found in ["in Turkey", "in [[GEO:Turkey]]", "in [[NAME:Turkey]]"] {
            let tally = scored("in [[?GEO:Turkey]]", found);
            assert_eq!((tally.all(), tally.clean, tally.clean_masked), (Counts::default(), 1, 0), "{found}");
        }
        assert_eq!(scored("in [[?GEO:Turkey]]", "[[GEO:in]] Turkey").clean_masked, 1);
    }

    #[test]
    fn predictions_are_found_by_id_with_or_without_their_source() {
        let gold = [sample("[[NAME:Jo]]")];
        let mut found = [sample("[[NAME:Jo]]")];
        found[0].source.clear();
        assert_eq!(corpus(&gold, &found)["s"].all().hit, 1);
        found[0].id = "2".into();
        assert_eq!(corpus(&gold, &found)["s"].all().missed, 1);
    }
}
