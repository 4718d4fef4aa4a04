//! Cuts a batch into its events while it arrives. An event that lies in one chunk is not copied.
//!
//! Only as much of JSON is looked at as tells where an element ends: strings, their escapes, and depth. Whether an element
//! is an event is the decoder's question.

use memchr::{memchr, memchr2};

/// How the events of a batch are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// One event per line; blank lines are nothing.
    Lines,
    /// A JSON array.
    Array,
}

/// What the next piece of a batch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    Event(&'a [u8]),
    /// An event beyond the bound; the rest of it was passed over.
    TooLarge,
    /// The array is not one; nothing that follows can be told apart.
    Broken(&'static str),
}

/// Where in the batch the next byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Line,
    /// Before the array.
    Start,
    /// Before an element, or before the end of an empty array.
    First,
    /// After a comma.
    Next,
    Element(Inside),
    /// After an element.
    After,
    /// After the array.
    End,
    Broken,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Inside {
    depth: usize,
    string: bool,
    escaped: bool,
    /// A number or a word: ends where something else begins.
    bare: bool,
}

/// What a look at the rest of a chunk found.
enum Found {
    /// The piece ends after so many bytes; then so many bytes are no part of anything.
    End(usize, usize),
    More,
}

/// The splitter.
#[derive(Debug)]
pub struct Split {
    state: State,
    bytes_max: usize,
    /// The beginning of an event whose end is not here yet.
    carry: Vec<u8>,
    carry_is_spent: bool,
    is_too_large: bool,
}

impl Split {
    pub fn new(layout: Layout, bytes_max: usize) -> Self {
        let state = if layout == Layout::Lines { State::Line } else { State::Start };
        Self { state, bytes_max, carry: Vec::new(), carry_is_spent: false, is_too_large: false }
    }

    /// The next piece of `chunk`, which loses what was looked at. `None` asks for the next chunk.
    pub fn next<'s, 'c: 's>(&'s mut self, chunk: &mut &'c [u8]) -> Option<Piece<'s>> {
        if std::mem::take(&mut self.carry_is_spent) {
            self.carry.clear();
        }
        loop {
            if !matches!(self.state, State::Line | State::Element(_))
                && let Some(what) = self.between(chunk)?
            {
                return Some(Piece::Broken(what));
            }
            let rest = *chunk;
            let found = match &mut self.state {
                State::Element(inside) => inside.end(rest),
                _ => memchr(b'\n', rest).map_or(Found::More, |end| Found::End(end, 1)),
            };
            let Found::End(end, skipped) = found else {
                *chunk = &[];
                self.keep(rest);
                return None;
            };
            let (event, rest) = rest.split_at(end);
            *chunk = rest.get(skipped..).unwrap_or_default();
            if matches!(self.state, State::Element(_)) {
                self.state = State::After;
            }
            let is_whole = self.carry.is_empty() && !self.is_too_large;
            if is_whole && event.len() <= self.bytes_max {
                if is_blank(event) {
                    continue;
                }
                return Some(Piece::Event(event));
            }
            self.keep(event);
            if let Some(piece) = self.carried() {
                // What borrows ends the loop, so the check for blank lines stands before.
                return Some(match piece {
                    Carried::TooLarge => Piece::TooLarge,
                    Carried::Event => Piece::Event(&self.carry),
                });
            }
        }
    }

    /// The last piece, once the body is whole.
    pub fn finish(&mut self) -> Option<Piece<'_>> {
        if std::mem::take(&mut self.carry_is_spent) {
            self.carry.clear();
        }
        match self.state {
            State::Line => Some(match self.carried()? {
                Carried::TooLarge => Piece::TooLarge,
                Carried::Event => Piece::Event(&self.carry),
            }),
            State::End | State::Broken => None,
            State::Start => Some(self.broken("a JSON array of events is missing")),
            State::First | State::Next | State::Element(_) | State::After => {
                Some(self.broken("the array ends too early"))
            }
        }
    }

    fn broken(&mut self, what: &'static str) -> Piece<'static> {
        self.state = State::Broken;
        Piece::Broken(what)
    }

    /// Passes over what stands between elements. `None`: the chunk is used up.
    fn between(&mut self, chunk: &mut &[u8]) -> Option<Option<&'static str>> {
        loop {
            let blank = chunk.iter().position(|byte| !is_space(*byte)).unwrap_or(chunk.len());
            *chunk = chunk.get(blank..).unwrap_or_default();
            let byte = *chunk.first()?;
            self.state = match (self.state, byte) {
                (State::Start, b'[') => State::First,
                (State::After, b',') => State::Next,
                (State::First | State::After, b']') => State::End,
                (State::First | State::Next, byte) if !matches!(byte, b',' | b']' | b'}' | b':') => {
                    self.state = State::Element(Inside::new());
                    return Some(None);
                }
                (State::Broken, _) => {
                    *chunk = &[];
                    return None;
                }
                (state, _) => {
                    self.state = State::Broken;
                    return Some(Some(match state {
                        State::Start => "a JSON array of events is missing",
                        State::After => "a comma or the end of the array is missing",
                        State::End => "something follows the array",
                        _ => "an event is missing between two commas",
                    }));
                }
            };
            *chunk = chunk.get(1..).unwrap_or_default();
        }
    }

    fn keep(&mut self, part: &[u8]) {
        if self.is_too_large || self.carry.len() + part.len() > self.bytes_max {
            self.is_too_large = true;
            self.carry.clear();
        } else {
            self.carry.extend_from_slice(part);
        }
    }

    fn carried(&mut self) -> Option<Carried> {
        if std::mem::take(&mut self.is_too_large) {
            return Some(Carried::TooLarge);
        }
        if is_blank(&self.carry) {
            self.carry.clear();
            return None;
        }
        self.carry_is_spent = true;
        Some(Carried::Event)
    }
}

enum Carried {
    Event,
    TooLarge,
}

impl Inside {
    fn new() -> Self {
        Self { depth: 0, string: false, escaped: false, bare: false }
    }

    /// Where the element ends, if it does in these bytes.
    fn end(&mut self, bytes: &[u8]) -> Found {
        let mut at = 0;
        while let Some(byte) = bytes.get(at).copied() {
            if self.string {
                if std::mem::take(&mut self.escaped) {
                    at += 1;
                    continue;
                }
                let Some(mark) = memchr2(b'"', b'\\', bytes.get(at..).unwrap_or_default()) else { return Found::More };
                at += mark + 1;
                if bytes.get(at - 1) == Some(&b'\\') {
                    self.escaped = true;
                    continue;
                }
                self.string = false;
                if self.depth == 0 {
                    return Found::End(at, 0);
                }
                continue;
            }
            if self.bare {
                if matches!(byte, b',' | b']' | b'}') || is_space(byte) {
                    return Found::End(at, 0);
                }
                at += 1;
                continue;
            }
            at += 1;
            match byte {
                b'"' => self.string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Found::End(at, 0);
                    }
                }
                _ if self.depth == 0 => self.bare = true,
                _ => {}
            }
        }
        Found::More
    }
}

/// What JSON takes for nothing.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|byte| is_space(*byte))
}

#[cfg(test)]
mod tests;
