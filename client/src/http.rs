//! By HTTP: batches go to the gateway, each line's result decides its event, and what is not decided is sent again.

mod answer;
mod connection;
mod tls;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use schemas::event::EVENT_BYTES_MAX;
use schemas::{AuditEvent, DecodeFault, Mistake};
use tokio::task::JoinSet;

use crate::batch::{self, Content};
use crate::fault::Faults;
use crate::ledger::{Encoded, Ledger, Number};
use crate::retry::Backoff;
use crate::worker;

use answer::Line;
pub(crate) use connection::Connection;
pub(crate) use tls::{Trust, client_config};

/// Sends one request. Its tests send nothing over a network.
pub(crate) trait Post: Send + Sync + 'static {
    fn post(&self, content: Content) -> impl Future<Output = Result<Answer, Failure>> + Send;
}

/// What came back, whatever it says.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub status: u16,
    pub retry_after: Option<Duration>,
    pub body: Bytes,
}

/// Why nothing came back.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub why: String,
    /// False when the request cannot have arrived.
    pub in_doubt: bool,
}

/// A deployment's gateway.
pub(crate) struct Gateway<P = Connection> {
    shared: Arc<Shared<P>>,
    requests_max: usize,
}

struct Shared<P> {
    post: P,
    compresses: AtomicBool,
}

impl<P: Post> Gateway<P> {
    pub fn new(post: P, requests_max: usize, compresses: bool) -> Self {
        Self { shared: Arc::new(Shared { post, compresses: AtomicBool::new(compresses) }), requests_max }
    }

    /// Sends batches for as long as it is polled.
    pub async fn run(&self, ledger: &Arc<Ledger>) {
        let mut requests = JoinSet::new();
        loop {
            while requests.len() >= self.requests_max {
                // A batch whose task panicked is given back when its events' time is over.
                if let Some(Err(error)) = requests.join_next().await {
                    tracing::error!(%error, "a batch was not sent to its end");
                }
            }
            let batch = worker::next_batch(ledger).await;
            requests.spawn(deliver(Arc::clone(&self.shared), Arc::clone(ledger), batch));
        }
    }
}

/// Sends a batch again and again until each of its events is decided or given back.
async fn deliver<P: Post>(shared: Arc<Shared<P>>, ledger: Arc<Ledger>, mut undecided: Vec<Number>) {
    let mut backoff = Backoff::default();
    let mut together_max = usize::MAX;
    loop {
        let rest = undecided.split_off(undecided.len().min(together_max));
        let events = ledger.fly(&mut undecided);
        let sent = std::mem::replace(&mut undecided, rest);
        if events.is_empty() {
            if undecided.is_empty() {
                return;
            }
            continue;
        }
        let compresses = shared.compresses.load(Ordering::Relaxed);
        let content = batch::content(&events, compresses);
        drop(events);
        let is_gzip = content.is_gzip;
        let answer = shared.post.post(content).await;
        let status = answer.as_ref().map_or(0, |answer| answer.status);
        if status == 415 && is_gzip {
            tracing::info!("the gateway takes no compressed batches; they go uncompressed from now on");
            shared.compresses.store(false, Ordering::Relaxed);
            undecided.splice(0..0, sent);
            continue;
        }
        if status == 413 && sent.len() > 1 {
            // Nothing was stored; the same events go in smaller requests.
            together_max = sent.len() / 2;
            undecided.splice(0..0, sent);
            continue;
        }
        let (again, retry_after) = settle(&ledger, &sent, answer);
        if again.is_empty() {
            continue;
        }
        undecided.splice(0..0, again);
        tokio::time::sleep(backoff.pause(retry_after)).await;
    }
}

/// Decides what the answer decides; the events to send again.
fn settle(ledger: &Ledger, sent: &[Number], answer: Result<Answer, Failure>) -> (Vec<Number>, Option<Duration>) {
    let mut again = Vec::new();
    let (lines, retry_after) = match answer {
        Ok(answer) => (answer::read(&answer, sent.len()), answer.retry_after),
        Err(Failure { why, in_doubt }) => (vec![Line::Again { why, in_doubt }; sent.len()], None),
    };
    for (number, line) in sent.iter().zip(lines) {
        match line {
            Line::Accepted { partition, offset } => ledger.accepted(*number, partition, offset),
            Line::Refused(problem) => ledger.refused(*number, problem),
            Line::Again { why, in_doubt } => {
                ledger.failed(*number, &why, in_doubt);
                again.push(*number);
            }
        }
    }
    (again, retry_after)
}

/// The event as JSON, or why the gateway would not take it. The tenant may be left to the gateway.
pub(crate) fn encode(event: &AuditEvent<'_>, mut mistakes: Vec<Mistake>) -> Result<Encoded, Faults> {
    mistakes.retain(|mistake| !(mistake.pointer == "/tenant" && event.tenant.is_empty()));
    if !mistakes.is_empty() {
        return Err(Faults(mistakes));
    }
    let mut body = serde_json::to_vec(event).map_err(|_| Faults::whole(DecodeFault::BadLength))?;
    if event.tenant.is_empty() {
        leave_out_tenant(&mut body);
    }
    if body.len() > EVENT_BYTES_MAX {
        return Err(Faults::whole(DecodeFault::Oversized));
    }
    Ok(Encoded { body: body.into(), key: [0; 16] })
}

/// An empty tenant would be a wrong one. Members stand in alphabetical order, `source` before and only times and ids after it;
/// inside of a text the quotes would be escaped: so the last such bytes are the event's own.
fn leave_out_tenant(json: &mut Vec<u8>) {
    const EMPTY: &[u8] = b",\"tenant\":\"\"";
    if let Some(at) = json.windows(EMPTY.len()).rposition(|bytes| bytes == EMPTY) {
        json.drain(at..at + EMPTY.len());
    }
}

#[cfg(test)]
mod tests;
