//! How a whole text looks: as written, in small letters, in capitals, or typed in a hurry.

use anyhow::{Result, bail};

use crate::rng::Rng;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Plain,
    Lower,
    Upper,
    /// Swapped letters and lost spaces in the words around the values.
    Typos,
    /// Small letters and typos.
    Sloppy,
}

impl Style {
    pub fn draw(weighted: &[(String, u64)], rng: &mut Rng) -> Result<Self> {
        let total: u64 = weighted.iter().map(|(_, weight)| weight).sum();
        let mut at = rng.next() % total.max(1);
        for (name, weight) in weighted {
            if at < *weight {
                return Self::named(name);
            }
            at -= weight;
        }
        Ok(Self::Plain)
    }

    fn named(name: &str) -> Result<Self> {
        Ok(match name {
            "plain" => Self::Plain,
            "lower" => Self::Lower,
            "upper" => Self::Upper,
            "typos" => Self::Typos,
            "sloppy" => Self::Sloppy,
            _ => bail!("style `{name}` is unknown; give plain, lower, upper, typos or sloppy"),
        })
    }

    /// What stands around the values.
    pub fn prose(self, text: &str, rng: &mut Rng) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Lower => text.to_lowercase(),
            Self::Upper => text.to_uppercase(),
            Self::Typos => mistyped(text, rng),
            Self::Sloppy => mistyped(&text.to_lowercase(), rng),
        }
    }

    /// The values: their letters stay, only their case may change.
    pub fn value(self, value: &str) -> String {
        match self {
            Self::Plain | Self::Typos => value.to_owned(),
            Self::Lower | Self::Sloppy => value.to_lowercase(),
            Self::Upper => value.to_uppercase(),
        }
    }
}

fn mistyped(text: &str, rng: &mut Rng) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let inside = |letters: &[char], at: usize| {
        letters.get(at - 2..at + 3).is_some_and(|around| around.iter().all(char::is_ascii_lowercase))
    };
    for at in 2..letters.len() {
        if inside(&letters, at) && rng.chance(2) {
            letters.swap(at, at + 1);
        }
    }
    let mut typed = String::new();
    let mut after_comma = false;
    for letter in letters {
        if !(letter == ' ' && after_comma && rng.chance(20)) {
            typed.push(letter);
        }
        after_comma = matches!(letter, ',' | ':' | '.');
    }
    typed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_in_a_hurry_changes_the_prose_and_never_a_value() {
        let prose = "admitted yesterday: complained of shortness of breath, chest pressure ".repeat(20);
        let mut rng = Rng::new(1, &[]);
        assert_ne!(Style::Typos.prose(&prose, &mut rng), prose);
        assert_eq!(Style::Typos.value("Łukasz"), "Łukasz");
        assert_eq!(Style::Sloppy.value("Łukasz"), "łukasz");
    }

    #[test]
    fn weights_decide_how_often_a_style_comes() {
        let mut rng = Rng::new(1, &[]);
        let weighted = [("plain".to_owned(), 0), ("upper".to_owned(), 3)];
        assert_eq!(Style::draw(&weighted, &mut rng).unwrap(), Style::Upper);
        assert!(Style::draw(&[("odd".to_owned(), 1)], &mut rng).is_err());
    }
}
