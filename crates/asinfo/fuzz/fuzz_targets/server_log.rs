//! Any bytes are a log that becomes a timeline, or are refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rosterlab_asinfo::bring_log;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(reading) = bring_log::read(&[("log".to_owned(), bytes.to_vec())], None) {
        assert!(!bring_log::text(&reading).is_empty());
        assert!(bring_log::json(&reading).is_object());
        drop(reading.scenario());
    }
});
