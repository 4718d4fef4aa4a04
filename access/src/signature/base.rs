//! The signature base of RFC 9421, section 2.5: one line per covered component, then the parameters; and the HMAC over it.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::Request;

/// The text that is signed. Values must hold no line ends: the callers let only printable ASCII in.
pub(super) fn build(components: &[(&str, &str)], parameters: &str) -> String {
    let mut base = String::new();
    for (name, value) in components {
        base.push('"');
        base.push_str(name);
        base.push_str("\": ");
        base.push_str(value);
        base.push('\n');
    }
    base.push_str("\"@signature-params\": ");
    base.push_str(parameters);
    base
}

/// Our five components of a request; `None` when a part is not printable ASCII without spaces.
pub(super) fn of_request(request: &Request<'_>, digest: &str, content_type: &str, parameters: &str) -> Option<String> {
    let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
    let Request { method, path, query, .. } = *request;
    if !is_plain(method) || !is_plain(path) || !query.is_none_or(is_plain) || method.is_empty() {
        return None;
    }
    let path = if path.is_empty() { "/" } else { path };
    // RFC 9421, 2.2.7: an absent query is signed as a single `?`.
    let query = format!("?{}", query.unwrap_or_default());
    let values = [method, path, &query, digest, content_type];
    let components: Vec<(&str, &str)> = super::COMPONENTS.into_iter().zip(values).collect();
    Some(build(&components, parameters))
}

/// `None` never happens: HMAC takes a key of any length.
pub(super) fn mac(key: &[u8], base: &str) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(base.as_bytes());
    Some(mac)
}
