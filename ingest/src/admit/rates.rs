//! The rate limits of each key, and how a refusal tells them (draft-ietf-httpapi-ratelimit-headers).
//!
//! Bound: one entry per key of the key file; only requests that were let in come here.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use access::{KeyId, Limits};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderName, HeaderValue};

use super::bucket::{Bucket, Rate};
use crate::authenticate::Caller;
use crate::problem::{Kind, Problem};

const BURST_SECONDS_DEFAULT: u64 = 1;

/// The buckets of all keys.
pub struct Rates {
    start: Instant,
    keys: Mutex<HashMap<KeyId, Buckets>>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Buckets {
    events: Bucket,
    bytes: Bucket,
}

/// One limit of a key, for the moment of a request.
struct Limit<'a> {
    name: &'static str,
    rate: Rate,
    bucket: &'a mut Bucket,
    amount: u64,
}

impl Default for Rates {
    fn default() -> Self {
        Self { start: Instant::now(), keys: Mutex::default() }
    }
}

impl Rates {
    /// Takes one event and its bytes from the caller's limits, or says when they fit.
    pub fn admit(&self, caller: &Caller, bytes: u64) -> Result<(), Problem> {
        let now = self.start.elapsed();
        self.with_limits(caller, (1, bytes), |limits| {
            let late = limits.iter().filter(|limit| !limit.wait(now).is_zero()).max_by_key(|limit| limit.wait(now));
            if let Some(late) = late {
                return Err(late.refusal(now));
            }
            limits.iter_mut().for_each(|limit| limit.bucket.take(limit.amount, limit.rate, now));
            Ok(())
        })
    }

    /// Takes what is already here, owed where it does not fit.
    pub fn charge(&self, caller: &Caller, events: u64, bytes: u64) {
        let now = self.start.elapsed();
        let take = |limits: &mut [Limit<'_>]| {
            limits.iter_mut().for_each(|limit| limit.bucket.take(limit.amount, limit.rate, now));
            Ok(())
        };
        // The closure refuses nothing.
        self.with_limits(caller, (events, bytes), take).unwrap_or_default();
    }

    fn with_limits(
        &self,
        caller: &Caller,
        (events, bytes): (u64, u64),
        work: impl FnOnce(&mut [Limit<'_>]) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        let Limits { events_per_second, bytes_per_second, burst_seconds } = caller.limits;
        let Some(key) = caller.key_id.as_ref().filter(|_| events_per_second.is_some() || bytes_per_second.is_some())
        else {
            return Ok(());
        };
        let rate = |per_second| Rate { per_second, burst_seconds: burst_seconds.unwrap_or(BURST_SECONDS_DEFAULT) };
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        let buckets = keys.entry(key.clone()).or_default();
        let of_events = events_per_second.map(rate).map(|rate| ("events", rate, &mut buckets.events, events));
        let of_bytes = bytes_per_second.map(rate).map(|rate| ("bytes", rate, &mut buckets.bytes, bytes));
        let limits = of_events.into_iter().chain(of_bytes);
        let mut limits: Vec<Limit<'_>> =
            limits.map(|(name, rate, bucket, amount)| Limit { name, rate, bucket, amount }).collect();
        work(&mut limits)
    }
}

impl Limit<'_> {
    fn wait(&self, now: Duration) -> Duration {
        self.bucket.wait(self.amount, self.rate, now)
    }

    fn refusal(&self, now: Duration) -> Problem {
        let Self { name, rate, bucket, .. } = self;
        let seconds = |time: Duration| time.as_secs() + u64::from(time.subsec_nanos() > 0);
        let (quota, window) = (rate.quota(), rate.burst_seconds.max(1));
        let (remaining, reset) = (bucket.remaining(*rate, now), seconds(bucket.reset(now)));
        let retry_after = seconds(self.wait(now));
        let detail = format!(
            "the key may send {} {name} a second; nothing was stored, send this again in {retry_after} s",
            rate.per_second
        );
        let header = |text: String| HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""));
        Problem::new(Kind::RateLimited, detail)
            .with_header(RETRY_AFTER, HeaderValue::from(retry_after))
            .with_header(
                HeaderName::from_static("ratelimit-policy"),
                header(format!("\"{name}\";q={quota};w={window}")),
            )
            .with_header(HeaderName::from_static("ratelimit"), header(format!("\"{name}\";r={remaining};t={reset}")))
    }
}
