//! Turns the members that the writer takes out into digests and encrypted disclosures.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use phi::hidden::{Hidden, Step};
use schemas::{AuditEvent, Disclosure};

use crate::canonical::{DIGEST_CHARS, Hide};
use crate::error::SealError;
use crate::leaf::Envelope;
use crate::protect::{Nonces, RecordProtection, SubjectKeys, SubjectName};
use crate::sealer::Vault;

/// One hidden member, kept beside the leaf.
pub(super) struct Kept {
    pub digest: [u8; 32],
    /// The subject's handle, as hexadecimal digits.
    handle: [u8; 32],
    sealed: Vec<u8>,
}

impl Kept {
    pub fn disclosure(&self) -> Disclosure<'_> {
        // Hexadecimal digits are ASCII.
        let key = std::str::from_utf8(&self.handle).unwrap_or_default();
        Disclosure { digest: self.digest, key, sealed: &self.sealed }
    }
}

/// Hides the members of one event.
pub(super) struct Hiding<'h, 'e, K, N> {
    event: &'h AuditEvent<'e>,
    keys: &'h mut K,
    protection: RecordProtection<'h, N>,
    kept: &'h mut Vec<Kept>,
    pointer: String,
}

impl<'h, 'e, K: SubjectKeys, N: Nonces> Hiding<'h, 'e, K, N> {
    pub fn new(
        envelope: &Envelope<'h>,
        event: &'h AuditEvent<'e>,
        vault: Vault<'h, K, N>,
        kept: &'h mut Vec<Kept>,
    ) -> Self {
        let protection = RecordProtection::new(envelope.chain, envelope.sequence, vault.nonces);
        Self { event, keys: vault.keys, protection, kept, pointer: String::new() }
    }

    /// Forgets what was kept for an earlier attempt at the leaf.
    pub fn start(&mut self) {
        self.kept.clear();
    }
}

impl<K: SubjectKeys, N: Nonces> Hide for Hiding<'_, '_, K, N> {
    fn hide(&mut self, hidden: &Hidden, name: &str, value: &[u8]) -> Result<[u8; DIGEST_CHARS], SealError> {
        let SubjectName { tenant, class, id } =
            SubjectName::of(self.event, hidden.subject).ok_or(SealError::HiddenPlace)?;
        self.pointer.clear();
        for step in hidden.place.steps() {
            // Names of ours need no escape in a JSON pointer; writing to a String cannot fail.
            let written = match step {
                Step::Member(name) => write!(self.pointer, "/{name}"),
                Step::Index(index) => write!(self.pointer, "/{index}"),
            };
            debug_assert!(written.is_ok());
        }
        let key = self.keys.key(tenant, class, id)?;
        let member = self.protection.hide(key, &self.pointer, name, value)?;
        let mut handle = [0; 32];
        let encoded = hex::encode_to_slice(key.handle().as_bytes(), &mut handle);
        debug_assert!(encoded.is_ok());
        self.kept.push(Kept { digest: member.digest, handle, sealed: member.sealed });
        let mut digest = [0; DIGEST_CHARS];
        let encoded = URL_SAFE_NO_PAD.encode_slice(member.digest, &mut digest);
        debug_assert_eq!(encoded, Ok(DIGEST_CHARS));
        Ok(digest)
    }
}
