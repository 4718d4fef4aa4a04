//! Why a key file cannot be used or changed. Never holds a secret.

use crate::names::Scope;

/// What to do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition {
    /// The text or the request is wrong: somebody must correct it.
    Reject,
}

/// A key file, or a change to it, that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("`{0}` is not a name; use 1 to 64 of a-z, 0-9, `.` and `-`")]
    BadName(String),
    #[error("`{0}` is not a scope; the scopes are {all}", all = Scope::ALL.map(Scope::as_str).join(", "))]
    BadScope(String),
    #[error("not a key id; a key id is 12 of a-z and 2-7, the part after `stk_`")]
    BadKeyId,
    #[error("not a SHA-256; write 64 hexadecimal digits")]
    BadDigest,
    /// Somewhere in the file; the place names line and field.
    #[error("{place}: {what}")]
    File { place: String, what: String },
    #[error("there is no key {0}; `audit-cli keys api list` shows the keys")]
    NoSuchKey(String),
    #[error("the new key's id is taken; draw the random bytes again")]
    IdTaken,
    #[error("key {0} is revoked, which is for ever; create a new key")]
    Revoked(String),
    #[error("key {0} has expired; create a new key")]
    Expired(String),
    #[error("key {id} has {count} secrets that are still good; wait until the overlap of an earlier rotation is over")]
    TooManySecrets { id: String, count: usize },
    #[error("a key without a scope may do nothing; give it {all}", all = Scope::ALL.map(Scope::as_str).join(" or "))]
    NoScope,
    #[error("the key would expire before it is made; give a later time")]
    ExpiresBeforeMade,
    #[error("a limit of 0 would refuse everything; give a number from 1, or leave it out")]
    ZeroLimit,
    #[error("the master secret has {0} bytes; it must have at least 32 random ones")]
    ShortMaster(usize),
    #[error("not a signing secret; it begins with `sts_` and is shown once, when a key with signed requests is made")]
    BadSigningSecret,
    #[error("{0} cannot be signed; use printable ASCII, and encode the rest in percent form")]
    Unsignable(&'static str),
}

impl Error {
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        Disposition::Reject
    }
}
