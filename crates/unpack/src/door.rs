//! What the page calls: addresses in and out, because the browser has nothing to unpack anything richer with.
//!
//! Invariant: the memory that is handed out was given by the system for this call, and nobody else has it.

#![allow(unsafe_code, reason = "addresses come from the page; each use says why it is sound")]

use core::arch::wasm32::{memory_grow, unreachable};
use core::panic::PanicInfo;
use core::slice;

use crate::lzma;
use crate::{Damaged, HEAD_BYTES, merge};

/// Bytes of a page of memory (Core Specification 2.0, section 4.2.8).
const PAGE_BYTES: usize = 1 << 16;

/// Nothing here panics on purpose, and there would be nobody to tell.
#[panic_handler]
fn stop(_: &PanicInfo<'_>) -> ! {
    unreachable()
}

/// New memory, all zeros, of whole pages; nothing if there is none left.
fn pages(bytes: usize) -> Option<&'static mut [u8]> {
    let count = bytes.div_ceil(PAGE_BYTES).max(1);
    let first = memory_grow::<0>(count);
    if first == usize::MAX {
        return None;
    }
    // SAFETY: these pages did not exist before, so nothing else refers to them; they are zeroed, and never given back.
    Some(unsafe { slice::from_raw_parts_mut((first * PAGE_BYTES) as *mut u8, count * PAGE_BYTES) })
}

/// Where the page is to write a packed file of `length` bytes; 0 if there is no memory left.
#[unsafe(no_mangle)]
pub extern "C" fn place(length: usize) -> usize {
    pages(length).map_or(0, |place| place.as_ptr() as usize)
}

/// Unpacks the file of `length` bytes that the page wrote at `packed`. Gives the address of the module, which ends where
/// memory does; 0 if the file is damaged or there is no memory left.
///
/// # Safety
/// `packed` comes from [`place`] with the same `length`, and this is the only call for it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn unpack(packed: *const u8, length: usize) -> usize {
    // SAFETY: what this function asks of its caller.
    let packed = unsafe { slice::from_raw_parts(packed, length) };
    module(packed).map_or(0, |module| module.as_ptr() as usize)
}

fn module(packed: &[u8]) -> Result<&'static [u8], Damaged> {
    let length = lzma::unpacked_len(packed)?;
    let sorted = pages(length).and_then(|place| place.get_mut(..length)).ok_or(Damaged)?;
    lzma::decode(packed, sorted)?;
    let length = length.checked_sub(HEAD_BYTES).ok_or(Damaged)?;
    let place = pages(length).ok_or(Damaged)?;
    let start = place.len() - length;
    let module = place.get_mut(start..).ok_or(Damaged)?;
    merge(sorted, module)?;
    Ok(module)
}
