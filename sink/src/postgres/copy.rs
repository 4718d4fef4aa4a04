//! `COPY ... (FORMAT BINARY)`: the rows' bytes, written by hand because sqlx sends such a body but has no encoder for it.

use crate::decode::Row;

const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
const COLUMNS: i16 = 21;
/// PostgreSQL counts microseconds from 2000-01-01.
const EPOCH_2000: i64 = 946_684_800_000_000;

/// Appends header, rows and trailer.
pub fn encode(rows: &[Row<'_>], out: &mut Vec<u8>) {
    out.extend_from_slice(SIGNATURE);
    for row in rows {
        encode_row(row, out);
    }
    out.extend_from_slice(&(-1i16).to_be_bytes());
}

fn encode_row(row: &Row<'_>, out: &mut Vec<u8>) {
    let columns = &row.columns;
    out.extend_from_slice(&COLUMNS.to_be_bytes());
    field(out, &columns.partition.to_be_bytes());
    for number in [columns.sequence, columns.source_offset, row.sealed_offset] {
        field(out, &number.to_be_bytes());
    }
    for text in [columns.kind, &columns.reason] {
        field(out, text.as_bytes());
    }
    for text in [&columns.event_id, &columns.tenant, &columns.event_type, &columns.action, &columns.outcome] {
        field(out, text.as_bytes());
    }
    field(out, &(columns.occurred_at - EPOCH_2000).to_be_bytes());
    for text in [&columns.agent_id, &columns.patient_id, &columns.object_kind, &columns.object_id] {
        field(out, text.as_bytes());
    }
    field(out, columns.level.as_bytes());
    field(out, &columns.leaf_hash);
    field(out, row.sealed.leaf);
    field(out, row.sealed.key_id.as_bytes());
    field(out, row.sealed.mac);
}

fn field(out: &mut Vec<u8>, bytes: &[u8]) {
    // A record is at most 8 MiB, so the length always fits.
    out.extend_from_slice(&(bytes.len() as i32).to_be_bytes());
    out.extend_from_slice(bytes);
}
