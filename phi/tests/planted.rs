//! A labelled value of every kind is found in every form that a text may be wrapped in.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use phi::{Engine, Label, Scratch};

const PLANTED: [(&str, Label); 20] = [
    ("Patient: Ana Berg-Moreno", Label::Name),
    ("Address: 12 Main Street, Springfield, IL 62704", Label::Geo),
    ("DOB: 03/14/1961", Label::Date),
    ("a 93-year-old man", Label::Age90),
    ("Phone: (415) 555-0132", Label::Phone),
    ("Fax: 415-555-0133", Label::Fax),
    ("Email: ana.berg@clinic.example", Label::Email),
    ("SSN: 219-09-9999", Label::Ssn),
    ("MRN: 48291307", Label::Mrn),
    ("Member ID: XYZ123456789", Label::HealthPlan),
    ("Account number: 00123456", Label::Account),
    ("NPI: 1234567893", Label::License),
    ("VIN: 1HGCM82633A004352", Label::Vehicle),
    ("Serial number: PM-77123X", Label::Device),
    ("Read https://portal.clinic.example/p/123", Label::Url),
    ("IP address: 203.0.113.77", Label::Ip),
    ("Fingerprint ID: FP-88213", Label::Biometric),
    ("Patient photo: IMG_20341.jpg", Label::Photo),
    ("Passport number: X1234567", Label::OtherId),
    ("Seen at Mercy General Hospital", Label::Org),
];

fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        write!(out, "%{byte:02X}").unwrap();
        out
    })
}

fn forms(text: &str) -> [(&'static str, String); 9] {
    let inner = serde_json::json!({"note": text}).to_string();
    [
        ("plain", text.to_owned()),
        ("base64", serde_json::json!({"payload": STANDARD.encode(format!("{text}. Nothing else."))}).to_string()),
        (
            "base64 in prose",
            format!("received payload={} from the queue", URL_SAFE_NO_PAD.encode(format!("{text}. Nothing else."))),
        ),
        ("URL query", format!("GET /search?q={}&page=2", percent(text))),
        ("JSON in JSON", serde_json::json!({"body": inner}).to_string()),
        (
            "JSON in JSON in JSON",
            serde_json::json!({"outer": serde_json::json!({"body": inner}).to_string()}).to_string(),
        ),
        ("HL7", format!("MSH|^~\\&|A|B|C|D|20240301||ORU^R01|1|P|2.5\rOBX|1|TX|1^Note||{text}\r")),
        ("SQL", format!("INSERT INTO notes (body) VALUES ('{text}')")),
        ("XML", format!("<note><text>{text}</text></note>")),
    ]
}

#[test]
fn every_label_is_found_in_every_form() {
    let engine = Engine::builtin().unwrap();
    let (mut scratch, mut found) = (Scratch::default(), Vec::new());
    let mut missed = Vec::new();
    for (text, label) in PLANTED {
        for (form, wrapped) in forms(text) {
            engine.scan_any(&wrapped, &mut scratch, &mut found);
            if !found.iter().any(|located| located.finding.label == label) {
                missed.push(format!("{} in {form}: {wrapped}", label.name()));
            }
        }
    }
    assert!(missed.is_empty(), "{} of {}\n{}", missed.len(), PLANTED.len() * 9, missed.join("\n"));
}
