//! Schemas on disk: one file, replaced as a whole, believed only when its digest and its registry are right.
//!
//! The first line is the SHA-256 of the rest, in hex; the rest is JSON. The digest finds damage, not malice: whoever may write
//! into the folder may as well replace the program.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Schema, SchemaKey};

const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Where one registry's schemas are kept.
pub(super) struct CacheFile {
    path: PathBuf,
    registry: String,
    /// Two threads that learn at once write one after the other.
    turn: Mutex<()>,
}

/// What outlives the process. The schemas stand in the order in which they should be kept.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub schemas: Vec<(SchemaKey, Arc<Schema>)>,
    pub registrations: Vec<Registration>,
}

/// The id that a text got under a subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Registration {
    subject: String,
    /// SHA-256 of the text, in hex.
    text: String,
    pub id: u32,
}

impl Registration {
    pub(super) fn new(subject: &str, text: &str, id: u32) -> Self {
        Self { subject: subject.to_owned(), text: hex::encode(Sha256::digest(text)), id }
    }

    pub(super) fn is_of_the_same_text_as(&self, other: &Self) -> bool {
        (&self.subject, &self.text) == (&other.subject, &other.text)
    }
}

/// Numbers mean something in one registry only, so its address is part of what the digest covers.
#[derive(Serialize)]
struct Written<'a> {
    registry: &'a str,
    schemas: Vec<(SchemaKey, &'a Schema)>,
    registrations: &'a [Registration],
}

#[derive(Deserialize)]
struct Read {
    registry: String,
    schemas: Vec<(SchemaKey, Schema)>,
    registrations: Vec<Registration>,
}

impl CacheFile {
    pub(super) fn new(path: &Path, registry: &str) -> Self {
        Self { path: path.to_owned(), registry: registry.to_owned(), turn: Mutex::new(()) }
    }

    /// What the file holds; nothing when it is missing, damaged, or another registry's.
    pub(super) fn load(&self) -> Contents {
        let ignored = match self.read() {
            Ok(Read { registry, schemas, registrations }) if registry == self.registry => {
                let schemas = schemas.into_iter().map(|(key, schema)| (key, Arc::new(schema))).collect();
                return Contents { schemas, registrations };
            }
            Ok(read) => format!("it belongs to the registry at {}", read.registry),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Contents::default(),
            Err(error) => error.to_string(),
        };
        tracing::warn!(file = %self.path.display(), reason = ignored, "the registry's cache file is ignored and will be replaced");
        Contents::default()
    }

    fn read(&self) -> io::Result<Read> {
        let mut bytes = Vec::new();
        File::open(&self.path)?.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
        let damaged = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
        if bytes.len() as u64 > FILE_BYTES_MAX {
            return Err(damaged("it is larger than 16 MiB"));
        }
        let end = bytes.iter().position(|byte| *byte == b'\n').ok_or_else(|| damaged("its first line is cut off"))?;
        let (digest, rest) = (&bytes[..end], &bytes[end + 1..]);
        if digest != hex::encode(Sha256::digest(rest)).as_bytes() {
            return Err(damaged("its digest is wrong"));
        }
        serde_json::from_slice(rest).map_err(|_| damaged("its form is another version's"))
    }

    /// Replaces the file. A failure costs the next start during an outage, not this process.
    pub(super) fn save(&self, contents: impl FnOnce() -> Contents) {
        // Taken in turn too: the last to write writes what is newest.
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = self.write(&contents()) {
            tracing::warn!(file = %self.path.display(), %error, "the registry's cache file was not written");
        }
    }

    fn write(&self, contents: &Contents) -> io::Result<()> {
        // JSON may need six bytes for one.
        let mut room = FILE_BYTES_MAX / 8;
        let fits = |(_, schema): &&(SchemaKey, Arc<Schema>)| {
            let left = room.checked_sub(schema.text.len() as u64);
            room = left.unwrap_or(room);
            left.is_some()
        };
        let schemas = contents.schemas.iter().filter(fits).map(|(key, schema)| (*key, &**schema)).collect();
        let body =
            serde_json::to_vec(&Written { registry: &self.registry, schemas, registrations: &contents.registrations })?;
        let temporary = self.path.with_added_extension(format!("{}.tmp", std::process::id()));
        let written = File::create(&temporary).and_then(|mut file| {
            file.write_all(format!("{}\n", hex::encode(Sha256::digest(&body))).as_bytes())?;
            file.write_all(&body)?;
            file.sync_all()?;
            fs::rename(&temporary, &self.path)
        });
        written.inspect_err(|_| {
            // The folder may be full; what was begun must not stay. Its own failure says nothing new.
            fs::remove_file(&temporary).unwrap_or_default();
        })
    }
}
