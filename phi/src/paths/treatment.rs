//! What is done with the value at a path.

use crate::Label;

/// How a value is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// Codes, times of the event, technical ids: nobody's.
    Safe,
    /// The whole value is of this kind.
    Known(Label),
    /// Free text.
    Text,
    /// `Patient/123`: the id is what counts.
    Reference,
    /// The id of the record itself: whose record it is decides.
    OwnId,
    /// An identifier: its type or system, beside it, decides.
    Identifier,
    /// A telephone number, an e-mail address and the like: the system beside it decides.
    Contact,
    /// An IP address, a host name, a telephone number: the type beside it decides.
    Network,
    /// XHTML, whose tags are no text.
    Xhtml,
    /// What a reference shows to people: of a person the name.
    Display,
    /// Base64, announced as such.
    Base64,
    /// A name beside it (`type`, `key`, `url` ...) says what it is.
    Named,
    /// Nobody said anything about it: its name decides, and if that says nothing, it is searched.
    Unknown,
}

impl Treatment {
    /// Reads the word that rules use: a label's name, or one of the words below.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "safe" => Self::Safe,
            "text" => Self::Text,
            "reference" => Self::Reference,
            "own-id" => Self::OwnId,
            "identifier" => Self::Identifier,
            "contact" => Self::Contact,
            "network" => Self::Network,
            "display" => Self::Display,
            "xhtml" => Self::Xhtml,
            "base64" => Self::Base64,
            "named" => Self::Named,
            "unknown" => Self::Unknown,
            _ => Self::Known(Label::from_name(word)?),
        })
    }
}
