//! Which sections are refused, and with what words.

use super::*;

fn load(variables: &[(&str, &str)]) -> Result<IngestConfig, String> {
    let required = [("REGISTRY_URL", "http://127.0.0.1:1"), ("ROUTING_KEY", "a synthetic secret")];
    let all = required.iter().chain(variables);
    let environment = all.map(|(key, value)| (format!("SEALTRAIL_INGEST_{key}"), (*value).to_owned()));
    runtime::config::load(None, environment).map_err(|error| error.to_string())
}

fn open(variables: &[(&str, &str)]) -> Result<IngestConfig, String> {
    load(&[&[("OPEN_TENANT", "north")], variables].concat())
}

#[track_caller]
fn refused(outcome: Result<IngestConfig, String>, said: &[&str]) {
    let told = outcome.unwrap_err();
    for words in said {
        assert!(told.contains(words), "{told}");
    }
}

#[test]
fn the_default_answers_this_machine_only_and_needs_to_know_a_tenant() {
    assert!(open(&[]).unwrap().listen.ip().is_loopback());
    refused(load(&[]), &["api_keys", "open_tenant"]);
    refused(load(&[("OPEN_TENANT", "North Hospital")]), &["is not a name"]);
}

#[test]
fn an_open_address_needs_keys_or_leave_and_encryption_or_leave() {
    let far = ("LISTEN", "0.0.0.0:8080");
    refused(open(&[far]), &["allow_unauthenticated = true", "allow_plaintext = true"]);
    refused(open(&[far, ("ALLOW_UNAUTHENTICATED", "true")]), &["allow_plaintext = true"]);
    assert!(open(&[far, ("ALLOW_UNAUTHENTICATED", "true"), ("ALLOW_PLAINTEXT", "true")]).is_ok());
    assert!(open(&[("LISTEN", "[::1]:8080")]).is_ok());
}

#[test]
fn settings_that_contradict_each_other_are_refused() {
    let keys = ("API_KEYS", "/nowhere/keys.toml");
    let said = ["open_tenant: means nothing beside api_keys", "/nowhere/keys.toml cannot be read"];
    refused(open(&[keys]), &said);
    refused(load(&[keys, ("ALLOW_UNAUTHENTICATED", "true")]), &["allow_unauthenticated: means nothing"]);
    refused(open(&[("SIGNING_SECRET", &"x".repeat(32))]), &["signing_secret: is used with api_keys only"]);
    refused(load(&[keys, ("SIGNING_SECRET", "short")]), &["at least 32"]);
}

#[test]
fn certificates_are_read_when_the_section_is_checked() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).display().to_string();
    let own = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let other = rcgen::KeyPair::generate().unwrap();
    std::fs::write(path("certificate"), own.cert.pem()).unwrap();
    std::fs::write(path("key"), own.signing_key.serialize_pem()).unwrap();
    std::fs::write(path("other"), other.serialize_pem()).unwrap();
    std::fs::write(path("empty"), "").unwrap();
    let tls = |certificate: &str, key: &str| {
        open(&[("TLS__CERTIFICATE", &path(certificate)), ("TLS__KEY", &path(key)), ("LISTEN", "127.0.0.1:1")])
    };
    assert!(tls("certificate", "key").is_ok());
    refused(tls("certificate", "other"), &["the certificate and its key cannot be used"]);
    refused(tls("empty", "key"), &["holds no certificate"]);
    refused(tls("certificate", "missing"), &["missing cannot be read as PEM"]);
    let key = std::fs::read_to_string(path("key")).unwrap();
    let told = tls("certificate", "other").unwrap_err();
    assert!(!told.contains(key.lines().nth(1).unwrap()), "{told}");
}

#[test]
fn a_gateway_that_could_take_nothing_is_refused() {
    refused(open(&[("BYTES_IN_FLIGHT_MAX", "0")]), &["at least batch_bytes_max"]);
    refused(open(&[("BATCH_BYTES_MAX", "1")]), &["between 1048576 and 268435456"]);
    refused(open(&[("CONNECTIONS_MAX", "0")]), &["between 1 and 100000"]);
    refused(open(&[("REGISTRY_URL", "")]), &["registry_url"]);
}

#[test]
fn settings_of_consumers_are_refused() {
    for (variable, key) in [
        ("KAFKA__GROUP", "kafka.group"),
        ("KAFKA__INSTANCE", "kafka.instance"),
        ("KAFKA__SESSION_TIMEOUT_MS", "kafka.session_timeout_ms"),
    ] {
        refused(open(&[(variable, "7000")]), &[key, "is for consumers"]);
    }
}
