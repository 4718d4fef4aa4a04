//! RowBinary: one row's bytes in the order of the insert's columns.

use schemas::Extras;

use crate::decode::Row;

/// Appends one row.
pub fn encode(row: &Row<'_>, out: &mut Vec<u8>) {
    let columns = &row.columns;
    out.extend_from_slice(&columns.partition.to_le_bytes());
    for number in [columns.sequence, columns.source_offset, row.sealed_offset] {
        out.extend_from_slice(&number.to_le_bytes());
    }
    for text in [columns.kind, &columns.reason] {
        string(out, text.as_bytes());
    }
    for text in [&columns.event_id, &columns.tenant, &columns.event_type, &columns.action, &columns.outcome] {
        string(out, text.as_bytes());
    }
    out.extend_from_slice(&columns.occurred_at.to_le_bytes());
    for text in [&columns.agent_id, &columns.patient_id, &columns.object_kind, &columns.object_id] {
        string(out, text.as_bytes());
    }
    string(out, columns.level.as_bytes());
    out.extend_from_slice(&columns.leaf_hash);
    string(out, row.sealed.leaf);
    string(out, row.sealed.key_id.as_bytes());
    out.extend_from_slice(row.sealed.mac);
    for text in [row.tokens.patient_token, row.tokens.agent_token, row.tokens.object_token] {
        string(out, text.as_bytes());
    }
    map(out, &row.sealed.tokens);
    map(out, &row.sealed.redacted);
}

/// Number of entries, then keys and values in turn.
fn map(out: &mut Vec<u8>, entries: &Extras<'_>) {
    length(out, entries.len());
    for (key, value) in entries.iter() {
        string(out, key.as_bytes());
        string(out, value.as_bytes());
    }
}

fn string(out: &mut Vec<u8>, bytes: &[u8]) {
    length(out, bytes.len());
    out.extend_from_slice(bytes);
}

/// As LEB128.
fn length(out: &mut Vec<u8>, mut left: usize) {
    while left >= 0x80 {
        out.push((left & 0x7f) as u8 | 0x80);
        left >>= 7;
    }
    out.push(left as u8);
}
