-- Subjects' keys, each under its tenant's wrapping key: one row for each generation of a subject's key. No row holds an id or a key in clear.
--
-- Whoever seals needs SELECT and INSERT and nothing more: what it cannot update or delete, nobody can make it lose.
--   GRANT SELECT, INSERT ON subject_key TO <the worker's role>;
-- Whoever erases needs, besides SELECT:
--   GRANT UPDATE (kek, wrapped, erased_at) ON subject_key TO <the role of audit-cli>;

CREATE TABLE subject_key (
    tenant     text        NOT NULL CHECK (tenant <> ''),
    class      text        NOT NULL CHECK (class IN ('patient', 'workforce', 'tenant')),
    -- The handle of the first generation, which finds all of them.
    subject    bytea       NOT NULL CHECK (octet_length(subject) = 16),
    generation integer     NOT NULL CHECK (generation > 0),
    -- What records name this generation by.
    handle     bytea       NOT NULL UNIQUE CHECK (octet_length(handle) = 16),
    -- The wrapping key's id.
    kek        text        CHECK (kek ~ '^[A-Za-z0-9._-]{1,64}$'),
    -- Nonce, ciphertext, tag.
    wrapped    bytea       CHECK (octet_length(wrapped) = 60),
    created_at timestamptz NOT NULL DEFAULT now(),
    erased_at  timestamptz,
    PRIMARY KEY (tenant, class, subject, generation),
    CONSTRAINT first_handle CHECK (generation > 1 OR handle = subject),
    CONSTRAINT whole_or_erased CHECK (
        (kek IS NULL) = (wrapped IS NULL) AND (wrapped IS NULL) = (erased_at IS NOT NULL)
    )
);
