//! What this service counts: each input record has exactly one outcome.

runtime::metric_names! {
    /// The worker's metrics.
    pub enum EnrichMetric {
        EventsSealed: counter = "audit_enrich_events_sealed_total", "events sealed and handed to the sealed log";
        MembersHidden: counter = "audit_enrich_members_hidden_total", "members of events that stand in their leaves as digests only";
        SubjectKeysHeld: gauge = "audit_enrich_subject_keys_held", "subjects' keys in memory";
        KeyOperations: counter { operation, outcome } = "audit_enrich_key_operations_total", "uses of the key file's keys, by what was done and whether it was allowed";
        RecordsRejected: counter { reason } = "audit_enrich_records_rejected_total", "records that could not be sealed as events, by reason";
        SourceGaps: counter = "audit_enrich_source_gaps_total", "places where the input's offsets did not follow each other";
    }
}
