//! From a passphrase or a key to what opens a key file.

use std::fmt;

use argon2::{Algorithm, Argon2, Params, Version};
use zeroize::Zeroizing;

use crate::keys::file::FileFault;
use crate::keys::{Secret, kdf};

const FROM_KEY: &str = "sealtrail/key-file/1";
const BODY: &str = "sealtrail/key-file-body/1";
const CHECK: &str = "sealtrail/key-file-check/1";
/// Shorter ones can be guessed from a stolen file.
const PASSPHRASE_CHARS_MIN: usize = 16;

/// What a person or a configuration gives.
pub enum Unlock {
    Passphrase(Zeroizing<String>),
    Key(Secret),
}

/// What stands in the file's head: how to get from [`Unlock`] to the file's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lock {
    pub salt: [u8; 16],
    pub stretch: Stretch,
}

/// How costly one guess is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stretch {
    /// A random key needs no stretching.
    Key,
    Argon2id {
        memory_kib: u32,
        passes: u32,
        lanes: u32,
    },
}

impl Stretch {
    /// RFC 9106's second recommendation: 64 MiB, three passes. Some 100 ms.
    pub const DEFAULT: Self = Self::Argon2id { memory_kib: 64 << 10, passes: 3, lanes: 4 };
    /// The least that OWASP allows. Some 20 ms.
    pub const LEAST: Self = Self::Argon2id { memory_kib: 19 << 10, passes: 2, lanes: 1 };

    pub(crate) fn parse(text: &str) -> Result<Self, FileFault> {
        if text == "key" {
            return Ok(Self::Key);
        }
        let words: Vec<&str> = text.split(' ').collect();
        let ["argon2id", memory, passes, lanes] = words[..] else { return Err(FileFault::Malformed("lock")) };
        let field = |word: &str, name: &str| word.strip_prefix(name).and_then(|digits| digits.parse().ok());
        let (Some(memory_kib), Some(passes), Some(lanes)) =
            (field(memory, "m="), field(passes, "t="), field(lanes, "p="))
        else {
            return Err(FileFault::Malformed("lock"));
        };
        let stretch = Self::Argon2id { memory_kib, passes, lanes };
        if stretch.to_string() == text { Ok(stretch) } else { Err(FileFault::Malformed("lock")) }
    }

    /// Nobody may make us spend minutes or gigabytes on a file, or accept one that is guessed in no time.
    fn check(self) -> Result<(), FileFault> {
        let Self::Argon2id { memory_kib, passes, lanes } = self else { return Ok(()) };
        if !(19 << 10..=1 << 20).contains(&memory_kib) {
            return Err(FileFault::OutOfBounds("Argon2 memory below 19 MiB or above 1 GiB"));
        }
        if !(2..=16).contains(&passes) || u64::from(memory_kib) * u64::from(passes) > 4 << 20 {
            return Err(FileFault::OutOfBounds("fewer than 2 or too many Argon2 passes"));
        }
        if !(1..=8).contains(&lanes) {
            return Err(FileFault::OutOfBounds("Argon2 lanes other than 1 to 8"));
        }
        Ok(())
    }
}

impl fmt::Display for Stretch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key => f.write_str("key"),
            Self::Argon2id { memory_kib, passes, lanes } => {
                write!(f, "argon2id m={memory_kib} t={passes} p={lanes}")
            }
        }
    }
}

impl Lock {
    /// The file's key. Costs what the file's parameters say, once; keep it to write the file again.
    pub fn unlock(&self, unlock: &Unlock) -> Result<FileKey, FileFault> {
        let root = match (self.stretch, unlock) {
            (Stretch::Key, Unlock::Key(key)) => kdf(key, FROM_KEY, &[&self.salt]),
            (Stretch::Argon2id { .. }, Unlock::Passphrase(passphrase)) => self.stretched(passphrase)?,
            (Stretch::Key, Unlock::Passphrase(_)) => return Err(FileFault::WantsKey),
            (Stretch::Argon2id { .. }, Unlock::Key(_)) => return Err(FileFault::WantsPassphrase),
        };
        let mut check = [0; 8];
        check.copy_from_slice(&kdf(&root, CHECK, &[]).expose()[..8]);
        Ok(FileKey { lock: *self, body: kdf(&root, BODY, &[]), check })
    }

    /// The same for a new file, which must not begin with a weak passphrase.
    pub fn unlock_new(&self, unlock: &Unlock) -> Result<FileKey, FileFault> {
        if let Unlock::Passphrase(passphrase) = unlock
            && passphrase.chars().count() < PASSPHRASE_CHARS_MIN
        {
            return Err(FileFault::WeakPassphrase);
        }
        self.unlock(unlock)
    }

    fn stretched(&self, passphrase: &str) -> Result<Secret, FileFault> {
        self.stretch.check()?;
        let Stretch::Argon2id { memory_kib, passes, lanes } = self.stretch else { return Err(FileFault::WantsKey) };
        let refused = |_| FileFault::OutOfBounds("Argon2 parameters that don't fit together");
        let params = Params::new(memory_kib, passes, lanes, Some(32)).map_err(refused)?;
        let mut root = Secret::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.as_bytes(), &self.salt, root.expose_mut())
            .map_err(refused)?;
        Ok(root)
    }
}

/// Opens and seals one key file.
#[derive(Clone)]
pub struct FileKey {
    lock: Lock,
    body: Secret,
    check: [u8; 8],
}

impl FileKey {
    #[must_use]
    pub fn lock(&self) -> &Lock {
        &self.lock
    }

    pub(crate) fn body(&self) -> &Secret {
        &self.body
    }

    pub(crate) fn check(&self) -> &[u8; 8] {
        &self.check
    }
}

impl fmt::Debug for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileKey")
    }
}

impl fmt::Debug for Unlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if matches!(self, Self::Key(_)) { "Unlock::Key" } else { "Unlock::Passphrase" })
    }
}
