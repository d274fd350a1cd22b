//! A record's digest from its set and key, as clients compute it (domain.md §1, \[open\]).
//!
//! Invariant: the digest is RIPEMD-160 over the set's name, one byte for the key's type, and the key. Not here: the
//! partition, which derives from the digest ([`rosterlab_engine::PartitionId::of_digest`]).

use std::fmt;

use ripemd::{Digest as _, Ripemd160};
use rosterlab_engine::Digest;
use serde::Serialize;
use serde_json::Value;

use super::placed::{FromJson, Wrong, text};

/// The type byte of an integer key.
const INTEGER: u8 = 1;
/// The type byte of a text key.
const TEXT: u8 = 3;

/// A record's key: text or a whole number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Key {
    /// A whole number of 64 bits with a sign.
    Integer(i64),
    /// Text.
    Text(String),
}

impl Key {
    /// The digest of this key in a set; records without a set have the empty name.
    #[must_use]
    pub fn digest(&self, set: &str) -> Digest {
        let mut hasher = Ripemd160::new();
        hasher.update(set.as_bytes());
        match self {
            Self::Integer(number) => {
                hasher.update([INTEGER]);
                hasher.update(number.to_be_bytes());
            }
            Self::Text(text) => {
                hasher.update([TEXT]);
                hasher.update(text.as_bytes());
            }
        }
        Digest(hasher.finalize().into())
    }
}

impl FromJson for Key {
    fn from_json(value: &Value) -> Result<Self, Wrong> {
        match value {
            Value::String(text) => Ok(Self::Text(text.clone())),
            Value::Number(number) if !number.is_f64() => {
                number.as_i64().map(Self::Integer).ok_or_else(|| {
                    Wrong::new(format!(
                        "{number} is not a key: an integer key has 64 bits with a sign"
                    ))
                })
            }
            _ => Err(Wrong::of_type(value, "text or a whole number of 64 bits")),
        }
    }
}

/// A digest as a file writes it: forty hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DigestText(pub Digest);

impl Serialize for DigestText {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for DigestText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromJson for DigestText {
    fn from_json(value: &Value) -> Result<Self, Wrong> {
        let text = text(value)?;
        let digits = text.len() == 40 && text.bytes().all(|b| b.is_ascii_hexdigit());
        if !digits {
            return Err(Wrong::new("a digest is forty hexadecimal digits".to_owned()));
        }
        let mut bytes = [0; 20];
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * index..2 * index + 2], 16)
                .map_err(|error| Wrong::new(error.to_string()))?;
        }
        Ok(Self(Digest(bytes)))
    }
}

/// The record that a step names; `None` unless it names exactly one.
pub(crate) fn record(
    set: Option<&str>,
    key: Option<&Key>,
    digest: Option<DigestText>,
) -> Option<Digest> {
    match (set, key, digest) {
        (set, Some(key), None) => Some(key.digest(set.unwrap_or_default())),
        (None, None, Some(DigestText(digest))) => Some(digest),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rosterlab_engine::PartitionId;

    /// Computed independently with OpenSSL's RIPEMD-160 over the same bytes; the last column is the partition.
    #[test]
    fn digests_are_those_that_a_client_computes() {
        let text = |text: &str| Key::Text(text.to_owned());
        let golden = [
            ("", text("a"), "79e55340ff2911fc794c49ec2a8175bd9d7ca04c", 1401),
            ("demo", text("key1"), "ec91192d4b7f8ce35d5d78d34bca65cbaaaac960", 492),
            ("demo", Key::Integer(1), "b7f4b83889e2da67de683e1df6919a1eacc446c8", 1207),
            ("", Key::Integer(-1), "d943ab3514038a3c02fd973a50aa7133e3f400f0", 985),
            ("users", text("Ä"), "0a0915207cb48f785a3d5e3cbe28143fac146575", 2314),
            ("", text(""), "b2afadd73b9922f395573a52e7032b7597ff8c3e", 4018),
            ("demo", Key::Integer(i64::MAX), "6964c1df0d52acf332aef2bfdd54ba366285d051", 1129),
        ];
        for (set, key, digest, partition) in golden {
            let found = key.digest(set);
            assert_eq!(DigestText(found).to_string(), digest, "{set:?} {key:?}");
            assert_eq!(PartitionId::of_digest(&found).get(), partition, "{set:?} {key:?}");
        }
    }

    #[test]
    fn a_digest_is_read_as_it_is_written_and_nothing_else_is() {
        let digest = DigestText(Key::Integer(7).digest("demo"));
        let json = serde_json::to_value(digest).unwrap();
        assert_eq!(DigestText::from_json(&json).unwrap(), digest);
        for bad in ["\"\"", "\"zz\"", "7", &format!("\"{}é\"", "a".repeat(38))] {
            let bad = serde_json::from_str(bad).unwrap();
            assert!(DigestText::from_json(&bad).is_err(), "{bad}");
        }
    }
}
