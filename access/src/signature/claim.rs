//! What a signed request says of itself, read strictly; then checked against a secret, the clock and the body.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::Mac;
use sfv::{BareItem, Dictionary, InnerList, ListEntry, Parser};

use super::{ALGORITHM, COMPONENTS, Headers, Request, SigningSecret, TAG, base, digest, text};
use crate::{KeyId, SignatureFault, UnixSeconds};

/// A claim that nobody has checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    key_id: KeyId,
    created: UnixSeconds,
    nonce: String,
    signature: Vec<u8>,
    /// The inner list as RFC 9421 writes it into the signature base.
    parameters: String,
}

/// A claim with a good signature, in time and over this body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    pub(crate) nonce: String,
    /// The last second at which the same request would still be in time.
    pub(crate) last_good: UnixSeconds,
}

/// Reads the claim from the headers.
///
/// # Errors
/// The header or the parameter that is missing or not as it must be.
pub fn read(headers: &Headers<'_>) -> Result<Claim, SignatureFault> {
    let input = text("signature-input", headers.signature_input)?;
    let inputs: Dictionary = Parser::new(input).parse().map_err(|_| SignatureFault::Malformed("signature-input"))?;
    let mut ours = inputs.iter().filter_map(|(label, entry)| match entry {
        ListEntry::InnerList(list) if is_ours(list) => Some((label, list)),
        _ => None,
    });
    // A proxy may add signatures with tags of its own; of ours there is one.
    let (Some((label, list)), None) = (ours.next(), ours.next()) else {
        return Err(SignatureFault::WrongParameter("tag"));
    };
    let signature = signature_of(label.as_str(), text("signature", headers.signature)?)?;
    let found = Parameters::read(list)?;
    Ok(Claim {
        key_id: found.key_id.ok_or(SignatureFault::WrongParameter("keyid"))?,
        created: found.created.ok_or(SignatureFault::WrongParameter("created"))?,
        nonce: found.nonce.ok_or(SignatureFault::WrongParameter("nonce"))?,
        parameters: found.text,
        signature,
    })
}

fn is_ours(list: &InnerList) -> bool {
    list.params.iter().any(|(name, value)| name.as_str() == "tag" && string(value) == Some(TAG))
}

fn string(value: &BareItem) -> Option<&str> {
    if let BareItem::String(text) = value { Some(text.as_str()) } else { None }
}

/// The bytes under this label. Only the canonical base64 is taken, so that one signature has one text.
fn signature_of(label: &str, header: &str) -> Result<Vec<u8>, SignatureFault> {
    let malformed = SignatureFault::Malformed("signature");
    let signatures: Dictionary = Parser::new(header).parse().map_err(|_| malformed)?;
    let Some(ListEntry::Item(item)) = signatures.get(label) else { return Err(malformed) };
    let BareItem::ByteSequence(bytes) = &item.bare_item else { return Err(malformed) };
    let canonical = format!("{label}=:{}:", STANDARD.encode(bytes));
    if item.params.is_empty() && header.contains(&canonical) { Ok(bytes.clone()) } else { Err(malformed) }
}

/// The parameters of our signature, and the list's text with them in the sender's order.
#[derive(Default)]
struct Parameters {
    key_id: Option<KeyId>,
    created: Option<UnixSeconds>,
    nonce: Option<String>,
    algorithm: bool,
    text: String,
}

impl Parameters {
    fn read(list: &InnerList) -> Result<Self, SignatureFault> {
        let plain =
            |item: &sfv::Item| if item.params.is_empty() { string(&item.bare_item).map(str::to_owned) } else { None };
        if !list.items.iter().map(plain).eq(COMPONENTS.iter().map(|name| Some((*name).to_owned()))) {
            return Err(SignatureFault::WrongComponents);
        }
        let mut found =
            Self { text: format!("({})", COMPONENTS.map(|name| format!("\"{name}\"")).join(" ")), ..Self::default() };
        for (name, value) in &list.params {
            found.take(name.as_str(), value)?;
        }
        if found.algorithm { Ok(found) } else { Err(SignatureFault::WrongParameter("alg")) }
    }

    fn take(&mut self, name: &str, value: &BareItem) -> Result<(), SignatureFault> {
        if let ("created", BareItem::Integer(seconds)) = (name, value) {
            let seconds = u64::try_from(i64::from(*seconds)).map_err(|_| SignatureFault::WrongParameter("created"))?;
            self.created = Some(UnixSeconds(seconds));
            self.text.push_str(&format!(";created={seconds}"));
            return Ok(());
        }
        let text = string(value).unwrap_or_default();
        match name {
            "created" => return Err(SignatureFault::WrongParameter("created")),
            "keyid" => self.key_id = Some(text.parse().map_err(|_| SignatureFault::WrongParameter("keyid"))?),
            "nonce" if is_nonce(text) => self.nonce = Some(text.to_owned()),
            "nonce" => return Err(SignatureFault::WrongParameter("nonce")),
            "alg" if text == ALGORITHM => self.algorithm = true,
            "alg" => return Err(SignatureFault::WrongParameter("alg")),
            "tag" => {}
            _ => return Err(SignatureFault::WrongParameter("any other than created, nonce, keyid, alg, tag")),
        }
        // Nothing that got here needs an escape.
        self.text.push_str(&format!(";{name}=\"{text}\""));
        Ok(())
    }
}

/// 16 to 64 characters of base64, of either alphabet.
fn is_nonce(text: &str) -> bool {
    let in_alphabet = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+' | b'/' | b'=');
    (16..=64).contains(&text.len()) && text.bytes().all(in_alphabet)
}

impl Claim {
    #[must_use]
    pub fn key_id(&self) -> &KeyId {
        &self.key_id
    }

    /// The text that must have been signed.
    ///
    /// # Errors
    /// When a part of the request is missing or not printable ASCII.
    pub fn base(&self, headers: &Headers<'_>, request: &Request<'_>) -> Result<String, SignatureFault> {
        let digest = text("content-digest", headers.content_digest)?;
        let content_type = text("content-type", headers.content_type)?;
        base::of_request(request, digest, content_type, &self.parameters).ok_or(SignatureFault::Wrong)
    }

    /// Whether this secret signed this text; compares in constant time.
    #[must_use]
    pub fn is_by(&self, base: &str, secret: &SigningSecret) -> bool {
        base::mac(secret.bytes(), base).is_some_and(|mac| mac.verify_slice(&self.signature).is_ok())
    }

    /// After the signature: the time window, then the body.
    pub(crate) fn accept(
        self,
        headers: &Headers<'_>,
        request: &Request<'_>,
        now: UnixSeconds,
        window_seconds: u64,
    ) -> Result<Accepted, SignatureFault> {
        let last_good = self.created.plus(window_seconds);
        if now > last_good {
            return Err(SignatureFault::TooOld);
        }
        if self.created > now.plus(window_seconds) {
            return Err(SignatureFault::FromTheFuture);
        }
        if !digest::names(text("content-digest", headers.content_digest)?, request.body) {
            return Err(SignatureFault::WrongDigest);
        }
        Ok(Accepted { nonce: self.nonce, last_good })
    }
}
