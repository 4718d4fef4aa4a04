//! A secret: read from a file or from the environment, never shown, wiped from memory when dropped.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use serde::de::{self, Deserializer, SeqAccess, Visitor};
use serde::ser::{SerializeMap as _, Serializer};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::document::{Item, Place, Value};
use crate::Error;

/// The name by which the reader recognises a secret among other newtypes.
pub(super) const MARKER: &str = "runtime::config::Secret";

/// Why a literal is refused, and how to do it.
pub(super) const REFUSED: &str =
    "a secret is never written down here: use { file = \"path\" } or { env = \"NAME\" }, or set the override variable";

/// A secret's content and where it came from. Shows only the latter.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    origin: Origin,
    content: Zeroizing<Vec<u8>>,
}

/// Where a secret came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    File(PathBuf),
    Variable(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(out, "file {}", path.display()),
            Self::Variable(name) => write!(out, "variable {name}"),
        }
    }
}

impl Secret {
    /// Finds the secret that a value of the configuration stands for.
    pub(super) fn resolve(item: &Item, environment: &BTreeMap<String, String>) -> Result<Self, String> {
        let entries = match (&item.value, &item.place) {
            (Value::Raw(raw), Place::Variable(name)) => return Self::from_variable(name, raw),
            (Value::Table(entries), _) => entries,
            _ => return Err(REFUSED.to_owned()),
        };
        // A variable such as `..._PASSWORD__FILE` overrides what the file of settings said, whichever way it said it.
        let from_variable = |item: &Item| matches!(item.place, Place::Variable(_));
        let overridden = entries.values().any(from_variable);
        let chosen: Vec<(&str, &Value)> = entries
            .iter()
            .filter(|(_, item)| !overridden || from_variable(item))
            .map(|(key, item)| (key.as_str(), &item.value))
            .collect();
        match chosen.as_slice() {
            [("file", Value::Text(path) | Value::Raw(path))] => Self::from_file(Path::new(path)),
            [("env", Value::Text(name) | Value::Raw(name))] => match environment.get(name) {
                Some(value) => Self::from_variable(name, value),
                None => Err(format!("the variable {name} is not set")),
            },
            _ => Err(REFUSED.to_owned()),
        }
    }

    /// Reads a secret from a file. One line ending at the end of a text is not part of it; raw key bytes stay as they are.
    ///
    /// # Errors
    /// A message that names the file and the fix.
    pub fn from_file(path: &Path) -> Result<Self, String> {
        let read =
            std::fs::read(path).map_err(|error| format!("cannot read the secret file {}: {error}", path.display()));
        let mut content = Zeroizing::new(read?);
        if std::str::from_utf8(&content).is_ok() {
            for ending in [b'\n', b'\r'] {
                if content.last() == Some(&ending) {
                    content.pop();
                }
            }
        }
        Self::new(Origin::File(path.to_owned()), content)
    }

    /// Takes a secret from a variable's value.
    ///
    /// # Errors
    /// A message when the value is empty.
    pub fn from_variable(name: &str, value: &str) -> Result<Self, String> {
        Self::new(Origin::Variable(name.to_owned()), Zeroizing::new(value.as_bytes().to_vec()))
    }

    pub(super) fn new(origin: Origin, content: Zeroizing<Vec<u8>>) -> Result<Self, String> {
        if content.is_empty() { Err(format!("the secret in {origin} is empty")) } else { Ok(Self { origin, content }) }
    }

    /// The bytes. Never log them, put them into an error, or keep a copy.
    pub fn expose(&self) -> &[u8] {
        &self.content
    }

    /// The text, for passwords.
    ///
    /// # Errors
    /// When the content isn't UTF-8; the message names where it came from.
    pub fn expose_str(&self) -> Result<&str, Error> {
        std::str::from_utf8(&self.content).map_err(|_| Error::SecretNotText(self.origin.to_string()))
    }

    /// A warning when other users of the machine may read the secret.
    pub(super) fn exposure(&self) -> Option<String> {
        let Origin::File(path) = &self.origin else { return None };
        let mode = std::fs::metadata(path).ok()?.mode();
        (mode & 0o004 != 0).then(|| {
            let path = path.display();
            format!("every user of this machine can read the secret file {path}: chmod 600 or 640")
        })
    }

    /// What the reader hands over to [`Secret::deserialize`]: kind, origin, content.
    pub(super) fn parts(&self) -> [&[u8]; 3] {
        let (kind, origin) = match &self.origin {
            Origin::File(path) => (FILE, path.as_os_str().as_bytes()),
            Origin::Variable(name) => (VARIABLE, name.as_bytes()),
        };
        [kind, origin, &self.content]
    }
}

const FILE: &[u8] = b"file";
const VARIABLE: &[u8] = b"variable";

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(MARKER, SecretVisitor)
    }
}

/// Accepts what the reader resolved. A literal is refused without quoting it.
struct SecretVisitor;

impl<'de> Visitor<'de> for SecretVisitor {
    type Value = Secret;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "a secret read by runtime::config::load")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, parts: D) -> Result<Secret, D::Error> {
        parts.deserialize_seq(self)
    }

    fn visit_str<E: de::Error>(self, _literal: &str) -> Result<Secret, E> {
        Err(E::custom(REFUSED))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Secret, A::Error> {
        let (Some(Blob(kind)), Some(Blob(origin)), Some(Blob(content))) =
            (parts.next_element()?, parts.next_element()?, parts.next_element()?)
        else {
            return Err(de::Error::custom(REFUSED));
        };
        let origin = match kind.as_slice() {
            FILE => Origin::File(PathBuf::from(OsStr::from_bytes(&origin))),
            VARIABLE => Origin::Variable(String::from_utf8_lossy(&origin).into_owned()),
            _ => return Err(de::Error::custom(REFUSED)),
        };
        Ok(Secret { origin, content })
    }
}

/// Bytes that don't linger.
struct Blob(Zeroizing<Vec<u8>>);

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(BlobVisitor)
    }
}

struct BlobVisitor;

impl Visitor<'_> for BlobVisitor {
    type Value = Blob;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("bytes")
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Blob, E> {
        Ok(Blob(Zeroizing::new(bytes.to_vec())))
    }

    fn visit_str<E: de::Error>(self, _literal: &str) -> Result<Blob, E> {
        Err(E::custom(REFUSED))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Secret(from {})", self.origin)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "(secret from {})", self.origin)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        match &self.origin {
            Origin::File(path) => map.serialize_entry("file", path)?,
            Origin::Variable(name) => map.serialize_entry("env", name)?,
        }
        map.end()
    }
}
