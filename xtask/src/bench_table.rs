//! Prints the figures of the last benchmark run as one table: a figure alone says little, so its floor and goal stand beside it.
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

const COLUMNS: [&str; 6] = ["name", "value", "unit", "floor", "ratio", "goal"];

/// Prints the table of `path`.
pub(crate) fn run(path: &Path) -> Result<()> {
    let shown = path.display();
    let text = match std::fs::read_to_string(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            bail!("{shown} does not exist: run `make bench` first, it writes the file")
        }
        read => read.with_context(|| format!("cannot read {shown}"))?,
    };
    let report = serde_json::from_str(&text).with_context(|| format!("{shown} is not JSON: run `make bench` again"))?;
    let table =
        render(&report).with_context(|| format!("{shown} is not a benchmark report: run `make bench` again"))?;
    std::io::stdout().lock().write_all(table.as_bytes()).context("cannot print the table")
}

fn render(report: &Value) -> Result<String> {
    let figures = report.get("figures").and_then(Value::as_array).context("it has no list `figures`")?;
    let mut rows = vec![COLUMNS.map(str::to_owned)];
    for (at, figure) in figures.iter().enumerate() {
        for needed in ["name", "value", "unit"] {
            let present = figure.get(needed).is_some_and(|value| !value.is_null());
            anyhow::ensure!(present, "figure {} has no `{needed}`", at + 1);
        }
        rows.push(COLUMNS.map(|column| cell(figure.get(column))));
    }
    let mut lines = heading(report);
    let widths: [usize; 6] =
        std::array::from_fn(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0));
    for row in &rows {
        // Words to the left, numbers to the right.
        let cells = row.iter().zip(widths).enumerate().map(|(column, (cell, width))| match column {
            0 | 2 => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
        lines.push(cells.collect::<Vec<_>>().join("  ").trim_end().to_owned());
    }
    lines.push(format!("bench: figures={}", figures.len()));
    Ok(lines.join("\n") + "\n")
}

fn heading(report: &Value) -> Vec<String> {
    let machine = report.get("machine").and_then(Value::as_object).into_iter().flatten();
    let machine: Vec<String> = machine.map(|(name, value)| format!("{name}={}", cell(Some(value)))).collect();
    let known = |name: &str| report.get(name).and_then(Value::as_str).unwrap_or("unknown");
    vec![
        format!("commit {}, measured at {}", known("commit"), known("at")),
        format!("machine: {}", machine.join(" ")),
        String::new(),
    ]
}

fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.as_f64().map_or_else(|| number.to_string(), readable),
        Some(other) => other.to_string(),
    }
}

/// Three digits after the point for small numbers, none and groups of three for large ones.
fn readable(number: f64) -> String {
    if number.abs() < 1000.0 {
        let text = format!("{number:.3}");
        return if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text };
    }
    let digits = format!("{:.0}", number.abs());
    let sign = if number < 0.0 { "-" } else { "" };
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    format!("{sign}{}", groups.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_stand_in_aligned_columns_under_their_origin() {
        let report = serde_json::json!({
            "machine": {"cores": 2, "cpu": "any"}, "commit": "abc", "at": "2026-01-01T00:00:00Z",
            "figures": [
                {"name": "enrich", "value": 35123.4, "unit": "events/s", "floor": 190000, "ratio": 0.1849, "goal": ">= 35,000"},
                {"name": "decode an event", "value": 0.3, "unit": "us", "floor": null, "ratio": null, "goal": null},
            ],
        });
        let expected = "commit abc, measured at 2026-01-01T00:00:00Z\nmachine: cores=2 cpu=any\n\n\
            name              value  unit        floor  ratio       goal\n\
            enrich           35,123  events/s  190,000  0.185  >= 35,000\n\
            decode an event     0.3  us              -      -          -\n\
            bench: figures=2\n";
        assert_eq!(render(&report).unwrap(), expected);
    }

    #[test]
    fn a_report_without_its_parts_is_refused_by_name() {
        let wrong = |report: Value| render(&report).unwrap_err().to_string();
        assert_eq!(wrong(serde_json::json!({})), "it has no list `figures`");
        assert_eq!(wrong(serde_json::json!({"figures": [{"name": "a", "unit": "s"}]})), "figure 1 has no `value`");
    }

    #[test]
    fn a_missing_report_says_how_to_get_one() {
        let folder = tempfile::tempdir().unwrap();
        let error = run(&folder.path().join("latest.json")).unwrap_err().to_string();
        assert!(error.ends_with("run `make bench` first, it writes the file"), "{error}");
    }

    #[test]
    fn numbers_are_readable_at_any_size() {
        let shown = [0.0, 0.25, 999.5, 1000.0, 1_234_567.8, -4321.0].map(readable);
        assert_eq!(shown, ["0", "0.25", "999.5", "1,000", "1,234,568", "-4,321"]);
    }
}
