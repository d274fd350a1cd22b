//! Unpacks the page's module, before a browser can compile it.
//!
//! Over the wire the module's bytes are sorted by what they are ([`grammar`]) and then compressed with LZMA ([`lzma`]).
//! A server's compression sees a module as any text; but operators are followed by operators and places of locals by
//! places of locals, and with each kind in a stream of its own the same bytes take a quarter less.
//!
//! A packed file is a `.lzma` file of the properties that [`lzma`] knows. In it, each number four bytes with the lowest
//! first: the length of the module, where the functions' bodies begin, where they end, and the length of each stream;
//! then the streams in the order of [`Kind::ALL`].
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

/// Kinds, and so streams.
const KINDS: usize = Kind::ALL.len();

/// Bytes of a number before the streams.
const NUMBER_BYTES: usize = 4;

/// Bytes before the streams.
pub const HEAD_BYTES: usize = (3 + KINDS) * NUMBER_BYTES;

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
    let (length, code) = (number()?, number()?..number()?);
    let mut starts = [0; KINDS];
    let mut from = 0usize;
    for start in &mut starts {
        *start = from;
        from = from.saturating_add(number()?);
    }
    if length != module.len() || from != length {
        return Err(Damaged);
    }
    let mut grammar = Grammar::new(code);
    for place in module {
        let next = starts.get_mut(grammar.kind().stream()).ok_or(Damaged)?;
        let byte = *bytes.get(*next).ok_or(Damaged)?;
        *next += 1;
        *place = byte;
        grammar.read(byte);
    }
    Ok(())
}
