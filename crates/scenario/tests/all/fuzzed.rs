//! Reads the corpus of the fuzzer (docs/fuzzing.md) in every run.

use std::fs;
use std::path::Path;

use rosterlab_scenario::share;

#[test]
fn what_fuzzing_kept_ends_well_again() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/share_link");
    let (mut read, mut refused) = (0, 0);
    for file in fs::read_dir(folder).unwrap() {
        let bytes = fs::read(file.unwrap().path()).unwrap();
        let Ok(text) = str::from_utf8(&bytes) else { continue };
        match share::read(text) {
            Ok(linked) => {
                let written = share::write(&linked.timeline).unwrap();
                assert_eq!(share::read(&written).unwrap().timeline, linked.timeline, "{text}");
                read += 1;
            }
            Err(error) => {
                assert!(error.at <= text.len(), "{text}: {error}");
                refused += 1;
            }
        }
    }
    assert!(read > 100 && refused > 100, "the corpus is there: {read} read, {refused} refused");
}
