//! Stage 1, decode: from a Kafka record to the sealed record in it; once it is accepted, to the columns that stores keep.

use schemas::{SealedRecord, wire};
use seal::projection::{Projection, TokenColumns};
use stream::{Offset, Partition, Record};

use crate::error::Error;

/// What stands at one place of the log.
pub struct Decoded<'a> {
    pub partition: Partition,
    pub offset: Offset,
    /// `None`: it is no sealed record, so something else writes there.
    pub sealed: Option<SealedRecord<'a>>,
}

/// One row. Every typed column comes from the leaf itself, but those of the search tokens beside it.
pub struct Row<'a> {
    pub columns: Projection<'a>,
    pub tokens: TokenColumns<'a>,
    pub sealed_offset: i64,
    pub sealed: &'a SealedRecord<'a>,
}

/// Decodes a whole batch, in order.
pub fn batch<'a>(records: &'a [Record<'_>]) -> Vec<Decoded<'a>> {
    let sealed =
        |record: &'a Record<'_>| wire::split(record.payload()).and_then(|(_, body)| SealedRecord::decode(body)).ok();
    let decoded =
        |record| Decoded { partition: Record::partition(record), offset: record.offset(), sealed: sealed(record) };
    records.iter().map(decoded).collect()
}

/// The row of an accepted record. One that cannot be read stops the sink: it never stores around a hole.
pub fn row<'a>(decoded: &'a Decoded<'_>) -> Result<Row<'a>, Error> {
    let (partition, offset) = (decoded.partition, decoded.offset);
    let unreadable = |reason: String| Error::Unreadable { partition, offset, reason };
    let sealed = decoded.sealed.as_ref().ok_or_else(|| unreadable("it is no sealed record".to_owned()))?;
    let columns = Projection::of(sealed.leaf).map_err(|error| unreadable(error.to_string()))?;
    if columns.partition != partition.0 {
        return Err(unreadable(format!("its leaf belongs to partition {}", columns.partition)));
    }
    Ok(Row { columns, tokens: TokenColumns::of(&sealed.tokens), sealed_offset: offset.0, sealed })
}
