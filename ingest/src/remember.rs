//! What this gateway has handed to Kafka lately, so that an event sent again is not handed over again.
//!
//! ```text
//!            begin                    settled by Kafka
//!  (nothing) ─────▶ in flight ──────────────────────────▶ landed ──▶ forgotten: the oldest first, beyond 200,000 or 10 min
//!                    ▲   │ never forgotten                 ▲
//!     the same again ┘   └ refused by Kafka: forgotten     └ the same again: the first receipt
//! ```
//!
//! Bounded: landed events by number and age, events in flight by the publisher's queue. Only keyed hashes are kept. They
//! are HighwayHash with a random key of this process: a pseudo-random function at a few bytes per cycle, so nobody
//! outside can search for two contents or two ids that it confuses, and 128 bits leave nothing to chance.

mod flight;

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher as _, BuildHasherDefault, Hasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use flight::Landed;
pub use flight::{Flight, Gathering, Landing, NotTaken};
use highway::{HighwayHash as _, HighwayHasher, Key};

/// A power of two, so that the hash's lowest bits choose.
const SHARDS: usize = 16;

/// An event of a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Id([u64; 2]);

/// What an event says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digest([u64; 2]);

/// How much is remembered.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    pub events: usize,
    pub age: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { events: 200_000, age: Duration::from_mins(10) }
    }
}

/// What is known of an event that came in.
#[derive(Debug)]
pub enum Known {
    /// Nothing: hand it over with this flight, at once, or [`Remember::abandon`] it.
    New(Arc<Flight>),
    /// The same event is on its way.
    Flying(Arc<Flight>),
    /// The same event landed before.
    Landed(Landing),
    /// The id is taken by an event with other content.
    Other,
}

/// The window.
pub struct Remember {
    key: [u64; 4],
    window: Arc<Window>,
}

/// The part that flights report to.
#[derive(Debug)]
struct Window {
    bounds: Bounds,
    shards: [Mutex<Shard>; SHARDS],
}

#[derive(Debug, Default)]
struct Shard {
    events: HashMap<Id, Entry, BuildHasherDefault<AsItIs>>,
    /// Ids of landed events, the oldest first.
    landed: VecDeque<(Id, Instant)>,
}

#[derive(Debug)]
enum Entry {
    Flying(Arc<Flight>),
    Landed(Digest, Landing),
    /// Not an event but an idempotency key, and the event that it stands for.
    Key(Id),
}

impl Remember {
    pub fn new(bounds: Bounds) -> Self {
        let random = RandomState::new();
        let key = std::array::from_fn(|index| random.hash_one(index));
        let window = Window { bounds, shards: std::array::from_fn(|_| Mutex::default()) };
        Self { key, window: Arc::new(window) }
    }

    pub fn event(&self, tenant: &str, event_id: &str) -> Id {
        self.id(0, tenant, event_id)
    }

    /// Ties an idempotency key to an event; false when it is tied to another one.
    pub fn tie(&self, tenant: &str, key: &str, event: Id) -> bool {
        let key = self.id(2, tenant, key);
        let mut shard = self.window.shard(key);
        shard.forget(&self.window.bounds);
        match shard.events.get(&key) {
            Some(Entry::Key(known)) => *known == event,
            _ => {
                shard.events.insert(key, Entry::Key(event));
                shard.landed.push_back((key, Instant::now()));
                true
            }
        }
    }

    fn id(&self, purpose: u64, tenant: &str, name: &str) -> Id {
        let mut hasher = self.hasher(purpose);
        // The length keeps ("ab", "c") and ("a", "bc") apart.
        hasher.append(&tenant.len().to_le_bytes());
        hasher.append(tenant.as_bytes());
        hasher.append(name.as_bytes());
        Id(hasher.finalize128())
    }

    /// Of what an event says in its encoded form, however it was sent.
    pub fn digest(&self, record: &[u8]) -> Digest {
        Digest(self.hasher(1).hash128(record))
    }

    /// The purpose keeps ids, digests and keys apart.
    fn hasher(&self, purpose: u64) -> HighwayHasher {
        let [a, b, c, d] = self.key;
        HighwayHasher::new(Key([a, b, c, d ^ purpose]))
    }

    /// Looks an event up; a new one is in flight from here on. The gathering is told when a flight lands.
    pub fn begin(&self, id: Id, digest: Digest, gathering: &Arc<Gathering>) -> Known {
        let mut shard = self.window.shard(id);
        shard.forget(&self.window.bounds);
        match shard.events.get(&id) {
            Some(Entry::Flying(flight)) if flight.digest() != digest => Known::Other,
            Some(Entry::Landed(known, _)) if *known != digest => Known::Other,
            Some(Entry::Key(_)) => Known::Other,
            Some(Entry::Flying(flight)) => {
                flight.join(gathering);
                Known::Flying(Arc::clone(flight))
            }
            Some(Entry::Landed(_, landing)) => Known::Landed(*landing),
            None => {
                let flight = Flight::new(id, digest, &self.window, gathering);
                shard.events.insert(id, Entry::Flying(Arc::clone(&flight)));
                Known::New(flight)
            }
        }
    }

    /// Takes a flight back that was not handed over. Whoever joined it in the meantime hears why.
    pub fn abandon(&self, flight: &Flight, why: NotTaken) {
        flight.land(Landed::NotTaken(why));
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.window.shards.iter().map(|shard| lock(shard).events.len()).sum()
    }
}

impl Window {
    fn shard(&self, id: Id) -> MutexGuard<'_, Shard> {
        // The map uses the other half of the hash.
        let index = id.0[1] as usize % SHARDS;
        lock(self.shards.get(index).unwrap_or(&self.shards[0]))
    }

    /// From now on the entry answers by itself, or is gone.
    fn landed(&self, id: Id, digest: Digest, landed: Landed) {
        let mut shard = self.shard(id);
        match landed {
            Landed::At(landing) => {
                shard.events.insert(id, Entry::Landed(digest, landing));
                shard.landed.push_back((id, Instant::now()));
            }
            Landed::NotTaken(_) => drop(shard.events.remove(&id)),
        }
    }
}

impl Shard {
    fn forget(&mut self, bounds: &Bounds) {
        while let Some((id, since)) = self.landed.front() {
            if self.landed.len() <= bounds.events / SHARDS && since.elapsed() < bounds.age {
                return;
            }
            self.events.remove(id);
            self.landed.pop_front();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The ids are hashes already.
#[derive(Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_usize(&mut self, _: usize) {}

    fn write_u64(&mut self, part: u64) {
        self.0 ^= part;
    }
}

#[cfg(test)]
mod tests;
