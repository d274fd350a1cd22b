//! RIPEMD-160, the hash that a record's digest is made with (H. Dobbertin, A. Bosselaers, B. Preneel, 1996).
//!
//! Written out in rounds: a handful of keys are hashed, and an implementation that is unrolled for speed is 3 kB of the
//! page's module.

/// Which word a step takes where the step before took that of its place: the permutation ρ of the paper.
const RHO: [usize; 16] = [7, 4, 13, 1, 10, 6, 15, 3, 12, 0, 9, 5, 2, 14, 11, 8];

/// How far a step rotates, by round and word.
const SHIFTS: [[u8; 16]; 5] = [
    [11, 14, 15, 12, 5, 8, 7, 9, 11, 13, 14, 15, 6, 7, 9, 8],
    [12, 13, 11, 15, 6, 9, 9, 7, 12, 15, 11, 13, 7, 8, 7, 7],
    [13, 15, 14, 11, 7, 7, 6, 8, 13, 14, 13, 12, 5, 5, 6, 9],
    [14, 11, 12, 14, 8, 6, 5, 5, 15, 12, 15, 14, 9, 9, 8, 6],
    [15, 12, 13, 13, 9, 5, 8, 6, 14, 11, 12, 11, 8, 6, 5, 5],
];

/// What each round of the left and of the right line adds.
const ADDED: [[u32; 5]; 2] = [
    [0, 0x5A82_7999, 0x6ED9_EBA1, 0x8F1B_BCDC, 0xA953_FD4E],
    [0x50A2_8BE6, 0x5C4D_D124, 0x6D70_3EF3, 0x7A6D_76E9, 0],
];

/// The hash of some bytes.
#[must_use]
pub fn ripemd160(bytes: &[u8]) -> [u8; 20] {
    let bits = (bytes.len() as u64).wrapping_mul(8);
    let mut message = bytes.to_vec();
    message.push(0x80);
    while message.len() % 64 != 56 {
        message.push(0);
    }
    message.extend(bits.to_le_bytes());
    let mut state: [u32; 5] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0];
    for block in message.chunks_exact(64) {
        let [left, right] = [0, 1].map(|line| line_of(line, state, block));
        state = [1, 2, 3, 4, 0].map(|at: usize| {
            state[at].wrapping_add(left[(at + 1) % 5]).wrapping_add(right[(at + 2) % 5])
        });
    }
    let mut hash = [0; 20];
    for (bytes, word) in hash.chunks_exact_mut(4).zip(state) {
        bytes.copy_from_slice(&word.to_le_bytes());
    }
    hash
}

/// The five rounds of the left line (0) or the right one (1).
#[inline(never)]
#[allow(clippy::many_single_char_names, reason = "the names of the paper")]
fn line_of(line: usize, state: [u32; 5], block: &[u8]) -> [u32; 5] {
    let mut order: [usize; 16] =
        std::array::from_fn(|at| if line == 0 { at } else { (9 * at + 5) % 16 });
    let [mut a, mut b, mut c, mut d, mut e] = state;
    for round in 0..5 {
        for word in order {
            let mixed = match if line == 0 { round } else { 4 - round } {
                0 => b ^ c ^ d,
                1 => (b & c) | (!b & d),
                2 => (b | !c) ^ d,
                3 => (b & d) | (c & !d),
                _ => b ^ (c | !d),
            };
            let read = block[4 * word..].iter().take(4).rev();
            let read = read.fold(0, |number, byte| number << 8 | u32::from(*byte));
            let sum = a.wrapping_add(mixed).wrapping_add(read).wrapping_add(ADDED[line][round]);
            let turned = sum.rotate_left(SHIFTS[round][word].into()).wrapping_add(e);
            (a, b, c, d, e) = (e, turned, b, c.rotate_left(10), d);
        }
        order = order.map(|word| RHO[word]);
    }
    [a, b, c, d, e]
}

#[cfg(test)]
mod tests {
    use super::ripemd160;

    /// The paper's own examples.
    #[test]
    fn known_hashes() {
        let alphabet = "abcdefghijklmnopqrstuvwxyz";
        for (text, hash) in [
            ("", "9c1185a5c5e9fc54612808977ee8f548b2258d31"),
            ("a", "0bdc9d2d256b3ee9daae347be6f4dc835a467ffe"),
            ("abc", "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"),
            (alphabet, "f71c27109c692c1b56bbdceb5b9d2865b3708dbc"),
            (&"1234567890".repeat(8), "9b752e45573d4b39f4dbd3323cab82bf63326bfb"),
            (&"a".repeat(1_000_000), "52783243c1697bdbe16d37f97f68f08325dc1528"),
        ] {
            let digest = rosterlab_engine::Digest(ripemd160(text.as_bytes()));
            let found = crate::key::DigestText(digest).to_string();
            assert_eq!(found, hash);
        }
    }
}
