//! A body as it comes off the connection: frame by frame, each in time, all within the size.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes, HttpBody as _};
use bytes::BytesMut;
use runtime::shutdown::Shutdown;

use super::Accepts;
use crate::admit::room::Hold;
use crate::problem::{Kind, Problem};

/// How long a body may take.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Without a byte.
    pub gap: Duration,
    pub whole: Duration,
    /// Once the gateway stops. With the publisher's patience it stays below the drain's deadline.
    pub stopping: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let [gap, whole, stopping] = [10, 30, 5].map(Duration::from_secs);
        Self { gap, whole, stopping }
    }
}

/// The rest of a body.
pub struct Frames {
    body: Body,
    patience: Patience,
    shutdown: Shutdown,
    accepts: Accepts,
    started: Instant,
    taken: Arc<AtomicUsize>,
}

impl Frames {
    pub fn new(body: Body, patience: Patience, shutdown: Shutdown, accepts: Accepts) -> Self {
        Self { body, patience, shutdown, accepts, started: Instant::now(), taken: Arc::default() }
    }

    /// How many bytes came so far, for whoever hands the frames on.
    pub fn taken(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.taken)
    }

    pub async fn next(&mut self) -> Option<Result<Bytes, Problem>> {
        loop {
            let left = self.patience.whole.saturating_sub(self.started.elapsed());
            let (stopping, patience) = (&self.shutdown, self.patience.stopping);
            let frame = tokio::select! {
                biased;
                frame = poll_fn(|cx| Pin::new(&mut self.body).poll_frame(cx)) => frame,
                () = tokio::time::sleep(self.patience.gap.min(left)) => return Some(Err(self.too_slow())),
                () = last_moment(stopping, patience) => return Some(Err(self.too_slow())),
            };
            let data = match frame? {
                Ok(frame) => frame.into_data(),
                Err(error) => {
                    tracing::debug!(%error, "a body broke off");
                    let detail = "the body ended before it was whole; nothing of it was stored";
                    return Some(Err(Problem::new(Kind::BrokenOff, detail)));
                }
            };
            // What is no data are trailers, which say nothing to us.
            let Ok(data) = data else { continue };
            if data.is_empty() {
                continue;
            }
            let taken = self.taken.fetch_add(data.len(), Ordering::AcqRel) + data.len();
            return Some(if taken > self.accepts.bytes_max { Err(self.accepts.too_large()) } else { Ok(data) });
        }
    }

    /// All frames as one, with room for them.
    pub async fn whole(&mut self, hold: &mut Hold) -> Result<Bytes, Problem> {
        let mut whole = BytesMut::new();
        while let Some(frame) = self.next().await {
            let frame = frame?;
            hold.cover(whole.len() + frame.len())?;
            whole.extend_from_slice(&frame);
        }
        Ok(whole.freeze())
    }

    fn too_slow(&self) -> Problem {
        let (gap, whole) = (self.patience.gap.as_secs(), self.patience.whole.as_secs());
        let detail = format!("a body may take {whole} s and pause for {gap} s; send it in one piece");
        Problem::new(Kind::TooSlow, detail)
    }
}

async fn last_moment(shutdown: &Shutdown, patience: Duration) {
    shutdown.requested().await;
    let since = shutdown.since().unwrap_or_else(Instant::now);
    tokio::time::sleep_until((since + patience).into()).await;
}
