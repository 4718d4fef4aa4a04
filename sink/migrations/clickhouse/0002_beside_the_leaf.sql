-- What a sealed record holds beside its leaf: search tokens and texts without health information. The hidden values stay in Postgres.
ALTER TABLE audit_record
    ADD COLUMN IF NOT EXISTS patient_token String AFTER mac,
    ADD COLUMN IF NOT EXISTS agent_token   String AFTER patient_token,
    ADD COLUMN IF NOT EXISTS object_token  String AFTER agent_token,
    ADD COLUMN IF NOT EXISTS tokens        Map(LowCardinality(String), String) AFTER object_token,
    ADD COLUMN IF NOT EXISTS redacted      Map(LowCardinality(String), String) CODEC(ZSTD(1)) AFTER tokens
