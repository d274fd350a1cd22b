//! Lists of `key=value` pairs.
//!
//! Invariant: keys in the order in which they were added, a separator between pairs and none at the end. Not here: which
//! keys there are.

use std::fmt::{Display, Write as _};

/// A list of pairs that is being written.
pub(super) struct Fields {
    text: String,
    separator: char,
}

impl Fields {
    /// An empty list whose pairs will be separated by this.
    pub fn new(separator: char) -> Self {
        Self { text: String::new(), separator }
    }

    /// Adds a pair.
    pub fn add(&mut self, key: &str, value: impl Display) {
        if !self.text.is_empty() {
            self.text.push(self.separator);
        }
        let _ = write!(self.text, "{key}={value}");
    }

    /// Adds pairs whose values are constant.
    pub fn add_all<'a>(&mut self, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) {
        pairs.into_iter().for_each(|(key, value)| self.add(key, value));
    }

    /// The text.
    pub fn text(self) -> String {
        self.text
    }
}
