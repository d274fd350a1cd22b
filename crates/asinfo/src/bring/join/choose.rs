//! One value where several are told.
//!
//! Invariant: with one value there is no conflict; a choice that there is no conflict or no value for changes nothing and is
//! kept, so that the caller can say so. Not here: what is chosen between.

use std::fmt::Display;
use std::str::FromStr;

use super::super::fact::Place;

/// What contradicts itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Its number, from 1.
    pub number: usize,
    /// What about.
    pub subject: String,
    /// The values, in the order in which they were read.
    pub told: Vec<Told>,
    /// Which one is used: an index.
    pub used: usize,
    /// Whether it was chosen by hand.
    pub by_hand: bool,
}

/// A value and who tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The value as text.
    pub value: String,
    /// Where it was read.
    pub places: Vec<Place>,
}

/// A conflict's number and the number of the value that is to be used, both from 1; written `2=1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The conflict's number.
    pub conflict: usize,
    /// The value's number.
    pub value: usize,
}

impl FromStr for Choice {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = |text: &str| text.trim().parse::<usize>().ok().filter(|number| *number > 0);
        let (conflict, value) = text.split_once('=').ok_or(EXPECTED)?;
        match (number(conflict), number(value)) {
            (Some(conflict), Some(value)) => Ok(Self { conflict, value }),
            _ => Err(EXPECTED),
        }
    }
}

/// The most values of one contradiction; what is told after them is not looked at.
const MOST_VALUES: usize = 64;

const EXPECTED: &str =
    "the number of a contradiction and of one of its values is expected, such as 1=2";

/// Makes choices and keeps what there was to choose.
pub(super) struct Chooser<'a> {
    choices: &'a [Choice],
    pub(super) conflicts: Vec<Conflict>,
}

impl<'a> Chooser<'a> {
    pub(super) fn new(choices: &'a [Choice]) -> Self {
        Self { choices, conflicts: Vec::new() }
    }

    /// The value of several that print themselves.
    pub(super) fn one<T: Clone + PartialEq + Display>(
        &mut self,
        subject: &str,
        told: &[(T, Place)],
    ) -> Option<T> {
        self.one_as(subject, told, T::to_string)
    }

    /// The value of several.
    pub(super) fn one_as<T: Clone + PartialEq>(
        &mut self,
        subject: &str,
        told: &[(T, Place)],
        text: impl Fn(&T) -> String,
    ) -> Option<T> {
        let mut values: Vec<(&T, Vec<Place>)> = Vec::new();
        for (value, place) in told {
            match values.iter().position(|(known, _)| *known == value) {
                Some(at) => values[at].1.push(place.clone()),
                None if values.len() < MOST_VALUES => values.push((value, vec![place.clone()])),
                None => {}
            }
        }
        if values.len() < 2 {
            return values.first().map(|(value, _)| (*value).clone());
        }
        let number = self.conflicts.len() + 1;
        let by_hand = self.choices.iter().rev().find(|choice| choice.conflict == number);
        let by_hand = by_hand.map(|choice| choice.value - 1).filter(|at| *at < values.len());
        // The first of those that most places tell.
        let most = values.iter().map(|(_, places)| places.len()).max().unwrap_or(0);
        let usual = values.iter().position(|(_, places)| places.len() == most).unwrap_or(0);
        let used = by_hand.unwrap_or(usual);
        let chosen = values[used].0.clone();
        let told = values
            .iter()
            .map(|(value, places)| Told { value: text(value), places: places.clone() });
        self.conflicts.push(Conflict {
            number,
            subject: subject.to_owned(),
            told: told.collect(),
            used,
            by_hand: by_hand.is_some(),
        });
        Some(chosen)
    }
}
