//! XML and XHTML without a parser's trust in them: tags, attributes and texts with their places. Never fails, linear.

use crate::encoded::origin::Decoded;

/// How deep the names of open elements are remembered.
const OPEN_MAX: usize = 32;

/// Whether a text begins like a document or a fragment.
#[must_use]
pub fn looks_like(text: &str) -> bool {
    let start = text.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']);
    let mut bytes = start.bytes();
    bytes.next() == Some(b'<')
        && bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'?' | b'!'))
        && start.contains('>')
        && (start.contains("</") || start.contains("/>"))
}

/// A value in the document, as written (entities and all).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'t> {
    Attribute { element: &'t str, name: &'t str, value: &'t str },
    Text { element: &'t str, value: &'t str },
}

/// Calls `found` with the open elements' names (outermost first), the place and the value of every attribute and text.
pub fn values<'t>(text: &'t str, found: &mut impl FnMut(&[&'t str], usize, Value<'t>)) {
    let mut open: [&str; OPEN_MAX] = [""; OPEN_MAX];
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        let rest = text.get(at..).unwrap_or_default();
        let tag = rest.find('<').unwrap_or(rest.len());
        let content = rest.get(..tag).unwrap_or_default();
        let names = open.get(..depth.min(OPEN_MAX)).unwrap_or_default();
        if !content.trim().is_empty() {
            found(names, at, Value::Text { element: names.last().copied().unwrap_or_default(), value: content });
        }
        at += tag;
        let rest = text.get(at..).unwrap_or_default();
        if let Some((skip, inner)) = raw(rest) {
            if let Some((from, value)) = inner {
                found(names, at + from, Value::Text { element: names.last().copied().unwrap_or_default(), value });
            }
            at += skip;
            continue;
        }
        let length = tag_length(rest);
        let body = rest.get(1..length.saturating_sub(1)).unwrap_or_default();
        if body.starts_with('/') {
            depth = depth.saturating_sub(1);
        } else if !body.is_empty() {
            let element = local(body.split([' ', '\n', '\r', '\t', '/']).next().unwrap_or_default());
            if let Some(slot) = open.get_mut(depth) {
                *slot = element;
            }
            let names = open.get(..(depth + 1).min(OPEN_MAX)).unwrap_or_default();
            attributes(body, &mut |from, name, value| {
                found(names, at + 1 + from, Value::Attribute { element, name, value });
            });
            depth += usize::from(!body.ends_with('/'));
        }
        at += length.max(1);
    }
}

/// A name without its namespace's prefix.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// Comments, CDATA, declarations: how long, and the text in it.
fn raw(rest: &str) -> Option<(usize, Option<(usize, &str)>)> {
    let section = |from: usize, end: &str| {
        let inner = rest.get(from..).unwrap_or_default();
        let length = inner.find(end).unwrap_or(inner.len());
        let value = inner.get(..length).unwrap_or_default();
        ((from + length + end.len()).min(rest.len().max(1)), Some((from, value)))
    };
    match () {
        () if rest.starts_with("<!--") => Some(section(4, "-->")),
        () if rest.starts_with("<![CDATA[") => Some(section(9, "]]>")),
        () if rest.starts_with("<!") || rest.starts_with("<?") => Some((tag_length(rest), None)),
        () => None,
    }
}

/// Up to the `>` that is not in quotes.
fn tag_length(rest: &str) -> usize {
    let mut quote = None;
    for (at, byte) in rest.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return at + 1,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), byte) if open == byte => quote = None,
            _ => {}
        }
    }
    rest.len()
}

fn attributes<'t>(body: &'t str, found: &mut impl FnMut(usize, &'t str, &'t str)) {
    let mut at = 0;
    while let Some(sign) = memchr::memchr(b'=', body.as_bytes().get(at..).unwrap_or_default()) {
        let name = body.get(at..at + sign).unwrap_or_default().trim_end();
        let name = name.rsplit([' ', '\n', '\r', '\t']).next().unwrap_or_default();
        let after = at + sign + 1;
        let rest = body.get(after..).unwrap_or_default();
        let blank = rest.len() - rest.trim_start().len();
        let quote = rest.as_bytes().get(blank).copied().filter(|byte| matches!(byte, b'"' | b'\''));
        let Some(quote) = quote else {
            at = after;
            continue;
        };
        let from = after + blank + 1;
        let value = body.get(from..).unwrap_or_default();
        let length = memchr::memchr(quote, value.as_bytes()).unwrap_or(value.len());
        // A namespace's declaration names nobody.
        if !name.starts_with("xmlns") {
            found(from, local(name), value.get(..length).unwrap_or_default());
        }
        at = from + length + 1;
    }
}

/// Writes what a reader sees: a tag becomes a space (the end of a block a line end), an entity its character.
pub fn plain(text: &str, out: &mut Decoded) {
    out.clear();
    let mut at = 0;
    while at < text.len() {
        let rest = text.get(at..).unwrap_or_default();
        let length = match rest.as_bytes().first() {
            Some(b'<') => {
                let length = tag_length(rest).max(1);
                out.replace(if is_block(rest) { b"\n" } else { b" " }, length);
                length
            }
            Some(b'&') => match entity(rest) {
                Some((character, length)) => {
                    out.replace(character.encode_utf8(&mut [0; 4]).as_bytes(), length);
                    length
                }
                None => {
                    out.copy(b"&");
                    1
                }
            },
            _ => {
                let length = rest.find(['<', '&']).unwrap_or(rest.len());
                out.copy(rest.as_bytes().get(..length).unwrap_or_default());
                length
            }
        };
        at += length;
    }
}

fn is_block(tag: &str) -> bool {
    let name = tag.trim_start_matches(['<', '/']);
    ["p>", "p ", "div", "br", "li", "tr", "td", "th", "h1", "h2", "h3", "h4", "table", "ul", "ol"]
        .iter()
        .any(|block| name.starts_with(block))
}

fn entity(rest: &str) -> Option<(char, usize)> {
    let end = rest.bytes().take(12).position(|byte| byte == b';')?;
    let name = rest.get(1..end)?;
    let character = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    Some((character, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_and_texts_are_found_with_their_places() {
        let text = "<?xml version=\"1.0\"?><a:Person xmlns:a='urn:x' id = \"7\"><!-- seen --><family value='O&apos;Hara'/><note>x > <![CDATA[Jane]]></note></a:Person>";
        let mut seen = Vec::new();
        values(text, &mut |names, at, value| {
            let raw = match value {
                Value::Attribute { value, .. } | Value::Text { value, .. } => value,
            };
            assert_eq!(text.get(at..at + raw.len()), Some(raw));
            seen.push((names.join("/"), raw));
        });
        let expected = [
            ("Person", "7"),
            ("Person", " seen "),
            ("Person/family", "O&apos;Hara"),
            ("Person/note", "x > "),
            ("Person/note", "Jane"),
        ];
        assert_eq!(seen, expected.map(|(names, raw)| (names.to_owned(), raw)));
    }

    #[test]
    fn anything_ends() {
        for text in ["<", "<a", "<a b='", "<!--", "<![CDATA[", "</", "<a/><", "<>", "&", "<!"] {
            values(text, &mut |_, _, _| {});
            plain(text, &mut Decoded::default());
        }
    }

    #[test]
    fn plain_text_maps_back_to_the_markup() {
        let mut out = Decoded::default();
        plain("<p>Name: <b>Jane</b>&#32;Doe &amp; son</p>", &mut out);
        assert_eq!(out.text(), Some("\nName:  Jane  Doe & son\n"));
        assert_eq!(out.origin.source(8, 12), (12, 16));
        assert_eq!(out.origin.source(14, 17), (25, 28));
    }
}
