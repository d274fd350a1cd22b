//! Numbers as people read them.
//!
//! Invariant: the page and figures in other pages write a number the same way.

/// A number with its thousands set apart: `4,096`.
#[must_use]
pub fn thousands(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let written = [0, 7, 123, 1_346, 12_345, 4_294_967_295].map(thousands);
        assert_eq!(written, ["0", "7", "123", "1,346", "12,345", "4,294,967,295"]);
    }
}
