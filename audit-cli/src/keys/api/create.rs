//! `audit-cli keys api create`: makes a key and shows it once.

use std::path::{Path, PathBuf};

use access::{Grant, Limits, Name, Scope, Sha256Digest, Signed};
use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use sha2::{Digest, Sha256};

use super::{KeyFile, told};

/// Make a key and show it once
#[derive(Args)]
#[command(after_help = "Examples:
  audit-cli keys api create --tenant north-clinic --service ehr
  audit-cli keys api create --tenant north-clinic --service ehr --expires 90d --events-per-second 500
  audit-cli keys api create --tenant north-clinic --service console --scope query:read
  audit-cli keys api create --tenant north-clinic --service lab --signed required --master-secret-file master.key
  EHR_KEY=$(audit-cli keys api create --tenant north-clinic --service ehr)

With --signed required the signing secret (sts_...) is shown instead of the key, with --signed allowed on a second line.")]
pub struct Create {
    /// Whose events these are: 1 to 64 of a-z, 0-9, `.` and `-`
    #[arg(long)]
    tenant: Name,

    /// Which of the tenant's services holds the key, of the same characters
    #[arg(long)]
    service: Name,

    /// What the key may do: events:write, query:read; may be repeated
    #[arg(long = "scope", default_value = "events:write")]
    scopes: Vec<Scope>,

    /// When the key ends, from now: 90d, 24h, 15m; without it the key ends when it is revoked
    #[arg(long, value_parser = super::duration, value_name = "DURATION")]
    expires: Option<u64>,

    /// At most so many events a second
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    events_per_second: Option<u64>,

    /// At most so many bytes a second
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    bytes_per_second: Option<u64>,

    /// How many seconds' worth of either may come at once
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    burst_seconds: Option<u64>,

    /// Whether requests are signed
    #[arg(long, value_enum, default_value = "never", requires_ifs = [("allowed", "master_secret_file"), ("required", "master_secret_file")])]
    signed: SignedArgument,

    /// The gateway's master secret, from which signing secrets are derived
    #[arg(long, value_name = "FILE")]
    master_secret_file: Option<PathBuf>,

    /// Let the key in with this client certificate (PEM) only
    #[arg(long, value_name = "FILE.pem")]
    certificate: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SignedArgument {
    Never,
    Allowed,
    Required,
}

impl Create {
    pub fn run(&self, file: &KeyFile, json: bool) -> Result<()> {
        let now = super::now()?;
        let signed = match self.signed {
            SignedArgument::Never => Signed::Never,
            SignedArgument::Allowed => Signed::Allowed,
            SignedArgument::Required => Signed::Required,
        };
        let master = match (&self.master_secret_file, signed) {
            (Some(_), Signed::Never) => {
                bail!("--master-secret-file is for signed requests; add --signed required, or leave it out")
            }
            (path, _) => path.as_deref().map(super::master).transpose()?,
        };
        let grant = Grant {
            tenant: self.tenant.clone(),
            service: self.service.clone(),
            scopes: self.scopes.clone(),
            expires_at: self.expires.map(|seconds| now.plus(seconds)),
            limits: Limits {
                events_per_second: self.events_per_second,
                bytes_per_second: self.bytes_per_second,
                burst_seconds: self.burst_seconds,
            },
            signed,
            certificate_sha256: self.certificate.as_deref().map(fingerprint).transpose()?,
        };
        let random = super::random()?;
        let (issued, key) = file.change(true, |ring| {
            let issued = ring.issue(grant, now, &random)?;
            let key = ring.get(issued.key.id()).context("the key that was just made is gone")?.clone();
            Ok((issued, key))
        })?;
        let signing = master.map(|master| master.secret_of(&key.id, issued.number));
        told::secret(&issued, &key, signing.as_ref(), json)?;
        told::done("create", &key, now);
        Ok(())
    }
}

/// The SHA-256 of a certificate's DER form, as `openssl x509 -fingerprint -sha256` shows it.
fn fingerprint(path: &Path) -> Result<Sha256Digest> {
    let pem = std::fs::read(path).with_context(|| format!("cannot read the certificate {}", path.display()))?;
    let Ok(der) = CertificateDer::from_pem_slice(&pem) else {
        bail!("{} holds no certificate; give a file with `-----BEGIN CERTIFICATE-----`", path.display());
    };
    Ok(Sha256Digest(Sha256::digest(&der).into()))
}
