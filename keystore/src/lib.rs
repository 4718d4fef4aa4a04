//! Where keys are kept: an encrypted file, or a hardware token spoken to by PKCS#11.
//!
//! ```text
//! seal::keys::Custodian ──▶ LocalProvider ──▶ key file (0600), .lock and .revision beside it
//!                      └──▶ TokenProvider ──▶ PKCS#11 module ──▶ token; keys never leave it
//! SubjectVault ──▶ memory, the custodian, and a store of wrapped subject keys
//! ```
//!
//! Bounds: a key file has at most 4 MiB, a token provider keeps at most [`token::SESSIONS_MAX`] sessions.

mod error;
mod local;
mod random;
mod secret_file;
mod subjects;
pub mod token;

pub use error::{KeystoreError, PinFault};
pub use local::LocalProvider;
pub use random::{SystemNonces, random_secret};
pub use secret_file::{key_from_hex, read_secret};
pub use subjects::SubjectVault;
pub use token::{TokenConfig, TokenProvider};
