//! The frame around a service: everything before its body, and the exit code after it.

use std::fmt::Display;
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::ExitCode;

use crate::background::{Background, Running};
use crate::config::{self, Problem, ProcessSettings, Section};
use crate::drain::{Drain, DrainMetric, millis};
use crate::error::told_once;
use crate::health::{Health, HealthMetric};
use crate::http::Routes;
use crate::logs::{self, LogMetric};
use crate::shutdown::Shutdown;
use crate::{Error, metrics, process};

/// The exit code for a body that failed, or a frame that couldn't be set up.
pub const EXIT_FAILED: u8 = 1;
/// The exit code for a wrong configuration: starting again won't help.
pub const EXIT_CONFIG: u8 = 2;

/// The arguments that every service takes.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct ServiceArgs {
    /// TOML file with this process's section; without it, built-in defaults and the environment
    #[arg(long, value_name = "FILE", env = "SEALTRAIL_CONFIG")]
    pub config: Option<PathBuf>,

    /// Print the resolved configuration, secrets by where they come from, and exit
    #[arg(long)]
    pub check_config: bool,
}

/// What the frame gives to a body. Everything is cheap to clone and safe to share.
#[derive(Debug, Clone)]
pub struct Runtime {
    /// Readiness, one entry per dependency.
    pub health: Health,
    /// The request to stop.
    pub shutdown: Shutdown,
    /// Runs the stages of the drain.
    pub drain: Drain,
}

/// Runs a service: configuration, logs, metrics, health, signals, then `body` on this thread.
///
/// Exit codes: 0 done or drained; 1 the body failed or the frame couldn't be set up; 2 wrong configuration; 3 the drain
/// missed its deadline; 130 and 143 after a second signal.
pub fn run<S: Section>(args: &ServiceArgs, body: impl FnOnce(S, Runtime) -> anyhow::Result<()>) -> ExitCode {
    let loaded = config::environment()
        .and_then(|environment| config::load_with_warnings::<S>(args.config.as_deref(), environment.into_iter()));
    let (section, warnings) = match loaded {
        Ok(loaded) => loaded,
        Err(error) => return fail(EXIT_CONFIG, S::NAME, &error),
    };
    if args.check_config {
        return show(&section, &warnings);
    }
    process::note_start();
    if let Err(error) = logs::install(S::NAME, section.process()) {
        return fail(EXIT_FAILED, S::NAME, &error);
    }
    for warning in warnings {
        tracing::warn!(%warning, "configuration");
    }
    let started = start(section.process());
    match started {
        Ok((runtime, background)) => finish(&runtime, background, body(section, runtime.clone())),
        Err(error) => {
            tracing::error!(kind = error.kind(), %error, "cannot start");
            ExitCode::from(EXIT_FAILED)
        }
    }
}

/// Everything between the logs and the body.
fn start(settings: &ProcessSettings) -> Result<(Runtime, Running), Error> {
    let recorder = metrics::recorder().map_err(|error| Error::Metrics(error.to_string()))?;
    let handle = recorder.handle();
    ::metrics::set_global_recorder(recorder).map_err(|error| Error::Metrics(error.to_string()))?;
    HealthMetric::describe();
    DrainMetric::describe();
    LogMetric::describe();

    let listener = bind(settings.listen)?;
    let address = listener.local_addr().unwrap_or(settings.listen);
    let shutdown = Shutdown::new();
    let runtime = Runtime { health: Health::new(shutdown.clone()), shutdown: shutdown.clone(), drain: Drain::new() };
    let background = Background {
        listener,
        routes: Routes { health: runtime.health.clone(), metrics: handle },
        shutdown,
        drain: runtime.drain.clone(),
        deadline: settings.drain_deadline(),
    };
    let running = background.start()?;
    tracing::info!(listen = %address, pid = std::process::id(), "started: /healthz /readyz /metrics answer");
    Ok((runtime, running))
}

fn bind(address: SocketAddr) -> Result<TcpListener, Error> {
    TcpListener::bind(address).map_err(|source| Error::Listen { address, source })
}

/// Turns the body's outcome into log lines and the exit code, then stops the background thread.
fn finish(runtime: &Runtime, background: Running, outcome: anyhow::Result<()>) -> ExitCode {
    let drained = runtime.shutdown.since().map(|since| since.elapsed());
    if let Some(took) = drained {
        DrainMetric::DrainsCompleted.increment(1);
        tracing::info!(took_ms = millis(took), "drained");
    }
    background.finish();
    match outcome {
        Ok(()) => {
            tracing::info!("finished");
            ExitCode::SUCCESS
        }
        Err(error) => {
            tracing::error!(error = told_once(&error), "failed");
            ExitCode::from(EXIT_FAILED)
        }
    }
}

fn show<S: Section>(section: &S, warnings: &[Problem]) -> ExitCode {
    for warning in warnings {
        say(format_args!("{}: warning: {warning}", S::NAME));
    }
    let view = match config::safe_view(section) {
        Ok(view) => view,
        Err(error) => {
            return fail(EXIT_CONFIG, S::NAME, &format_args!("cannot show the configuration as TOML: {error}"));
        }
    };
    match std::io::stdout().write_all(view.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(EXIT_FAILED, S::NAME, &format_args!("cannot write to standard output: {error}")),
    }
}

/// For problems before the logs are set up: plain text on stderr.
fn fail(code: u8, name: &str, problem: &dyn Display) -> ExitCode {
    say(format_args!("{name}: {problem}"));
    ExitCode::from(code)
}

fn say(line: std::fmt::Arguments<'_>) {
    // With stderr closed there is nobody left to tell; the exit code still says it.
    writeln!(std::io::stderr(), "{line}").unwrap_or_default();
}
