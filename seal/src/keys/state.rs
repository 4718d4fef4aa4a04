//! A key's life, as NIST SP 800-57 part 1 names it, and what each state lets the key do.
//!
//! ```text
//! pending ──▶ active ──▶ retiring ──▶ archived ──▶ destroyed
//!    └───────────┴───▶ compromised ◀─────┘             ▲
//!                           └──────────────────────────┘   (pending and retiring keys may be destroyed at once)
//! ```
//!
//! Two keys may be active at a time: while a rotation runs, chains that have not got their key-epoch leaf yet still sign
//! with the older one.

use std::fmt;

use crate::keys::Purpose;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyState {
    /// Exists, signs nothing yet (pre-activation). Every process can fetch it before it is needed.
    Pending,
    /// Signs, wraps, and checks.
    Active,
    /// Checks and unwraps only (deactivated). Chains are past it, records that name it are not.
    Retiring,
    /// The same, for as long as its records are kept.
    Archived,
    /// Somebody else may have it: a MAC under it proves nothing any more. What it wrapped can still be rescued.
    Compromised,
    /// Gone; the name stays, so that it is never given again.
    Destroyed,
}

/// What a caller wants of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Sign, or wrap.
    Protect,
    /// Check, unwrap, or derive pseudonyms.
    Process,
}

impl KeyState {
    pub const ALL: [Self; 6] =
        [Self::Pending, Self::Active, Self::Retiring, Self::Archived, Self::Compromised, Self::Destroyed];

    /// Where a key may go from here: the whole table.
    #[must_use]
    pub fn next(self) -> &'static [Self] {
        match self {
            Self::Pending => &[Self::Active, Self::Compromised, Self::Destroyed],
            Self::Active => &[Self::Retiring, Self::Compromised],
            Self::Retiring => &[Self::Archived, Self::Compromised, Self::Destroyed],
            Self::Archived => &[Self::Compromised, Self::Destroyed],
            Self::Compromised => &[Self::Destroyed],
            Self::Destroyed => &[],
        }
    }

    #[must_use]
    pub fn allows(self, purpose: &Purpose, wanted: Use) -> bool {
        match (self, wanted) {
            (Self::Active, _) | (Self::Retiring | Self::Archived, Use::Process) => true,
            // A thief can make MACs that pass; a verifier must not get to say that they do.
            (Self::Compromised, Use::Process) => *purpose != Purpose::Epoch,
            (Self::Pending | Self::Destroyed, _) | (_, Use::Protect) => false,
        }
    }

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Retiring => "retiring",
            Self::Archived => "archived",
            Self::Compromised => "compromised",
            Self::Destroyed => "destroyed",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

impl fmt::Display for KeyState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::KeyState::{Active, Archived, Compromised, Destroyed, Pending, Retiring};
    use super::*;

    #[test]
    fn all_thirty_six_transitions_are_decided() {
        // Rows and columns in the order of ALL; `+` is allowed.
        let table = [
            (Pending, "-+--++"),
            (Active, "--+-+-"),
            (Retiring, "---+++"),
            (Archived, "----++"),
            (Compromised, "-----+"),
            (Destroyed, "------"),
        ];
        for (from, row) in table {
            for (to, cell) in KeyState::ALL.into_iter().zip(row.chars()) {
                assert_eq!(from.next().contains(&to), cell == '+', "{from} to {to}");
            }
        }
    }

    #[test]
    fn only_an_active_key_protects_and_a_stolen_one_checks_nothing() {
        let wrapping = Purpose::Wrapping { tenant: "north".to_owned(), period: 1 };
        let table = [
            (Pending, false, false, false),
            (Active, true, true, true),
            (Retiring, false, true, true),
            (Archived, false, true, true),
            (Compromised, false, false, true),
            (Destroyed, false, false, false),
        ];
        for (state, protects, checks, unwraps) in table {
            assert_eq!(state.allows(&Purpose::Epoch, Use::Protect), protects, "{state}");
            assert_eq!(state.allows(&Purpose::Epoch, Use::Process), checks, "{state}");
            assert_eq!(state.allows(&wrapping, Use::Protect), protects, "{state}");
            assert_eq!(state.allows(&wrapping, Use::Process), unwraps, "{state}");
            assert_eq!(KeyState::from_name(state.name()), Some(state));
        }
    }
}
