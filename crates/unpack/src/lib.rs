//! Unpacks the page's module, before a browser can compile it.
//!
//! Over the wire the module's bytes are sorted by what they are ([`grammar`]) and then compressed with LZMA ([`lzma`]).
//! A server's compression sees a module as any text; but operators are followed by operators and places of locals by
//! places of locals, and with each kind in a stream of its own and LZMA the same bytes take a quarter less.
//!
//! A packed file is a `.lzma` file of the properties that [`lzma`] knows. In it, each number four bytes with the lowest
//! first: where the functions' bodies begin in the module, where they end, and the length of each stream; then the
//! streams, in the order of [`Kind`].
//!
//! Invariant: whatever was packed comes out as it was, and what cannot have been packed is [`Damaged`], never a panic.
//!
//! It does not pack; `cargo xtask pack` does. It needs neither an allocator nor std, so that the module that it is compiled
//! to is small.

#![cfg_attr(target_family = "wasm", no_std)]

#[cfg(target_family = "wasm")]
mod door;
pub mod grammar;
pub mod lzma;

use grammar::{Grammar, Kind};

/// What is no packed file, or not a whole one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Damaged;

/// Bytes of a number before the streams.
const NUMBER_BYTES: usize = 4;

/// Bytes before the streams.
pub const HEAD_BYTES: usize = (2 + Kind::STREAMS) * NUMBER_BYTES;

/// Puts the bytes of a module back in their places; `module` has [`HEAD_BYTES`] less than `sorted`.
///
/// # Errors
/// When `sorted` is not what the packer sorted, or `module` has another length.
pub fn merge(sorted: &[u8], module: &mut [u8]) -> Result<(), Damaged> {
    let (head, bytes) = sorted.split_at_checked(HEAD_BYTES).ok_or(Damaged)?;
    if bytes.len() != module.len() {
        return Err(Damaged);
    }
    let mut numbers = head
        .as_chunks::<NUMBER_BYTES>()
        .0
        .iter()
        .map(|&number| u32::from_le_bytes(number) as usize);
    let mut number = || numbers.next().ok_or(Damaged);
    let code = number()?..number()?;
    // Where each stream goes on, and where it ends.
    let mut streams = [(0, 0); Kind::STREAMS];
    let mut from = 0usize;
    for stream in &mut streams {
        let end = from.saturating_add(number()?);
        *stream = (from, end);
        from = end;
    }
    let mut grammar = Grammar::new(code);
    for place in module {
        let (next, _) = streams.get_mut(grammar.kind().stream()).ok_or(Damaged)?;
        let byte = *bytes.get(*next).ok_or(Damaged)?;
        *next += 1;
        *place = byte;
        grammar.read(byte);
    }
    let is_whole = streams.iter().all(|(next, end)| next == end);
    if is_whole { Ok(()) } else { Err(Damaged) }
}

#[cfg(test)]
mod tests {
    use super::{Damaged, HEAD_BYTES, merge};
    use crate::grammar::Kind;

    /// What is outside of bodies, in the length that is said, and other numbers at the places that are said.
    fn merged(bytes: &[u8], numbers: &[(usize, u32)]) -> Result<Vec<u8>, Damaged> {
        let mut sorted = vec![0; HEAD_BYTES];
        for &(place, number) in numbers {
            sorted[4 * place..][..4].copy_from_slice(&number.to_le_bytes());
        }
        sorted.extend(bytes);
        let mut module = vec![0; bytes.len()];
        merge(&sorted, &mut module).map(|()| module)
    }

    #[test]
    fn streams_that_hold_another_number_of_bytes_than_they_say_are_refused() {
        let [other, operator] = [Kind::Other, Kind::Operator].map(|kind| 2 + kind as usize);
        let nowhere = [(0, 9), (1, 9)];
        let with = |lengths: &[(usize, u32)]| merged(b"abc", &[&nowhere, lengths].concat());
        assert_eq!(with(&[(other, 3)]), Ok(b"abc".to_vec()));
        assert_eq!(with(&[(other, 2)]), Err(Damaged), "too few");
        assert_eq!(with(&[(other, 4)]), Err(Damaged), "too many");
        assert_eq!(with(&[(other, u32::MAX)]), Err(Damaged), "far too many");
        assert_eq!(with(&[(other, 2), (operator, 1)]), Err(Damaged), "one runs into the next");
    }

    #[test]
    fn a_module_of_another_length_is_refused() {
        assert_eq!(merge(&[0; HEAD_BYTES], &mut []), Ok(()));
        assert_eq!(merge(&[0; HEAD_BYTES - 1], &mut []), Err(Damaged));
        assert_eq!(merge(&[0; HEAD_BYTES], &mut [0]), Err(Damaged));
    }
}
