//! The template files of each split.

use anyhow::{Result, bail};

macro_rules! files {
    ($split:literal: $($name:literal)*) => {
        &[$((concat!($split, "/", $name), include_str!(concat!("../templates/", $split, "/", $name, ".txt")))),*]
    };
}

type Files = &'static [(&'static str, &'static str)];

const DEV: Files = files!("dev": "query" "note" "letter" "portal" "incident" "court" "phone" "fhir" "audit_event" "fields" "hl7" "clean_clinical" "clean_log");
const HELD: Files = files!("held": "query" "note" "letter" "portal" "incident" "court" "phone" "fhir" "audit_event" "fields" "hl7" "clean_clinical" "clean_log");

pub fn files(split: &str) -> Result<Files> {
    Ok(match split {
        "dev" => DEV,
        "held" => HELD,
        _ => bail!("split `{split}` is unknown; give dev or held"),
    })
}
