//! Elastic Common Schema 9. What it has no field for stands under `sealtrail`.

use serde_json::{Value, json};

use crate::siem::account::Account;
use crate::siem::class::Filing;
use crate::siem::{VERSION, without_nulls};

pub fn render(account: &Account<'_>) -> Value {
    let filing = Filing::of(account);
    let outcome = match account.outcome {
        "success" => "success",
        "failure" | "denied" => "failure",
        _ => "unknown",
    };
    without_nulls(json!({
        "@timestamp": account.time,
        "ecs": {"version": "9.0.0"},
        "event": {
            "action": account.event_type,
            "category": [filing.ecs_category],
            "dataset": "sealtrail.audit",
            "id": account.uid,
            "kind": "event",
            "outcome": outcome,
            "provider": "sealtrail",
            "sequence": account.sequence,
            "severity": filing.severity,
            "type": [filing.ecs_type],
        },
        "observer": {"product": "Sealtrail", "vendor": "Sealtrail", "version": VERSION},
        "organization": {"id": account.tenant},
        "sealtrail": {
            "action": account.action,
            "chain": account.chain,
            "level": account.level,
            "object": {"id": account.objects, "kind": account.object_kind},
            "patient": {"id": account.patients},
            "purpose": account.purpose,
        },
        "service": {"name": account.system},
        "source": {"ip": account.address},
        "trace": {"id": account.trace},
        "user": {"id": account.actor, "roles": account.role.map(|role| [role])},
    }))
}
