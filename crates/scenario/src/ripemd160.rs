//! RIPEMD-160, the hash that clients make digests with, as its authors describe it (Dobbertin, Bosselaers, Preneel 1996).
//!
//! Written to be short: the page carries it and hashes one short text at a time; the usual code has all 160 steps one after
//! the other and is ten times as long.
//!
//! Invariant: the hash of any text is that of the published one, which tests hold against another implementation.

/// How many bytes are taken at a time.
const BLOCK: usize = 64;
/// What a hash begins with.
const START: [u32; 5] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
/// What is added in each round of the left line; the right one's follow.
const ADDED: [[u32; 5]; 2] = [
    [0, 0x5a82_7999, 0x6ed9_eba1, 0x8f1b_bcdc, 0xa953_fd4e],
    [0x50a2_8be6, 0x5c4d_d124, 0x6d70_3ef3, 0x7a6d_76e9, 0],
];
/// From round to round the words of a block change places by this.
const NEXT: [u8; 16] = [7, 4, 13, 1, 10, 6, 15, 3, 12, 0, 9, 5, 2, 14, 11, 8];
/// By round and word: how far is turned.
const TURNS: [[u8; 16]; 5] = [
    [11, 14, 15, 12, 5, 8, 7, 9, 11, 13, 14, 15, 6, 7, 9, 8],
    [12, 13, 11, 15, 6, 9, 9, 7, 12, 15, 11, 13, 7, 8, 7, 7],
    [13, 15, 14, 11, 7, 7, 6, 8, 13, 14, 13, 12, 5, 5, 6, 9],
    [14, 11, 12, 14, 8, 6, 5, 5, 15, 12, 15, 14, 9, 9, 8, 6],
    [15, 12, 13, 13, 9, 5, 8, 6, 14, 11, 12, 11, 8, 6, 5, 5],
];

/// The five functions, by the round of the left line; the right one has them backwards.
fn mixed(function: usize, x: u32, y: u32, z: u32) -> u32 {
    match function {
        0 => x ^ y ^ z,
        1 => (x & y) | (!x & z),
        2 => (x | !y) ^ z,
        3 => (x & z) | (y & !z),
        _ => x ^ (y | !z),
    }
}

/// Takes a block through one of the two lines: the left (0) or the right (1).
#[allow(clippy::many_single_char_names, reason = "the names of the publication")]
fn line(words: [u32; 16], which: usize, state: [u32; 5]) -> [u32; 5] {
    let [mut a, mut b, mut c, mut d, mut e] = state;
    let mut places: [u8; 16] = std::array::from_fn(|place| {
        let place = if which == 0 { place } else { 9 * place + 5 };
        u8::try_from(place % 16).unwrap_or(0)
    });
    for (round, added) in ADDED[which].into_iter().enumerate() {
        let function = if which == 0 { round } else { 4 - round };
        for place in &mut places {
            let word = usize::from(*place);
            let sum = a.wrapping_add(mixed(function, b, c, d));
            let sum = sum.wrapping_add(words[word]).wrapping_add(added);
            let turned = sum.rotate_left(u32::from(TURNS[round][word])).wrapping_add(e);
            (a, e, d, c, b) = (e, d, c.rotate_left(10), b, turned);
            *place = NEXT[word];
        }
    }
    [a, b, c, d, e]
}

/// The hash of some bytes.
pub(crate) fn ripemd160(text: &[u8]) -> [u8; 20] {
    let mut bytes = text.to_vec();
    bytes.push(0x80);
    while bytes.len() % BLOCK != BLOCK - 8 {
        bytes.push(0);
    }
    bytes.extend((text.len() as u64 * 8).to_le_bytes());
    let mut state = START;
    let word = |bytes: &[u8]| bytes.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte));
    for block in bytes.chunks_exact(BLOCK) {
        let words = std::array::from_fn(|place| word(&block[4 * place..4 * place + 4]));
        let (left, right) = (line(words, 0, state), line(words, 1, state));
        state = std::array::from_fn(|place| {
            let of = |list: [u32; 5], away: usize| list[(place + away) % 5];
            of(state, 1).wrapping_add(of(left, 2)).wrapping_add(of(right, 3))
        });
    }
    std::array::from_fn(|place| state[place / 4].to_le_bytes()[place % 4])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ripemd::{Digest as _, Ripemd160};

    #[test]
    fn the_published_examples_hold() {
        let hex =
            |text: &str| ripemd160(text.as_bytes()).map(|byte| format!("{byte:02x}")).concat();
        assert_eq!(hex(""), "9c1185a5c5e9fc54612808977ee8f548b2258d31");
        assert_eq!(hex("abc"), "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc");
        assert_eq!(hex("message digest"), "5d0689ef49d2fae572b881b123a85ffa21595f36");
    }

    proptest! {
        #[test]
        fn any_text_has_the_hash_that_others_give_it(text in prop::collection::vec(any::<u8>(), 0..300)) {
            let theirs: [u8; 20] = Ripemd160::digest(&text).into();
            prop_assert_eq!(ripemd160(&text), theirs);
        }
    }
}
