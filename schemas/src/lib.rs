//! The audit event, its codecs, and the topics it travels on. Pure: no I/O.
