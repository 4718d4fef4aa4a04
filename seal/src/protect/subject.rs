//! One person's key. Whoever destroys it makes that person's values and salts unrecoverable.

use std::fmt;

use aes_gcm::{Aes256Gcm, KeyInit};
use zeroize::ZeroizeOnDrop;

use crate::chain::Sequence;
use crate::keys::{Keyed, Secret, kdf};
use crate::protect::{Disclosure, Handle};

const SALT_KEY: &str = "sealtrail/salt-key/1";
const SALT: &str = "sealtrail/salt/1";
const DISCLOSURE_KEY: &str = "sealtrail/disclosure-key/1";

/// Whose key: the kinds have different retention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubjectClass {
    Patient,
    Workforce,
    /// Nobody in particular.
    Tenant,
}

impl SubjectClass {
    pub const ALL: [Self; 3] = [Self::Patient, Self::Workforce, Self::Tenant];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Patient => "patient",
            Self::Workforce => "workforce",
            Self::Tenant => "tenant",
        }
    }
}

/// A subject's random key with what is derived from it, ready for use. Wiped when dropped.
pub struct SubjectKey {
    handle: Handle,
    root: Secret,
    salts: Keyed,
    cipher: Box<Aes256Gcm>,
}

impl ZeroizeOnDrop for SubjectKey {}

impl SubjectKey {
    /// From 32 random bytes; the handle is what records name the key by.
    #[must_use]
    pub fn from_bytes(handle: Handle, bytes: [u8; 32]) -> Self {
        Self::new(handle, Secret::new(bytes))
    }

    #[must_use]
    pub fn new(handle: Handle, root: Secret) -> Self {
        let salts = Keyed::new(&kdf(&root, SALT_KEY, &[]));
        let disclosures = kdf(&root, DISCLOSURE_KEY, &[]);
        let cipher = Box::new(Aes256Gcm::new(disclosures.expose().into()));
        Self { handle, root, salts, cipher }
    }

    #[must_use]
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Makes two equal values in two places look different, and the same value in the same place look the same.
    #[must_use]
    pub(crate) fn salt(&self, place: &Place<'_>, value: &[u8]) -> [u8; 16] {
        let sequence = place.sequence.0.to_be_bytes();
        let whole = self.salts.derive(SALT, &[place.chain.as_bytes(), &sequence, place.pointer.as_bytes(), value]);
        let mut salt = [0; 16];
        salt.copy_from_slice(&whole[..16]);
        salt
    }

    /// The disclosure of a value at a place: what [`crate::protect::RecordProtection::hide`] seals. With the key anyone
    /// can make it again and compare its digest with the leaf's.
    #[must_use]
    pub fn disclosure(&self, place: &Place<'_>, name: &str, value: &[u8]) -> Disclosure {
        Disclosure::new(&self.salt(place, value), name, value)
    }

    pub(crate) fn cipher(&self) -> &Aes256Gcm {
        &self.cipher
    }

    /// For wrapping under a tenant's key.
    #[must_use]
    pub fn root(&self) -> &Secret {
        &self.root
    }
}

/// Where a value stands: which leaf, and the JSON pointer of the member in its event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    pub chain: &'a str,
    pub sequence: Sequence,
    pub pointer: &'a str,
}

impl fmt::Debug for SubjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SubjectKey({})", self.handle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protect::tests::subject;

    const PLACE: Place<'_> = Place { chain: "t/0", sequence: Sequence(4), pointer: "/note" };

    #[test]
    fn a_salt_depends_on_the_key_the_place_and_the_value() {
        let key = subject(1);
        let salt = key.salt(&PLACE, b"1");
        assert_eq!(key.salt(&PLACE, b"1"), salt);
        assert_ne!(subject(2).salt(&PLACE, b"1"), salt);
        assert_ne!(key.salt(&PLACE, b"2"), salt);
        assert_ne!(key.salt(&Place { chain: "t/1", ..PLACE }, b"1"), salt);
        assert_ne!(key.salt(&Place { sequence: Sequence(5), ..PLACE }, b"1"), salt);
        assert_ne!(key.salt(&Place { pointer: "/outcome", ..PLACE }, b"1"), salt);
    }

    #[test]
    fn the_salts_derivation_is_the_documented_one() {
        let salts = kdf(&Secret::new([1; 32]), "sealtrail/salt-key/1", &[]);
        let whole = kdf(&salts, "sealtrail/salt/1", &[b"t/0", &4_u64.to_be_bytes(), b"/note", b"\"x\""]);
        assert_eq!(subject(1).salt(&PLACE, b"\"x\""), whole.expose()[..16]);
    }

    #[test]
    fn debug_shows_the_handle_and_nothing_else() {
        assert_eq!(format!("{:?}", subject(1)), "SubjectKey(01010101010101010101010101010101)");
    }
}
