//! Hears within seconds of subjects whose keys were erased, so that memory does not outlive them.
//!
//! ```text
//! table of subjects' keys ◀─ asked every 2 s ─ a thread with a connection of its own ─▶ 1,000 messages ─▶ the worker forgets
//! ```
//!
//! A full queue makes the thread wait. After a silence of the store that erasures may have fallen into, everything is forgotten. Without
//! any of this a key leaves memory after `subjects.keep_ms`.

use std::collections::HashSet;
use std::sync::mpsc::{Receiver, SendError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use keystore::PostgresSubjects;
use seal::protect::{Handle, SubjectCache};

use crate::error::Error;
use crate::metric::EnrichMetric;

const ASK_EVERY: Duration = Duration::from_secs(2);
/// How far back is asked, by the store's clock: longer than an erasure takes from its own time to its commit.
const WINDOW: Duration = Duration::from_secs(60);
/// With less of the window left than this, an erasure may have been missed.
const SLACK: Duration = Duration::from_secs(20);
const MESSAGES_MAX: usize = 1_000;
/// A mass erasure is not followed one by one.
const ERASED_MAX: u32 = 1_000;

enum News {
    Erased(Handle),
    /// It is not known what was erased.
    Missed,
}

/// The worker's end.
pub struct Erasures(Receiver<News>);

impl Erasures {
    /// Begins to ask; ends when this is dropped.
    pub fn watch(store: PostgresSubjects) -> Result<Self, Error> {
        let (tell, news) = sync_channel(MESSAGES_MAX);
        let thread = std::thread::Builder::new().name("erasures".to_owned());
        thread.spawn(move || watch(store, &tell)).map_err(Error::Thread)?;
        Ok(Self(news))
    }

    /// Forgets what was erased since this was called before.
    pub fn forget(&self, cache: &mut SubjectCache) {
        for news in self.0.try_iter() {
            match news {
                News::Erased(handle) => {
                    if cache.forget(&handle) {
                        EnrichMetric::SubjectKeysForgotten.increment(1);
                    }
                }
                News::Missed => cache.forget_all(),
            }
        }
    }
}

fn watch(mut store: PostgresSubjects, tell: &SyncSender<News>) {
    let (mut known, mut asked) = (HashSet::new(), Instant::now());
    loop {
        let now = Instant::now();
        // Whoever needs keys says that the store is away.
        if let Ok(erased) = store.erased_lately(WINDOW, ERASED_MAX) {
            let missed = now.duration_since(asked) > WINDOW - SLACK || erased.len() >= ERASED_MAX as usize;
            if pass_on(&erased, missed, &known, tell).is_err() {
                return;
            }
            (known, asked) = (erased.into_iter().collect(), now);
        }
        std::thread::sleep(ASK_EVERY);
    }
}

fn pass_on(
    erased: &[Handle],
    missed: bool,
    known: &HashSet<Handle>,
    tell: &SyncSender<News>,
) -> Result<(), SendError<News>> {
    if missed {
        tracing::warn!("erasures may have been missed; every subject's key is looked up again");
        return tell.send(News::Missed);
    }
    erased.iter().filter(|handle| !known.contains(*handle)).try_for_each(|handle| tell.send(News::Erased(*handle)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_erasure_is_told_once_and_a_silence_forgets_everything() {
        let (tell, news) = sync_channel(10);
        let handles: Vec<Handle> = (1..=3).map(|byte| Handle::from_bytes([byte; 16])).collect();
        let told = || news.try_iter().map(|news| matches!(news, News::Missed)).collect::<Vec<_>>();
        pass_on(&handles, false, &HashSet::from([handles[0]]), &tell).unwrap();
        assert_eq!(told(), [false, false]);
        pass_on(&handles, true, &HashSet::new(), &tell).unwrap();
        assert_eq!(told(), [true]);
        drop(news);
        assert!(pass_on(&handles, true, &HashSet::new(), &tell).is_err());
    }
}
