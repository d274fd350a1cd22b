//! Finding the partition of a record by its set and key, as clients work it out (docs/domain.md §1).
//!
//! Invariant: what is typed is kept as it is; what is no key gives a sentence. Not here: the digest (the scenario crate's
//! `key`).

use rosterlab_engine::{Digest, PartitionId};
use rosterlab_scenario::{DigestText, Key};

/// The type of a key, which is part of its digest: `"42"` and `42` are two records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyType {
    /// Text.
    #[default]
    Text,
    /// A whole number of 64 bits with a sign.
    Integer,
}

impl KeyType {
    /// Every type.
    pub const ALL: [Self; 2] = [Self::Text, Self::Integer];

    /// Its name, as clients have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Integer => "integer",
        }
    }
}

/// What was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finder {
    /// The set; none when empty.
    pub set: String,
    /// The key.
    pub key: String,
    /// What the key is.
    pub kind: KeyType,
}

/// Where a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its digest.
    pub digest: Digest,
    /// Its partition.
    pub partition: PartitionId,
}

impl Found {
    /// The digest as forty hexadecimal digits.
    #[must_use]
    pub fn hex(&self) -> String {
        DigestText(self.digest).to_string()
    }
}

impl Finder {
    /// Where the record is; `None` while no key is typed.
    ///
    /// # Errors
    /// Why what was typed is no key, as a sentence.
    #[must_use]
    pub fn found(&self) -> Option<Result<Found, String>> {
        if self.key.is_empty() {
            return None;
        }
        let key = match self.kind {
            KeyType::Text => Key::Text(self.key.clone()),
            KeyType::Integer => match self.key.trim().parse() {
                Ok(number) => Key::Integer(number),
                Err(_) => return Some(Err(no_integer(self.key.trim()))),
            },
        };
        let digest = key.digest(&self.set);
        Some(Ok(Found { digest, partition: PartitionId::of_digest(&digest) }))
    }
}

fn no_integer(text: &str) -> String {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        format!("{text} does not fit: an integer key has 64 bits, {} to {}.", i64::MIN, i64::MAX)
    } else {
        format!("“{text}” is not a whole number; choose string for keys that are text.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finder(set: &str, key: &str, kind: KeyType) -> Finder {
        Finder { set: set.to_owned(), key: key.to_owned(), kind }
    }

    fn partition(set: &str, key: &str, kind: KeyType) -> u16 {
        finder(set, key, kind).found().unwrap().unwrap().partition.get()
    }

    #[test]
    fn text_and_numbers_are_other_records() {
        assert_eq!(partition("demo", "key1", KeyType::Text), 492);
        assert_eq!(partition("demo", "1", KeyType::Integer), 1207);
        assert_eq!(partition("", "-1", KeyType::Integer), 985);
        assert_ne!(partition("demo", "1", KeyType::Text), 1207);
        let hex = finder("demo", "key1", KeyType::Text).found().unwrap().unwrap().hex();
        assert_eq!(hex, "ec91192d4b7f8ce35d5d78d34bca65cbaaaac960");
    }

    #[test]
    fn what_is_no_integer_is_told() {
        let why = |key| finder("", key, KeyType::Integer).found().unwrap().unwrap_err();
        assert!(why("12x").starts_with("“12x” is not a whole number"), "{}", why("12x"));
        let too_large = why("9223372036854775808");
        assert!(too_large.contains("does not fit"), "{too_large}");
        assert!(too_large.contains("9223372036854775807"), "{too_large}");
    }

    #[test]
    fn no_key_is_nothing_to_find() {
        assert_eq!(finder("demo", "", KeyType::Text).found(), None);
    }
}
