//! What a run came to, in words and as the closing line.

use std::fmt;
use std::time::Duration;

use super::conduct::Tally;
use super::oracle::{Judgement, Reading};

/// What is promised for the time until every partition moves again.
const RECOVERY_MAX: Duration = Duration::from_secs(30);

/// What a run came to.
#[derive(Debug)]
pub struct Outcome {
    pub tally: Tally,
    pub found: Judgement,
    /// What else does not hold, in words.
    pub broken: Vec<String>,
    /// Ends of workers that nobody asked for.
    pub own_ends: u64,
}

impl Outcome {
    #[must_use]
    pub fn verdict(&self) -> &'static str {
        if !self.found.is_intact() || !self.broken.is_empty() {
            "broken"
        } else if self.tally.recovery_max > RECOVERY_MAX {
            "stalled"
        } else {
            "intact"
        }
    }

    /// What stands in front of the closing line, and that line.
    pub fn tell(&self) {
        let Self { tally, found, broken, own_ends } = self;
        let count = |reading| found.readings.get(&reading).copied().unwrap_or_default();
        println!(
            "the log holds {} leaves, {} fences, and ignored: {} stale, {} outranked, {} gap, {} repeated",
            count(Reading::Counts),
            count(Reading::Rules),
            count(Reading::Stale),
            count(Reading::Outranked),
            count(Reading::Gap),
            count(Reading::Repeated)
        );
        println!(
            "{} faults, {} points not reached; workers ended {own_ends} times by themselves and were started again; {} of {} input records rejected",
            tally.faults,
            tally.points_missed,
            found.rejected,
            found.rejected + found.events
        );
        found.told.iter().chain(broken).for_each(|line| println!("{line}"));
        println!("{self}");
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tally, found, .. } = self;
        write!(
            to,
            "crash-enrich: kills={} events={} lost={} duplicated={} forks={} recovery_max_s={:.1} verdict={}",
            tally.kills,
            found.events + found.rejected,
            found.lost,
            found.duplicated,
            found.forks,
            tally.recovery_max.as_secs_f64(),
            self.verdict()
        )
    }
}
