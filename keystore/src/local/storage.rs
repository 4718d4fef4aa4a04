//! Reads and writes the key file: all or nothing, one writer at a time, for the owner's eyes only.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use seal::keys::file::{FILE_BYTES_MAX, FileFault};

use crate::KeystoreError;
use crate::secret_file::open_private;

/// Tells one version of the file from another without reading it. Each write makes a new file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    device: u64,
    inode: u64,
    length: u64,
    modified: (i64, i64),
}

#[derive(Debug, Clone)]
pub(crate) struct Storage {
    path: PathBuf,
}

/// Held while a write is under way. The operating system gives it back when the process dies.
pub(crate) struct WriteLock {
    file: File,
}

impl Storage {
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn exists(&self) -> Result<bool, KeystoreError> {
        self.path.try_exists().map_err(|source| self.io(source))
    }

    pub(crate) fn fault(&self, fault: FileFault) -> KeystoreError {
        KeystoreError::File { path: self.path.clone(), fault }
    }

    pub(crate) fn stamp(&self) -> Result<Stamp, KeystoreError> {
        let metadata = fs::metadata(&self.path).map_err(|source| self.io(source))?;
        Ok(Self::stamp_of(&metadata))
    }

    fn stamp_of(metadata: &fs::Metadata) -> Stamp {
        Stamp {
            device: metadata.dev(),
            inode: metadata.ino(),
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
        }
    }

    pub(crate) fn read(&self) -> Result<(String, Stamp), KeystoreError> {
        let file = open_private(&self.path)?;
        let stamp = Self::stamp_of(&file.metadata().map_err(|source| self.io(source))?);
        let mut bytes = Vec::new();
        file.take(FILE_BYTES_MAX as u64 + 1).read_to_end(&mut bytes).map_err(|source| self.io(source))?;
        if bytes.len() > FILE_BYTES_MAX {
            return Err(self.fault(FileFault::TooLarge));
        }
        let text = String::from_utf8(bytes).map_err(|_| self.fault(FileFault::NotAKeyFile))?;
        Ok((text, stamp))
    }

    /// Refused at once while another process writes: whoever waits would then overwrite what it hasn't read.
    pub(crate) fn lock(&self) -> Result<WriteLock, KeystoreError> {
        let path = self.beside(".lock");
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path);
        let file = file.map_err(|source| self.io(source))?;
        match file.try_lock() {
            Ok(()) => Ok(WriteLock { file }),
            Err(TryLockError::WouldBlock) => Err(KeystoreError::Busy { path: self.path.clone() }),
            Err(TryLockError::Error(source)) => Err(self.io(source)),
        }
    }

    /// The highest revision that was ever written here, as far as the lock file knows.
    pub(crate) fn noted_revision(&self) -> Result<u64, KeystoreError> {
        match fs::read_to_string(self.beside(".lock")) {
            Ok(text) => Ok(text.trim().parse().unwrap_or(0)),
            Err(source) if source.kind() == ErrorKind::NotFound => Ok(0),
            Err(source) => Err(self.io(source)),
        }
    }

    /// After a crash at any point there is the old file or the new one, whole.
    pub(crate) fn write(&self, lock: &mut WriteLock, text: &str, revision: u64) -> Result<Stamp, KeystoreError> {
        let io = |source| self.io(source);
        let fresh = self.beside(".new");
        match fs::remove_file(&fresh) {
            // Whoever left it behind is dead: we have the lock.
            Ok(()) => {}
            Err(source) if source.kind() == ErrorKind::NotFound => {}
            Err(source) => return Err(io(source)),
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh).map_err(io)?;
        file.write_all(text.as_bytes()).map_err(io)?;
        file.sync_all().map_err(io)?;
        let stamp = Self::stamp_of(&file.metadata().map_err(io)?);
        fs::rename(&fresh, &self.path).map_err(io)?;
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all()).map_err(io)?;
        lock.note(revision).map_err(io)?;
        Ok(stamp)
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let mut name: OsString = self.path.clone().into_os_string();
        name.push(ending);
        PathBuf::from(name)
    }

    fn io(&self, source: std::io::Error) -> KeystoreError {
        if source.kind() == ErrorKind::NotFound {
            return KeystoreError::Missing { path: self.path.clone() };
        }
        KeystoreError::Io { path: self.path.clone(), source }
    }
}

/// Closing the file is not enough: a child that another thread is starting right now holds a copy of it until it runs.
impl Drop for WriteLock {
    fn drop(&mut self) {
        // An error leaves the lock to the closing of the file.
        self.file.unlock().unwrap_or_default();
    }
}

impl WriteLock {
    fn note(&mut self, revision: u64) -> std::io::Result<()> {
        self.file.rewind()?;
        self.file.set_len(0)?;
        writeln!(self.file, "{revision}")?;
        self.file.sync_all()
    }
}
