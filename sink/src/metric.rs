//! What this service counts beyond the loop's own metrics.

runtime::metric_names! {
    /// The sink's metrics.
    pub enum SinkMetric {
        RecordsIgnored: counter { verdict } = "audit_sink_records_ignored_total", "records of the sealed log that do not count, by the reader's verdict";
    }
}
