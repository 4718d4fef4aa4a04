//! Stage 1, decode: from a sealed Kafka record to the columns that both stores keep.

use schemas::{SealedRecord, wire};
use seal::projection::Projection;
use stream::Record;

use crate::error::Error;

/// One row. Every typed column comes from the leaf itself.
pub struct Row<'a> {
    pub columns: Projection<'a>,
    pub sealed_offset: i64,
    pub sealed: SealedRecord<'a>,
}

/// Decodes a whole batch, in order; fences seal nothing. One unreadable record stops the sink: it never stores around a hole.
pub fn rows<'a>(batch: &'a [Record<'_>]) -> Result<Vec<Row<'a>>, Error> {
    batch.iter().filter_map(|record| row(record).transpose()).collect()
}

fn row<'a>(record: &'a Record<'_>) -> Result<Option<Row<'a>>, Error> {
    let (partition, offset) = (record.partition(), record.offset());
    let (_, body) = wire::split(record.payload()).map_err(Error::decode(partition, offset))?;
    let sealed = SealedRecord::decode(body).map_err(Error::decode(partition, offset))?;
    if sealed.fence.is_some() {
        return Ok(None);
    }
    let columns = Projection::of(sealed.leaf).map_err(Error::leaf(partition, offset))?;
    if columns.partition != partition.0 {
        let reason = format!("its leaf belongs to partition {}", columns.partition);
        return Err(Error::Unreadable { partition, offset, reason });
    }
    Ok(Some(Row { columns, sealed_offset: offset.0, sealed }))
}
