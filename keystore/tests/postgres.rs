//! What `PostgresSubjects` says of servers that are not one. The real one is met in `systest/tests/subject_keys`.
#![allow(clippy::unwrap_used)]

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use keystore::{KeystoreError, PostgresSubjects};
use seal::keys::{Disposition, KeyError};
use seal::protect::{Handle, SubjectStore};

const HANDLE: [u8; 16] = [1; 16];

/// What an erasure by way of this address comes to, and how long that took.
fn refused(address: &str) -> (KeystoreError, Duration) {
    let mut store = PostgresSubjects::new(&format!("postgres://worker:no-secret@{address}/keys")).unwrap();
    let begun = Instant::now();
    let error = store.erase(&Handle::from_bytes(HANDLE)).unwrap_err();
    assert!(!format!("{error} {error:?} {store:?}").contains("no-secret"), "{error}");
    (error, begun.elapsed())
}

#[test]
fn an_address_that_is_none_is_refused_without_being_repeated() {
    for bad in ["", "no-secret", "postgres://u:no-secret@:x/keys", "mysql://u:no-secret@host/keys"] {
        let error = PostgresSubjects::new(bad).unwrap_err();
        assert!(matches!(error, KeystoreError::BadStoreUrl), "{bad}: {error}");
        assert!(!format!("{error} {error:?}").contains("no-secret"));
    }
}

#[test]
fn an_absent_server_is_an_outage() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (error, _) = refused(&free.to_string());
    assert_eq!(error.disposition(), Disposition::Retry, "{error}");
    let mut store = PostgresSubjects::new(&format!("postgres://worker:no-secret@{free}/keys")).unwrap();
    assert!(matches!(store.newest(&[]), Err(KeyError::Unavailable(_))));
}

#[test]
fn a_server_that_never_answers_is_given_up_after_five_seconds() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (error, waited) = refused(&listener.local_addr().unwrap().to_string());
    assert_eq!(error.disposition(), Disposition::Retry, "{error}");
    assert!(error.to_string().contains("silent for 5 s"), "{error}");
    assert!((5..9).contains(&waited.as_secs()), "{waited:?}");
}

#[test]
fn a_server_that_speaks_something_else_is_an_outage_too() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            assert!(stream.read(&mut [0; 1024]).unwrap() > 0);
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
        }
    });
    let (error, _) = refused(&address.to_string());
    assert_eq!(error.disposition(), Disposition::Retry, "{error}");
}
