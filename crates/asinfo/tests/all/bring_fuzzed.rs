//! Reads the corpus of the fuzzer of what is brought (docs/fuzzing.md) in every run.

use std::fs;
use std::path::Path;

use crate::any_input::check;

#[test]
fn what_fuzzing_kept_ends_well_again() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/brought");
    let (mut used, mut all) = (0, 0);
    for file in fs::read_dir(folder).unwrap() {
        used += usize::from(check(&fs::read(file.unwrap().path()).unwrap()) > 0);
        all += 1;
    }
    assert!(used > 20 && all > used, "the corpus is there: {used} of {all} have facts");
}
