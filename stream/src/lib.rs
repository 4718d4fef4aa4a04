//! The Kafka core: consume, transform, append, store; knows nothing of audit events.
