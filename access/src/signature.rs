//! Signed requests: RFC 9421 HTTP Message Signatures with `hmac-sha256`, over method, path, query, body digest and content type.
//!
//! ```text
//! read (headers) ─▶ Claim ─▶ base ─▶ is_by (HMAC, constant time) ─▶ accept (time window, body digest) ─▶ Accepted ─▶ ReplayGuard
//! ```
//!
//! One closed form is taken: these components in this order, these parameters in any order, and nothing else.

mod base;
mod claim;
mod digest;
mod master;
mod sign;

pub use claim::{Accepted, Claim, read};
pub use digest::content_digest;
pub use master::{SigningMaster, SigningSecret};
pub use sign::{SignedHeaders, sign};

use crate::{SignatureFault, UnixSeconds};

/// What a signature covers, in this order.
pub const COMPONENTS: [&str; 5] = ["@method", "@path", "@query", "content-digest", "content-type"];
/// The signature's `tag`, which tells ours from others on the same request.
pub const TAG: &str = "sealtrail";
/// The signature's `alg`.
pub const ALGORITHM: &str = "hmac-sha256";
/// How far `created` may be from the gateway's clock, before and after.
pub const WINDOW_SECONDS_DEFAULT: u64 = 300;
/// A header that counts for the signature is at most this long.
const HEADER_BYTES_MAX: usize = 1_024;

/// The headers that count, as they came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Headers<'a> {
    pub signature_input: Option<&'a [u8]>,
    pub signature: Option<&'a [u8]>,
    pub content_digest: Option<&'a [u8]>,
    pub content_type: Option<&'a [u8]>,
}

/// The parts of a request beside its headers, as they stand on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request<'a> {
    pub method: &'a str,
    /// In percent form, from the first `/`.
    pub path: &'a str,
    /// In percent form, without the `?`; `None` when there is no `?`.
    pub query: Option<&'a str>,
    pub body: &'a [u8],
}

/// How a gateway treats signed requests.
#[derive(Debug)]
pub struct SigningPolicy {
    /// `None`: this gateway takes no signed requests.
    pub master: Option<SigningMaster>,
    pub window_seconds: u64,
}

/// Checks one request against one signing secret; a gateway with a key ring uses `KeyRing::authenticate_signed`.
///
/// # Errors
/// What is wrong with the signature.
pub fn verify(
    headers: &Headers<'_>,
    request: &Request<'_>,
    secret: &SigningSecret,
    now: UnixSeconds,
    window_seconds: u64,
) -> Result<Accepted, SignatureFault> {
    let claim = read(headers)?;
    let base = claim.base(headers, request)?;
    if claim.key_id() != secret.key_id() || !claim.is_by(&base, secret) {
        return Err(SignatureFault::Wrong);
    }
    claim.accept(headers, request, now, window_seconds)
}

/// A header that must be there, as text; spaces around a value are not part of it.
fn text<'a>(name: &'static str, value: Option<&'a [u8]>) -> Result<&'a str, SignatureFault> {
    let value = value.ok_or(SignatureFault::HeaderMissing(name))?;
    let printable = value.len() <= HEADER_BYTES_MAX && value.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\t'));
    let value = std::str::from_utf8(value).ok().filter(|_| printable).map(|value| value.trim_matches([' ', '\t']));
    value.filter(|value| !value.is_empty()).ok_or(SignatureFault::Malformed(name))
}

#[cfg(test)]
mod tests;
