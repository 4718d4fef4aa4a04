//! Reads the chains from the sealed log itself.

use anyhow::Result;
use schemas::{SealedRecord, topic, wire};
use seal::verify::StoredRecord;
use stream::tail::TailReader;

use super::walk::Walk;
use crate::connections::Connections;

pub fn walk(connections: &Connections, walk: &mut Walk<'_>) -> Result<()> {
    let reader = TailReader::new(&connections.kafka(), topic::SEALED.name)?;
    for partition in reader.partitions()? {
        walk.start(partition.0);
        reader.read_all::<anyhow::Error>(partition, |offset, payload| {
            let record = wire::split(payload).and_then(|(_, body)| SealedRecord::decode(body));
            let Ok(record) = record else {
                anyhow::bail!(
                    "audit.sealed/{partition} offset {offset} is not a sealed record; something else writes there"
                );
            };
            // A fence seals nothing.
            if record.fence.is_none() {
                walk.take(&StoredRecord::new(record.leaf, record.mac, record.key_id));
            }
            Ok(())
        })?;
    }
    Ok(())
}
