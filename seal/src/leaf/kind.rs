//! The closed set of leaf types.

/// What a leaf is about: its member `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Event,
    Genesis,
    SegmentClose,
    OwnerChange,
    KeyEpoch,
    Reject,
    Duplicate,
    SourceGap,
    Erasure,
    ConfigChange,
    RetentionCut,
}

impl Kind {
    pub const ALL: [Self; 11] = [
        Self::Event,
        Self::Genesis,
        Self::SegmentClose,
        Self::OwnerChange,
        Self::KeyEpoch,
        Self::Reject,
        Self::Duplicate,
        Self::SourceGap,
        Self::Erasure,
        Self::ConfigChange,
        Self::RetentionCut,
    ];

    /// The name that the leaf carries.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Genesis => "genesis",
            Self::SegmentClose => "segment-close",
            Self::OwnerChange => "owner-change",
            Self::KeyEpoch => "key-epoch",
            Self::Reject => "reject",
            Self::Duplicate => "duplicate",
            Self::SourceGap => "source-gap",
            Self::Erasure => "erasure",
            Self::ConfigChange => "config-change",
            Self::RetentionCut => "retention-cut",
        }
    }

    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// True for the leaves that account for one consumed record: `next` is `from` + 1 and `time` is the record's own.
    #[must_use]
    pub const fn takes_a_record(self) -> bool {
        matches!(self, Self::Event | Self::Reject | Self::Duplicate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back_to_its_kind() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_name(kind.name()), Some(kind));
        }
        assert_eq!(Kind::from_name("Event"), None);
        assert_eq!(Kind::from_name(""), None);
    }
}
