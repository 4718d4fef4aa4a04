//! What the service counts: each question ends as an answer or as a refusal with a reason.

runtime::metric_names! {
    /// The service's metrics.
    pub enum QueryMetric {
        RecordsReturned: counter = "audit_query_records_returned_total", "records handed out";
        RequestsRefused: counter { reason } = "audit_query_requests_refused_total", "requests answered with a problem, by reason";
        StoreSeconds: histogram = "audit_query_store_seconds", "time that the store took to answer one question";
    }
}
