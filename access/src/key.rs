//! One key as the gateway keeps it: who it is, what it may do, and until when. Holds digests, no secrets.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::api_key::KeyId;
use crate::names::{Name, Scope};
use crate::{Error, Refusal, UnixSeconds};

/// Secrets that a key may have at once; more than two only when it is rotated again within the overlap.
pub const SECRETS_MAX: usize = 4;

/// A key that ends within this time is shown as expiring.
const EXPIRING_SECONDS: u64 = 7 * 24 * 60 * 60;

/// A SHA-256, in files as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sha256Digest(pub [u8; 32]);

impl Sha256Digest {
    /// Compares in constant time.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl TryFrom<String> for Sha256Digest {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(&text, &mut bytes).map_err(|_| Error::BadDigest)?;
        Ok(Self(bytes))
    }
}

impl From<Sha256Digest> for String {
    fn from(digest: Sha256Digest) -> Self {
        hex::encode(digest.0)
    }
}

impl fmt::Debug for Sha256Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&hex::encode(self.0))
    }
}

/// One secret of a key; several during the overlap of a rotation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secret {
    /// Counts up for ever; the signing secret is derived from it.
    pub number: u32,
    /// Of the key's whole text, prefix and id included.
    pub sha256: Sha256Digest,
    pub created_at: UnixSeconds,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<UnixSeconds>,
}

impl Secret {
    #[must_use]
    pub fn is_live(&self, now: UnixSeconds) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }
}

/// How much a key may send; what is not set has no limit of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events_per_second: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes_per_second: Option<u64>,
    /// How many seconds' worth may come at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst_seconds: Option<u64>,
}

impl Limits {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Whether a key's requests are signed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Signed {
    #[default]
    Never,
    Allowed,
    Required,
}

impl Signed {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Allowed => "allowed",
            Self::Required => "required",
        }
    }
}

/// A key, as in the key file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    pub id: KeyId,
    pub tenant: Name,
    pub service: Name,
    pub scopes: Vec<Scope>,
    pub created_at: UnixSeconds,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<UnixSeconds>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<UnixSeconds>,
    #[serde(default)]
    pub signed: Signed,
    /// Of the DER form of the one client certificate that may come with this key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_sha256: Option<Sha256Digest>,
    #[serde(default, skip_serializing_if = "Limits::is_empty")]
    pub limits: Limits,
    pub secrets: Vec<Secret>,
}

/// What a list of keys says about one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Active,
    NotYetValid,
    /// Ends within seven days.
    Expiring,
    Expired,
    Revoked,
    /// More than one secret is good at the moment.
    Rotating,
}

impl State {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::NotYetValid => "not yet valid",
            Self::Expiring => "expiring",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Rotating => "rotating",
        }
    }
}

impl Key {
    #[must_use]
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope)
    }

    /// [`Key::may`] as a refusal.
    ///
    /// # Errors
    /// When the key has not this scope.
    pub fn require(&self, scope: Scope) -> Result<&Self, Refusal> {
        if self.may(scope) { Ok(self) } else { Err(Refusal::ScopeMissing(scope)) }
    }

    /// Checks the client certificate (DER) of the connection, for a key that is bound to one.
    ///
    /// # Errors
    /// When the key is bound and the certificate is missing or another one.
    pub fn require_certificate(&self, presented: Option<&[u8]>) -> Result<&Self, Refusal> {
        match (&self.certificate_sha256, presented) {
            (None, _) => Ok(self),
            (Some(_), None) => Err(Refusal::CertificateMissing),
            (Some(bound), Some(der)) if bound.is(&Sha256Digest(Sha256::digest(der).into())) => Ok(self),
            (Some(_), Some(_)) => Err(Refusal::WrongCertificate),
        }
    }

    /// A revocation counts at once, whatever the clocks say of it: whoever revokes a key means now.
    pub(crate) fn require_live(&self, secret: &Secret, now: UnixSeconds) -> Result<&Self, Refusal> {
        if self.revoked_at.is_some() {
            return Err(Refusal::Revoked);
        }
        if now < self.created_at {
            return Err(Refusal::NotYetValid);
        }
        if self.expires_at.is_some_and(|end| now >= end) || !secret.is_live(now) {
            return Err(Refusal::Expired);
        }
        Ok(self)
    }

    #[must_use]
    pub fn state(&self, now: UnixSeconds) -> State {
        let live = self.secrets.iter().filter(|secret| secret.is_live(now)).count();
        let ends_before = |moment: UnixSeconds| self.expires_at.is_some_and(|end| end <= moment);
        match () {
            () if self.revoked_at.is_some() => State::Revoked,
            () if ends_before(now) || live == 0 => State::Expired,
            () if now < self.created_at => State::NotYetValid,
            () if ends_before(now.plus(EXPIRING_SECONDS)) => State::Expiring,
            () if live > 1 => State::Rotating,
            () => State::Active,
        }
    }
}
