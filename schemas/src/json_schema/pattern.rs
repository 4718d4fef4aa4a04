//! The texts of an event as regular expressions (ECMA-262): exactly what the decoder takes.

/// A lone word.
pub(super) const WORD: &str = "^[a-z0-9][a-z0-9._-]*$";
/// Without control characters.
pub(super) const PRINTABLE: &str = r"^[^\u0000-\u001f\u007f-\u009f]*$";
/// Base64 with padding, whose unused bits are zero.
pub(super) const BASE64: &str = "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$";

/// The days that the calendar has, after a year and a hyphen.
const MONTH_AND_DAY: &str = "(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))";
const LEAP_YEAR: &str = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)";
const CLOCK: &str = "(?:[01][0-9]|2[0-3]):[0-5][0-9](?::(?:[0-5][0-9]|60)(?:[.,][0-9]{1,9})?)?";
const ZONE: &str = "(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])";
/// Those that some hour of the range of times lies in.
const YEAR_OF_A_MOMENT: &str = "(?:1899|19[0-9]{2}|2[01][0-9]{2}|22[0-4][0-9]|225[0-5])";

fn date(year: &str) -> String {
    format!("(?:{year}-{MONTH_AND_DAY}|{LEAP_YEAR}-02-29)")
}

/// A time or a part of one, in a year that every store can hold.
pub(super) fn time() -> String {
    format!(
        "^(?={YEAR_OF_A_MOMENT})(?:[0-9]{{4}}(?:-(?:0[1-9]|1[0-2]))?|{}(?:[Tt ]{CLOCK}{ZONE}?)?)$",
        date("[0-9]{4}")
    )
}

/// A date, a time and a zone.
pub(super) fn moment() -> String {
    format!("^(?={YEAR_OF_A_MOMENT}-){}[Tt ]{CLOCK}{ZONE}$", date("[0-9]{4}"))
}
