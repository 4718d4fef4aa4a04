//! PKCS#11 modules, loaded and initialised once per process, as the standard asks.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};

use crate::KeystoreError;

/// Never finalised: another provider of this process may be using the module.
static LOADED: Mutex<BTreeMap<PathBuf, Pkcs11>> = Mutex::new(BTreeMap::new());

pub(super) fn load(module: &Path) -> Result<Pkcs11, KeystoreError> {
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(context) = loaded.get(module) {
        return Ok(context.clone());
    }
    let refused = |error: Error| KeystoreError::Module { path: module.to_owned(), reason: error.to_string() };
    let context = Pkcs11::new(module).map_err(refused)?;
    match context.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
        Err(error) => return Err(refused(error)),
    }
    loaded.insert(module.to_owned(), context.clone());
    Ok(context)
}
