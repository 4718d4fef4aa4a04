//! "Did you mean": the nearest known word, or the list of words when none is near.

/// A sentence fragment to put after "unknown `word`".
pub(super) fn hint<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    match nearest(word, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => "nothing can be set here".to_owned(),
        None => format!("known: {}", known.join(", ")),
    }
}

/// The nearest known word within a third of its length in typing mistakes.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= (candidate.len() / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_mistake_finds_its_word_and_a_strange_word_gets_the_list() {
        assert_eq!(hint("brokres", ["brokers", "topic"]), "did you mean `brokers`?");
        assert_eq!(hint("colour", ["brokers", "topic"]), "known: brokers, topic");
        assert_eq!(hint("Topic", ["brokers", "topic"]), "did you mean `topic`?");
    }
}
