//! A tenant's pseudonyms: search tokens, subjects' handles, tags of redacted values.

use std::fmt;

use crate::keys::{Keyed, Secret, kdf};
use crate::protect::SubjectClass;

const TOKEN: &str = "sealtrail/token/1";
const SUBJECT: &str = "sealtrail/subject/1";
const GENERATION: &str = "sealtrail/subject-generation/1";
const TAG: &str = "sealtrail/tag/1";

/// What a subject is called in records: says nothing about the id to anyone without the tenant's token key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Handle([u8; 16]);

/// What equal values of one class have in common, for searching.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token([u8; 16]);

impl Handle {
    /// `None` unless it is 32 lower-case hexadecimal digits.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 16];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        (!text.bytes().any(|byte| byte.is_ascii_uppercase())).then_some(Self(bytes))
    }

    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(f, &self.0)
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(f, &self.0)
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(f, &self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hex(f, &self.0)
    }
}

fn write_hex(f: &mut fmt::Formatter<'_>, bytes: &[u8; 16]) -> fmt::Result {
    let mut digits = [0; 32];
    hex::encode_to_slice(bytes, &mut digits).map_err(|_| fmt::Error)?;
    f.write_str(std::str::from_utf8(&digits).map_err(|_| fmt::Error)?)
}

/// One tenant's token key.
#[derive(Clone)]
pub struct TenantKeys(Keyed);

impl TenantKeys {
    pub(crate) const LABEL: &str = "sealtrail/token-key/1";

    /// From the root of all tenants.
    #[must_use]
    pub fn of(root: &Secret, tenant: &str) -> Self {
        Self::from_token_key(&kdf(root, Self::LABEL, &[tenant.as_bytes()]))
    }

    /// When the token key was derived elsewhere, such as inside a token.
    #[must_use]
    pub fn from_token_key(key: &Secret) -> Self {
        Self(Keyed::new(key))
    }

    /// The value must be in its normal form already: equal tokens are all that a search can see.
    #[must_use]
    pub fn token(&self, class: &str, value: &str) -> Token {
        Token(self.half(TOKEN, class, value))
    }

    #[must_use]
    pub fn handle(&self, class: SubjectClass, subject: &str) -> Handle {
        Handle(self.half(SUBJECT, class.name(), subject))
    }

    /// The handle of a later generation of a subject's key. `first` is the first generation's, and says what it is.
    #[must_use]
    pub fn generation(&self, first: &Handle, generation: u32) -> Handle {
        if generation <= 1 {
            return *first;
        }
        Handle(half(self.0.derive(GENERATION, &[&first.0, &generation.to_be_bytes()])))
    }

    /// Four digits that tell redacted values of one text apart, and give away 16 bits at most.
    #[must_use]
    pub fn tag(&self, label: &str, value: &str) -> String {
        let whole = self.0.derive(TAG, &[label.as_bytes(), value.as_bytes()]);
        hex::encode(&whole[..2])
    }

    fn half(&self, label: &str, class: &str, value: &str) -> [u8; 16] {
        half(self.0.derive(label, &[class.as_bytes(), value.as_bytes()]))
    }
}

fn half(whole: [u8; 32]) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&whole[..16]);
    half
}

impl fmt::Debug for TenantKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TenantKeys")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(tenant: &str) -> TenantKeys {
        TenantKeys::of(&Secret::new([5; 32]), tenant)
    }

    #[test]
    fn tenants_and_classes_do_not_share_pseudonyms() {
        let token = keys("north").token("email", "a@example.org");
        assert_eq!(keys("north").token("email", "a@example.org"), token);
        assert_ne!(keys("south").token("email", "a@example.org"), token);
        assert_ne!(keys("north").token("phone", "a@example.org"), token);
        let handle = keys("north").handle(SubjectClass::Patient, "17");
        assert_ne!(keys("north").handle(SubjectClass::Workforce, "17"), handle);
        assert_ne!(keys("south").handle(SubjectClass::Patient, "17"), handle);
    }

    #[test]
    fn a_handle_is_no_token_of_the_same_words() {
        let keys = keys("north");
        assert_ne!(keys.handle(SubjectClass::Patient, "17").0, keys.token("patient", "17").0);
    }

    #[test]
    fn the_derivations_are_the_documented_ones() {
        let root = Secret::new([5; 32]);
        let key = kdf(&root, "sealtrail/token-key/1", &[b"north"]);
        let whole = |label: &str, class: &str, value: &str| {
            hex::encode(kdf(&key, label, &[class.as_bytes(), value.as_bytes()]).expose())
        };
        let keys = keys("north");
        assert_eq!(keys.token("email", "x").to_string(), whole("sealtrail/token/1", "email", "x")[..32]);
        let handle = keys.handle(SubjectClass::Patient, "x").to_string();
        assert_eq!(handle, whole("sealtrail/subject/1", "patient", "x")[..32]);
        let first = keys.handle(SubjectClass::Patient, "x");
        let parts: [&[u8]; 2] = [first.as_bytes(), &2_u32.to_be_bytes()];
        let second = hex::encode(kdf(&key, "sealtrail/subject-generation/1", &parts).expose());
        assert_eq!(keys.generation(&first, 2).to_string(), second[..32]);
        assert_eq!(keys.generation(&first, 1), first);
        assert_ne!(keys.generation(&first, 3), keys.generation(&first, 2));
        assert_eq!(keys.tag("NAME", "x"), whole("sealtrail/tag/1", "NAME", "x")[..4]);
    }

    #[test]
    fn a_handle_has_one_spelling() {
        let handle = keys("north").handle(SubjectClass::Patient, "17");
        assert_eq!(Handle::from_hex(&handle.to_string()), Some(handle));
        assert_eq!(Handle::from_hex(&handle.to_string().to_uppercase()), None);
        assert_eq!(Handle::from_hex("00"), None);
    }
}
