//! Read-only HTTP API over the compliance store.
