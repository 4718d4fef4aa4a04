//! A moment in whole seconds; in the key file and in messages as RFC 3339 in UTC.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Seconds since 1970 in UTC, without leap seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixSeconds(pub u64);

/// 9999-12-31T23:59:59Z: what RFC 3339 can still write.
const LATEST: UnixSeconds = UnixSeconds(253_402_300_799);

impl UnixSeconds {
    /// Later by so many seconds; stops at the last moment that can be written down.
    #[must_use]
    pub fn plus(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(seconds)).min(LATEST)
    }
}

impl fmt::Display for UnixSeconds {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = i64::try_from(self.0).ok().and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
        match moment.and_then(|moment| moment.format(&Rfc3339).ok()) {
            Some(text) => out.write_str(&text),
            None => write!(out, "second {}", self.0),
        }
    }
}

impl FromStr for UnixSeconds {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = "not a time in UTC; write it like 2027-01-31T12:00:00Z";
        if !text.ends_with('Z') {
            return Err(refused);
        }
        let moment = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| refused)?;
        if moment.nanosecond() != 0 {
            return Err("a time with a fraction; write whole seconds, like 2027-01-31T12:00:00Z");
        }
        u64::try_from(moment.unix_timestamp()).map(Self).map_err(|_| "a time before 1970; write a later one")
    }
}

/// As TOML's own date and time, without quotes.
impl Serialize for UnixSeconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let datetime = toml::value::Datetime::from_str(&self.to_string()).map_err(ser::Error::custom)?;
        datetime.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for UnixSeconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let datetime = toml::value::Datetime::deserialize(deserializer)?;
        datetime.to_string().parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_survives_being_written_down() {
        for seconds in [0, 951_782_400, 1_795_268_404, LATEST.0] {
            assert_eq!(UnixSeconds(seconds).to_string().parse(), Ok(UnixSeconds(seconds)));
        }
        assert_eq!(UnixSeconds(1_795_268_404).to_string(), "2026-11-21T13:40:04Z");
    }

    #[test]
    fn local_times_fractions_and_nonsense_are_refused() {
        for text in ["", "Z", "2026-11-21", "2026-11-21T13:40:04", "2026-11-21T13:40:04+01:00", "2026-02-30T00:00:00Z"]
        {
            assert!(text.parse::<UnixSeconds>().unwrap_err().contains("2027-01-31T12:00:00Z"), "{text}");
        }
        assert!("2026-11-21T13:40:04.5Z".parse::<UnixSeconds>().unwrap_err().contains("fraction"));
        assert!("1969-12-31T23:59:59Z".parse::<UnixSeconds>().unwrap_err().contains("1970"));
    }

    #[test]
    fn a_far_future_stops_at_what_can_be_written() {
        assert_eq!(UnixSeconds(5).plus(u64::MAX), LATEST);
        assert_eq!(UnixSeconds(5).plus(2), UnixSeconds(7));
    }
}
