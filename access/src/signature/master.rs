//! Signing secrets: derived from the gateway's master secret, shown once, kept nowhere.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::api_key::SECRET_CHARS;
use crate::{Error, KeyId};

const PREFIX: &str = "sts_";
const PURPOSE: &str = "sealtrail request signing";
const MASTER_BYTES_MIN: usize = 32;

/// The gateway's master secret. Whoever has it can sign in the name of every key.
pub struct SigningMaster(Zeroizing<Vec<u8>>);

impl SigningMaster {
    /// # Errors
    /// When it is shorter than 32 bytes.
    pub fn new(secret: &[u8]) -> Result<Self, Error> {
        if secret.len() < MASTER_BYTES_MIN {
            return Err(Error::ShortMaster(secret.len()));
        }
        Ok(Self(Zeroizing::new(secret.to_vec())))
    }

    /// The secret that signs for one secret number of a key: a rotated key signs with a new one.
    #[must_use]
    pub fn secret_of(&self, id: &KeyId, number: u32) -> SigningSecret {
        let mut text = Zeroizing::new(String::with_capacity(PREFIX.len() + id.as_str().len() + 1 + SECRET_CHARS));
        text.push_str(PREFIX);
        text.push_str(id.as_str());
        text.push('_');
        if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) {
            // A key id has a fixed length, so no two inputs are the same text.
            mac.update(format!("{PURPOSE}\n{id}\n{number}").as_bytes());
            let derived: Zeroizing<[u8; 32]> = Zeroizing::new(mac.finalize().into_bytes().into());
            URL_SAFE_NO_PAD.encode_string(&derived, &mut text);
        }
        SigningSecret { id: id.clone(), text }
    }
}

impl fmt::Debug for SigningMaster {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("SigningMaster(hidden)")
    }
}

/// `sts_<key id>_<43 characters>`. The whole text is the HMAC key, so a sender needs no decoder. Wiped when dropped.
pub struct SigningSecret {
    id: KeyId,
    text: Zeroizing<String>,
}

impl SigningSecret {
    /// Takes the text that was shown.
    ///
    /// # Errors
    /// When it has not this form.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let (id, secret) =
            text.strip_prefix(PREFIX).and_then(|rest| rest.split_once('_')).ok_or(Error::BadSigningSecret)?;
        let in_alphabet = secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if secret.len() != SECRET_CHARS || !in_alphabet {
            return Err(Error::BadSigningSecret);
        }
        let id = id.parse().map_err(|_| Error::BadSigningSecret)?;
        Ok(Self { id, text: Zeroizing::new(text.to_owned()) })
    }

    #[must_use]
    pub fn key_id(&self) -> &KeyId {
        &self.id
    }

    /// The secret in clear, for the one time that its holder is told.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.text
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "SigningSecret({})", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_belongs_to_one_master_one_key_and_one_number() {
        let (one, other) = (KeyId::of(&[0; 12]), KeyId::of(&[1; 12]));
        let master = SigningMaster::new(&[7; 32]).unwrap();
        let secret = master.secret_of(&one, 1);
        assert_eq!(secret.reveal(), master.secret_of(&one, 1).reveal());
        assert_ne!(secret.reveal()[17..], master.secret_of(&one, 2).reveal()[17..]);
        assert_ne!(secret.reveal()[17..], master.secret_of(&other, 1).reveal()[17..]);
        assert_ne!(secret.reveal()[17..], SigningMaster::new(&[8; 32]).unwrap().secret_of(&one, 1).reveal()[17..]);
        assert_eq!(SigningSecret::parse(secret.reveal()).unwrap().reveal(), secret.reveal());
    }

    #[test]
    fn nothing_secret_is_shown_when_debugged() {
        let master = SigningMaster::new(&[65; 32]).unwrap();
        assert_eq!(format!("{master:?}"), "SigningMaster(hidden)");
        assert_eq!(format!("{:?}", master.secret_of(&KeyId::of(&[0; 12]), 1)), "SigningSecret(aaaaaaaaaaaa)");
    }

    #[test]
    fn short_masters_and_broken_secrets_are_refused() {
        assert_eq!(SigningMaster::new(&[7; 31]).unwrap_err(), Error::ShortMaster(31));
        for text in
            ["", "sts_", "stk_aaaaaaaaaaaa_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "sts_aaaaaaaaaaaa_short"]
        {
            assert_eq!(SigningSecret::parse(text).unwrap_err(), Error::BadSigningSecret);
        }
    }
}
