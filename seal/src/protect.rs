//! Values that a leaf holds as digests only: subject keys, disclosures, tokens.
//!
//! ```text
//! value ──▶ salt (subject's salt key, chain, sequence, pointer, value) ──▶ disclosure [salt, name, value]
//!                              leaf ◀── digest ──────────────────────────────┤
//!                 beside the leaf ◀──── AES-256-GCM (disclosure key, random nonce, digest as associated data)
//! ```
//!
//! Salts are a function of the place and the value, so that a replay gives the same leaf; only ciphertexts differ.
//! Without the subject's key neither the ciphertext nor the salt can be had, and the digest can't be guessed.

mod cache;
mod disclosure;
mod name;
mod record;
mod ring;
mod store;
mod subject;
mod tenant;
mod wrap;

pub use cache::{CacheLimits, SubjectCache};
pub use disclosure::{Disclosure, Sealed};
pub use name::SubjectName;
pub use record::{HiddenMember, RecordProtection};
pub use ring::SubjectRing;
pub use store::{Fresh, Stored, SubjectStore, Wanted};
pub use subject::{Place, SubjectClass, SubjectKey};
pub use tenant::{Handle, TenantKeys, Token};
pub use wrap::{WrapScope, WrappedKey};

use crate::keys::KeyError;

/// Where a sealer gets subjects' keys from: a [`SubjectCache`] over the wrapped keys of a store, or a [`SubjectRing`] in tests.
pub trait SubjectKeys {
    /// The key that new values of the subject are hidden with.
    fn key(&mut self, tenant: &str, class: SubjectClass, id: &str) -> Result<&SubjectKey, KeyError>;
}

/// Where random nonces come from: 96 bits each, from the system's generator.
///
/// One key may seal 2^32 values with such nonces (NIST SP 800-38D, section 8.3); then two of them are equal with a chance of 2^-33.
pub trait Nonces {
    /// The next nonce; a generator that fails says so, and nothing is sealed.
    fn next(&mut self) -> Result<[u8; 12], KeyError>;
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn subject(byte: u8) -> SubjectKey {
        SubjectKey::from_bytes(Handle::from_bytes([byte; 16]), [byte; 32])
    }
}
