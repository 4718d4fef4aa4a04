-- A sink that writes meanwhile would be missing in the ledger for ever.
LOCK TABLE audit_record IN SHARE ROW EXCLUSIVE MODE;

-- What became of the input, per partition, hour and outcome: written with the rows, in one transaction.
CREATE TABLE source_ledger (
    partition   integer     NOT NULL,
    -- Of the input record's own time; 1970 for records without one.
    hour        timestamptz NOT NULL,
    -- event, reject, duplicate; source-gap for offsets that hold no record.
    outcome     text        NOT NULL,
    offsets     bigint      NOT NULL,
    -- All of them lie from the first offset up to but without the next.
    from_offset bigint      NOT NULL,
    next_offset bigint      NOT NULL,
    PRIMARY KEY (partition, hour, outcome)
) WITH (fillfactor = 50);

-- From what is stored already. The leaf says what it accounts for.
INSERT INTO source_ledger
SELECT partition, date_trunc('hour', to_timestamp(greatest((source->>'time')::bigint, 0) / 1000), 'UTC'), kind,
    sum((source->>'next')::bigint - (source->>'from')::bigint), min((source->>'from')::bigint), max((source->>'next')::bigint)
FROM audit_record, LATERAL (SELECT convert_from(leaf, 'UTF8')::json->'source' AS source) AS said
WHERE (source->>'next')::bigint > (source->>'from')::bigint
GROUP BY 1, 2, 3;
