//! A found value: where it is, what it is, which rule says so and why. Never the value itself.

use crate::label::Label;

/// A rule's place in the table that found it; the engine knows its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub u16);

/// What speaks for a finding, as a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Evidence(pub u32);

impl Evidence {
    pub const NONE: Self = Self(0);
    /// The characters have the form of such a value.
    pub const SHAPE: Self = Self(1);
    pub const CHECKSUM: Self = Self(1 << 1);
    /// It has the form, but its check digit is wrong.
    pub const CHECKSUM_FAILED: Self = Self(1 << 2);
    /// A word that announces such a value stands before it.
    pub const LABEL_BEFORE: Self = Self(1 << 3);
    pub const LABEL_AFTER: Self = Self(1 << 4);
    /// The name of the field says what it is.
    pub const FIELD: Self = Self(1 << 5);
    pub const FIRST_NAME: Self = Self(1 << 6);
    pub const LAST_NAME: Self = Self(1 << 7);
    pub const PLACE: Self = Self(1 << 8);
    pub const TITLE: Self = Self(1 << 9);
    /// Words around it are those that stand around such values.
    pub const NEIGHBOURS: Self = Self(1 << 10);
    pub const CASE: Self = Self(1 << 11);
    /// A structured field of the same event holds the same value.
    pub const KNOWN_VALUE: Self = Self(1 << 12);
    /// It was found inside encoded content.
    pub const DECODED: Self = Self(1 << 13);
    pub const CALENDAR: Self = Self(1 << 14);
    pub const LIST: Self = Self(1 << 15);

    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// One found value in a text: half-open byte offsets, on character boundaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    pub start: u32,
    pub end: u32,
    pub label: Label,
    pub rule: RuleId,
    /// In percent.
    pub score: u8,
    pub evidence: Evidence,
}
