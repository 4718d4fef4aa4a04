//! The demo: a synthetic hospital through three separate services into both stores, counted and verified from outside.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::drive::{self, Load, Published};
use crate::harness::{Pipeline, Role, Service, wait_until};
use crate::judge::{self, Counts, PLACES, Verdict};
use crate::progress::Progress;
use crate::stack::Stack;

const PATIENCE: Duration = Duration::from_secs(180);

/// Runs the demo; the last line printed is for programs.
pub fn run(stack: Stack, load: &Load, directory: &Path) -> Result<()> {
    let started = Instant::now();
    let pipeline = Pipeline::prepare(stack, directory)?;
    println!("1. topics and tables");
    pipeline.set_up()?;
    if judge::count(&pipeline)?.events.total > 0 {
        bail!("this stack holds records already and the demo counts every one; use a fresh stack, as `make demo` does");
    }
    println!("2. three services: enrich, sink --store postgres, sink --store clickhouse");
    let services = Services::start(&pipeline)?;
    println!("3. {} records from a synthetic hospital, one in {} broken on purpose", load.events, load.poison_every);
    let (published, sealing) = flow(&pipeline, &services, load)?;
    services.stop()?;
    let counts = judge::count(&pipeline)?;
    report_counts(&published, sealing, &counts);
    println!("5. every chain, walked from its first leaf in all three places");
    let mut verdicts = Vec::new();
    for place in PLACES {
        let verdict = judge::verify(&pipeline, place)?;
        println!("   {place:<11} {:>8} leaves  {}", verdict.records, verdict.verdict);
        verdicts.push(verdict);
    }
    let overall = overall(&published, &counts, &verdicts);
    let caught = tamper(&pipeline)?;
    println!(
        "demo: events={} sealed={} postgres={} clickhouse={} dead={} verdict={overall} seconds={:.1}",
        counts.events.total,
        counts.sealed.total,
        counts.postgres.total,
        counts.clickhouse.total,
        counts.dead.total,
        started.elapsed().as_secs_f64()
    );
    if overall != "intact" {
        bail!("the run fell short: verdict {overall}; the logs are in {}", directory.display());
    }
    if !caught {
        bail!("the verifier did not name the tampered record");
    }
    Ok(())
}

struct Services {
    enrich: Service,
    postgres: Service,
    clickhouse: Service,
}

impl Services {
    fn start(pipeline: &Pipeline) -> Result<Self> {
        Ok(Self {
            enrich: pipeline.start(Role::Enrich)?,
            postgres: pipeline.start(Role::SinkPostgres)?,
            clickhouse: pipeline.start(Role::SinkClickhouse)?,
        })
    }

    /// Sealed, stored in Postgres, stored in ClickHouse: as the services count.
    fn counters(&self) -> Result<[u64; 3]> {
        let stored = "audit_stream_records_stored_total";
        // Dead letters are acknowledged too, and are not leaves.
        let acknowledged = self.enrich.metric("audit_stream_records_acknowledged_total")?;
        let letters = self.enrich.metric("audit_stream_dead_letters_total")?;
        Ok([
            (acknowledged - letters).max(0.0) as u64,
            self.postgres.metric(stored)? as u64,
            self.clickhouse.metric(stored)? as u64,
        ])
    }

    fn stop(self) -> Result<()> {
        self.enrich.stop()?;
        self.postgres.stop()?;
        self.clickhouse.stop()
    }
}

/// Publishes the load and waits until all of it is stored. Also tells how long sealing took, from first to last record.
fn flow(pipeline: &Pipeline, services: &Services, load: &Load) -> Result<(Published, Duration)> {
    let stack = pipeline.stack();
    let (brokers, registry) = (stack.brokers.clone(), stack.registry_url.clone());
    let (load, records) = (load.clone(), load.events);
    let begun = Instant::now();
    let driver = std::thread::spawn(move || drive::publish(&brokers, &registry, &load, |_| {}));
    let mut progress = Progress::default();
    let mut sealed_after = None;
    let line = |[sealed, postgres, clickhouse]: [u64; 3]| {
        format!("sealed {sealed:>8}   postgres {postgres:>8}   clickhouse {clickhouse:>8}   of {records}")
    };
    wait_until("storing every record in both stores", PATIENCE, || {
        let counters = services.counters()?;
        if counters[0] >= records && sealed_after.is_none() {
            sealed_after = Some(begun.elapsed());
        }
        progress.show(|| line(counters));
        // The counters also count what chains write about themselves: the places have the last word.
        Ok(counters.iter().all(|counter| *counter >= records) && judge::count(pipeline)?.hold(records))
    })?;
    progress.finish(|| services.counters().map_or_else(|error| error.to_string(), line));
    let published = driver.join().map_err(|_| anyhow::anyhow!("the load driver panicked"))??;
    Ok((published, sealed_after.unwrap_or_else(|| begun.elapsed())))
}

fn report_counts(published: &Published, sealing: Duration, counts: &Counts) {
    let rate = |records: u64, seconds: f64| records as f64 / seconds.max(0.001);
    println!("4. counted in Kafka and in the stores themselves");
    println!(
        "   published    {:>8}  ({:.0}/s, acknowledged by Kafka)",
        counts.events.total,
        rate(published.records(), published.seconds)
    );
    println!(
        "   sealed       {:>8}  ({:.0}/s while being published)",
        counts.sealed.total,
        rate(counts.sealed.total, sealing.as_secs_f64())
    );
    println!("   refused      {:>8}  (dead letters; the chain names each)", counts.dead.total);
    println!("   in Postgres  {:>8}", counts.postgres.total);
    println!("   in ClickHouse{:>8}", counts.clickhouse.total);
}

/// Intact only when every walk is, every place holds every record, and the refusals are exactly those we made.
fn overall(published: &Published, counts: &Counts, verdicts: &[Verdict]) -> String {
    if let Some(bad) = verdicts.iter().find(|verdict| verdict.verdict != "intact") {
        return bad.verdict.clone();
    }
    let complete = counts.agree()
        && counts.events.total == published.records()
        && counts.dead.total == published.poison
        && verdicts.iter().all(|verdict| verdict.records >= published.records());
    if complete { "intact".to_owned() } else { "missing".to_owned() }
}

/// Changes one stored row as an administrator could, and asks the verifier. True when it names exactly that row.
fn tamper(pipeline: &Pipeline) -> Result<bool> {
    // Not even the owner may change a row; an administrator can.
    const AROUND: &str = "SET session_replication_role = replica";
    const ATTACK: &str = "UPDATE audit_record SET outcome = 'success-as-usual' WHERE (partition, sequence) =
        (SELECT partition, max(sequence) / 2 FROM audit_record GROUP BY partition ORDER BY count(*) DESC LIMIT 1)
        RETURNING 'audit.events/' || partition || ' ' || sequence";
    let output = Command::new("psql")
        .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--command", AROUND, "--command", ATTACK])
        .arg(&pipeline.stack().postgres_admin_url)
        .output()
        .context("starting psql, with which the demo tampers; `dev/setup` installs it")?;
    let changed = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let Some((chain, sequence)) = changed.split_once(' ') else {
        bail!("psql could not tamper: {}", String::from_utf8_lossy(&output.stderr));
    };
    println!("6. an administrator changes one column of one row: {chain} sequence {sequence}");
    let verdict = judge::verify(pipeline, "postgres")?;
    for finding in &verdict.findings {
        println!("   {}: {} sequence {}: {}", finding.verdict, finding.chain, finding.sequence, finding.what);
    }
    let named = |finding: &judge::Finding| finding.chain == chain && finding.sequence.to_string() == sequence;
    Ok(verdict.verdict == "tampered" && verdict.findings.len() == 1 && verdict.findings.iter().all(named))
}
