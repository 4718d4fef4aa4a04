//! Makes labelled texts from the templates: the same seed gives the same texts.

use anyhow::{Context, Result};

use crate::fill::Filling;
use crate::fillers::Fillers;
use crate::rng::Rng;
use crate::sample::{Sample, Span};
use crate::style::Style;
use crate::template::{self, Case, Piece, Slot, Template};
use crate::templates;

/// Every text of a split: the hand-written cases and `per_template` texts of each template.
pub fn corpus(split: &str, seed: u64, per_template: u64) -> Result<Vec<Sample>> {
    let fillers = Fillers::load()?;
    let mut samples = crate::marks::cases(split)?;
    for (name, text) in templates::files(split)? {
        for template in template::parse_file(name, text)? {
            for n in 0..per_template {
                samples.push(make(&template, &fillers, seed, n).with_context(|| format!("{name}, {}", template.id))?);
            }
        }
    }
    Ok(samples)
}

fn make(template: &Template, fillers: &Fillers, seed: u64, n: u64) -> Result<Sample> {
    let id = format!("{}-{n}", template.id);
    let mut filling = Filling::new(fillers, Rng::new(seed, &[&id]));
    let style = Style::draw(&template.styles, &mut filling.rng)?;
    let mut sample = Sample { id, source: template.source.clone(), text: String::new(), spans: Vec::new() };
    for piece in &template.pieces {
        match piece {
            Piece::Text(text) => sample.text.push_str(&style.prose(text, &mut filling.rng)),
            Piece::Choice(words) => {
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                let word = filling.rng.pick(&words).unwrap_or_default().to_owned();
                sample.text.push_str(&style.prose(&word, &mut filling.rng));
            }
            Piece::Slot(slot) => fill(slot, style, &mut filling, &mut sample)?,
        }
    }
    Ok(sample)
}

fn fill(slot: &Slot, style: Style, filling: &mut Filling<'_>, sample: &mut Sample) -> Result<()> {
    let value = filling.value(&slot.form, slot.person).with_context(|| format!("nobody can fill `{}`", slot.form))?;
    let value = match slot.case {
        Case::AsIs => style.value(&value),
        Case::Lower => value.to_lowercase(),
        Case::Upper => value.to_uppercase(),
    };
    let start = sample.text.chars().count();
    sample.text.push_str(&value);
    if let Some(label) = slot.label {
        let end = sample.text.chars().count();
        let label = label.name().to_owned();
        sample.spans.push(Span { start, end, label, optional: slot.optional, rule: String::new() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use phi::Label;

    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_corpus_and_another_seed_does_not() {
        let texts = |seed| corpus("dev", seed, 1).unwrap().into_iter().map(|sample| sample.text).collect::<Vec<_>>();
        assert_eq!(texts(1), texts(1));
        assert_ne!(texts(1), texts(2));
    }

    #[test]
    fn both_splits_hold_every_label_and_share_no_template() {
        let mut bodies = BTreeSet::new();
        for split in ["dev", "held"] {
            let labels: BTreeSet<String> = corpus(split, 1, 3)
                .unwrap()
                .into_iter()
                .flat_map(|sample| sample.spans)
                .filter(|span| !span.optional)
                .map(|span| span.label)
                .collect();
            let missing: Vec<_> = Label::ALL.into_iter().filter(|label| !labels.contains(label.name())).collect();
            assert_eq!(missing, [], "{split}");
            for (name, text) in templates::files(split).unwrap() {
                for template in template::parse_file(name, text).unwrap() {
                    assert!(bodies.insert(format!("{:?}", template.pieces)), "{name}: {} stands twice", template.id);
                }
            }
        }
        assert!(bodies.len() >= 300, "{} templates", bodies.len());
    }

    #[test]
    fn spans_lie_in_their_texts_apart_from_each_other_and_documents_are_json() {
        for split in ["dev", "held"] {
            for sample in corpus(split, 5, 2).unwrap() {
                let length = sample.text.chars().count();
                assert!(sample.spans.iter().all(|span| span.start < span.end && span.end <= length), "{}", sample.id);
                assert!(sample.spans.windows(2).all(|pair| pair[0].end <= pair[1].start), "{}", sample.id);
                if ["fhir", "audit_event", "case_json"].contains(&sample.source.as_str()) {
                    assert!(serde_json::from_str::<serde_json::Value>(&sample.text).is_ok(), "{}", sample.text);
                }
            }
        }
    }
}
