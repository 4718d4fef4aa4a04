//! One service process: started, watched through its own health and metrics, stopped or killed.

use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal};

/// A running service. Dropping it kills it.
pub struct Service {
    name: String,
    child: Child,
    address: SocketAddr,
    public: Option<SocketAddr>,
    log: PathBuf,
    agent: ureq::Agent,
}

impl Service {
    pub(super) fn spawn(
        mut command: Command,
        (section, serves): (&str, bool),
        name: &str,
        directory: &Path,
    ) -> Result<Self> {
        let address = free_address()?;
        let public = if serves { Some(free_address()?) } else { None };
        let log = directory.join(format!("{name}.log"));
        let file = File::options().create(true).append(true).open(&log).context("opening a log")?;
        command
            .env(format!("SEALTRAIL_{section}_PROCESS__LISTEN"), address.to_string())
            .envs(public.map(|public| (format!("SEALTRAIL_{section}_LISTEN"), public.to_string())));
        let child = bound_to_us(&command).stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file).spawn();
        let child = child.with_context(|| format!("starting {name}"))?;
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(2)))
            .http_status_as_error(false)
            .build()
            .new_agent();
        Ok(Self { name: name.to_owned(), child, address, public, log, agent })
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    #[must_use]
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// Where a gateway or an API answers its users. A worker has no such place.
    pub fn url(&self, path: &str) -> Result<String> {
        let public = self.public.with_context(|| format!("{} serves nobody", self.name))?;
        Ok(format!("http://{public}{path}"))
    }

    pub(super) fn wait_ready(&self, patience: Duration) -> Result<()> {
        super::wait_until(&format!("{} being ready ({})", self.name, self.log.display()), patience, || {
            if self.has_ended() {
                bail!("{} ended before it was ready:\n{}", self.name, self.last_log_lines());
            }
            Ok(self.get("/readyz").is_ok_and(|(status, _)| status == 200))
        })
    }

    /// Status and body of one of the service's own pages.
    pub fn get(&self, path: &str) -> Result<(u16, String)> {
        let mut answer = self.agent.get(format!("http://{}{path}", self.address)).call()?;
        Ok((answer.status().as_u16(), answer.body_mut().read_to_string()?))
    }

    /// The sum of a metric over its labels; zero when it was never touched.
    pub fn metric(&self, name: &str) -> Result<f64> {
        let (_, body) = self.get("/metrics").with_context(|| format!("{} does not answer", self.name))?;
        let values = body
            .lines()
            .filter(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with('{') || rest.starts_with(' ')));
        Ok(values.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum())
    }

    /// True for a process that is gone and not reaped yet, too.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        // `try_wait` needs a mutable child; asking the kernel does not.
        let state = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap_or_default();
        state.rsplit(") ").next().is_none_or(|rest| rest.is_empty() || rest.starts_with('Z'))
    }

    #[must_use]
    pub fn last_log_lines(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        lines.iter().skip(lines.len().saturating_sub(15)).copied().collect::<Vec<_>>().join("\n")
    }

    fn signal(&self, signal: Signal) -> Result<()> {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).context("no such process")?;
        rustix::process::kill_process(pid, signal).with_context(|| format!("signalling {}", self.name))
    }

    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Stops it where it stands; it neither runs nor ends until it is thawed, or killed.
    pub fn freeze(&self) -> Result<()> {
        self.signal(Signal::STOP)
    }

    pub fn thaw(&self) -> Result<()> {
        self.signal(Signal::CONT)
    }

    /// Asks it to drain and waits; an exit code other than 0 is an error.
    pub fn stop(mut self) -> Result<()> {
        self.signal(Signal::TERM)?;
        let status = self.wait(Duration::from_secs(40))?;
        if !status.success() {
            bail!("{} ended with {status}:\n{}", self.name, self.last_log_lines());
        }
        Ok(())
    }

    /// kill -9, and waits until it is gone.
    pub fn kill(mut self) -> Result<()> {
        self.signal(Signal::KILL)?;
        self.wait(Duration::from_secs(10)).map(|_| ())
    }

    /// Waits for an end of its own.
    pub fn wait(&mut self, patience: Duration) -> Result<ExitStatus> {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            if Instant::now() > deadline {
                bail!("{} did not end within {} s", self.name, patience.as_secs());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// The same command, killed by the kernel when the thread that starts it ends, even by kill -9: no service is left behind.
fn bound_to_us(command: &Command) -> Command {
    let mut bound = Command::new("setpriv");
    bound.args(["--pdeathsig", "KILL", "--"]).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => bound.env(name, value),
            None => bound.env_remove(name),
        };
    }
    bound
}

/// Taken and given back: the service binds it a moment later, and says so clearly if somebody was quicker.
fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr())?)
}

impl Drop for Service {
    fn drop(&mut self) {
        // Already gone after `stop` or `kill`; then both calls fail and nothing is left to do.
        if self.child.kill().is_ok() {
            self.child.wait().map(|_| ()).unwrap_or_default();
        }
    }
}
