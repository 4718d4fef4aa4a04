//! What the gateway counts: each request ends as an accepted event or as a refusal with a reason.

runtime::metric_names! {
    /// The gateway's metrics.
    pub enum IngestMetric {
        EventsAccepted: counter = "audit_ingest_events_accepted_total", "events that Kafka acknowledged before the answer went out";
        EventsReplayed: counter = "audit_ingest_events_replayed_total", "events sent again and answered with their first receipt";
        EventsRefused: counter { reason } = "audit_ingest_events_refused_total", "events of batches answered with a problem, by reason";
        EventsInFlight: gauge = "audit_ingest_events_in_flight", "events handed to Kafka and not acknowledged yet";
        HandOversFailed: counter = "audit_ingest_hand_overs_failed_total", "events that the Kafka client would not take";
        BatchEvents: histogram = "audit_ingest_batch_events", "events of one batch";
        RequestsRefused: counter { reason } = "audit_ingest_requests_refused_total", "requests answered with a problem, by reason";
        AuthenticationsRefused: counter { reason } = "audit_ingest_authentications_refused_total", "requests whose sender was not let in, by reason";
        BytesInFlight: gauge = "audit_ingest_bytes_in_flight", "memory reserved for requests without an answer";
        ConnectionsOpen: gauge = "audit_ingest_connections_open", "connections that are served";
        ConnectionsRefused: counter = "audit_ingest_connections_refused_total", "connections beyond connections_max";
        ConnectionsCut: counter { reason } = "audit_ingest_connections_cut_total", "connections ended for being late, by reason";
        Handshakes: counter { outcome } = "audit_ingest_tls_handshakes_total", "TLS handshakes, by outcome";
        Reloads: counter { file, outcome } = "audit_ingest_reloads_total", "changed files that were taken over or refused";
        FileRefused: gauge { file } = "audit_ingest_file_refused", "1 while a changed file is refused and the one before it stays in force";
        SchemaIdKnown: gauge = "audit_ingest_schema_id_known", "1 once the registry gave the id of our schema, 0 while events carry its fingerprint instead";
        RequestSeconds: histogram = "audit_ingest_request_seconds", "time from an event's request to its answer";
    }
}
