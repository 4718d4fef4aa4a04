//! How a key is told: the new secret once on standard output, everything else beside it.

use std::io::Write;

use access::{Issued, Key, Signed, SigningSecret, UnixSeconds};
use anyhow::{Context, Result};
use serde_json::{Value, json};

/// Shows what the holder must be given. A key whose requests must be signed is of no use by itself, so only its signing secret is shown.
pub fn secret(issued: &Issued, key: &Key, signing: Option<&SigningSecret>, as_json: bool) -> Result<()> {
    let api_key = (key.signed != Signed::Required).then(|| issued.key.reveal());
    let signing = signing.map(SigningSecret::reveal);
    let mut out = std::io::stdout().lock();
    let told = if as_json {
        let mut told = json!({"id": key.id.as_str(), "secret_number": issued.number, "signed": key.signed.as_str()});
        told["tenant"] = key.tenant.as_str().into();
        told["service"] = key.service.as_str().into();
        told["expires_at"] = time(key.expires_at);
        told["key"] = api_key.into();
        told["signing_secret"] = signing.into();
        writeln!(out, "{told}")
    } else {
        [api_key, signing].into_iter().flatten().try_for_each(|line| writeln!(out, "{line}"))
    };
    let told = told.and_then(|()| out.flush());
    told.with_context(|| {
        format!(
            "the file was changed, but the secret could not be shown; `audit-cli keys api rotate {}` makes another",
            key.id
        )
    })?;
    eprintln!("shown once and kept nowhere: give it to {} of {} now", key.service, key.tenant);
    Ok(())
}

/// The closing line of a change; on standard error, because standard output may hold a secret.
pub fn done(action: &str, key: &Key, now: UnixSeconds) {
    eprintln!("keys-api: action={action} id={} state={}", key.id, key.state(now).as_str().replace(' ', "-"));
}

pub fn time(time: Option<UnixSeconds>) -> Value {
    time.map(|time| time.to_string()).into()
}

pub fn scopes(key: &Key) -> String {
    key.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ")
}

/// Everything that the file holds of a key.
pub fn as_json(key: &Key, now: UnixSeconds) -> Value {
    let secrets: Vec<_> = key
        .secrets
        .iter()
        .map(|secret| {
            json!({
                "number": secret.number, "created_at": secret.created_at.to_string(), "expires_at": time(secret.expires_at),
                "live": secret.is_live(now),
            })
        })
        .collect();
    json!({
        "id": key.id.as_str(), "tenant": key.tenant.as_str(), "service": key.service.as_str(),
        "scopes": key.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>(),
        "state": key.state(now).as_str(), "signed": key.signed.as_str(),
        "created_at": key.created_at.to_string(), "expires_at": time(key.expires_at), "revoked_at": time(key.revoked_at),
        "events_per_second": key.limits.events_per_second, "bytes_per_second": key.limits.bytes_per_second,
        "burst_seconds": key.limits.burst_seconds,
        "certificate_sha256": key.certificate_sha256.map(String::from), "secrets": secrets,
    })
}
