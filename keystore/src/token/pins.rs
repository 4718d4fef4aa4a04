//! Which PINs tokens refused from this process: none of them is tried again, whoever opens the token anew.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use seal::keys::{Secret, kdf};

use crate::KeystoreError;
use crate::random::random_secret;
use crate::token::TokenConfig;

/// A token never has this many PINs; should a process try as many, it tries no other.
const REFUSED_MAX: usize = 64;

static REFUSED: Mutex<BTreeSet<[u8; 32]>> = Mutex::new(BTreeSet::new());
static KEY: OnceLock<Secret> = OnceLock::new();

/// A token and a PIN, as a keyed hash: a PIN is not kept longer than it is needed.
pub(super) struct Pin([u8; 32]);

impl Pin {
    pub(super) fn new(config: &TokenConfig) -> Result<Self, KeystoreError> {
        let made = random_secret()?;
        let key = KEY.get_or_init(|| made);
        let parts = [config.module.as_os_str().as_encoded_bytes(), config.label.as_bytes(), config.pin.as_bytes()];
        Ok(Self(*kdf(key, "sealtrail/pin/1", &parts).expose()))
    }
}

/// Held while a PIN is being tried.
pub(super) struct Pins(MutexGuard<'static, BTreeSet<[u8; 32]>>);

impl Pins {
    pub(super) fn lock() -> Self {
        Self(REFUSED.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn were_refused(&self, pin: &Pin) -> bool {
        self.0.contains(&pin.0) || self.0.len() >= REFUSED_MAX
    }

    pub(super) fn refused(&mut self, pin: &Pin) {
        if self.0.len() < REFUSED_MAX {
            self.0.insert(pin.0);
        }
    }

    pub(super) fn taken(&mut self, pin: &Pin) {
        self.0.remove(&pin.0);
    }
}
