//! Keys in one encrypted file. Every operation looks whether the file has changed, so that a key that was retired or
//! destroyed by another process is so here too.

mod storage;

use std::path::Path;
use std::sync::{Mutex, MutexGuard};

use seal::keys::file::{Envelope, FileFault, FileKey, KeyFile, Lock, Stretch, Unlock};
use seal::keys::{KeyError, KeyId, KeyInfo, KeyProvider, KeyState, Keyed, KeyedHash, Purpose, Secret};
use seal::keys::{decrypt_secret, encrypt_secret};

use crate::KeystoreError;
use crate::random::{random_bytes, random_secret};
use storage::{Stamp, Storage};

/// Keeps keys in a file that a passphrase or another key opens.
pub struct LocalProvider {
    storage: Storage,
    opened: Mutex<Opened>,
}

struct Opened {
    key: FileKey,
    file: KeyFile,
    stamp: Stamp,
}

impl LocalProvider {
    /// Makes a new file without keys. `stretch` must fit what unlocks it.
    pub fn create(path: &Path, unlock: &Unlock, stretch: Stretch) -> Result<Self, KeystoreError> {
        let storage = Storage::new(path);
        let lock = storage.lock()?;
        if storage.exists()? {
            return Err(KeystoreError::Exists { path: path.to_owned() });
        }
        let fault = |fault| storage.fault(fault);
        let key = Lock { salt: random_bytes()?, stretch }.unlock_new(unlock).map_err(fault)?;
        let file = KeyFile::default();
        let text = file.seal(&key, &random_bytes()?).map_err(fault)?;
        let stamp = storage.write(&lock, &text, file.revision())?;
        drop(lock);
        Ok(Self { storage, opened: Mutex::new(Opened { key, file, stamp }) })
    }

    /// Opens a file that must be at `revision_min` at least: whoever remembers what [`Self::revision`] said before can
    /// tell that an older copy was put back.
    pub fn open(path: &Path, unlock: &Unlock, revision_min: u64) -> Result<Self, KeystoreError> {
        let storage = Storage::new(path);
        let fault = |fault| storage.fault(fault);
        // Before the file: a writer notes what it has written, never what it is going to.
        let noted = storage.noted_revision()?;
        let (text, stamp) = storage.read()?;
        let envelope = Envelope::parse(&text).map_err(fault)?;
        let key = envelope.lock().unlock(unlock).map_err(fault)?;
        let file = envelope.open(&key).map_err(fault)?;
        let seen = revision_min.max(noted);
        if file.revision() < seen {
            return Err(fault(FileFault::RolledBack { found: file.revision(), seen }));
        }
        if noted < file.revision() {
            storage.catch_up(file.revision());
        }
        Ok(Self { storage, opened: Mutex::new(Opened { key, file, stamp }) })
    }

    /// Rises with every change. Remember it elsewhere, and give it to [`Self::open`].
    pub fn revision(&self) -> Result<u64, KeystoreError> {
        Ok(self.current()?.file.revision())
    }

    /// What the file says now.
    fn current(&self) -> Result<MutexGuard<'_, Opened>, KeystoreError> {
        // Nothing is changed in steps here, so what a panicking thread left is whole.
        let mut opened = self.opened.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if self.storage.stamp()? != opened.stamp {
            let (text, stamp) = self.storage.read()?;
            let fault = |fault| self.storage.fault(fault);
            let file = Envelope::parse(&text).and_then(|envelope| envelope.open(&opened.key)).map_err(fault)?;
            let (found, seen) = (file.revision(), opened.file.revision());
            if found < seen {
                return Err(fault(FileFault::RolledBack { found, seen }));
            }
            opened.file = file;
            opened.stamp = stamp;
        }
        Ok(opened)
    }

    /// Reads, changes and writes under the lock. On a failure memory and file are as before; but after
    /// [`KeystoreError::Unsettled`] the file has the change, and the next operation reads it.
    fn rewrite(&self, change: impl FnOnce(&mut KeyFile) -> Result<(), KeyError>) -> Result<(), KeyError> {
        let lock = self.storage.lock()?;
        let mut opened = self.current()?;
        let mut file = opened.file.clone();
        change(&mut file)?;
        let text = file.seal(&opened.key, &random_bytes()?)?;
        opened.stamp = self.storage.write(&lock, &text, file.revision())?;
        opened.file = file;
        Ok(())
    }
}

impl KeyProvider for LocalProvider {
    fn list(&self) -> Result<Vec<KeyInfo>, KeyError> {
        Ok(self.current()?.file.list().cloned().collect())
    }

    fn find(&self, id: &KeyId) -> Result<KeyInfo, KeyError> {
        let opened = self.current()?;
        opened.file.list().find(|info| info.id == *id).cloned().ok_or_else(|| KeyError::Unknown(id.clone()))
    }

    fn create(&self, id: &KeyId, purpose: &Purpose, import: Option<&Secret>) -> Result<(), KeyError> {
        let secret = import.map_or_else(random_secret, |secret| Ok(secret.clone()))?;
        self.rewrite(|file| file.add(id, purpose, secret))
    }

    fn change(&self, id: &KeyId, from: KeyState, to: KeyState) -> Result<(), KeyError> {
        self.rewrite(|file| file.change(id, from, to))
    }

    fn hash(&self, id: &KeyId, message: &[u8]) -> Result<[u8; 32], KeyError> {
        Keyed::new(self.current()?.file.secret(id)?).hash(message)
    }

    fn verifies(&self, id: &KeyId, message: &[u8], mac: &[u8; 32]) -> Result<bool, KeyError> {
        KeyedHash::verifies(&Keyed::new(self.current()?.file.secret(id)?), message, mac)
    }

    fn encrypt(&self, id: &KeyId, aad: &[u8], plain: &Secret) -> Result<[u8; 60], KeyError> {
        encrypt_secret(self.current()?.file.secret(id)?, &random_bytes()?, aad, plain)
    }

    fn decrypt(&self, id: &KeyId, aad: &[u8], sealed: &[u8; 60]) -> Result<Secret, KeyError> {
        decrypt_secret(self.current()?.file.secret(id)?, aad, sealed)
    }
}

impl std::fmt::Debug for LocalProvider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LocalProvider({})", self.storage.path().display())
    }
}
