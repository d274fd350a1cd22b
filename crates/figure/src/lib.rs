//! A moment of a timeline as a figure: HTML with SVG and tables, for other pages.
//!
//! Invariant: the same moment gives the same bytes, and all numbers come from the engine's view. Built pages and live
//! pages get their figures from here, so they cannot disagree. A figure has no inline style, no script and no `id`: it can
//! be in a page any number of times and passes a strict Content-Security-Policy. Text from outside (titles, names, what a
//! step says) is escaped.
//!
//! **What this crate does not do**: files, the web, changing a cluster (a `Timeline` does), the drawing of the playground.

mod floor;
mod map;
mod markdown;
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
    /// Why one partition is active, unavailable or dead.
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

/// The error of an unknown view.
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

/// What a figure should show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted<'a> {
    /// The view.
    pub view: View,
    /// The title; none when empty.
    pub title: &'a str,
    /// The author's text about this moment.
    pub say: Option<&'a str>,
    /// The name of the namespace; else the first.
    pub namespace: Option<&'a str>,
    /// The partition that is explained; else the lowest of the worst ones.
    pub partition: Option<PartitionId>,
}

/// The error of an unknown namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoSuchNamespace(pub String);

impl fmt::Display for NoSuchNamespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no namespace {:?}", self.0)
    }
}

/// A text or an attribute's value for any page, with nothing left that HTML, Markdown or a template would take for its own.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut to = Markup::default();
    to.text(text);
    to.done()
}

/// The moment that is drawn: the position of a timeline.
struct Moment<'a> {
    timeline: &'a Timeline,
    view: ClusterView,
    /// The index of the namespace.
    namespace: usize,
    name: String,
}

/// The figure of a timeline's position.
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
    // On a narrow page it can be scrolled sideways, also by keys.
    to.open("figure", &[("class", "rl"), ("tabindex", "0")]);
    tables::caption(&mut to, &moment, wanted);
    tables::verdict(&mut to, &moment);
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
