//! A fence: the record with which a worker opens its turn at a chain. It seals nothing and shows that its owner may write.

use schemas::{Fence, Owner, SealedRecord};

use crate::error::SealError;
use crate::keys::EpochKey;
use crate::leaf::is_chain_name;
use crate::mac::{FenceVerifier, Turn};

/// Appends the fence of `owner`'s turn at `chain`: one record's Avro body.
pub fn write(chain: &str, owner: Owner<'_>, epoch: &EpochKey, out: &mut Vec<u8>) -> Result<(), SealError> {
    if !is_chain_name(chain) {
        return Err(SealError::ChainName);
    }
    let mac = epoch.fence(chain)?.sign(&turn(&owner));
    let key_id = epoch.id().as_str();
    let fence = Some(Fence { mac });
    SealedRecord { key_id, owner: Some(owner), fence, ..SealedRecord::default() }.encode(out);
    Ok(())
}

/// Whether a record is a fence that a holder of the epoch key wrote for the verifier's chain, and nothing else besides.
#[must_use]
pub fn verify(record: &SealedRecord<'_>, verifier: &FenceVerifier) -> bool {
    let (Some(owner), Some(fence)) = (&record.owner, &record.fence) else { return false };
    let key_id = record.key_id;
    let bare = SealedRecord { key_id, owner: Some(*owner), fence: Some(*fence), ..SealedRecord::default() };
    bare == *record && verifier.verify(&turn(owner), &fence.mac)
}

fn turn<'a>(owner: &Owner<'a>) -> Turn<'a> {
    Turn { term: owner.term, generation: owner.generation, attempt: owner.attempt, owner: owner.id }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{KeyId, Secret};

    const OWNER: Owner<'_> = Owner { term: 1, generation: 7, attempt: 2, id: "worker-1" };

    fn key(byte: u8) -> EpochKey {
        EpochKey::new(KeyId::new("k-1").unwrap(), &Secret::new([byte; 32]))
    }

    fn fence() -> Vec<u8> {
        let mut out = Vec::new();
        write("t/0", OWNER, &key(1), &mut out).unwrap();
        out
    }

    #[test]
    fn a_fence_is_checked_for_its_chain_its_key_and_every_part_of_its_owner() {
        let bytes = fence();
        let record = SealedRecord::decode(&bytes).unwrap();
        let verifier = key(1).verifier().fence("t/0").unwrap();
        assert!(verify(&record, &verifier));
        assert!(!verify(&record, &key(1).verifier().fence("t/1").unwrap()));
        assert!(!verify(&record, &key(2).verifier().fence("t/0").unwrap()));
        let owners = [
            Owner { term: 2, ..OWNER },
            Owner { generation: 8, ..OWNER },
            Owner { attempt: 3, ..OWNER },
            Owner { id: "worker-2", ..OWNER },
        ];
        for owner in owners {
            assert!(!verify(&SealedRecord { owner: Some(owner), ..record.clone() }, &verifier), "{owner:?}");
        }
    }

    #[test]
    fn a_fence_carries_nothing_else() {
        let bytes = fence();
        let record = SealedRecord::decode(&bytes).unwrap();
        let verifier = key(1).verifier().fence("t/0").unwrap();
        assert!(!verify(&SealedRecord { leaf: b"{}", ..record.clone() }, &verifier));
        assert!(!verify(&SealedRecord { mac: &[1; 32], ..record.clone() }, &verifier));
        assert!(!verify(&SealedRecord { fence: None, ..record.clone() }, &verifier));
        assert!(!verify(&SealedRecord { owner: None, ..record }, &verifier));
    }

    #[test]
    fn a_fence_names_a_chain_that_leaves_could_name() {
        assert_eq!(write("no name", OWNER, &key(1), &mut Vec::new()), Err(SealError::ChainName));
    }
}
