//! Builds the table from the files that ship with the package.

use std::collections::HashMap;

use flate2::{Decompress, FlushDecompress, Status};

use super::{Gazetteer, Known, Role, phrase_hash};
use crate::text::fold_hash;

/// Written by `phi/data/build.py`: rows of facts, each with its words. zlib.
const WORDS: &[u8] = include_bytes!("../../data/gazetteer.z");
/// Written by hand.
const ROLES: &str = include_str!("../../data/roles.txt");
/// Written by hand: names that the packages of the table miss.
const NAMES: &str = include_str!("../../data/names.txt");

/// What a name of `names.txt` counts as at least.
const GIVEN: u32 = 7;
const FAMILY: u32 = 6;

/// Why the word table could not be built. The files are part of the program, so this means a bad build.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GazetteerError {
    #[error("phi/data/gazetteer.z does not unpack: build it again with phi/data/build.py")]
    Packed,
    #[error("phi/data/gazetteer.z has row {0} with an unknown field: build it again with phi/data/build.py")]
    Row(usize),
    #[error("phi/data/roles.txt line {0} names no role of gazetteer/role.rs: add the role or rename the section")]
    Section(usize),
    #[error("phi/data/names.txt line {0} names neither given nor family: rename the section")]
    Names(usize),
    #[error("phi/data/gazetteer.z has more kinds of words than a slot can name: merge some in phi/data/build.py")]
    TooManyRows,
}

pub(super) fn builtin() -> Result<Gazetteer, GazetteerError> {
    let words = unpack(WORDS)?;
    build(&words, ROLES, NAMES)
}

fn unpack(packed: &[u8]) -> Result<String, GazetteerError> {
    let mut bytes = Vec::with_capacity(packed.len() * 4);
    let mut inflate = Decompress::new(true);
    loop {
        let rest = usize::try_from(inflate.total_in()).ok().and_then(|read| packed.get(read..)).unwrap_or_default();
        match inflate.decompress_vec(rest, &mut bytes, FlushDecompress::Finish) {
            Ok(Status::StreamEnd) => return String::from_utf8(bytes).map_err(|_| GazetteerError::Packed),
            Ok(_) if bytes.len() == bytes.capacity() => bytes.reserve(packed.len()),
            _ => return Err(GazetteerError::Packed),
        }
    }
}

pub(super) fn build(words: &str, roles: &str, names: &str) -> Result<Gazetteer, GazetteerError> {
    let roles = parse_roles(roles)?;
    let names = parse_names(names)?;
    let mut rows = Rows::default();
    let mut table = Gazetteer::with_capacity(words.lines().count() + roles.len() + names.len(), Vec::new());
    let (mut row, mut count) = (0, 0);
    for line in words.lines() {
        if let Some(cells) = line.strip_prefix('=') {
            count += 1;
            row = rows.of(Known::parse(cells).ok_or(GazetteerError::Row(count))?)?;
            continue;
        }
        let fold = line.split(' ').map(fold_hash).reduce(phrase_hash).unwrap_or_default();
        table.insert(fold, row);
    }
    table.rows.clone_from(&rows.list);
    for (fold, (given, family)) in names {
        let row = rows.of(table.known(fold).raised(given, family))?;
        table.insert(fold, row);
    }
    table.rows.clone_from(&rows.list);
    for (fold, bits) in roles {
        // Rows are only added, so the table's older copy answers for words that have no role yet.
        let row = rows.of(table.known(fold).with_roles(bits))?;
        table.insert(fold, row);
    }
    table.rows = rows.list;
    Ok(table)
}

/// Rows that many words share, each kept once.
#[derive(Default)]
struct Rows {
    list: Vec<Known>,
    index: HashMap<Known, u16>,
}

impl Rows {
    fn of(&mut self, known: Known) -> Result<u16, GazetteerError> {
        if let Some(row) = self.index.get(&known) {
            return Ok(*row);
        }
        // A slot keeps row + 1.
        let row =
            u16::try_from(self.list.len()).ok().filter(|row| *row < u16::MAX).ok_or(GazetteerError::TooManyRows)?;
        self.list.push(known);
        self.index.insert(known, row);
        Ok(row)
    }
}

/// Word hash to the bits of its roles.
fn parse_roles(text: &str) -> Result<HashMap<u64, u64>, GazetteerError> {
    let mut roles = HashMap::new();
    let mut bit = 0;
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(section) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            bit = Role::from_section(section).ok_or(GazetteerError::Section(at + 1))?.bit();
        } else if !line.starts_with('#') {
            for word in line.split_ascii_whitespace() {
                *roles.entry(fold_hash(word)).or_insert(0) |= bit;
            }
        }
    }
    Ok(roles)
}

/// Word hash to how common it is at least as a given name and as a surname.
fn parse_names(text: &str) -> Result<HashMap<u64, (u32, u32)>, GazetteerError> {
    let mut names = HashMap::new();
    let mut given = true;
    for (at, line) in text.lines().enumerate() {
        match line.trim() {
            "[given]" => given = true,
            "[family]" => given = false,
            line if line.starts_with('[') => return Err(GazetteerError::Names(at + 1)),
            line if line.starts_with('#') => {}
            line => {
                for word in line.split_ascii_whitespace() {
                    let known: &mut (u32, u32) = names.entry(fold_hash(word)).or_default();
                    if given { known.0 = GIVEN } else { known.1 = FAMILY }
                }
            }
        }
    }
    Ok(names)
}
