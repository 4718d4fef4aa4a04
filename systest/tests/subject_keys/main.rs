//! Subjects' keys on a real Postgres: workers that race, erasures, outages, rows that somebody has changed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod ground;

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use ground::{Counting, Ground, id, key, patient, prepare};
use keystore::{KeystoreError, PostgresSubjects};
use seal::keys::{Disposition, KeyError};
use seal::protect::{SubjectCache, SubjectClass, SubjectKeys, SubjectStore, Wanted};

/// Two hundred names; each worker asks in an order of its own.
fn names(rotated: usize) -> Vec<String> {
    let mut names: Vec<String> = (0..200).map(|number| format!("patient-{number}")).collect();
    names.rotate_left(rotated);
    names
}

fn strs(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}

/// What a worker would ask the store for.
fn wanted(ground: &Ground, tenants: &[&str], name: &str) -> Vec<Wanted> {
    let mut cache = SubjectCache::new(seal::protect::CacheLimits::DEFAULT);
    let names = tenants.iter().map(|tenant| patient(tenant, name));
    cache.missing(names, 0, |tenant| ground.custodian.tenant_keys(&id("root"), tenant)).unwrap()
}

#[test]
fn eight_workers_that_make_the_same_two_hundred_keys_at_once_end_with_one_of_each() {
    let ground = Ground::new();
    let (ground, begin) = (&ground, &Barrier::new(8));
    for round in 0..5 {
        ground.sql("TRUNCATE subject_key");
        let found: Vec<Vec<_>> = thread::scope(|scope| {
            let worker = |number: usize| {
                let mut vault = ground.worker();
                // Connected before, so that all begin at once.
                vault.prepare([patient("north", "somebody")], 0).unwrap();
                let mut asked = names(number * 25);
                if number % 2 == 1 {
                    asked.reverse();
                }
                begin.wait();
                prepare(&mut vault, &strs(&asked)).unwrap();
                names(0).iter().map(|name| key(&mut vault, name).unwrap()).collect::<Vec<_>>()
            };
            let running: Vec<_> = (0..8).map(|number| scope.spawn(move || worker(number))).collect();
            running.into_iter().map(|running| running.join().unwrap()).collect()
        });
        assert!(found.iter().all(|keys| *keys == found[0]), "round {round}: two workers hold different keys");
        assert_eq!(found[0].iter().collect::<BTreeSet<_>>().len(), 200);
        assert_eq!(ground.number("SELECT count(*) FROM subject_key"), 201);
        assert_eq!(ground.number("SELECT max(generation)::bigint FROM subject_key"), 1);
    }
}

#[test]
fn a_worker_that_loses_the_race_for_one_row_gets_the_winners_key() {
    let ground = Ground::new();
    // Only the first row of a batch is raced for, the others wait behind it: so batches of one, and many.
    let (ground, begin) = (&ground, &Barrier::new(8));
    let found: Vec<Vec<_>> = thread::scope(|scope| {
        let worker = || {
            let mut vault = ground.worker();
            prepare(&mut vault, &["somebody"]).unwrap();
            let one = |number: usize| {
                let name = format!("patient-{number}");
                begin.wait();
                let prepared = prepare(&mut vault, &[&name]);
                prepared.and_then(|()| key(&mut vault, &name))
            };
            (0..600).map(one).collect()
        };
        let running: Vec<_> = (0..8).map(|_| scope.spawn(worker)).collect();
        running.into_iter().map(|running| running.join().unwrap()).collect()
    });
    assert_eq!(found[0].iter().find_map(|found| found.as_ref().err()), None);
    assert!(found.iter().all(|keys| *keys == found[0]), "two workers hold different keys, or one was refused");
}

#[test]
fn a_batch_is_one_round_trip_and_a_new_subject_one_more() {
    let ground = Ground::new();
    let counting = Counting::before(&ground.stack.postgres_url);
    let mut worker = ground.worker_on(PostgresSubjects::new(&counting.url).unwrap());
    // Connecting and preparing both statements costs more, once.
    prepare(&mut worker, &["first"]).unwrap();
    let first = counting.trips();
    let all = names(0);
    prepare(&mut worker, &strs(&all)).unwrap();
    let new = counting.trips();
    worker.keys().forget_all();
    prepare(&mut worker, &strs(&all)).unwrap();
    let known = counting.trips();
    prepare(&mut worker, &strs(&all)).unwrap();
    assert_eq!([new, known, counting.trips()], [2, 1, 0], "after {first} for the first batch");
    assert!(first <= 16, "{first}");
}

#[test]
fn an_erased_subject_gets_a_second_generation_and_the_first_stays_erased() {
    let ground = Ground::new();
    let (mut worker, mut store) = (ground.worker(), ground.store());
    prepare(&mut worker, &["1", "2"]).unwrap();
    let (first, other) = (key(&mut worker, "1").unwrap(), key(&mut worker, "2").unwrap());
    assert!(store.erase(&first.0).unwrap());
    assert!(!store.erase(&first.0).unwrap(), "it is erased already");
    let nobody = wanted(&ground, &["north"], "nobody")[0].subject;
    assert!(!store.erase(&nobody).unwrap(), "there is no such handle");

    // A worker that has not heard goes on; one that has, or a new one, does not.
    assert_eq!(key(&mut worker, "1").unwrap(), first);
    worker.keys().forget(&first.0);
    prepare(&mut worker, &["1", "2"]).unwrap();
    let second = key(&mut worker, "1").unwrap();
    assert!(second.0 != first.0 && second.1 != first.1);
    assert_eq!(key(&mut worker, "2").unwrap(), other);
    let mut late = ground.worker();
    prepare(&mut late, &["1", "2"]).unwrap();
    assert_eq!([key(&mut late, "1").unwrap(), key(&mut late, "2").unwrap()], [second, other]);

    let erased = "SELECT count(*) FROM subject_key WHERE generation = 1 AND wrapped IS NULL AND kek IS NULL
        AND erased_at IS NOT NULL";
    assert_eq!(ground.number(erased), 1);
    assert!(store.erase(&second.0).unwrap());
    worker.keys().forget_all();
    prepare(&mut worker, &["1"]).unwrap();
    assert!(![first.0, second.0].contains(&key(&mut worker, "1").unwrap().0));
    assert_eq!(ground.number("SELECT max(generation)::bigint FROM subject_key"), 3);
    assert_eq!(ground.number(erased), 1);
}

#[test]
fn a_server_that_is_killed_between_and_during_calls_is_an_outage_and_nothing_is_lost() {
    let ground = Ground::new();
    let mut worker = ground.worker();
    prepare(&mut worker, &["before"]).unwrap();
    let before = key(&mut worker, "before").unwrap();

    ground.dev("kill", &["postgres", "-9"]);
    for _ in 0..2 {
        // First by the connection that is gone, then by one that can't be had.
        let error = prepare(&mut worker, &["between"]).unwrap_err();
        assert!(matches!(error, KeyError::Unavailable(_)), "{error}");
        let (access, _) = ground.stack.postgres_url.rsplit_once('@').unwrap();
        assert!(!error.to_string().contains(access.rsplit_once(':').unwrap().1), "{error}");
    }
    assert_eq!(key(&mut worker, "between"), Err(KeyError::NotLoaded));
    ground.dev("restart", &["postgres"]);
    prepare(&mut worker, &["between"]).unwrap();

    // Somebody works all the time while the server dies; whatever was handed out must still be there.
    let (mut made, mut outages, mut round) = (Vec::new(), 0, 0);
    thread::scope(|scope| {
        let deaths = scope.spawn(|| {
            thread::sleep(Duration::from_millis(300));
            ground.dev("kill", &["postgres", "-9"]);
            ground.dev("restart", &["postgres"]);
            Instant::now()
        });
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let is_over = deaths.is_finished();
            let names: Vec<String> = (0..20).map(|number| format!("during-{round}-{number}")).collect();
            round += 1;
            match prepare(&mut worker, &strs(&names)) {
                Ok(()) => made.extend(names.iter().map(|name| (name.clone(), key(&mut worker, name).unwrap()))),
                Err(error) => {
                    assert_eq!(error.disposition(), Disposition::Retry, "{error}");
                    outages += 1;
                    thread::sleep(Duration::from_millis(20));
                }
            }
            assert!(Instant::now() < deadline);
            if is_over && made.last().is_some_and(|(name, _)| *name == names[19]) {
                break;
            }
        }
        deaths.join().unwrap();
    });
    assert!(outages > 0 && made.len() > 40, "{outages} outages, {} keys", made.len());
    worker.keys().forget_all();
    prepare(&mut worker, &["before"]).unwrap();
    assert_eq!(key(&mut worker, "before").unwrap(), before);
    let names: Vec<&str> = made.iter().map(|(name, _)| name.as_str()).collect();
    prepare(&mut worker, &names).unwrap();
    for (name, made) in &made {
        assert_eq!(key(&mut worker, name).unwrap(), *made, "{name}");
    }
}

#[test]
fn the_table_holds_neither_keys_nor_names_and_a_moved_key_opens_for_nobody() {
    let ground = Ground::new();
    let mut worker = ground.worker();
    prepare(&mut worker, &["jane-doe-1", "jane-doe-2", "jane-doe-3"]).unwrap();
    let dump = ground.text("SELECT string_agg(subject_key::text, ' ') FROM subject_key");
    for name in ["jane-doe-1", "jane-doe-2", "jane-doe-3"] {
        let (handle, secret) = key(&mut worker, name).unwrap();
        assert!(dump.contains(&handle.to_string()), "the dump is of this table");
        let digits: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        // Not even eight bytes of it.
        assert!((0..=48).step_by(2).all(|at| !dump.contains(&digits[at..at + 16])), "{name}");
    }
    assert!(!dump.contains("jane") && !dump.contains("doe"));

    let [one, two] = ["jane-doe-1", "jane-doe-2"].map(|name| key(&mut worker, name).unwrap().0);
    let moved = format!(
        "UPDATE subject_key SET wrapped = (SELECT wrapped FROM subject_key WHERE handle = '\\x{two}') WHERE handle = '\\x{one}'"
    );
    ground.sql(&moved);
    let mut other = ground.worker();
    prepare(&mut other, &["jane-doe-1", "jane-doe-2", "jane-doe-3"]).unwrap();
    assert_eq!(key(&mut other, "jane-doe-1"), Err(KeyError::CannotOpen));
    for name in ["jane-doe-2", "jane-doe-3"] {
        assert_eq!(key(&mut other, name), key(&mut worker, name), "the others are not touched");
    }
}

#[test]
fn a_worker_needs_no_right_to_change_or_delete_and_has_none() {
    let ground = Ground::new();
    let url = ground.worker_role();
    let mut worker = ground.worker_on(PostgresSubjects::new(&url).unwrap());
    prepare(&mut worker, &["1"]).unwrap();
    let (handle, _) = key(&mut worker, "1").unwrap();
    let refused = PostgresSubjects::new(&url).unwrap().erase(&handle).unwrap_err();
    assert!(matches!(&refused, KeystoreError::StoreBroken { reason } if reason.contains("permission denied")));
    assert_eq!(refused.disposition(), Disposition::Fatal);
    // The wrong password is told without it.
    let wrong = PostgresSubjects::new(&url.replace("no-secret", "hunter-two")).unwrap().erase(&handle).unwrap_err();
    assert_eq!(wrong.disposition(), Disposition::Retry);
    assert!(!format!("{wrong} {wrong:?}").contains("hunter-two"), "{wrong}");
}

#[test]
fn an_absent_table_is_named_and_made_once() {
    let ground = Ground::new();
    let mut store = ground.store();
    store.migrate().unwrap();
    ground.sql("DROP TABLE subject_key, _subject_key_migrations");
    let error = store.newest(&wanted(&ground, &["north"], "1")).unwrap_err();
    assert!(matches!(&error, KeyError::Broken(reason) if reason.contains("subject_key")), "{error}");
    thread::scope(|scope| {
        let running: Vec<_> = (0..4).map(|_| scope.spawn(|| ground.store().migrate())).collect();
        running.into_iter().for_each(|running| running.join().unwrap().unwrap());
    });
    assert_eq!(store.newest(&wanted(&ground, &["north"], "1")).unwrap(), [None]);
}

#[test]
fn answers_come_in_the_order_of_the_questions_and_an_odd_tenant_spoils_no_batch() {
    let ground = Ground::new();
    let mut worker = ground.worker();
    prepare(&mut worker, &["1"]).unwrap();
    let tenants = ["no\0rth", "south", "north", "n'orth\\", ""];
    let answers = ground.store().newest(&wanted(&ground, &tenants, "1")).unwrap();
    let known: Vec<bool> = answers.iter().map(Option::is_some).collect();
    assert_eq!(known, [false, false, true, false, false]);
    assert_eq!(ground.store().newest(&[]).unwrap(), []);
    let mut other = ground.worker();
    other.prepare(tenants.map(|tenant| patient(tenant, "1")), 0).unwrap();
    assert_eq!(key(&mut other, "1"), key(&mut worker, "1"));
    let refused = other.keys().key("no\0rth", SubjectClass::Patient, "1").unwrap_err();
    assert_eq!(refused.disposition(), Disposition::Reject);
}

#[test]
fn a_row_that_another_transaction_holds_is_waited_for_two_seconds_and_no_longer() {
    let ground = Ground::new();
    let begun = Instant::now();
    let error = ground.while_locked(|| prepare(&mut ground.worker(), &["1"]).unwrap_err());
    // Postgres' own limit, not ours for a server that is silent.
    assert!(matches!(&error, KeyError::Unavailable(reason) if reason.contains("55P03")), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    prepare(&mut ground.worker(), &["1"]).unwrap();
}

#[test]
fn a_server_that_follows_another_one_is_not_asked() {
    let ground = Ground::new();
    let mut worker = ground.worker();
    prepare(&mut worker, &["1"]).unwrap();
    let made = key(&mut worker, "1").unwrap();
    worker.keys().forget_all();
    ground.restart_as_standby(true);
    // The connection from before is gone with the server; the next one is refused.
    let answers = [(); 2].map(|()| prepare(&mut worker, &["1"]));
    let is_readable = ground.number("SELECT count(*) FROM subject_key");
    ground.restart_as_standby(false);
    let reason = answers[1].as_ref().unwrap_err().to_string();
    assert!(reason.contains("follows another one"), "{reason}");
    assert_eq!((answers[1].as_ref().unwrap_err().disposition(), is_readable), (Disposition::Retry, 1));
    prepare(&mut worker, &["1"]).unwrap();
    assert_eq!(key(&mut worker, "1").unwrap(), made);
}
