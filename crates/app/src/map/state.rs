//! What a person chose on the map: colouring, a group of equal reason, a key to find; and what follows from it.
//!
//! Invariant: groups and picture are those of the cells that the page shows, worked out only when these or a choice change.
//! A picked group is remembered by its reason, so it stays picked while partitions of that reason are left. Not here:
//! which cells are shown (see `state`).

use std::rc::Rc;

use rosterlab_engine::{Cell, Cluster, ClusterView, NodeId};

use crate::map::finder::{Finder, KeyType};
use crate::map::picture::{Colouring, Picture, picture};
use crate::why::groups::{Group, Grouping, MOST_NODES, Reason, grouping};

/// What a person did on the map's panel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MapAction {
    /// Chose what colours stand for.
    ColourBy(Colouring),
    /// Picked a group of equal reason by its place, or gave the picked one up.
    Pick(usize),
    /// Typed a set.
    FindSet(String),
    /// Typed a key.
    FindKey(String),
    /// Chose the key's type.
    FindAs(KeyType),
    /// Wants to see the partition of that key.
    ShowFound,
}

/// The map's part of the page's state.
#[derive(Clone, Debug, Default)]
pub struct MapState {
    /// What colours stand for.
    pub colouring: Colouring,
    /// What is typed to find a key.
    pub finder: Finder,
    picked: Option<Reason>,
    grouping: Rc<Grouping>,
    picture: Rc<Picture>,
}

/// What the map is of.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// The cluster.
    pub cluster: &'a Cluster,
    /// The same as a view.
    pub view: &'a ClusterView,
    /// The namespace.
    pub namespace: &'a str,
    /// The sub-cluster, by its principal.
    pub on: Option<NodeId>,
    /// Its partitions.
    pub cells: &'a [Cell],
    /// The node whose marks may be shown.
    pub node: NodeId,
}

impl MapState {
    /// Works out groups and picture for other cells.
    pub fn update(&mut self, shown: Shown) {
        let few = shown.view.nodes.len() <= MOST_NODES;
        let on = shown.on.filter(|_| few);
        let holders = on.and_then(|on| shown.cluster.holders(shown.namespace, on));
        self.grouping = Rc::new(grouping(shown.cells, holders.as_deref()));
        if self.picked_place().is_none() {
            self.picked = None;
        }
        self.draw(shown);
    }

    /// Works out the picture alone: another colouring, or another node.
    pub fn draw(&mut self, shown: Shown) {
        let versions = match self.colouring {
            Colouring::Mark => shown.cluster.versions(shown.namespace, shown.node),
            _ => None,
        };
        self.picture = Rc::new(picture(self.colouring, shown.cells, shown.view, versions));
    }

    /// Picks a group, or gives it up if it is picked; gives it if it is picked now.
    pub fn pick(&mut self, place: usize) -> Option<Group> {
        let group = self.grouping.groups.get(place).copied();
        let reason = group.map(|group| group.reason());
        self.picked = reason.filter(|_| self.picked != reason);
        group.filter(|_| self.picked.is_some())
    }

    /// The groups of equal reason.
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        &self.grouping.groups
    }

    /// The groups, with what each partition is in.
    #[must_use]
    pub fn grouping(&self) -> &Rc<Grouping> {
        &self.grouping
    }

    /// The place of a partition's group.
    #[must_use]
    pub fn group_of(&self, partition: usize) -> Option<usize> {
        self.grouping.of.get(partition).map(|place| usize::from(*place))
    }

    /// The place of the picked group.
    #[must_use]
    pub fn picked_place(&self) -> Option<usize> {
        let picked = self.picked?;
        self.grouping.groups.iter().position(|group| group.reason() == picked)
    }

    /// The map before it is pixels.
    #[must_use]
    pub fn picture(&self) -> &Rc<Picture> {
        &self.picture
    }
}
