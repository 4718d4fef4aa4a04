//! Signed requests: first the signature from the head alone, then the whole with its body, once.

use std::sync::{Mutex, PoisonError};

use access::signature::{self, Headers, Request, WINDOW_SECONDS_DEFAULT};
use access::{Credentials, Key, KeyId, KeyRing, Refusal, ReplayGuard, SignatureFault, SigningMaster, SigningPolicy};
use axum::http::request::Parts;

use super::now;

/// Checks signatures and remembers nonces.
pub struct Signatures {
    policy: SigningPolicy,
    guard: Mutex<ReplayGuard>,
}

impl Signatures {
    pub fn new(master: Option<SigningMaster>) -> Self {
        let policy = SigningPolicy { master, window_seconds: WINDOW_SECONDS_DEFAULT };
        Self { policy, guard: Mutex::default() }
    }

    /// Whose key signed this head, beside the id that it claims. Nothing is remembered yet: without its body, a request is no
    /// request. This keeps strangers from making us read bodies, and from using up another key's limits.
    pub fn is_by_holder<'ring>(
        &self,
        ring: &'ring KeyRing,
        headers: &Headers<'_>,
        head: &Parts,
    ) -> (Option<KeyId>, Result<&'ring Key, Refusal>) {
        let claim = match signature::read(headers) {
            Ok(claim) => claim,
            Err(fault) => return (None, Err(fault.into())),
        };
        let id = claim.key_id().clone();
        let found = || {
            let master = self.policy.master.as_ref().ok_or(SignatureFault::Unavailable)?;
            let key = ring.get(&id).ok_or(Refusal::UnknownKey)?;
            let base = claim.base(headers, &request(head, &[]))?;
            let is_by = key.secrets.iter().any(|secret| claim.is_by(&base, &master.secret_of(&id, secret.number)));
            if is_by { Ok(key) } else { Err(SignatureFault::Wrong.into()) }
        };
        let found = found();
        (Some(id), found)
    }

    pub fn prove(&self, ring: &KeyRing, head: &Parts, body: &[u8]) -> Result<(), Refusal> {
        let pairs = head.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
        let Credentials::Signed(headers) = Credentials::of(pairs)? else { return Err(Refusal::Missing) };
        let pending = ring.authenticate_signed(&headers, &request(head, body), &self.policy, now())?;
        pending.once(&mut self.guard.lock().unwrap_or_else(PoisonError::into_inner), now())?;
        Ok(())
    }
}

fn request<'a>(head: &'a Parts, body: &'a [u8]) -> Request<'a> {
    Request { method: head.method.as_str(), path: head.uri.path(), query: head.uri.query(), body }
}
