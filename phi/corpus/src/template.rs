//! Templates: texts with slots, read from the files in `templates/`. Those in `dev/` and in `held/` share none.
//!
//! `{NAME:first_last}` is a labelled slot, `{?DATE:year}` one that may be missed, `{_:drug}` one without a label,
//! `{NAME:last#2}` speaks of the second person, `{NAME:last|upper}` changes the case, `{~seen|met}` chooses a word.

use anyhow::{Context, Result, bail, ensure};
use phi::Label;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    AsIs,
    Lower,
    Upper,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    pub label: Option<Label>,
    pub optional: bool,
    pub form: String,
    /// The same number is the same person; none is the first person, with a new value each time.
    pub person: Option<usize>,
    pub case: Case,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Text(String),
    Choice(Vec<String>),
    Slot(Slot),
}

#[derive(Debug)]
pub struct Template {
    pub source: String,
    pub id: String,
    pub pieces: Vec<Piece>,
    /// How whole texts may look, with weights.
    pub styles: Vec<(String, u64)>,
}

/// Reads one file: `@lines` (a template each) or `@blocks` (between lines of `---`), then `@styles name weight, ...`.
pub fn parse_file(name: &str, text: &str) -> Result<Vec<Template>> {
    let source = name.rsplit('/').next().unwrap_or(name).trim_end_matches(".txt").to_owned();
    let (head, body) = text.split_once("\n\n").with_context(|| format!("{name}: no empty line after its head"))?;
    let mut styles = vec![("plain".to_owned(), 1)];
    let mut blocks = None;
    for line in head.lines() {
        match line.split_once(' ').unwrap_or((line, "")) {
            ("@lines", _) => blocks = Some(false),
            ("@blocks", _) => blocks = Some(true),
            ("@styles", list) => styles = parse_styles(list).with_context(|| format!("{name}: {line}"))?,
            ("#", _) => {}
            _ => bail!("{name}: the head has `{line}`; give #, @lines, @blocks or @styles"),
        }
    }
    let blocks = blocks.with_context(|| format!("{name}: say @lines or @blocks in the head"))?;
    let bodies: Vec<&str> = if blocks { body.split("\n---\n").collect() } else { body.lines().collect() };
    let full = bodies.into_iter().map(|body| body.trim_end_matches('\n')).filter(|body| !body.trim().is_empty());
    full.enumerate()
        .map(|(at, body)| {
            let id = format!("{source}-{:03}", at + 1);
            let pieces = parse(body).with_context(|| format!("{name}: template {}", at + 1))?;
            Ok(Template { source: source.clone(), id, pieces, styles: styles.clone() })
        })
        .collect()
}

fn parse_styles(list: &str) -> Result<Vec<(String, u64)>> {
    let each = list.split(',').map(|entry| {
        let (style, weight) = entry.trim().split_once(' ').context("give `name weight`")?;
        Ok((style.to_owned(), weight.parse()?))
    });
    each.collect()
}

/// A brace opens a slot only before a letter, `?`, `_` or `~`, so JSON stands in templates as it is.
pub fn parse(body: &str) -> Result<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut rest = body;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        text.push_str(before);
        let inner = from.get(1..).unwrap_or_default();
        if !inner.starts_with(|c: char| c.is_ascii_alphabetic() || "?_~".contains(c)) {
            text.push('{');
            rest = inner;
            continue;
        }
        let (slot, after) = inner.split_once('}').context("a slot is not closed")?;
        if !text.is_empty() {
            pieces.push(Piece::Text(std::mem::take(&mut text)));
        }
        pieces.push(parse_slot(slot)?);
        rest = after;
    }
    text.push_str(rest);
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
    Ok(pieces)
}

fn parse_slot(slot: &str) -> Result<Piece> {
    if let Some(words) = slot.strip_prefix('~') {
        return Ok(Piece::Choice(words.split('|').map(str::to_owned).collect()));
    }
    let (label, form) = slot.split_once(':').with_context(|| format!("slot `{slot}` has no form"))?;
    let (optional, label) = label.strip_prefix('?').map_or((false, label), |label| (true, label));
    let label = match label {
        "_" => None,
        name => Some(Label::from_name(name).with_context(|| format!("slot `{slot}` has an unknown label"))?),
    };
    let (form, case) = match form.split_once('|') {
        None => (form, Case::AsIs),
        Some((form, "lower")) => (form, Case::Lower),
        Some((form, "upper")) => (form, Case::Upper),
        Some(_) => bail!("slot `{slot}` has an unknown case"),
    };
    let (form, person) = match form.split_once('#') {
        None => (form, None),
        Some((form, number)) => (form, Some(number.parse().with_context(|| format!("slot `{slot}`"))?)),
    };
    ensure!(!form.is_empty(), "slot `{slot}` has no form");
    Ok(Piece::Slot(Slot { label, optional, form: form.to_owned(), person, case }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_choices_and_json_are_told_apart() {
        let pieces = parse(r#"{"a":"{NAME:last#2|upper}"} {~x|y}{?DATE:year}"#).unwrap();
        let name =
            Slot { label: Some(Label::Name), optional: false, form: "last".into(), person: Some(2), case: Case::Upper };
        assert_eq!(pieces[0], Piece::Text(r#"{"a":""#.into()));
        assert_eq!(pieces[1], Piece::Slot(name));
        assert_eq!(pieces[3], Piece::Choice(vec!["x".into(), "y".into()]));
        assert!(matches!(&pieces[4], Piece::Slot(slot) if slot.optional));
    }

    #[test]
    fn a_slot_that_nobody_can_fill_is_refused() {
        for bad in ["{NAME:x", "{NAM:x}", "{NAME}", "{NAME:x|odd}", "{NAME:x#y}", "{NAME:}"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_file_is_lines_or_blocks() {
        let lines = parse_file("dev/query.txt", "# a\n@lines\n@styles plain 2, lower 1\n\nab\n\ncd\n").unwrap();
        assert_eq!((lines.len(), lines[1].id.as_str(), lines[0].styles.len()), (2, "query-002", 2));
        assert_eq!(parse_file("x.txt", "@blocks\n\na\nb\n---\nc\n").unwrap().len(), 2);
        assert!(parse_file("x.txt", "@odd\n\na\n").is_err());
    }
}
