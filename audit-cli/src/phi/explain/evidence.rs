//! Evidence in words.

use phi::Evidence;

const WORDS: [(Evidence, &str); 16] = [
    (Evidence::SHAPE, "form"),
    (Evidence::CHECKSUM, "check digit holds"),
    (Evidence::CHECKSUM_FAILED, "check digit fails"),
    (Evidence::LABEL_BEFORE, "label before it"),
    (Evidence::LABEL_AFTER, "label after it"),
    (Evidence::FIELD, "name of the field"),
    (Evidence::FIRST_NAME, "listed first name"),
    (Evidence::LAST_NAME, "listed last name"),
    (Evidence::PLACE, "listed place"),
    (Evidence::TITLE, "title"),
    (Evidence::NEIGHBOURS, "words around it"),
    (Evidence::CASE, "capital letters"),
    (Evidence::KNOWN_VALUE, "known from another field"),
    (Evidence::DECODED, "inside encoded content"),
    (Evidence::CALENDAR, "calendar"),
    (Evidence::LIST, "listed word"),
];

/// What speaks for a finding.
pub fn words(evidence: Evidence) -> Vec<&'static str> {
    WORDS.iter().filter(|(one, _)| evidence.has(*one)).map(|(_, word)| *word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_piece_of_evidence_has_a_word_of_its_own() {
        let all = WORDS.iter().fold(Evidence::NONE, |all, (one, _)| all.with(*one));
        assert_eq!(all.0.count_ones() as usize, WORDS.len());
        assert_eq!(all.0.trailing_ones() as usize, WORDS.len(), "a bit between them has no word");
        let mut told = words(all);
        told.sort_unstable();
        told.dedup();
        assert_eq!(told.len(), WORDS.len());
        assert_eq!(words(Evidence::NONE), Vec::<&str>::new());
    }
}
