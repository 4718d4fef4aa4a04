//! The Rust producer client: three lines to the first event.
