//! Bins: a name, and a value that nobody needs to understand.
//!
//! Invariant: a value is never null; where there may be none, it is an `Option`. Not here: what operations make of a
//! value (see the crate's `bins`).

use std::fmt;
use std::num::NonZeroU8;

/// The most bytes of a bin's name (documented).
pub const MOST_NAME_BYTES: usize = 15;

/// A bin's name: up to [`MOST_NAME_BYTES`], none of them zero. It is empty where a result belongs to no bin.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BinName {
    /// Zeros at the end belong to no name.
    bytes: [u8; MOST_NAME_BYTES],
}

impl BinName {
    /// The name with these bytes; `None` if it is too long or has a zero byte.
    #[must_use]
    pub fn new(name: &[u8]) -> Option<Self> {
        let mut bytes = [0; MOST_NAME_BYTES];
        bytes.get_mut(..name.len())?.copy_from_slice(name);
        (!name.contains(&0)).then_some(Self { bytes })
    }

    /// The name's bytes; mostly text.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        let length = self.bytes.iter().position(|&byte| byte == 0).unwrap_or(MOST_NAME_BYTES);
        &self.bytes[..length]
    }

    /// Whether it is the name of no bin.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes[0] == 0
    }
}

impl fmt::Display for BinName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&String::from_utf8_lossy(self.as_bytes()))
    }
}

impl fmt::Debug for BinName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", String::from_utf8_lossy(self.as_bytes()))
    }
}

/// The type of a value (its particle). Others than these are kept and handed back as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Particle(NonZeroU8);

impl Particle {
    /// Eight bytes, signed.
    pub const INTEGER: Self = Self::known(1);
    /// Eight bytes, IEEE 754.
    pub const DOUBLE: Self = Self::known(2);
    /// Text.
    pub const STRING: Self = Self::known(3);
    /// Bytes.
    pub const BLOB: Self = Self::known(4);

    const fn known(byte: u8) -> Self {
        match NonZeroU8::new(byte) {
            Some(byte) => Self(byte),
            None => panic!("zero stands for no value"),
        }
    }

    /// The type with this byte; `None` for zero, which stands for no value.
    #[must_use]
    pub fn new(byte: u8) -> Option<Self> {
        NonZeroU8::new(byte).map(Self)
    }

    /// Its byte.
    #[must_use]
    pub fn byte(self) -> u8 {
        self.0.get()
    }
}

/// A value, as it came: lists, maps and whatever else are handed back unread.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Value {
    /// Its type.
    pub particle: Particle,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Value {
    /// A number.
    #[must_use]
    pub fn integer(number: i64) -> Self {
        Self { particle: Particle::INTEGER, bytes: number.to_be_bytes().to_vec() }
    }

    /// A number.
    #[must_use]
    pub fn double(number: f64) -> Self {
        Self { particle: Particle::DOUBLE, bytes: number.to_be_bytes().to_vec() }
    }

    /// Text.
    #[must_use]
    pub fn string(text: &str) -> Self {
        Self { particle: Particle::STRING, bytes: text.as_bytes().to_vec() }
    }

    /// The number that it is.
    #[must_use]
    pub fn as_integer(&self) -> Option<i64> {
        let bytes = self.bytes.as_slice().try_into().ok()?;
        (self.particle == Particle::INTEGER).then_some(i64::from_be_bytes(bytes))
    }

    /// The number that it is.
    #[must_use]
    pub fn as_double(&self) -> Option<f64> {
        let bytes = self.bytes.as_slice().try_into().ok()?;
        (self.particle == Particle::DOUBLE).then_some(f64::from_be_bytes(bytes))
    }

    /// The text that it is.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        str::from_utf8(&self.bytes).ok().filter(|_| self.particle == Particle::STRING)
    }
}

/// A bin.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Bin {
    /// Its name.
    pub name: BinName,
    /// Its value.
    pub value: Value,
}

/// What a reply says of a bin.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BinResult {
    /// The bin's name; empty if the operation was on no bin.
    pub name: BinName,
    /// Its value; none if it has none, or if the operation was a write.
    pub value: Option<Value>,
}

impl From<Bin> for BinResult {
    fn from(bin: Bin) -> Self {
        Self { name: bin.name, value: Some(bin.value) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_its_limits() {
        assert_eq!(BinName::new(b"123456789012345").unwrap().to_string(), "123456789012345");
        assert_eq!(BinName::new(b"1234567890123456"), None);
        assert_eq!(BinName::new(b"a\0b"), None);
        assert!(BinName::new(b"").unwrap().is_empty());
    }

    #[test]
    fn a_value_is_what_its_type_says() {
        assert_eq!(Value::integer(-7).as_integer(), Some(-7));
        assert_eq!(Value::integer(-7).as_double(), None);
        assert_eq!(Value::double(0.5).as_double(), Some(0.5));
        assert_eq!(Value::string("hi").as_str(), Some("hi"));
        let short = Value { particle: Particle::INTEGER, bytes: vec![1] };
        assert_eq!(short.as_integer(), None);
    }
}
