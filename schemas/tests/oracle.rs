//! `apache-avro` judges our codec, driven by the schemas alone: no test here knows a field of the event unless it must.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

#[path = "oracle/codec.rs"]
mod codec;
#[path = "oracle/convert.rs"]
mod convert;
#[path = "oracle/generate.rs"]
mod generate;
#[path = "oracle/golden.rs"]
mod golden;
#[path = "oracle/json.rs"]
mod json;
#[path = "oracle/mutate.rs"]
mod mutate;
#[path = "oracle/refusals.rs"]
mod refusals;
#[path = "oracle/released.rs"]
mod released;
#[path = "oracle/resolve.rs"]
mod resolve;
#[path = "oracle/small.rs"]
mod small;
