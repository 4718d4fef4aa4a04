//! URLs and query strings: which part of the text is a user, a step of the path, a parameter.

/// A part of a URL, as written (still percent-encoded).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'t> {
    /// `user:password` before the host.
    User(&'t str),
    /// A step of the path, and the step before it.
    Step { before: &'t str, step: &'t str },
    /// A parameter of the query.
    Parameter { key: &'t str, value: &'t str },
}

/// Whether a text, or a word of a text, is a URL with something to look into: a query, or a path behind a host.
#[must_use]
pub fn looks_like(text: &str) -> bool {
    if text.len() < 4 || text.bytes().any(|byte| byte.is_ascii_whitespace()) {
        return false;
    }
    let has_scheme = scheme(text).is_some();
    let is_path = text.starts_with('/') && text.as_bytes().get(1).is_some_and(u8::is_ascii_alphanumeric);
    has_scheme || is_path || has_query(text)
}

/// The length of `http://` and the like.
fn scheme(text: &str) -> Option<usize> {
    let end = memchr::memmem::find(text.as_bytes(), b"://")?;
    let name = text.get(..end)?;
    (!name.is_empty() && name.len() <= 12 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+'))
        .then_some(end + 3)
}

/// `Patient?family=Smith`, or `family=Smith&given=Jane`.
fn has_query(text: &str) -> bool {
    let query = text.split_once('?').map_or(text, |(_, query)| query);
    let bare = query.len() == text.len();
    let parameter = |part: &str| {
        part.split_once('=').is_some_and(|(key, _)| {
            !key.is_empty()
                && key.bytes().all(|byte| {
                    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':' | b'%' | b'[' | b']')
                })
        })
    };
    query.split('&').all(parameter) && (!bare || query.contains('&'))
}

/// Calls `found` for every part, with the byte where it begins, in the order of the text.
pub fn parts<'t>(text: &'t str, found: &mut impl FnMut(usize, Part<'t>)) {
    let body = text.split_once('#').map_or(text, |(body, _)| body);
    let path_end = match body.find('?') {
        Some(end) => end,
        None if body.contains('=') && !body.contains('/') => 0,
        None => body.len(),
    };
    let mut at = 0;
    if let Some(host) = scheme(body).filter(|host| *host <= path_end) {
        let authority = body.get(host..path_end).unwrap_or_default();
        let authority = authority.split('/').next().unwrap_or_default();
        if let Some((user, _)) = authority.rsplit_once('@') {
            found(host, Part::User(user));
        }
        at = host + authority.len();
    }
    let mut before = "";
    for step in body.get(at..path_end).unwrap_or_default().split('/') {
        if !step.is_empty() {
            found(at, Part::Step { before, step });
            before = step;
        }
        at += step.len() + 1;
    }
    let mut at = if body.as_bytes().get(path_end) == Some(&b'?') { path_end + 1 } else { path_end };
    for parameter in body.get(at..).unwrap_or_default().split(['&', ';']) {
        if let Some((key, value)) = parameter.split_once('=') {
            found(at + key.len() + 1, Part::Parameter { key, value });
        }
        at += parameter.len() + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_found_with_their_places() {
        let text = "https://jane:pw@ehr.example/fhir/Patient/12/_history?family=Smith&birthdate=ge1970-01-01#top";
        let mut seen = Vec::new();
        parts(text, &mut |at, part| {
            let value = match part {
                Part::User(user) => user,
                Part::Step { step, .. } => step,
                Part::Parameter { value, .. } => value,
            };
            assert_eq!(text.get(at..at + value.len()), Some(value));
            seen.push(part);
        });
        assert_eq!(seen[0], Part::User("jane:pw"));
        assert_eq!(seen[3], Part::Step { before: "Patient", step: "12" });
        assert_eq!(
            seen[5..],
            [
                Part::Parameter { key: "family", value: "Smith" },
                Part::Parameter { key: "birthdate", value: "ge1970-01-01" },
            ]
        );
    }

    #[test]
    fn prose_and_equations_are_no_urls() {
        for text in ["a=b", "what is it?", "and/or", "x", "EF=45%", "true?maybe"] {
            assert!(!looks_like(text), "{text}");
        }
        for text in
            ["/Patient?family=Smith", "family=Smith&given=Jane", "http://a/b", "Patient?name=x", "/fhir/Patient/1"]
        {
            assert!(looks_like(text), "{text}");
        }
    }
}
