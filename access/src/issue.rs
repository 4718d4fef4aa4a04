//! Changes to a key ring: issue, rotate, revoke, expire. Random bytes and the time come from the caller.

use zeroize::Zeroizing;

use crate::api_key::{IssuedKey, KeyId};
use crate::key::{Key, Limits, SECRETS_MAX, Secret, Sha256Digest, Signed};
use crate::names::{Name, Scope};
use crate::ring::KeyRing;
use crate::{Error, UnixSeconds};

/// Bytes from the system's random generator, for one change; wiped when dropped.
pub struct Random(Zeroizing<[u8; 44]>);

impl Random {
    #[must_use]
    pub fn of(bytes: [u8; 44]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    fn key_id(&self) -> KeyId {
        let mut bytes = [0; 12];
        bytes.copy_from_slice(&self.0[..12]);
        KeyId::of(&bytes)
    }

    fn key(&self, id: &KeyId) -> IssuedKey {
        let mut bytes = Zeroizing::new([0; 32]);
        bytes.copy_from_slice(&self.0[12..]);
        IssuedKey::of(id, &bytes)
    }
}

/// What a new key is for and what it may do.
#[derive(Debug, Clone)]
pub struct Grant {
    pub tenant: Name,
    pub service: Name,
    pub scopes: Vec<Scope>,
    pub expires_at: Option<UnixSeconds>,
    pub limits: Limits,
    pub signed: Signed,
    pub certificate_sha256: Option<Sha256Digest>,
}

/// A new secret of a key: its text, shown once, and its number, from which the signing secret is derived.
#[derive(Debug)]
pub struct Issued {
    pub key: IssuedKey,
    pub number: u32,
}

impl KeyRing {
    /// Makes a key.
    ///
    /// # Errors
    /// When the grant allows nothing, or the random bytes name a key that is there.
    pub fn issue(&mut self, grant: Grant, now: UnixSeconds, random: &Random) -> Result<Issued, Error> {
        let Grant { tenant, service, mut scopes, expires_at, limits, signed, certificate_sha256 } = grant;
        let numbers = [limits.events_per_second, limits.bytes_per_second, limits.burst_seconds];
        if numbers.contains(&Some(0)) {
            return Err(Error::ZeroLimit);
        }
        if scopes.is_empty() {
            return Err(Error::NoScope);
        }
        if expires_at.is_some_and(|end| end <= now) {
            return Err(Error::ExpiresBeforeMade);
        }
        scopes.sort();
        scopes.dedup();
        let id = random.key_id();
        let key = random.key(&id);
        let number = 1;
        let secrets = vec![Secret { number, sha256: key.digest(), created_at: now, expires_at: None }];
        self.push(Key {
            id,
            tenant,
            service,
            scopes,
            created_at: now,
            expires_at,
            revoked_at: None,
            signed,
            certificate_sha256,
            limits,
            secrets,
        })?;
        Ok(Issued { key, number })
    }

    /// Gives a key a new secret, good at once; the old ones end after the overlap, or before if they had to.
    ///
    /// # Errors
    /// When there is no such key, when it has ended, or when it has too many secrets that are still good.
    pub fn rotate(
        &mut self,
        id: &KeyId,
        overlap_seconds: u64,
        now: UnixSeconds,
        random: &Random,
    ) -> Result<Issued, Error> {
        let key = self.get_mut(id)?;
        if key.revoked_at.is_some() {
            return Err(Error::Revoked(id.to_string()));
        }
        if key.expires_at.is_some_and(|end| now >= end) {
            return Err(Error::Expired(id.to_string()));
        }
        // The newest number stays in the file even when its secret has ended, so no number is ever given twice.
        let number = key.secrets.iter().map(|secret| secret.number).max().unwrap_or(0).saturating_add(1);
        let mut kept: Vec<Secret> = key.secrets.iter().filter(|secret| secret.is_live(now)).cloned().collect();
        let count = kept.len();
        if count >= SECRETS_MAX {
            return Err(Error::TooManySecrets { id: id.to_string(), count });
        }
        let end = now.plus(overlap_seconds);
        for secret in &mut kept {
            secret.expires_at = Some(secret.expires_at.map_or(end, |before| before.min(end)));
        }
        // An overlap of nothing ends them now.
        kept.retain(|secret| secret.is_live(now));
        let issued = random.key(id);
        kept.push(Secret { number, sha256: issued.digest(), created_at: now, expires_at: None });
        key.secrets = kept;
        Ok(Issued { key: issued, number })
    }

    /// Ends a key for ever. A key that was revoked before keeps its first moment.
    ///
    /// # Errors
    /// When there is no such key.
    pub fn revoke(&mut self, id: &KeyId, now: UnixSeconds) -> Result<&Key, Error> {
        let key = self.get_mut(id)?;
        key.revoked_at.get_or_insert(now);
        Ok(key)
    }

    /// Sets the moment from which a key is refused.
    ///
    /// # Errors
    /// When there is no such key, or when it is revoked.
    pub fn expire(&mut self, id: &KeyId, at: UnixSeconds) -> Result<&Key, Error> {
        let key = self.get_mut(id)?;
        if key.revoked_at.is_some() {
            return Err(Error::Revoked(id.to_string()));
        }
        key.expires_at = Some(at);
        Ok(key)
    }
}
