//! The key file: opened once, asked anew for each use, so that a tenant that is added while the worker runs has its keys.

use std::sync::Arc;

use keystore::LocalProvider;
use seal::keys::{Custodian, KeyEvent, KeyId, Outcome, Purpose};
use zeroize::Zeroizing;

use crate::config::KeysSettings;
use crate::error::Error;
use crate::metric::EnrichMetric;

/// The way to the keys, and the root that tenants' pseudonyms come from.
pub fn open(settings: &KeysSettings) -> Result<(Custodian, KeyId), Error> {
    let unlock = keystore::unlock_from(Zeroizing::new(settings.unlock.expose_str()?.to_owned()));
    let provider = LocalProvider::open(&settings.file, &unlock, 0).map_err(Error::KeyFile)?;
    let custodian = Custodian::new(Arc::new(provider), Arc::new(count));
    let root = custodian.current(&Purpose::TenantRoot).map_err(Error::TenantRoot)?;
    Ok((custodian, root))
}

fn count(event: &KeyEvent) {
    let outcome = match event.outcome {
        Outcome::Done => "done",
        Outcome::Refused(_) => "refused",
    };
    let labels = [("operation", event.operation.name()), ("outcome", outcome)];
    EnrichMetric::KeyOperations.with(&labels).increment(1);
}
