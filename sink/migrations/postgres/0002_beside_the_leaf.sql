-- What a sealed record holds beside its leaf: search tokens, texts without health information, and the hidden values.
-- Rows that are there already were sealed when there was none of it, so the defaults say the truth about them.
ALTER TABLE audit_record
    ADD COLUMN patient_token     text    NOT NULL DEFAULT '',
    ADD COLUMN agent_token       text    NOT NULL DEFAULT '',
    ADD COLUMN object_token      text    NOT NULL DEFAULT '',
    ADD COLUMN tokens            jsonb   NOT NULL DEFAULT '{}',
    ADD COLUMN redacted          jsonb   NOT NULL DEFAULT '{}',
    -- One entry per hidden value in each of the three, in the same order.
    ADD COLUMN disclosure_digest bytea[] NOT NULL DEFAULT '{}',
    ADD COLUMN disclosure_key    text[]  NOT NULL DEFAULT '{}',
    ADD COLUMN disclosure_sealed bytea[] NOT NULL DEFAULT '{}',
    ADD CONSTRAINT audit_record_disclosures CHECK (
        cardinality(disclosure_digest) = cardinality(disclosure_key)
        AND cardinality(disclosure_digest) = cardinality(disclosure_sealed)
    );
