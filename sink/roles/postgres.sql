-- What each role may do. Each --migrate runs this, for the roles that exist: an administrator makes them, once per server.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'sealtrail_writer') THEN
        REVOKE ALL ON audit_record, source_ledger, sink_position FROM sealtrail_writer;
        GRANT INSERT ON audit_record TO sealtrail_writer;
        -- The last leaf, to go on from.
        GRANT SELECT (partition, sequence, sealed_offset, leaf_hash) ON audit_record TO sealtrail_writer;
        GRANT SELECT, INSERT, UPDATE ON source_ledger, sink_position TO sealtrail_writer;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'sealtrail_auditor') THEN
        REVOKE ALL ON audit_record, source_ledger, sink_position FROM sealtrail_auditor;
        GRANT SELECT ON audit_record, source_ledger, sink_position TO sealtrail_auditor;
    END IF;
END $$
