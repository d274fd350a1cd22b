//! A moment of a timeline as a figure: SVG and tables, for pages that only show one.
//!
//! Invariant: the same moment gives the same bytes, and all numbers come from the engine's view: what is put into a page
//! when it is built cannot disagree with what the page shows when it is alive, because both are made here. No inline style,
//! no script, no `id`: a figure can stand in any page any number of times and passes a strict
//! Content-Security-Policy. Whatever comes from outside (titles, names, what a step says) is escaped.
//!
//! **What this crate does not do**: files, the web, what is done (that is a `Timeline`'s), the playground's own drawing.

mod floor;
mod map;
mod markup;
mod tables;

use std::fmt;
use std::str::FromStr;

use rosterlab_engine::{ClusterView, PartitionId};
use rosterlab_scenario::Timeline;

use crate::markup::Markup;

/// What a figure shows, below its caption and its counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// The 4096 partitions of each sub-cluster, and their reasons.
    #[default]
    Map,
    /// Racks and nodes.
    Floor,
    /// The roster in force, pending and observed.
    Roster,
    /// Why one partition is what it is.
    Why,
    /// All of these.
    All,
}

impl View {
    /// Every view, with its name.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::Map, "map"),
        (Self::Floor, "floor"),
        (Self::Roster, "roster"),
        (Self::Why, "why"),
        (Self::All, "all"),
    ];

    fn has(self, part: Self) -> bool {
        self == part || self == Self::All
    }
}

/// There is no such view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoSuchView;

impl fmt::Display for NoSuchView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a view is map, floor, roster, why or all")
    }
}

impl FromStr for View {
    type Err = NoSuchView;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.iter().find(|(_, known)| *known == name);
        found.map(|(view, _)| *view).ok_or(NoSuchView)
    }
}

/// What is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted<'a> {
    /// What is shown.
    pub view: View,
    /// What the figure is called; nothing when empty.
    pub title: &'a str,
    /// What the author says about this moment, as plain text.
    pub say: Option<&'a str>,
    /// The namespace's name; else the first.
    pub namespace: Option<&'a str>,
    /// The partition that is explained; else the lowest of those that are worst off.
    pub partition: Option<PartitionId>,
}

/// There is no such namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoSuchNamespace(pub String);

impl fmt::Display for NoSuchNamespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no namespace {:?}", self.0)
    }
}

/// A moment that is drawn: where a timeline stands.
struct Moment<'a> {
    timeline: &'a Timeline,
    view: ClusterView,
    /// The namespace's place in every list of namespaces.
    namespace: usize,
    name: String,
}

/// The figure of where a timeline stands.
///
/// # Errors
/// When there is no such namespace.
pub fn figure(timeline: &Timeline, wanted: &Wanted<'_>) -> Result<String, NoSuchNamespace> {
    let view = timeline.cluster().view();
    let namespace = match wanted.namespace {
        Some(name) => view.namespace_index(name).ok_or_else(|| NoSuchNamespace(name.to_owned()))?,
        None => 0,
    };
    let name = view.namespaces.get(namespace).map(|settings| settings.name.clone());
    let name = name.unwrap_or_default();
    let moment = Moment { timeline, view, namespace, name };
    let mut to = Markup::default();
    // On a narrow page it is scrolled sideways, by keys too.
    to.open("figure", &[("class", "rl"), ("tabindex", "0")]);
    tables::caption(&mut to, &moment, wanted);
    tables::counts(&mut to, &moment);
    if wanted.view.has(View::Map) {
        map::maps(&mut to, &moment);
    }
    if wanted.view.has(View::Floor) {
        floor::floor(&mut to, &moment);
    }
    if wanted.view.has(View::Roster) {
        tables::rosters(&mut to, &moment);
    }
    if wanted.view.has(View::Why) {
        tables::why(&mut to, &moment, wanted.partition);
    }
    to.close("figure");
    Ok(to.done())
}
