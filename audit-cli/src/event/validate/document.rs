//! A file of events taken apart: one event, an array of them, or one per line; and the line of a place in an event.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// One event's text, and the line that it begins on.
pub struct Part<'a> {
    pub bytes: &'a [u8],
    pub line: usize,
}

/// The events of a file. What is no JSON as a whole is taken line by line, if its first line is an event's.
pub fn parts(bytes: &[u8]) -> Vec<Part<'_>> {
    let whole = || vec![Part { bytes, line: 1 }];
    let Ok(text) = std::str::from_utf8(bytes) else { return lines(bytes) };
    if let Ok(entries) = serde_json::from_str::<Vec<&RawValue>>(text) {
        let part = |entry: &&'_ RawValue| (entry.get().as_ptr() as usize, entry.get().len());
        let begin = text.as_ptr() as usize;
        let places = entries.iter().map(part).map(|(at, length)| (at - begin, length));
        return places.filter_map(|(at, length)| part_at(bytes, at, length)).collect();
    }
    let is_one = serde_json::from_str::<&RawValue>(text).is_ok();
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    if is_one || serde_json::from_str::<&RawValue>(first).is_err() { whole() } else { lines(bytes) }
}

fn part_at(bytes: &[u8], at: usize, length: usize) -> Option<Part<'_>> {
    Some(Part { bytes: bytes.get(at..at + length)?, line: line_at(bytes, at) })
}

fn lines(bytes: &[u8]) -> Vec<Part<'_>> {
    let lines = bytes.split(|byte| *byte == b'\n').enumerate();
    let filled = lines.filter(|(_, line)| !line.iter().all(u8::is_ascii_whitespace));
    filled.map(|(index, bytes)| Part { bytes, line: index + 1 }).collect()
}

fn line_at(bytes: &[u8], at: usize) -> usize {
    bytes.iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}

impl Part<'_> {
    /// The line of a place, or of the innermost thing around it that is there.
    pub fn line_of(&self, pointer: &str) -> usize {
        let Ok(text) = std::str::from_utf8(self.bytes) else { return self.line };
        let mut found = text.trim_start();
        for segment in pointer.split('/').skip(1) {
            match inner(found, segment) {
                Some(inner) => found = inner,
                None => break,
            }
        }
        let at = found.as_ptr() as usize - text.as_ptr() as usize;
        self.line + line_at(self.bytes, at) - 1
    }
}

fn inner<'a>(text: &'a str, segment: &str) -> Option<&'a str> {
    if let Ok(members) = serde_json::from_str::<BTreeMap<Cow<'_, str>, &'a RawValue>>(text) {
        return members.get(segment).map(|member| member.get());
    }
    let entries: Vec<&'a RawValue> = serde_json::from_str(text).ok()?;
    entries.get(segment.parse::<usize>().ok()?).map(|entry| entry.get())
}
