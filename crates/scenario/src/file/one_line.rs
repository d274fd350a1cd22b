//! Makes a person's text fit to be quoted in an error.
//!
//! Invariant: the result is one line of bounded length without control characters.

/// The most characters that are quoted.
const LONGEST: usize = 240;

/// A text on one line and of bounded length.
pub(crate) fn printable(text: &str) -> String {
    let mut short = String::new();
    for (index, c) in text.chars().enumerate() {
        if index == LONGEST {
            short.push('…');
            break;
        }
        if c.is_control() {
            short.extend(c.escape_default());
        } else {
            short.push(c);
        }
    }
    short
}
