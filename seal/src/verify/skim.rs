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
    let mut walk = Walk {
        text,
        quotes: Quotes::new(text),
        at: 0,
        last: Name::default(),
        outer: [Name::default(); DEPTH_MAX],
        depth: 0,
        objects: 0,
    };
    let is_whole = walk.is_one_value() == Some(true) && !walk.quotes.has_other;
    is_whole && (!walk.quotes.is_beyond_ascii || std::str::from_utf8(text).is_ok())
}

/// The places of all quotes, one after the other, and what kinds of bytes stand before the last one given.
struct Quotes<'a> {
    text: &'a [u8],
    base: usize,
    /// The quotes of the block at `base` that were not given yet.
    mask: u64,
    is_beyond_ascii: bool,
    /// A backslash or a control character: both outside of strings too.
    has_other: bool,
}

impl<'a> Quotes<'a> {
    fn new(text: &'a [u8]) -> Self {
        let mut quotes = Self { text, base: 0, mask: 0, is_beyond_ascii: false, has_other: false };
        quotes.look();
        quotes
    }

    #[inline]
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

    #[inline]
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

    #[inline]
    fn look_at(&mut self, block: &[u8; BLOCK]) {
        let (mut all, mut other) = (u8x16::ZERO, i8x16::ZERO);
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
        self.has_other |= other.to_bitmask() != 0;
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

/// From token to token. Each step stops where anything is not as it must be.
struct Walk<'a> {
    text: &'a [u8],
    quotes: Quotes<'a>,
    at: usize,
    /// The last member's name in the innermost object.
    last: Name,
    /// The same of the levels around it.
    outer: [Name; DEPTH_MAX],
    depth: usize,
    /// A bit for each level, the innermost lowest: an object, not a list.
    objects: u64,
}

impl Walk<'_> {
    fn is_one_value(&mut self) -> Option<bool> {
        loop {
            let mut is_read = self.value()?;
            while is_read {
                if self.depth == 0 {
                    return Some(self.at == self.text.len());
                }
                let in_object = self.objects & 1 == 1;
                let byte = *self.text.get(self.at)?;
                self.at += 1;
                match byte {
                    b',' if in_object => is_read = self.member()?,
                    b',' => is_read = false,
                    b'}' if in_object => self.leave()?,
                    b']' if !in_object => self.leave()?,
                    _ => return None,
                }
            }
        }
    }

    /// Takes a string or what has no quotes, or enters an object or a list. Says whether what came last was taken whole.
    #[inline]
    fn value(&mut self) -> Option<bool> {
        match *self.text.get(self.at)? {
            b'"' => {
                let (open, end) = (self.quotes.next()?, self.quotes.next()?);
                let is_next = open == self.at;
                self.at = end + 1;
                is_next.then_some(true)
            }
            open @ (b'{' | b'[') => {
                *self.outer.get_mut(self.depth)? = self.last;
                self.last = Name::default();
                self.depth += 1;
                self.objects = self.objects << 1 | u64::from(open == b'{');
                self.at += 1;
                // In ASCII, what closes stands two after what opens.
                let is_empty = *self.text.get(self.at)? == open + 2;
                if open == b'{' && !is_empty { self.member() } else { Some(is_empty) }
            }
            _ => {
                let mut cursor = Cursor::new(self.text.get(self.at..)?);
                cursor.value(&mut Pass).ok()?;
                self.at = self.text.len() - cursor.rest().len();
                Some(true)
            }
        }
    }

    fn leave(&mut self) -> Option<()> {
        self.depth -= 1;
        self.objects >>= 1;
        self.last = *self.outer.get(self.depth)?;
        Some(())
    }

    /// A member's name and colon. Its value is read here too where it is a list of digests.
    #[inline]
    fn member(&mut self) -> Option<bool> {
        let (open, end) = (self.quotes.next()?, self.quotes.next()?);
        if open != self.at || *self.text.get(end + 1)? != b':' {
            return None;
        }
        // Names stand so far before the end that there are eight bytes to be taken.
        let from = open + 1;
        let word = key(*self.text.get(from..)?.first_chunk()?);
        let key = if end - from < 8 { word & !(u64::MAX >> (8 * (end - from))) } else { word };
        let name = Name { from: u16::try_from(from).ok()?, end: u16::try_from(end).ok()?, key };
        if (name.key <= self.last.key && !self.comes_next(name)?)
            || self.quotes.is_beyond_ascii && !self.is_ascii(name)?
        {
            return None;
        }
        self.last = name;
        self.at = end + 2;
        match name.key {
            DIGESTS => self.digests(),
            DECOY => None,
            _ => Some(false),
        }
    }

    fn spelled(&self, name: Name) -> Option<&[u8]> {
        self.text.get(name.from.into()..name.end.into())
    }

    fn is_ascii(&self, name: Name) -> Option<bool> {
        Some(self.spelled(name)?.is_ascii())
    }

    /// Names that begin with the same eight bytes.
    fn comes_next(&self, name: Name) -> Option<bool> {
        Some(self.spelled(self.last)? < self.spelled(name)?)
    }

    #[cold]
    fn digests(&mut self) -> Option<bool> {
        let mut cursor = Cursor::new(self.text.get(self.at..)?);
        let mut digests = Digests::default();
        digests.list(&mut cursor).ok()?;
        self.at = self.text.len() - cursor.rest().len();
        (0..digests.found.len() * 2).try_for_each(|_| self.quotes.next().map(|_| ()))?;
        Some(true)
    }
}

#[cfg(test)]
mod tests;
