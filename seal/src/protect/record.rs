//! Hides the members of one record.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::chain::Sequence;
use crate::keys::KeyError;
use crate::protect::{Nonces, Place, SubjectKey, disclosure};

/// What one hidden member leaves: a digest for the leaf, a ciphertext to go beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HiddenMember {
    pub digest: [u8; 32],
    pub sealed: Vec<u8>,
}

/// Hides members of one leaf, and takes no nonce twice while it does.
pub struct RecordProtection<'r, N> {
    chain: &'r str,
    sequence: Sequence,
    nonces: &'r mut N,
    /// Sorted.
    used: Vec<[u8; 12]>,
    json: Vec<u8>,
    text: String,
}

impl<'r, N: Nonces> RecordProtection<'r, N> {
    #[must_use]
    pub fn new(chain: &'r str, sequence: Sequence, nonces: &'r mut N) -> Self {
        Self { chain, sequence, nonces, used: Vec::new(), json: Vec::new(), text: String::new() }
    }

    /// Hides the member `name` at `pointer`; `value` is its canonical JSON, inner hidden members already replaced.
    pub fn hide(
        &mut self,
        key: &SubjectKey,
        pointer: &str,
        name: &str,
        value: &[u8],
    ) -> Result<HiddenMember, KeyError> {
        if disclosure::RESERVED.contains(&name) {
            return Err(KeyError::BadDisclosure);
        }
        let place = Place { chain: self.chain, sequence: self.sequence, pointer };
        self.json.clear();
        disclosure::write(&mut self.json, &key.salt(&place, value), name, value);
        self.text.clear();
        URL_SAFE_NO_PAD.encode_string(&self.json, &mut self.text);
        let digest = disclosure::digest_of(&self.text);
        let nonce = self.fresh_nonce()?;
        let sealed = disclosure::seal(key, &nonce, &digest, &self.json)?;
        Ok(HiddenMember { digest, sealed })
    }

    /// A broken generator must stop the sealer: two values under one nonce give away both.
    fn fresh_nonce(&mut self) -> Result<[u8; 12], KeyError> {
        let nonce = self.nonces.next()?;
        let Err(place) = self.used.binary_search(&nonce) else { return Err(KeyError::NonceRepeated) };
        self.used.insert(place, nonce);
        Ok(nonce)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protect::Sealed;
    use crate::protect::tests::subject;

    /// Counts up; `stuck` gives one nonce for ever.
    struct Counter {
        next: u8,
        stuck: bool,
    }

    impl Nonces for Counter {
        fn next(&mut self) -> Result<[u8; 12], KeyError> {
            self.next += u8::from(!self.stuck);
            Ok([self.next; 12])
        }
    }

    fn counter() -> Counter {
        Counter { next: 0, stuck: false }
    }

    #[test]
    fn what_is_hidden_opens_with_its_key_and_its_digest_only() {
        let mut nonces = counter();
        let mut record = RecordProtection::new("t/0", Sequence(4), &mut nonces);
        let hidden = record.hide(&subject(1), "/note", "note", br#""fell \"again\"""#).unwrap();
        let other = record.hide(&subject(1), "/outcome", "outcome", b"1").unwrap();
        let opened = Sealed(&hidden.sealed).open(&subject(1), &hidden.digest).unwrap();
        assert_eq!((opened.name(), opened.value()), ("note", &br#""fell \"again\"""#[..]));
        let place = Place { chain: "t/0", sequence: Sequence(4), pointer: "/note" };
        assert_eq!(opened, subject(1).disclosure(&place, "note", opened.value()));
        assert_eq!(opened.digest(), hidden.digest);
        assert_eq!(Sealed(&hidden.sealed).open(&subject(2), &hidden.digest), Err(KeyError::CannotOpen));
        assert_eq!(Sealed(&hidden.sealed).open(&subject(1), &other.digest), Err(KeyError::CannotOpen));
        for place in 0..hidden.sealed.len() {
            let mut changed = hidden.sealed.clone();
            changed[place] ^= 1;
            assert_eq!(Sealed(&changed).open(&subject(1), &hidden.digest), Err(KeyError::CannotOpen), "byte {place}");
            assert!(Sealed(&hidden.sealed[..place]).open(&subject(1), &hidden.digest).is_err(), "cut at {place}");
        }
    }

    #[test]
    fn a_replay_gives_the_same_digests_and_other_ciphertexts() {
        let (mut first, mut second) = (counter(), Counter { next: 100, stuck: false });
        let before = RecordProtection::new("t/0", Sequence(4), &mut first).hide(&subject(1), "/note", "note", b"1");
        let after = RecordProtection::new("t/0", Sequence(4), &mut second).hide(&subject(1), "/note", "note", b"1");
        let (before, after) = (before.unwrap(), after.unwrap());
        assert_eq!(before.digest, after.digest);
        assert_ne!(before.sealed, after.sealed);
    }

    #[test]
    fn equal_values_do_not_look_equal_anywhere() {
        let mut nonces = counter();
        let mut record = RecordProtection::new("t/0", Sequence(4), &mut nonces);
        let one = record.hide(&subject(1), "/patients/0/name", "name", b"\"Doe\"").unwrap();
        let two = record.hide(&subject(1), "/patients/1/name", "name", b"\"Doe\"").unwrap();
        assert_ne!(one.digest, two.digest);
    }

    #[test]
    fn a_nonce_that_comes_twice_in_a_record_is_refused() {
        let mut nonces = Counter { next: 7, stuck: true };
        let mut record = RecordProtection::new("t/0", Sequence(4), &mut nonces);
        record.hide(&subject(1), "/a", "a", b"1").unwrap();
        assert_eq!(record.hide(&subject(1), "/b", "b", b"2"), Err(KeyError::NonceRepeated));
        // Another subject's key too: a generator that repeats itself is not to be trusted with anything.
        assert_eq!(record.hide(&subject(2), "/c", "c", b"3"), Err(KeyError::NonceRepeated));
    }

    #[test]
    fn names_that_the_rfc_keeps_for_itself_are_refused() {
        let mut nonces = counter();
        let mut record = RecordProtection::new("t/0", Sequence(4), &mut nonces);
        for name in ["_sd", "..."] {
            assert_eq!(record.hide(&subject(1), "/extras", name, b"1"), Err(KeyError::BadDisclosure));
        }
    }
}
