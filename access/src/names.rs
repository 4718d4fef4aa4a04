//! Words with a closed form in the key file: the names of tenants and services, and what a key may do.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Error;

/// The longest name of a tenant or a service.
const NAME_CHARS_MAX: usize = 64;

/// The name of a tenant or of a service: 1 to 64 of a-z, 0-9, dot and hyphen.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

impl Name {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Name {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-');
        if text.is_empty() || text.len() > NAME_CHARS_MAX || !text.bytes().all(allowed) {
            return Err(Error::BadName(text.chars().take(NAME_CHARS_MAX).collect()));
        }
        Ok(Self(text))
    }
}

impl FromStr for Name {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::try_from(text.to_owned())
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&self.0)
    }
}

/// What a key may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Scope {
    EventsWrite,
    QueryRead,
}

impl Scope {
    pub const ALL: [Self; 2] = [Self::EventsWrite, Self::QueryRead];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EventsWrite => "events:write",
            Self::QueryRead => "query:read",
        }
    }
}

impl FromStr for Scope {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let found = Self::ALL.into_iter().find(|scope| scope.as_str() == text);
        found.ok_or_else(|| Error::BadScope(text.chars().take(NAME_CHARS_MAX).collect()))
    }
}

impl TryFrom<String> for Scope {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> Self {
        scope.as_str().to_owned()
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_to_their_alphabet_and_length() {
        for text in ["a", "north-clinic", "ehr.2", &"x".repeat(64)] {
            assert!(text.parse::<Name>().is_ok(), "{text}");
        }
        for text in ["", "North", "a_b", "a b", "ä", &"x".repeat(65)] {
            let told = text.parse::<Name>().unwrap_err().to_string();
            assert!(told.contains("1 to 64 of a-z, 0-9, `.` and `-`"), "{told}");
        }
    }

    #[test]
    fn an_unknown_scope_is_told_the_known_ones() {
        for scope in Scope::ALL {
            assert_eq!(scope.as_str().parse(), Ok(scope));
        }
        let told = "events:read".parse::<Scope>().unwrap_err().to_string();
        assert_eq!(told, "`events:read` is not a scope; the scopes are events:write, query:read");
    }
}
