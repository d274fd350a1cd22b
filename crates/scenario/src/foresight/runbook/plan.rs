//! A line of a plan, and who reads it.
//!
//! Invariant: inert. Not here: any language (the asinfo crate reads an operator's; a scenario's steps are given as entries).

use rosterlab_engine::Cluster;

use super::mistakes::Mistake;
use crate::timeline::Entry;

/// A line of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number in the plan, from 1; 0 for a line that is in no plan yet.
    pub number: usize,
    /// As it is written.
    pub text: String,
    /// What it does, where that is known without reading: a step of a scenario, a line that a search puts in.
    pub given: Option<Vec<Entry>>,
}

/// What a line is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// It does this, in order.
    Does(Vec<Entry>),
    /// It does this, in order, and not all that its words say.
    Mistaken(Vec<Entry>, Vec<Mistake>),
    /// It only asks, or waits for what is so already.
    Looks,
    /// It is for people: a comment, a heading, an empty line.
    Says,
    /// It is understood and cannot be done now: why.
    Fails(String),
    /// It is not understood: why.
    Unknown(String),
}

/// The language that a plan is written in.
pub trait Language {
    /// What a line is on the cluster as it is then.
    fn read(&self, line: &Line, cluster: &Cluster) -> Reading;

    /// Lines that do what an entry does on the cluster as it is then.
    fn write(&self, entry: &Entry, cluster: &Cluster) -> Vec<String>;

    /// The line that waits until the cluster is as it is here, and, where that is asked, until migrations are done.
    fn wait(&self, cluster: &Cluster, for_migrations: bool) -> String;
}

impl Line {
    /// What it is, read if need be.
    pub(super) fn read(&self, language: &dyn Language, cluster: &Cluster) -> Reading {
        match &self.given {
            Some(entries) => Reading::Does(entries.clone()),
            None => language.read(self, cluster),
        }
    }
}
