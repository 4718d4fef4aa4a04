//! Tests of body.
