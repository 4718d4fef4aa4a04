//! AES-256-GCM over one secret, for providers that hold wrapping keys in memory.

use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes256Gcm, KeyInit};

use crate::keys::{KeyError, Secret};

/// Nonce, ciphertext, tag.
pub fn encrypt_secret(key: &Secret, nonce: &[u8; 12], aad: &[u8], plain: &Secret) -> Result<[u8; 60], KeyError> {
    let mut sealed = [0; 60];
    let (head, rest) = sealed.split_at_mut(12);
    let (text, tail) = rest.split_at_mut(32);
    head.copy_from_slice(nonce);
    text.copy_from_slice(plain.expose());
    let cipher = Aes256Gcm::new(key.expose().into());
    let tag = cipher.encrypt_inout_detached(nonce.into(), aad, text.into()).map_err(|_| KeyError::TooLong)?;
    tail.copy_from_slice(&tag);
    Ok(sealed)
}

pub fn decrypt_secret(key: &Secret, aad: &[u8], sealed: &[u8; 60]) -> Result<Secret, KeyError> {
    let (nonce, rest) = sealed.split_first_chunk::<12>().ok_or(KeyError::CannotOpen)?;
    let (text, tag) = rest.split_last_chunk::<16>().ok_or(KeyError::CannotOpen)?;
    // Decrypted where it stays: a copy on the stack would outlive the secret.
    let mut plain = Secret::from_slice(text).ok_or(KeyError::CannotOpen)?;
    let cipher = Aes256Gcm::new(key.expose().into());
    cipher
        .decrypt_inout_detached(nonce.into(), aad, plain.expose_mut().as_mut_slice().into(), tag.into())
        .map_err(|_| KeyError::CannotOpen)?;
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_key_associated_data_and_text_together_open() {
        let (key, plain) = (Secret::new([1; 32]), Secret::new([2; 32]));
        let sealed = encrypt_secret(&key, &[3; 12], b"scope", &plain).unwrap();
        assert_eq!(decrypt_secret(&key, b"scope", &sealed), Ok(plain));
        assert_eq!(decrypt_secret(&key, b"other", &sealed), Err(KeyError::CannotOpen));
        assert_eq!(decrypt_secret(&Secret::new([4; 32]), b"scope", &sealed), Err(KeyError::CannotOpen));
        for place in 0..sealed.len() {
            let mut changed = sealed;
            changed[place] ^= 1;
            assert_eq!(decrypt_secret(&key, b"scope", &changed), Err(KeyError::CannotOpen), "byte {place}");
        }
    }
}
