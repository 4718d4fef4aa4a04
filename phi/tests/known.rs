//! Values that the event's own fields name, in its texts.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::sync::LazyLock;

use phi::Label;
use phi::text::{Hint, KnownValues, Scanner, Scratch};

static SCANNER: LazyLock<Scanner> = LazyLock::new(|| Scanner::builtin().unwrap());

fn found(names: &[&str], text: &str) -> Vec<String> {
    let (mut known, mut scratch, mut findings) = (KnownValues::default(), Scratch::default(), Vec::new());
    names.iter().for_each(|name| known.add(name, Label::Name));
    SCANNER.scan(text, Hint { label: None, known: &known }, &mut scratch, &mut findings);
    findings.iter().map(|f| format!("{} {}", f.label.name(), &text[f.start as usize..f.end as usize])).collect()
}

#[test]
fn a_known_name_is_one_span_however_it_is_written() {
    for (names, text, wanted) in [
        (&["Tom Roe"][..], "Seen: Tom Roe today", &["NAME Tom Roe"][..]),
        (&["Roe, Tom"], "Seen: Tom Roe today", &["NAME Tom Roe"]),
        (&["Roe^Tom"], "Seen: TOM ROE today", &["NAME TOM ROE"]),
        (&["Tom Roe"], "Seen: Tom J. Roe today", &["NAME Tom J. Roe"]),
        (&["Tom", "Roe-Smith", "Tom Alan Roe"], "Seen: Tom Roe today", &["NAME Tom Roe"]),
        (&["Chalmers"], "Saw Peter Chalmers today", &["NAME Peter Chalmers"]),
        (&["Peter"], "Saw Peter Chalmers today", &["NAME Peter Chalmers"]),
        (&["Tom Roe"], "Tom and Roe met", &["NAME Tom", "NAME Roe"]),
        (&["Tom Roe"], "Tom\nRoe", &["NAME Tom", "NAME Roe"]),
    ] {
        assert_eq!(found(names, text), wanted, "{names:?} in {text:?}");
    }
}
