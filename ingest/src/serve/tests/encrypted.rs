//! TLS with real handshakes.

use std::path::Path;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, crypto};

use super::*;
use crate::serve::tls::TlsSettings;

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate and its key, in PEM.
fn certificate(authority: &Authority, usage: ExtendedKeyUsagePurpose) -> (rcgen::Certificate, KeyPair) {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.extended_key_usages = vec![usage];
    let key = KeyPair::generate().unwrap();
    (params.signed_by(&key, authority).unwrap(), key)
}

fn write_server(directory: &Path, authority: &Authority) {
    let (own, key) = certificate(authority, ExtendedKeyUsagePurpose::ServerAuth);
    std::fs::write(directory.join("key.pem"), key.serialize_pem()).unwrap();
    std::fs::write(directory.join("certificate.pem"), own.pem()).unwrap();
}

fn encrypted(directory: &Path, authority: &Authority, client_ca: Option<&Authority>) -> Setup {
    write_server(directory, authority);
    let client_ca = client_ca.map(|client_ca| {
        let path = directory.join("client_ca.pem");
        std::fs::write(&path, client_ca.pem()).unwrap();
        path
    });
    let [certificate, key] = ["certificate.pem", "key.pem"].map(|name| directory.join(name));
    let tls = Tls::load(&TlsSettings { certificate, key, client_ca }).unwrap();
    Setup { reloaded: Reloaded { tls: Some(Arc::new(tls)), keys: None }, ..Setup::default() }
}

/// Sends one request over TLS; an error when the handshake fails.
fn ask(gateway: &Running, trusted: &Authority, own: Option<&(rcgen::Certificate, KeyPair)>) -> std::io::Result<Answer> {
    ask_with(gateway, trusted, own, POST)
}

fn ask_with(
    gateway: &Running,
    trusted: &Authority,
    own: Option<&(rcgen::Certificate, KeyPair)>,
    head: &str,
) -> std::io::Result<Answer> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.der().clone()).unwrap();
    let provider = Arc::new(crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let builder = builder.with_root_certificates(roots);
    let config = match own {
        None => builder.with_no_client_auth(),
        Some((own, key)) => {
            let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
            builder.with_client_auth_cert(vec![CertificateDer::from(own.der().to_vec())], key).unwrap()
        }
    };
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(connection, gateway.connect());
    stream.write_all(&request(head, b"{}"))?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    Ok(Answer::parse(&text))
}

#[test]
fn requests_come_in_over_tls_and_not_without() {
    let (directory, ours) = (tempfile::tempdir().unwrap(), authority());
    let gateway = Running::start(encrypted(directory.path(), &ours, None));
    ask(&gateway, &ours, None).unwrap().is_problem("422", "invalid-event");
    assert!(ask(&gateway, &authority(), None).is_err(), "another authority's client trusts us not");
    let mut plain = gateway.send(POST, "{}");
    let mut answer = Vec::new();
    plain.read_to_end(&mut answer).unwrap_or_default();
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");
    gateway.stop();
}

#[test]
fn with_a_client_authority_only_its_certificates_come_in() {
    let (directory, ours, clients) = (tempfile::tempdir().unwrap(), authority(), authority());
    let gateway = Running::start(encrypted(directory.path(), &ours, Some(&clients)));
    let right = certificate(&clients, ExtendedKeyUsagePurpose::ClientAuth);
    let wrong = certificate(&ours, ExtendedKeyUsagePurpose::ClientAuth);
    let no_client = certificate(&clients, ExtendedKeyUsagePurpose::ServerAuth);
    ask(&gateway, &ours, Some(&right)).unwrap().is_problem("422", "invalid-event");
    for (what, own) in [("none", None), ("another authority's", Some(&wrong)), ("a server's", Some(&no_client))] {
        assert!(ask(&gateway, &ours, own).is_err(), "a handshake with {what} certificate");
    }
    gateway.stop();
}

#[test]
fn a_key_bound_to_a_certificate_is_good_with_this_one_only() {
    use crate::authenticate::Signatures;
    use crate::authenticate::ring::Keys;
    use access::{Grant, KeyRing, Limits, Scope, Sha256Digest, Signed, UnixSeconds};
    use sha2::{Digest as _, Sha256};

    let (directory, ours) = (tempfile::tempdir().unwrap(), authority());
    let [one, two] = [0; 2].map(|_| certificate(&ours, ExtendedKeyUsagePurpose::ClientAuth));
    let grant = Grant {
        tenant: "north".parse().unwrap(),
        service: "ehr".parse().unwrap(),
        scopes: vec![Scope::EventsWrite],
        expires_at: None,
        limits: Limits::default(),
        signed: Signed::Never,
        certificate_sha256: Some(Sha256Digest(Sha256::digest(one.0.der()).into())),
    };
    let mut ring = KeyRing::default();
    let key = super::callers::issue(&mut ring, 1, UnixSeconds(1), grant);
    let path = directory.path().join("keys.toml");
    std::fs::write(&path, ring.render().unwrap()).unwrap();
    let keys = Arc::new(Keys::load(&path).unwrap());
    let setup = encrypted(directory.path(), &ours, Some(&ours));
    let authenticate = Authenticate::with_keys(keys, Signatures::new(None));
    let gateway = Running::start(Setup { authenticate, ..setup });
    let head = format!("{POST}\nauthorization: Bearer {key}");
    ask_with(&gateway, &ours, Some(&one), &head).unwrap().is_problem("422", "invalid-event");
    ask_with(&gateway, &ours, Some(&two), &head).unwrap().is_problem("403", "forbidden");
    gateway.stop();
}

#[test]
fn a_new_certificate_is_taken_over_and_a_broken_one_is_not() {
    let (directory, old, new) = (tempfile::tempdir().unwrap(), authority(), authority());
    let gateway = Running::start(encrypted(directory.path(), &old, None));
    ask(&gateway, &old, None).unwrap().is_problem("422", "invalid-event");
    let until = |what: &str, holds: &dyn Fn() -> bool| {
        let began = std::time::Instant::now();
        while !holds() {
            assert!(began.elapsed() < Duration::from_secs(5), "{what}");
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    std::fs::write(directory.path().join("certificate.pem"), "no certificate").unwrap();
    // Longer than it takes to see the file.
    let began = std::time::Instant::now();
    while began.elapsed() < Duration::from_secs(3) {
        assert!(gateway.runtime.health.is_ready());
        ask(&gateway, &old, None).unwrap().is_problem("422", "invalid-event");
        std::thread::sleep(Duration::from_millis(50));
    }
    write_server(directory.path(), &new);
    until("the new certificate is not used", &|| ask(&gateway, &new, None).is_ok());
    assert!(ask(&gateway, &old, None).is_err());
    assert!(gateway.runtime.health.is_ready());
    gateway.stop();
}

#[test]
fn a_handshake_that_does_not_go_on_is_cut() {
    let (directory, ours) = (tempfile::tempdir().unwrap(), authority());
    let setup = encrypted(directory.path(), &ours, None);
    let patience = Patience { head: Duration::from_millis(200), ..Patience::default() };
    let gateway = Running::start(Setup { patience, ..setup });
    let (mut silent, began) = (gateway.connect(), std::time::Instant::now());
    let mut answer = Vec::new();
    silent.read_to_end(&mut answer).unwrap_or_default();
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    gateway.stop();
}
