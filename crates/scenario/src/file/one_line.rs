//! A person's text as an error may repeat it.
//!
//! Invariant: what comes out is one line of bounded length without control characters. It does not decide what is
//! repeated.

/// Most characters of a message that repeats something a person wrote.
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
