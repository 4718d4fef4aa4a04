//! A JSON document as a flat list of its values, each with its place in the text. Linear, no recursion, buffers reused.

/// How deep values may nest; what is deeper is not understood and so read as text.
pub const DEPTH_MAX: usize = 128;

/// How many members of an object are looked through for one by its name, so that a large object costs no more than its size.
pub const MEMBERS_MAX: usize = 64;

/// No parent: the root.
pub const NONE: u32 = u32::MAX;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Object,
    Array,
    String,
    Number,
    Word,
}

/// A part of the text: byte offsets, half open. Of a string what stands between the quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    #[must_use]
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// One value.
#[derive(Debug, Clone, Copy)]
pub struct Node {
    pub kind: Kind,
    /// Whether the text of the string, or of the key, holds escapes.
    pub escaped: bool,
    pub key_escaped: bool,
    /// The value is a member of an object, and `key` its name.
    pub keyed: bool,
    pub key: Span,
    pub value: Span,
    pub parent: u32,
    /// The first node behind this value and all that is in it.
    pub next: u32,
}

/// Why a text is not taken as JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotJson {
    Malformed,
    TooDeep,
}

/// The values of one document, a value before what is in it.
#[derive(Debug, Default)]
pub struct Tape {
    pub nodes: Vec<Node>,
}

impl Tape {
    /// Reads a document; the whole text must be one value.
    pub fn read(&mut self, text: &str) -> Result<(), NotJson> {
        self.nodes.clear();
        if u32::try_from(text.len()).is_err() {
            return Err(NotJson::Malformed);
        }
        let mut reader = Reader { text: text.as_bytes(), at: 0, nodes: &mut self.nodes };
        reader.document()
    }

    /// The member of an object by its raw name, if it is one of the first.
    pub fn member(&self, text: &str, object: u32, name: &str) -> Option<u32> {
        self.children(object)
            .take(MEMBERS_MAX)
            .find(|&child| self.nodes.get(child as usize).is_some_and(|node| node.keyed && node.key.of(text) == name))
    }

    /// What stands directly in an object or an array.
    pub fn children(&self, of: u32) -> impl Iterator<Item = u32> + '_ {
        let end = self.nodes.get(of as usize).map_or(0, |node| node.next);
        let mut at = of.saturating_add(1);
        std::iter::from_fn(move || {
            if at >= end {
                return None;
            }
            let child = at;
            at = self.nodes.get(child as usize)?.next;
            Some(child)
        })
    }

    #[must_use]
    pub fn node(&self, index: u32) -> Option<&Node> {
        self.nodes.get(index as usize)
    }

    /// The raw text of a member that is a string or a number.
    #[must_use]
    pub fn text_of<'t>(&self, text: &'t str, object: u32, name: &str) -> Option<&'t str> {
        let node = self.node(self.member(text, object, name)?)?;
        matches!(node.kind, Kind::String | Kind::Number).then(|| node.value.of(text))
    }
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    nodes: &'t mut Vec<Node>,
}

impl Reader<'_> {
    fn document(&mut self) -> Result<(), NotJson> {
        let mut open: [u32; DEPTH_MAX] = [NONE; DEPTH_MAX];
        let mut depth = 0;
        loop {
            let parent = if depth == 0 { NONE } else { open.get(depth - 1).copied().unwrap_or(NONE) };
            let container = self.value(parent)?;
            if let Some(index) = container {
                *open.get_mut(depth).ok_or(NotJson::TooDeep)? = index;
                depth += 1;
                if !self.at_end_of(index) {
                    continue;
                }
            }
            // A value has ended: close what ends with it, until another value follows.
            loop {
                let Some(index) = depth.checked_sub(1).and_then(|last| open.get(last)).copied() else {
                    self.space();
                    return if self.at == self.text.len() { Ok(()) } else { Err(NotJson::Malformed) };
                };
                if self.at_end_of(index) {
                    self.at += 1;
                    self.close(index);
                    depth -= 1;
                } else {
                    self.separator()?;
                    break;
                }
            }
        }
    }

    fn space(&mut self) {
        while matches!(self.text.get(self.at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn peek(&mut self) -> Option<u8> {
        self.space();
        self.text.get(self.at).copied()
    }

    fn kind(&self, index: u32) -> Kind {
        self.nodes.get(index as usize).map_or(Kind::Word, |node| node.kind)
    }

    fn at_end_of(&mut self, index: u32) -> bool {
        let end = if self.kind(index) == Kind::Object { b'}' } else { b']' };
        self.peek() == Some(end)
    }

    fn close(&mut self, index: u32) {
        let next = self.nodes.len() as u32;
        let end = self.at as u32;
        if let Some(node) = self.nodes.get_mut(index as usize) {
            node.next = next;
            node.value.end = end;
        }
    }

    fn separator(&mut self) -> Result<(), NotJson> {
        if self.peek() != Some(b',') {
            return Err(NotJson::Malformed);
        }
        self.at += 1;
        Ok(())
    }

    /// Reads a key, if the parent wants one, and the value's beginning; the answer is a container's index.
    fn value(&mut self, parent: u32) -> Result<Option<u32>, NotJson> {
        let keyed = parent != NONE && self.kind(parent) == Kind::Object;
        let (mut key, mut key_escaped) = (Span::default(), false);
        if keyed {
            if self.peek() != Some(b'"') {
                return Err(NotJson::Malformed);
            }
            (key, key_escaped) = self.string()?;
            if self.peek() != Some(b':') {
                return Err(NotJson::Malformed);
            }
            self.at += 1;
        }
        let first = self.peek().ok_or(NotJson::Malformed)?;
        let start = self.at;
        let (kind, value, escaped) = match first {
            b'{' | b'[' => {
                self.at += 1;
                let kind = if first == b'{' { Kind::Object } else { Kind::Array };
                (kind, Span { start: start as u32, end: start as u32 }, false)
            }
            b'"' => {
                let (value, escaped) = self.string()?;
                (Kind::String, value, escaped)
            }
            b'-' | b'0'..=b'9' => {
                (Kind::Number, self.run(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')), false)
            }
            _ => (Kind::Word, self.word()?, false),
        };
        let index = self.nodes.len() as u32;
        self.nodes.push(Node { kind, escaped, key_escaped, keyed, key, value, parent, next: index + 1 });
        Ok(matches!(kind, Kind::Object | Kind::Array).then_some(index))
    }

    fn run(&mut self, belongs: impl Fn(u8) -> bool) -> Span {
        let start = self.at;
        while self.text.get(self.at).is_some_and(|&byte| belongs(byte)) {
            self.at += 1;
        }
        Span { start: start as u32, end: self.at as u32 }
    }

    fn word(&mut self) -> Result<Span, NotJson> {
        let span = self.run(|byte| byte.is_ascii_lowercase());
        match self.text.get(span.start as usize..span.end as usize) {
            Some(b"true" | b"false" | b"null") => Ok(span),
            _ => Err(NotJson::Malformed),
        }
    }

    /// What stands between two quotes, and whether it holds escapes.
    fn string(&mut self) -> Result<(Span, bool), NotJson> {
        self.at += 1;
        let start = self.at;
        let mut escaped = false;
        loop {
            let rest = self.text.get(self.at..).unwrap_or_default();
            let found = memchr::memchr2(b'"', b'\\', rest).ok_or(NotJson::Malformed)?;
            self.at += found;
            if rest.get(found) == Some(&b'"') {
                let span = Span { start: start as u32, end: self.at as u32 };
                self.at += 1;
                return Ok((span, escaped));
            }
            escaped = true;
            self.at += 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Tape {
        let mut tape = Tape::default();
        tape.read(text).unwrap();
        tape
    }

    #[test]
    fn every_value_knows_its_place_and_its_key() {
        let text = r#" {"a": [1, {"b": "x\"y"}], "c": null, "d": {}, "e": []} "#;
        let tape = read(text);
        let seen: Vec<(Kind, &str, &str)> =
            tape.nodes.iter().map(|node| (node.kind, node.key.of(text), node.value.of(text))).collect();
        assert_eq!(seen[0].0, Kind::Object);
        assert_eq!(
            seen[2..5],
            [(Kind::Number, "", "1"), (Kind::Object, "", r#"{"b": "x\"y"}"#), (Kind::String, "b", r#"x\"y"#)]
        );
        assert_eq!(seen[5..], [(Kind::Word, "c", "null"), (Kind::Object, "d", "{}"), (Kind::Array, "e", "[]")]);
        assert!(tape.nodes[4].escaped);
        assert_eq!(tape.children(0).collect::<Vec<_>>(), [1, 5, 6, 7]);
        assert_eq!(tape.member(text, 0, "c"), Some(5));
    }

    #[test]
    fn what_is_no_json_is_refused() {
        let mut tape = Tape::default();
        for text in [
            "",
            "{",
            "[1,]",
            "{\"a\"}",
            "{\"a\":1,}",
            "[1 2]",
            "{\"a\" 1}",
            "\"a",
            "\"\\",
            "tru",
            "[1]]",
            "1 2",
            "{,}",
            "{a:1}",
        ] {
            assert_eq!(tape.read(text), Err(NotJson::Malformed), "{text}");
        }
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        let mut tape = Tape::default();
        assert_eq!(tape.read(&nested(DEPTH_MAX)), Ok(()));
        assert_eq!(tape.read(&nested(DEPTH_MAX + 1)), Err(NotJson::TooDeep));
        assert_eq!(tape.read(&"[".repeat(1_000_000)), Err(NotJson::TooDeep));
    }
}
