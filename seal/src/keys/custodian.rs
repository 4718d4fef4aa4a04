//! The only way to the keys: checks what a key is for and what its state allows, and reports every operation.
//!
//! ```text
//! caller ──▶ Custodian ──▶ purpose and state allow it? ──▶ KeyProvider (file, token)
//!                └───────────────▶ KeyEvent ──▶ the caller's report, whatever the outcome
//! ```

use std::sync::Arc;

use crate::keys::event::{KeyEvent, Operation, Outcome, Report};
use crate::keys::{EpochKey, EpochVerifier, KeyError, KeyId, KeyInfo, KeyProvider, KeyState, KeyedHash};
use crate::keys::{Purpose, Secret, Use, keyed};
use crate::protect::{SubjectKey, TenantKeys, WrapScope, WrappedKey};

/// Cheap to clone; clones share the provider and the report.
#[derive(Clone)]
pub struct Custodian {
    provider: Arc<dyn KeyProvider>,
    report: Report,
}

impl Custodian {
    #[must_use]
    pub fn new(provider: Arc<dyn KeyProvider>, report: Report) -> Self {
        Self { provider, report }
    }

    /// Every key, destroyed ones too, oldest first.
    pub fn list(&self) -> Result<Vec<KeyInfo>, KeyError> {
        self.reported(Operation::List, None, || self.provider.list())
    }

    /// A new random key, still pending.
    pub fn create(&self, id: &KeyId, purpose: &Purpose) -> Result<(), KeyError> {
        self.reported(Operation::Create, Some(id), || {
            purpose.check()?;
            self.provider.create(id, purpose, None)
        })
    }

    /// A key that was made elsewhere, still pending. A token never gives it back.
    pub fn import(&self, id: &KeyId, purpose: &Purpose, key: &Secret) -> Result<(), KeyError> {
        self.reported(Operation::Import, Some(id), || {
            purpose.check()?;
            self.provider.create(id, purpose, Some(key))
        })
    }

    /// Moves a key along its life: activate, retire, archive, mark as compromised, destroy.
    pub fn change(&self, id: &KeyId, to: KeyState) -> Result<(), KeyError> {
        self.reported(Operation::Change(to), Some(id), || {
            let from = self.provider.find(id)?.state;
            if !from.next().contains(&to) {
                return Err(KeyError::Transition { key: id.clone(), from, to });
            }
            self.provider.change(id, from, to)
        })
    }

    /// The newest active key of a purpose: what new segments sign with, what new subject keys are wrapped by.
    pub fn current(&self, purpose: &Purpose) -> Result<KeyId, KeyError> {
        self.reported(Operation::Current, None, || {
            let active = |info: &KeyInfo| info.state == KeyState::Active && info.purpose == *purpose;
            let newest = self.provider.list()?.into_iter().filter(active).max_by_key(|info| info.serial);
            newest.map(|info| info.id).ok_or_else(|| KeyError::NoneActive(purpose.clone()))
        })
    }

    /// The tenant's active wrapping key of the latest period.
    pub fn current_wrapping(&self, tenant: &str) -> Result<KeyId, KeyError> {
        self.reported(Operation::Current, None, || {
            let period = |info: &KeyInfo| match &info.purpose {
                Purpose::Wrapping { tenant: of, period } if of == tenant => Some((*period, info.serial)),
                _ => None,
            };
            let active = self.provider.list()?.into_iter().filter(|info| info.state == KeyState::Active);
            let latest = active.filter_map(|info| Some((period(&info)?, info.id))).max_by_key(|(period, _)| *period);
            latest.map(|(_, id)| id).ok_or_else(|| KeyError::NoWrappingKey(tenant.to_owned()))
        })
    }

    /// The signing half. Each derivation asks anew whether the key may still be used.
    pub fn epoch_signer(&self, id: &KeyId) -> Result<EpochKey, KeyError> {
        let hash = self.watched(Operation::EpochSigner, id, Use::Protect)?;
        Ok(EpochKey::elsewhere(id.clone(), hash))
    }

    /// The checking half.
    pub fn epoch_verifier(&self, id: &KeyId) -> Result<EpochVerifier, KeyError> {
        let hash = self.watched(Operation::EpochVerifier, id, Use::Process)?;
        Ok(EpochVerifier::elsewhere(id.clone(), hash))
    }

    /// A tenant's token key, derived from the root named.
    pub fn tenant_keys(&self, root: &KeyId, tenant: &str) -> Result<TenantKeys, KeyError> {
        self.reported(Operation::TokenKey, Some(root), || {
            self.permit(root, "tenant-root", Use::Process)?;
            let hash = Watched { custodian: self, id: root };
            keyed::derive(&hash, TenantKeys::LABEL, &[tenant.as_bytes()])
                .map(|key| TenantKeys::from_token_key(&Secret::new(key)))
        })
    }

    /// Wraps a subject's key for storage.
    pub fn wrap(&self, kek: &KeyId, scope: &WrapScope<'_>, key: &SubjectKey) -> Result<WrappedKey, KeyError> {
        self.reported(Operation::Wrap, Some(kek), || self.wrap_quietly(kek, scope, key.root()))
    }

    /// The subject's key, if it was wrapped for this tenant, class and handle.
    pub fn unwrap(&self, scope: &WrapScope<'_>, wrapped: &WrappedKey) -> Result<SubjectKey, KeyError> {
        self.reported(Operation::Unwrap, Some(&wrapped.kek), || {
            self.unwrap_quietly(scope, wrapped).map(|root| SubjectKey::new(*scope.handle, root))
        })
    }

    /// Moves a wrapped key under another wrapping key, so that the old one can be destroyed. Two operations on two keys,
    /// and so two reports.
    pub fn rewrap(&self, scope: &WrapScope<'_>, wrapped: &WrappedKey, to: &KeyId) -> Result<WrappedKey, KeyError> {
        let from = Some(&wrapped.kek);
        let root = self.reported(Operation::Unwrap, from, || self.unwrap_quietly(scope, wrapped))?;
        self.reported(Operation::Rewrap, Some(to), || self.wrap_quietly(to, scope, &root))
    }

    fn wrap_quietly(&self, kek: &KeyId, scope: &WrapScope<'_>, root: &Secret) -> Result<WrappedKey, KeyError> {
        self.permit_wrapping(kek, scope, Use::Protect)?;
        let sealed = self.provider.encrypt(kek, &scope.associated_data(kek), root)?;
        Ok(WrappedKey { kek: kek.clone(), sealed })
    }

    fn unwrap_quietly(&self, scope: &WrapScope<'_>, wrapped: &WrappedKey) -> Result<Secret, KeyError> {
        self.permit_wrapping(&wrapped.kek, scope, Use::Process)?;
        self.provider.decrypt(&wrapped.kek, &scope.associated_data(&wrapped.kek), &wrapped.sealed)
    }

    fn permit_wrapping(&self, kek: &KeyId, scope: &WrapScope<'_>, wanted: Use) -> Result<(), KeyError> {
        let purpose = self.permit(kek, "wrapping", wanted)?;
        match purpose {
            Purpose::Wrapping { tenant, .. } if tenant == scope.tenant => Ok(()),
            _ => Err(KeyError::OtherTenant(kek.clone())),
        }
    }

    fn permit(&self, id: &KeyId, purpose: &'static str, wanted: Use) -> Result<Purpose, KeyError> {
        let info = self.provider.find(id)?;
        if info.purpose.name() != purpose {
            return Err(KeyError::Purpose { key: id.clone(), has: info.purpose.name(), wants: purpose });
        }
        if !info.state.allows(&info.purpose, wanted) {
            return Err(KeyError::State { key: id.clone(), state: info.state });
        }
        Ok(info.purpose)
    }

    fn watched(&self, operation: Operation, id: &KeyId, wanted: Use) -> Result<Arc<dyn KeyedHash>, KeyError> {
        self.reported(operation, Some(id), || self.permit(id, "epoch", wanted))?;
        Ok(Arc::new(WatchedEpoch { custodian: self.clone(), id: id.clone(), wanted }))
    }

    fn reported<T>(
        &self,
        operation: Operation,
        key: Option<&KeyId>,
        act: impl FnOnce() -> Result<T, KeyError>,
    ) -> Result<T, KeyError> {
        let result = act();
        let outcome = result.as_ref().map_or_else(|error| Outcome::Refused(error.clone()), |_| Outcome::Done);
        (self.report)(&KeyEvent { operation, key: key.cloned(), outcome });
        result
    }
}

/// A key of the provider, for one derivation that is reported as a whole.
struct Watched<'c> {
    custodian: &'c Custodian,
    id: &'c KeyId,
}

impl KeyedHash for Watched<'_> {
    fn hash(&self, message: &[u8]) -> Result<[u8; 32], KeyError> {
        self.custodian.provider.hash(self.id, message)
    }
}

/// An epoch key of the provider; every use is checked and reported.
struct WatchedEpoch {
    custodian: Custodian,
    id: KeyId,
    wanted: Use,
}

impl KeyedHash for WatchedEpoch {
    fn hash(&self, message: &[u8]) -> Result<[u8; 32], KeyError> {
        self.custodian.reported(Operation::Derive, Some(&self.id), || {
            self.custodian.permit(&self.id, "epoch", self.wanted)?;
            self.custodian.provider.hash(&self.id, message)
        })
    }

    fn verifies(&self, message: &[u8], mac: &[u8; 32]) -> Result<bool, KeyError> {
        self.custodian.reported(Operation::Check, Some(&self.id), || {
            self.custodian.permit(&self.id, "epoch", Use::Process)?;
            self.custodian.provider.verifies(&self.id, message, mac)
        })
    }
}
