//! Workers that share one store of subjects' keys: what they make, find, lose to each other, and what an erasure leaves.
//! Wrapping keys are in a real key file; the store is a table in memory with the rules that `SubjectStore` asks for.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use keystore::{LocalProvider, SubjectVault, SystemNonces, key_from_hex};
use seal::Sequence;
use seal::keys::file::{Stretch, Unlock};
use seal::keys::{Custodian, Disposition, KeyError, KeyId, KeyState, Purpose};
use seal::protect::{CacheLimits, Fresh, Handle, RecordProtection, Sealed, Stored, SubjectClass, SubjectKeys};
use seal::protect::{SubjectName, SubjectStore, Wanted, WrappedKey};
use tempfile::TempDir;

type Name = (String, SubjectClass, Handle);

#[derive(Default)]
struct Rows {
    rows: BTreeMap<Name, BTreeMap<u32, (Handle, Option<WrappedKey>)>>,
    calls: Vec<&'static str>,
    is_away: bool,
}

impl Rows {
    fn newest(&self, name: &Name) -> Option<Stored> {
        let (generation, (_, key)) = self.rows.get(name)?.last_key_value()?;
        Some(Stored { generation: *generation, key: key.clone() })
    }

    fn call(&mut self, name: &'static str) -> Result<(), KeyError> {
        self.calls.push(name);
        if self.is_away { Err(KeyError::Unavailable("the store is away".to_owned())) } else { Ok(()) }
    }

    fn erase(&mut self) {
        for (_, key) in self.rows.values_mut().flat_map(BTreeMap::values_mut) {
            *key = None;
        }
    }
}

type Meanwhile = Box<dyn FnMut(&mut Rows, &[Fresh])>;

/// One worker's connection; `meanwhile` is what others do just before a row is added.
struct Table {
    rows: Arc<Mutex<Rows>>,
    meanwhile: Meanwhile,
}

impl SubjectStore for Table {
    fn newest(&mut self, wanted: &[Wanted]) -> Result<Vec<Option<Stored>>, KeyError> {
        let mut rows = self.rows.lock().unwrap();
        rows.call("newest")?;
        Ok(wanted.iter().map(|one| rows.newest(&(one.tenant.to_string(), one.class, one.subject))).collect())
    }

    fn add(&mut self, fresh: &[Fresh]) -> Result<Vec<Stored>, KeyError> {
        let mut rows = self.rows.lock().unwrap();
        rows.call("add")?;
        (self.meanwhile)(&mut rows, fresh);
        let add = |row: &Fresh| {
            let name = (row.tenant.to_string(), row.class, row.subject);
            let generations = rows.rows.entry(name.clone()).or_default();
            generations.entry(row.generation).or_insert_with(|| (row.handle, Some(row.key.clone())));
            rows.newest(&name).unwrap()
        };
        Ok(fresh.iter().map(add).collect())
    }
}

struct Site {
    _folder: TempDir,
    custodian: Custodian,
    rows: Arc<Mutex<Rows>>,
    operations: Arc<Mutex<Vec<String>>>,
}

fn id(text: &str) -> KeyId {
    KeyId::new(text).unwrap()
}

impl Site {
    /// A tenant root, and a wrapping key for the north.
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let unlock = Unlock::Key(key_from_hex(&"0b".repeat(32)).unwrap());
        let keys = LocalProvider::create(&folder.path().join("keys"), &unlock, Stretch::Key).unwrap();
        let operations = Arc::<Mutex<Vec<String>>>::default();
        let seen = Arc::clone(&operations);
        let report = move |event: &seal::keys::KeyEvent| seen.lock().unwrap().push(event.operation.name().to_owned());
        let custodian = Custodian::new(Arc::new(keys), Arc::new(report));
        let site = Self { _folder: folder, custodian, rows: Arc::default(), operations };
        site.active("root", &Purpose::TenantRoot);
        site.active("kek-1", &Purpose::Wrapping { tenant: "north".to_owned(), period: 1 });
        site
    }

    fn active(&self, name: &str, purpose: &Purpose) {
        self.custodian.create(&id(name), purpose).unwrap();
        self.custodian.change(&id(name), KeyState::Active).unwrap();
    }

    fn worker(&self) -> SubjectVault<Table> {
        self.interrupted(|_, _| {})
    }

    fn interrupted(&self, meanwhile: impl FnMut(&mut Rows, &[Fresh]) + 'static) -> SubjectVault<Table> {
        let table = Table { rows: Arc::clone(&self.rows), meanwhile: Box::new(meanwhile) };
        SubjectVault::new(self.custodian.clone(), id("root"), table, CacheLimits::DEFAULT)
    }

    fn calls(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.rows.lock().unwrap().calls)
    }

    fn operations(&self) -> Vec<String> {
        std::mem::take(&mut self.operations.lock().unwrap())
    }
}

fn patient<'n>(tenant: &'n str, id: &'n str) -> SubjectName<'n> {
    SubjectName { tenant, class: SubjectClass::Patient, id }
}

fn prepare(worker: &mut SubjectVault<Table>, ids: &[&str]) -> Result<(), KeyError> {
    worker.prepare(ids.iter().map(|id| patient("north", id)), 0)
}

fn key(worker: &mut SubjectVault<Table>, id: &str) -> Result<(Handle, [u8; 32]), KeyError> {
    let key = worker.keys().key("north", SubjectClass::Patient, id)?;
    Ok((*key.handle(), *key.root().expose()))
}

#[test]
fn workers_find_each_others_keys_and_ask_once_for_a_batch() {
    let site = Site::new();
    let (mut one, mut two) = (site.worker(), site.worker());
    prepare(&mut one, &["1", "2", "1"]).unwrap();
    assert_eq!(site.calls(), ["newest", "add"]);
    prepare(&mut two, &["2", "1"]).unwrap();
    assert_eq!(site.calls(), ["newest"]);
    for id in ["1", "2"] {
        assert_eq!(key(&mut one, id), key(&mut two, id));
    }
    assert_ne!(key(&mut one, "1").unwrap().1, key(&mut one, "2").unwrap().1);
    // What is in memory costs neither the store nor the token anything.
    site.operations();
    prepare(&mut one, &["1", "2"]).unwrap();
    assert_eq!((site.calls(), site.operations()), (vec![], Vec::<String>::new()));
    // And each key that isn't, one operation of its own.
    two.keys().forget_all();
    prepare(&mut two, &["1", "2", "3"]).unwrap();
    assert_eq!(site.operations(), ["token-key", "unwrap", "unwrap", "current", "wrap"]);
}

#[test]
fn an_erased_subject_gets_a_new_key_with_a_new_name_and_the_old_values_stay_closed() {
    let site = Site::new();
    let mut worker = site.worker();
    prepare(&mut worker, &["1"]).unwrap();
    let (first, old_root) = key(&mut worker, "1").unwrap();
    let mut nonces = SystemNonces::new();
    let old = worker.keys().key("north", SubjectClass::Patient, "1").unwrap();
    let hidden = RecordProtection::new("t/0", Sequence(1), &mut nonces).hide(old, "/note", "note", b"1").unwrap();
    assert!(Sealed(&hidden.sealed).open(old, &hidden.digest).is_ok());
    let backup = site.rows.lock().unwrap().rows.values().next().unwrap()[&1].1.clone();
    // The erasure, as other workers and this one hear of it.
    site.rows.lock().unwrap().erase();
    assert!(worker.keys().forget(&first));
    assert_eq!(key(&mut worker, "1"), Err(KeyError::NotLoaded));
    prepare(&mut worker, &["1"]).unwrap();
    let (second, new_root) = key(&mut worker, "1").unwrap();
    assert_ne!((first, old_root), (second, new_root));
    assert!(first != second && old_root != new_root);
    let new = worker.keys().key("north", SubjectClass::Patient, "1").unwrap();
    assert_eq!(Sealed(&hidden.sealed).open(new, &hidden.digest), Err(KeyError::CannotOpen));
    // The row stays as a sign of what was, and a worker that starts later finds the second generation.
    let name = site.rows.lock().unwrap().rows.keys().next().unwrap().clone();
    let generations = site.rows.lock().unwrap().rows[&name].clone();
    assert_eq!((generations[&1].clone(), generations[&2].0), ((first, None), second));
    let mut later = site.worker();
    prepare(&mut later, &["1"]).unwrap();
    assert_eq!(key(&mut later, "1").unwrap().0, second);
    // The erased key out of a backup, put where the new one is: it was wrapped for another handle.
    site.rows.lock().unwrap().rows.get_mut(&name).unwrap().get_mut(&2).unwrap().1 = backup;
    let mut fooled = site.worker();
    prepare(&mut fooled, &["1"]).unwrap();
    assert_eq!(key(&mut fooled, "1"), Err(KeyError::CannotOpen));
    // Erased again, the third is another one.
    site.rows.lock().unwrap().erase();
    prepare(&mut fooled, &["1"]).unwrap();
    assert!(![first, second].contains(&key(&mut fooled, "1").unwrap().0));
}

#[test]
fn of_two_workers_that_make_a_key_at_once_one_wins_for_both() {
    let site = Site::new();
    let mut quicker = site.worker();
    let mut slower = site.interrupted({
        let (rows, custodian) = (Arc::clone(&site.rows), site.custodian.clone());
        let mut first = true;
        move |held, fresh| {
            // The same generation of the same subject, by another worker.
            if std::mem::take(&mut first) {
                let (name, handle) = ((fresh[0].tenant.to_string(), fresh[0].class, fresh[0].subject), fresh[0].handle);
                let scope = seal::protect::WrapScope { tenant: "north", class: fresh[0].class, handle: &handle };
                let key = seal::protect::SubjectKey::from_bytes(handle, [7; 32]);
                let wrapped = custodian.wrap(&id("kek-1"), &scope, &key).unwrap();
                held.rows.entry(name).or_default().insert(1, (handle, Some(wrapped)));
            }
            assert!(Arc::strong_count(&rows) > 1);
        }
    });
    prepare(&mut slower, &["1"]).unwrap();
    assert_eq!(key(&mut slower, "1").unwrap().1, [7; 32]);
    prepare(&mut quicker, &["1"]).unwrap();
    assert_eq!(key(&mut quicker, "1"), key(&mut slower, "1"));
}

#[test]
fn an_erasure_that_comes_between_looking_and_making_is_kept() {
    let site = Site::new();
    let mut times = 0;
    let mut worker = site.interrupted(move |held, fresh| {
        times += 1;
        if times <= 2 {
            let name = (fresh[0].tenant.to_string(), fresh[0].class, fresh[0].subject);
            held.rows.entry(name).or_default().insert(fresh[0].generation, (fresh[0].handle, None));
        }
    });
    prepare(&mut worker, &["1"]).unwrap();
    let rows = site.rows.lock().unwrap().rows.values().next().unwrap().clone();
    assert_eq!(rows.values().map(|(_, key)| key.is_some()).collect::<Vec<_>>(), [false, false, true]);
    assert_eq!(key(&mut worker, "1").unwrap().0, rows[&3].0);
    // Without end it is an outage, not an endless loop.
    let mut hunted = site.interrupted(|held, fresh| {
        let name = (fresh[0].tenant.to_string(), fresh[0].class, fresh[0].subject);
        held.rows.entry(name).or_default().insert(fresh[0].generation, (fresh[0].handle, None));
    });
    assert_eq!(prepare(&mut hunted, &["2"]).unwrap_err().disposition(), Disposition::Retry);
}

#[test]
fn what_is_wrong_with_one_subject_refuses_its_records_only() {
    let site = Site::new();
    let mut worker = site.worker();
    prepare(&mut worker, &["1", "2"]).unwrap();
    let damaged = {
        let mut rows = site.rows.lock().unwrap();
        let (name, generations) = rows.rows.iter_mut().next().unwrap();
        generations.get_mut(&1).unwrap().1.as_mut().unwrap().sealed[20] ^= 1;
        name.2
    };
    let mut other = site.worker();
    let names = [patient("north", "1"), patient("south", "1"), patient("north", "2")];
    other.prepare(names, 0).unwrap();
    let found = ["1", "2"].map(|id| key(&mut other, id));
    assert_eq!(found.iter().filter(|found| **found == Err(KeyError::CannotOpen)).count(), 1);
    assert!(found.iter().flatten().all(|(handle, _)| *handle != damaged));
    // The south has no wrapping key.
    let error = other.keys().key("south", SubjectClass::Patient, "1").unwrap_err();
    assert_eq!(error, KeyError::NoWrappingKey("south".to_owned()));
    assert_eq!(error.disposition(), Disposition::Reject);
    site.active("kek-south", &Purpose::Wrapping { tenant: "south".to_owned(), period: 1 });
    other.prepare([patient("south", "1")], 0).unwrap();
    assert!(other.keys().key("south", SubjectClass::Patient, "1").is_ok());
}

#[test]
fn a_store_that_is_away_is_an_outage_and_leaves_nothing_half_done() {
    let site = Site::new();
    let mut worker = site.worker();
    site.rows.lock().unwrap().is_away = true;
    let error = prepare(&mut worker, &["1"]).unwrap_err();
    assert_eq!(error.disposition(), Disposition::Retry);
    assert_eq!(key(&mut worker, "1"), Err(KeyError::NotLoaded));
    site.rows.lock().unwrap().is_away = false;
    prepare(&mut worker, &["1"]).unwrap();
    assert!(key(&mut worker, "1").is_ok());
}

#[test]
fn new_keys_follow_the_wrapping_key_through_its_rotation() {
    let site = Site::new();
    let mut worker = site.worker();
    prepare(&mut worker, &["1"]).unwrap();
    site.active("kek-2", &Purpose::Wrapping { tenant: "north".to_owned(), period: 2 });
    site.custodian.change(&id("kek-1"), KeyState::Retiring).unwrap();
    prepare(&mut worker, &["1", "2"]).unwrap();
    let keks: Vec<KeyId> = {
        let rows = site.rows.lock().unwrap();
        rows.rows.values().map(|generations| generations[&1].1.clone().unwrap().kek).collect()
    };
    assert_eq!(keks.iter().filter(|kek| **kek == id("kek-2")).count(), 1);
    // The old one still opens what it wrapped.
    let mut other = site.worker();
    prepare(&mut other, &["1", "2"]).unwrap();
    assert_eq!(key(&mut other, "1"), key(&mut worker, "1"));
}

#[test]
fn a_store_that_answers_too_little_is_broken() {
    struct Short;
    impl SubjectStore for Short {
        fn newest(&mut self, _: &[Wanted]) -> Result<Vec<Option<Stored>>, KeyError> {
            Ok(vec![])
        }
        fn add(&mut self, _: &[Fresh]) -> Result<Vec<Stored>, KeyError> {
            Ok(vec![])
        }
    }
    let site = Site::new();
    let mut worker = SubjectVault::new(site.custodian.clone(), id("root"), Short, CacheLimits::DEFAULT);
    let error = worker.prepare([patient("north", "1")], 0).unwrap_err();
    assert_eq!(error.disposition(), Disposition::Fatal);
    assert!(!format!("{error} {worker:?}").contains("\"1\""));
}
