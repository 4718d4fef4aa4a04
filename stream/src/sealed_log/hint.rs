//! The hint: everything that a reader needs to go on after one accepted record, as text for Kafka's commit metadata.
//!
//! `1;checksum;offset;term;generation;attempt;owner;size;hash;next;state`: it binds the chain's name by its checksum, so that
//! another partition's hint is refused.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::Offset;

use super::{Epoch, Head, OwnerId};

/// Room for the caller's own state; the whole hint then stays far below Kafka's limit of 4,096 bytes.
pub const STATE_LEN_MAX: usize = 2_048;

const VERSION: &str = "1";
const LABEL: &str = "sealtrail/hint/1";
const CHECKSUM_LEN: usize = 12;

/// An accepted record, and the caller's state after it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Hint {
    /// Where the record stands in the log.
    pub offset: Offset,
    /// Under which it was accepted, and so what ruled there.
    pub epoch: Epoch,
    pub owner: OwnerId,
    /// The head after it.
    pub head: Head,
    /// What else the caller needs: printable ASCII, at most [`STATE_LEN_MAX`] bytes.
    pub state: String,
}

impl Hint {
    /// The hint as text; `None` where it cannot be one.
    #[must_use]
    pub fn encode(&self, chain: &str) -> Option<String> {
        if !self.is_possible() {
            return None;
        }
        let body = self.body();
        Some(format!("{VERSION};{};{body}", checksum(chain, &body)))
    }

    /// Reads a hint back; `None` for anything but the one text that `encode` would write for this chain.
    #[must_use]
    pub fn decode(chain: &str, text: &str) -> Option<Self> {
        let mut outer = text.splitn(3, ';');
        let (version, sum, body) = (outer.next()?, outer.next()?, outer.next()?);
        if version != VERSION || sum != checksum(chain, body) {
            return None;
        }
        let mut fields = body.splitn(9, ';');
        let mut field = || fields.next();
        let hint = Self {
            offset: Offset(field()?.parse().ok()?),
            epoch: Epoch {
                term: field()?.parse().ok()?,
                generation: field()?.parse().ok()?,
                attempt: field()?.parse().ok()?,
            },
            owner: OwnerId::new(field()?)?,
            head: Head { size: field()?.parse().ok()?, hash: hash(field()?)?, next: Offset(field()?.parse().ok()?) },
            state: field()?.to_owned(),
        };
        (hint.is_possible() && hint.body() == body).then_some(hint)
    }

    fn is_possible(&self) -> bool {
        let printable = self.state.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        self.head.size > 0
            && self.offset.0 >= 0
            && self.head.next.0 >= 0
            && printable
            && self.state.len() <= STATE_LEN_MAX
    }

    fn body(&self) -> String {
        let Self { offset, epoch, owner, head, state } = self;
        let mut body = format!("{offset};{};{};{};", epoch.term, epoch.generation, epoch.attempt);
        let hash = URL_SAFE_NO_PAD.encode(head.hash);
        // Writing to a string cannot fail.
        let written = write!(body, "{};{};{hash};{};{state}", owner.as_str(), head.size, head.next);
        debug_assert!(written.is_ok());
        body
    }
}

fn hash(text: &str) -> Option<[u8; 32]> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

fn checksum(chain: &str, body: &str) -> String {
    let mut hasher = Sha256::new();
    for part in [LABEL, "\n", chain, "\n", body] {
        hasher.update(part);
    }
    let mut sum = hex::encode(hasher.finalize());
    sum.truncate(CHECKSUM_LEN);
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHAIN: &str = "audit.events/3";

    fn hint(state: &str) -> Hint {
        Hint {
            offset: Offset(88),
            epoch: Epoch { term: 1, generation: 5, attempt: 2 },
            owner: OwnerId::new("worker-a").unwrap(),
            head: Head { size: 61, hash: [7; 32], next: Offset(160) },
            state: state.to_owned(),
        }
    }

    #[test]
    fn a_hint_has_the_text_that_the_reference_shows() {
        let text = hint("3;0").encode(CHAIN).unwrap();
        let hash = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";
        assert_eq!(text, format!("1;f7961f805569;88;1;5;2;worker-a;61;{hash};160;3;0"));
        assert_eq!(Hint::decode(CHAIN, &text), Some(hint("3;0")));
        assert!(include_str!("../../../docs/src/reference/sealed-log.md").contains(&text));
    }

    #[test]
    fn only_its_own_chain_and_its_own_spelling_are_taken() {
        let text = hint("").encode(CHAIN).unwrap();
        assert_eq!(Hint::decode("audit.events/4", &text), None);
        for at in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] ^= 1;
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(Hint::decode(CHAIN, &changed), None, "{changed}");
            assert_eq!(Hint::decode(CHAIN, &text[..at]), None);
        }
        // Another spelling of the same number, under a right checksum.
        let body = hint("").body().replacen("88;", "+88;", 1);
        assert_eq!(Hint::decode(CHAIN, &format!("1;{};{body}", checksum(CHAIN, &body))), None);
    }

    #[test]
    fn the_largest_hint_fits_kafkas_commit_metadata() {
        let largest = Hint {
            offset: Offset(i64::MAX),
            epoch: Epoch { term: i64::MIN, generation: i32::MIN, attempt: i32::MIN },
            owner: OwnerId::new(&"x".repeat(OwnerId::LENGTH_MAX)).unwrap(),
            head: Head { size: u64::MAX, hash: [255; 32], next: Offset(i64::MAX) },
            state: "s".repeat(STATE_LEN_MAX),
        };
        let text = largest.encode(CHAIN).unwrap();
        assert!(text.len() < 4_096 - 1_024, "{}", text.len());
        assert_eq!(Hint::decode(CHAIN, &text), Some(largest.clone()));
        assert_eq!(Hint { state: "s".repeat(STATE_LEN_MAX + 1), ..largest.clone() }.encode(CHAIN), None);
        assert_eq!(Hint { state: "\n".to_owned(), ..largest.clone() }.encode(CHAIN), None);
        assert_eq!(Hint { head: Head::EMPTY, ..largest }.encode(CHAIN), None, "nothing to anchor to");
    }
}
