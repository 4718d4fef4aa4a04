//! Tests across processes on the real stack.
