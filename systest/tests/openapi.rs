//! What the gateway says of itself in `/openapi.json`, held by Schemathesis against what it does, on a real Kafka.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::process::Command;

use loadtest::harness::{Role, Service};
use systest::Ground;

/// Runs the tool, which sends the same whenever it runs, and shows what it found. It leaves out the document's own path.
fn hold_against_its_document(ingest: &Service, api_key: Option<&str>, arguments: &[&str]) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../dev/schemathesis/run");
    let mut command = Command::new(script);
    command.arg(ingest.url("").unwrap()).args(arguments).envs(api_key.map(|key| ("SEALTRAIL_API_KEY", key)));
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let tail: Vec<&str> = said.lines().rev().take(80).collect();
    let tail: Vec<&str> = tail.into_iter().rev().map(|line| line.get(..400).unwrap_or(line)).collect();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}\n{stderr}", tail.join("\n"));
    // A run without requests finds nothing either.
    let tested = said.lines().find_map(|line| line.trim().strip_prefix("Tested: ")).map(str::to_owned);
    assert_eq!(tested.as_deref(), Some("4"), "{}", tail.join("\n"));
}

#[test]
fn a_gateway_that_asks_nobody_does_what_its_document_says() {
    let ground = Ground::fresh().unwrap();
    let ingest = ground.pipeline.start(Role::Ingest).unwrap();
    hold_against_its_document(&ingest, None, &["--phases", "examples,coverage,fuzzing", "--max-examples", "30"]);
    ingest.stop().unwrap();
}

#[test]
fn a_gateway_that_asks_for_keys_does_what_its_document_says() {
    let ground = Ground::fresh().unwrap();
    let keys = ground.pipeline.config_file().with_file_name("keys.toml");
    let keys = keys.to_str().unwrap();
    let arguments = ["keys", "api", "create", "--file", keys, "--tenant", "general-hospital", "--service", "fuzzer"];
    let key = ground.pipeline.run("audit-cli", &arguments).unwrap();
    let config = std::fs::read_to_string(ground.pipeline.config_file()).unwrap();
    let asking = config.replace("open_tenant = \"general-hospital\"", &format!("api_keys = {keys:?}"));
    assert_ne!(asking, config);
    std::fs::write(ground.pipeline.config_file(), asking).unwrap();
    let ingest = ground.pipeline.start(Role::Ingest).unwrap();
    hold_against_its_document(&ingest, Some(key.trim()), &["--phases", "examples,fuzzing", "--max-examples", "100"]);
    ingest.stop().unwrap();
}
