//! What a zstd frame says of its window.

use super::*;

#[test]
fn a_window_is_read_from_every_form_of_a_frame() {
    const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
    let of = |rest: &[u8]| window(&[&MAGIC, rest].concat());
    assert_eq!(of(&[0x00, 0x00]), Some(1024), "the smallest");
    assert_eq!(of(&[0x00, 0x58]), Some(2 << 20));
    assert_eq!(of(&[0x00, 0x5f]), Some((2 << 20) + 7 * (2 << 20) / 8), "with all of its mantissa");
    assert_eq!(of(&[0x20, 200]), Some(200), "a single segment of one byte");
    assert_eq!(of(&[0x60, 0, 1]), Some(512), "two bytes count from 256");
    assert_eq!(of(&[0xa0, 0, 0, 0x10, 0]), Some(1 << 20));
    assert_eq!(of(&[0xe1, 7, 0, 0, 0x10, 0, 0, 0, 0, 0]), Some(1 << 20), "after a dictionary's id");
    for cut in [&[][..], &[0x00], &[0x20], &[0xa0, 0, 0]] {
        assert_eq!(of(cut), None, "{cut:?}");
    }
    assert_eq!(window(b"{\"event_id\""), None);
    assert_eq!(window(b""), None);
}
