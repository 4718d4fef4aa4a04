//! The subcommands, and which file does each.

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

use crate::connections::Connections;
use crate::{counts, event, keys, phi, schema, topics, verify};

#[derive(Subcommand)]
pub enum Command {
    /// Plan, apply or check the topics that Sealtrail needs
    Topics(topics::Topics),
    /// Count the records in Kafka and in each store, per partition
    Counts(counts::Counts),
    /// Types, templates, checks and schema of events
    Event(event::Event),
    /// Verify every chain in one place; the exit code is the verdict
    Verify(verify::Verify),
    /// Check, compare and register schemas
    Schema(schema::Schema),
    /// Make, list and end keys: of those who publish and read, and of the trail itself
    Keys(keys::Keys),
    /// Find health information in texts and events, and explain it
    Phi(phi::Phi),
}

impl Command {
    pub async fn run(self, connections: &Connections, json: bool) -> Result<ExitCode> {
        match self {
            Self::Topics(topics) => topics.run(connections, json).await,
            Self::Counts(counts) => counts.run(connections, json).await,
            Self::Event(event) => event.run(json),
            Self::Verify(verify) => verify.run(connections, json).await,
            Self::Schema(schema) => schema.run(json),
            Self::Keys(keys) => keys.run(json),
            Self::Phi(phi) => phi.run(json),
        }
    }
}
