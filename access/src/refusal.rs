//! Why a request is not let in: a closed set, each with a label for logs and metrics and a message that may be sent.

use crate::names::Scope;

/// What a refused caller is told about a key that is not known and about one that is wrong: the same.
const NOT_GOOD: &str =
    "the API key or signature is not valid; check that it was copied whole and belongs to this system";

/// A request that is not let in. Displays as what the caller may be told; [`Refusal::label`] is for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("there is no API key; send `Authorization: Bearer stk_...`")]
    Missing,
    #[error("this is not an API key; send `Authorization: Bearer stk_...` with the key as it was shown")]
    Malformed,
    #[error("the request has both an API key and a signature; send one of them")]
    Ambiguous,
    #[error("{NOT_GOOD}")]
    UnknownKey,
    #[error("{NOT_GOOD}")]
    WrongSecret,
    #[error("the API key is not valid yet; compare the clocks of the sender and of this system")]
    NotYetValid,
    #[error("the API key has expired; ask for a new one")]
    Expired,
    #[error("the API key was revoked; ask for a new one")]
    Revoked,
    #[error("the API key has not the scope {0}; ask for a key that has it")]
    ScopeMissing(Scope),
    #[error("requests with this API key must be signed; send the signature instead of the key")]
    SignatureRequired,
    #[error("the API key needs the client certificate that it was made for, and none was presented")]
    CertificateMissing,
    #[error("the client certificate is not the one that the API key was made for")]
    WrongCertificate,
    #[error(transparent)]
    Signature(#[from] SignatureFault),
}

/// What is wrong with a signed request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureFault {
    #[error("a signed request needs the header `{0}`")]
    HeaderMissing(&'static str),
    #[error("the header `{0}` stands there more than once; send it once")]
    HeaderRepeated(&'static str),
    #[error("the header `{0}` cannot be read; compare it with the reference page on signed requests")]
    Malformed(&'static str),
    #[error(
        "the signature does not cover exactly `@method`, `@path`, `@query`, `content-digest`, `content-type`, in this order"
    )]
    WrongComponents,
    #[error("the signature's parameter `{0}` is missing or not as it must be")]
    WrongParameter(&'static str),
    #[error("this API key is not made for signed requests; send the key, or ask for one that is")]
    NotAllowed,
    #[error("this system takes no signed requests; send the API key")]
    Unavailable,
    #[error("{NOT_GOOD}")]
    Wrong,
    #[error("the signature is too old; sign each request when it is sent, and check the sender's clock")]
    TooOld,
    #[error("the signature is from the future; check the sender's clock")]
    FromTheFuture,
    #[error("the body is not the one that `content-digest` names")]
    WrongDigest,
    #[error("a request with this nonce was taken before; sign each request anew")]
    Replayed,
    #[error("too many signed requests within the time window; send fewer, or publish in batches")]
    GuardFull,
}

impl Refusal {
    /// A stable label for logs and metrics, from a closed set.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Malformed => "malformed",
            Self::Ambiguous => "ambiguous",
            Self::UnknownKey => "unknown-key",
            Self::WrongSecret => "wrong-secret",
            Self::NotYetValid => "not-yet-valid",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::ScopeMissing(_) => "scope-missing",
            Self::SignatureRequired => "signature-required",
            Self::CertificateMissing => "certificate-missing",
            Self::WrongCertificate => "wrong-certificate",
            Self::Signature(fault) => fault.label(),
        }
    }

    /// The HTTP status that says this: who are you (401), not with this key (403), later (429).
    #[must_use]
    pub fn http_status(self) -> u16 {
        match self {
            Self::ScopeMissing(_) | Self::CertificateMissing | Self::WrongCertificate => 403,
            Self::Signature(SignatureFault::GuardFull) => 429,
            _ => 401,
        }
    }
}

impl SignatureFault {
    /// As [`Refusal::label`].
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::HeaderMissing(_) => "signature-header-missing",
            Self::HeaderRepeated(_) => "signature-header-repeated",
            Self::Malformed(_) => "signature-malformed",
            Self::WrongComponents => "signature-components",
            Self::WrongParameter(_) => "signature-parameter",
            Self::NotAllowed => "signature-not-allowed",
            Self::Unavailable => "signature-unavailable",
            Self::Wrong => "signature-wrong",
            Self::TooOld => "signature-too-old",
            Self::FromTheFuture => "signature-from-the-future",
            Self::WrongDigest => "signature-wrong-digest",
            Self::Replayed => "replayed",
            Self::GuardFull => "replay-guard-full",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outsiders_cannot_tell_an_unknown_key_from_a_wrong_one() {
        let told = Refusal::UnknownKey.to_string();
        assert_eq!(told, Refusal::WrongSecret.to_string());
        assert_eq!(told, Refusal::Signature(SignatureFault::Wrong).to_string());
        let statuses =
            [Refusal::UnknownKey, Refusal::WrongSecret, SignatureFault::Wrong.into()].map(Refusal::http_status);
        assert_eq!(statuses, [401; 3]);
        assert_ne!(Refusal::UnknownKey.label(), Refusal::WrongSecret.label());
    }
}
