//! Where keys are kept: an encrypted file, a hardware token spoken to by PKCS#11, and Postgres for what they wrap.
//!
//! ```text
//! seal::keys::Custodian ──▶ LocalProvider ──▶ key file (0600), .lock and .revision beside it
//!                      └──▶ TokenProvider ──▶ PKCS#11 module ──▶ token; keys never leave it
//! SubjectVault ──▶ memory, the custodian, and a store of wrapped subject keys: PostgresSubjects
//! ```
//!
//! Bounds: a key file has at most 4 MiB, a token provider keeps at most [`token::SESSIONS_MAX`] sessions.

mod error;
mod local;
mod postgres;
mod random;
mod secret_file;
mod subjects;
pub mod token;

pub use error::{KeystoreError, PinFault};
pub use local::LocalProvider;
pub use postgres::PostgresSubjects;
pub use random::{SystemNonces, random_secret};
pub use secret_file::{key_from_hex, read_secret, unlock_from};
pub use subjects::SubjectVault;
pub use token::{TokenConfig, TokenProvider};
