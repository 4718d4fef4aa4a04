//! What `phi` finds in a text, as spans in code points: the one place that knows the scanner.

use anyhow::Result;
use phi::{Engine, Located, Scratch};

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

/// Turns byte offsets into code points, in one walk as long as they ascend.
struct CodePoints<'t> {
    text: &'t str,
    byte: usize,
    points: usize,
}

impl<'t> CodePoints<'t> {
    const fn of(text: &'t str) -> Self {
        Self { text, byte: 0, points: 0 }
    }

    fn at(&mut self, byte: u32) -> usize {
        let byte = usize::try_from(byte).unwrap_or(usize::MAX);
        if byte < self.byte {
            (self.byte, self.points) = (0, 0);
        }
        self.points += self.text.get(self.byte..byte).map_or(0, |part| part.chars().count());
        self.byte = byte;
        self.points
    }
}

#[cfg(test)]
mod tests;
