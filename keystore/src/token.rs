//! Keys in a hardware token. They are made there, used there and never leave it: only derived segment keys do.
//!
//! Each key is a secret key object that can't be extracted, with a data object beside it that holds its description
//! (serial, state, id, purpose). An epoch key also has a copy that can check and not sign; proofs are checked with that.
//! PKCS#11 has no compare-and-set, so only one person at a time may change keys.

mod context;
mod objects;
mod pins;
mod sessions;

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::aead::GcmParams;
use cryptoki::session::Session;
use seal::keys::{KeyError, KeyId, KeyInfo, KeyProvider, KeyState, Purpose, Secret};
use zeroize::Zeroizing;

use crate::KeystoreError;
use crate::random::random_bytes;
use objects::Role;
use sessions::Sessions;

pub use sessions::SESSIONS_MAX;

/// Which token, by which module.
#[derive(Clone)]
pub struct TokenConfig {
    /// The vendor's PKCS#11 library.
    pub module: PathBuf,
    /// The token's label; slot numbers change.
    pub label: String,
    pub pin: Zeroizing<String>,
    /// Try the PIN once even where the token says that a wrong one came since the last right one, or this process had it
    /// refused. For a start by hand with a PIN that was looked up; in a service's configuration it would lock the token.
    pub insist: bool,
}

impl std::fmt::Debug for TokenConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TokenConfig({:?} by {})", self.label, self.module.display())
    }
}

/// Keeps keys in a token.
#[derive(Debug)]
pub struct TokenProvider {
    sessions: Sessions,
    /// The most keys that were ever listed.
    seen: AtomicUsize,
}

impl TokenProvider {
    /// Loads the module, finds the token, and logs in once, so that a wrong PIN shows at the start.
    pub fn open(config: TokenConfig) -> Result<Self, KeystoreError> {
        let sessions = Sessions::new(config)?;
        sessions.check()?;
        let provider = Self { sessions, seen: AtomicUsize::new(0) };
        let listed = provider.read(objects::list);
        provider.seen.store(listed.map_or(0, |keys| keys.len()), Ordering::Release);
        Ok(provider)
    }

    /// Runs what changes nothing: once more if the session had died.
    fn read<T>(&self, act: impl Fn(&Session) -> Result<T, Error>) -> Result<T, KeyError> {
        self.sessions.run_twice(act)?.map_err(|error| self.refused(&error))
    }

    /// Runs what changes something: once, in a session that was alive just before.
    fn write<T>(&self, act: impl FnOnce(&Session) -> Result<T, KeyError>) -> Result<T, KeyError> {
        let session = self.sessions.alive()?;
        let result = act(&session);
        self.sessions.give_back(session);
        result
    }

    fn refused(&self, error: &Error) -> KeyError {
        self.sessions.fault(error).into()
    }

    fn key(&self, session: &Session, id: &KeyId, role: Role) -> Result<cryptoki::object::ObjectHandle, Error> {
        objects::key(session, id, role)?
            .ok_or(Error::Pkcs11(RvError::KeyHandleInvalid, cryptoki::context::Function::FindObjects))
    }
}

impl KeyProvider for TokenProvider {
    fn list(&self) -> Result<Vec<KeyInfo>, KeyError> {
        let mut keys = self.read(objects::list)?;
        // Descriptions are never taken away, so fewer of them mean that the token is.
        if keys.len() < self.seen.fetch_max(keys.len(), Ordering::AcqRel) {
            self.sessions.forget();
            return Err(KeyError::Unavailable("the token shows fewer keys than before; is it still there?".to_owned()));
        }
        keys.sort_by_key(|info| info.serial);
        Ok(keys)
    }

    fn find(&self, id: &KeyId) -> Result<KeyInfo, KeyError> {
        match self.read(|session| objects::find(session, id))? {
            Some(info) => {
                // The n-th key was seen, so there are n.
                self.seen.fetch_max(info.serial as usize, Ordering::AcqRel);
                Ok(info)
            }
            None => self.list()?.into_iter().find(|info| info.id == *id).ok_or_else(|| KeyError::Unknown(id.clone())),
        }
    }

    fn create(&self, id: &KeyId, purpose: &Purpose, import: Option<&Secret>) -> Result<(), KeyError> {
        let keys = self.list()?;
        if keys.iter().any(|info| info.id == *id) {
            return Err(KeyError::Exists(id.clone()));
        }
        let serial = keys.last().map_or(0, |info| info.serial) + 1;
        let info = KeyInfo { id: id.clone(), purpose: purpose.clone(), state: KeyState::Pending, serial };
        self.write(|session| objects::create(session, &info, import).map_err(|error| self.refused(&error)))
    }

    fn change(&self, id: &KeyId, from: KeyState, to: KeyState) -> Result<(), KeyError> {
        self.write(|session| {
            let refused = |error: Error| self.refused(&error);
            let found = objects::find(session, id).map_err(refused)?.ok_or_else(|| KeyError::Unknown(id.clone()))?;
            if found.state != from || !from.next().contains(&to) {
                return Err(KeyError::Transition { key: id.clone(), from: found.state, to });
            }
            if to == KeyState::Destroyed {
                // First the keys: after a crash in between, destroying again ends it.
                objects::destroy_keys(session, id).map_err(refused)?;
            }
            objects::describe(session, &KeyInfo { state: to, ..found }).map_err(refused)
        })
    }

    fn hash(&self, id: &KeyId, message: &[u8]) -> Result<[u8; 32], KeyError> {
        let mac =
            self.read(|session| session.sign(&Mechanism::Sha256Hmac, self.key(session, id, Role::Whole)?, message))?;
        mac.try_into().map_err(|_| KeyError::Broken("the token's HMAC-SHA256 does not have 32 bytes".to_owned()))
    }

    fn verifies(&self, id: &KeyId, message: &[u8], mac: &[u8; 32]) -> Result<bool, KeyError> {
        let checked = self.sessions.run_twice(|session| {
            session.verify(&Mechanism::Sha256Hmac, self.key(session, id, Role::CheckOnly)?, message, mac)
        })?;
        match checked {
            Ok(()) => Ok(true),
            Err(Error::Pkcs11(RvError::SignatureInvalid | RvError::SignatureLenRange, _)) => Ok(false),
            Err(error) => Err(self.refused(&error)),
        }
    }

    fn encrypt(&self, id: &KeyId, aad: &[u8], plain: &Secret) -> Result<[u8; 60], KeyError> {
        let nonce: [u8; 12] = random_bytes()?;
        let (nonce, text) = self.read(|session| {
            let mut nonce = nonce;
            let key = self.key(session, id, Role::Whole)?;
            let params = GcmParams::new(&mut nonce, aad, 128.into())?;
            let text = session.encrypt(&Mechanism::AesGcm(params), key, plain.expose())?;
            // Some tokens take no nonce and put their own into its place.
            Ok((nonce, text))
        })?;
        let text: [u8; 48] =
            text.try_into().map_err(|_| KeyError::Broken("the token's AES-GCM adds no 16-byte tag".to_owned()))?;
        let mut sealed = [0; 60];
        sealed[..12].copy_from_slice(&nonce);
        sealed[12..].copy_from_slice(&text);
        Ok(sealed)
    }

    fn decrypt(&self, id: &KeyId, aad: &[u8], sealed: &[u8; 60]) -> Result<Secret, KeyError> {
        let (nonce, text) = sealed.split_first_chunk::<12>().ok_or(KeyError::CannotOpen)?;
        let opened = self.sessions.run_twice(|session| {
            let mut nonce = *nonce;
            let key = self.key(session, id, Role::Whole)?;
            let params = GcmParams::new(&mut nonce, aad, 128.into())?;
            match session.decrypt(&Mechanism::AesGcm(params), key, text) {
                Ok(plain) => Ok(Some(Zeroizing::new(plain))),
                Err(error) if objects::is_bad_ciphertext(session, key, &error) => Ok(None),
                Err(error) => Err(error),
            }
        })?;
        let plain = opened.map_err(|error| self.refused(&error))?.ok_or(KeyError::CannotOpen)?;
        Secret::from_slice(&plain).ok_or(KeyError::CannotOpen)
    }
}
