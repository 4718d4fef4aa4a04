//! The key file: what a request presents, the ring in force, and its reload. A broken file changes nothing.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::{fs, io};

use access::signature::Headers;
use access::{Credentials, KeyId, KeyRing, Refusal};
use axum::http::HeaderMap;

use crate::reload::Stamp;

/// Why a key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    #[error("{path} cannot be read: {source}")]
    Read { path: PathBuf, source: io::Error },
    #[error("{path}: {source}")]
    Parse { path: PathBuf, source: access::Error },
    #[error("{path} holds no key, so nobody could be let in; make one with `audit-cli keys api create`")]
    Empty { path: PathBuf },
}

/// The ring in force.
pub struct Keys {
    path: PathBuf,
    current: RwLock<Arc<KeyRing>>,
    stamp: Mutex<Stamp>,
}

impl Keys {
    pub fn load(path: &Path) -> Result<Self, KeysError> {
        let stamp = Mutex::new(Stamp::of(path));
        Ok(Self { path: path.to_owned(), current: RwLock::new(Arc::new(read(path)?)), stamp })
    }

    pub fn current(&self) -> Arc<KeyRing> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes a changed file over, and says whether there was one.
    pub fn reload(&self) -> Result<bool, KeysError> {
        let now = Stamp::of(&self.path);
        if std::mem::replace(&mut *self.stamp.lock().unwrap_or_else(PoisonError::into_inner), now) == now {
            return Ok(false);
        }
        let fresh = Arc::new(read(&self.path)?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(true)
    }
}

/// Reads a key file whole.
pub fn read(path: &Path) -> Result<KeyRing, KeysError> {
    let text = fs::read_to_string(path).map_err(|source| KeysError::Read { path: path.to_owned(), source })?;
    let ring = KeyRing::parse(&text).map_err(|source| KeysError::Parse { path: path.to_owned(), source })?;
    if ring.is_empty() { Err(KeysError::Empty { path: path.to_owned() }) } else { Ok(ring) }
}

/// What a request brings to be let in.
pub enum Presented<'a> {
    Key(&'a str),
    Signature(Headers<'a>),
}

/// `Authorization: Bearer`, a signature, or `X-Api-Key`; exactly one of them.
pub fn presented(headers: &HeaderMap) -> Result<Presented<'_>, Refusal> {
    let credentials = Credentials::of(headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())));
    let mut plain = headers.get_all("x-api-key").iter();
    match (plain.next(), plain.next(), credentials) {
        (None, _, Ok(Credentials::Bearer(key))) => Ok(Presented::Key(key.0)),
        (None, _, Ok(Credentials::Signed(headers))) => Ok(Presented::Signature(headers)),
        (None, _, Err(refusal)) => Err(refusal),
        (Some(key), None, Err(Refusal::Missing)) => key.to_str().map(Presented::Key).map_err(|_| Refusal::Malformed),
        (Some(_), Some(_), Err(Refusal::Missing)) => Err(Refusal::Malformed),
        (Some(_), _, _) => Err(Refusal::Ambiguous),
    }
}

/// The id that a presented key claims.
pub fn id_in(presented: &str) -> Option<KeyId> {
    presented.strip_prefix("stk_")?.split_once('_')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&'static str, &'static str)]) -> Result<String, Refusal> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        presented(&headers).map(|presented| match presented {
            Presented::Key(key) => key.to_owned(),
            Presented::Signature(_) => "signed".to_owned(),
        })
    }

    #[test]
    fn a_key_comes_in_one_of_two_headers_and_only_once() {
        let (bearer, plain) = (("authorization", "Bearer stk_x"), ("x-api-key", "stk_x"));
        assert_eq!(of(&[bearer]).as_deref(), Ok("stk_x"));
        assert_eq!(of(&[plain]).as_deref(), Ok("stk_x"));
        assert_eq!(of(&[("signature", "s")]).as_deref(), Ok("signed"));
        assert_eq!(of(&[]), Err(Refusal::Missing));
        assert_eq!(of(&[plain, plain]), Err(Refusal::Malformed));
        for other in [bearer, ("signature", "s"), ("authorization", "Basic eDp5")] {
            assert_eq!(of(&[plain, other]), Err(Refusal::Ambiguous), "{other:?}");
        }
    }
}
