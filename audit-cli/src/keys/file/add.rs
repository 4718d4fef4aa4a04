//! `audit-cli keys file tenant` and `epoch`: new keys in a key file.

use anyhow::{Context, Result};
use clap::Args;
use seal::keys::{KeyInfo, KeyState, Purpose};

use super::opened::Place;

/// Add a wrapping key for a new tenant, or for a tenant's new period
#[derive(Args)]
#[command(after_help = "Examples:
  audit-cli keys file tenant trail.keys south-clinic --unlock-file trail.secret
  audit-cli keys file tenant trail.keys south-clinic --unlock-file trail.secret --pending

The period is the one after the tenant's latest. Subjects' keys that are made from now on are wrapped with the new key; those
of earlier periods stay under theirs.")]
pub struct Tenant {
    #[command(flatten)]
    place: Place,

    /// Whose subjects the key is for, as events name the tenant
    #[arg(value_name = "TENANT")]
    tenant: String,

    /// Leave the key pending: for a file that has to be copied to other machines before the key is used
    #[arg(long)]
    pending: bool,
}

/// Add an epoch key, still pending: the first step of a rotation
#[derive(Args)]
#[command(after_help = "Examples:
  audit-cli keys file epoch trail.keys --unlock-file trail.secret
  audit-cli keys file change trail.keys epoch-4 active --unlock-file trail.secret

Activate it when every process can read it; retire the old one when every chain has gone on with the new one.")]
pub struct Epoch {
    #[command(flatten)]
    place: Place,
}

impl Tenant {
    pub fn run(&self, json: bool) -> Result<()> {
        let opened = self.place.open()?;
        let latest = opened.list()?.iter().filter_map(|key| self.period(key)).max().unwrap_or(0);
        let period = latest.checked_add(1).context("the tenant has no period left")?;
        let state = if self.pending { KeyState::Pending } else { KeyState::Active };
        let key = opened.add(&Purpose::Wrapping { tenant: self.tenant.clone(), period }, state)?;
        opened.told("tenant", &key, json)
    }

    fn period(&self, key: &KeyInfo) -> Option<u32> {
        match &key.purpose {
            Purpose::Wrapping { tenant, period } => (*tenant == self.tenant).then_some(*period),
            Purpose::Epoch | Purpose::TenantRoot => None,
        }
    }
}

impl Epoch {
    pub fn run(&self, json: bool) -> Result<()> {
        let opened = self.place.open()?;
        let key = opened.add(&Purpose::Epoch, KeyState::Pending)?;
        opened.told("epoch", &key, json)
    }
}
