//! Bounded exponential waiting with jitter, without a clock or a random source of its own.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(50);
const LONGEST: Duration = Duration::from_secs(5);

/// How long to wait before the next try.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    failures: u32,
}

impl Backoff {
    pub(crate) fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// Between half and the whole of a delay that doubles up to five seconds.
    pub(crate) fn failed(&mut self) -> Duration {
        let whole = FIRST.saturating_mul(1 << self.failures.min(7)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        // A few bits of the address and the count spread workers that failed together; quality does not matter here.
        let seed =
            std::ptr::from_ref(self) as usize as u64 ^ u64::from(self.failures).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let jitter = u32::try_from(seed >> 7 & 0x3ff).unwrap_or_default();
        whole / 2 + whole / 2 * jitter / 1024
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_stay_bounded_and_start_over_after_success() {
        let mut backoff = Backoff::default();
        assert!(backoff.failed() <= FIRST);
        let last = (0..40).map(|_| backoff.failed()).last().unwrap_or_default();
        assert!(last >= LONGEST / 2 && last <= LONGEST, "{last:?}");
        backoff.succeeded();
        assert!(backoff.failed() <= FIRST);
    }
}
