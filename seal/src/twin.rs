//! Two leaves hashed at once. Each round of SHA-256 waits for the one before it, so a core that has the instructions does two
//! leaves in little more than the time of one. Verifying is mostly this; sealing is not, and uses `sha2` alone.
//!
//! ```text
//! 0x00 || leaf ─▶ blocks ─┬─ as many as both leaves have ─▶ both at once (SHA instructions of x86-64)
//!                         └─ what the longer one has more ─▶ sha2
//! ```
#![allow(unsafe_code, reason = "one call, of a function that needs instructions which were just seen to be there")]

use sha2::block_api::compress256;

use crate::chain::LeafHash;

/// What each hash begins with (FIPS 180-4, section 5.3.3).
const BEGIN: State =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

type State = [u32; 8];
type Block = [u8; 64];

/// Both leaves' hashes: what [`LeafHash::of`] gives for each.
pub(crate) fn hash(leaves: [&[u8]; 2]) -> [LeafHash; 2] {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("sha") && std::arch::is_x86_feature_detected!("sse4.1") {
        let mut ends = [[[0; 64]; 2]; 2];
        let [first, second] = &mut ends;
        if let (Some(first), Some(second)) = (Message::of(leaves[0], first), Message::of(leaves[1], second)) {
            return both([first, second], |states, blocks| {
                // SAFETY: the function has no other condition than the instructions that were looked for above.
                unsafe { x86::compress(states, blocks) }
            });
        }
    }
    leaves.map(LeafHash::of)
}

/// The blocks of a leaf that fills at least one.
struct Message<'a> {
    head: Block,
    middle: &'a [Block],
    end: &'a [Block],
}

impl<'a> Message<'a> {
    fn of(leaf: &'a [u8], end: &'a mut [Block; 2]) -> Option<Self> {
        // The zero byte before the leaf shifts all blocks by one.
        let (first, rest) = leaf.split_first_chunk::<63>()?;
        let mut head = [0; 64];
        head[1..].copy_from_slice(first);
        let (middle, rest) = rest.as_chunks();
        let bits = (leaf.len() as u64 + 1) * 8;
        let count = if rest.len() < 56 { 1 } else { 2 };
        let padded = end.as_flattened_mut();
        padded[..rest.len()].copy_from_slice(rest);
        padded[rest.len()] = 0x80;
        padded[count * 64 - 8..count * 64].copy_from_slice(&bits.to_be_bytes());
        Some(Self { head, middle, end: &end[..count] })
    }
}

/// `compress` takes as many blocks of each as the shorter list has.
fn both(messages: [Message<'_>; 2], compress: impl Fn(&mut [State; 2], [&[Block]; 2])) -> [LeafHash; 2] {
    let mut states = [BEGIN; 2];
    let [first, second] = &messages;
    let mut step = |one: &[Block], other: &[Block]| {
        let shared = one.len().min(other.len());
        compress(&mut states, [one, other]);
        for (state, more) in states.iter_mut().zip([&one[shared..], &other[shared..]]) {
            compress256(state, more);
        }
    };
    step(&[first.head], &[second.head]);
    step(first.middle, second.middle);
    step(first.end, second.end);
    states.map(|state| {
        let mut hash = [0; 32];
        for (bytes, word) in hash.as_chunks_mut().0.iter_mut().zip(state) {
            *bytes = word.to_be_bytes();
        }
        LeafHash(hash)
    })
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    //! The instructions keep a state as (a, b, e, f) and (c, d, g, h), the first in the highest place.
    use std::arch::x86_64::{
        __m128i, _mm_add_epi32, _mm_alignr_epi8, _mm_extract_epi32, _mm_set_epi8, _mm_set_epi32, _mm_set_epi64x,
        _mm_sha256msg1_epu32, _mm_sha256msg2_epu32, _mm_sha256rnds2_epu32, _mm_shuffle_epi8, _mm_shuffle_epi32,
    };

    use super::{Block, State};

    /// The rounds' constants (FIPS 180-4, section 4.2.2), four to a step.
    #[rustfmt::skip]
    const ROUNDS: [[[u32; 4]; 4]; 4] = [
        [[0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5], [0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5],
         [0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3], [0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174]],
        [[0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc], [0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da],
         [0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7], [0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967]],
        [[0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13], [0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85],
         [0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3], [0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070]],
        [[0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5], [0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3],
         [0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208], [0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2]],
    ];

    #[derive(Clone, Copy)]
    struct Lane {
        abef: __m128i,
        cdgh: __m128i,
        words: [__m128i; 4],
    }

    #[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
    pub(super) fn compress(states: &mut [State; 2], blocks: [&[Block]; 2]) {
        let mut lanes = states.map(|state| Lane::of(&state));
        let [first, second] = blocks;
        for (one, other) in first.iter().zip(second) {
            let before = lanes;
            lanes[0].load(one);
            lanes[1].load(other);
            rounds(&mut lanes, &ROUNDS[0]);
            for constants in &ROUNDS[1..] {
                lanes[0].extend();
                lanes[1].extend();
                rounds(&mut lanes, constants);
            }
            for (lane, before) in lanes.iter_mut().zip(&before) {
                lane.abef = _mm_add_epi32(lane.abef, before.abef);
                lane.cdgh = _mm_add_epi32(lane.cdgh, before.cdgh);
            }
        }
        for (state, lane) in states.iter_mut().zip(&lanes) {
            *state = lane.state();
        }
    }

    /// Sixteen rounds over both lanes' words, in turns.
    #[inline]
    #[target_feature(enable = "sha,sse2,ssse3,sse4.1")]
    fn rounds(lanes: &mut [Lane; 2], constants: &[[u32; 4]; 4]) {
        for (at, four) in constants.iter().enumerate() {
            let four = quad(four);
            for lane in &mut *lanes {
                let low = _mm_add_epi32(lane.words[at], four);
                lane.cdgh = _mm_sha256rnds2_epu32(lane.cdgh, lane.abef, low);
                lane.abef = _mm_sha256rnds2_epu32(lane.abef, lane.cdgh, _mm_shuffle_epi32::<0b1110>(low));
            }
        }
    }

    /// The first word goes to the lowest place.
    #[inline]
    #[target_feature(enable = "sse2")]
    fn quad([a, b, c, d]: &[u32; 4]) -> __m128i {
        _mm_set_epi32(d.cast_signed(), c.cast_signed(), b.cast_signed(), a.cast_signed())
    }

    impl Lane {
        #[inline]
        #[target_feature(enable = "sse2")]
        fn of([a, b, c, d, e, f, g, h]: &State) -> Self {
            Self { abef: quad(&[*f, *e, *b, *a]), cdgh: quad(&[*h, *g, *d, *c]), words: [quad(&[0; 4]); 4] }
        }

        #[inline]
        #[target_feature(enable = "sse4.1")]
        fn state(&self) -> State {
            let parts = |quad| {
                let words = [
                    _mm_extract_epi32::<3>(quad),
                    _mm_extract_epi32::<2>(quad),
                    _mm_extract_epi32::<1>(quad),
                    _mm_extract_epi32::<0>(quad),
                ];
                words.map(i32::cast_unsigned)
            };
            let ([a, b, e, f], [c, d, g, h]) = (parts(self.abef), parts(self.cdgh));
            [a, b, c, d, e, f, g, h]
        }

        /// Sixteen words, each with its first byte highest.
        #[inline]
        #[target_feature(enable = "sse2,ssse3")]
        fn load(&mut self, block: &Block) {
            let swap = _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3);
            for (word, bytes) in self.words.iter_mut().zip(block.as_chunks::<16>().0) {
                let whole = u128::from_le_bytes(*bytes).cast_signed();
                *word = _mm_shuffle_epi8(_mm_set_epi64x((whole >> 64) as i64, whole as i64), swap);
            }
        }

        /// The next sixteen words.
        #[inline]
        #[target_feature(enable = "sha,sse2,ssse3")]
        fn extend(&mut self) {
            let [a, b, c, d] = self.words;
            let next = |w: __m128i, x, y, z| {
                let sum = _mm_add_epi32(_mm_sha256msg1_epu32(w, x), _mm_alignr_epi8::<4>(z, y));
                _mm_sha256msg2_epu32(sum, z)
            };
            let e = next(a, b, c, d);
            let f = next(b, c, d, e);
            let g = next(c, d, e, f);
            self.words = [e, f, g, next(d, e, f, g)];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Around every border of blocks and padding.
    #[test]
    fn any_two_lengths_hash_as_each_does_alone() {
        let text: Vec<u8> = (0..700_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        for one in (0..260).chain([383, 511, 512, 513, 699]) {
            for other in (0..200).chain([246, 247, 248, 311, 312, 375, 700]) {
                let leaves = [&text[..one], &text[700 - other..]];
                assert_eq!(hash(leaves), leaves.map(LeafHash::of), "{one} and {other} bytes");
            }
        }
    }

    #[test]
    fn where_the_instructions_are_missing_each_is_hashed_alone() {
        let (mut first, mut second) = ([[0; 64]; 2], [[0; 64]; 2]);
        let leaves = [&[7; 1_000][..], &[9; 300]];
        let messages = [Message::of(leaves[0], &mut first), Message::of(leaves[1], &mut second)];
        let slow = |states: &mut [State; 2], [one, other]: [&[Block]; 2]| {
            let shared = one.len().min(other.len());
            compress256(&mut states[0], &one[..shared]);
            compress256(&mut states[1], &other[..shared]);
        };
        assert_eq!(both(messages.map(Option::unwrap), slow), leaves.map(LeafHash::of));
    }
}
