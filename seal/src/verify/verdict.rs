//! The closed set of verdicts: their names, their order and the exit codes of programs that end with them.

/// What a walk can conclude, worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Everything that was looked at is as it was sealed.
    Intact,
    /// Values cannot be opened any more because their subject's key was destroyed; all hashes hold.
    Erased,
    /// Something is absent, and the chain itself says so and why.
    GapDeclared,
    /// The newest leaves are not under a checkpoint yet.
    Pending,
    /// The newest checkpoint is older than it may be.
    Stale,
    /// A key or a format is not known here, so nothing can be said.
    Unverifiable,
    /// Something is absent that must be there.
    Missing,
    /// Two histories: each holds in itself, and they contradict each other.
    Forked,
    /// Something is not as it was sealed.
    Tampered,
}

impl Verdict {
    /// All of them, worst last.
    pub const ALL: [Self; 9] = [
        Self::Intact,
        Self::Erased,
        Self::GapDeclared,
        Self::Pending,
        Self::Stale,
        Self::Unverifiable,
        Self::Missing,
        Self::Forked,
        Self::Tampered,
    ];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Intact => "intact",
            Self::Erased => "erased",
            Self::GapDeclared => "gap-declared",
            Self::Pending => "pending",
            Self::Stale => "stale",
            Self::Unverifiable => "unverifiable",
            Self::Missing => "missing",
            Self::Forked => "forked",
            Self::Tampered => "tampered",
        }
    }

    /// The exit code of a program that ends with this verdict.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Intact => 0,
            Self::Tampered => 10,
            Self::Missing => 11,
            Self::Forked => 12,
            Self::Unverifiable => 13,
            Self::Erased => 14,
            Self::GapDeclared => 15,
            Self::Pending => 16,
            Self::Stale => 17,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_exit_codes_are_the_documented_ones_worst_last() {
        let listed: Vec<_> = Verdict::ALL.iter().map(|verdict| (verdict.name(), verdict.exit_code())).collect();
        let documented = [
            ("intact", 0),
            ("erased", 14),
            ("gap-declared", 15),
            ("pending", 16),
            ("stale", 17),
            ("unverifiable", 13),
            ("missing", 11),
            ("forked", 12),
            ("tampered", 10),
        ];
        assert_eq!(listed, documented);
        assert!(Verdict::ALL.is_sorted());
    }
}
