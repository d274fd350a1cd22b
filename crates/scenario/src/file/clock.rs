//! The two kinds of time in a file: the wall clock of a step, and a duration.
//!
//! Invariant: a [`ClockTime`] is within one day; a [`Seconds`] is a whole number of milliseconds. Not here: simulated
//! time itself (the engine's), dates.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::placed::{FromJson, Wrong, parsed};

/// Milliseconds in a day.
const DAY_MS: u64 = 24 * 60 * 60 * 1000;
/// The longest time that one step may let pass, in seconds: more than thirty years.
pub(crate) const LONGEST_SECONDS: u64 = 1_000_000_000;

/// A time of day: what the clock shows at a step. It does not make time pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClockTime {
    ms: u64,
}

impl ClockTime {
    /// Milliseconds since midnight.
    #[must_use]
    pub fn ms(self) -> u64 {
        self.ms
    }

    /// This time plus `ms`, past midnight if need be.
    #[must_use]
    pub fn later(self, ms: u64) -> Self {
        Self { ms: self.ms.wrapping_add(ms) % DAY_MS }
    }
}

impl fmt::Display for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.ms / 1000;
        write!(f, "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    }
}

/// The error of a text that is not a time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockTimeError;

impl fmt::Display for ClockTimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time of day is HH:MM:SS, from 00:00:00 to 23:59:59")
    }
}

impl std::error::Error for ClockTimeError {}

impl FromStr for ClockTime {
    type Err = ClockTimeError;

    fn from_str(text: &str) -> Result<Self, ClockTimeError> {
        let &[h1, h2, b':', m1, m2, b':', s1, s2] = text.as_bytes() else {
            return Err(ClockTimeError);
        };
        let two = |tens: u8, ones: u8, below: u64| {
            let digits = tens.is_ascii_digit() && ones.is_ascii_digit();
            let number = digits.then(|| u64::from(tens - b'0') * 10 + u64::from(ones - b'0'));
            number.filter(|number| *number < below).ok_or(ClockTimeError)
        };
        let seconds = two(h1, h2, 24)? * 3600 + two(m1, m2, 60)? * 60 + two(s1, s2, 60)?;
        Ok(Self { ms: seconds * 1000 })
    }
}

impl Serialize for ClockTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromJson for ClockTime {
    fn from_json(value: &Value) -> Result<Self, Wrong> {
        parsed(value)
    }
}

/// A duration in milliseconds; a file has it in seconds with up to three decimal places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seconds {
    ms: u64,
}

impl Seconds {
    /// From milliseconds.
    #[must_use]
    pub fn of_ms(ms: u64) -> Self {
        Self { ms }
    }

    /// In milliseconds.
    #[must_use]
    pub fn ms(self) -> u64 {
        self.ms
    }

    fn of_decimal(seconds: f64) -> Option<Self> {
        let ms = (seconds * 1000.0).round();
        let (longest, places) = (to_f64(LONGEST_SECONDS * 1000), (ms / 1000.0 - seconds).abs());
        if !(0.0..=longest).contains(&ms) || places > 1e-9 * seconds.max(1.0) {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // within 0 to 10^12
        Some(Self { ms: ms as u64 })
    }
}

/// Exact below 2^53, which is where this module's times are.
#[expect(clippy::cast_precision_loss)]
fn to_f64(ms: u64) -> f64 {
    ms as f64
}

impl Serialize for Seconds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.ms.is_multiple_of(1000) {
            serializer.serialize_u64(self.ms / 1000)
        } else {
            serializer.serialize_f64(to_f64(self.ms) / 1000.0)
        }
    }
}

impl FromJson for Seconds {
    fn from_json(value: &Value) -> Result<Self, Wrong> {
        let Value::Number(number) = value else {
            return Err(Wrong::of_type(value, "a number of seconds"));
        };
        number.as_f64().and_then(Self::of_decimal).ok_or_else(|| {
            Wrong::new(format!(
                "{number} is no time: 0 to {LONGEST_SECONDS} seconds, at most three places after the point"
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_is_read_as_it_is_written() {
        let time: ClockTime = "09:05:18".parse().unwrap();
        assert_eq!(time.to_string(), "09:05:18");
        assert_eq!(time.later(60_000).to_string(), "09:06:18");
        assert_eq!("23:59:59".parse::<ClockTime>().unwrap().later(1_999).to_string(), "00:00:00");
        for bad in ["", "9:05:18", "24:00:00", "09:60:00", "09:05:60", "09-05-18", "09:05:1é"] {
            assert!(bad.parse::<ClockTime>().is_err(), "{bad:?} must be refused");
        }
    }

    #[test]
    fn seconds_are_read_to_the_millisecond_and_no_further() {
        let read = |text: &str| {
            Seconds::from_json(&serde_json::from_str(text).unwrap()).map(Seconds::ms).ok()
        };
        assert_eq!(read("2"), Some(2000));
        assert_eq!(read("0.001"), Some(1));
        assert_eq!(read("1.15"), Some(1150));
        assert_eq!(read("999999999.999"), Some(999_999_999_999));
        for bad in ["-1", "0.0001", "-0.5", "1e300", "1000000001", "\"1\"", "true"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn seconds_are_written_so_that_they_are_read_back() {
        for ms in (0..5000).chain([123_456_789, 999_999_999_999, 86_399_999]) {
            let value = serde_json::to_value(Seconds::of_ms(ms)).unwrap();
            assert_eq!(Seconds::from_json(&value).unwrap().ms(), ms, "{value}");
        }
    }
}
