//! Log lines on stderr: JSON for programs, pretty for people.

use std::fmt;
use std::io::{self, IsTerminal as _};

use serde_json::Value;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::{Compact, Format, Writer};
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::Error;
use crate::config::{LogFormat, ProcessSettings, is_colour_unwanted};

crate::metric_names! {
    /// What the logs count.
    pub enum LogMetric {
        Lines: counter { level } = "audit_runtime_log_lines_total", "log lines of level error and warn";
        Panics: counter = "audit_runtime_panics_total", "panics of any thread";
    }
}

/// Levels as the settings write them.
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// Parses `info,stream=debug`. A bare word must be a level: the library would take `inof` for a module and silence the rest.
pub(crate) fn parse_filter(text: &str) -> Result<Targets, String> {
    for part in text.split(',').map(str::trim) {
        let level = part.rsplit_once('=').map_or(part, |(_, level)| level);
        if !LEVELS.contains(&level.to_lowercase().as_str()) {
            return Err(format!(
                "unknown level `{level}`; levels: {}; per module: info,stream=debug",
                LEVELS.join(", ")
            ));
        }
    }
    text.parse().map_err(|error| format!("not a log filter: {error}"))
}

/// Installs the process's log subscriber and the panic hook.
pub(crate) fn install(service: &'static str, settings: &ProcessSettings) -> Result<(), Error> {
    let filter = parse_filter(&settings.log_level).map_err(Error::Logs)?;
    let terminal = io::stderr().is_terminal();
    let json = match settings.log_format {
        LogFormat::Auto => !terminal,
        LogFormat::Json => true,
        LogFormat::Pretty => false,
    };
    let lines =
        tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(terminal && !json && !is_colour_unwanted());
    let lines = if json {
        lines.event_format(Json { service }).boxed()
    } else {
        lines.event_format(Pretty { service, format: Format::default().compact() }).boxed()
    };
    let installed = tracing_subscriber::registry().with(CountLines.and_then(lines).with_filter(filter)).try_init();
    installed.map_err(|error| Error::Logs(error.to_string()))?;
    std::panic::set_hook(Box::new(|panic| {
        // Where, never what: a slice's panic message quotes the text that was sliced.
        let place = panic.location().map_or_else(|| "unknown place".to_owned(), ToString::to_string);
        let thread = std::thread::current();
        LogMetric::Panics.increment(1);
        tracing::error!(place, thread = thread.name().unwrap_or("unnamed"), "panic: a bug in this program");
    }));
    Ok(())
}

/// Counts complaints, so that an alert needs no log search.
struct CountLines;

impl<S: Subscriber> Layer<S> for CountLines {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        match *event.metadata().level() {
            Level::ERROR => LogMetric::Lines.with(&[("level", "error")]).increment(1),
            Level::WARN => LogMetric::Lines.with(&[("level", "warn")]).increment(1),
            Level::INFO | Level::DEBUG | Level::TRACE => {}
        }
    }
}

/// One JSON object per line: time, level, service, target, message, then the event's fields.
struct Json {
    service: &'static str,
}

impl<S, N> FormatEvent<S, N> for Json
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut out: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut time = String::new();
        SystemTime.format_time(&mut Writer::new(&mut time))?;
        let metadata = event.metadata();
        let mut fields = JsonFields::default();
        event.record(&mut fields);
        let level = level_word(*metadata.level());
        let head = [
            ("time", Value::from(time)),
            ("level", level.into()),
            ("service", self.service.into()),
            ("target", metadata.target().into()),
            ("message", fields.message.into()),
        ];
        let mut separator = '{';
        for (name, value) in head.into_iter().chain(fields.rest) {
            write!(out, "{separator}{}:{value}", Value::from(name))?;
            separator = ',';
        }
        out.write_str("}\n")
    }
}

fn level_word(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}

#[derive(Default)]
struct JsonFields {
    message: String,
    rest: Vec<(&'static str, Value)>,
}

impl JsonFields {
    fn push(&mut self, field: &Field, value: Value) {
        // A field may not pose as one of ours.
        let name = match field.name() {
            "time" => "field_time",
            "level" => "field_level",
            "service" => "field_service",
            "target" => "field_target",
            name => name,
        };
        self.rest.push((name, value));
    }
}

impl Visit for JsonFields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.message = format!("{value:?}");
        } else {
            self.push(field, format!("{value:?}").into());
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" { value.clone_into(&mut self.message) } else { self.push(field, value.into()) }
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.push(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.push(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.push(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.push(field, value.into());
    }
}

/// The library's compact line with the service's name in front.
struct Pretty {
    service: &'static str,
    format: Format<Compact>,
}

impl<S, N> FormatEvent<S, N> for Pretty
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut out: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        write!(out, "{} ", self.service)?;
        self.format.format_event(context, out, event)
    }
}

#[cfg(test)]
mod tests;
