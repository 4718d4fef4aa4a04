//! What must hold whatever the text: offsets, and labelled values that are found wherever they are put.

use phi::{Label, Tagger};

use super::*;
use crate::fill::Filling;
use crate::fillers::Fillers;
use crate::generate;
use crate::rng::Rng;

/// What announces a value, the filler of the value, and the label that it must get.
const PLANTED: [(&str, &str, &str); 16] = [
    ("MRN: ", "mrn", "MRN"),
    ("Medical record number: ", "mrn", "MRN"),
    ("SSN: ", "ssn", "SSN"),
    ("Phone: ", "phone_us", "PHONE"),
    ("Fax: ", "phone_us", "FAX"),
    ("Email: ", "email", "EMAIL"),
    ("DOB: ", "dob_us", "DATE"),
    ("Date of birth: ", "dob_iso", "DATE"),
    ("VIN: ", "vin", "VEHICLE"),
    ("NPI: ", "npi", "LICENSE"),
    ("IP address: ", "ipv4", "IP"),
    ("Member ID: ", "plan", "HEALTH_PLAN"),
    ("Account number: ", "account", "ACCOUNT"),
    ("Serial number: ", "serial", "DEVICE"),
    ("Passport number: ", "passport", "OTHER_ID"),
    ("IBAN: ", "iban", "ACCOUNT"),
];

#[test]
fn bytes_become_code_points() {
    let mut points = CodePoints::of("Łódź x Ó");
    assert_eq!([0, 7, 8, 10, 12, 2].map(|byte| points.at(byte)), [0, 4, 5, 7, 8, 1]);
}

#[test]
fn spans_of_every_text_of_the_corpus_are_ordered_apart_and_inside() {
    let mut finder = Finder::new().unwrap();
    for sample in generate::corpus("dev", 3, 1).unwrap() {
        let (found, length) = (finder.find(&sample.text), sample.text.chars().count());
        let mut end = 0;
        for span in found {
            assert!(end <= span.start && span.start < span.end && span.end <= length, "{}: {span:?}", sample.id);
            assert!(!span.rule.is_empty(), "{}: {span:?}", sample.id);
            end = span.end;
        }
    }
}

/// Half of the texts are clinical, half come from machines; the value stands on a line of its own before, in or behind them.
#[test]
fn a_labelled_value_is_found_in_any_clean_text() {
    let (fillers, mut finder) = (Fillers::load().unwrap(), Finder::new().unwrap());
    let clean = generate::corpus("dev", 11, 1).unwrap().into_iter().filter(|sample| sample.source.starts_with("clean"));
    let mut missed = Vec::new();
    let mut tried = 0;
    for (number, sample) in clean.enumerate() {
        for (place, (announced, form, label)) in PLANTED.into_iter().enumerate() {
            let mut filling = Filling::new(&fillers, Rng::new(number as u64, &[announced]));
            let value = filling.value(form, None).unwrap();
            let (before, after) =
                if (number + place) % 2 == 0 { (sample.text.as_str(), "") } else { ("", sample.text.as_str()) };
            let text = format!("{before}\n{announced}{value}\n{after}");
            let start = before.chars().count() + 1 + announced.chars().count();
            let wanted = start..start + value.chars().count();
            tried += 1;
            let found = finder.find(&text);
            if !found.iter().any(|span| span.label == label && span.start == wanted.start && span.end == wanted.end) {
                missed.push(format!("{label} after {announced}in {}: {:?}", sample.id, &found));
            }
        }
    }
    assert!(tried > 1000, "{tried}");
    assert!(missed.is_empty(), "{} of {tried}\n{}", missed.len(), missed.join("\n"));
}

/// Tags that say nothing but the label: what matters here is what stays.
struct Plain;

impl Tagger for Plain {
    fn tag(&self, _: Label, _: &str) -> u16 {
        0x7f3a
    }
}

#[test]
fn redacting_twice_changes_nothing_and_leaves_nothing_that_was_found() {
    let mut finder = Finder::new().unwrap();
    let mut redacted_texts = 0;
    for sample in generate::corpus("dev", 5, 1).unwrap() {
        let found = finder.find(&sample.text);
        // None is no leak: then the text is dropped as a whole.
        let Some(redacted) = finder.engine.redact(&sample.text, &Plain, &mut finder.scratch) else { continue };
        redacted_texts += usize::from(!found.is_empty());
        let again = finder.engine.redact(&redacted, &Plain, &mut finder.scratch);
        assert_eq!(again.as_deref(), Some(redacted.as_str()), "{}", sample.id);
        for span in found.iter().filter(|span| span.len() >= 6) {
            let value: String = sample.text.chars().skip(span.start).take(span.len()).collect();
            assert!(!redacted.contains(&value), "{}: a {} is left", sample.id, span.label);
        }
    }
    assert!(redacted_texts > 200, "{redacted_texts}");
}
