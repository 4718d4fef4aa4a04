//! The writer, step by step.
