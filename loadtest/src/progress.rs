//! Progress for people: one line that rewrites itself on a terminal, a line every few seconds elsewhere.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

const ON_TERMINAL: Duration = Duration::from_millis(100);
const ELSEWHERE: Duration = Duration::from_secs(3);

/// Shows how far long work is.
pub struct Progress {
    terminal: bool,
    due: Instant,
    started: Instant,
}

impl Default for Progress {
    fn default() -> Self {
        let now = Instant::now();
        Self { terminal: std::io::stderr().is_terminal(), due: now, started: now }
    }
}

impl Progress {
    /// Shows the line when it is time for one.
    pub fn show(&mut self, line: impl FnOnce() -> String) {
        if Instant::now() < self.due {
            return;
        }
        let seconds = self.started.elapsed().as_secs_f64();
        if self.terminal {
            eprint!("\r\x1b[K  [{seconds:5.1}s] {}", line());
            std::io::stderr().flush().unwrap_or_default();
        } else {
            eprintln!("  [{seconds:5.1}s] {}", line());
        }
        self.due = Instant::now() + if self.terminal { ON_TERMINAL } else { ELSEWHERE };
    }

    /// Shows the last line, whatever the time.
    pub fn finish(&mut self, line: impl FnOnce() -> String) {
        self.due = Instant::now();
        self.show(line);
        if self.terminal {
            eprintln!();
        }
    }
}
