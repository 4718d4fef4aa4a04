//! `COPY ... (FORMAT BINARY)`: the rows' bytes, written by hand because sqlx sends such a body but has no encoder for it.

use schemas::{Disclosure, Extras};

use crate::decode::Row;
use crate::error::Error;

const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
const COLUMNS: i16 = 29;
/// PostgreSQL counts microseconds from 2000-01-01.
const EPOCH_2000: i64 = 946_684_800_000_000;
/// What `pg_type` calls them.
const BYTEA: i32 = 17;
const TEXT: i32 = 25;
/// The only version of jsonb's binary form; JSON text follows it.
const JSONB: u8 = 1;

/// Appends header, rows and trailer.
pub fn encode(rows: &[Row<'_>], out: &mut Vec<u8>) -> Result<(), Error> {
    out.extend_from_slice(SIGNATURE);
    for row in rows {
        encode_row(row, out)?;
    }
    out.extend_from_slice(&(-1i16).to_be_bytes());
    Ok(())
}

fn encode_row(row: &Row<'_>, out: &mut Vec<u8>) -> Result<(), Error> {
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
    beside(row, out)
}

/// What stands beside the leaf.
fn beside(row: &Row<'_>, out: &mut Vec<u8>) -> Result<(), Error> {
    for text in [row.tokens.patient_token, row.tokens.agent_token, row.tokens.object_token] {
        field(out, text.as_bytes());
    }
    map(out, &row.sealed.tokens)?;
    map(out, &row.sealed.redacted)?;
    let hidden = &row.sealed.disclosures;
    array(out, BYTEA, hidden, |disclosure| &disclosure.digest);
    array(out, TEXT, hidden, |disclosure| disclosure.key.as_bytes());
    array(out, BYTEA, hidden, |disclosure| disclosure.sealed);
    Ok(())
}

fn map(out: &mut Vec<u8>, entries: &Extras<'_>) -> Result<(), Error> {
    // The length shows once the text is written.
    let start = out.len();
    field(out, &[JSONB]);
    serde_json::to_writer(&mut *out, entries)?;
    let length = (out.len() - start - size_of::<i32>()) as i32;
    if let Some(place) = out.get_mut(start..start + size_of::<i32>()) {
        place.copy_from_slice(&length.to_be_bytes());
    }
    Ok(())
}

/// One dimension, no null, numbered from 1.
fn array<'a>(out: &mut Vec<u8>, element: i32, of: &'a [Disclosure<'a>], bytes: fn(&'a Disclosure<'a>) -> &'a [u8]) {
    let dimensions = i32::from(!of.is_empty());
    // Three numbers, two more for the dimension, and each element's length before it.
    let head = if dimensions == 1 { 20 } else { 12 };
    let length: usize = head + of.iter().map(|disclosure| 4 + bytes(disclosure).len()).sum::<usize>();
    for number in [length as i32, dimensions, 0, element] {
        out.extend_from_slice(&number.to_be_bytes());
    }
    if dimensions == 1 {
        for number in [of.len() as i32, 1] {
            out.extend_from_slice(&number.to_be_bytes());
        }
    }
    of.iter().for_each(|disclosure| field(out, bytes(disclosure)));
}

fn field(out: &mut Vec<u8>, bytes: &[u8]) {
    // A record is at most 8 MiB, so the length always fits.
    out.extend_from_slice(&(bytes.len() as i32).to_be_bytes());
    out.extend_from_slice(bytes);
}
