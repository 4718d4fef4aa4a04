//! HL7 v2 messages: segments by line, fields by position, repetitions, components.

use rustc_hash::FxHashMap;

use crate::Label;
use crate::finding::RuleId;

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The first component of each repetition.
    Known(Label),
    Text,
    /// CX: id, check digit, scheme, assigner, kind of id.
    Id,
    /// XPN: family name, given name, middle names.
    Person,
    /// XCN: id, then as a person.
    IdAndPerson,
    /// XAD: street, other, city, state, ZIP, country; then county.
    Address,
    /// XTN: number, use, equipment, e-mail.
    Telecom,
}

impl Field {
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "text" => Self::Text,
            "id" => Self::Id,
            "person" => Self::Person,
            "id-and-person" => Self::IdAndPerson,
            "address" => Self::Address,
            "telecom" => Self::Telecom,
            _ => Self::Known(Label::from_name(word)?),
        })
    }
}

/// The fields that are of interest, by segment and number.
#[derive(Debug, Default)]
pub struct Segments {
    fields: FxHashMap<([u8; 3], u16), (Field, RuleId)>,
}

impl Segments {
    pub(crate) fn insert(&mut self, segment: &str, number: u16, field: Field, rule: RuleId) -> bool {
        let Ok(name) = <[u8; 3]>::try_from(segment.as_bytes()) else { return false };
        self.fields.insert((name, number), (field, rule)).is_none()
    }
}

/// A value in a message: byte offsets, what it is, the code of its kind and its assigner where it is an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Value<'t> {
    pub start: usize,
    pub text: &'t str,
    pub meaning: Meaning<'t>,
    pub rule: RuleId,
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning<'t> {
    Known(Label),
    Text,
    Id { code: Option<&'t str>, system: Option<&'t str> },
}

/// The message begins in the first bytes or not at all.
const PREAMBLE_BYTES_MAX: usize = 16;

/// Where a message begins in a text, if it is one.
#[must_use]
pub fn begins(text: &str) -> Option<usize> {
    let start = text.char_indices().take(PREAMBLE_BYTES_MAX).find(|(_, mark)| mark.is_ascii_uppercase())?.0;
    let head = text.get(start..)?;
    let segment = ["MSH", "PID", "EVN", "PV1", "NK1", "IN1", "QPD", "BHS", "FHS", "OBR"]
        .iter()
        .any(|name| head.starts_with(name));
    let separator = head.as_bytes().get(3).copied()?;
    (segment && separator.is_ascii_punctuation() && head.bytes().filter(|byte| *byte == separator).count() >= 3)
        .then_some(start)
}

/// Calls `found` for every value of interest, in the order of the text.
pub fn values<'t>(segments: &Segments, text: &'t str, found: &mut impl FnMut(Value<'t>)) {
    let Some(start) = begins(text) else { return };
    let Some(message) = text.get(start..) else { return };
    let separator = char::from(message.as_bytes().get(3).copied().unwrap_or(b'|'));
    let marks = Marks::of(message);
    let mut at = start;
    for line in message.split(['\r', '\n', '\u{b}', '\u{1c}']) {
        if is_segment(line, separator) {
            segment(segments, Part { at, text: line }, separator, &marks, found);
        } else if !line.is_empty() {
            // A message is often pasted with words around it.
            found(Value { start: at, text: line, meaning: Meaning::Text, rule: RuleId(0) });
        }
        at += line.len() + 1;
    }
}

/// Three capitals or digits and the separator.
fn is_segment(line: &str, separator: char) -> bool {
    let name = line.as_bytes().iter().take(3);
    let is_name =
        name.clone().count() == 3 && name.into_iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    is_name && line.get(3..).is_some_and(|rest| rest.is_empty() || rest.starts_with(separator))
}

/// A part of the text and where it begins.
#[derive(Clone, Copy)]
struct Part<'t> {
    at: usize,
    text: &'t str,
}

impl<'t> Part<'t> {
    fn split(self, mark: char) -> impl Iterator<Item = Self> + use<'t> {
        let mut at = self.at;
        self.text.split(mark).map(move |text| {
            let part = Part { at, text };
            at += text.len() + mark.len_utf8();
            part
        })
    }
}

/// The characters that separate what is in a field.
struct Marks {
    component: char,
    repetition: char,
    subcomponent: char,
}

impl Marks {
    fn of(message: &str) -> Self {
        let head = message.as_bytes();
        let stated = matches!(head.get(..3), Some(b"MSH" | b"BHS" | b"FHS"));
        let mark = |at: usize, usual: char| {
            let byte = head.get(at).copied().filter(|byte| stated && byte.is_ascii_punctuation());
            byte.map_or(usual, char::from)
        };
        Self { component: mark(4, '^'), repetition: mark(5, '~'), subcomponent: mark(7, '&') }
    }
}

fn segment<'t>(segments: &Segments, line: Part<'t>, separator: char, marks: &Marks, found: &mut impl FnMut(Value<'t>)) {
    let Some(name) = line.text.get(..3).and_then(|name| <[u8; 3]>::try_from(name.as_bytes()).ok()) else { return };
    // The separator itself is the first field of a header.
    let shift = u16::from(matches!(&name, b"MSH" | b"BHS" | b"FHS"));
    for (number, field) in (0..).zip(line.split(separator)).skip(1) {
        let Some((kind, rule)) = segments.fields.get(&(name, number + shift)) else { continue };
        for repetition in field.split(marks.repetition) {
            components(*kind, *rule, repetition, marks, found);
        }
    }
}

fn components<'t>(kind: Field, rule: RuleId, part: Part<'t>, marks: &Marks, found: &mut impl FnMut(Value<'t>)) {
    if part.text.is_empty() || part.text == "\"\"" {
        return;
    }
    let component = |number: usize| part.split(marks.component).nth(number).filter(|part| !part.text.is_empty());
    let mut give = |part: Option<Part<'t>>, meaning: Meaning<'t>| {
        if let Some(part) = part {
            found(Value { start: part.at, text: part.text, meaning, rule });
        }
    };
    match kind {
        Field::Known(label) => give(component(0), Meaning::Known(label)),
        Field::Text => give(Some(part), Meaning::Text),
        Field::Id => {
            let code = component(4).map(|part| part.text);
            let system = component(3).map(|part| part.text);
            give(component(0), Meaning::Id { code, system });
        }
        Field::Person | Field::IdAndPerson => {
            let first = usize::from(kind == Field::IdAndPerson);
            if first == 1 {
                let system = component(8).map(|part| part.text);
                give(component(0), Meaning::Id { code: component(12).map(|part| part.text), system });
            }
            let family = component(first).and_then(|part| part.split(marks.subcomponent).next());
            give(family, Meaning::Known(Label::Name));
            give(component(first + 1), Meaning::Known(Label::Name));
            give(component(first + 2), Meaning::Known(Label::Name));
        }
        Field::Address => {
            for number in [0, 1, 2, 4, 8] {
                let line = component(number).and_then(|part| part.split(marks.subcomponent).next());
                give(line, Meaning::Known(Label::Geo));
            }
        }
        Field::Telecom => {
            let fax = component(2).is_some_and(|part| part.text == "FX");
            give(component(0), Meaning::Known(if fax { Label::Fax } else { Label::Phone }));
            give(component(3), Meaning::Known(Label::Email));
            give(component(6), Meaning::Known(Label::Phone));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_by_position() {
        let mut segments = Segments::default();
        for (number, word) in [(3, "id"), (5, "person"), (7, "DATE"), (11, "address"), (13, "telecom")] {
            assert!(segments.insert("PID", number, Field::from_word(word).unwrap(), RuleId(number)));
        }
        let text = "\u{b}MSH|^~\\&|A|B|C|D|20260301||ADT^A01|1|P|2.5\rPID|1||12^^^H&2.16.1&ISO^MR~99^^^^SS||Doe^Jane^Q||19800102|F|||1 Elm St^^Springfield^IL^62704^US||555-0100^PRN^PH\r";
        let mut seen = Vec::new();
        values(&segments, text, &mut |value| {
            assert_eq!(text.get(value.start..value.start + value.text.len()), Some(value.text));
            seen.push(value.text.to_owned());
        });
        assert_eq!(seen, ["12", "99", "Doe", "Jane", "Q", "19800102", "1 Elm St", "Springfield", "62704", "555-0100"]);
    }

    #[test]
    fn prose_is_no_message() {
        for text in ["PIDGIN is a language", "MSH", "The PID|x", "PID||"] {
            assert_eq!(begins(text), None, "{text}");
        }
    }
}
