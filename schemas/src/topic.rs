//! The topics, declared once. `audit-cli topics` creates and checks them; nothing else does.

/// One topic as it must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Topic {
    pub name: &'static str,
    pub purpose: &'static str,
    pub partitions: Partitions,
    /// How long records stay; `None` is for ever.
    pub retention: Option<Days>,
}

/// How the partition count is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Partitions {
    /// One chain per partition: the count is fixed when the topic is made.
    Chains,
    One,
}

/// A span of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days(pub u32);

impl Days {
    #[must_use]
    pub fn milliseconds(self) -> u64 {
        u64::from(self.0) * 24 * 60 * 60 * 1000
    }
}

/// Chains by default; one per partition of `audit.events`.
pub const CHAINS_DEFAULT: u32 = 12;

/// Replicas wanted, and how many of them must hold a record before it is acknowledged.
pub const REPLICATION_DEFAULT: u16 = 3;

pub const EVENTS: Topic = Topic {
    name: "audit.events",
    purpose: "events as published; plaintext PHI, so they do not stay long",
    partitions: Partitions::Chains,
    retention: Some(Days(13)),
};
pub const SEALED: Topic = Topic {
    name: "audit.sealed",
    purpose: "the sealed log: one chain per partition",
    partitions: Partitions::Chains,
    retention: None,
};
pub const SIEM: Topic = Topic {
    name: "audit.siem",
    purpose: "redacted events for security tools",
    partitions: Partitions::Chains,
    retention: Some(Days(13)),
};
pub const DEAD: Topic = Topic {
    name: "audit.dead",
    purpose: "refused records: reason and position",
    partitions: Partitions::One,
    retention: None,
};

pub const ALL: [Topic; 4] = [EVENTS, SEALED, SIEM, DEAD];

impl Topic {
    /// The settings that the broker must hold for this topic, by Kafka's names.
    #[must_use]
    pub fn settings(&self, replication: u16) -> Vec<(&'static str, String)> {
        let retention = self.retention.map_or_else(|| "-1".to_owned(), |days| days.milliseconds().to_string());
        // One replica may be away without stopping us, but a lone replica is never enough where there are three.
        let min_insync = replication.saturating_sub(1).max(1);
        vec![
            ("cleanup.policy", "delete".to_owned()),
            ("compression.type", "producer".to_owned()),
            ("max.message.bytes", (crate::event::EVENT_BYTES_MAX * 8).to_string()),
            ("min.insync.replicas", min_insync.to_string()),
            ("retention.bytes", "-1".to_owned()),
            ("retention.ms", retention),
            ("unclean.leader.election.enable", "false".to_owned()),
        ]
    }

    /// The partition count for a deployment with `chains` chains.
    #[must_use]
    pub fn partition_count(&self, chains: u32) -> u32 {
        match self.partitions {
            Partitions::Chains => chains,
            Partitions::One => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plaintext_stays_less_than_a_fortnight_and_the_chain_stays_for_ever() {
        assert!(EVENTS.retention.is_some_and(|days| days.0 < 14));
        assert_eq!(SEALED.retention, None);
        assert_eq!(EVENTS.partitions, SEALED.partitions);
    }

    #[test]
    fn three_replicas_acknowledge_with_two() {
        let settings = SEALED.settings(3);
        assert!(settings.contains(&("min.insync.replicas", "2".to_owned())));
        assert!(SEALED.settings(1).contains(&("min.insync.replicas", "1".to_owned())));
    }
}
