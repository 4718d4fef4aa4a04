//! Tests of tree.
