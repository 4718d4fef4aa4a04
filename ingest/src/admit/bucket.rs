//! A rate limit's arithmetic (GCRA, the leaky bucket seen as one moment in time). Pure: the time is passed in.

use std::time::Duration;

/// So much per second, and how many seconds' worth may come at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub per_second: u64,
    pub burst_seconds: u64,
}

/// When everything taken so far will have been paid for at the rate; a time since any fixed start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bucket {
    paid_at: Duration,
}

impl Rate {
    /// How long the rate needs for so much.
    fn time_for(self, amount: u64) -> Duration {
        let nanos = u128::from(amount) * 1_000_000_000 / u128::from(self.per_second.max(1));
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    fn burst(self) -> Duration {
        Duration::from_secs(self.burst_seconds.max(1))
    }

    /// What may come at once.
    pub fn quota(self) -> u64 {
        self.per_second.saturating_mul(self.burst_seconds.max(1))
    }
}

impl Bucket {
    /// How long until so much fits; zero when it fits now. What is larger than the quota fits once nothing is owed.
    pub fn wait(self, amount: u64, rate: Rate, now: Duration) -> Duration {
        let room = rate.burst().saturating_sub(rate.time_for(amount).min(rate.burst()));
        self.paid_at.saturating_sub(now).saturating_sub(room)
    }

    /// Takes it, owed where it does not fit.
    pub fn take(&mut self, amount: u64, rate: Rate, now: Duration) {
        self.paid_at = self.paid_at.max(now).saturating_add(rate.time_for(amount));
    }

    /// What fits now.
    pub fn remaining(self, rate: Rate, now: Duration) -> u64 {
        let free = rate.burst().saturating_sub(self.paid_at.saturating_sub(now));
        let amount = free.as_nanos() * u128::from(rate.per_second) / 1_000_000_000;
        u64::try_from(amount).unwrap_or(u64::MAX)
    }

    /// Until nothing is owed.
    pub fn reset(self, now: Duration) -> Duration {
        self.paid_at.saturating_sub(now)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEN: Rate = Rate { per_second: 10, burst_seconds: 2 };

    #[test]
    fn a_burst_passes_and_the_next_waits_for_one_interval() {
        let (mut bucket, now) = (Bucket::default(), Duration::from_secs(100));
        for taken in 0..20 {
            assert_eq!(bucket.wait(1, TEN, now), Duration::ZERO, "after {taken}");
            bucket.take(1, TEN, now);
        }
        assert_eq!(bucket.remaining(TEN, now), 0);
        assert_eq!(bucket.wait(1, TEN, now), Duration::from_millis(100));
        assert_eq!(bucket.reset(now), Duration::from_secs(2));
        assert_eq!(bucket.wait(1, TEN, now + Duration::from_millis(100)), Duration::ZERO);
    }

    #[test]
    fn more_than_the_quota_passes_alone_and_is_paid_for_afterwards() {
        let (mut bucket, now) = (Bucket::default(), Duration::from_secs(100));
        assert_eq!(bucket.wait(1_000, TEN, now), Duration::ZERO);
        bucket.take(1_000, TEN, now);
        assert_eq!(bucket.wait(1, TEN, now), Duration::from_millis(98_100));
    }

    proptest! {
        #[test]
        fn never_more_than_the_rate_and_one_quota_pass(
            per_second in 1_u64..1_000,
            burst_seconds in 1_u64..5,
            steps in proptest::collection::vec((0_u64..200, 1_u64..20), 1..300),
        ) {
            let rate = Rate { per_second, burst_seconds };
            let (mut bucket, mut now, mut passed) = (Bucket::default(), Duration::from_secs(7), 0);
            let start = now;
            for (millis, amount) in steps {
                now += Duration::from_millis(millis);
                if bucket.wait(amount, rate, now).is_zero() {
                    bucket.take(amount, rate, now);
                    passed += amount;
                }
            }
            let time = (now - start).as_nanos();
            let earned = time * u128::from(per_second) / 1_000_000_000;
            // One amount above the quota may pass when nothing is owed.
            prop_assert!(u128::from(passed) <= earned + u128::from(rate.quota()) + 20, "{passed} of {earned}");
        }

        #[test]
        fn whoever_waits_as_told_gets_in(per_second in 1_u64..1_000, taken in 0_u64..5_000, amount in 1_u64..100) {
            let (rate, now) = (Rate { per_second, burst_seconds: 1 }, Duration::from_secs(7));
            let mut bucket = Bucket::default();
            bucket.take(taken, rate, now);
            let wait = bucket.wait(amount, rate, now);
            prop_assert!(bucket.wait(amount, rate, now + wait).is_zero());
        }
    }
}
