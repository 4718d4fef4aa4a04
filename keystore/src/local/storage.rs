//! Reads and writes the key file: all or nothing, one writer at a time, for the owner's eyes only.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use seal::keys::file::{FILE_BYTES_MAX, FileFault};

use crate::KeystoreError;
use crate::secret_file::open_private;

/// Beside the key file: who writes, and the last revision that was written.
const LOCK: &str = ".lock";
const NOTE: &str = ".revision";
/// The longest number and a line end.
const NOTE_BYTES_MAX: u64 = 21;

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
        let path = self.beside(LOCK);
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path);
        let file = file.map_err(|source| self.io(source))?;
        match file.try_lock() {
            Ok(()) => Ok(WriteLock { file }),
            Err(TryLockError::WouldBlock) => Err(KeystoreError::Busy { path: self.path.clone() }),
            Err(TryLockError::Error(source)) => Err(self.io(source)),
        }
    }

    /// The highest revision that was ever written here; 0 where nobody has noted one. Anything but a number is refused: it
    /// would let an older copy of the key file pass.
    pub(crate) fn noted_revision(&self) -> Result<u64, KeystoreError> {
        let path = self.beside(NOTE);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(source) if source.kind() == ErrorKind::NotFound => return Ok(0),
            Err(source) => return Err(KeystoreError::Io { path, source }),
        };
        let mut text = String::new();
        let read = file.take(NOTE_BYTES_MAX + 1).read_to_string(&mut text);
        let number = text.strip_suffix('\n').and_then(|digits| digits.parse::<u64>().ok());
        match (read, number) {
            (Ok(_), Some(number)) if format!("{number}\n") == text => Ok(number),
            (Err(source), _) if source.kind() != ErrorKind::InvalidData => Err(KeystoreError::Io { path, source }),
            _ => Err(KeystoreError::BadNote { path }),
        }
    }

    /// Brings the note up to the key file, which a writer that died may have left one step ahead. Whoever may not write here
    /// leaves that to the next writer.
    pub(crate) fn catch_up(&self, revision: u64) {
        let noted = self.lock().and_then(|_lock| {
            if self.noted_revision()? >= revision {
                return Ok(());
            }
            let noted = self.fresh(NOTE, &format!("{revision}\n")).and_then(|note| self.put(&note, NOTE));
            noted.inspect_err(|_| self.discard(NOTE)).map_err(|source| self.io(source))
        });
        noted.unwrap_or_default();
    }

    /// All that can fail for want of room is done before the key file changes. After a crash at any point there is the old
    /// file or the new one, whole, and a note that is at most one revision behind.
    pub(crate) fn write(&self, _: &WriteLock, text: &str, revision: u64) -> Result<Stamp, KeystoreError> {
        let placed = || {
            let note = self.fresh(NOTE, &format!("{revision}\n"))?;
            let file = self.fresh("", text)?;
            let stamp = Self::stamp_of(&fs::metadata(&file)?);
            // What can't be opened can't be synced.
            File::open(self.folder())?;
            fs::rename(&file, &self.path)?;
            Ok((note, stamp))
        };
        let (note, stamp) = placed().map_err(|source| {
            self.discard("");
            self.discard(NOTE);
            self.io(source)
        })?;
        let settled = self.sync_folder().and_then(|()| self.put(&note, NOTE));
        settled.map_err(|source| KeystoreError::Unsettled { path: self.path.clone(), source })?;
        Ok(stamp)
    }

    /// Writes what is to become the file with this ending. What a dead writer left there is gone: we have the lock.
    fn fresh(&self, ending: &str, text: &str) -> std::io::Result<PathBuf> {
        let path = self.beside(&format!("{ending}.new"));
        match fs::remove_file(&path) {
            Err(source) if source.kind() != ErrorKind::NotFound => return Err(source),
            _ => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        Ok(path)
    }

    fn put(&self, fresh: &Path, ending: &str) -> std::io::Result<()> {
        fs::rename(fresh, self.beside(ending))?;
        self.sync_folder()
    }

    /// Half a file is worth nothing, and a full disk needs the room. What can't be removed is, by the next writer.
    fn discard(&self, ending: &str) {
        fs::remove_file(self.beside(&format!("{ending}.new"))).unwrap_or_default();
    }

    fn folder(&self) -> &Path {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        folder.unwrap_or(Path::new("."))
    }

    fn sync_folder(&self) -> std::io::Result<()> {
        File::open(self.folder())?.sync_all()
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
