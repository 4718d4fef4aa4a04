//! Offsets for programs that count characters: code points instead of bytes.

/// Turns byte offsets into code points, in one walk as long as they ascend.
#[derive(Debug)]
pub struct CodePoints<'t> {
    text: &'t str,
    byte: usize,
    points: usize,
}

impl<'t> CodePoints<'t> {
    #[must_use]
    pub const fn of(text: &'t str) -> Self {
        Self { text, byte: 0, points: 0 }
    }

    /// The code point that begins at a byte.
    pub fn at(&mut self, byte: u32) -> usize {
        let byte = usize::try_from(byte).unwrap_or(usize::MAX);
        if byte < self.byte {
            (self.byte, self.points) = (0, 0);
        }
        self.points += self.text.get(self.byte..byte).map_or(0, |part| part.chars().count());
        self.byte = byte;
        self.points
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_become_code_points_forwards_and_back() {
        let mut points = CodePoints::of("Łódź 😀 x");
        let told: Vec<usize> = [0, 2, 7, 8, 12, 13, 2].into_iter().map(|byte| points.at(byte)).collect();
        assert_eq!(told, [0, 1, 4, 5, 6, 7, 1]);
    }
}
