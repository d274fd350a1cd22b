//! Anything that is brought is read or refused, and what is read stands where it was read.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../tests/all/any_input.rs"]
mod any_input;

fuzz_target!(|bytes: &[u8]| {
    any_input::check(bytes);
});
