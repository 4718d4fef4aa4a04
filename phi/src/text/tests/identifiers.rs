//! What holds over a whole text: one value has one type, known values are found, odd characters hide nothing.

use super::{KnownValues, Label, check, marked};

#[test]
fn a_value_that_has_a_label_once_is_known_everywhere() {
    check(&[
        "MRN «MRN 7734812» (again «MRN 7734812» later), not 77348121 or 7734812.5",
        "«MRN AB-4471» was merged; MRN «MRN AB-4471» stays",
    ]);
}

#[test]
fn values_of_the_event_s_other_fields_are_found() {
    let mut known = KnownValues::default();
    known.add("Jane Q. Public", Label::OtherId);
    known.add("zx81-99", Label::Mrn);
    known.add("u-1204", Label::OtherId);
    assert_eq!(
        marked("JANE Q PUBLIC has ZX81-99, not zx82.", &known),
        "«OTHER_ID JANE Q PUBLIC» has «MRN ZX81-99», not zx82."
    );
    assert_eq!(marked("opened by u-1204, u-12045", &known), "opened by «OTHER_ID u-1204», u-12045");
    known.clear();
    assert_eq!(marked("zx81-99", &known), "zx81-99");
}

#[test]
fn odd_characters_hide_nothing() {
    check(&[
        "MRN：«MRN ４８２９１３»",
        "SSN «SSN 123–45–6789» and «SSN 123\u{200b}-45-6789»",
        "call «PHONE (555)\u{a0}123‑4567»",
        "mail «EMAIL jane＠example.org»",
        "MRN \u{feff}«MRN 48\u{ad}2913»!",
        "“MRN” «MRN 482913»",
        "born «DATE 14．03．1950»",
        "DOB «DATE ٠٣/١٤/١٩٥٠»",
    ]);
}

#[test]
fn a_field_s_name_says_what_its_whole_value_is() {
    let (mut scratch, mut found) = (crate::text::Scratch::default(), Vec::new());
    let known = KnownValues::default();
    let hint = crate::text::Hint { label: Some(Label::Mrn), known: &known };
    super::scanner().scan(" A-77 12 ", hint, &mut scratch, &mut found);
    assert_eq!(found.iter().map(|f| (f.start, f.end, f.label)).collect::<Vec<_>>(), [(1, 8, Label::Mrn)]);
    super::scanner().scan("two\nlines", hint, &mut scratch, &mut found);
    assert_eq!(found, []);
}
