//! Many events in one request: each is handed to Kafka while the rest still arrives, and each has its own result.
//!
//! ```text
//! chunks ─▶ split ─▶ decode ─▶ validate ─▶ hand over ─┐        one at a time, at most 10,000
//!                       │          │         ▲    │   └─▶ the last one: wait for all of them, ≤ 30 s
//!                       ▼          ▼         └────┘ queue full: wait for room, ≤ 30 s in all
//!                    a result that says why
//! ```
//!
//! Nothing is taken back: what was handed over before a batch turned out to be broken has its result like any other.

pub mod answer;
mod held;
mod split;

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use schemas::Defaults;
use schemas::event::EVENT_BYTES_MAX;
use tokio::time::Instant;

pub use split::Layout;
use split::{Piece, Split};

use crate::admit::room::Hold;
use crate::cloudevents;
use crate::decode::{self, essence};
use crate::pipeline::Gateway;
use crate::problem::{Kind, Problem};
use crate::publish::{self, Handed, Unhanded};
use crate::receive::Arriving;
use crate::remember::Gathering;
use crate::trace::TraceContext;

/// One batch's events.
pub const EVENTS_MAX: usize = 10_000;
/// How long a batch waits for room in Kafka's queue, and again for its acknowledgements.
const PATIENCE: Duration = Duration::from_secs(30);
/// The first pause; each further one is twice as long, as the event that waits is decoded anew after it.
const ROOM_PAUSE: Duration = Duration::from_millis(5);
const ROOM_PAUSE_MAX: Duration = Duration::from_millis(160);
/// Mistakes told of one batch; the events beyond are refused without their list.
const MISTAKES_MAX: usize = 1_000;

/// A batch under way.
struct Batch<'g> {
    gateway: &'g Gateway,
    tenant: &'g str,
    trace: Option<&'g TraceContext>,
    is_cloudevents: bool,
    gathering: Arc<Gathering>,
    lines: Vec<Line>,
    /// The ids of the events that were handed over, one after the other.
    ids: String,
    record: Vec<u8>,
    mistakes_left: usize,
    room_until: Option<Instant>,
    /// The answer's share of the memory: tiny events have results larger than they are.
    hold: Hold,
}

/// What became of one event so far.
enum Line {
    Handed { id: Range<usize>, handed: Handed },
    Refused(Box<Problem>),
}

/// Takes a batch as it arrives. An error means that nothing of it was handed over.
pub async fn batch(gateway: &Gateway, arriving: Arriving) -> Result<Response, Problem> {
    let Arriving { caller, head, declared, mut chunks } = arriving;
    if head.headers.contains_key("idempotency-key") {
        let detail = "a batch has no idempotency key; give every event an event_id of its own";
        return Err(Problem::new(Kind::BadRequest, detail));
    }
    let (layout, is_cloudevents) = match essence(&head.headers).as_str() {
        "application/json" => (Layout::Array, false),
        "application/cloudevents-batch+json" => (Layout::Array, true),
        _ => (Layout::Lines, false),
    };
    let mut batch = Batch::new(gateway, caller.tenant.as_str(), head.extensions.get());
    batch.is_cloudevents = is_cloudevents;
    let mut split = Split::new(layout, EVENT_BYTES_MAX);
    let mut bytes = 0;
    let mut end = None;
    while end.is_none() {
        let Some(chunk) = chunks.next().await else { break };
        end = match chunk {
            Ok(chunk) => {
                bytes += chunk.len();
                batch.take_chunk(&mut split, &chunk).await
            }
            Err(problem) => Some(problem),
        };
    }
    while end.is_none() {
        let Some(piece) = split.finish() else { break };
        end = batch.take(piece).await;
    }
    // Both shares are held until the answer is written.
    let hold = chunks.into_hold();
    gateway.admit.charge(&caller, batch.lines.len().saturating_sub(1), bytes.saturating_sub(declared));
    if batch.lines.is_empty() {
        let empty = || Problem::new(Kind::EmptyBatch, "send at least one event");
        return Err(end.unwrap_or_else(empty));
    }
    batch.gathering.wait(PATIENCE, &gateway.shutdown).await;
    Ok(answer::answer(batch.lines, &batch.ids, end).map(|body| held::Held::body(body, [hold, batch.hold])))
}

impl<'g> Batch<'g> {
    fn new(gateway: &'g Gateway, tenant: &'g str, trace: Option<&'g TraceContext>) -> Self {
        Self {
            gateway,
            tenant,
            trace,
            is_cloudevents: false,
            gathering: Gathering::new(),
            lines: Vec::new(),
            ids: String::new(),
            record: Vec::new(),
            mistakes_left: MISTAKES_MAX,
            room_until: None,
            hold: gateway.admit.share(),
        }
    }

    /// What ends the batch before its end, if something does.
    async fn take_chunk(&mut self, split: &mut Split, mut chunk: &[u8]) -> Option<Problem> {
        while let Some(piece) = split.next(&mut chunk) {
            let end = self.take(piece).await;
            if end.is_some() {
                return end;
            }
        }
        tokio::task::consume_budget().await;
        None
    }

    async fn take(&mut self, piece: Piece<'_>) -> Option<Problem> {
        if self.lines.len() == EVENTS_MAX && !matches!(piece, Piece::Broken(_)) {
            let detail = format!("a batch takes {EVENTS_MAX} events; send the rest in another one");
            return Some(Problem::new(Kind::TooLarge, detail));
        }
        let line = match piece {
            Piece::Event(event) => {
                let mut pause = ROOM_PAUSE;
                loop {
                    match self.hand_over(event) {
                        Ok(line) => break line,
                        Err(Unhanded::Refused(problem)) => break self.refuse(problem),
                        Err(Unhanded::Full) if self.wait_for_room(&mut pause).await => {}
                        Err(Unhanded::Full) => break self.refuse(publish::no_room()),
                    }
                }
            }
            Piece::TooLarge => {
                let detail = format!("an event takes {EVENT_BYTES_MAX} bytes; refer to large content");
                self.refuse(Problem::new(Kind::TooLarge, detail))
            }
            Piece::Broken(what) => return Some(Problem::new(Kind::MalformedJson, what)),
        };
        self.lines.push(line);
        let covered = self.hold.cover(self.lines.len() * answer::RESULT_BYTES_MAX);
        covered.err().map(|_| {
            let detail = "there is no memory for more results; send the events that have none again in a moment";
            Problem::new(Kind::TooBusy, detail)
        })
    }

    fn hand_over(&mut self, event: &[u8]) -> Result<Line, Unhanded> {
        let plain = if self.is_cloudevents { Some(cloudevents::structured(event)) } else { None };
        let plain = plain.transpose().map_err(Unhanded::Refused)?;
        let defaults = Defaults { tenant: Some(self.tenant), event_id: None };
        let decoded = decode::decode_json(plain.as_deref().unwrap_or(event), &defaults);
        let told = |problem: Problem| if self.is_cloudevents { problem.under("/data") } else { problem };
        let valid = decoded.and_then(|event| self.gateway.validate.validate(event));
        let valid = valid.map_err(|problem| Unhanded::Refused(told(problem)))?;
        let handed = self.gateway.publish.hand_over(&valid, self.trace, &mut self.record, &self.gathering)?;
        let start = self.ids.len();
        self.ids.push_str(&valid.event().event_id);
        Ok(Line::Handed { id: start..self.ids.len(), handed })
    }

    fn refuse(&mut self, problem: Problem) -> Line {
        Line::Refused(Box::new(problem.at_most(&mut self.mistakes_left)))
    }

    /// False once patience is used up; then the events that follow do not wait again.
    async fn wait_for_room(&mut self, pause: &mut Duration) -> bool {
        let until = *self.room_until.get_or_insert_with(|| Instant::now() + PATIENCE);
        if Instant::now() >= until {
            return false;
        }
        tokio::time::sleep(*pause).await;
        *pause = ROOM_PAUSE_MAX.min(2 * *pause);
        true
    }
}
