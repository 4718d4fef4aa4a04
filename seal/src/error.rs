//! Why a leaf cannot be sealed; never what it would have said.

use crate::keys::{Disposition, KeyError};

/// What a sealer refuses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    #[error(
        "a chain's name has 1 to 200 printable ASCII characters without space, +, \" and \\; name it topic/partition"
    )]
    ChainName,
    #[error("the chain's state text is damaged, or of another chain; rebuild the state from the sealed log")]
    State,
    #[error("the chain's key in force is {0}; load that key")]
    OtherKey(String),
    #[error("the leaf cannot stand at this place of the chain: {0}")]
    Place(&'static str),
    #[error("source offset {given} does not follow: the next one is {expected}")]
    SourceOffset { expected: i64, given: i64 },
    #[error("the chain's last owner-change names a later turn; leave the chain to its owner and join the group again")]
    TurnPassed,
    #[error("the chain is full; go on with a new one")]
    Full,
    #[error("the control leaf's member {0} is empty, too long or out of its bounds")]
    Member(&'static str),
    #[error("the event does not fit into a leaf, even with all that may be hidden hidden")]
    TooLarge,
    #[error("a hidden place names no member of the event, stands out of order, or its subject is not in the event")]
    HiddenPlace,
    #[error("the event's member {0} must stay in clear; take it out of the policy")]
    KeptMember(&'static str),
    #[error("a number of the event is not below 2^53 in magnitude")]
    Number,
    #[error("the event holds a kind of value that leaves do not have")]
    Unwritable,
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl SealError {
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::TooLarge | Self::HiddenPlace | Self::KeptMember(_) | Self::Number | Self::Unwritable => {
                Disposition::Reject
            }
            Self::Key(error) => error.disposition(),
            Self::ChainName
            | Self::State
            | Self::OtherKey(_)
            | Self::Place(_)
            | Self::SourceOffset { .. }
            | Self::TurnPassed
            | Self::Full
            | Self::Member(_) => Disposition::Fatal,
        }
    }

    /// The code that a reject leaf and a dead letter carry.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::TooLarge => "leaf-too-large",
            Self::HiddenPlace | Self::KeptMember(_) => "policy-misfit",
            Self::Number => "number-out-of-range",
            Self::Unwritable => "unwritable-value",
            Self::Key(KeyError::NoWrappingKey(_)) => "tenant-without-key",
            Self::Key(_) => "key-error",
            _ => "not-sealable",
        }
    }
}

impl serde::ser::Error for SealError {
    fn custom<T: std::fmt::Display>(_: T) -> Self {
        // The message may hold a piece of the event.
        Self::Unwritable
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_wrong_with_the_record_rejects_it() {
        assert_eq!(SealError::TooLarge.disposition(), Disposition::Reject);
        assert_eq!(SealError::SourceOffset { expected: 1, given: 2 }.disposition(), Disposition::Fatal);
        assert_eq!(SealError::Key(KeyError::Unavailable("x".to_owned())).disposition(), Disposition::Retry);
    }

    #[test]
    fn reasons_are_codes_that_a_leaf_can_carry() {
        for error in [SealError::TooLarge, SealError::HiddenPlace, SealError::Number, SealError::Unwritable] {
            assert!(crate::leaf::is_code(error.reason()));
        }
    }
}
