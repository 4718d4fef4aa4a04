//! A quick look over an event's text: says yes to nearly every canonical one, and to no other.
//!
//! ```text
//! text ──▶ 64 bytes at a time: where are quotes? ──▶ walk from quote to quote ── all as it must be ──▶ canonical
//!                                                          └── anything else ──▶ the scanner reads it all again and says what is wrong
//! ```
//!
//! The strings' ends are known before the walk comes to them, so it waits for nothing: several times as fast as reading byte after byte.
//! Escapes, and names beyond ASCII, are left to the scanner.

use wide::{i8x16, u8x16};

use crate::projection::Digests;
use crate::verify::scan::{Cursor, DEPTH_MAX, Pass};

/// How many bytes are looked at together: a bit of a word for each.
const BLOCK: usize = 64;

/// Whether the text is certainly canonical, with all digests in it. A no says nothing.
pub(crate) fn is_canonical(text: &[u8]) -> bool {
    let mut quotes = Quotes::new(text);
    let end = walk(text, &mut quotes);
    let is_plain = end == Some(text.len()) && quotes.other.to_bitmask() == 0;
    is_plain && (!quotes.is_beyond_ascii || std::str::from_utf8(text).is_ok())
}

/// The places of all quotes, one after the other, and what kinds of bytes stand before the last one given.
struct Quotes<'a> {
    text: &'a [u8],
    base: usize,
    /// The quotes of the block at `base` that were not given yet.
    mask: u64,
    is_beyond_ascii: bool,
    /// Not zero where a backslash or a control character stands, also outside of strings.
    other: i8x16,
}

impl<'a> Quotes<'a> {
    fn new(text: &'a [u8]) -> Self {
        let mut quotes = Self { text, base: 0, mask: 0, is_beyond_ascii: false, other: i8x16::ZERO };
        quotes.look();
        quotes
    }

    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        while self.mask == 0 {
            self.base += BLOCK;
            if self.base >= self.text.len() {
                return None;
            }
            self.look();
        }
        let at = self.base + self.mask.trailing_zeros() as usize;
        self.mask &= self.mask - 1;
        Some(at)
    }

    #[inline(always)]
    fn look(&mut self) {
        let ahead = self.text.get(self.base..).unwrap_or_default();
        match ahead.first_chunk::<BLOCK>() {
            Some(block) => self.look_at(block),
            None => self.look_at_last(ahead),
        }
    }

    #[cold]
    fn look_at_last(&mut self, ahead: &[u8]) {
        let mut block = [b' '; BLOCK];
        block.iter_mut().zip(ahead).for_each(|(to, from)| *to = *from);
        self.look_at(&block);
    }

    #[inline(always)]
    fn look_at(&mut self, block: &[u8; BLOCK]) {
        let (mut all, mut other) = (u8x16::ZERO, self.other);
        for (index, part) in block.as_chunks::<16>().0.iter().enumerate() {
            let bytes = u8x16::new(*part);
            let signed = i8x16::new(part.map(u8::cast_signed));
            all |= bytes;
            // Bytes beyond ASCII are negative, and no control characters.
            other |= signed.simd_eq(i8x16::splat(0x5c));
            other |= signed.simd_lt(i8x16::splat(0x20)) & signed.simd_ge(i8x16::ZERO);
            let quotes = signed.simd_eq(i8x16::splat(0x22)).to_bitmask();
            self.mask |= u64::from(quotes) << (index * 16);
        }
        self.is_beyond_ascii |= all.to_bitmask() != 0;
        self.other = other;
    }
}

/// A member's name: where it stands, and its first eight bytes as a number that sorts as they do. No name has a zero byte.
#[derive(Clone, Copy, Default)]
struct Name {
    from: u16,
    end: u16,
    key: u64,
}

const fn key(text: [u8; 8]) -> u64 {
    u64::from_be_bytes(text)
}

const DIGESTS: u64 = key(*b"_sd\0\0\0\0\0");
const DECOY: u64 = key(*b"...\0\0\0\0\0");

/// Where the one value ends that the text begins with. Stops where anything is not as it must be.
fn walk(text: &[u8], quotes: &mut Quotes<'_>) -> Option<usize> {
    // The last member's name in the innermost object, and the same of the levels around it.
    let (mut last, mut outer) = (Name::default(), [Name::default(); DEPTH_MAX]);
    // A bit for each level, the innermost lowest: an object, not a list.
    let (mut depth, mut objects, mut at) = (0, 0_u64, 0);
    let mut is_name_next = false;
    loop {
        if is_name_next {
            last = member(text, at, quotes, last)?;
            at = usize::from(last.end) + 2;
        }
        let mut is_read = true;
        match *text.get(at)? {
            _ if is_name_next && last.key == DIGESTS => at = digests(text, at, quotes)?,
            b'"' => {
                let (open, end) = (quotes.next()?, quotes.next()?);
                if open != at {
                    return None;
                }
                at = end + 1;
            }
            open @ (b'{' | b'[') => {
                *outer.get_mut(depth)? = last;
                last = Name::default();
                depth += 1;
                objects = objects << 1 | u64::from(open == b'{');
                is_name_next = open == b'{';
                at += 1;
                // In ASCII, what closes stands two after what opens.
                is_read = *text.get(at)? == open + 2;
            }
            _ => at = scalar(text, at)?,
        }
        while is_read {
            if depth == 0 {
                return Some(at);
            }
            let in_object = objects & 1 == 1;
            match *text.get(at)? {
                b',' => {
                    is_read = false;
                    is_name_next = in_object;
                }
                close if close == if in_object { b'}' } else { b']' } => {
                    depth -= 1;
                    objects >>= 1;
                    last = *outer.get(depth)?;
                }
                _ => return None,
            }
            at += 1;
        }
    }
}

/// The name that begins here, where it may follow the last one and a colon follows it.
#[inline(always)]
fn member(text: &[u8], at: usize, quotes: &mut Quotes<'_>, last: Name) -> Option<Name> {
    let (open, end) = (quotes.next()?, quotes.next()?);
    if open != at || *text.get(end + 1)? != b':' {
        return None;
    }
    // Names stand so far before the end that there are eight bytes to be taken.
    let from = open + 1;
    let word = key(*text.get(from..)?.first_chunk()?);
    let key = if end - from < 8 { word & !(u64::MAX >> (8 * (end - from))) } else { word };
    let name = Name { from: u16::try_from(from).ok()?, end: u16::try_from(end).ok()?, key };
    if key <= last.key && !comes_next(text, last, name)? || quotes.is_beyond_ascii && !name.of(text)?.is_ascii() {
        return None;
    }
    (key != DECOY).then_some(name)
}

/// Of names that begin with the same eight bytes.
#[cold]
fn comes_next(text: &[u8], last: Name, name: Name) -> Option<bool> {
    Some(last.of(text)? < name.of(text)?)
}

impl Name {
    fn of<'a>(&self, text: &'a [u8]) -> Option<&'a [u8]> {
        text.get(self.from.into()..self.end.into())
    }
}

/// Where the number, or the word, ends.
#[cold]
fn scalar(text: &[u8], at: usize) -> Option<usize> {
    let mut cursor = Cursor::new(text.get(at..)?);
    cursor.value(&mut Pass).ok()?;
    Some(text.len() - cursor.rest().len())
}

/// Where the list of digests ends.
#[cold]
fn digests(text: &[u8], at: usize, quotes: &mut Quotes<'_>) -> Option<usize> {
    let mut cursor = Cursor::new(text.get(at..)?);
    let mut digests = Digests::default();
    digests.list(&mut cursor).ok()?;
    (0..digests.found.len() * 2).try_for_each(|_| quotes.next().map(|_| ()))?;
    Some(text.len() - cursor.rest().len())
}

#[cfg(test)]
mod tests;
