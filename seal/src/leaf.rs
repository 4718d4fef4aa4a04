//! The final leaf (version 1) as plain types: what the writer takes and what a reader finds. No I/O, no parsing, no writing.
//!
//! ```text
//! {"chain":C,"class":{..},"prev":H,"seq":N,"source":{"from":A,"next":B,"partition":P,"time":T},"type":K,"v":1,"what":{..}}
//! ```

mod body;
mod kind;
pub(crate) mod limits;
pub(crate) mod write;

pub use body::{
    Body, ConfigChange, Duplicate, Erasure, Genesis, KeyEpoch, Levels, Outcomes, OwnerChange, OwnerTurn, PreviousChain,
    Reject, RetentionCut, SegmentClose, SourceGap, TimeRange,
};
pub use kind::Kind;

use phi::Level;

use crate::chain::{LeafHash, Sequence};

/// The format's version, the leaf's member `v`.
pub const VERSION: u64 = 1;
/// The longest leaf in bytes: an entry of a C2SP log counts its length in 16 bits.
pub const LEAF_BYTES_MAX: usize = 65_535;
/// A chain's size stays below this, so its last possible leaf has `seq` two less.
pub const SIZE_LIMIT: u64 = 1 << 40;
/// Every number in a leaf is whole, and its magnitude below this: RFC 8785 numbers are doubles.
pub const NUMBER_LIMIT: u64 = 1 << 53;
/// The longest chain name in bytes.
pub const CHAIN_BYTES_MAX: usize = 200;
/// The longest trail name in bytes: with a chain's, an origin stays within the 255 bytes that cosignatures can take.
pub const TRAIL_BYTES_MAX: usize = 54;
/// The longest key id in bytes.
pub const KEY_ID_BYTES_MAX: usize = 64;
/// The longest code (reason, scope) in bytes.
pub const CODE_BYTES_MAX: usize = 64;
/// The longest policy version in bytes.
pub const POLICY_BYTES_MAX: usize = 64;
/// The longest other text of a control leaf in bytes.
pub const TEXT_BYTES_MAX: usize = 1024;
/// The `time` of a record that came without one.
pub const NO_TIME: i64 = -1;

/// Which source offsets a leaf accounts for: `from` up to but without `next`. A leaf's `from` is the previous leaf's `next`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    pub from: i64,
    pub next: i64,
    pub partition: i32,
    /// The consumed record's time in milliseconds since 1970, else that of the leaf before; -1 for a record without time.
    pub time: i64,
}

/// How sensitive an event is, and by which policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Class<'a> {
    pub level: Level,
    pub policy: &'a str,
}

/// Everything but `what`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Envelope<'a> {
    pub chain: &'a str,
    /// Of events only.
    pub class: Option<Class<'a>>,
    pub previous: LeafHash,
    pub sequence: Sequence,
    pub source: Source,
    pub kind: Kind,
}

/// 1 to 200 printable ASCII characters without space, `+`, `"` and `\`.
#[must_use]
pub fn is_chain_name(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'+' | b'"' | b'\\');
    (1..=CHAIN_BYTES_MAX).contains(&text.len()) && text.bytes().all(fits)
}

/// A trail's name stands in the origins and in the key names of its checkpoints: 1 to 54 characters that a chain's name may
/// have, but no `/`: an origin `<trail>/<chain>` must not be that of another trail's chain as well.
#[must_use]
pub fn is_trail_name(text: &str) -> bool {
    text.len() <= TRAIL_BYTES_MAX && is_chain_name(text) && !text.contains('/')
}

/// 1 to 64 ASCII letters, digits, `.`, `_` and `-`.
#[must_use]
pub fn is_key_id(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=KEY_ID_BYTES_MAX).contains(&text.len()) && text.bytes().all(fits)
}

/// 1 to 64 printable ASCII characters without `"` and `\\`: a policy's version.
#[must_use]
pub fn is_policy(text: &str) -> bool {
    let fits = |byte: u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\');
    (1..=POLICY_BYTES_MAX).contains(&text.len()) && text.bytes().all(fits)
}

/// 1 to 64 lower-case ASCII letters, digits and `-`: reasons and scopes.
#[must_use]
pub fn is_code(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=CODE_BYTES_MAX).contains(&text.len()) && text.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chain_names_are_what_a_checkpoint_origin_can_hold() {
        for name in ["audit.events/0", "a", "trail:x/7_b~!", &"c".repeat(CHAIN_BYTES_MAX)] {
            assert!(is_chain_name(name), "{name}");
        }
        for name in ["", "a b", "a+b", "a\"b", "a\\b", "a\n", "ü", "\u{7f}", &"c".repeat(CHAIN_BYTES_MAX + 1)] {
            assert!(!is_chain_name(name), "{name}");
        }
    }

    #[test]
    fn trail_names_are_short_chain_names() {
        assert!(is_trail_name(&"t".repeat(TRAIL_BYTES_MAX)));
        for name in ["", "a b", "a+b", "a/b", "/", &"t".repeat(TRAIL_BYTES_MAX + 1)] {
            assert!(!is_trail_name(name), "{name}");
        }
    }

    #[test]
    fn key_ids_policies_and_codes_are_plain_words() {
        assert!(is_key_id("epoch-2026.11_A") && is_key_id(&"k".repeat(64)));
        for id in ["", "a;b", "a b", "ü", &"k".repeat(65)] {
            assert!(!is_key_id(id), "{id}");
        }
        assert!(is_policy("default 1 (2026)") && is_policy(&"p".repeat(64)));
        for policy in ["", "a\"b", "a\\b", "ü", "a\tb", &"p".repeat(65)] {
            assert!(!is_policy(policy), "{policy}");
        }
        assert!(is_code("trailing-bytes") && is_code("a1"));
        for code in ["", "A", "a_b", "a b", &"c".repeat(65)] {
            assert!(!is_code(code), "{code}");
        }
    }
}
