//! Whom the client trusts, and how it shows who it is.

use std::path::{Path, PathBuf};

use hyper_rustls::ConfigBuilderExt as _;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

use crate::error::Error;

/// Files for TLS, all in PEM.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trust {
    /// Instead of the machine's own authorities.
    pub ca_file: Option<PathBuf>,
    /// The client's certificate chain and its key.
    pub identity: Option<(PathBuf, PathBuf)>,
}

/// `is_needed` is false for a plain address: then a machine without any authorities is fine.
pub(crate) fn client_config(trust: &Trust, is_needed: bool) -> Result<ClientConfig, Error> {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = versions.map_err(|error| Error::setting("tls", format!("cannot be set up: {error}")))?;
    let builder = match &trust.ca_file {
        Some(file) => builder.with_root_certificates(authorities(file)?),
        None if is_needed => builder.with_native_roots().map_err(|error| {
            Error::setting("ca_file", format!("is needed, because this machine trusts no authority ({error})"))
        })?,
        None => builder.with_root_certificates(RootCertStore::empty()),
    };
    let Some((certificate, key)) = &trust.identity else { return Ok(builder.with_no_client_auth()) };
    let chain = certificates(certificate)?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(|error| unreadable(key, &error))?;
    let refused = |error| Error::setting("client_certificate", format!("and its key do not fit together: {error}"));
    builder.with_client_auth_cert(chain, key).map_err(refused)
}

fn authorities(file: &Path) -> Result<RootCertStore, Error> {
    let mut store = RootCertStore::empty();
    for certificate in certificates(file)? {
        let refused = |error| Error::setting("ca_file", format!("holds a certificate that is no authority: {error}"));
        store.add(certificate).map_err(refused)?;
    }
    Ok(store)
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let found = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let found = found.map_err(|error| unreadable(file, &error))?;
    if found.is_empty() {
        return Err(Error::setting("the certificate file", format!("{} holds no certificate in PEM", file.display())));
    }
    Ok(found)
}

fn unreadable(file: &Path, error: &dyn std::fmt::Display) -> Error {
    Error::setting("the certificate file", format!("{} cannot be read: {error}", file.display()))
}
