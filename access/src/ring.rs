//! All keys of a key file, and the question that it answers: whose key is this, and is it still good?

mod file;

use std::collections::HashMap;

use crate::api_key::{self, KeyId};
use crate::key::{Key, Sha256Digest, Signed};
use crate::replay::ReplayGuard;
use crate::signature::{self, Accepted, Headers, Request, SigningPolicy};
use crate::{Error, Refusal, SignatureFault, UnixSeconds};

/// The keys of one file, by id and in the order of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyRing {
    keys: Vec<Key>,
    by_id: HashMap<KeyId, usize>,
}

impl KeyRing {
    /// Reads the text of a key file.
    ///
    /// # Errors
    /// The first thing wrong, with its line and field.
    pub fn parse(text: &str) -> Result<Self, Error> {
        file::parse(text)
    }

    /// The text of a key file with these keys. Comments of the text that was parsed are not kept.
    ///
    /// # Errors
    /// When a value cannot be written as TOML.
    pub fn render(&self) -> Result<String, Error> {
        file::render(&self.keys)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Key> {
        self.keys.iter()
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    #[must_use]
    pub fn get(&self, id: &KeyId) -> Option<&Key> {
        self.by_id.get(id).and_then(|&at| self.keys.get(at))
    }

    pub(crate) fn get_mut(&mut self, id: &KeyId) -> Result<&mut Key, Error> {
        let found = self.by_id.get(id).and_then(|&at| self.keys.get_mut(at));
        found.ok_or_else(|| Error::NoSuchKey(id.to_string()))
    }

    /// Adds a key at the end; the id must be new.
    pub(crate) fn push(&mut self, key: Key) -> Result<(), Error> {
        if self.by_id.contains_key(&key.id) {
            return Err(Error::IdTaken);
        }
        self.by_id.insert(key.id.clone(), self.keys.len());
        self.keys.push(key);
        Ok(())
    }

    /// Whose key this is. Only who holds the right secret learns that a key has expired or was revoked.
    ///
    /// # Errors
    /// The reason why this key lets nobody in now. A key whose requests must be signed is not enough by itself.
    pub fn authenticate(&self, presented: &str, now: UnixSeconds) -> Result<&Key, Refusal> {
        let id = api_key::id_of(presented)?;
        let digest = api_key::digest(presented);
        let Some(key) = self.get(&id) else {
            // The same work as for a known key, so that the answer takes as long.
            let _same = Sha256Digest([0; 32]).is(&digest);
            return Err(Refusal::UnknownKey);
        };
        // Every secret is compared, whichever matches.
        let matching = key.secrets.iter().fold(None, |found, secret| {
            let matches = secret.sha256.is(&digest);
            if matches { Some(secret) } else { found }
        });
        let key = key.require_live(matching.ok_or(Refusal::WrongSecret)?, now)?;
        if key.signed == Signed::Required { Err(Refusal::SignatureRequired) } else { Ok(key) }
    }

    /// Whose signature this is. The replay guard has the last word: see [`Pending::once`].
    ///
    /// # Errors
    /// The reason why this request is not let in.
    pub fn authenticate_signed(
        &self,
        headers: &Headers<'_>,
        request: &Request<'_>,
        policy: &SigningPolicy,
        now: UnixSeconds,
    ) -> Result<Pending<'_>, Refusal> {
        let claim = signature::read(headers)?;
        let master = policy.master.as_ref().ok_or(SignatureFault::Unavailable)?;
        let key = self.get(claim.key_id()).ok_or(Refusal::UnknownKey)?;
        if key.signed == Signed::Never {
            return Err(SignatureFault::NotAllowed.into());
        }
        let base = claim.base(headers, request)?;
        let secret = key.secrets.iter().find(|secret| claim.is_by(&base, &master.secret_of(&key.id, secret.number)));
        let key = key.require_live(secret.ok_or(SignatureFault::Wrong)?, now)?;
        let accepted = claim.accept(headers, request, now, policy.window_seconds)?;
        Ok(Pending { key, accepted })
    }
}

/// A request with a good signature that may still be a replay.
#[derive(Debug)]
#[must_use = "without the replay guard a recorded request could be sent again"]
pub struct Pending<'ring> {
    key: &'ring Key,
    accepted: Accepted,
}

impl<'ring> Pending<'ring> {
    /// Lets a nonce pass once.
    ///
    /// # Errors
    /// When it passed before, or when the guard is full.
    pub fn once(self, guard: &mut ReplayGuard, now: UnixSeconds) -> Result<&'ring Key, Refusal> {
        guard.admit(&self.key.id, &self.accepted, now)?;
        Ok(self.key)
    }
}

#[cfg(test)]
mod tests;
