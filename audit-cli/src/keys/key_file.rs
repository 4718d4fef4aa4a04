//! The key file on disk: one writer at a time, and readers see the file before a change or after it, nothing between.
//!
//! ```text
//! lock (10 s at most) ─▶ read ─▶ change ─▶ temporary file ─▶ fsync ─▶ rename ─▶ fsync of the folder ─▶ unlock
//! ```

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use access::KeyRing;
use anyhow::{Context, Result, bail};
use tempfile::{Builder, NamedTempFile};

const LOCK_WAIT_MAX: Duration = Duration::from_secs(10);
const LOCK_POLL: Duration = Duration::from_millis(10);

/// A key file by its real path, so that a symbolic link to it stays one.
pub struct KeyFile {
    path: PathBuf,
}

impl KeyFile {
    pub fn at(path: &Path) -> Self {
        Self { path: path.canonicalize().unwrap_or_else(|_| path.to_owned()) }
    }

    /// The keys; the file must be there.
    pub fn read(&self) -> Result<KeyRing> {
        match fs::read_to_string(&self.path) {
            Ok(text) => KeyRing::parse(&text).with_context(|| self.path.display().to_string()),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                bail!("there is no key file {}; name it with --file, or make one with `create`", self.path.display())
            }
            Err(error) => Err(error).with_context(|| format!("cannot read the key file {}", self.path.display())),
        }
    }

    /// Changes the keys under the lock. A file that is not there yet is begun when `may_begin` says so.
    pub fn change<T>(&self, may_begin: bool, change: impl FnOnce(&mut KeyRing) -> Result<T>) -> Result<T> {
        let _lock = self.lock()?;
        let mut ring = if may_begin && !self.path.exists() { KeyRing::default() } else { self.read()? };
        let changed = change(&mut ring)?;
        self.write(&ring.render()?)?.commit()?;
        Ok(changed)
    }

    fn folder(&self) -> &Path {
        self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }

    /// How the files beside it begin.
    fn hidden_name(&self) -> Result<String> {
        let name = self.path.file_name().context("--file names a folder; name a file in it")?;
        Ok(format!(".{}", name.to_string_lossy()))
    }

    /// Not on the key file itself, which is another file after each change.
    fn lock(&self) -> Result<File> {
        let path = self.folder().join(format!("{}.lock", self.hidden_name()?));
        let lock = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
        let lock = lock.with_context(|| format!("cannot open the lock file {}", path.display()))?;
        let started = Instant::now();
        loop {
            match lock.try_lock() {
                Ok(()) => return Ok(lock),
                Err(TryLockError::WouldBlock) if started.elapsed() < LOCK_WAIT_MAX => std::thread::sleep(LOCK_POLL),
                Err(TryLockError::WouldBlock) => bail!(
                    "another program has held {} for {} s; find it with `fuser {0}`",
                    path.display(),
                    LOCK_WAIT_MAX.as_secs()
                ),
                Err(TryLockError::Error(error)) => {
                    return Err(error).with_context(|| format!("cannot lock {}", path.display()));
                }
            }
        }
    }

    /// Writes the next file beside the present one, mode 0600, or the mode and owner of the present one: a gateway may run as
    /// another user.
    fn write(&self, text: &str) -> Result<Written<'_>> {
        let failed = || format!("cannot write beside the key file {}", self.path.display());
        let prefix = format!("{}.next-", self.hidden_name()?);
        let mut next = Builder::new().prefix(&prefix).tempfile_in(self.folder()).with_context(failed)?;
        next.write_all(text.as_bytes()).with_context(failed)?;
        if let Ok(present) = fs::metadata(&self.path) {
            let own = next.as_file().metadata().with_context(failed)?;
            if (own.uid(), own.gid()) != (present.uid(), present.gid()) {
                fchown(next.as_file(), Some(present.uid()), Some(present.gid())).with_context(|| {
                    format!("cannot keep the owner of {}; run this as that user or as root", self.path.display())
                })?;
            }
            next.as_file().set_permissions(present.permissions()).with_context(failed)?;
        }
        next.as_file().sync_all().with_context(failed)?;
        Ok(Written { file: self, next })
    }
}

/// The next file, whole and on disk, which nobody sees yet.
struct Written<'a> {
    file: &'a KeyFile,
    next: NamedTempFile,
}

impl Written<'_> {
    fn commit(self) -> Result<()> {
        let failed = || format!("cannot replace the key file {}", self.file.path.display());
        self.next.persist(&self.file.path).with_context(failed)?;
        File::open(self.file.folder()).and_then(|folder| folder.sync_all()).with_context(failed)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn only_the_rename_changes_the_file_that_readers_see() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        let file = KeyFile::at(&path);
        file.write("# one\n").unwrap().commit().unwrap();
        let before = fs::metadata(&path).unwrap().ino();
        let written = file.write("# two\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "# one\n");
        assert_eq!(fs::metadata(&path).unwrap().ino(), before);
        assert_eq!(
            fs::read_to_string(written.next.path()).unwrap(),
            "# two\n",
            "the next one is whole before it counts"
        );
        let mut reader = File::open(&path).unwrap();
        written.commit().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "# two\n");
        assert_ne!(fs::metadata(&path).unwrap().ino(), before, "another file, not the old one written over");
        let mut read = String::new();
        reader.read_to_string(&mut read).unwrap();
        assert_eq!(read, "# one\n", "who opened the file before the change reads it as it was");
    }

    #[test]
    fn a_kill_between_write_and_rename_leaves_the_old_file_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        let file = KeyFile::at(&path);
        file.write("# one\n").unwrap().commit().unwrap();
        let (_, left) = file.write("# two\n").unwrap().next.keep().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "# one\n");
        file.change(false, |_| Ok(())).unwrap();
        assert!(fs::read_to_string(&path).unwrap().starts_with("# API keys"), "the next change works");
        assert!(left.file_name().unwrap().to_string_lossy().starts_with(".keys.toml.next-"));
        assert!(left.exists());
    }

    #[test]
    fn a_new_file_is_private_and_a_present_one_keeps_its_mode() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        KeyFile::at(&path).change(true, |_| Ok(())).unwrap();
        assert_eq!(mode(&path), 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        KeyFile::at(&path).change(false, |_| Ok(())).unwrap();
        assert_eq!(mode(&path), 0o640);
    }

    #[test]
    fn a_refused_change_and_a_broken_file_leave_the_file_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        let file = KeyFile::at(&path);
        assert!(file.read().unwrap_err().to_string().contains("make one with `create`"));
        assert!(file.change(false, |_| Ok(())).is_err());
        fs::write(&path, "keys = 1\n").unwrap();
        let told = runtime::error::told_once(&file.change(true, |_| Ok(())).unwrap_err());
        assert!(told.contains("line 1, keys: unknown field"), "{told}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "keys = 1\n");
        fs::write(&path, "").unwrap();
        assert!(file.change(true, |_| -> Result<()> { bail!("no") }).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "");
    }

    #[test]
    fn a_link_to_the_file_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real.toml"), folder.path().join("link.toml"));
        fs::write(&real, "").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        KeyFile::at(&link).change(false, |_| Ok(())).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(fs::read_to_string(&real).unwrap().starts_with("# API keys"));
    }
}
