//! LZMA, as Igor Pavlov's specification of it (of 2015, in the public domain) describes it, for what the packer writes: a length that is
//! known, and literals that depend on the top bit of the byte before.
//!
//! Invariant: nothing is read or written outside of what was handed in, and no longer than there is input.

use crate::Damaged;

/// The first byte of a packed file: `lc` 1, `lp` 0, `pb` 0.
pub const PROPERTIES: u8 = 1;

/// The properties' byte, the size of the window and the length of what was packed.
pub const HEADER_BYTES: usize = 13;

/// States of what came last: literals, or one of the kinds of repetition.
const STATES: usize = 12;
/// From here on a repetition came last, and the next literal is none that continues it.
const FIRST_AFTER_REPETITION: usize = 7;

/// How often a bit was 0, of 2048, for each decision; what belongs together stands together.
const IS_REPETITION: usize = 0;
const IS_KNOWN: usize = IS_REPETITION + STATES;
const IS_NOT_LAST: usize = IS_KNOWN + STATES;
const IS_NOT_SECOND: usize = IS_NOT_LAST + STATES;
const IS_FOURTH: usize = IS_NOT_SECOND + STATES;
const IS_LONG: usize = IS_FOURTH + STATES;
const NEW_LENGTH: usize = IS_LONG + STATES;
const KNOWN_LENGTH: usize = NEW_LENGTH + LENGTH;
const SLOTS: usize = KNOWN_LENGTH + LENGTH;
const FAR: usize = SLOTS + 4 * SLOT;
const ALIGNED: usize = FAR + (FAR_END - FAR_START);
const LITERALS: usize = ALIGNED + 16;
const CHANCES: usize = LITERALS + 2 * LITERAL;

/// Decisions of a length: two, and trees for lengths of up to 9, 17 and 273.
const LENGTH: usize = 2 + 8 + 8 + 256;
/// Decisions of a distance's size.
const SLOT: usize = 64;
/// Distances whose lower bits have chances of their own, each less one.
const FAR_START: usize = 4;
const FAR_END: usize = 128;
/// Decisions of a literal: free, or where a 0 or a 1 would have continued a repetition.
const LITERAL: usize = 3 * 256;

/// Even odds.
const EVEN: u16 = 1024;

/// The longest that is unpacked, in bytes: more than twenty times what the page's module has.
pub const MAX_BYTES: usize = 1 << 24;

/// The length of what is packed in a file, in bytes; at most [`MAX_BYTES`].
///
/// # Errors
/// When the header is not one of the packer's.
pub fn unpacked_len(packed: &[u8]) -> Result<usize, Damaged> {
    match *packed {
        [PROPERTIES, _, _, _, _, a, b, c, d, 0, 0, 0, 0, ..] => {
            Some(u32::from_le_bytes([a, b, c, d]) as usize)
        }
        _ => None,
    }
    .filter(|&length| length <= MAX_BYTES)
    .ok_or(Damaged)
}

/// Fills `out`, which has [`unpacked_len`].
///
/// # Errors
/// When the input ends too early or too late, is none of an encoder's, or has a repetition that reaches before the
/// beginning or beyond the end.
pub fn decode(packed: &[u8], out: &mut [u8]) -> Result<(), Damaged> {
    let mut decoder = Decoder::new(packed.get(HEADER_BYTES..).unwrap_or_default())?;
    // Distances of the last four repetitions, less one.
    let mut known = [0; 4];
    let mut state = 0;
    let mut at = 0;
    while at < out.len() {
        if decoder.next > decoder.input.len() {
            return Err(Damaged);
        }
        if !decoder.bit(IS_REPETITION + state) {
            let before = at.checked_sub(1).and_then(|before| out.get(before)).copied().unwrap_or(0);
            let continued = if state < FIRST_AFTER_REPETITION {
                None
            } else {
                Some(*out.get(reach(at, known[0])?).ok_or(Damaged)?)
            };
            let byte = decoder.literal(usize::from(before >> 7), continued);
            *out.get_mut(at).ok_or(Damaged)? = byte;
            at += 1;
            state = match state {
                0..4 => 0,
                4..10 => state - 3,
                _ => state - 6,
            };
            continue;
        }
        let after_literal = state < FIRST_AFTER_REPETITION;
        let length;
        if decoder.bit(IS_KNOWN + state) {
            let which: usize = if !decoder.bit(IS_NOT_LAST + state) {
                0
            } else if !decoder.bit(IS_NOT_SECOND + state) {
                1
            } else if !decoder.bit(IS_FOURTH + state) {
                2
            } else {
                3
            };
            known = match (which, known) {
                (0, known) => known,
                (1, [a, b, c, d]) => [b, a, c, d],
                (2, [a, b, c, d]) => [c, a, b, d],
                (_, [a, b, c, d]) => [d, a, b, c],
            };
            if which == 0 && !decoder.bit(IS_LONG + state) {
                length = 1;
                state = if after_literal { 9 } else { 11 };
            } else {
                length = decoder.length(KNOWN_LENGTH) + 2;
                state = if after_literal { 8 } else { 11 };
            }
        } else {
            let coded = decoder.length(NEW_LENGTH);
            length = coded + 2;
            known = [decoder.distance(coded), known[0], known[1], known[2]];
            state = if after_literal { 7 } else { 10 };
        }
        let from = reach(at, known[0])?;
        // A repetition may overlap with itself, so it is copied byte by byte.
        for offset in 0..length {
            let byte = *out.get(from + offset).ok_or(Damaged)?;
            *out.get_mut(at + offset).ok_or(Damaged)? = byte;
        }
        at += length;
    }
    // An encoder leaves nothing behind what the last bit took.
    let is_whole = decoder.next == decoder.input.len() && decoder.code == 0;
    if is_whole { Ok(()) } else { Err(Damaged) }
}

/// Where a repetition at `at` takes from; `distance` is one less than it is.
fn reach(at: usize, distance: usize) -> Result<usize, Damaged> {
    at.checked_sub(1).and_then(|before| before.checked_sub(distance)).ok_or(Damaged)
}

/// The range decoder, with what it has learnt.
struct Decoder<'a> {
    input: &'a [u8],
    next: usize,
    range: u32,
    code: u32,
    chances: [u16; CHANCES],
}

impl<'a> Decoder<'a> {
    /// An encoder's first byte is always 0; the next four begin the code.
    fn new(input: &'a [u8]) -> Result<Self, Damaged> {
        if input.first() != Some(&0) {
            return Err(Damaged);
        }
        let mut decoder =
            Self { input, next: 1, range: u32::MAX, code: 0, chances: [EVEN; CHANCES] };
        for _ in 0..4 {
            decoder.take_in();
        }
        Ok(decoder)
    }

    fn take_in(&mut self) {
        let byte = self.input.get(self.next).copied().unwrap_or_default();
        self.code = self.code << 8 | u32::from(byte);
        self.next += 1;
    }

    fn refill(&mut self) {
        if self.range < 1 << 24 {
            self.range <<= 8;
            self.take_in();
        }
    }

    /// A bit with a chance of its own.
    fn bit(&mut self, at: usize) -> bool {
        let Some(chance) = self.chances.get_mut(at) else { return false };
        let bound = (self.range >> 11) * u32::from(*chance);
        let bit = self.code >= bound;
        if bit {
            self.range -= bound;
            self.code -= bound;
            *chance -= *chance >> 5;
        } else {
            self.range = bound;
            *chance += (2048 - *chance) >> 5;
        }
        self.refill();
        bit
    }

    /// The bits of a number, the highest first, each with a chance by those before it.
    fn tree(&mut self, at: usize, bits: u32) -> usize {
        let mut node = 1;
        for _ in 0..bits {
            node = node << 1 | usize::from(self.bit(at + node));
        }
        node - (1 << bits)
    }

    /// The same, the lowest first.
    fn lowest_first(&mut self, at: usize, bits: u32) -> usize {
        let (mut node, mut value) = (1, 0);
        for place in 0..bits {
            let bit = usize::from(self.bit(at + node));
            node = node << 1 | bit;
            value |= bit << place;
        }
        value
    }

    /// A byte, after one whose top bit is `top`. Right after a repetition, the byte that would have `continued` it is
    /// known: bits are then decoded by what its bits are, until one differs.
    fn literal(&mut self, top: usize, continued: Option<u8>) -> u8 {
        let tree = LITERALS + top * LITERAL;
        let mut node = 1;
        if let Some(continued) = continued {
            for place in (0..8).rev() {
                let expected = usize::from(continued >> place & 1);
                let bit = usize::from(self.bit(tree + ((1 + expected) << 8) + node));
                node = node << 1 | bit;
                if bit != expected {
                    break;
                }
            }
        }
        while node < 256 {
            node = node << 1 | usize::from(self.bit(tree + node));
        }
        #[allow(
            clippy::cast_possible_truncation,
            reason = "the mark above the eight bits falls off"
        )]
        let byte = node as u8;
        byte
    }

    /// A length, less two.
    fn length(&mut self, at: usize) -> usize {
        if !self.bit(at) {
            self.tree(at + 2, 3)
        } else if !self.bit(at + 1) {
            8 + self.tree(at + 10, 3)
        } else {
            16 + self.tree(at + 18, 8)
        }
    }

    /// A distance, less one, of a repetition whose length less two is `length`.
    fn distance(&mut self, length: usize) -> usize {
        let slot = self.tree(SLOTS + length.min(3) * SLOT, 6);
        if slot < 4 {
            return slot;
        }
        let Some(bits) = u32::try_from(slot / 2 - 1).ok() else { return 0 };
        let start = (2 | slot & 1) << bits;
        if slot < 14 {
            return start + self.lowest_first(FAR + start - slot - 1, bits);
        }
        let mut middle = 0;
        for _ in 4..bits {
            self.range >>= 1;
            let bit = self.code >= self.range;
            if bit {
                self.code -= self.range;
            }
            middle = middle << 1 | usize::from(bit);
            self.refill();
        }
        start.wrapping_add(middle << 4).wrapping_add(self.lowest_first(ALIGNED, 4))
    }
}
