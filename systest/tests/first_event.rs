//! The README's section on the first event, followed word for word: its commands are taken from the page and run.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use loadtest::harness::wait_until;
use loadtest::judge;
use serde_json::Value;
use systest::Ground;

const README: &str = include_str!("../../README.md");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The section's blocks of commands.
fn blocks() -> Vec<String> {
    let section = README.split("## The first event").nth(1).unwrap().split("\n## ").next().unwrap();
    section.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

/// Ends what the first block started, whatever becomes of the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let ended = Command::new("kill").arg(self.0.id().to_string()).status().is_ok();
        assert!(ended && self.0.wait().is_ok());
    }
}

fn run(commands: &str) -> String {
    let output = Command::new("bash").args(["-ec", commands]).current_dir(root()).output().unwrap();
    let (told, complained) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{commands}\n{told}\n{complained}");
    told
}

#[test]
fn the_readme_s_commands_bring_each_first_event_to_kafka() {
    let ground = Ground::fresh().unwrap();
    let name = ground.stack().name.clone();
    let [start, send] = &blocks()[..] else { panic!("the section has changed its blocks") };
    assert!(start.starts_with("make gateway ") && start.lines().count() == 1, "{start}");
    let makefile = std::fs::read_to_string(root().join("Makefile")).unwrap();
    assert!(
        makefile.contains("\ngateway: setup ## ") && makefile.contains("\n\t@dev/gateway\n"),
        "make gateway is dev/gateway"
    );

    // This stack's own name and free ports are the only differences.
    let address = free_address();
    let mut gateway = Command::new("dev/gateway");
    gateway.args(["--name", &name]).current_dir(root()).stdout(Stdio::null());
    gateway.env("SEALTRAIL_INGEST_LISTEN", &address).env("SEALTRAIL_INGEST_PROCESS__LISTEN", free_address());
    let mut gateway = Running(gateway.spawn().unwrap());
    wait_until("the gateway answering", Duration::from_secs(300), || {
        assert!(gateway.0.try_wait()?.is_none(), "dev/gateway ended");
        Ok(ureq::get(format!("http://{address}/openapi.json")).call().is_ok())
    })
    .unwrap();

    let send = send.replace(".dev/default/", &format!(".dev/{name}/"));
    let told = run(&send);
    assert_eq!(judge::count(&ground.pipeline).unwrap().events.total, 3, "{told}");
    let places: Vec<Value> = told.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    assert!(places.len() >= 2 && places.iter().all(|receipt| receipt["offset"].is_u64()), "{told}");

    // Sent again, the event with the fixed id gets the same receipt and no second record.
    let again = run(&format!(". .dev/{name}/gateway/env; docs/examples/first_event.sh"));
    assert_eq!(serde_json::from_str::<Value>(&again).unwrap(), places[0]);
    assert_eq!(judge::count(&ground.pipeline).unwrap().events.total, 3);
}
