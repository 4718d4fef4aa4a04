//! ArcSight's Common Event Format, version 0: one line, codes and tokens only.

use std::fmt::Write;

use crate::siem::VERSION;
use crate::siem::account::Account;
use crate::siem::class::Filing;

pub fn render(account: &Account<'_>) -> String {
    // From OCSF's scale of 4 to CEF's of 10.
    let severity = [3, 3, 5, 6, 9].get(Filing::of(account).severity as usize).copied().unwrap_or(3);
    let name = escape(account.event_type, &['\\', '|']);
    let mut line = format!("CEF:0|Sealtrail|Sealtrail|{VERSION}|{name}|{name}|{severity}|");
    let time = account.time.to_string();
    let patients = account.patients.join(" ");
    let objects = account.objects.join(" ");
    let sequence = account.sequence.to_string();
    let members = [
        ("rt", &*time),
        ("externalId", &*account.uid),
        ("act", account.action),
        ("outcome", account.outcome),
        ("suid", account.actor.unwrap_or_default()),
        ("spriv", account.role.unwrap_or_default()),
        ("src", account.address.unwrap_or_default()),
        ("dvchost", account.system.unwrap_or_default()),
    ];
    let labelled = [
        ("cs1", "patient", &*patients),
        ("cs2", "purpose", account.purpose.unwrap_or_default()),
        ("cs3", "object", &*objects),
        ("cs4", "tenant", account.tenant.unwrap_or_default()),
        ("cs5", "trace", account.trace.unwrap_or_default()),
        ("cs6", "chain", account.chain),
        ("cn1", "sequence", &*sequence),
    ];
    for (key, value) in members {
        member(&mut line, key, value);
    }
    for (key, label, value) in labelled.into_iter().filter(|(.., value)| !value.is_empty()) {
        member(&mut line, &format!("{key}Label"), label);
        member(&mut line, key, value);
    }
    line.truncate(line.trim_end().len());
    line
}

fn member(line: &mut String, key: &str, value: &str) {
    if !value.is_empty() {
        let written = write!(line, "{key}={} ", escape(value, &['\\', '=']));
        debug_assert!(written.is_ok());
    }
}

/// What is told has no line ends; they would begin a second event.
fn escape(text: &str, special: &[char]) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars().filter(|character| !character.is_control()) {
        if special.contains(&character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}
