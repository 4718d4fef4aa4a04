//! The description as one HTML page: no script, nothing from elsewhere, and a policy that lets nothing else in.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
pre{background:#f4f4f4;padding:.7rem;overflow:auto}table{border-collapse:collapse}td,th{border:1px solid #ccc;\
padding:.2rem .6rem;text-align:left;vertical-align:top}h2{margin-top:2.5rem}";

/// The page and its content security policy.
pub fn page(document: &Value) -> (String, String) {
    let mut html = String::from("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">");
    let title = text(&document["info"]["title"]);
    html.push_str(&format!("<title>{title}</title><style>{STYLE}</style></head><body><h1>{title}</h1>"));
    html.push_str(&format!("<p>{}</p>", text(&document["info"]["description"])));
    html.push_str("<p>The same for programs: <a href=\"/openapi.json\">/openapi.json</a></p>");
    for (path, methods) in members(&document["paths"]) {
        for (method, operation) in members(methods) {
            operation_section(&mut html, &format!("{} {path}", method.to_uppercase()), operation);
        }
    }
    event_section(&mut html, &document["components"]["schemas"]["AuditEvent"]);
    html.push_str("</body></html>");
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    (html, policy)
}

fn operation_section(html: &mut String, name: &str, operation: &Value) {
    html.push_str(&format!("<h2>{}</h2><p>{}.", escaped(name), text(&operation["summary"])));
    html.push_str(&format!(" {}</p>", text(&operation["description"])));
    for (content_type, content) in members(&operation["requestBody"]["content"]) {
        html.push_str(&format!("<h3>{}</h3>", escaped(content_type)));
        if let Some(example) = content.get("example") {
            let pretty = example.as_str().map_or_else(|| format!("{example:#}"), str::to_owned);
            html.push_str(&format!("<pre>{}</pre>", escaped(&pretty)));
        }
    }
    html.push_str("<h3>Answers</h3><table><tr><th>status</th><th>meaning</th></tr>");
    for (status, response) in members(&operation["responses"]) {
        html.push_str(&format!("<tr><td>{}</td><td>{}</td></tr>", escaped(status), text(&response["description"])));
    }
    html.push_str("</table>");
}

fn event_section(html: &mut String, event: &Value) {
    html.push_str("<h2>The event</h2><table><tr><th>member</th><th></th><th>meaning</th></tr>");
    let required = event["required"].as_array().map(Vec::as_slice).unwrap_or_default();
    for (name, member) in members(&event["properties"]) {
        let is_required = if required.iter().any(|required| required == name) { "required" } else { "" };
        let meaning = text(&member["description"]);
        html.push_str(&format!("<tr><td>{}</td><td>{is_required}</td><td>{meaning}</td></tr>", escaped(name)));
    }
    html.push_str("</table>");
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn text(value: &Value) -> String {
    escaped(value.as_str().unwrap_or_default())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
