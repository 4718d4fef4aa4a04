//! Reads the chains from the sealed log itself.

use anyhow::Result;
use schemas::{SealedRecord, topic, wire};
use seal::draft::{Leaf, StoredRecord};
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
            // The log files a record under nothing but its own leaf; one that cannot be read takes the next place.
            let sequence = Leaf::parse(record.leaf).map_or(walk.next(), |leaf| leaf.sequence);
            walk.take(StoredRecord { sequence, leaf: record.leaf, key_id: record.key_id, mac: record.mac }, |leaf| {
                if leaf.partition == partition.0 { Vec::new() } else { vec!["partition"] }
            });
            Ok(())
        })?;
    }
    Ok(())
}
