//! Synthetic hospital, producer driver, pipeline harness, demo and benchmark report.
//!
//! The harness also serves the tests across processes: what the demo shows and what the tests prove is one machinery.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool speaks to its user")]

pub mod arguments;
pub mod bench;
pub mod crash;
pub mod demo;
pub mod drive;
pub mod floor;
pub mod gateway;
pub mod harness;
pub mod hospital;
pub mod judge;
pub mod progress;
pub mod report;
pub mod stack;
pub mod workplace;
