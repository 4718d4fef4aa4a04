-- Lets the server know an insert that comes once more (replicated tables know their last ones anyway), and see quickly that a
-- sequence is not there yet.
ALTER TABLE audit_record
    ADD INDEX IF NOT EXISTS sequence_range sequence TYPE minmax GRANULARITY 1,
    MODIFY SETTING non_replicated_deduplication_window = 10000
