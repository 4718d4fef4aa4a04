//! The states of the United States: abbreviations and the first three digits of their ZIP codes.

/// Abbreviation, and the lowest and highest ZIP code prefix (as published by the postal service).
const STATES: [(&str, u16, u16); 62] = [
    ("AL", 350, 369),
    ("AK", 995, 999),
    ("AZ", 850, 865),
    ("AR", 716, 729),
    ("CA", 900, 961),
    ("CO", 800, 816),
    ("CT", 60, 69),
    ("DE", 197, 199),
    ("DC", 200, 205),
    ("FL", 320, 349),
    ("GA", 300, 319),
    ("GA", 398, 399),
    ("GU", 969, 969),
    ("HI", 967, 968),
    ("ID", 832, 838),
    ("IL", 600, 629),
    ("IN", 460, 479),
    ("IA", 500, 528),
    ("KS", 660, 679),
    ("KY", 400, 427),
    ("LA", 700, 714),
    ("ME", 39, 49),
    ("MD", 206, 219),
    ("MA", 10, 27),
    ("MA", 55, 55),
    ("MI", 480, 499),
    ("MN", 550, 567),
    ("MS", 386, 397),
    ("MO", 630, 658),
    ("MT", 590, 599),
    ("NE", 680, 693),
    ("NV", 889, 898),
    ("NH", 30, 38),
    ("NJ", 70, 89),
    ("NM", 870, 884),
    ("NY", 100, 149),
    ("NY", 5, 6),
    ("NC", 270, 289),
    ("ND", 580, 588),
    ("OH", 430, 459),
    ("OK", 730, 749),
    ("OR", 970, 979),
    ("PA", 150, 196),
    ("PR", 6, 9),
    ("RI", 28, 29),
    ("SC", 290, 299),
    ("SD", 570, 577),
    ("TN", 370, 385),
    ("TX", 750, 799),
    ("TX", 885, 885),
    ("UT", 840, 847),
    ("VT", 50, 59),
    ("VA", 201, 201),
    ("VA", 220, 246),
    ("VI", 8, 8),
    ("WA", 980, 994),
    ("WV", 247, 268),
    ("WI", 530, 549),
    ("WY", 820, 831),
    ("WY", 834, 834),
    ("AS", 967, 967),
    ("MP", 969, 969),
];

/// Whether the ZIP code can lie in the state.
pub(super) fn agrees(state: &str, zip: &str) -> bool {
    let Some(prefix) = zip.get(..3).and_then(|digits| digits.parse::<u16>().ok()) else { return false };
    STATES.iter().any(|(name, low, high)| name.eq_ignore_ascii_case(state) && (*low..=*high).contains(&prefix))
}

#[cfg(test)]
mod tests {
    use super::agrees;

    #[test]
    fn a_zip_code_agrees_with_its_own_state_only() {
        for (state, zip) in [("IL", "62704"), ("NY", "10001"), ("MA", "02139"), ("ca", "94110"), ("GA", "39901")] {
            assert!(agrees(state, zip), "{state} {zip}");
            assert!(!agrees("KS", zip), "{zip}");
        }
        assert!(!agrees("IL", "6"));
    }
}
