//! What `phi` finds in a text, as spans in code points: the one place that knows the scanner.

use anyhow::Result;
use phi::{CodePoints, Engine, Located, Scratch};

use crate::sample::{Sample, Span};

/// The engine with its buffers.
pub struct Finder {
    engine: Engine,
    scratch: Scratch,
    found: Vec<Located>,
}

impl Finder {
    pub fn new() -> Result<Self> {
        Ok(Self { engine: Engine::builtin()?, scratch: Scratch::default(), found: Vec::new() })
    }

    pub fn find(&mut self, text: &str) -> Vec<Span> {
        self.engine.scan_any(text, &mut self.scratch, &mut self.found);
        let mut points = CodePoints::of(text);
        let found = self.found.iter().map(|located| Span {
            start: points.at(located.start),
            end: points.at(located.end),
            label: located.finding.label.name().to_owned(),
            optional: false,
            rule: self.engine.rule_name(located.finding.rule).to_owned(),
        });
        found.collect()
    }

    /// Predictions for whole texts, in their order.
    pub fn predict(&mut self, samples: &[Sample]) -> Vec<Sample> {
        let predicted = samples.iter().map(|sample| Sample {
            id: sample.id.clone(),
            source: sample.source.clone(),
            text: String::new(),
            spans: self.find(&sample.text),
        });
        predicted.collect()
    }
}

#[cfg(test)]
mod tests;
