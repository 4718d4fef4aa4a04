//! `audit-cli phi scan`: JSON Lines in, JSON Lines out. Nothing is kept: a line is read, searched, answered.

use std::io::{BufRead, BufReader, BufWriter, Read as _, Write};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;
use phi::{CodePoints, Engine, Located, Scratch};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

/// A longer line is not one text.
const LINE_BYTES_MAX: u64 = 64 << 20;

/// Find health information in texts, one JSON object a line
#[derive(Args)]
#[command(after_help = "A line is one of:
  {\"id\": 1, \"text\": \"...\"}      prose, or a JSON document as text: then each value is judged by its path
  {\"id\": 2, \"event\": {...}}     an audit event; each span has the path of its value
  {\"id\": 3, \"json\": {...}}      any JSON document; the same
The answer: {\"id\": 1, \"spans\": [{\"start\": 0, \"end\": 4, \"label\": \"NAME\", \"rule\": \"...\", \"score\": 0.93}]}
Offsets count Unicode code points, the end is not included. With a path they count inside of that value.

Examples:
  audit-cli phi scan notes.ndjson > found.ndjson
  echo '{\"id\":1,\"text\":\"pt Jane Roe, MRN 448291\"}' | audit-cli phi scan -

A line that cannot be read is named on standard error, the others go on, and the exit code is 1.")]
pub struct Scan {
    /// A file of JSON Lines, or - for standard input
    #[arg(value_name = "FILE", default_value = "-")]
    file: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'l> {
    #[serde(default)]
    id: Value,
    text: Option<String>,
    #[serde(borrow)]
    event: Option<&'l RawValue>,
    #[serde(borrow)]
    json: Option<&'l RawValue>,
}

#[derive(Serialize)]
struct Answer<'a> {
    id: &'a Value,
    spans: Vec<Span<'a>>,
}

#[derive(Serialize)]
struct Span<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    /// The span lies in the member's name, not in its value.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    in_key: bool,
    start: usize,
    end: usize,
    label: &'static str,
    rule: &'a str,
    score: f64,
}

/// The engine with its buffers.
struct Searcher {
    engine: Engine,
    scratch: Scratch,
    found: Vec<Located>,
}

impl Scan {
    pub fn run(&self) -> Result<ExitCode> {
        let engine = Engine::builtin().context("the rules that ship with this program are refused")?;
        let mut searcher = Searcher { engine, scratch: Scratch::default(), found: Vec::new() };
        let mut reader = BufReader::new(super::open(&self.file)?);
        let mut out = BufWriter::new(std::io::stdout().lock());
        let mut line = Vec::new();
        let (mut lines, mut refused) = (0_u64, 0_u64);
        while next_line(&mut reader, &mut line).with_context(|| format!("{} cannot be read", self.file))? {
            lines += 1;
            if line.trim_ascii().is_empty() {
                continue;
            }
            match searcher.answer(&line) {
                Ok(answer) => writeln!(out, "{answer}")?,
                Err(error) => {
                    refused += 1;
                    eprintln!("{}, line {lines}: {error:#}", self.file);
                }
            }
            // Nothing more has come yet: whoever waits for an answer gets it now.
            if reader.buffer().is_empty() {
                out.flush()?;
            }
        }
        out.flush()?;
        eprintln!("phi: action=scan lines={lines} refused={refused}");
        Ok(ExitCode::from(u8::from(refused > 0)))
    }
}

/// False at the end of the input.
fn next_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> Result<bool> {
    line.clear();
    let read = reader.take(LINE_BYTES_MAX).read_until(b'\n', line)?;
    if read as u64 == LINE_BYTES_MAX {
        bail!("a line has more than {LINE_BYTES_MAX} bytes");
    }
    Ok(read > 0)
}

impl Searcher {
    /// The answer to one line. Errors say where a line is wrong, never what it says.
    fn answer(&mut self, line: &[u8]) -> Result<String> {
        let line: Line<'_> = serde_json::from_slice(line).map_err(|error| {
            anyhow::anyhow!("not an object with id and one of text, event, json; see column {}", error.column())
        })?;
        let id = &line.id;
        let spans = match (&line.text, line.event.or(line.json)) {
            (Some(text), None) => self.text(text),
            (None, Some(document)) if line.event.is_none() || line.json.is_none() => self.document(document.get())?,
            _ => bail!("give exactly one of text, event, json"),
        };
        Ok(serde_json::to_string(&Answer { id, spans })?)
    }

    fn text(&mut self, text: &str) -> Vec<Span<'_>> {
        self.engine.scan_any(text, &mut self.scratch, &mut self.found);
        let mut points = CodePoints::of(text);
        let mut spans = Vec::with_capacity(self.found.len());
        for located in &self.found {
            let (start, end) = (points.at(located.start), points.at(located.end));
            spans.push(Span { path: None, in_key: false, start, end, ..span(&self.engine, located) });
        }
        spans
    }

    fn document(&mut self, document: &str) -> Result<Vec<Span<'_>>> {
        let read = self.engine.scan_json(document, &mut self.scratch, &mut self.found);
        read.ok().context("the document cannot be read as JSON")?;
        let values: Value = serde_json::from_str(document)?;
        let engine = &self.engine;
        let spans = self.found.iter().map(|located| {
            // A number is ASCII: there bytes and code points are the same.
            let text = if located.in_key { None } else { values.pointer(&located.pointer).and_then(Value::as_str) };
            let (start, end) = (located.finding.start, located.finding.end);
            let (start, end) = match text {
                Some(text) => {
                    let mut points = CodePoints::of(text);
                    (points.at(start), points.at(end))
                }
                None => (start as usize, end as usize),
            };
            Span { start, end, ..span(engine, located) }
        });
        Ok(spans.collect())
    }
}

fn span<'a>(engine: &'a Engine, located: &'a Located) -> Span<'a> {
    let finding = &located.finding;
    Span {
        path: Some(&located.pointer),
        in_key: located.in_key,
        start: 0,
        end: 0,
        label: finding.label.name(),
        rule: engine.rule_name(finding.rule),
        score: f64::from(finding.score) / 100.0,
    }
}

#[cfg(test)]
mod tests;
