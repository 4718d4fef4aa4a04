//! OCSF 1.8: one class for each of our event types, and nothing that the schema does not know outside of `unmapped`.

use serde_json::{Value, json};

use crate::siem::account::Account;
use crate::siem::class::{Class, Filing};
use crate::siem::{VERSION, without_nulls};

const SCHEMA: &str = "1.8.0";

pub fn render(account: &Account<'_>) -> Value {
    let Filing { class, activity: (activity, activity_name), severity, .. } = Filing::of(account);
    let (category, category_name) = class.category();
    let (status, status_name) = status(account.outcome);
    // Where a class needs a name of the system and the event gives none that may be told.
    let system = account.system.unwrap_or("unknown");
    let mut event = json!({
        "activity_id": activity,
        "activity_name": activity_name,
        "category_name": category_name,
        "category_uid": category,
        "class_name": class.name(),
        "class_uid": class.uid(),
        "metadata": {
            "correlation_uid": account.trace,
            "event_code": account.event_type,
            "product": {"name": "Sealtrail", "vendor_name": "Sealtrail", "version": VERSION},
            "tenant_uid": account.tenant,
            "uid": account.uid,
            "version": SCHEMA,
        },
        "severity": severity_name(severity),
        "severity_id": severity,
        "status": status_name,
        "status_id": status,
        "time": account.time,
        "type_name": format!("{}: {activity_name}", class.name()),
        "type_uid": class.uid() * 100 + activity,
        "unmapped": {
            "action": account.action,
            "chain": account.chain,
            "level": account.level,
            "outcome": account.outcome,
            "purpose": account.purpose,
            "role": account.role,
            "sequence": account.sequence,
        },
    });
    let of_class = match class {
        Class::Api => json!({
            "actor": actor(account, system),
            "api": {"operation": account.event_type, "service": {"name": system}},
            "resources": resources(account),
            "src_endpoint": endpoint(account, system),
        }),
        Class::Authentication => json!({
            "service": {"name": system},
            "src_endpoint": endpoint(account, system),
            "user": user(account),
        }),
        Class::AccountChange => json!({
            "actor": actor(account, system),
            "src_endpoint": endpoint(account, system),
            "user": subject(account),
        }),
        Class::UserAccess => json!({
            "actor": actor(account, system),
            "privileges": [account.object_kind.unwrap_or("role")],
            "src_endpoint": endpoint(account, system),
            "user": subject(account),
        }),
        Class::Lifecycle => json!({
            "app": {"name": system, "vendor_name": "unknown"},
        }),
    };
    if let (Value::Object(event), Value::Object(of_class)) = (&mut event, of_class) {
        event.extend(of_class);
    }
    without_nulls(event)
}

fn status(outcome: &str) -> (u32, &'static str) {
    match outcome {
        "success" => (1, "Success"),
        "failure" | "denied" => (2, "Failure"),
        _ => (0, "Unknown"),
    }
}

fn severity_name(severity: u32) -> &'static str {
    match severity {
        1 => "Informational",
        2 => "Low",
        3 => "Medium",
        _ => "High",
    }
}

/// A user needs a name or an id; one who has none that may be told is called so.
fn user(account: &Account<'_>) -> Value {
    let (kind, kind_name) = match account.actor_kind {
        Some("human") => (1, "User"),
        Some("system" | "software" | "device") => (3, "System"),
        _ => (0, "Unknown"),
    };
    match account.actor {
        Some(token) => json!({"type": kind_name, "type_id": kind, "uid": token}),
        None => json!({"name": "unknown", "type": kind_name, "type_id": kind}),
    }
}

/// Whose account it is: the object that was touched.
fn subject(account: &Account<'_>) -> Value {
    match account.objects.first() {
        Some(token) => json!({"uid": token}),
        None => json!({"name": "unknown"}),
    }
}

fn actor(account: &Account<'_>, system: &str) -> Value {
    match account.actor {
        Some(_) => json!({"user": user(account)}),
        None => json!({"app_name": system}),
    }
}

fn endpoint(account: &Account<'_>, system: &str) -> Value {
    json!({"ip": account.address, "svc_name": system})
}

/// Patients under one spelling of their type, so that a rule can rely on it.
fn resources(account: &Account<'_>) -> Value {
    let patients = account.patients.iter().map(|token| json!({"type": "Patient", "uid": token}));
    let objects = account.objects.iter().map(|token| json!({"type": account.object_kind, "uid": token}));
    let all: Vec<_> = patients.chain(objects).collect();
    if all.is_empty() { Value::Null } else { Value::Array(all) }
}
