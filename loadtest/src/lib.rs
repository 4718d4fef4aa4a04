//! Synthetic hospital, producer driver, pipeline harness, demo and benchmark report.
