//! What the lists say of one word: how common it is as a given name, a surname, an English word and a city, and flags.

use super::role::Role;

/// A yes-or-no fact from the lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Fact {
    UsCity,
    County,
    State,
    Country,
    Clinical,
    Drug,
    /// A surname that disease names hold.
    Eponym,
    /// Dictionaries write it with a capital.
    Proper,
}

/// All facts of one word. Small enough to copy about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Known {
    /// Four bits each for given name, surname, common word, city, longest phrase; then one for each [`Fact`].
    facts: u32,
    roles: u64,
}

const FIRST: u32 = 0;
const LAST: u32 = 4;
const COMMON: u32 = 8;
const CITY: u32 = 12;
const STARTS: u32 = 16;
const FLAGS: u32 = 20;

impl Known {
    pub const NOTHING: Self = Self { facts: 0, roles: 0 };
    /// A given name that no list has but that is made like one.
    pub const MADE_GIVEN: Self = Self { facts: 9 << FIRST, roles: 0 };

    /// The facts of a row as `phi/data/build.py` writes it: `first9 last3 drug1`.
    pub(super) fn parse(row: &str) -> Option<Self> {
        let mut facts = 0;
        for cell in row.split_ascii_whitespace() {
            let digits = cell.find(|c: char| c.is_ascii_digit())?;
            let (name, value) = cell.split_at(digits);
            let value = value.parse::<u32>().ok().filter(|value| *value < 16)?;
            let (shift, value) = match name {
                "first" => (FIRST, value),
                "last" => (LAST, value),
                "common" => (COMMON, value),
                "city" => (CITY, value),
                "starts" => (STARTS, value),
                _ => (FLAGS + fact(name)? as u32, 1),
            };
            facts |= value << shift;
        }
        Some(Self { facts, roles: 0 })
    }

    /// At least so common a given name and a surname.
    pub(super) fn raised(self, given: u32, family: u32) -> Self {
        let least = |shift: u32, least: u32| (self.facts >> shift & 15).max(least) << shift;
        let others = self.facts & !(15 << FIRST) & !(15 << LAST);
        Self { facts: others | least(FIRST, given) | least(LAST, family), ..self }
    }

    pub(super) fn with_roles(self, roles: u64) -> Self {
        let mut known = Self { roles: self.roles | roles, ..self };
        if known.plays(Role::MostlyName) {
            known.facts &=
                !(15 << COMMON) & !(1 << (FLAGS + Fact::Clinical as u32)) & !(1 << (FLAGS + Fact::Drug as u32));
        }
        known
    }

    /// How common a given name it is: 0 is none, 3 to 15 by powers of two.
    #[inline]
    #[must_use]
    pub const fn first(self) -> i32 {
        self.nibble(FIRST)
    }

    /// How common a surname it is: 0 is none, 1 to 15 by powers of two.
    #[inline]
    #[must_use]
    pub const fn last(self) -> i32 {
        self.nibble(LAST)
    }

    /// How common an English word it is in lower case: 0 is none, 7 the commonest.
    #[inline]
    #[must_use]
    pub const fn common(self) -> i32 {
        self.nibble(COMMON)
    }

    /// How large the largest city of that name is: 0 is none, 7 millions.
    #[inline]
    #[must_use]
    pub const fn city(self) -> i32 {
        self.nibble(CITY)
    }

    /// How many words the longest phrase that starts with it has; 0 is none.
    #[inline]
    #[must_use]
    pub const fn phrase_words(self) -> usize {
        self.nibble(STARTS) as usize
    }

    #[inline]
    const fn nibble(self, shift: u32) -> i32 {
        ((self.facts >> shift) & 15).cast_signed()
    }

    #[inline]
    #[must_use]
    pub const fn is(self, fact: Fact) -> bool {
        self.facts >> (FLAGS + fact as u32) & 1 == 1
    }

    #[inline]
    #[must_use]
    pub const fn plays(self, role: Role) -> bool {
        self.roles >> role as u32 & 1 == 1
    }

    /// Whether it plays any of `roles`, made with [`Role::set`].
    #[inline]
    #[must_use]
    pub const fn plays_any(self, roles: u64) -> bool {
        self.roles & roles != 0
    }

    #[inline]
    #[must_use]
    pub const fn is_listed_name(self) -> bool {
        self.facts & 0xFF != 0
    }

    #[inline]
    #[must_use]
    pub const fn is_nothing(self) -> bool {
        self.facts == 0 && self.roles == 0
    }
}

fn fact(name: &str) -> Option<Fact> {
    Some(match name {
        "uscity" => Fact::UsCity,
        "county" => Fact::County,
        "state" => Fact::State,
        "country" => Fact::Country,
        "clinical" => Fact::Clinical,
        "drug" => Fact::Drug,
        "eponym" => Fact::Eponym,
        "proper" => Fact::Proper,
        _ => return None,
    })
}
