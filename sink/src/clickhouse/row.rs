//! RowBinary: one row's bytes in the order of the insert's columns.

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
}

/// Length as LEB128, then the bytes.
fn string(out: &mut Vec<u8>, bytes: &[u8]) {
    let mut length = bytes.len();
    while length >= 0x80 {
        out.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
    out.extend_from_slice(bytes);
}
