//! The operator's and auditor's tool: topics, counts and verification.
