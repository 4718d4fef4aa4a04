//! What is wrong with an event as it was sent: the place, the reason and the fix, and never what was sent.

use serde::Serialize;

/// So many mistakes are told at once; the last of them says that there are more.
pub const MISTAKES_MAX: usize = 100;

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mistake {
    /// Where, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// A stable label.
    pub reason: &'static str,
    /// What to do about it.
    pub fix: String,
}

impl Mistake {
    pub fn new(pointer: impl Into<String>, reason: &'static str, fix: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), reason, fix: fix.into() }
    }
}

/// A bounded list of mistakes.
#[derive(Debug, Default)]
pub struct Mistakes(Vec<Mistake>);

impl Mistakes {
    pub fn push(&mut self, mistake: Mistake) {
        if self.0.len() < MISTAKES_MAX {
            self.0.push(mistake);
        } else if let Some(last) = self.0.last_mut() {
            *last = Mistake::new("", "too-many-mistakes", "correct these; the next answer tells the rest");
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Mistake> {
        self.0.iter()
    }

    #[must_use]
    pub fn into_vec(self) -> Vec<Mistake> {
        self.0
    }
}

impl Extend<Mistake> for Mistakes {
    fn extend<I: IntoIterator<Item = Mistake>>(&mut self, more: I) {
        more.into_iter().for_each(|mistake| self.push(mistake));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hundredth_says_that_there_are_more() {
        let told = |count: usize| {
            let mut mistakes = Mistakes::default();
            mistakes.extend((0..count).map(|index| Mistake::new(format!("/{index}"), "wrong-type", "")));
            let mistakes = mistakes.into_vec();
            (mistakes.len(), mistakes.last().map(|mistake| mistake.reason))
        };
        assert_eq!(told(0), (0, None));
        assert_eq!(told(100), (100, Some("wrong-type")));
        assert_eq!(told(101), (100, Some("too-many-mistakes")));
        assert_eq!(told(5_000), (100, Some("too-many-mistakes")));
    }
}
