//! What holds for any text at all: spans in order, nothing lost by its surroundings, no time and no memory wasted.
#![allow(clippy::unwrap_used, missing_docs)]

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use phi::text::{Hint, KnownValues, Scanner, Scratch};
use phi::{Finding, Label};
use proptest::prelude::*;

fn scanner() -> &'static Scanner {
    static SCANNER: OnceLock<Scanner> = OnceLock::new();
    SCANNER.get_or_init(|| Scanner::builtin().unwrap())
}

fn scan(text: &str) -> Vec<Finding> {
    let (mut scratch, mut found, known) = (Scratch::default(), Vec::new(), KnownValues::default());
    scanner().scan(text, Hint { label: None, known: &known }, &mut scratch, &mut found);
    found
}

fn hold(text: &str, found: &[Finding]) {
    let mut last = 0;
    for finding in found {
        assert!(finding.start >= last && finding.end > finding.start, "{found:?}");
        assert!(text.get(finding.start as usize..finding.end as usize).is_some(), "{found:?}");
        assert!(finding.score <= 100 && !scanner().rule_name(finding.rule).is_empty());
        last = finding.end;
    }
}

/// Pieces that recognisers start at, so that random texts reach them.
const PIECES: [&str; 60] = [
    "MRN",
    ":",
    " ",
    "12",
    "-",
    "/",
    "03/14/2021",
    "555",
    "(",
    ")",
    "+",
    "@",
    ".",
    "www.",
    "http://",
    "x",
    "jdoe",
    "user",
    "=",
    "#",
    "\n",
    "'",
    "\"",
    "no",
    "July",
    "4th",
    "may",
    "of",
    "2021",
    "'21",
    "é",
    "ł",
    "\u{200b}",
    "１",
    "–",
    "ninety",
    "92",
    "F",
    "Patient",
    "Anna Berg",
    ",",
    "0000",
    "A1",
    "00:1A:2B",
    "::",
    "1.2",
    "Mozilla/5.0",
    "GB82",
    "WEST",
    "***-**-",
    "6789",
    "e",
    "SSN",
    "years",
    "old",
    ";",
    "日本",
    "\u{301}",
    "😀",
    "_",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn spans_of_any_string_stand_in_order_on_character_boundaries(text in "\\PC{0,60}|[0-9 ./:()+-]{0,60}") {
        hold(&text, &scan(&text));
    }

    #[test]
    fn spans_of_texts_made_of_anchors_stand_in_order(pieces in proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..40)) {
        let text = pieces.concat();
        hold(&text, &scan(&text));
    }

    #[test]
    fn a_value_with_its_label_is_found_in_any_clean_text(
        before in 0..CLEAN.len(), after in 0..CLEAN.len(), value in 0..VALUES.len(), seed in 0..9_000_000_u32, odd in any::<bool>(),
    ) {
        let (announced, label) = VALUES[value];
        let value = format!("{}{}", 1 + seed % 9, 1_000_000 + seed);
        let inserted = announced.replace('*', &value);
        let text = format!("{} {inserted}. {}", CLEAN[before], CLEAN[after]);
        // What people and programs do to digits must hide nothing.
        let text = if odd { text.replace('1', "１").replace('2', "\u{200b}2") } else { text };
        let found = scan(&text);
        hold(&text, &found);
        let hit = found.iter().any(|f| f.label == label && {
            let inside: String = text[f.start as usize..f.end as usize].replace('１', "1").replace('\u{200b}', "");
            inside.contains(&value)
        });
        prop_assert!(hit, "{label:?} in {text:?}: {found:?}");
    }
}

const CLEAN: [&str; 6] = [
    "The letter was still with the typing pool, so a preliminary version was printed.",
    "BP 120/80, pulse 72, pain 3/10; give 500 mg twice daily for 10 days.",
    "EF 45-50 %, creatinine 1.2 mg/dL, repeat in 2 weeks.",
    "Disk 91 % full, retry 3/5 after 2000 ms.",
    "What is the dose of apixaban with eGFR 58?",
    "",
];

const VALUES: [(&str, Label); 14] = [
    ("MRN *", Label::Mrn),
    ("MRN: *", Label::Mrn),
    ("medical record number *", Label::Mrn),
    ("member ID: XY*", Label::HealthPlan),
    ("policy number *", Label::HealthPlan),
    ("account number *", Label::Account),
    ("license no. *", Label::License),
    ("license plate: A*", Label::Vehicle),
    ("serial number SN*", Label::Device),
    ("fingerprint ID FP-*", Label::Biometric),
    ("photo ID: PH-*", Label::Photo),
    ("passport *", Label::OtherId),
    ("encounter #*", Label::OtherId),
    ("username: u*", Label::OtherId),
];

/// This thread's time on a processor, which other programs cannot stretch; where the system does not tell, the clock's.
fn cost(work: impl FnOnce()) -> Duration {
    let spent = || -> Option<u64> {
        std::fs::read_to_string("/proc/thread-self/schedstat").ok()?.split(' ').next()?.parse().ok()
    };
    let (start, clock) = (spent(), Instant::now());
    work();
    match (start, spent()) {
        (Some(start), Some(end)) => Duration::from_nanos(end - start),
        _ => clock.elapsed(),
    }
}

/// The same bytes as many short texts and as few long ones cost about the same; a quadratic recogniser would need eight times
/// as long for texts eight times as long. The best of two runs counts, and ticks of the system's clock are allowed for.
#[test]
fn hostile_strings_cost_time_in_proportion_to_their_length() {
    let known = KnownValues::default();
    let hint = Hint { label: None, known: &known };
    let (mut scratch, mut found) = (Scratch::default(), Vec::new());
    for piece in [
        "1",
        "-",
        "a@",
        "@",
        "(",
        "((((",
        "1.",
        "1.1.1.1.1 ",
        "12 345-",
        "MRN 12, ",
        "MRN",
        "a:",
        "::",
        "http://a.",
        "é１\u{200b}",
        "Anna Berg ",
        "May 3 ",
        "1/2/",
        "/home/a",
        "user a ",
        "no. ",
        "GB82 ",
        "ninety ",
        "Mozilla/5.0 (",
        "IMG.jpg.",
        "fax 1 ",
        "a.b",
        "+1",
        "***",
        "\n",
        "(01)",
        "A-1-",
        "m.holton ",
        "12345 12345 ",
    ] {
        let mut best = |length: usize, times: usize| {
            let text = piece.repeat(length / piece.len());
            let run = |_| cost(|| (0..times).for_each(|_| scanner().scan(&text, hint, &mut scratch, &mut found)));
            (0..2).map(run).min().unwrap_or(Duration::MAX)
        };
        let (short, long) = (best(4 * 1024, 8), best(32 * 1024, 1));
        assert!(
            long < short * 3 + Duration::from_millis(12),
            "{piece:?}: {short:?} in short texts, {long:?} in long ones"
        );
    }
}
