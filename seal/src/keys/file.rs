//! The key file: text that a passphrase or another key opens. Parsing and sealing only; `keystore` reads and writes it.
//!
//! ```text
//! sealtrail-keys 1
//! revision 7                            rises with every write; an older file is a rollback
//! lock argon2id m=65536 t=3 p=1         or: lock key
//! salt (22 characters of base64url)
//! check (16 hexadecimal digits)         tells a wrong passphrase from a changed file
//! nonce (16 characters)
//! body (AES-256-GCM over the keys' lines; the lines above, with their line ends, are the associated data)
//! end
//! ```

mod body;
mod fault;
mod lock;

pub use body::KeyFile;
pub use fault::FileFault;
pub use lock::{FileKey, Lock, Stretch, Unlock};

use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes256Gcm, KeyInit};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

const MAGIC: &str = "sealtrail-keys ";
const VERSION: &str = "1";
/// Ten thousand keys take less.
pub const FILE_BYTES_MAX: usize = 4 << 20;

/// A key file, read but not opened.
pub struct Envelope<'t> {
    lock: Lock,
    revision: u64,
    check: [u8; 8],
    nonce: [u8; 12],
    /// Everything before the body.
    head: &'t str,
    body: &'t str,
}

impl<'t> Envelope<'t> {
    pub fn parse(text: &'t str) -> Result<Self, FileFault> {
        if text.len() > FILE_BYTES_MAX {
            return Err(FileFault::TooLarge);
        }
        let version = text.strip_prefix(MAGIC).ok_or(FileFault::NotAKeyFile)?;
        let (version, _) = version.split_once('\n').ok_or(FileFault::Cut)?;
        if version != VERSION {
            return Err(FileFault::OtherVersion(version.chars().take(8).filter(char::is_ascii_graphic).collect()));
        }
        let (head, body) = text.split_once("\nbody ").ok_or(FileFault::Cut)?;
        let head = text.get(..=head.len()).ok_or(FileFault::Cut)?;
        let body = body.strip_suffix("\nend\n").ok_or(FileFault::Cut)?;
        let mut lines = head.lines().skip(1);
        let mut field = |name: &'static str| {
            let line = lines.next().and_then(|line| line.strip_prefix(name)).and_then(|rest| rest.strip_prefix(' '));
            line.ok_or(FileFault::Malformed(name))
        };
        let revision = number(field("revision")?).ok_or(FileFault::Malformed("revision"))?;
        let stretch = Stretch::parse(field("lock")?)?;
        let salt = fixed(field("salt")?).ok_or(FileFault::Malformed("salt"))?;
        let check = from_hex(field("check")?).ok_or(FileFault::Malformed("check"))?;
        let nonce = fixed(field("nonce")?).ok_or(FileFault::Malformed("nonce"))?;
        if lines.next().is_some() || head.contains('\r') {
            return Err(FileFault::Malformed("body"));
        }
        Ok(Self { lock: Lock { salt, stretch }, revision, check, nonce, head, body })
    }

    /// What the file says, before it is known to be true.
    #[must_use]
    pub fn lock(&self) -> &Lock {
        &self.lock
    }

    /// Opens it with a key from [`Lock::unlock`].
    pub fn open(&self, key: &FileKey) -> Result<KeyFile, FileFault> {
        let right: bool = key.check().ct_eq(&self.check).into();
        if !right || *key.lock() != self.lock {
            return Err(FileFault::WrongKey);
        }
        let sealed = URL_SAFE_NO_PAD.decode(self.body).map_err(|_| FileFault::Malformed("body"))?;
        let (text, tag) = sealed.split_last_chunk::<16>().ok_or(FileFault::Cut)?;
        let mut text = Zeroizing::new(text.to_vec());
        let cipher = Aes256Gcm::new(key.body().expose().into());
        cipher
            .decrypt_inout_detached((&self.nonce).into(), self.head.as_bytes(), text.as_mut_slice().into(), tag.into())
            .map_err(|_| FileFault::Changed)?;
        KeyFile::from_text(self.revision, std::str::from_utf8(&text).map_err(|_| FileFault::Malformed("body"))?)
    }
}

impl KeyFile {
    /// The file's text. The nonce must be fresh for every call.
    pub fn seal(&self, key: &FileKey, nonce: &[u8; 12]) -> Result<String, FileFault> {
        let head = format!(
            "{MAGIC}{VERSION}\nrevision {}\nlock {}\nsalt {}\ncheck {}\nnonce {}\n",
            self.revision(),
            key.lock().stretch,
            URL_SAFE_NO_PAD.encode(key.lock().salt),
            hex::encode(key.check()),
            URL_SAFE_NO_PAD.encode(nonce),
        );
        let plain = self.to_text();
        // Room for the tag from the start: growing would leave a copy of the keys behind.
        let mut text = Zeroizing::new(Vec::with_capacity(plain.len() + 16));
        text.extend_from_slice(plain.as_bytes());
        let cipher = Aes256Gcm::new(key.body().expose().into());
        let tag = cipher
            .encrypt_inout_detached(nonce.into(), head.as_bytes(), text.as_mut_slice().into())
            .map_err(|_| FileFault::TooLarge)?;
        text.extend_from_slice(&tag);
        let whole = format!("{head}body {}\nend\n", URL_SAFE_NO_PAD.encode(&*text));
        if whole.len() > FILE_BYTES_MAX { Err(FileFault::TooLarge) } else { Ok(whole) }
    }
}

/// A number in its one spelling.
fn number(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

fn fixed<const N: usize>(text: &str) -> Option<[u8; N]> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

fn from_hex(text: &str) -> Option<[u8; 8]> {
    let mut bytes = [0; 8];
    hex::decode_to_slice(text, &mut bytes).ok()?;
    (!text.bytes().any(|byte| byte.is_ascii_uppercase())).then_some(bytes)
}

#[cfg(test)]
mod tests;
