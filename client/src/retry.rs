//! When to try again: exponential back-off with full jitter, and never before the gateway asked for it.

use std::time::{Duration, SystemTime};

const FIRST_PAUSE_MAX: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// A wrong clock or a proxy must not be able to silence a client for good.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(60);

/// Counts the attempts of one batch.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The pause after one more failure.
    pub fn pause(&mut self, retry_after: Option<Duration>) -> Duration {
        self.pause_at(retry_after, share())
    }

    /// `share` from 0 to 1 is how much of the longest pause it becomes.
    fn pause_at(&mut self, retry_after: Option<Duration>, share: f64) -> Duration {
        let longest = FIRST_PAUSE_MAX.saturating_mul(2_u32.saturating_pow(self.failures)).min(PAUSE_MAX);
        self.failures = self.failures.saturating_add(1);
        let jitter = longest.mul_f64(share.clamp(0.0, 1.0));
        match retry_after {
            // Many clients are told the same moment, so they must not all come at it.
            Some(wait) => wait.min(RETRY_AFTER_MAX) + jitter.min(FIRST_PAUSE_MAX),
            None => jitter,
        }
    }
}

/// Evenly spread from 0 to 1; without random bytes the whole pause is as good as any.
fn share() -> f64 {
    getrandom::u32().map_or(1.0, |random| f64::from(random) / f64::from(u32::MAX))
}

/// Reads a `Retry-After` header: seconds, or a date.
pub(crate) fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(pause: Duration) -> u128 {
        pause.as_millis()
    }

    #[test]
    fn pauses_double_up_to_a_bound_and_are_anything_below_by_chance() {
        let mut longest = Backoff::default();
        let pauses: Vec<u128> = (0..9).map(|_| millis(longest.pause_at(None, 1.0))).collect();
        assert_eq!(pauses, [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000]);
        let mut half = Backoff { failures: 4 };
        assert_eq!(millis(half.pause_at(None, 0.5)), 800);
        assert_eq!(millis(half.pause_at(None, 0.0)), 0);
        assert_eq!(millis(Backoff { failures: u32::MAX }.pause_at(None, 1.0)), 5_000);
    }

    #[test]
    fn nobody_comes_back_before_the_gateway_asked_for_it_nor_all_at_once() {
        let asked = Some(Duration::from_secs(3));
        assert_eq!(millis(Backoff { failures: 9 }.pause_at(asked, 0.0)), 3_000);
        assert_eq!(millis(Backoff { failures: 9 }.pause_at(asked, 1.0)), 3_100);
        assert_eq!(millis(Backoff::default().pause_at(Some(Duration::from_secs(86_400)), 0.0)), 60_000);
    }

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        let now = httpdate::parse_http_date("Wed, 21 Oct 2026 07:28:00 GMT").unwrap();
        assert_eq!(retry_after(" 7 ", now), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Wed, 21 Oct 2026 07:28:30 GMT", now), Some(Duration::from_secs(30)));
        assert_eq!(retry_after("Wed, 21 Oct 2026 07:27:30 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("soon", now), None);
    }

    #[test]
    fn chance_stays_between_nothing_and_everything() {
        assert!((0..100).map(|_| share()).all(|share| (0.0..=1.0).contains(&share)));
    }
}
