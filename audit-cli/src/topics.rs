//! `audit-cli topics`: the topics as declared in `schemas`, planned, applied and checked against the brokers.

mod plan;

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use schemas::topic::{self, CHAINS_DEFAULT, REPLICATION_DEFAULT};
use stream::admin::Admin;

use crate::connections::Connections;
use crate::table;
use plan::{Step, Wanted};

/// Plan, apply or check the topics that Sealtrail needs
#[derive(Args)]
#[command(after_help = "Examples:
  audit-cli topics plan --replication 1     show what would be done
  audit-cli topics apply --replication 1    do it
  audit-cli topics check                    exit 1 when the brokers differ from the declaration")]
pub struct Topics {
    #[command(subcommand)]
    action: Action,

    /// Chains, that is partitions of audit.events and audit.sealed; fixed for ever once made
    #[arg(long, global = true, default_value_t = CHAINS_DEFAULT)]
    chains: u32,

    /// Replicas of each partition
    #[arg(long, global = true, default_value_t = REPLICATION_DEFAULT)]
    replication: u16,

    /// Let retention become shorter, which deletes records
    #[arg(long, global = true)]
    allow_shrink: bool,
}

#[derive(Subcommand)]
enum Action {
    /// Show what `apply` would do
    Plan,
    /// Create what is missing and set what differs
    Apply,
    /// Exit 1 when anything differs
    Check,
}

impl Topics {
    pub async fn run(&self, connections: &Connections, json: bool) -> Result<ExitCode> {
        let admin = Admin::connect(&connections.kafka())?;
        let steps = self.plan(&admin).await?;
        let refused = steps.iter().any(|step| matches!(step, Step::Refuse { .. }));
        if matches!(self.action, Action::Apply) && !refused {
            for step in &steps {
                self.carry_out(&admin, step).await.with_context(|| step.describe())?;
            }
        }
        self.report(&steps, json)?;
        let drifted = matches!(self.action, Action::Check) && !steps.is_empty();
        Ok(ExitCode::from(u8::from(refused || drifted)))
    }

    async fn plan(&self, admin: &Admin) -> Result<Vec<Step>> {
        if self.chains == 0 {
            bail!("--chains is 0; a trail needs at least one chain");
        }
        let brokers = admin.brokers()?;
        if brokers < self.replication {
            bail!(
                "{} replicas are wanted and there are {brokers} brokers; add brokers, or pass --replication {brokers}",
                self.replication
            );
        }
        let mut steps = Vec::new();
        for topic in topic::ALL {
            let wanted = Wanted {
                topic: topic.name,
                partitions: topic.partition_count(self.chains),
                replication: self.replication,
                settings: topic.settings(self.replication),
                allow_shrink: self.allow_shrink,
            };
            steps.extend(plan::steps(wanted, admin.describe(topic.name).await?));
        }
        Ok(steps)
    }

    async fn carry_out(&self, admin: &Admin, step: &Step) -> Result<()> {
        match step {
            Step::Create(wanted) => {
                admin.create(wanted.topic, wanted.partitions, wanted.replication, &wanted.settings).await?;
            }
            Step::Change { topic, actual, settings, .. } => admin.change(topic, actual, settings).await?,
            Step::Refuse { .. } => {}
        }
        Ok(())
    }

    fn report(&self, steps: &[Step], json: bool) -> Result<()> {
        let (name, done) = match self.action {
            Action::Plan => ("plan", "planned"),
            Action::Apply => ("apply", "applied"),
            Action::Check => ("check", "differs"),
        };
        if json {
            let steps: Vec<_> = steps.iter().map(Step::json).collect();
            println!("{}", serde_json::json!({"action": name, "steps": steps}));
            return Ok(());
        }
        if steps.is_empty() {
            println!("all topics are as declared");
        } else {
            let rows: Vec<_> = steps.iter().map(Step::row).collect();
            table::print(&["step", "topic", "what"], &rows);
        }
        let refused = steps.iter().filter(|step| matches!(step, Step::Refuse { .. })).count();
        if refused > 0 && matches!(self.action, Action::Apply) {
            println!("nothing was applied because of the refusals above");
        }
        println!("topics: action={name} {done}={} refused={refused}", steps.len() - refused);
        Ok(())
    }
}
