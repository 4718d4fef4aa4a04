//! What the gateway counts: each request ends as an accepted event or as a refusal with a reason.

runtime::metric_names! {
    /// The gateway's metrics.
    pub enum IngestMetric {
        EventsAccepted: counter = "audit_ingest_events_accepted_total", "events that Kafka acknowledged before the answer went out";
        RequestsRefused: counter { reason } = "audit_ingest_requests_refused_total", "requests answered with a problem, by reason";
        RequestSeconds: histogram = "audit_ingest_request_seconds", "time from an event's request to its answer";
    }
}
