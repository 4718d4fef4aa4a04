//! One chain as its worker reads it: what a stranger puts into the log stops nobody, and what counts as ours is authentic.

use schemas::SealedRecord;
use seal::Consumed;
use seal::leaf::NO_TIME;

use super::*;

const PARTITION: Partition = Partition(3);
const OURS: &str = "11";
const EPOCH: Epoch = Epoch { term: 1, generation: 4, attempt: 0 };

/// The same name, other bytes.
fn key(digits: &str) -> SealingKey {
    SealingKey::new("k-1", digits.repeat(32).as_bytes()).unwrap()
}

/// A chain of this key that its worker writes.
fn written(key: &SealingKey) -> Chain {
    let mut chain = Chain::begin(PARTITION, None, key).unwrap().unwrap();
    let owner = OwnerId::new("me").unwrap();
    chain.own(&Turn { epoch: EPOCH, owner: &owner, source: Offset(0) }, key).unwrap();
    chain
}

fn genesis(chain: &mut Chain, key: &SealingKey) -> Vec<u8> {
    let (sealer, _) = chain.sealing().unwrap();
    let mut record = Vec::new();
    sealer.genesis(PARTITION.0, 0, key.genesis("sealtrail", topic::EVENTS.name), &mut record).unwrap();
    chain.noted();
    record
}

fn reject(chain: &mut Chain, offset: i64) -> Vec<u8> {
    let (sealer, _) = chain.sealing().unwrap();
    let mut record = Vec::new();
    sealer.reject(Consumed { offset, time: NO_TIME }, b"x", "truncated", &mut record).unwrap();
    chain.noted();
    record
}

fn close(chain: &mut Chain) -> Vec<u8> {
    let (sealer, _) = chain.sealing().unwrap();
    let mut record = Vec::new();
    sealer.close_segment(&mut record).unwrap();
    chain.noted();
    record
}

/// What the chain takes a record for, once `bend` has had its way with it.
fn taken(chain: &mut Chain, record: &[u8], bend: impl FnOnce(&mut SealedRecord<'_>)) -> Result<bool, Error> {
    let mut record = SealedRecord::decode(record).unwrap();
    bend(&mut record);
    chain.entry(&record).map(|entry| matches!(entry, Entry::Record { .. }))
}

fn as_it_is(_: &mut SealedRecord<'_>) {}

fn with_a_wrong_mac(record: &mut SealedRecord<'_>) {
    record.mac = &[7; 32];
}

#[test]
fn a_copy_of_the_head_with_a_wrong_mac_stops_nobody() {
    for closed in [false, true] {
        let key = key(OURS);
        let mut before = written(&key);
        let first = genesis(&mut before, &key);
        let last = if closed { close(&mut before) } else { reject(&mut before, 0) };
        let mut next = Chain::begin(PARTITION, Some(&before.text()), &key).unwrap().unwrap();
        assert!(taken(&mut next, &last, as_it_is).unwrap(), "the hint's record");
        assert!(!taken(&mut next, &last, with_a_wrong_mac).unwrap());
        // From the start of the log it is the same.
        let mut whole = Chain::begin(PARTITION, None, &key).unwrap().unwrap();
        for record in [&first, &last] {
            assert!(taken(&mut whole, record, as_it_is).unwrap());
            whole.follow(SealedRecord::decode(record).unwrap().leaf).unwrap();
            assert!(!taken(&mut whole, record, with_a_wrong_mac).unwrap());
        }
        assert_eq!(whole.text(), before.text());
    }
}

#[test]
fn other_bytes_under_the_same_name_are_told_at_the_hints_record() {
    let ours = key(OURS);
    let mut before = written(&ours);
    let last = genesis(&mut before, &ours);
    let mut next = Chain::begin(PARTITION, Some(&before.text()), &key("22")).unwrap().unwrap();
    assert!(matches!(taken(&mut next, &last, as_it_is), Err(Error::OtherKeyBytes { .. })));
}

#[test]
fn a_log_that_holds_another_keys_chain_alone_gets_no_second_beginning_and_a_strangers_record_beside_ours_stops_nobody()
{
    let (ours, strange) = (key(OURS), key("22"));
    let mut stranger = written(&strange);
    let forged = genesis(&mut stranger, &strange);
    let mut before = written(&ours);
    let authentic = genesis(&mut before, &ours);
    let owner = OwnerId::new("me").unwrap();
    let turn = Turn { epoch: EPOCH, owner: &owner, source: Offset(0) };
    let mut chain = Chain::begin(PARTITION, None, &ours).unwrap().unwrap();
    assert!(!taken(&mut chain, &forged, as_it_is).unwrap());
    assert!(matches!(chain.own(&turn, &ours), Err(Error::NothingOfThisKey { .. })));
    assert!(taken(&mut chain, &authentic, as_it_is).unwrap());
    chain.follow(SealedRecord::decode(&authentic).unwrap().leaf).unwrap();
    chain.own(&turn, &ours).unwrap();
    close(&mut chain);
}

#[test]
fn what_an_owner_counts_as_its_own_is_authentic_in_whichever_segment() {
    let key = key(OURS);
    let mut chain = written(&key);
    let mut records = vec![genesis(&mut chain, &key)];
    for offset in 0..3 {
        records.push(close(&mut chain));
        records.push(reject(&mut chain, offset));
    }
    for record in &records {
        assert!(taken(&mut chain, record, as_it_is).unwrap());
        assert!(!taken(&mut chain, record, with_a_wrong_mac).unwrap());
        let of_another = |record: &mut SealedRecord<'_>| {
            with_a_wrong_mac(record);
            record.owner = Some(Owner { id: "another", ..record.owner.unwrap() });
        };
        assert!(taken(&mut chain, record, of_another).unwrap(), "the rules know it as stale");
    }
    // A holder of the key who goes on where this worker has not come yet.
    let mut double = Chain::begin(PARTITION, Some(&chain.text()), &key).unwrap().unwrap();
    let owner = OwnerId::new("me").unwrap();
    double.own(&Turn { epoch: EPOCH, owner: &owner, source: Offset(3) }, &key).unwrap();
    assert!(!taken(&mut chain, &reject(&mut double, 3), as_it_is).unwrap());
}

#[test]
fn a_newer_versions_leaf_stops_a_worker_only_where_a_holder_of_the_key_sealed_it() {
    let key = key(OURS);
    let mut chain = written(&key);
    let record = genesis(&mut chain, &key);
    let leaf = String::from_utf8(SealedRecord::decode(&record).unwrap().leaf.to_vec()).unwrap();
    let newer = leaf.replacen("\"v\":1,", "\"v\":2,", 1);
    assert_ne!(leaf, newer);
    let mac = key.epoch().segment(&name(PARTITION), 0).unwrap().sign(&LeafHash::of(newer.as_bytes()));
    let mut next = Chain::begin(PARTITION, None, &key).unwrap().unwrap();
    let decoded = SealedRecord::decode(&record).unwrap();
    let forged = SealedRecord { leaf: newer.as_bytes(), ..decoded.clone() };
    assert_eq!(next.entry(&forged).unwrap(), Entry::Foreign);
    let sealed = SealedRecord { leaf: newer.as_bytes(), mac: &mac, ..decoded };
    assert!(matches!(next.entry(&sealed), Err(Error::UnreadableRecord { .. })));
}
