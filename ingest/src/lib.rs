//! The HTTP gateway: one audit event in, one receipt that Kafka holds it out.
