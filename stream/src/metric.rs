//! What the loops count. A guarantee's counter stays flat while its denominator grows.

runtime::metric_names! {
    /// The Kafka core's metrics.
    pub enum StreamMetric {
        RecordsConsumed: counter = "audit_stream_records_consumed_total", "records taken from the input topic";
        RecordsAppended: counter = "audit_stream_records_appended_total", "records handed to the producer";
        RecordsAcknowledged: counter = "audit_stream_records_acknowledged_total", "appended records that the brokers acknowledged";
        RecordsStored: counter = "audit_stream_records_stored_total", "records that the store holds";
        BatchesStored: counter = "audit_stream_batches_stored_total", "batches that the store committed";
        StoreRetries: counter = "audit_stream_store_retries_total", "writes that failed and were started over from the store's own position";
        DeadLetters: counter = "audit_stream_dead_letters_total", "refused records whose dead letter was acknowledged";
        LogRecordsIgnored: counter { verdict } = "audit_stream_log_records_ignored_total", "records of the sealed log that do not count, by the reader's verdict";
        Doubts: counter = "audit_stream_doubts_total", "times that a worker gave up what was in flight and read the log again";
        Rebalances: counter = "audit_stream_rebalances_total", "times that the group gave or took partitions";
        PartitionsHeld: gauge = "audit_stream_partitions_held", "partitions that this process works on";
        StoreSeconds: histogram = "audit_stream_store_seconds", "time that one batch took to be stored";
    }
}

runtime::metric_names! {
    /// What the registry's client counts, wherever it is used.
    pub enum RegistryMetric {
        Requests: counter { outcome } = "audit_stream_registry_requests_total", "questions to the schema registry, by outcome";
        CacheHits: counter = "audit_stream_registry_cache_hits_total", "schemas that were known without asking";
        CacheMisses: counter = "audit_stream_registry_cache_misses_total", "schemas that had to be asked for";
        CacheFileUses: counter = "audit_stream_registry_cache_file_uses_total", "schemas taken from the cache file because the registry was away";
    }
}
