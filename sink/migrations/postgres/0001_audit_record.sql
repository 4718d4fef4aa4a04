-- The compliance store: one row per leaf, and how far each partition of the sealed log has been stored.
CREATE TABLE audit_record (
    partition     integer     NOT NULL,
    sequence      bigint      NOT NULL,
    source_offset bigint      NOT NULL,
    sealed_offset bigint      NOT NULL,
    kind          text        NOT NULL,
    reason        text        NOT NULL,
    event_id      text        NOT NULL,
    tenant        text        NOT NULL,
    event_type    text        NOT NULL,
    action        text        NOT NULL,
    outcome       text        NOT NULL,
    occurred_at   timestamptz NOT NULL,
    agent_id      text        NOT NULL,
    patient_id    text        NOT NULL,
    object_kind   text        NOT NULL,
    object_id     text        NOT NULL,
    level         text        NOT NULL,
    leaf_hash     bytea       NOT NULL,
    leaf          bytea       NOT NULL,
    key_id        text        NOT NULL,
    mac           bytea       NOT NULL,
    PRIMARY KEY (partition, sequence)
);

CREATE INDEX audit_record_occurred_at ON audit_record USING brin (occurred_at);

-- Moved in the same transaction as the rows; epoch rises with each new owner.
CREATE TABLE sink_position (
    topic       text    NOT NULL,
    partition   integer NOT NULL,
    epoch       bigint  NOT NULL DEFAULT 0,
    next_offset bigint  NOT NULL DEFAULT 0,
    PRIMARY KEY (topic, partition)
);
