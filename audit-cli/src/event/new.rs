//! `audit-cli event new`: a complete event of a type, with example values or the caller's own.

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;
use schemas::catalogue::{self, EventType};
use schemas::shape::{self, Kind};
use schemas::{Defaults, Mistake, Refusal, decode_json};
use serde_json::Value;

/// Print a complete event of a type, with example values
#[derive(Args)]
#[command(after_help = "Examples:
  audit-cli event new patient-record.viewed
  audit-cli event new order.placed --set agents/0/id=u-7 --set patients/0/id=MRN-1 --set trace_id=

An empty value leaves the field out. The id is an example: give your own, for a repeated id is the same event.")]
pub struct New {
    /// The event type, such as patient-record.viewed
    #[arg(value_name = "TYPE")]
    id: String,

    /// Set a field by its path; may be repeated
    #[arg(long = "set", value_name = "PATH=VALUE", value_parser = assignment)]
    settings: Vec<(String, String)>,
}

/// `agents/0/id=u-7`, with or without a slash in front.
fn assignment(text: &str) -> Result<(String, String), String> {
    let (path, value) = text.split_once('=').ok_or("write PATH=VALUE, such as agents/0/id=u-7")?;
    Ok((format!("/{}", path.trim_start_matches('/')), value.to_owned()))
}

impl New {
    pub fn run(&self) -> Result<ExitCode> {
        let event = made(super::find(&self.id)?, &self.settings)?;
        println!("{}", serde_json::to_string_pretty(&event)?);
        Ok(ExitCode::SUCCESS)
    }
}

/// The template with the caller's values. What comes out of here is accepted everywhere, or it does not come out.
fn made(wanted: &EventType, settings: &[(String, String)]) -> Result<Value> {
    let mut event = catalogue::template(wanted);
    for (pointer, text) in settings {
        let kind =
            shape::at(pointer).with_context(|| format!("an event has no {pointer}; see `audit-cli event schema`"))?;
        if text.is_empty() {
            leave_out(&mut event, pointer);
        } else if !catalogue::place(&mut event, pointer, parsed(kind, pointer, text)?) {
            bail!("{pointer} would leave a hole in its list; begin with 0");
        }
    }
    let text = event.to_string();
    let mistakes = match decode_json(text.as_bytes(), &Defaults::default()) {
        Ok(event) => catalogue::check(&event),
        Err(Refusal::Mistakes(mistakes)) => mistakes,
        Err(Refusal::Malformed(malformed)) => bail!(malformed),
    };
    if mistakes.is_empty() { Ok(event) } else { bail!(told(&mistakes)) }
}

fn told(mistakes: &[Mistake]) -> String {
    let each: Vec<String> =
        mistakes.iter().map(|Mistake { pointer, reason, fix }| format!("{pointer} {reason}: {fix}")).collect();
    each.join("\n")
}

fn leave_out(event: &mut Value, pointer: &str) {
    let Some((parent, name)) = pointer.rsplit_once('/') else { return };
    match event.pointer_mut(parent) {
        Some(Value::Object(members)) => drop(members.remove(name)),
        Some(Value::Array(entries)) => {
            if let Some(index) = name.parse::<usize>().ok().filter(|index| *index < entries.len()) {
                entries.remove(index);
            }
        }
        _ => {}
    }
}

/// A text needs no quotes, everything else is JSON.
fn parsed(kind: &Kind, pointer: &str, text: &str) -> Result<Value> {
    match kind {
        Kind::Text | Kind::Time | Kind::Bytes => Ok(Value::from(text)),
        _ => serde_json::from_str(text).with_context(|| format!("{pointer} is no text, so its value must be JSON")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(id: &str, settings: &[&str]) -> Result<Value> {
        let settings: Vec<_> = settings.iter().map(|text| assignment(text).unwrap()).collect();
        made(super::super::find(id).unwrap(), &settings)
    }

    #[test]
    fn every_type_has_an_event_that_is_accepted() {
        for found in catalogue::all() {
            assert!(made(found, &[]).is_ok(), "{}", found.id);
        }
    }

    #[test]
    fn a_value_stands_where_it_was_put() {
        let settings =
            ["agents/0/id=u-7", "/patients/0/id=MRN-1", "agents/0/requestor=false", "context/http/status=200"];
        let event = with("order.placed", &settings).unwrap();
        assert_eq!(event["agents"][0]["id"], "u-7");
        assert_eq!(event["patients"][0]["id"], "MRN-1");
        assert_eq!(event["agents"][0]["requestor"], false);
        assert_eq!(event["context"]["http"]["status"], 200);
        assert!(with("order.placed", &["trace_id="]).unwrap().get("trace_id").is_none());
    }

    #[test]
    fn what_is_mandatory_cannot_be_left_out() {
        for (id, setting, said) in [
            ("patient-record.viewed", "purpose=", "/purpose missing-field: add it: patient-record.viewed needs it"),
            ("break-glass.started", "authority/reason=", "/authority/reason missing-field"),
            ("patient-record.viewed", "patients/0/id=", "/patients/0/id missing-field"),
            ("patient-record.viewed", "source=", "/source missing-field"),
            ("user.login", "outcome=denied", "/outcome not-of-this-type"),
            ("user.login", "occurred_at=today", "/occurred_at not-a-time"),
            ("user.login", "agent/id=u-7", "an event has no /agent/id"),
            ("user.login", "objects/3/id=x", "/objects/3/id would leave a hole"),
            ("user.login", "agents/0/requestor=yes", "must be JSON"),
        ] {
            let error = format!("{:#}", with(id, &[setting]).unwrap_err());
            assert!(error.contains(said), "{setting}: {error}");
        }
        assert!(assignment("purpose").is_err());
    }
}
