//! Binary mode: the attributes stand in `ce-` headers, percent-encoded as CloudEvents' HTTP binding says (3.1.3.2).

use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use percent_encoding::percent_decode_str;

use super::{Attributes, malformed};
use crate::problem::Problem;

const PREFIX: &str = "ce-";
/// The header that makes a request a CloudEvent.
pub const SPECVERSION: &str = "ce-specversion";

impl Attributes {
    pub fn from_headers(headers: &HeaderMap) -> Result<Self, Problem> {
        let mut attributes = Self::default();
        for (name, value) in headers {
            let Some(name) = name.as_str().strip_prefix(PREFIX) else { continue };
            let unreadable = || malformed("a ce- header must be ASCII, with everything else percent-encoded as UTF-8");
            let value = decoded(value.to_str().map_err(|_| unreadable())?).ok_or_else(unreadable)?;
            if name == "datacontenttype" {
                return Err(malformed("in binary mode the header `content-type` says what the data is"));
            }
            attributes.insert(name, value)?;
        }
        if let Some(content) = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()) {
            attributes.insert("datacontenttype", content.to_owned())?;
        }
        attributes.checked()
    }
}

/// Unquoted first, then percent-decoded.
fn decoded(value: &str) -> Option<String> {
    let mut unquoted = String::new();
    let quoted = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    if let Some(inner) = quoted {
        let mut characters = inner.chars();
        while let Some(character) = characters.next() {
            unquoted.push(if character == '\\' { characters.next()? } else { character });
        }
    }
    let text = if quoted.is_some() { unquoted.as_str() } else { value };
    percent_decode_str(text).decode_utf8().ok().map(|text| text.into_owned())
}
