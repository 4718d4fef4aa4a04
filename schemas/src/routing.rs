//! The Kafka key: order per patient is kept and no identifier stands in clear.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::event::AuditEvent;

/// Makes routing keys. Holds the keyed state, so that an event costs one short HMAC.
#[derive(Clone)]
pub struct Router {
    keyed: Hmac<Sha256>,
}

impl Router {
    /// `secret` may have any length; an empty one would make the keys guessable and is refused.
    #[must_use]
    pub fn new(secret: &[u8]) -> Option<Self> {
        if secret.is_empty() {
            return None;
        }
        Hmac::new_from_slice(secret).ok().map(|keyed| Self { keyed })
    }

    /// The first 16 bytes of HMAC(tenant, patient), or of HMAC(tenant, agent) where there is no patient.
    #[must_use]
    pub fn key(&self, event: &AuditEvent<'_>) -> [u8; 16] {
        let mut mac = self.keyed.clone();
        let (kind, id) = match &event.patient {
            Some(patient) => (b'p', &patient.id),
            None => (b'a', &event.agent.id),
        };
        // The length keeps ("ab", "c") and ("a", "bc") apart.
        mac.update(&(event.tenant.len() as u64).to_be_bytes());
        mac.update(event.tenant.as_bytes());
        mac.update(&[kind]);
        mac.update(id.as_bytes());
        let digest: [u8; 32] = mac.finalize().into_bytes().into();
        let mut key = [0; 16];
        for (to, from) in key.iter_mut().zip(digest) {
            *to = from;
        }
        key
    }
}

impl std::fmt::Debug for Router {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Router(secret)")
    }
}
