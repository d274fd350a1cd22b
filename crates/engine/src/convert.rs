//! Conversions that narrow a number.
//!
//! Invariant: a number that does not fit is a bug of this crate and panics, with what was counted in the message; nothing
//! is clamped. The limits in `id` and `namespace` keep every number in range. Not here: conversions that cannot fail
//! (`From`), and text that a person typed (see `id`).

/// A number as a narrower type. `what` names it in the message.
///
/// # Panics
/// When the number does not fit.
#[track_caller]
#[inline]
pub fn narrow<To, From>(number: From, what: &str) -> To
where
    To: TryFrom<From>,
{
    match To::try_from(number) {
        Ok(narrow) => narrow,
        Err(_) => too_large(what),
    }
}

/// How many there are, of anything that a cluster or its history has fewer than 2^32 of.
///
/// # Panics
/// When there are more.
#[must_use]
#[track_caller]
#[inline]
pub fn count(number: usize) -> u32 {
    narrow(number, "a count")
}

/// Kept out of line, so that a loop only carries the check.
#[track_caller]
#[cold]
#[inline(never)]
fn too_large(what: &str) -> ! {
    panic!("{what} is out of range")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_stays_what_it_is() {
        assert_eq!(count(4096), 4096);
        assert_eq!(narrow::<u8, usize>(255, "a slot"), 255);
        assert_eq!(narrow::<u16, i32>(0, "a sum"), 0);
    }

    #[test]
    #[should_panic(expected = "a slot is out of range")]
    fn what_is_too_large_panics() {
        let _ = narrow::<u8, usize>(256, "a slot");
    }

    #[test]
    #[should_panic(expected = "a sum is out of range")]
    fn what_is_negative_panics() {
        let _ = narrow::<u16, i32>(-1, "a sum");
    }
}
