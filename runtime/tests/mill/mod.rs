//! Starts `examples/mill.rs` as a process of its own and talks to it from outside.

use std::io::{BufRead as _, BufReader, ErrorKind, Read as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rustix::process::{Pid, Signal, kill_process};

const PATIENCE: Duration = Duration::from_secs(20);

/// A folder with `mill.toml` in it.
pub(crate) struct Settings {
    folder: tempfile::TempDir,
}

/// What a mill that ended by itself left behind.
#[derive(Debug)]
pub(crate) struct Output {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Settings {
    /// `body` goes under `[mill]`.
    pub(crate) fn new(body: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("mill.toml"), format!("[mill]\n{body}\n")).expect("write");
        Self { folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a mill to its end.
    pub(crate) fn run(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
        let mut command = self.command();
        command.args(arguments).envs(environment.iter().copied());
        let output = command.output().expect("the mill starts");
        Output {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("text"),
            stderr: String::from_utf8(output.stderr).expect("text"),
        }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(executable());
        command.arg("--config").arg("mill.toml").current_dir(self.folder.path());
        command
    }
}

/// Cargo builds examples beside the tests, two folders up.
fn executable() -> PathBuf {
    let test = std::env::current_exe().expect("the test's path");
    let path = test.parent().and_then(Path::parent).expect("the build folder").join("examples/mill");
    assert!(path.exists(), "build the example first: cargo build -p runtime --example mill");
    path
}

type Lines = Arc<(Mutex<Vec<String>>, Condvar)>;

/// A running mill; ends with the test.
pub(crate) struct Mill {
    child: Child,
    lines: Lines,
    reader: Option<JoinHandle<()>>,
    stop_reading: Arc<AtomicBool>,
    address: String,
}

impl Mill {
    /// Starts a mill and waits until it answers.
    pub(crate) fn start(settings: &Settings) -> Self {
        let mut child = settings.command().stderr(Stdio::piped()).spawn().expect("the mill starts");
        let stderr = BufReader::new(child.stderr.take().expect("stderr"));
        let lines = Lines::default();
        let shared = Arc::clone(&lines);
        let stop_reading = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&stop_reading);
        let reader = std::thread::spawn(move || {
            for line in stderr.lines().take_while(|_| !stop.load(Ordering::SeqCst)) {
                shared.0.lock().expect("lock").push(line.expect("text"));
                shared.1.notify_all();
            }
        });
        let mut mill = Self { child, lines, reader: Some(reader), stop_reading, address: String::new() };
        let started: serde_json::Value = serde_json::from_str(&mill.wait_for_log("\"listen\"")).expect("JSON");
        mill.address = started["listen"].as_str().expect("an address").to_owned();
        mill
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("the mill takes a signal");
    }

    /// Waits for a log line with this text.
    pub(crate) fn wait_for_log(&self, text: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        let mut lines = self.lines.0.lock().expect("lock");
        loop {
            if let Some(line) = lines.iter().find(|line| line.contains(text)) {
                return line.clone();
            }
            let left = deadline.checked_duration_since(Instant::now());
            let left = left.unwrap_or_else(|| panic!("no line with {text} in {lines:#?}"));
            lines = self.lines.1.wait_timeout(lines, left).expect("lock").0;
        }
    }

    /// Waits for the end and the last log line.
    pub(crate) fn exit_code(&mut self) -> Option<i32> {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("wait") {
                break status;
            }
            assert!(Instant::now() < deadline, "the mill still runs: {:#?}", self.log());
            std::thread::sleep(Duration::from_millis(5));
        };
        if let Some(reader) = self.reader.take() {
            reader.join().expect("the reader ends");
        }
        status.code()
    }

    /// Closes our end of the mill's stderr at the line that `trigger` brings about.
    pub(crate) fn close_stderr_after(&mut self, trigger: impl FnOnce()) {
        self.stop_reading.store(true, Ordering::SeqCst);
        trigger();
        self.reader.take().expect("a reader").join().expect("the reader ends");
    }

    pub(crate) fn log(&self) -> Vec<String> {
        self.lines.0.lock().expect("lock").clone()
    }

    pub(crate) fn get(&self, route: &str) -> (u16, String) {
        let mut response = agent().get(self.url(route)).call().expect("an answer");
        (response.status().as_u16(), response.body_mut().read_to_string().expect("text"))
    }

    pub(crate) fn post(&self, route: &str) -> u16 {
        agent().post(self.url(route)).send_empty().expect("an answer").status().as_u16()
    }

    fn url(&self, route: &str) -> String {
        format!("http://{}{route}", self.address)
    }
}

impl Drop for Mill {
    fn drop(&mut self) {
        self.child.kill().expect("kill");
        self.child.wait().expect("wait");
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE)).build().new_agent()
}

/// Whether the peer closes this connection within the time.
pub(crate) fn is_hung_up(mut stream: &TcpStream, patience: Duration) -> bool {
    stream.set_read_timeout(Some(patience)).expect("a time-out");
    match stream.read_to_end(&mut Vec::new()) {
        Ok(_) => true,
        Err(error) if error.kind() == ErrorKind::WouldBlock => false,
        Err(error) if error.kind() == ErrorKind::ConnectionReset => true,
        Err(error) => panic!("{error:?}"),
    }
}

/// The value of a series without labels.
pub(crate) fn sample(metrics: &str, name: &str) -> f64 {
    let line = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("{name} in:\n{metrics}"))
}

pub(crate) fn now_seconds() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs_f64()
}
