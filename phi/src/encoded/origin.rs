//! Where decoded text came from: runs of decoded bytes beside the bytes that they were written as.

/// Decoded bytes that stand for source bytes: one for one where it is `linear`, else only as a whole.
#[derive(Debug, Clone, Copy)]
struct Run {
    decoded_end: u32,
    source_end: u32,
    linear: bool,
}

/// The map from decoded offsets to source offsets.
#[derive(Debug, Default)]
pub struct Origin {
    runs: Vec<Run>,
}

/// Text that was decoded, with its origin. Reused, so that decoding allocates nothing in the long run.
#[derive(Debug, Default)]
pub struct Decoded {
    pub bytes: Vec<u8>,
    pub origin: Origin,
}

impl Decoded {
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.origin.runs.clear();
    }

    /// Takes a source's bytes over as they are.
    pub fn copy(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        self.origin.push(bytes.len(), bytes.len(), true);
    }

    /// Notes that `source` bytes stand for these.
    pub fn replace(&mut self, bytes: &[u8], source: usize) {
        self.bytes.extend_from_slice(bytes);
        self.origin.push(bytes.len(), source, false);
    }

    /// The text, unless it is none.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.bytes).ok()
    }
}

impl Origin {
    fn last(&self) -> (u32, u32) {
        self.runs.last().map_or((0, 0), |run| (run.decoded_end, run.source_end))
    }

    fn push(&mut self, decoded: usize, source: usize, linear: bool) {
        let (decoded_start, source_start) = self.last();
        let (decoded_end, source_end) = (decoded_start + decoded as u32, source_start + source as u32);
        match self.runs.last_mut() {
            Some(run) if run.linear && linear => {
                run.decoded_end = decoded_end;
                run.source_end = source_end;
            }
            _ => self.runs.push(Run { decoded_end, source_end, linear }),
        }
    }

    /// The source bytes that a half-open span of the decoded text was written as.
    #[must_use]
    pub fn source(&self, start: u32, end: u32) -> (u32, u32) {
        let (index, decoded_start, source_start) = self.run_at(start);
        let first = match self.runs.get(index) {
            Some(run) if run.linear => source_start + (start - decoded_start),
            _ => source_start,
        };
        if end <= start {
            return (first, first);
        }
        let (index, decoded_start, source_start) = self.run_at(end - 1);
        let last = match self.runs.get(index) {
            Some(run) if run.linear => source_start + (end - decoded_start),
            Some(run) => run.source_end,
            None => source_start,
        };
        (first, last)
    }

    /// The run that holds a decoded byte, and where it begins on both sides.
    fn run_at(&self, decoded: u32) -> (usize, u32, u32) {
        let index = self.runs.partition_point(|run| run.decoded_end <= decoded);
        let before = index.checked_sub(1).and_then(|last| self.runs.get(last));
        let (decoded_start, source_start) = before.map_or((0, 0), |run| (run.decoded_end, run.source_end));
        (index, decoded_start, source_start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_map_back_to_the_bytes_that_they_were_written_as() {
        // a%20bc&amp;d
        let mut decoded = Decoded::default();
        decoded.copy(b"a");
        decoded.replace(b" ", 3);
        decoded.copy(b"bc");
        decoded.replace(b"&", 5);
        decoded.copy(b"d");
        assert_eq!(decoded.text(), Some("a bc&d"));
        assert_eq!(decoded.origin.source(0, 1), (0, 1));
        assert_eq!(decoded.origin.source(1, 2), (1, 4));
        assert_eq!(decoded.origin.source(2, 4), (4, 6));
        assert_eq!(decoded.origin.source(3, 6), (5, 12));
        assert_eq!(decoded.origin.source(2, 5), (4, 11));
    }
}
