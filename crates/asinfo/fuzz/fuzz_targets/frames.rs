//! Any bytes that arrive at a node or at a client are read or refused. What was read is written and read again to the
//! same.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/all/any_bytes.rs"]
mod any_bytes;

fuzz_target!(|bytes: &[u8]| {
    any_bytes::check(bytes);
});
