//! Reads the corpus of the fuzzer (docs/fuzzing.md) in every run.

use std::fs;
use std::path::Path;

use crate::any_bytes::{self, Outcome};

#[test]
fn what_fuzzing_kept_ends_well_again() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/frames");
    let (mut read, mut refused) = (0, 0);
    for file in fs::read_dir(folder).unwrap() {
        match any_bytes::check(&fs::read(file.unwrap().path()).unwrap()) {
            Outcome::Request => read += 1,
            Outcome::Refused => refused += 1,
            Outcome::NoFrame => {}
        }
    }
    assert!(read > 100 && refused > 100, "the corpus is there: {read} read, {refused} refused");
}
