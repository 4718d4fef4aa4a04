//! What the process itself costs, under the names every Prometheus dashboard knows.

use std::fmt::Write as _;
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::time::{ClockId, clock_gettime};

static STARTED: OnceLock<f64> = OnceLock::new();

/// Notes the start time; the first call counts.
pub(crate) fn note_start() {
    STARTED.get_or_init(|| SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64()));
}

/// Appends the process metrics in Prometheus text format. The CPU counter is fractional, which the recorder's whole-number
/// counters can't hold; hence by hand.
pub(crate) fn render(out: &mut String) {
    if let Some(started) = STARTED.get() {
        line(out, ("process_start_time_seconds", "gauge", "start of the process, seconds since the epoch"), *started);
    }
    line(out, ("process_cpu_seconds_total", "counter", "CPU time of all threads, user and system"), cpu_seconds());
    if let Some(bytes) = resident_bytes() {
        line(out, ("process_resident_memory_bytes", "gauge", "resident memory"), bytes);
    }
}

fn line(out: &mut String, (name, kind, help): (&str, &str, &str), value: f64) {
    // Writing to a String can't fail.
    writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}").unwrap_or_default();
}

/// Nanosecond resolution, unlike the ticks of /proc/self/stat.
#[allow(clippy::cast_precision_loss, reason = "seconds since start fit a float's 53 bits")]
fn cpu_seconds() -> f64 {
    let spent = clock_gettime(ClockId::ProcessCPUTime);
    spent.tv_sec as f64 + spent.tv_nsec as f64 / 1e9
}

#[allow(clippy::cast_precision_loss, reason = "memory sizes fit a float's 53 bits")]
fn resident_bytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let kibibytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.trim().strip_suffix(" kB")?;
    kibibytes.trim().parse::<u64>().ok().map(|kibibytes| (kibibytes * 1024) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn process_metrics_are_plausible() {
        note_start();
        let mut out = String::new();
        render(&mut out);
        let value = |name: &str| -> f64 {
            let line = out.lines().find(|line| line.starts_with(&format!("{name} "))).expect(name);
            line.rsplit(' ').next().and_then(|value| value.parse().ok()).expect(name)
        };
        assert!(value("process_start_time_seconds") > 1.7e9);
        assert!(value("process_cpu_seconds_total") > 0.0);
        assert!(value("process_resident_memory_bytes") > 100_000.0);
    }

    #[test]
    fn cpu_time_grows_with_work() {
        let before = cpu_seconds();
        while cpu_seconds() < before + 0.02 {
            std::hint::black_box(before);
        }
        assert!(cpu_seconds() - before < 10.0);
    }
}
