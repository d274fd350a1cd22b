//! Reading any share link ends in a timeline or in an error with a place. A timeline that was read is written and read
//! again to the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rosterlab_scenario::share;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = str::from_utf8(data) else { return };
    match share::read(text) {
        Ok(shared) => {
            for error in share::read_branches(text, &shared.timeline).into_iter().filter_map(Result::err) {
                assert!(error.at <= text.len(), "the place is in the link");
            }
            let written = share::write(&shared.timeline).expect("a timeline from a link fits into a link");
            let again = share::read(&written).expect("a written link can be read");
            assert_eq!(again.timeline, shared.timeline);
            assert_eq!(again.differs, None, "this engine agrees with itself");
        }
        Err(error) => {
            assert!(error.at <= text.len(), "the place is in the link");
            assert!(error.to_string().len() < 1_000, "a sentence");
        }
    }
});
