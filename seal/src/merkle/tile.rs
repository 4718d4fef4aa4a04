//! C2SP tlog-tiles: the tree's hashes in files of up to 256, eight levels of the tree apart.

use super::{Hash, Nodes, SIZE_MAX, Subtree};

/// Hashes in a full tile.
pub const TILE_WIDTH: u16 = 256;
/// Levels of the tree that one tile spans.
const TILE_HEIGHT: u32 = 8;
/// A tree of at most 2^63 leaves has tiles on no level above this.
const LEVEL_MAX: u8 = 7;

/// Which hashes a tile holds: `width` subtrees of 256^level leaves each, from `index` * 256 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tile {
    level: u8,
    index: u64,
    width: u16,
}

impl Tile {
    /// Nothing when no tree of at most 2^63 leaves has such a tile.
    #[must_use]
    pub fn new(level: u8, index: u64, width: u16) -> Option<Self> {
        if level > LEVEL_MAX || !(1..=TILE_WIDTH).contains(&width) {
            return None;
        }
        let hashes = index.checked_mul(u64::from(TILE_WIDTH))?.checked_add(u64::from(width))?;
        let leaves_max = SIZE_MAX >> (TILE_HEIGHT * u32::from(level));
        (hashes <= leaves_max).then_some(Self { level, index, width })
    }

    /// The tile that holds a subtree's hashes in a tree of this size.
    #[must_use]
    pub fn holding(subtree: Subtree, size: u64) -> Option<Self> {
        if size > SIZE_MAX || subtree.leaves()?.end > size {
            return None;
        }
        let level = subtree.height / TILE_HEIGHT;
        let index = (subtree.index << (subtree.height % TILE_HEIGHT)) / u64::from(TILE_WIDTH);
        Self::in_tree(u8::try_from(level).ok()?, index, size)
    }

    /// The tiles that a tree of the new size has and one of the old size had not; all of the tree's when that is 0.
    pub fn between(old: u64, new: u64) -> impl Iterator<Item = Self> {
        (0..=LEVEL_MAX).flat_map(move |level| {
            let hashes = |size: u64| size.min(SIZE_MAX) >> (TILE_HEIGHT * u32::from(level));
            let width = u64::from(TILE_WIDTH);
            let tiles = if hashes(old) < hashes(new) { hashes(old) / width..hashes(new).div_ceil(width) } else { 0..0 };
            tiles.filter_map(move |index| Self::in_tree(level, index, new))
        })
    }

    fn in_tree(level: u8, index: u64, size: u64) -> Option<Self> {
        let hashes = size >> (TILE_HEIGHT * u32::from(level));
        let width = hashes.checked_sub(index.checked_mul(u64::from(TILE_WIDTH))?)?.min(u64::from(TILE_WIDTH));
        Self::new(level, index, u16::try_from(width).ok()?)
    }

    /// Its file's path: `tile/<level>/<index>[.p/<width>]`.
    #[must_use]
    pub fn path(&self) -> String {
        let mut parts = vec![format!("{:03}", self.index % 1000)];
        let mut rest = self.index / 1000;
        while rest > 0 {
            parts.push(format!("x{:03}", rest % 1000));
            rest /= 1000;
        }
        parts.reverse();
        let partial = if self.width < TILE_WIDTH { format!(".p/{}", self.width) } else { String::new() };
        format!("tile/{}/{}{partial}", self.level, parts.join("/"))
    }

    /// Reads a path; one tile has one path, every other spelling is refused.
    #[must_use]
    pub fn from_path(path: &str) -> Option<Self> {
        let (level, rest) = path.strip_prefix("tile/")?.split_once('/')?;
        let (index, width) = match rest.split_once(".p/") {
            Some((index, width)) => (index, width.parse().ok().filter(|width| *width < TILE_WIDTH)?),
            None => (rest, TILE_WIDTH),
        };
        let mut number: u64 = 0;
        for part in index.split('/') {
            let digits: u64 = part.strip_prefix('x').unwrap_or(part).parse().ok()?;
            number = number.checked_mul(1000)?.checked_add(digits)?;
        }
        Self::new(level.parse().ok()?, number, width).filter(|tile| tile.path() == path)
    }

    /// A tile's file, from its hashes; nothing when their number is not the tile's.
    #[must_use]
    pub fn encode(&self, hashes: &[Hash]) -> Option<Vec<u8>> {
        let fits = hashes.len() == usize::from(self.width);
        fits.then(|| hashes.iter().flat_map(|hash| hash.0).collect())
    }

    /// A tile's hashes, from its file; nothing when it is shorter or longer than the tile.
    #[must_use]
    pub fn decode(&self, bytes: &[u8]) -> Option<Vec<Hash>> {
        let (hashes, rest) = bytes.as_chunks::<32>();
        let fits = rest.is_empty() && hashes.len() == usize::from(self.width);
        fits.then(|| hashes.iter().map(|hash| Hash(*hash)).collect())
    }

    /// The hash of a subtree that lies in this tile, from the tile's hashes.
    fn subtree(&self, subtree: Subtree, hashes: &[Hash]) -> Option<Hash> {
        let height = subtree.height % TILE_HEIGHT;
        let first = (subtree.index << height).checked_sub(self.index * u64::from(TILE_WIDTH))?;
        let first = usize::try_from(first).ok()?;
        let mut row = hashes.get(first..first + (1 << height))?.to_vec();
        while row.len() > 1 {
            row = row.as_chunks::<2>().0.iter().map(|[left, right]| Hash::node(left, right)).collect();
        }
        row.pop()
    }
}

/// Subtree hashes out of the tiles of a tree: `read` gives a tile's file, as [`Tile::path`] names it.
pub struct Tiles<R> {
    size: u64,
    read: R,
}

impl<R: FnMut(Tile) -> Option<Vec<u8>>> Tiles<R> {
    pub fn new(size: u64, read: R) -> Self {
        Self { size, read }
    }
}

impl<R: FnMut(Tile) -> Option<Vec<u8>>> Nodes for Tiles<R> {
    fn node(&mut self, subtree: Subtree) -> Option<Hash> {
        let tile = Tile::holding(subtree, self.size)?;
        let hashes = tile.decode(&(self.read)(tile)?)?;
        tile.subtree(subtree, &hashes)
    }
}
