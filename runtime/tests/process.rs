//! The frame as real processes: exit codes, signals, the drain's deadline, probes and metrics of `examples/mill.rs`.

// Marked so that the lints know these helpers for tests.
#[cfg(test)]
mod mill;

use std::io::Write as _;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use mill::{Mill, Settings};
use rustix::process::Signal;

#[test]
fn sigterm_drains_in_order_and_exits_0() {
    let mut mill = Mill::start(&Settings::new(""));
    mill.signal(Signal::TERM);
    assert_eq!(mill.exit_code(), Some(0));
    let log = mill.log();
    let at = |text: &str| log.iter().position(|line| line.contains(text)).unwrap_or_else(|| panic!("{text}: {log:#?}"));
    assert!(at("shutdown requested") < at("stop the wheel"));
    assert!(at("stop the wheel") < at("empty the hopper"));
    assert!(at("empty the hopper") < at("\"drained\""));
}

#[test]
fn a_drain_past_its_deadline_exits_3_and_names_the_stage() {
    let mut mill = Mill::start(&Settings::new("empty_ms = 60000\n[mill.process]\ndrain_deadline_ms = 300"));
    let asked = Instant::now();
    mill.signal(Signal::TERM);
    assert_eq!(mill.exit_code(), Some(3));
    let took = asked.elapsed();
    assert!(took >= Duration::from_millis(300) && took < Duration::from_secs(5), "took {took:?}");
    let overrun = mill.log().into_iter().find(|line| line.contains("missed its deadline")).expect("an overrun line");
    assert!(overrun.contains("empty the hopper"), "{overrun}");
    assert!(!overrun.contains("stop the wheel"), "{overrun}");
    assert!(overrun.contains("\"audit_runtime_drain_overruns_total\":1"), "{overrun}");
}

#[test]
fn a_second_signal_leaves_at_once_with_its_own_code() {
    for (second, code) in [(Signal::TERM, 143), (Signal::INT, 130)] {
        let mut mill = Mill::start(&Settings::new("empty_ms = 60000"));
        mill.signal(Signal::TERM);
        mill.wait_for_log("draining");
        mill.signal(second);
        assert_eq!(mill.exit_code(), Some(code));
    }
}

#[test]
fn readiness_follows_the_dependency_and_ends_with_the_shutdown_request() {
    let settings = Settings::new("empty_ms = 1500");
    let mut mill = Mill::start(&settings);
    mill.wait_for_log("the river is dry");
    let (status, body) = mill.get("/readyz");
    assert_eq!(status, 503);
    assert!(
        body.contains("\"name\":\"river\",\"state\":\"down\",\"reason\":\"the river is dry\",\"since\":\"20"),
        "{body}"
    );
    assert_eq!(mill.get("/healthz").0, 200, "a dry river is no reason to restart the mill");

    std::fs::write(settings.path("river"), "water").expect("write");
    mill.wait_for_log("dependency is up");
    let (status, body) = mill.get("/readyz");
    assert_eq!(status, 200, "{body}");
    assert!(body.contains("\"state\":\"up\""), "{body}");

    mill.signal(Signal::TERM);
    mill.wait_for_log("draining");
    let (status, body) = mill.get("/readyz");
    assert_eq!(status, 503);
    assert!(body.contains("shutting down"), "{body}");
    assert_eq!(mill.get("/healthz").0, 200);
    let metrics = mill.get("/metrics").1;
    assert!(metrics.contains("audit_runtime_drain_stages_started_total{stage=\"empty the hopper\"} 1"), "{metrics}");
    assert!(!metrics.contains("audit_runtime_drain_stages_completed_total{stage=\"empty the hopper\"}"), "{metrics}");
    assert!(metrics.contains("audit_runtime_drain_stages_completed_total{stage=\"stop the wheel\"} 1"), "{metrics}");
    assert_eq!(mill.exit_code(), Some(0));
}

#[test]
fn metrics_have_help_lines_counts_and_process_costs() {
    let mill = Mill::start(&Settings::new(""));
    mill.wait_for_log("the river is dry");
    let first = mill.get("/metrics").1;
    for line in [
        "# HELP audit_mill_turns_made_total turns of the wheel",
        "# TYPE audit_mill_turns_made_total counter",
        "# HELP audit_mill_turn_seconds time of one turn",
        "# TYPE audit_mill_turn_seconds histogram",
        "audit_mill_turn_seconds_bucket{le=\"0.01\"}",
        "audit_runtime_drain_overruns_total 0",
        "audit_runtime_dependency_up{dependency=\"river\"} 0",
        "audit_runtime_log_lines_total{level=\"warn\"} 1",
        "# TYPE process_cpu_seconds_total counter",
        "process_resident_memory_bytes ",
        "process_start_time_seconds ",
    ] {
        assert!(first.contains(line), "{line} is missing in:\n{first}");
    }
    let turns = |text: &str| mill::sample(text, "audit_mill_turns_made_total");
    std::thread::sleep(Duration::from_millis(200));
    let second = mill.get("/metrics").1;
    assert!(turns(&second) > turns(&first));
    let started = mill::sample(&first, "process_start_time_seconds");
    assert!((mill::now_seconds() - started).abs() < 60.0, "started {started}");
}

#[test]
fn slow_peers_do_not_keep_probes_out() {
    let mill = Mill::start(&Settings::new(""));
    let mut slow: Vec<TcpStream> = (0..100).map(|_| TcpStream::connect(mill.address()).expect("connect")).collect();
    for stream in &mut slow {
        // The frame may have hung up on this one already; the next probe is what counts.
        stream.write_all(b"GET /metr").unwrap_or_default();
    }
    let asked = Instant::now();
    assert_eq!(mill.get("/healthz").0, 200);
    assert!(asked.elapsed() < Duration::from_secs(1), "took {:?}", asked.elapsed());
    assert!(mill::is_hung_up(&slow[0], Duration::from_secs(1)), "the oldest gives way");
    assert!(mill::is_hung_up(&slow[99], Duration::from_secs(8)), "nobody may take longer than the time-out");
    assert!(asked.elapsed() > Duration::from_secs(4), "the newest kept its slot for a while");
}

#[test]
fn a_closed_stderr_does_not_stop_the_service() {
    let settings = Settings::new("");
    let mut mill = Mill::start(&settings);
    mill.wait_for_log("the river is dry");
    mill.close_stderr_after(|| std::fs::write(settings.path("river"), "water").expect("write"));
    assert_eq!(mill.get("/readyz").0, 200);
    mill.signal(Signal::TERM);
    assert_eq!(mill.exit_code(), Some(0));
}

#[test]
fn unknown_routes_and_methods_are_refused() {
    let mill = Mill::start(&Settings::new(""));
    assert_eq!(mill.get("/metric").0, 404);
    assert_eq!(mill.post("/healthz"), 405);
}

#[test]
fn a_port_in_use_is_named_with_the_fix() {
    let mill = Mill::start(&Settings::new(""));
    let second = Settings::new(&format!("[mill.process]\nlisten = \"{}\"", mill.address()));
    let output = second.run(&[], &[]);
    assert_eq!(output.code, Some(1));
    assert!(output.stderr.contains(&format!("cannot listen on {}", mill.address())), "{}", output.stderr);
    assert!(output.stderr.contains("set process.listen to a free address"), "{}", output.stderr);
}

#[test]
fn a_body_that_fails_exits_1_with_its_reason() {
    let output = Settings::new("breaks = true").run(&[], &[]);
    assert_eq!(output.code, Some(1));
    assert!(output.stderr.contains("the wheel broke"), "{}", output.stderr);
}

#[test]
fn a_panic_is_logged_by_place_without_quoting_data() {
    let output = Settings::new("panics = true").run(&[], &[]);
    assert_eq!(output.code, Some(101));
    assert!(output.stderr.contains("examples/mill.rs"), "{}", output.stderr);
    assert!(!output.stderr.contains("kern"), "{}", output.stderr);
}

#[test]
fn log_lines_are_json_objects_when_nobody_watches() {
    let mut mill = Mill::start(&Settings::new(""));
    mill.signal(Signal::INT);
    assert_eq!(mill.exit_code(), Some(0));
    for line in mill.log() {
        let value: serde_json::Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        for field in ["time", "level", "service", "target", "message"] {
            assert!(value[field].is_string(), "{field} in {line}");
        }
        assert_eq!(value["service"], "mill");
    }
}

#[test]
fn check_config_shows_the_layers_and_never_the_secret() {
    let settings = Settings::new("empty_ms = 7\n[mill.process]\nlog_level = \"debug\"");
    let secret = settings.path("password");
    std::fs::write(&secret, "hunter2-from-file\n").expect("write");
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o644)).expect("chmod");
    let by_file = settings.run(
        &["--check-config"],
        &[("SEALTRAIL_MILL_GATE_PASSWORD__FILE", secret.to_str().expect("path")), ("SEALTRAIL_MILL_EMPTY_MS", "9")],
    );
    assert_eq!(by_file.code, Some(0), "{}", by_file.stderr);
    for line in ["[mill]", "empty_ms = 9", "log_level = \"debug\"", "drain_deadline_ms = 25000", "[mill.gate_password]"]
    {
        assert!(by_file.stdout.contains(line), "{line} in {}", by_file.stdout);
    }
    assert!(by_file.stderr.contains("every user of this machine can read"), "{}", by_file.stderr);

    let by_value = settings.run(&["--check-config"], &[("SEALTRAIL_MILL_GATE_PASSWORD", "hunter2-from-env")]);
    assert_eq!(by_value.code, Some(0), "{}", by_value.stderr);
    assert!(by_value.stdout.contains("env = \"SEALTRAIL_MILL_GATE_PASSWORD\""), "{}", by_value.stdout);
    for output in [by_file, by_value] {
        assert!(!output.stdout.contains("hunter2") && !output.stderr.contains("hunter2"), "{output:?}");
    }
}

#[test]
fn what_check_config_prints_can_be_loaded_again() {
    let settings = Settings::new("empty_ms = 7");
    let first = settings.run(&["--check-config"], &[]);
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    std::fs::write(settings.path("mill.toml"), &first.stdout).expect("write");
    assert_eq!(settings.run(&["--check-config"], &[]).stdout, first.stdout);
}

#[test]
fn a_wrong_configuration_exits_2_with_every_problem() {
    let settings =
        Settings::new("emty_ms = 7\ngate_password = \"hunter2\"\n[mill.process]\nlog_level = \"inof\"\n[snik]");
    let output = settings.run(&[], &[("SEALTRAIL_MILL_PROCESS__LISTN", "127.0.0.1:1")]);
    assert_eq!(output.code, Some(2));
    for text in [
        "mill.toml:2: mill.emty_ms: unknown key; did you mean `empty_ms`?",
        "mill.toml:3: mill.gate_password: a secret is never written down here",
        "mill.toml:6: snik: unknown section; did you mean `sink`?",
        "did you mean `SEALTRAIL_MILL_PROCESS__LISTEN`?",
    ] {
        assert!(output.stderr.contains(text), "{text} in {}", output.stderr);
    }
    assert!(!output.stderr.contains("hunter2"), "{}", output.stderr);
}
