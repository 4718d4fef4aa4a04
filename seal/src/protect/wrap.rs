//! A subject's key as a store keeps it: under a tenant's wrapping key.

use crate::keys::{KeyError, KeyId};
use crate::protect::{Handle, SubjectClass};

const LABEL: &[u8] = b"sealtrail/wrap/1\n";

/// Whose key it is. Wrapped for one subject, it does not open for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrapScope<'a> {
    pub tenant: &'a str,
    pub class: SubjectClass,
    pub handle: &'a Handle,
}

impl WrapScope<'_> {
    /// What the ciphertext is bound to.
    #[must_use]
    pub fn associated_data(&self, kek: &KeyId) -> Vec<u8> {
        let handle = self.handle.to_string();
        let mut data = LABEL.to_vec();
        for part in [kek.as_str(), self.tenant, self.class.name(), &handle] {
            data.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
            data.extend_from_slice(part.as_bytes());
        }
        data
    }
}

/// Nonce, ciphertext and tag of 32 bytes, and which wrapping key opens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKey {
    pub kek: KeyId,
    pub sealed: [u8; 60],
}

impl WrappedKey {
    /// From a store's columns.
    pub fn from_parts(kek: &str, sealed: &[u8]) -> Result<Self, KeyError> {
        let sealed = sealed.try_into().map_err(|_| KeyError::CannotOpen)?;
        Ok(Self { kek: KeyId::new(kek)?, sealed })
    }
}
