//! Stage 6, publish: encodes a valid event and hands it over once, however often it comes in.

use std::sync::Arc;

use runtime::Disposition;
use schemas::AuditEvent;
use schemas::routing::Router;
use schemas::topic;
use schemas::wire::{self, Frame};
use stream::publish::{Outgoing, Publisher};

use crate::metric::IngestMetric;
use crate::own_schema::OwnSchema;
use crate::problem::{Kind, Problem};
use crate::remember::{Bounds, Flight, Gathering, Known, Landing, NotTaken, Remember};
use crate::trace::TraceContext;
use crate::validate::{self, Valid};

/// The trace id in `00-<trace id>-<parent id>-<flags>`.
const TRACE_ID: std::ops::Range<usize> = 3..35;

/// Publishes events under their routing key.
pub struct Publish {
    pub publisher: Publisher<Flight>,
    pub router: Router,
    pub schema: Arc<OwnSchema>,
    pub remember: Remember,
}

/// An event that was handed over, now or before.
#[derive(Debug)]
pub enum Handed {
    Now(Arc<Flight>),
    /// The same event is on its way already.
    Before(Arc<Flight>),
    /// The same event landed already.
    Landed(Landing),
}

impl Handed {
    /// Where the event lies by now, and whether it was handed over before.
    pub fn landing(&self) -> Result<(Option<Landing>, bool), NotTaken> {
        match self {
            Self::Now(flight) => Ok((flight.landing()?, false)),
            Self::Before(flight) => Ok((flight.landing()?, true)),
            Self::Landed(landing) => Ok((Some(*landing), true)),
        }
    }
}

/// Why an event was not handed over.
#[derive(Debug)]
pub enum Unhanded {
    /// Kafka's queue has no room; nothing was taken.
    Full,
    Refused(Problem),
}

impl Publish {
    pub fn new(publisher: Publisher<Flight>, router: Router, schema: Arc<OwnSchema>) -> Self {
        Self { publisher, router, schema, remember: Remember::new(Bounds::default()) }
    }

    /// Never waits. `record` is scratch space, so that a batch needs no buffer per event.
    pub fn hand_over(
        &self,
        valid: &Valid<'_>,
        trace: Option<&TraceContext>,
        record: &mut Vec<u8>,
        gathering: &Arc<Gathering>,
    ) -> Result<Handed, Unhanded> {
        let event = valid.event();
        self.encode(record, event)?;
        let id = self.remember.event(&event.tenant, &event.event_id);
        // As it was sent: a retry may come with another trace. Without its frame, which may change in between.
        let body = Frame::parse(record).map_or(record.as_slice(), |frame| frame.body);
        let flight = match self.remember.begin(id, self.remember.digest(body), gathering) {
            Known::New(flight) => flight,
            Known::Flying(flight) => return Ok(Handed::Before(flight)),
            Known::Landed(landing) => return Ok(Handed::Landed(landing)),
            Known::Other => return Err(Unhanded::Refused(reused())),
        };
        self.send(event, trace, record, Arc::clone(&flight)).inspect_err(|unhanded| {
            let full = matches!(unhanded, Unhanded::Full);
            self.remember.abandon(&flight, if full { NotTaken::NoRoom } else { NotTaken::Refused });
        })?;
        Ok(Handed::Now(flight))
    }

    fn encode(&self, record: &mut Vec<u8>, event: &AuditEvent<'_>) -> Result<(), Unhanded> {
        record.clear();
        wire::encode_event(record, self.schema.framing(), event)
            .map_err(|fault| Unhanded::Refused(Problem::fields(vec![validate::explain(fault)])))
    }

    fn send(
        &self,
        event: &AuditEvent<'_>,
        trace: Option<&TraceContext>,
        record: &mut Vec<u8>,
        flight: Arc<Flight>,
    ) -> Result<(), Unhanded> {
        if event.trace_id.is_none()
            && let Some(trace_id) = trace.and_then(|trace| trace.traceparent.get(TRACE_ID))
        {
            let traced = AuditEvent { trace_id: Some(trace_id.into()), ..event.clone() };
            self.encode(record, &traced)?;
        }
        let parent = trace.map(|trace| ("traceparent", trace.traceparent.as_bytes()));
        let state = trace.and_then(|trace| Some(("tracestate", trace.tracestate.as_ref()?.as_bytes())));
        let headers = [parent, state];
        let headers: &[(&str, &[u8])] = match &headers {
            [Some(parent), Some(state)] => &[*parent, *state],
            [Some(parent), None] => &[*parent],
            _ => &[],
        };
        let key = self.router.key(event);
        let outgoing = Outgoing { headers, ..Outgoing::new(topic::EVENTS.name, &key, record) };
        self.publisher.hand_over(outgoing, flight).map_err(|error| match error {
            stream::Error::QueueFull => Unhanded::Full,
            error => {
                IngestMetric::HandOversFailed.increment(1);
                if error.disposition() == Disposition::Fatal {
                    tracing::error!(%error, "an event could not be handed over");
                }
                Unhanded::Refused(not_stored())
            }
        })
    }
}

fn reused() -> Problem {
    let detail = "another event has this event_id; give each event its own, and send the same event unchanged";
    Problem::new(Kind::EventIdReused, detail)
}

/// Kafka does not hold the event, for sure, and here is why.
pub fn not_taken(why: NotTaken) -> Problem {
    match why {
        NotTaken::NoRoom => no_room(),
        NotTaken::Refused => not_stored(),
    }
}

/// Kafka does not hold the event, for sure.
pub fn not_stored() -> Problem {
    Problem::new(
        Kind::NotStored,
        "nothing was stored; send it again later, and tell the gateway's operator if it lasts",
    )
}

/// Nobody can say yet.
pub fn unacknowledged() -> Problem {
    Problem::new(Kind::Unacknowledged, "it may be stored later; send it again with the same event_id to find out")
}

/// There is no room in the queue for Kafka.
pub fn no_room() -> Problem {
    Problem::new(Kind::TooBusy, "the queue for Kafka is full, so nothing was stored; send it again in a moment")
}
