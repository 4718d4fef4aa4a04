//! Asks a built binary whether it understands an argument list, by appending `--help`: its own parser answers.
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::check::commands::Refusal;

const ANSWER_TIME_MAX: Duration = Duration::from_secs(5);

/// Asks the newest build of a binary below the target folder.
pub(crate) fn ask(target: &Path, binary: &str, arguments: &[String]) -> Result<(), Refusal> {
    ask_at(&newest(target, binary).ok_or(Refusal::NotBuilt)?, arguments)
}

/// A command line is read from the left and `--help` ends the reading, so everything before it must be known.
fn ask_at(binary: &Path, arguments: &[String]) -> Result<(), Refusal> {
    let own: Vec<&String> = arguments.iter().take_while(|word| *word != "--").collect();
    let refused = |error: std::io::Error| Refusal::Refused(error.to_string());
    let mut command = Command::new(binary);
    command.args(own).arg("--help").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(refused)?;
    let started = Instant::now();
    while child.try_wait().map_err(refused)?.is_none() {
        if started.elapsed() > ANSWER_TIME_MAX {
            child.kill().map_err(refused)?;
            child.wait().map_err(refused)?;
            return Err(Refusal::Refused("`--help` did not end within 5 seconds".to_owned()));
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let output = child.wait_with_output().map_err(refused)?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let first = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("it failed without a message");
    Err(Refusal::Refused(first.trim_start_matches("error: ").to_owned()))
}

fn newest(target: &Path, binary: &str) -> Option<PathBuf> {
    let built = ["debug", "release"].map(|profile| target.join(profile).join(binary));
    let built = built.into_iter().filter_map(|path| Some((path.metadata().ok()?.modified().ok()?, path)));
    built.max().map(|(_, path)| path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    /// A script that knows `verify` and `--json`, as a clap binary would.
    #[cfg(unix)]
    fn built(folder: &Path, script: &str) {
        use std::os::unix::fs::PermissionsExt;
        let path = folder.join("debug/tool");
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, script).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn the_binary_itself_decides() {
        let target = tempfile::tempdir().unwrap();
        let script = "#!/bin/sh\nfor a; do case $a in --help) exit 0;; verify|--json) ;; *) echo \"error: unexpected $a\" >&2; exit 2;; esac; done; exit 3\n";
        built(target.path(), script);
        assert!(ask(target.path(), "tool", &words("verify --json -- anything")).is_ok());
        let refusal = ask(target.path(), "tool", &words("verify --jsn")).unwrap_err();
        assert!(matches!(refusal, Refusal::Refused(answer) if answer == "unexpected --jsn"));
    }

    #[test]
    fn a_binary_that_was_not_built_is_an_error() {
        let target = tempfile::tempdir().unwrap();
        assert!(matches!(ask(target.path(), "tool", &[]), Err(Refusal::NotBuilt)));
    }
}
