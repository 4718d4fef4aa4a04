//! What a keeper of keys must be able to do, wherever it keeps them. Rules and reports are the [`Custodian`]'s.
//!
//! Calls are plain blocking ones: a sealer makes two in a segment of 4,096 records, and hardware tokens block anyway.
//!
//! [`Custodian`]: crate::keys::Custodian

use std::fmt;

use crate::keys::{KeyError, KeyId, KeyState, Secret};

/// What a key is for; a key never serves two purposes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// Segments, fences and key-epoch proofs are derived from it.
    Epoch,
    /// Tenants' token keys are derived from it.
    TenantRoot,
    /// Wraps one tenant's subject keys for one period.
    Wrapping { tenant: String, period: u32 },
}

impl Purpose {
    /// Longest tenant name in a key's description.
    pub const TENANT_BYTES_MAX: usize = 128;

    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Epoch => "epoch",
            Self::TenantRoot => "tenant-root",
            Self::Wrapping { .. } => "wrapping",
        }
    }

    /// A tenant's name stands in key files and labels of tokens, between spaces.
    pub(crate) fn check(&self) -> Result<(), KeyError> {
        let Self::Wrapping { tenant, .. } = self else { return Ok(()) };
        let plain = tenant.bytes().all(|byte| byte.is_ascii_graphic());
        let sized = (1..=Self::TENANT_BYTES_MAX).contains(&tenant.len());
        if plain && sized { Ok(()) } else { Err(KeyError::BadTenant) }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wrapping { tenant, period } => write!(f, "wrapping {tenant} {period}"),
            _ => f.write_str(self.name()),
        }
    }
}

/// All that is public about a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyInfo {
    pub id: KeyId,
    pub purpose: Purpose,
    pub state: KeyState,
    /// Counts the keys as they were made; the newest active key of a purpose is the current one.
    pub serial: u32,
}

impl KeyInfo {
    /// One line: serial, state, id, purpose. What providers store.
    #[must_use]
    pub fn line(&self) -> String {
        format!("{} {} {} {}", self.serial, self.state, self.id, self.purpose)
    }

    /// `None` unless it is the one spelling of a key.
    #[must_use]
    pub fn from_line(line: &str) -> Option<Self> {
        let words: Vec<&str> = line.split(' ').collect();
        let [serial, state, id, ref purpose @ ..] = words[..] else { return None };
        let purpose = match *purpose {
            ["epoch"] => Purpose::Epoch,
            ["tenant-root"] => Purpose::TenantRoot,
            ["wrapping", tenant, period] => {
                Purpose::Wrapping { tenant: tenant.to_owned(), period: period.parse().ok()? }
            }
            _ => return None,
        };
        let state = KeyState::from_name(state)?;
        let info = Self { id: KeyId::new(id).ok()?, purpose, state, serial: serial.parse().ok()? };
        (info.purpose.check().is_ok() && info.line() == line).then_some(info)
    }
}

/// Keeps keys. Does what it is told: asks no questions about states and purposes, reports to nobody.
pub trait KeyProvider: Send + Sync {
    /// Every key, destroyed ones too, by serial.
    fn list(&self) -> Result<Vec<KeyInfo>, KeyError>;

    fn find(&self, id: &KeyId) -> Result<KeyInfo, KeyError> {
        let found = self.list()?.into_iter().find(|info| info.id == *id);
        found.ok_or_else(|| KeyError::Unknown(id.clone()))
    }

    /// Adds a pending key with the next serial: a random one, or the given one.
    fn create(&self, id: &KeyId, purpose: &Purpose, import: Option<&Secret>) -> Result<(), KeyError>;

    /// Changes the state if it still is `from`. [`KeyState::Destroyed`] wipes the key and keeps its name.
    fn change(&self, id: &KeyId, from: KeyState, to: KeyState) -> Result<(), KeyError>;

    /// HMAC-SHA256 under an epoch key or a tenant root.
    fn hash(&self, id: &KeyId, message: &[u8]) -> Result<[u8; 32], KeyError>;

    /// Whether `mac` is that hash; in a token this asks a copy of the key that can do nothing else.
    fn verifies(&self, id: &KeyId, message: &[u8], mac: &[u8; 32]) -> Result<bool, KeyError>;

    /// AES-256-GCM under a wrapping key, with a random nonce of the provider's: nonce, ciphertext, tag.
    fn encrypt(&self, id: &KeyId, aad: &[u8], plain: &Secret) -> Result<[u8; 60], KeyError>;

    /// The reverse; [`KeyError::CannotOpen`] when key, associated data or text differ.
    fn decrypt(&self, id: &KeyId, aad: &[u8], sealed: &[u8; 60]) -> Result<Secret, KeyError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keys_line_has_one_spelling() {
        for line in ["1 pending mac-1 epoch", "2 active root tenant-root", "30 destroyed k wrapping north-1 7"] {
            assert_eq!(KeyInfo::from_line(line).unwrap().line(), line);
        }
        for bad in [
            "",
            "1 pending mac-1",
            "01 pending mac-1 epoch",
            "+1 pending mac-1 epoch",
            "1 odd mac-1 epoch",
            "1 pending mac/1 epoch",
            "1 pending mac-1 epoch ",
            "1 pending mac-1 epoch x",
            "1 pending k wrapping  7",
            "1 pending k wrapping north 07",
            "1  pending mac-1 epoch",
            "4294967296 pending mac-1 epoch",
        ] {
            assert_eq!(KeyInfo::from_line(bad), None, "{bad:?}");
        }
    }
}
