//! A key file that is open: its keys by way of the custodian, which tells of every change.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use clap::Args;
use keystore::LocalProvider;
use seal::keys::file::{Stretch, Unlock};
use seal::keys::{Custodian, KeyEvent, KeyId, KeyInfo, KeyState, Operation, Outcome, Purpose};
use seal::protect::TenantKeys;
use serde_json::{Value, json};

/// Which file, and what opens it.
#[derive(Args)]
pub struct Place {
    /// The key file
    #[arg(value_name = "FILE")]
    pub path: PathBuf,

    #[command(flatten)]
    secret: Secret,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct Secret {
    /// The file that holds the passphrase or key that opens the key file; only its owner may read it (chmod 600)
    #[arg(long, value_name = "SECRET")]
    unlock_file: Option<PathBuf>,

    /// The environment variable that holds it
    #[arg(long, value_name = "NAME")]
    unlock_env: Option<String>,
}

impl Place {
    pub fn unlock(&self) -> Result<Unlock> {
        match (&self.secret.unlock_file, &self.secret.unlock_env) {
            (Some(path), _) => Ok(keystore::unlock_from(keystore::read_secret(path)?)),
            (_, Some(name)) => {
                let variables = runtime::config::environment()?;
                let found = variables.into_iter().find(|(variable, value)| variable == name && !value.is_empty());
                let (_, value) = found.with_context(|| format!("the variable {name} is not set, or not as text"))?;
                Ok(keystore::unlock_from(value.into()))
            }
            _ => Err(anyhow!("give --unlock-file or --unlock-env")),
        }
    }

    pub fn open(&self) -> Result<Opened> {
        Ok(Opened::of(LocalProvider::open(&self.path, &self.unlock()?, 0)?))
    }
}

/// A passphrase is stretched, a key needs none of that.
pub fn stretch(unlock: &Unlock) -> Stretch {
    match unlock {
        Unlock::Key(_) => Stretch::Key,
        Unlock::Passphrase(_) => Stretch::DEFAULT,
    }
}

pub struct Opened {
    provider: Arc<LocalProvider>,
    custodian: Custodian,
}

impl Opened {
    pub fn of(provider: LocalProvider) -> Self {
        let provider = Arc::new(provider);
        let keys: Arc<dyn seal::keys::KeyProvider> = Arc::<LocalProvider>::clone(&provider);
        Self { custodian: Custodian::new(keys, Arc::new(report)), provider }
    }

    pub fn list(&self) -> Result<Vec<KeyInfo>> {
        Ok(self.custodian.list()?)
    }

    pub fn revision(&self) -> Result<u64> {
        Ok(self.provider.revision()?)
    }

    /// A new key under the next free name: what it is for, and a number. Names are never given twice.
    pub fn add(&self, purpose: &Purpose, state: KeyState) -> Result<KeyInfo> {
        let keys = self.list()?;
        let is_free = |id: &KeyId| keys.iter().all(|info| info.id != *id);
        let names = (keys.len() + 1..).map(|number| KeyId::new(&format!("{}-{number}", purpose.name())));
        let mut free = names.filter(|id| id.as_ref().map_or(true, is_free));
        let id = free.next().context("the key file has no room for another name")??;
        self.custodian.create(&id, purpose)?;
        if state != KeyState::Pending {
            self.custodian.change(&id, state)?;
        }
        self.find(&id)
    }

    pub fn change(&self, id: &KeyId, to: KeyState) -> Result<KeyInfo> {
        self.custodian.change(id, to)?;
        self.find(id)
    }

    pub fn find(&self, id: &KeyId) -> Result<KeyInfo> {
        let found = self.list()?.into_iter().find(|info| info.id == *id);
        found.with_context(|| format!("there is no key {id}; `audit-cli keys file list` shows which there are"))
    }

    /// The keys of a tenant's tokens.
    pub fn tenant(&self, tenant: &str) -> Result<TenantKeys> {
        let root = self.custodian.current(&Purpose::TenantRoot)?;
        Ok(self.custodian.tenant_keys(&root, tenant)?)
    }

    /// What a change ends with.
    pub fn told(&self, action: &str, key: &KeyInfo, json: bool) -> Result<()> {
        let revision = self.revision()?;
        if json {
            let mut told = as_json(key);
            told["revision"] = revision.into();
            println!("{told}");
        } else {
            println!("keys-file: action={action} id={} state={} revision={revision}", key.id, key.state);
        }
        Ok(())
    }
}

/// What was done, on standard error; a refusal is told as the command's error.
fn report(event: &KeyEvent) {
    if let (Operation::Create | Operation::Change(_), Some(key), Outcome::Done) =
        (event.operation, &event.key, &event.outcome)
    {
        eprintln!("{} {key}", event.operation.name());
    }
}

pub fn as_json(key: &KeyInfo) -> Value {
    let (tenant, period) = match &key.purpose {
        Purpose::Wrapping { tenant, period } => (Some(tenant.as_str()), Some(*period)),
        Purpose::Epoch | Purpose::TenantRoot => (None, None),
    };
    json!({
        "serial": key.serial, "id": key.id.as_str(), "purpose": key.purpose.name(), "tenant": tenant, "period": period,
        "state": key.state.name(),
    })
}
