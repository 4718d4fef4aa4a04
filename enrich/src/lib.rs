//! The enrichment worker: decode, classify and seal each event, append it to the sealed log.
