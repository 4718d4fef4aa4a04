//! Runs of digit groups with single separators (`555-123-4567`, `03/14/2021`, `10.0.0.1`): read once, asked by many.

use super::view::View;

/// How many groups one run is read to.
pub(crate) const GROUPS_MAX: usize = 8;

/// Separators that are more than one character, as one byte each.
pub(crate) const CLOSE: u8 = b')';
/// A dash between spaces.
pub(crate) const WIDE_DASH: u8 = b'~';
/// A full stop and a space.
pub(crate) const WIDE_DOT: u8 = b',';

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Group {
    pub start: usize,
    pub end: usize,
    /// Its number; that of the last nine digits where there are more.
    pub value: u32,
    /// What stands between it and the next group; 0 when no group follows.
    pub then: u8,
}

impl Group {
    pub(crate) const fn len(&self) -> usize {
        self.end - self.start
    }
}

/// Up to eight groups, from the first one on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Groups {
    all: [Group; GROUPS_MAX],
    count: usize,
}

impl Groups {
    /// Reads the run that starts at the byte `at`, which is a digit.
    pub(crate) fn read(view: &View<'_>, at: usize) -> Self {
        let mut groups = Self { all: [Group::default(); GROUPS_MAX], count: 0 };
        let mut next = at;
        for slot in &mut groups.all {
            let mut group = Group { start: next, end: next, value: 0, then: 0 };
            while let digit @ b'0'..=b'9' = view.byte(group.end) {
                group.value = group.value % 100_000_000 * 10 + u32::from(digit - b'0');
                group.end += 1;
            }
            let (then, width) = separator(view, group.end);
            group.then = then;
            next = group.end + width;
            *slot = group;
            groups.count += 1;
            if then == 0 {
                break;
            }
        }
        groups
    }

    pub(crate) fn list(&self) -> &[Group] {
        self.all.get(..self.count).unwrap_or_default()
    }

    /// The first `N` groups, if there are as many.
    pub(crate) fn first<const N: usize>(&self) -> Option<&[Group; N]> {
        self.list().first_chunk()
    }

    /// Whether the first groups have these lengths.
    pub(crate) fn lens(&self, lens: &[usize]) -> bool {
        self.count >= lens.len() && self.list().iter().zip(lens).all(|(group, len)| group.len() == *len)
    }

    /// Whether the run may end after `count` groups: nothing but space or a closing mark ties the next one to it.
    pub(crate) fn may_end(&self, view: &View<'_>, count: usize) -> bool {
        let Some(last) = count.checked_sub(1).and_then(|last| self.list().get(last)) else { return false };
        matches!(last.then, 0 | b' ' | WIDE_DASH | WIDE_DOT | CLOSE) && !continues(view, last.end)
    }
}

/// Whether a letter or a tight mark with something after it goes on where a value would end.
pub(crate) fn continues(view: &View<'_>, end: usize) -> bool {
    match view.byte(end) {
        byte if byte.is_ascii_alphanumeric() || byte >= 0x80 && is_letter_at(view, end) => true,
        b'_' | b'@' | b'\\' => true,
        b'%' => true,
        b'.' | b':' | b'/' | b'-' => view.byte(end + 1).is_ascii_digit(),
        _ => false,
    }
}

pub(crate) fn is_letter_at(view: &View<'_>, at: usize) -> bool {
    view.text.get(at..).and_then(|rest| rest.chars().next()).is_some_and(char::is_alphanumeric)
}

/// The separator at a byte and its width, if a digit follows it.
fn separator(view: &View<'_>, at: usize) -> (u8, usize) {
    let digit = |width: usize| view.byte(at + width).is_ascii_digit();
    match view.byte(at) {
        mark @ (b'-' | b'.' | b'/' | b':' | b' ') if digit(1) => (mark, 1),
        b')' if digit(1) => (CLOSE, 1),
        b')' if matches!(view.byte(at + 1), b' ' | b'-' | b'.') && digit(2) => (CLOSE, 2),
        b' ' if view.byte(at + 1) == b'-' && view.byte(at + 2) == b' ' && digit(3) => (WIDE_DASH, 3),
        b'.' if view.byte(at + 1) == b' ' && digit(2) => (WIDE_DOT, 2),
        // `1 (555) 123-4567` and `+1(555)...`: the bracket belongs to the separator.
        mark @ (b' ' | b'-' | b'.') if view.byte(at + 1) == b'(' && digit(2) => (mark, 2),
        b'(' if digit(1) => (b'(', 1),
        _ => (0, 0),
    }
}
