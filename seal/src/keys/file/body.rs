//! The keys of a key file, and how they change.

use zeroize::Zeroizing;

use crate::keys::file::FileFault;
use crate::keys::{KeyError, KeyId, KeyInfo, KeyState, Purpose, Secret};

/// More than a trail needs in thirty years.
pub const KEYS_MAX: usize = 10_000;

/// What an opened key file holds. A destroyed key has a name and no secret.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyFile {
    revision: u64,
    keys: Vec<(KeyInfo, Option<Secret>)>,
}

impl KeyFile {
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    pub fn list(&self) -> impl Iterator<Item = &KeyInfo> {
        self.keys.iter().map(|(info, _)| info)
    }

    pub fn secret(&self, id: &KeyId) -> Result<&Secret, KeyError> {
        let (info, secret) =
            self.keys.iter().find(|(info, _)| info.id == *id).ok_or_else(|| KeyError::Unknown(id.clone()))?;
        secret.as_ref().ok_or_else(|| KeyError::State { key: id.clone(), state: info.state })
    }

    /// Adds a pending key.
    pub fn add(&mut self, id: &KeyId, purpose: &Purpose, secret: Secret) -> Result<(), KeyError> {
        if self.list().any(|info| info.id == *id) {
            return Err(KeyError::Exists(id.clone()));
        }
        let serial = u32::try_from(self.keys.len() + 1).unwrap_or(u32::MAX);
        if self.keys.len() >= KEYS_MAX {
            return Err(FileFault::TooLarge.into());
        }
        purpose.check()?;
        let info = KeyInfo { id: id.clone(), purpose: purpose.clone(), state: KeyState::Pending, serial };
        self.keys.push((info, Some(secret)));
        self.revision += 1;
        Ok(())
    }

    /// Changes a state; destroying wipes the secret.
    pub fn change(&mut self, id: &KeyId, from: KeyState, to: KeyState) -> Result<(), KeyError> {
        let found = self.keys.iter_mut().find(|(info, _)| info.id == *id);
        let (info, secret) = found.ok_or_else(|| KeyError::Unknown(id.clone()))?;
        if info.state != from || !from.next().contains(&to) {
            return Err(KeyError::Transition { key: id.clone(), from: info.state, to });
        }
        info.state = to;
        if to == KeyState::Destroyed {
            *secret = None;
        }
        self.revision += 1;
        Ok(())
    }

    /// One line per key: its description and its secret.
    pub(crate) fn to_text(&self) -> Zeroizing<String> {
        let lines: usize = self.list().map(|info| info.line().len() + 66).sum();
        let mut text = Zeroizing::new(String::with_capacity(lines));
        for (info, secret) in &self.keys {
            text.push_str(&info.line());
            text.push(' ');
            let mut digits = Zeroizing::new([b'-'; 64]);
            let shown = match secret {
                Some(secret) => hex::encode_to_slice(secret.expose(), &mut *digits).map_or(0, |()| 64),
                None => 1,
            };
            text.push_str(std::str::from_utf8(&digits[..shown]).unwrap_or_default());
            text.push('\n');
        }
        text
    }

    pub(crate) fn from_text(revision: u64, text: &str) -> Result<Self, FileFault> {
        let mut file = Self { revision, keys: Vec::new() };
        for line in text.lines() {
            let key = read_key(line).ok_or(FileFault::Malformed("list of keys"))?;
            let is_next = usize::try_from(key.0.serial).ok() == Some(file.keys.len() + 1);
            if !is_next || file.keys.len() >= KEYS_MAX || file.list().any(|info| info.id == key.0.id) {
                return Err(FileFault::Malformed("list of keys"));
            }
            file.keys.push(key);
        }
        if *file.to_text() == text { Ok(file) } else { Err(FileFault::Malformed("list of keys")) }
    }
}

fn read_key(line: &str) -> Option<(KeyInfo, Option<Secret>)> {
    let (info, digits) = line.rsplit_once(' ')?;
    let info = KeyInfo::from_line(info)?;
    if info.state == KeyState::Destroyed {
        return (digits == "-").then_some((info, None));
    }
    let mut secret = Secret::new([0; 32]);
    hex::decode_to_slice(digits, secret.expose_mut()).ok()?;
    Some((info, Some(secret)))
}
