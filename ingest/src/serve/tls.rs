//! TLS by rustls: the certificate, the clients' authority, and their reload while connections come in.
//!
//! The provider is ring: it builds with a C compiler alone, in seconds. TLS 1.2 and 1.3, HTTP/1.1 by ALPN. A new
//! configuration has new session tickets, so that no old session outlives an authority that was taken away.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use serde::{Deserialize, Serialize};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject as _};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{VerifierBuilderError, WebPkiClientVerifier};
use tokio_rustls::rustls::{RootCertStore, ServerConfig, ServerConnection, crypto};

use crate::reload::Stamp;

/// `tls = { certificate, key, client_ca }`: PEM files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsSettings {
    /// The chain, the server's own certificate first.
    pub certificate: PathBuf,
    pub key: PathBuf,
    /// With it, a client must show a certificate of this authority.
    #[serde(default)]
    pub client_ca: Option<PathBuf>,
}

/// Why a set of files cannot be used. The content is never shown.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("{path} cannot be read as PEM: {source}")]
    Pem { path: PathBuf, source: pem::Error },
    #[error("{path} holds no certificate; give a file with a PEM block `CERTIFICATE`")]
    Empty { path: PathBuf },
    #[error("the certificate and its key cannot be used: {0}")]
    Pair(#[from] tokio_rustls::rustls::Error),
    #[error("client_ca cannot be used: {0}")]
    Authority(#[from] VerifierBuilderError),
}

impl TlsSettings {
    fn paths(&self) -> impl Iterator<Item = &Path> {
        [&self.certificate, &self.key].into_iter().chain(&self.client_ca).map(PathBuf::as_path)
    }

    /// Reads the files; what is wrong with them is said here and not at the first handshake.
    pub fn load(&self) -> Result<ServerConfig, TlsError> {
        let provider = Arc::new(crypto::ring::default_provider());
        let builder =
            ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
        let builder = match &self.client_ca {
            None => builder.with_no_client_auth(),
            Some(path) => {
                let mut roots = RootCertStore::empty();
                for root in certificates(path)? {
                    roots.add(root)?;
                }
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                builder.with_client_cert_verifier(verifier.build()?)
            }
        };
        let key = PrivateKeyDer::from_pem_file(&self.key)
            .map_err(|source| TlsError::Pem { path: self.key.clone(), source })?;
        let mut config = builder.with_single_cert(certificates(&self.certificate)?, key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let unreadable = |source| TlsError::Pem { path: path.to_owned(), source };
    let found: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path).map_err(unreadable)?.collect();
    let found = found.map_err(unreadable)?;
    if found.is_empty() { Err(TlsError::Empty { path: path.to_owned() }) } else { Ok(found) }
}

/// The configuration of the next handshake.
pub struct Tls {
    settings: TlsSettings,
    current: RwLock<Arc<ServerConfig>>,
    stamps: Mutex<Vec<Stamp>>,
}

impl Tls {
    pub fn load(settings: &TlsSettings) -> Result<Self, TlsError> {
        let stamps = settings.paths().map(Stamp::of).collect();
        let current = RwLock::new(Arc::new(settings.load()?));
        Ok(Self { settings: settings.clone(), current, stamps: Mutex::new(stamps) })
    }

    pub fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner)))
    }

    /// Takes changed files over. Broken ones change nothing; says whether there were any new ones.
    pub fn reload(&self) -> Result<bool, TlsError> {
        let now: Vec<Stamp> = self.settings.paths().map(Stamp::of).collect();
        {
            let mut stamps = self.stamps.lock().unwrap_or_else(PoisonError::into_inner);
            if *stamps == now {
                return Ok(false);
            }
            *stamps = now;
        }
        let fresh = Arc::new(self.settings.load()?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(true)
    }
}

/// The client's own certificate.
pub fn shown(connection: &ServerConnection) -> Option<Arc<[u8]>> {
    connection.peer_certificates()?.first().map(|own| Arc::from(own.as_ref()))
}
