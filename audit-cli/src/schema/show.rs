//! `schema show`: one schema as it is.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use schemas::{canonical_form, foreign, released};

use super::Target;
use super::source::Source;

#[derive(Args)]
pub struct Show {
    /// A file, current, released:N or id:N
    schema: Source,
}

impl Show {
    pub fn run(&self, target: &Target, json: bool) -> Result<ExitCode> {
        let text = self.schema.text(target)?;
        if !json {
            println!("{}", text.trim_end());
            return Ok(ExitCode::SUCCESS);
        }
        let schema = foreign::parse(&text)?;
        let ours = released::by_text(&text).map(|released| format!("{} {}", released.record, released.version));
        let fingerprint = hex::encode(canonical_form::fingerprint(&schema).0.to_le_bytes());
        println!("{}", serde_json::json!({"schema": text, "fingerprint": fingerprint, "ours": ours}));
        Ok(ExitCode::SUCCESS)
    }
}
