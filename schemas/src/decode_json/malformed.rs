//! Bodies that are not JSON at all: what they are instead, and where.

use serde_json::error::Category;

/// What is wrong with a text that should be JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformation {
    Empty,
    NotUtf8,
    ByteOrderMark,
    EndsEarly,
    Trailing,
    LoneSurrogate,
    ControlCharacter,
    NumberTooLarge,
    NotJson,
}

impl Malformation {
    /// A stable label.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Empty => "empty-body",
            Self::NotUtf8 => "not-utf-8",
            Self::ByteOrderMark => "byte-order-mark",
            Self::EndsEarly => "ends-early",
            Self::Trailing => "trailing-text",
            Self::LoneSurrogate => "lone-surrogate",
            Self::ControlCharacter => "raw-control-character",
            Self::NumberTooLarge => "number-too-large",
            Self::NotJson => "not-json",
        }
    }

    /// A sentence for people.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Empty => "there is nothing; send one event as a JSON object",
            Self::NotUtf8 => "this is not UTF-8; send JSON in UTF-8",
            Self::ByteOrderMark => "the text begins with a byte order mark; send it without",
            Self::EndsEarly => "the JSON ends too early",
            Self::Trailing => "something follows the event; send one event",
            Self::LoneSurrogate => "an escape is half of a character (a lone surrogate)",
            Self::ControlCharacter => "a control character stands in a string; escape it",
            Self::NumberTooLarge => "a number is too large",
            Self::NotJson => "this is not valid JSON",
        }
    }
}

/// A text that is not JSON, and where. Lines and columns count from 1, columns in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}: line {line}, column {column}", .what.sentence())]
pub struct Malformed {
    pub line: usize,
    pub column: usize,
    pub what: Malformation,
}

/// The body as text.
pub(super) fn text(body: &[u8]) -> Result<&str, Malformed> {
    if body.starts_with(b"\xef\xbb\xbf") {
        return Err(Malformed { line: 1, column: 1, what: Malformation::ByteOrderMark });
    }
    let text = std::str::from_utf8(body).map_err(|error| {
        let sound = body.get(..error.valid_up_to()).unwrap_or_default();
        let line_start = sound.iter().rposition(|byte| *byte == b'\n').map_or(0, |index| index + 1);
        let line = sound.iter().filter(|byte| **byte == b'\n').count() + 1;
        Malformed { line, column: sound.len() - line_start + 1, what: Malformation::NotUtf8 }
    })?;
    if text.bytes().all(|byte| byte.is_ascii_whitespace()) {
        return Err(Malformed { line: 1, column: 1, what: Malformation::Empty });
    }
    Ok(text)
}

impl Malformed {
    /// Of the parser's message only its beginning is looked at: of a broken text it is always one of a closed set.
    pub(super) fn from_json(error: &serde_json::Error) -> Self {
        let said = error.to_string();
        let begins = |beginnings: &[&str]| beginnings.iter().any(|beginning| said.starts_with(beginning));
        let what = match error.classify() {
            Category::Eof => Malformation::EndsEarly,
            Category::Syntax if begins(&["trailing characters"]) => Malformation::Trailing,
            Category::Syntax if begins(&["lone leading surrogate", "unexpected end of hex escape"]) => {
                Malformation::LoneSurrogate
            }
            Category::Syntax if begins(&["control character"]) => Malformation::ControlCharacter,
            Category::Syntax if begins(&["number out of range"]) => Malformation::NumberTooLarge,
            Category::Syntax | Category::Data | Category::Io => Malformation::NotJson,
        };
        Self { line: error.line().max(1), column: error.column().max(1), what }
    }
}
