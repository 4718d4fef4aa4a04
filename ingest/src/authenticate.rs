//! Stage 1, authenticate: who sends this, for which tenant, and whether they may do what the path does.
//!
//! A key is checked from the head alone. A signed request is checked twice: its signature from the head, before a byte of
//! the body is read, and then the body's digest and the nonce, by `Authenticate::prove`.

pub mod ring;
mod signature;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use access::{Key, KeyId, Limits, Name, Refusal, Scope, UnixSeconds};
use axum::extract::Request;
use axum::http::request::Parts;

use self::ring::Keys;
pub use self::signature::Signatures;
use crate::metric::IngestMetric;
use crate::problem::{Kind, Problem};
use crate::serve::connection::Peer;

/// At most one log line per key in this time.
const LOG_INTERVAL: Duration = Duration::from_secs(1);

/// Who sent a request. The tenant of everything in it comes from here and from nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub tenant: Name,
    /// The sending service; none on a gateway that asks nobody who they are.
    pub service: Option<Name>,
    pub key_id: Option<KeyId>,
    pub limits: Limits,
}

/// A request whose sender is known.
#[derive(Debug)]
pub struct Identified {
    pub caller: Caller,
    pub request: Request,
    /// Whether `Authenticate::prove` still has to see the body.
    pub is_signed: bool,
}

/// Knows the callers.
pub struct Authenticate {
    callers: Callers,
    logged: Mutex<HashMap<Option<KeyId>, Instant>>,
}

enum Callers {
    /// Nobody is asked.
    All(Caller),
    Keys {
        keys: Arc<Keys>,
        signatures: Signatures,
    },
}

impl Authenticate {
    /// Asks nobody who they are: everything belongs to one tenant.
    pub fn open(tenant: Name) -> Self {
        Self::new(Callers::All(Caller { tenant, service: None, key_id: None, limits: Limits::default() }))
    }

    pub fn with_keys(keys: Arc<Keys>, signatures: Signatures) -> Self {
        Self::new(Callers::Keys { keys, signatures })
    }

    /// Whether a request must show who sent it.
    pub fn asks_for_keys(&self) -> bool {
        matches!(self.callers, Callers::Keys { .. })
    }

    fn new(callers: Callers) -> Self {
        Self { callers, logged: Mutex::default() }
    }

    pub fn identify(&self, request: Request, scope: Scope) -> Result<Identified, Problem> {
        let (keys, signatures) = match &self.callers {
            Callers::All(caller) => return Ok(Identified { caller: caller.clone(), request, is_signed: false }),
            Callers::Keys { keys, signatures } => (keys, signatures),
        };
        let (head, body) = request.into_parts();
        let ring = keys.current();
        let mut claimed = None;
        let found = ring::presented(&head.headers).and_then(|presented| match presented {
            ring::Presented::Key(text) => {
                claimed = ring::id_in(text);
                Ok((ring.authenticate(text, now())?, false))
            }
            ring::Presented::Signature(headers) => {
                let (id, key) = signatures.is_by_holder(&ring, &headers, &head);
                claimed = id;
                Ok((key?, true))
            }
        });
        let allowed = found.and_then(|(key, is_signed)| {
            key.require_certificate(certificate(&head))?.require(scope)?;
            Ok((Caller::of(key), is_signed))
        });
        match allowed {
            Ok((caller, is_signed)) => Ok(Identified { caller, request: Request::from_parts(head, body), is_signed }),
            Err(refusal) => Err(self.refuse(refusal, claimed.filter(|id| ring.get(id).is_some()))),
        }
    }

    /// The second half for a signed request: this body was signed, now, and comes for the first time.
    pub fn prove(&self, caller: &Caller, head: &Parts, body: &[u8]) -> Result<(), Problem> {
        let Callers::Keys { keys, signatures } = &self.callers else { return Ok(()) };
        let proven = signatures.prove(&keys.current(), head, body);
        proven.map_err(|refusal| self.refuse(refusal, caller.key_id.clone()))
    }

    /// Counted by label; logged with the id of a known key, or without one, and never with more.
    fn refuse(&self, refusal: Refusal, key: Option<KeyId>) -> Problem {
        let reason = refusal.label();
        IngestMetric::AuthenticationsRefused.with(&[("reason", reason)]).increment(1);
        let mut logged = self.logged.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if logged.get(&key).is_none_or(|last| now.duration_since(*last) >= LOG_INTERVAL) {
            let key_id = key.as_ref().map(KeyId::as_str);
            tracing::warn!(reason, key_id, "a request was not let in");
            logged.insert(key, now);
        }
        let kind = match refusal.http_status() {
            403 => Kind::Forbidden,
            429 => Kind::TooBusy,
            _ => Kind::Unauthenticated,
        };
        Problem::new(kind, refusal.to_string())
    }
}

impl Caller {
    fn of(key: &Key) -> Self {
        let (tenant, service) = (key.tenant.clone(), Some(key.service.clone()));
        Self { tenant, service, key_id: Some(key.id.clone()), limits: key.limits }
    }
}

/// For logs: tenant, service and the key's id, never more.
impl fmt::Display for Caller {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [service, key_id] = [self.service.as_ref().map(Name::as_str), self.key_id.as_ref().map(KeyId::as_str)]
            .map(|id| id.unwrap_or("-"));
        write!(out, "{}/{service}/{key_id}", self.tenant)
    }
}

fn certificate(head: &Parts) -> Option<&[u8]> {
    head.extensions.get::<Peer>()?.certificate.as_deref()
}

fn now() -> UnixSeconds {
    UnixSeconds(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
}
