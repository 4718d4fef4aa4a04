//! A text with what is in it: labelled spans, offsets in code points, one JSON object a line.

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

/// A labelled stretch of a text: half-open, in Unicode code points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    pub start: usize,
    pub end: usize,
    pub label: String,
    /// Finding it is right, missing it is no fault: people disagree on such values.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    /// Which rule found it; only in predictions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rule: String,
}

impl Span {
    pub fn overlap(&self, other: &Self) -> usize {
        self.end.min(other.end).saturating_sub(self.start.max(other.start))
    }

    pub fn len(&self) -> usize {
        self.end.saturating_sub(self.start)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    pub id: String,
    /// The kind of text: figures are given for each and then averaged.
    #[serde(default)]
    pub source: String,
    #[serde(default)]
    pub text: String,
    #[serde(default)]
    pub spans: Vec<Span>,
}

impl Sample {
    /// Whether nothing in it has to be masked.
    pub fn is_clean(&self) -> bool {
        self.spans.iter().all(|span| span.optional)
    }
}

/// Reads JSON Lines. Ids may be numbers in files of others.
pub fn read(name: &str, lines: &str) -> Result<Vec<Sample>> {
    let mut samples = Vec::new();
    for (at, line) in lines.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let mut value: serde_json::Value =
            serde_json::from_str(line).with_context(|| format!("{name}, line {}: not a JSON object", at + 1))?;
        if let Some(id) = value.get_mut("id").filter(|id| id.is_number()) {
            *id = id.to_string().into();
        }
        let sample: Sample = serde_json::from_value(value)
            .with_context(|| format!("{name}, line {}: wants id, text and spans of start, end, label", at + 1))?;
        let length = sample.text.chars().count();
        let fits = |span: &Span| span.start < span.end && (length == 0 || span.end <= length);
        ensure!(sample.spans.iter().all(fits), "{name}, line {}: a span does not lie in its text", at + 1);
        samples.push(sample);
    }
    Ok(samples)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_and_a_bad_one_is_named() {
        let good = r#"{"id":7,"text":"Łódź","spans":[{"start":0,"end":4,"label":"GEO"}]}"#;
        let read_back = read("x", good).unwrap();
        assert_eq!((read_back[0].id.as_str(), read_back[0].spans[0].len()), ("7", 4));
        let outside = good.replace(":4,", ":5,");
        for bad in ["{", r#"{"text":"a"}"#, outside.as_str()] {
            let told = read("x", &format!("{good}\n{bad}\n")).unwrap_err().to_string();
            assert!(told.starts_with("x, line 2:"), "{told}");
        }
    }

    #[test]
    fn a_text_with_optional_spans_only_is_clean() {
        let mut sample =
            read("x", r#"{"id":"1","text":"in 1998","spans":[{"start":3,"end":7,"label":"DATE","optional":true}]}"#)
                .unwrap()
                .remove(0);
        assert!(sample.is_clean());
        sample.spans[0].optional = false;
        assert!(!sample.is_clean());
    }
}
