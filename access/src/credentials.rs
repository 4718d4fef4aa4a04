//! What a request brings to be let in: an API key or a signature, from its headers.

use crate::signature::Headers;
use crate::{Refusal, SignatureFault};

/// One of the two ways to be let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credentials<'a> {
    Bearer(Bearer<'a>),
    Signed(Headers<'a>),
}

/// A presented key. Not shown when debugged.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Bearer<'a>(pub &'a str);

impl std::fmt::Debug for Bearer<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Bearer(hidden)")
    }
}

impl<'a> Credentials<'a> {
    /// Picks them from a request's headers; names may be in any case. Of the ones that count, none may stand there twice.
    ///
    /// # Errors
    /// When there is neither, both, or something that cannot be read.
    pub fn of(headers: impl Iterator<Item = (&'a str, &'a [u8])>) -> Result<Self, Refusal> {
        let mut found = Headers::default();
        let mut authorization = None;
        for (name, value) in headers {
            if name.eq_ignore_ascii_case("authorization") {
                if authorization.replace(value).is_some() {
                    return Err(Refusal::Malformed);
                }
            } else {
                found.take(name, value)?;
            }
        }
        match (authorization, found.signature_input.is_some() || found.signature.is_some()) {
            (None, false) => Err(Refusal::Missing),
            (Some(_), true) => Err(Refusal::Ambiguous),
            (Some(value), false) => bearer(value).map(|key| Self::Bearer(Bearer(key))),
            (None, true) => Ok(Self::Signed(found)),
        }
    }
}

/// The key in `Bearer <key>`.
fn bearer(value: &[u8]) -> Result<&str, Refusal> {
    let value = std::str::from_utf8(value).map_err(|_| Refusal::Malformed)?;
    let (scheme, key) = value.trim().split_once(' ').ok_or(Refusal::Malformed)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(key.trim_start()) } else { Err(Refusal::Malformed) }
}

impl<'a> Headers<'a> {
    fn take(&mut self, name: &str, value: &'a [u8]) -> Result<(), SignatureFault> {
        let slots = [
            ("signature-input", &mut self.signature_input),
            ("signature", &mut self.signature),
            ("content-digest", &mut self.content_digest),
            ("content-type", &mut self.content_type),
        ];
        let Some((name, slot)) = slots.into_iter().find(|(known, _)| name.eq_ignore_ascii_case(known)) else {
            return Ok(());
        };
        if slot.replace(value).is_some() { Err(SignatureFault::HeaderRepeated(name)) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of<'a>(headers: &[(&'a str, &'a str)]) -> Result<Credentials<'a>, Refusal> {
        Credentials::of(headers.iter().map(|(name, value)| (*name, value.as_bytes())))
    }

    #[test]
    fn a_key_comes_with_the_bearer_scheme_in_any_case() {
        for value in ["Bearer stk_x", "bearer stk_x", "BEARER  stk_x "] {
            assert_eq!(of(&[("host", "a"), ("Authorization", value)]), Ok(Credentials::Bearer(Bearer("stk_x"))));
        }
        for value in ["", "stk_x", "Basic eDp5", "Bearer"] {
            assert_eq!(of(&[("authorization", value)]), Err(Refusal::Malformed), "{value}");
        }
    }

    #[test]
    fn neither_both_and_repeated_are_refused() {
        let key = ("authorization", "Bearer stk_x");
        assert_eq!(of(&[("content-type", "a/b")]), Err(Refusal::Missing));
        assert_eq!(of(&[key, ("signature", "x")]), Err(Refusal::Ambiguous));
        assert_eq!(of(&[key, ("signature-input", "x")]), Err(Refusal::Ambiguous));
        assert_eq!(of(&[key, key]), Err(Refusal::Malformed));
        let repeated = SignatureFault::HeaderRepeated("content-digest");
        assert_eq!(of(&[("content-digest", "x"), ("Content-Digest", "x")]), Err(repeated.into()));
    }

    #[test]
    fn a_debugged_key_is_hidden() {
        assert!(!format!("{:?}", of(&[("authorization", "Bearer stk_secret")])).contains("stk_"));
    }
}
