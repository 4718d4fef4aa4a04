//! `audit-cli keys file change`: moves a key along its life.

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use seal::keys::{KeyId, KeyInfo, KeyState, Purpose};

use super::opened::{Opened, Place};

/// Move a key along its life
#[derive(Args)]
#[command(after_help = "Examples:
  audit-cli keys file change trail.keys epoch-4 active --unlock-file trail.secret
  audit-cli keys file change trail.keys epoch-1 retiring --unlock-file trail.secret
  audit-cli keys file change trail.keys wrapping-3 destroyed --unlock-file trail.secret --yes

pending -> active -> retiring -> archived -> destroyed; a pending or retiring key may be destroyed at once, and any key but a
destroyed one may become compromised. There is no way back.")]
pub struct Change {
    #[command(flatten)]
    place: Place,

    /// The key's id, as `list` shows it
    #[arg(value_name = "ID", value_parser = KeyId::new)]
    id: KeyId,

    /// What the key becomes
    #[arg(value_enum, value_name = "STATE")]
    state: State,

    /// Destroy without being asked again
    #[arg(long)]
    yes: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum State {
    /// Signs and wraps from now on
    Active,
    /// Only checks and unwraps what it has signed and wrapped
    Retiring,
    /// The same, for as long as its records are kept
    Archived,
    /// Somebody else may have it: an epoch key checks nothing any more
    Compromised,
    /// Gone for ever
    Destroyed,
}

impl State {
    fn of_key(self) -> KeyState {
        match self {
            Self::Active => KeyState::Active,
            Self::Retiring => KeyState::Retiring,
            Self::Archived => KeyState::Archived,
            Self::Compromised => KeyState::Compromised,
            Self::Destroyed => KeyState::Destroyed,
        }
    }
}

impl Change {
    pub fn run(&self, json: bool) -> Result<()> {
        let opened = self.place.open()?;
        let (key, to) = (opened.find(&self.id)?, self.state.of_key());
        if !key.state.next().contains(&to) {
            let next: Vec<&str> = key.state.next().iter().map(|state| state.name()).collect();
            let next = if next.is_empty() { "nothing else".to_owned() } else { next.join(" or ") };
            bail!("key {} is {} and can't become {to}; it may become {next}", key.id, key.state);
        }
        if to == KeyState::Destroyed && !self.yes {
            bail!("{} for ever once {} is destroyed; if that is meant, add --yes", lost(&key.purpose), key.id);
        }
        let key = opened.change(&key.id, to)?;
        if let Some(warning) = missing(&opened, &key)? {
            eprintln!("{warning}");
        }
        opened.told("change", &key, json)
    }
}

/// What nobody can do any more without a key.
fn lost(purpose: &Purpose) -> String {
    match purpose {
        Purpose::Epoch => "the records that it signed can't be checked".to_owned(),
        Purpose::TenantRoot => "no tenant's search tokens and handles can be made".to_owned(),
        Purpose::Wrapping { tenant, .. } => {
            format!("the hidden values of {tenant}'s subjects whose keys it wraps can't be read")
        }
    }
}

/// A change may have left nothing to go on with.
fn missing(opened: &Opened, key: &KeyInfo) -> Result<Option<String>> {
    let is_alike = |other: &KeyInfo| match (&key.purpose, &other.purpose) {
        (Purpose::Wrapping { tenant, .. }, Purpose::Wrapping { tenant: of, .. }) => tenant == of,
        (purpose, other) => purpose == other,
    };
    if opened.list()?.iter().any(|other| other.state == KeyState::Active && is_alike(other)) {
        return Ok(None);
    }
    Ok(Some(match &key.purpose {
        Purpose::Wrapping { tenant, .. } => {
            format!("no wrapping key of {tenant} is active: its new subjects can't be sealed until one is")
        }
        purpose => format!("no {purpose} key is active: nothing can be sealed until one is"),
    }))
}
