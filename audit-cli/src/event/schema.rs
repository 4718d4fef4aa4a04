//! `audit-cli event schema`: the JSON Schema of an event, and the reference page made from the same source.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use schemas::catalogue::standards;
use schemas::json_schema::{Form, json_schema, reference_page};

/// Print the JSON Schema of an event
#[derive(Args)]
pub struct Schema {
    /// As the gateway takes it: the tenant comes from the key, and the id may be left out
    #[arg(long)]
    http: bool,

    /// Print the reference page instead
    #[arg(long, conflicts_with = "http")]
    markdown: bool,

    /// Print the page that maps FHIR and DICOM instead
    #[arg(long, conflicts_with_all = ["http", "markdown"])]
    standards: bool,
}

impl Schema {
    pub fn run(&self) -> Result<ExitCode> {
        if self.markdown {
            print!("{}", reference_page());
        } else if self.standards {
            print!("{}", standards::page());
        } else {
            let form = if self.http { Form::HTTP } else { Form::WHOLE };
            println!("{}", serde_json::to_string_pretty(&json_schema(form))?);
        }
        Ok(ExitCode::SUCCESS)
    }
}
