//! Requests ready to be sent: the hospital's events at about a kilobyte each, every one with an id of its own.

use schemas::AuditEvent;

use crate::hospital::Hospital;

/// Stretches an event to about a kilobyte of Avro.
const FILLER: &str = "The chart was opened from the ward list during the evening round; the medication plan was compared with \
    the admission note, two entries were discussed with the pharmacy on the telephone, and the discharge letter was found to \
    be still with the typing pool. A preliminary version was printed and explained; the final one follows once it is signed. \
    The request was entered in the correspondence log of the day and the ward clerk was told. Nothing else was changed, and \
    the record was closed again after the round. The next look at it is planned for tomorrow morning, before the visit. \
    The attending physician signed the plan, the night shift was told of the two changed doses, and the allergy entry was \
    confirmed with the family; it stands as before.";

/// Makes requests one after the other.
pub struct Requests {
    hospital: Hospital,
    now: i64,
}

impl Requests {
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self { hospital: Hospital::new(seed), now: 1_760_000_000_000_000 }
    }

    /// The next event of about a kilobyte.
    pub fn event(&mut self) -> AuditEvent<'static> {
        self.now += 500;
        let mut event = self.hospital.next_event(self.now);
        event.note = Some(FILLER.into());
        event
    }

    /// `POST /v1/events` with one event.
    pub fn single(&mut self) -> Vec<u8> {
        let body = serde_json::to_vec(&self.event()).unwrap_or_default();
        post("/v1/events", "application/json", &body)
    }

    /// `POST /v1/events:batch` with so many events, a line each.
    pub fn batch(&mut self, events: usize) -> Vec<u8> {
        let mut body = Vec::with_capacity(events * 1_400);
        for _ in 0..events {
            body.extend(serde_json::to_vec(&self.event()).unwrap_or_default());
            body.push(b'\n');
        }
        post("/v1/events:batch", "application/x-ndjson", &body)
    }
}

/// A whole request as bytes.
#[must_use]
pub fn post(path: &str, content_type: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: gateway\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_about_a_kilobyte_and_sound() {
        let mut requests = Requests::new(1);
        let sizes: Vec<usize> = (0..200)
            .map(|_| {
                let event = requests.event();
                assert_eq!(event.faults(), []);
                let mut record = Vec::new();
                event.encode(&mut record);
                record.len()
            })
            .collect();
        let mean = sizes.iter().sum::<usize>() / sizes.len();
        assert!((950..1_100).contains(&mean), "{mean} bytes");
    }
}
