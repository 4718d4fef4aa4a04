//! Dates in the orders and words that people use, and ages.

use crate::rng::Rng;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: &str = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday";
const FULL: &str =
    "us|us|us_pad|iso|us_dash|dots|eu_slash|mdy|mdy|dmy|dmy|abbr|mdy_abbr|us_short_year|ord_dmy|year_first_slash";
const SHORT: &str = "md|md|dm|slash|slash_pad|ord_md|ord_dm|weekday_md|the_ord|my|mon_md";

pub(super) fn form(form: &str, rng: &mut Rng) -> Option<String> {
    let year = match form {
        "dob" | "dob_iso" | "dob_us" | "dob_compact" => rng.range(1926, 2015),
        _ => rng.range(2012, 2026),
    };
    let (month, day) = (rng.range(1, 12), rng.range(1, 28));
    let name = MONTHS.get(usize::try_from(month - 1).ok()?)?;
    let short = name.get(..3)?;
    let two = year % 100;
    let clock = format!("{:02}:{:02}", rng.range(0, 23), rng.range(0, 59));
    Some(match form {
        "date" => return self::form(rng.word(FULL), rng),
        "dob" => {
            return Some(full_of(
                rng.word("us|us_pad|iso|mdy|dmy|dots|us_dash|us_short_year|abbr"),
                (year, month, day),
            ));
        }
        "dob_us" => format!("{month:02}/{day:02}/{year}"),
        "dob_iso" => format!("{year}-{month:02}-{day:02}"),
        "dob_compact" | "compact" => format!("{year}{month:02}{day:02}"),
        "short" => return self::form(rng.word(SHORT), rng),
        "when" => return if rng.chance(65) { self::form("date", rng) } else { self::form("short", rng) },
        "md" => format!("{name} {day}"),
        "mon_md" => format!("{short} {day}"),
        "dm" => format!("{day} {name}"),
        "slash" => format!("{month}/{day}"),
        "slash_pad" => format!("{month:02}/{day:02}"),
        "ord_md" => format!("{name} {day}{}", suffix(day)),
        "ord_dm" => format!("{day}{} of {name}", suffix(day)),
        "weekday_md" => format!("{}, {name} {day}", rng.word(WEEKDAYS)),
        "weekday_dmy" => format!("{} {day} {name} {year}", rng.word(WEEKDAYS)),
        "the_ord" => {
            format!("the {} of {name}", rng.word("first|second|third|fourth|fifth|tenth|twelfth|twenty-first"))
        }
        "my" => format!("{name} {year}"),
        "my_slash" => format!("{month:02}/{year}"),
        "year" => year.to_string(),
        "iso_time" => format!("{year}-{month:02}-{day:02}T{clock}:{:02}Z", rng.range(0, 59)),
        "iso_offset" => format!("{year}-{month:02}-{day:02}T{clock}:00+02:00"),
        "iso_space" => format!("{year}-{month:02}-{day:02} {clock}:{:02}", rng.range(0, 59)),
        "hl7_time" => format!("{year}{month:02}{day:02}{}", clock.replace(':', "")),
        "syslog" => format!("{short} {day:>2} {clock}:{:02}", rng.range(0, 59)),
        "age90" => rng.range(90, 107).to_string(),
        "age" => rng.range(18, 89).to_string(),
        "age_child" => rng.range(2, 17).to_string(),
        _ if FULL.split('|').any(|known| known == form) => full_of(form, (year, month, day)),
        "us_time" => format!("{month}/{day}/{two:02} {clock}"),
        _ => return None,
    })
}

fn full_of(form: &str, (year, month, day): (u64, u64, u64)) -> String {
    let name = usize::try_from(month - 1).ok().and_then(|at| MONTHS.get(at)).copied().unwrap_or("May");
    let short = name.get(..3).unwrap_or(name);
    match form {
        "us" => format!("{month}/{day}/{year}"),
        "us_pad" => format!("{month:02}/{day:02}/{year}"),
        "iso" => format!("{year}-{month:02}-{day:02}"),
        "us_dash" => format!("{month:02}-{day:02}-{year}"),
        "dots" => format!("{day:02}.{month:02}.{year}"),
        "eu_slash" => format!("{day:02}/{month:02}/{year}"),
        "dmy" => format!("{day} {name} {year}"),
        "abbr" => format!("{day:02}-{short}-{year}"),
        "mdy_abbr" => format!("{short} {day}, {year}"),
        "us_short_year" => format!("{month}/{day}/{:02}", year % 100),
        "ord_dmy" => format!("{day}{} {name} {year}", suffix(day)),
        "year_first_slash" => format!("{year}/{month:02}/{day:02}"),
        _ => format!("{name} {day}, {year}"),
    }
}

fn suffix(day: u64) -> &'static str {
    match (day % 10, day / 10) {
        (1, 0 | 2 | 3) => "st",
        (2, 0 | 2) => "nd",
        (3, 0 | 2) => "rd",
        _ => "th",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_the_mixtures_is_made() {
        let mut rng = Rng::new(3, &[]);
        for known in FULL.split('|').chain(SHORT.split('|')) {
            assert!(form(known, &mut rng).is_some(), "{known}");
        }
        assert_eq!(form("odd", &mut rng), None);
    }
}
