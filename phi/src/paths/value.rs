//! Whether a value can be what its field says: a field named `phone` may hold "none", or a whole sentence.

use core::net::IpAddr;

use crate::Label;

/// Longer values are prose, whatever their field's name.
const NAME_BYTES_MAX: usize = 120;
const ID_BYTES_MAX: usize = 160;
const ADDRESS_BYTES_MAX: usize = 240;

const PLACEHOLDERS: [&str; 22] = [
    "-",
    "--",
    "?",
    "anonymous",
    "false",
    "n.a.",
    "n/a",
    "na",
    "nil",
    "no",
    "none",
    "not available",
    "not known",
    "null",
    "redacted",
    "system",
    "true",
    "undefined",
    "unk",
    "unknown",
    "xxx",
    "yes",
];

/// The part of a value that is of this kind, as half-open byte offsets; `None` when it can't be.
#[must_use]
pub fn fits(label: Label, text: &str) -> Option<(usize, usize)> {
    let trimmed = text.trim();
    if is_placeholder(trimmed) || !could_be(label, trimmed) {
        return None;
    }
    let start = text.len() - text.trim_start().len();
    Some((start, start + trimmed.len()))
}

fn is_placeholder(text: &str) -> bool {
    let same = |known: &&str| known.eq_ignore_ascii_case(text);
    let masked = |text: &str| text.bytes().all(|byte| matches!(byte, b'*' | b'#' | b'x' | b'X' | b'-' | b'.' | b' '));
    text.is_empty()
        || (text.starts_with('<') && text.ends_with('>'))
        || PLACEHOLDERS.iter().any(same)
        || masked(text)
        || is_tag(text)
        || is_token(text)
}

/// What stands for an identifier where others read: `tok_` and the 32 digits of its search token.
fn is_token(text: &str) -> bool {
    text.strip_prefix("tok_").is_some_and(|digits| {
        digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    })
}

/// What a redaction has put in a value's place: `[NAME:7f3a]`.
#[must_use]
pub fn is_tag(text: &str) -> bool {
    let inner = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    inner.and_then(|inner| inner.split_once(':')).is_some_and(|(label, tag)| {
        Label::from_name(label).is_some() && tag.len() == 4 && tag.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

/// `Room 14`, `Unknown male`: what takes a person's place in a field.
fn is_nobody(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or_default();
    let place = ["room", "bed", "bay", "ward", "theatre", "unit", "clinic", "desk"];
    let numbered = words.next().is_some_and(|word| word.bytes().any(|byte| byte.is_ascii_digit()));
    first.eq_ignore_ascii_case("unknown")
        || first.eq_ignore_ascii_case("unidentified")
        || numbered && place.iter().any(|known| first.eq_ignore_ascii_case(known))
}

fn could_be(label: Label, text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let letters = text.chars().filter(|letter| letter.is_alphabetic()).count();
    match label {
        Label::Name => {
            letters > 0 && digits < 3 && !is_nobody(text) && text.len() <= NAME_BYTES_MAX && !text.contains('@')
        }
        Label::Geo | Label::Org => letters + digits > 0 && text.len() <= ADDRESS_BYTES_MAX,
        // A year alone says too little to identify anybody.
        Label::Date => digits > 4 && text.len() <= 40 || digits > 0 && letters > 2 && text.len() <= 40,
        Label::Age90 => text
            .split(|mark: char| !mark.is_ascii_digit())
            .any(|age| age.parse().is_ok_and(|age: u32| (90..130).contains(&age))),
        Label::Phone | Label::Fax => digits >= 4 && text.len() <= 48 && letters < 12,
        Label::Email => text.contains('@') && text.len() <= ID_BYTES_MAX && !text.contains(' '),
        Label::Ssn => digits >= 4 && text.len() <= 24,
        Label::Ip => is_ip(text),
        Label::Url => text.contains("://") || text.starts_with("www.") || text.contains('/') && text.contains('.'),
        Label::Photo | Label::Biometric => true,
        _ => letters + digits > 0 && text.len() <= ID_BYTES_MAX && text.split_ascii_whitespace().count() <= 5,
    }
}

/// Whether a text is an IP address, with a port, a zone, a prefix length or brackets if it must be.
#[must_use]
pub fn is_ip(text: &str) -> bool {
    let text = text.trim();
    let bare = text.split_once('/').map_or(text, |(address, _)| address);
    let bare = bare.strip_prefix('[').map_or(bare, |rest| rest.split_once(']').map_or(rest, |(address, _)| address));
    let bare = bare.split_once('%').map_or(bare, |(address, _)| address);
    let without_port = bare.split_once(':').map_or(bare, |(address, _)| address);
    bare.parse::<IpAddr>().is_ok() || (without_port.contains('.') && without_port.parse::<IpAddr>().is_ok())
}

/// What a network address is, when its type says so or else by its form. A host name is nobody's.
#[must_use]
pub fn network(kind: Option<&str>, text: &str) -> Option<Label> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let phone = |text: &str| {
        digits >= 7
            && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b' ' | b'(' | b')' | b'.' | b'/'))
    };
    match kind {
        Some("3") => Some(Label::Phone),
        Some("4") => Some(Label::Email),
        _ if is_ip(text) => Some(Label::Ip),
        _ if text.strip_prefix("tel:").is_some() => Some(Label::Phone),
        _ if text.contains('@') && !text.contains('/') => Some(Label::Email),
        _ if phone(text) => Some(Label::Phone),
        _ => None,
    }
}

/// What a contact's system and use say it is.
#[must_use]
pub fn contact(system: Option<&str>, text: &str) -> Option<Label> {
    match system {
        Some("phone" | "sms" | "pager") => Some(Label::Phone),
        Some("fax") => Some(Label::Fax),
        Some("email") => Some(Label::Email),
        Some("url") => Some(Label::Url),
        _ if text.contains('@') => Some(Label::Email),
        _ if text.contains("://") => Some(Label::Url),
        _ if text.bytes().filter(u8::is_ascii_digit).count() >= 7 => Some(Label::Phone),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_must_be_able_to_be_what_its_field_says() {
        assert_eq!(fits(Label::Name, " Jane Doe "), Some((1, 9)));
        for (label, text) in [
            (Label::Name, "N/A"),
            (Label::Name, "1204"),
            (Label::Date, "1980"),
            (Label::Phone, "none"),
            (Label::Ip, "ehr-7.example"),
            (Label::Age90, "89"),
            (Label::Name, "[NAME:7f3a]"),
            (Label::OtherId, "tok_0f7c0f7c0f7c0f7c0f7c0f7c0f7c0f7c"),
            (Label::Ssn, "***-**-****"),
            (Label::Mrn, "<none>"),
        ] {
            assert_eq!(fits(label, text), None, "{label:?} {text}");
        }
        assert!(fits(Label::OtherId, "tok_0f7c").is_some());
        assert!(fits(Label::Age90, "93").is_some() && fits(Label::Date, "1980-02-01").is_some());
    }

    #[test]
    fn addresses_in_a_network_are_told_apart_by_their_form() {
        for text in ["10.1.2.3", "10.1.2.3:443", "[fe80::1%11]:80", "2001:db8::1", "10.0.0.0/8"] {
            assert_eq!(network(None, text), Some(Label::Ip), "{text}");
        }
        assert_eq!(network(None, "ehr-desktop-7.clinic.example"), None);
        assert_eq!(network(None, "+1 555 010 0200"), Some(Label::Phone));
        assert_eq!(network(Some("4"), "jane@clinic.example"), Some(Label::Email));
    }
}
