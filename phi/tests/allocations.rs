//! A scan allocates nothing once its buffers are warm.
#![allow(clippy::unwrap_used, missing_docs)]

use phi::Label;
use phi::text::{Hint, KnownValues, Scanner, Scratch};

const TEXTS: [&str; 5] = [
    "Opened the chart before the ward round; the patient asked for a copy of the discharge letter.",
    "72 y/o M (DOB 01/02/1950, MRN 0048291) admitted 3/14/21; Anna Berg called (555) 201-3344 on July 4th, lives at 12 Main St.",
    "user=jdoe ip=203.0.113.7 trace_id=4bf92f3577b34da6a3ce929d0e0e4736 https://x.example.org/a jane@example.org",
    "MRN：４８２９１３, “quoted” – Łukasz Żółty, １２\u{200b}３",
    "VIN 1HGCM82633A004352, IBAN DE89 3704 0044 0532 0130 00, 2001:db8::1, photo IMG_2034.jpg, C:\\Users\\jdoe",
];

#[test]
fn a_warm_scan_allocates_nothing() {
    let scanner = Scanner::builtin().unwrap();
    let (mut scratch, mut found, mut known) = (Scratch::default(), Vec::new(), KnownValues::default());
    let mut pass = |scratch: &mut Scratch| {
        let mut findings = 0;
        for text in TEXTS {
            known.clear();
            known.add("Anna Berg", Label::Name);
            known.add("0048291", Label::Mrn);
            scanner.scan(text, Hint { label: None, known: &known }, scratch, &mut found);
            findings += found.len();
        }
        findings
    };
    assert!(pass(&mut scratch) > 10);
    let warm = allocation_counter::measure(|| assert!(pass(&mut scratch) > 10));
    assert_eq!(warm.count_total, 0, "{warm:?}");
    // The counter counts: new buffers do allocate.
    let cold = allocation_counter::measure(|| assert!(pass(&mut Scratch::default()) > 10));
    assert!(cold.count_total > 0);
}
