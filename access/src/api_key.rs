//! The key as its holder sees it: `stk_<key id>_<secret>`, shown once. Only its SHA-256 is kept.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::key::Sha256Digest;
use crate::{Error, Refusal};

/// A fixed beginning, so that scanners for leaked secrets can find keys.
const PREFIX: &str = "stk_";
/// RFC 4648's base32 in lower case: no 0, 1, 8 or 9 to mistake for a letter.
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
const KEY_ID_CHARS: usize = 12;
/// 256 bits in base64url without padding.
pub(crate) const SECRET_CHARS: usize = 43;

/// The public half of a key: names it in logs, metrics and receipts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyId(String);

impl KeyId {
    /// 60 of the random bits as 12 characters.
    pub(crate) fn of(random: &[u8; KEY_ID_CHARS]) -> Self {
        Self(random.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 31)])).collect())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for KeyId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if text.len() != KEY_ID_CHARS || !text.bytes().all(|byte| ALPHABET.contains(&byte)) {
            return Err(Error::BadKeyId);
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for KeyId {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<KeyId> for String {
    fn from(id: KeyId) -> Self {
        id.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&self.0)
    }
}

/// A whole key, as it was just made. Never shown but by [`IssuedKey::reveal`]; wiped when dropped.
pub struct IssuedKey {
    id: KeyId,
    text: Zeroizing<String>,
}

impl IssuedKey {
    pub(crate) fn of(id: &KeyId, random: &[u8; 32]) -> Self {
        let mut text = Zeroizing::new(String::with_capacity(PREFIX.len() + KEY_ID_CHARS + 1 + SECRET_CHARS));
        text.push_str(PREFIX);
        text.push_str(id.as_str());
        text.push('_');
        URL_SAFE_NO_PAD.encode_string(random, &mut text);
        Self { id: id.clone(), text }
    }

    #[must_use]
    pub fn id(&self) -> &KeyId {
        &self.id
    }

    /// The key in clear, for the one time that its holder is told.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.text
    }

    pub(crate) fn digest(&self) -> Sha256Digest {
        digest(&self.text)
    }
}

impl fmt::Debug for IssuedKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "IssuedKey({})", self.id)
    }
}

/// What a key file keeps of a key: the SHA-256 of its whole text. 256 random bits need no slow hash.
pub(crate) fn digest(text: &str) -> Sha256Digest {
    Sha256Digest(Sha256::digest(text.as_bytes()).into())
}

/// The key id in a presented key, when the text has a key's form.
pub(crate) fn id_of(presented: &str) -> Result<KeyId, Refusal> {
    let (id, secret) =
        presented.strip_prefix(PREFIX).and_then(|rest| rest.split_once('_')).ok_or(Refusal::Malformed)?;
    let is_secret = secret.len() == SECRET_CHARS
        && secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if !is_secret {
        return Err(Refusal::Malformed);
    }
    id.parse().map_err(|_| Refusal::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_the_form_that_scanners_look_for() {
        let key = IssuedKey::of(&KeyId::of(&[0; 12]), &[0xff; 32]);
        assert_eq!(key.reveal(), "stk_aaaaaaaaaaaa___________________________________________8");
        assert_eq!(id_of(key.reveal()), Ok(KeyId("aaaaaaaaaaaa".to_owned())));
    }

    #[test]
    fn a_debugged_key_shows_its_id_and_nothing_else() {
        let key = IssuedKey::of(&KeyId::of(&[1; 12]), &[7; 32]);
        assert_eq!(format!("{key:?}"), "IssuedKey(bbbbbbbbbbbb)");
    }

    #[test]
    fn what_has_not_the_form_is_malformed() {
        let good = IssuedKey::of(&KeyId::of(&[2; 12]), &[7; 32]).reveal().to_owned();
        let cut = &good[..good.len() - 1];
        let longer = format!("{good}A");
        let upper = good.replace("cccc", "CCCC");
        for text in ["", "stk_", "stk__", "Bearer x", cut, &longer, &upper, &good.replace("stk", "sts"), "stk_ä_ß"] {
            assert_eq!(id_of(text), Err(Refusal::Malformed), "{text}");
        }
    }
}
