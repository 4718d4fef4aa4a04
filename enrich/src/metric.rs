//! What this service counts: each input record has exactly one outcome.

runtime::metric_names! {
    /// The worker's metrics.
    pub enum EnrichMetric {
        EventsSealed: counter = "audit_enrich_events_sealed_total", "events sealed and handed to the sealed log";
        RecordsRejected: counter { reason } = "audit_enrich_records_rejected_total", "records that could not be sealed as events, by reason";
        SourceGaps: counter = "audit_enrich_source_gaps_total", "places where the input's offsets did not follow each other";
    }
}
