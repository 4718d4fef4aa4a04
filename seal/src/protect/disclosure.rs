//! A disclosure of RFC 9901: the salt, the member's name and its value, and how it is sealed and opened.

use std::fmt;

use aes_gcm::aead::AeadInOut;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::canonical;
use crate::keys::KeyError;
use crate::protect::SubjectKey;

const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;
/// 16 bytes in base64url.
const SALT_CHARS: usize = 22;

/// Names that RFC 9901 keeps for itself.
pub(crate) const RESERVED: [&str; 2] = ["_sd", "..."];

/// What opens one digest of a leaf: `[salt, name, value]`.
#[derive(Clone, PartialEq, Eq)]
pub struct Disclosure {
    json: Vec<u8>,
    value_start: usize,
    name: String,
}

/// A disclosure under its subject's key: nonce, ciphertext, tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sealed<'a>(pub &'a [u8]);

impl Disclosure {
    /// `value` is canonical JSON, its own hidden members already replaced by digests.
    #[must_use]
    pub fn new(salt: &[u8; 16], name: &str, value: &[u8]) -> Self {
        let mut json = Vec::with_capacity(SALT_CHARS + name.len() + value.len() + 8);
        let value_start = write(&mut json, salt, name, value);
        Self { json, value_start, name: name.to_owned() }
    }

    /// From the array's bytes, in the one spelling that [`Self::new`] gives.
    pub fn from_json(json: Vec<u8>) -> Result<Self, KeyError> {
        let Ok((salt, name, value)) = serde_json::from_slice::<(String, String, &serde_json::value::RawValue)>(&json)
        else {
            return Err(KeyError::BadDisclosure);
        };
        let mut bytes = [0; 16];
        if URL_SAFE_NO_PAD.decode_slice(&salt, &mut bytes) != Ok(bytes.len()) || RESERVED.contains(&name.as_str()) {
            return Err(KeyError::BadDisclosure);
        }
        let again = Self::new(&bytes, &name, value.get().as_bytes());
        if again.json == json { Ok(again) } else { Err(KeyError::BadDisclosure) }
    }

    /// From the text that holders hand on.
    pub fn decode(text: &str) -> Result<Self, KeyError> {
        let json = URL_SAFE_NO_PAD.decode(text).map_err(|_| KeyError::BadDisclosure)?;
        Self::from_json(json)
    }

    #[must_use]
    pub fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.json)
    }

    /// What stands in the leaf, as bytes: the hash of the encoded text.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        digest_of(&self.encode())
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value's canonical JSON.
    #[must_use]
    pub fn value(&self) -> &[u8] {
        self.json.get(self.value_start..self.json.len() - 1).unwrap_or_default()
    }
}

/// Shows neither name nor value: what was hidden stays so in logs.
impl fmt::Debug for Disclosure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Disclosure({} bytes)", self.json.len())
    }
}

impl Sealed<'_> {
    /// The disclosure, if this is the key and the digest is the one that it was sealed for.
    pub fn open(self, key: &SubjectKey, digest: &[u8; 32]) -> Result<Disclosure, KeyError> {
        let (nonce, rest) = self.0.split_first_chunk::<NONCE_BYTES>().ok_or(KeyError::CannotOpen)?;
        let (ciphertext, tag) = rest.split_last_chunk::<TAG_BYTES>().ok_or(KeyError::CannotOpen)?;
        let mut json = ciphertext.to_vec();
        key.cipher()
            .decrypt_inout_detached(nonce.into(), digest, json.as_mut_slice().into(), tag.into())
            .map_err(|_| KeyError::CannotOpen)?;
        let disclosure = Disclosure::from_json(json)?;
        // GCM alone is not key-committing; the digest is.
        let same: bool = disclosure.digest().ct_eq(digest).into();
        if same { Ok(disclosure) } else { Err(KeyError::CannotOpen) }
    }
}

/// SHA-256 over the encoded text, as the RFC says: not over the JSON.
pub(crate) fn digest_of(encoded: &str) -> [u8; 32] {
    Sha256::digest(encoded).into()
}

/// Appends the array; gives where the value starts.
pub(crate) fn write(json: &mut Vec<u8>, salt: &[u8; 16], name: &str, value: &[u8]) -> usize {
    let mut chars = [0; SALT_CHARS];
    let written = URL_SAFE_NO_PAD.encode_slice(salt, &mut chars);
    debug_assert_eq!(written, Ok(SALT_CHARS));
    json.extend_from_slice(b"[\"");
    json.extend_from_slice(&chars);
    json.extend_from_slice(b"\",");
    canonical::write_string(json, name);
    json.push(b',');
    let value_start = json.len();
    json.extend_from_slice(value);
    json.push(b']');
    value_start
}

/// Nonce, ciphertext and tag of the array, in one allocation.
pub(crate) fn seal(key: &SubjectKey, nonce: &[u8; 12], digest: &[u8; 32], json: &[u8]) -> Result<Vec<u8>, KeyError> {
    let mut sealed = Vec::with_capacity(NONCE_BYTES + json.len() + TAG_BYTES);
    sealed.extend_from_slice(nonce);
    sealed.extend_from_slice(json);
    let text = sealed.get_mut(NONCE_BYTES..).unwrap_or_default();
    let tag = key.cipher().encrypt_inout_detached(nonce.into(), digest, text.into()).map_err(|_| KeyError::TooLong)?;
    sealed.extend_from_slice(&tag);
    Ok(sealed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_rfc_9901s() {
        // RFC 9901, section 4.2.3: the disclosure of `family_name`.
        let encoded = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0";
        assert_eq!(URL_SAFE_NO_PAD.encode(digest_of(encoded)), "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0");
    }

    #[test]
    fn a_disclosure_comes_back_from_its_text() {
        let made = Disclosure::new(&[0xfb; 16], "näme \"x\"", br#"{"_sd":["a"],"b":[1,null]}"#);
        let read = Disclosure::decode(&made.encode()).unwrap();
        assert_eq!(read, made);
        assert_eq!((read.name(), read.value()), ("näme \"x\"", &br#"{"_sd":["a"],"b":[1,null]}"#[..]));
        let json: serde_json::Value = serde_json::from_slice(&made.json).unwrap();
        assert_eq!(json[0], "-_v7-_v7-_v7-_v7-_v7-w");
    }

    #[test]
    fn other_spellings_and_shapes_are_refused() {
        let good = r#"["AAAAAAAAAAAAAAAAAAAAAA","a",1]"#;
        assert!(Disclosure::from_json(good.into()).is_ok());
        for bad in [
            r#"["AAAAAAAAAAAAAAAAAAAAAA", "a",1]"#,
            r#"["AAAAAAAAAAAAAAAAAAAAAA","a",1] "#,
            r#"["AAAAAAAAAAAAAAAAAAAAAB","a",1]"#,
            r#"["AAAAAAAAAAAAAAAAAAAAA","a",1]"#,
            r#"["AAAAAAAAAAAAAAAAAAAAAAAA","a",1]"#,
            r#"["AAAAAAAAAAAAAAAAAAAAAA","\u0061",1]"#,
            r#"["AAAAAAAAAAAAAAAAAAAAAA","_sd",1]"#,
            r#"["AAAAAAAAAAAAAAAAAAAAAA","...",1]"#,
            r#"["AAAAAAAAAAAAAAAAAAAAAA",1]"#,
            r#"["AAAAAAAAAAAAAAAAAAAAAA","a",1,2]"#,
            r#"{"a":1}"#,
            "",
        ] {
            assert_eq!(Disclosure::from_json(bad.into()), Err(KeyError::BadDisclosure), "{bad}");
        }
        assert_eq!(Disclosure::decode("=="), Err(KeyError::BadDisclosure));
    }

    #[test]
    fn debug_shows_neither_name_nor_value() {
        assert_eq!(format!("{:?}", Disclosure::new(&[0; 16], "name", b"\"Doe\"")), "Disclosure(39 bytes)");
    }
}
