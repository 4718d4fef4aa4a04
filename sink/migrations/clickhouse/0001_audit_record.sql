-- The analytics store: one row per leaf. No partition key, so that one insert is one part, whole or absent.
CREATE TABLE IF NOT EXISTS audit_record (
    partition     Int32,
    sequence      Int64,
    source_offset Int64,
    sealed_offset Int64,
    kind          LowCardinality(String),
    reason        LowCardinality(String),
    event_id      String,
    tenant        LowCardinality(String),
    event_type    LowCardinality(String),
    action        LowCardinality(String),
    outcome       LowCardinality(String),
    occurred_at   DateTime64(6, 'UTC'),
    agent_id      String,
    patient_id    String,
    object_kind   LowCardinality(String),
    object_id     String,
    level         LowCardinality(String),
    leaf_hash     FixedString(32),
    leaf          String CODEC(ZSTD(1)),
    key_id        LowCardinality(String),
    mac           FixedString(32)
)
ENGINE = MergeTree
ORDER BY (partition, sequence)
-- An acknowledged part must outlive a power cut: where to read on is read from the rows.
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
