//! The `Content-Digest` header of RFC 9530, with SHA-256 and nothing else.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// The value of `Content-Digest` for a body.
#[must_use]
pub fn content_digest(body: &[u8]) -> String {
    format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(body)))
}

/// Exactly the text that we would write: base64 of a digest has one canonical form, and a digest is no secret.
pub(super) fn names(header: &str, body: &[u8]) -> bool {
    header == content_digest(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 9530, appendix D.
    #[test]
    fn the_digest_is_that_of_the_standard() {
        assert_eq!(
            content_digest(b"{\"hello\": \"world\"}\n"),
            "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"
        );
    }
}
