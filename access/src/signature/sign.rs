//! Signing a request: the three headers that a sender adds.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::Mac;

use super::{ALGORITHM, COMPONENTS, Headers, Request, SigningSecret, TAG, base, digest, text};
use crate::{Error, UnixSeconds};

/// Header values of one signed request, to be sent with the content type that was signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedHeaders {
    pub content_digest: String,
    pub signature_input: String,
    pub signature: String,
}

impl SignedHeaders {
    /// Name and value, in lower case.
    #[must_use]
    pub fn each(&self) -> [(&'static str, &str); 3] {
        [
            ("content-digest", &self.content_digest),
            ("signature-input", &self.signature_input),
            ("signature", &self.signature),
        ]
    }

    /// As the gateway sees them.
    #[must_use]
    pub fn as_headers<'a>(&'a self, content_type: &'a str) -> Headers<'a> {
        Headers {
            signature_input: Some(self.signature_input.as_bytes()),
            signature: Some(self.signature.as_bytes()),
            content_digest: Some(self.content_digest.as_bytes()),
            content_type: Some(content_type.as_bytes()),
        }
    }
}

/// Signs one request. The nonce must be new random bytes each time, the time that of sending.
///
/// # Errors
/// When a part of the request is not printable ASCII.
pub fn sign(
    request: &Request<'_>,
    content_type: &str,
    secret: &SigningSecret,
    created: UnixSeconds,
    nonce: &[u8; 16],
) -> Result<SignedHeaders, Error> {
    let content_type =
        text("content-type", Some(content_type.as_bytes())).map_err(|_| Error::Unsignable("the content type"))?;
    let parameters = parameters(secret, created, nonce);
    let content_digest = digest::content_digest(request.body);
    let base = base::of_request(request, &content_digest, content_type, &parameters);
    let base = base.ok_or(Error::Unsignable("the method, path or query"))?;
    let mac = base::mac(secret.bytes(), &base).ok_or(Error::BadSigningSecret)?;
    let signature = format!("sig=:{}:", STANDARD.encode(mac.finalize().into_bytes()));
    Ok(SignedHeaders { content_digest, signature_input: format!("sig={parameters}"), signature })
}

fn parameters(secret: &SigningSecret, created: UnixSeconds, nonce: &[u8; 16]) -> String {
    let components = COMPONENTS.map(|name| format!("\"{name}\"")).join(" ");
    let nonce = URL_SAFE_NO_PAD.encode(nonce);
    let (created, id) = (created.0, secret.key_id());
    format!("({components});created={created};nonce=\"{nonce}\";keyid=\"{id}\";alg=\"{ALGORITHM}\";tag=\"{TAG}\"")
}
