//! Text and lists that only the page needs; the rest is in `rosterlab_scenario::words::text`.

use std::fmt::Display;

pub use rosterlab_scenario::words::text::{
    all_partitions, capitalized, clock, count, is_are, list, thousands, verb_ending,
};

/// A number in groups of three digits, highest group first: `["4", "096"]`.
#[must_use]
pub fn digit_groups(number: u32) -> Vec<String> {
    thousands(number).split(',').map(str::to_owned).collect()
}

/// Why something cannot be done, as a sentence: an error's text with a capital letter and a full stop.
#[must_use]
pub fn refusal(why: &impl Display) -> String {
    format!("{}.", capitalized(&why.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_by_thousands() {
        assert_eq!(digit_groups(4096), ["4", "096"]);
    }
}
