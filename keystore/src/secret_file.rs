//! Passphrases, PINs and keys that lie in files of their own, such as a container's mounted secrets.

use std::fs::{File, Metadata};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use seal::keys::Secret;
use seal::keys::file::Unlock;
use zeroize::Zeroizing;

use crate::KeystoreError;

const SECRET_BYTES_MAX: u64 = 4096;

/// The one line of a secret's file, without its line end. Refused when others may read the file.
pub fn read_secret(path: &Path) -> Result<Zeroizing<String>, KeystoreError> {
    let mut file = open_private(path)?;
    let faulty = |reason| KeystoreError::Secret { path: path.to_owned(), reason };
    let mut text = Zeroizing::new(String::with_capacity(SECRET_BYTES_MAX as usize + 1));
    let io = |source| KeystoreError::Io { path: path.to_owned(), source };
    file.by_ref().take(SECRET_BYTES_MAX + 1).read_to_string(&mut text).map_err(io)?;
    if text.len() as u64 > SECRET_BYTES_MAX {
        return Err(faulty("it is longer than 4096 bytes"));
    }
    if text.ends_with('\n') {
        text.pop();
    }
    if text.is_empty() {
        return Err(faulty("it is empty"));
    }
    if text.contains(['\n', '\r', '\0']) {
        return Err(faulty("it has more than one line"));
    }
    Ok(text)
}

/// What a key file's secret is: 64 hexadecimal digits are a key, anything else is a passphrase.
#[must_use]
pub fn unlock_from(text: Zeroizing<String>) -> Unlock {
    match key_from_hex(&text) {
        Some(key) => Unlock::Key(key),
        None => Unlock::Passphrase(text),
    }
}

/// A 32-byte key as 64 hexadecimal digits.
#[must_use]
pub fn key_from_hex(text: &str) -> Option<Secret> {
    let mut key = Secret::new([0; 32]);
    hex::decode_to_slice(text, key.expose_mut()).ok()?;
    Some(key)
}

/// Opens a file that belongs to its owner alone.
pub(crate) fn open_private(path: &Path) -> Result<File, KeystoreError> {
    let io = |source: std::io::Error| match source.kind() {
        std::io::ErrorKind::NotFound => KeystoreError::Missing { path: path.to_owned() },
        _ => KeystoreError::Io { path: path.to_owned(), source },
    };
    let file = File::open(path).map_err(io)?;
    // Of the open file: the name could be given to another one in between.
    check_private(path, &file.metadata().map_err(io)?)?;
    Ok(file)
}

fn check_private(path: &Path, metadata: &Metadata) -> Result<(), KeystoreError> {
    if !metadata.is_file() {
        return Err(KeystoreError::NotAFile { path: path.to_owned() });
    }
    let mode = metadata.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeystoreError::Exposed { path: path.to_owned(), mode });
    }
    Ok(())
}
