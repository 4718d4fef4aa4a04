//! The Kafka key: order per patient is kept and no identifier stands in clear.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::event::AuditEvent;

/// With less, somebody who sees the keys could guess the secret and then the identifiers.
pub const SECRET_BYTES_MIN: usize = 16;

/// Makes routing keys. Holds the keyed state, so that an event costs one short HMAC.
#[derive(Clone)]
pub struct Router {
    keyed: Hmac<Sha256>,
}

impl Router {
    /// `None` when the secret is shorter than [`SECRET_BYTES_MIN`].
    #[must_use]
    pub fn new(secret: &[u8]) -> Option<Self> {
        if secret.len() < SECRET_BYTES_MIN {
            return None;
        }
        Hmac::new_from_slice(secret).ok().map(|keyed| Self { keyed })
    }

    /// The first 16 bytes of HMAC(tenant, patient), or of HMAC(tenant, agent) where there is no patient.
    #[must_use]
    pub fn key(&self, event: &AuditEvent<'_>) -> [u8; 16] {
        let mut mac = self.keyed.clone();
        let actor = || event.actor().and_then(|actor| actor.identity()).unwrap_or_default();
        let (kind, id) = event.patient_id().map_or_else(|| (b'a', actor()), |patient| (b'p', patient));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Agent, Patient};

    fn event(tenant: &'static str, agent: &'static str, patient: Option<&'static str>) -> AuditEvent<'static> {
        AuditEvent {
            tenant: tenant.into(),
            agents: vec![Agent { id: Some(agent.into()), ..Agent::default() }].into(),
            patients: patient.map(|id| Patient { id: id.into(), ..Patient::default() }).into_iter().collect(),
            ..AuditEvent::default()
        }
    }

    fn key(event: &AuditEvent<'_>) -> [u8; 16] {
        Router::new(b"a secret of enough bytes").unwrap().key(event)
    }

    #[test]
    fn a_patient_has_one_key_whoever_looks_and_tenants_do_not_share_it() {
        assert_eq!(key(&event("t", "a", Some("p"))), key(&event("t", "b", Some("p"))));
        assert_ne!(key(&event("t", "a", Some("p"))), key(&event("u", "a", Some("p"))));
        assert_ne!(key(&event("t", "a", None)), key(&event("t", "b", None)));
    }

    #[test]
    fn neither_a_role_nor_a_boundary_can_be_mistaken_for_another() {
        assert_ne!(key(&event("t", "x", None)), key(&event("t", "y", Some("x"))));
        assert_ne!(key(&event("ab", "z", Some("c"))), key(&event("a", "z", Some("bc"))));
    }

    #[test]
    fn a_short_secret_is_refused() {
        assert!(Router::new(b"fifteen bytes..").is_none());
        assert!(Router::new(b"sixteen bytes...").is_some());
    }
}
