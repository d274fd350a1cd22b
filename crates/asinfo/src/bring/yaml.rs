//! YAML and JSON as one tree, with the line of every value.
//!
//! Invariant: depth and number of values are bounded, and an alias is no copy of what it names, so that a small document
//! cannot become a large one. Not here: what the values mean (see `kubernetes`).

use saphyr_parser::{Event, Parser};

use super::limits::{MAX_NESTING, MAX_VALUES};

/// A value and where it begins.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tree {
    pub(super) value: Value,
    /// The line that it begins at, from 1.
    pub(super) line: usize,
    /// The line that it ends at; that of its beginning for lists and maps.
    pub(super) last: usize,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Text(String),
    List(Vec<Tree>),
    Map(Vec<(String, Tree)>),
}

impl Tree {
    /// The value with this name.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        let Value::Map(pairs) = &self.value else { return None };
        pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The value on this way of names.
    pub(super) fn at(&self, names: &[&str]) -> Option<&Self> {
        names.iter().try_fold(self, |tree, name| tree.get(name))
    }

    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The values of a list; none for anything else.
    pub(super) fn list(&self) -> &[Self] {
        match &self.value {
            Value::List(values) => values,
            _ => &[],
        }
    }

    /// Names and values; none for anything else.
    pub(super) fn map(&self) -> &[(String, Self)] {
        match &self.value {
            Value::Map(pairs) => pairs,
            _ => &[],
        }
    }
}

/// A value that is not complete yet.
enum Open {
    List(usize, Vec<Tree>),
    Map(usize, Vec<(String, Tree)>, Option<String>),
}

/// Reads the documents of a text, up to the first mistake; whether there was one comes beside.
pub(super) fn read(text: &str) -> (Vec<Tree>, Option<usize>) {
    let mut documents = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut values = 0;
    let mut last = 1;
    for event in Parser::new_from_str(text) {
        let Ok((event, span)) = event else { return (documents, Some(last)) };
        let line = span.start.line();
        last = line.max(1);
        values += 1;
        if values > MAX_VALUES || open.len() > MAX_NESTING {
            return (documents, Some(line));
        }
        let done = match event {
            Event::Scalar(text, ..) => {
                let end = span.end.line().max(line);
                Some(Tree { value: Value::Text(text.into_owned()), line, last: end })
            }
            Event::Alias(_) => Some(Tree { value: Value::Text(String::new()), line, last: line }),
            Event::SequenceStart(..) => {
                open.push(Open::List(line, Vec::new()));
                None
            }
            Event::MappingStart(..) => {
                open.push(Open::Map(line, Vec::new(), None));
                None
            }
            Event::SequenceEnd | Event::MappingEnd => open.pop().map(|open| match open {
                Open::List(line, values) => Tree { value: Value::List(values), line, last: line },
                Open::Map(line, pairs, _) => Tree { value: Value::Map(pairs), line, last: line },
            }),
            _ => None,
        };
        let Some(done) = done else { continue };
        match open.last_mut() {
            None => documents.push(done),
            Some(Open::List(_, values)) => values.push(done),
            Some(Open::Map(_, pairs, name)) => match name.take() {
                Some(name) => pairs.push((name, done)),
                None => *name = Some(done.text().unwrap_or_default().to_owned()),
            },
        }
    }
    (documents, None)
}
