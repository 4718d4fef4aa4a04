//! Times at their edges, and text that is no time.
use proptest::prelude::*;

use super::*;

fn parsed(text: &str) -> Option<(i64, bool, bool)> {
    let time = Time::parse(text)?;
    let precision = time.precision();
    assert_eq!(time.to_string(), text, "the text stays as it was given");
    Some((time.micros(), precision.has_time, precision.has_zone))
}

#[test]
fn a_time_keeps_its_instant_and_its_text() {
    for (text, expected) in [
        ("1970-01-01T00:00:00Z", (0, true, true)),
        ("1970-01-01T00:00:00.000001Z", (1, true, true)),
        ("1969-12-31T23:59:59.5Z", (-500_000, true, true)),
        ("1970-01-01T01:00:00+01:00", (0, true, true)),
        ("1969-12-31T18:30:00-05:30", (0, true, true)),
        ("1970-01-01T00:00:00.123456789Z", (123_456, true, true)),
        ("1970-01-01t00:00:01z", (1_000_000, true, true)),
        ("1970-01-01 00:01Z", (60_000_000, true, true)),
        ("1970-01-01T00:00:00", (0, true, false)),
        ("1970-01-02", (86_400_000_000, false, false)),
        ("1970-02", (2_678_400_000_000, false, false)),
        ("1971", (31_536_000_000_000, false, false)),
        ("2000-02-29T00:00:00Z", (951_782_400_000_000, true, true)),
        ("2016-12-31T23:59:60Z", (1_483_228_800_000_000, true, true)),
        ("0001-01-01T00:00:00Z", (-62_135_596_800_000_000, true, true)),
        ("9999-12-31T23:59:59Z", (253_402_300_799_000_000, true, true)),
    ] {
        assert_eq!(parsed(text), Some(expected), "{text}");
    }
}

#[test]
fn what_is_no_time_is_not_guessed_at() {
    for text in [
        "",
        "x",
        "19",
        "1970-",
        "1970-1-1",
        "1970-13-01",
        "1970-00-01",
        "1970-01-32",
        "1900-02-29",
        "1970-01-01T",
        "1970-01-01T24:00:00Z",
        "1970-01-01T00:60:00Z",
        "1970-01-01T00:00:61Z",
        "1970-01-01T00:00:00.Z",
        "1970-01-01T00:00:00.1234567890Z",
        "1970-01-01T00:00:00+1",
        "1970-01-01T00:00:00+24:00",
        "1970-01-01T00:00:00ZZ",
        "-1970-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z ",
        "١٩٧٠-01-01T00:00:00Z",
        "1760000000",
        "1970-01-01+01:00",
    ] {
        assert!(Time::parse(text).is_none(), "{text:?}");
    }
}

#[test]
fn an_instant_is_written_as_short_as_it_is_exact() {
    for (micros, text) in
        [(0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59.999999Z"), (1_200_000, "1970-01-01T00:00:01.2Z")]
    {
        assert_eq!(Time::from_micros(micros).to_string(), text);
        assert_eq!(Time::parse(text), Some(Time::from_micros(micros)), "one moment, one form");
    }
    assert!(Time::from_micros(i64::MIN).to_string().starts_with("-290308-"));
}

fn avro(given: Option<&'static str>, micros: i64) -> Result<Time<'static>, DecodeFault> {
    let mut bytes = Vec::new();
    Time { micros, given: given.map(Text::from) }.write(&mut bytes);
    let bytes: &'static [u8] = bytes.leak();
    Time::read(&mut Reader::new(bytes)).map_err(|error| error.fault)
}

#[test]
fn a_text_that_contradicts_its_instant_is_refused() {
    assert!(avro(Some("1970-01-01T01:00:00+01:00"), 0).is_ok());
    assert_eq!(avro(Some("1970-01-01T01:00:00+01:00"), 1), Err(DecodeFault::BadTime));
    assert_eq!(avro(Some("tomorrow"), 0), Err(DecodeFault::BadTime));
    // The same moment would have two forms.
    assert_eq!(avro(Some("1970-01-01T00:00:00Z"), 0), Err(DecodeFault::BadTime));
}

proptest! {
    #[test]
    fn every_instant_survives_its_text(micros in TIMES) {
        let time = Time::from_micros(micros);
        prop_assert_eq!(Time::parse(time.to_string()), Some(time));
    }

    #[test]
    fn no_text_panics(text in "[-0-9TtZz:+., ]{0,40}|\\PC{0,40}") {
        if let Some(time) = Time::parse(text.as_str()) {
            prop_assert_eq!(time.to_string(), text);
        }
    }
}
