//! `audit-cli keys file init`: makes a key file with what sealing needs, whole or not at all.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use clap::Args;
use keystore::{KeystoreError, LocalProvider};
use seal::keys::{KeyState, Purpose};
use tempfile::{Builder, TempPath};

use super::list;
use super::opened::{Opened, Place, stretch};

/// Make a key file with what sealing needs: an epoch key, a tenant root, a wrapping key for each tenant
#[derive(Args)]
#[command(after_help = "Examples:
  (umask 077; openssl rand -hex 32 > trail.secret)
  audit-cli keys file init trail.keys --unlock-file trail.secret --tenant north-clinic --tenant south-clinic
  audit-cli keys file init trail.keys --unlock-env TRAIL_PASSPHRASE

Keep the secret and the key file apart, and a copy of both where a fire does not reach the first. Without them nothing that
was sealed can be checked, and nothing that was hidden can be read.")]
pub struct Init {
    #[command(flatten)]
    place: Place,

    /// A tenant that gets a wrapping key; may be repeated
    #[arg(long = "tenant", value_name = "TENANT")]
    tenants: Vec<String>,
}

impl Init {
    pub fn run(&self, json: bool) -> Result<()> {
        let mut seen = BTreeSet::new();
        for tenant in &self.tenants {
            ensure!(seen.insert(tenant), "--tenant {tenant} is given twice; leave one out");
        }
        let path = &self.place.path;
        let exists = || KeystoreError::Exists { path: path.clone() };
        ensure!(!path.try_exists().with_context(|| path.display().to_string())?, exists());
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));

        // Made beside its place and put there when it is whole: half a file would pass for a finished one.
        let beside = Builder::new().prefix(".keys-init-").tempdir_in(folder);
        let beside = beside.with_context(|| format!("cannot write in the folder {}", folder.display()))?;
        let fresh = beside.path().join("keys");
        let unlock = self.place.unlock()?;
        self.fill(&Opened::of(LocalProvider::create(&fresh, &unlock, stretch(&unlock))?))?;
        let fresh = TempPath::try_from_path(fresh).context("the current folder is gone; change to another")?;
        fresh.persist_noclobber(path).map_err(|error| match error.error.kind() {
            std::io::ErrorKind::AlreadyExists => exists(),
            _ => KeystoreError::Io { path: path.clone(), source: error.error },
        })?;
        File::open(folder).and_then(|folder| folder.sync_all()).with_context(|| folder.display().to_string())?;
        list::told("init", &self.place.open()?, json)
    }

    fn fill(&self, opened: &Opened) -> Result<()> {
        opened.add(&Purpose::Epoch, KeyState::Active)?;
        opened.add(&Purpose::TenantRoot, KeyState::Active)?;
        for tenant in &self.tenants {
            opened.add(&Purpose::Wrapping { tenant: tenant.clone(), period: 1 }, KeyState::Active)?;
        }
        Ok(())
    }
}
