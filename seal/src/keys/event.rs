//! What is reported of each key operation, for the audit trail of the trail itself. Who asked is the caller's to add.

use std::sync::Arc;

use crate::keys::{KeyError, KeyId, KeyState};

/// Takes the report; called once per operation, on the caller's thread, before the operation returns.
pub type Report = Arc<dyn Fn(&KeyEvent) + Send + Sync>;

/// One operation and what came of it. Holds names, never a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyEvent {
    pub operation: Operation,
    /// None where the operation is about all keys.
    pub key: Option<KeyId>,
    pub outcome: Outcome,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    List,
    Current,
    Create,
    Import,
    Change(KeyState),
    /// The signing half of an epoch key is handed out.
    EpochSigner,
    /// The checking half is.
    EpochVerifier,
    /// A segment key, a fence key or a proof is derived from an epoch key.
    Derive,
    /// A proof is checked.
    Check,
    TokenKey,
    Wrap,
    Unwrap,
    /// A wrapped key is wrapped anew; that it was unwrapped before is reported by itself.
    Rewrap,
}

impl Operation {
    /// For logs and audit events.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Current => "current",
            Self::Create => "create",
            Self::Import => "import",
            Self::Change(KeyState::Pending) => "suspend",
            Self::Change(KeyState::Active) => "activate",
            Self::Change(KeyState::Retiring) => "retire",
            Self::Change(KeyState::Archived) => "archive",
            Self::Change(KeyState::Compromised) => "compromise",
            Self::Change(KeyState::Destroyed) => "destroy",
            Self::EpochSigner => "epoch-signer",
            Self::EpochVerifier => "epoch-verifier",
            Self::Derive => "derive",
            Self::Check => "check",
            Self::TokenKey => "token-key",
            Self::Wrap => "wrap",
            Self::Unwrap => "unwrap",
            Self::Rewrap => "rewrap",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// A refusal is worth as much as a success to whoever reads the trail.
    Refused(KeyError),
}
