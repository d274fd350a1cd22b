//! What is held on the floor: the nodes that are selected together, the fence that was drawn, lanes that no node is on yet,
//! and a node that is about to be added.
//!
//! Invariant: none of this is part of the cluster or of its history; only commands are.

use std::rc::Rc;

use rosterlab_engine::{NodeId, RackId, convert};

use crate::floor::layout::{Bundle, Rect};
use crate::page::verbs::Verb;

/// What a person does on the floor, beside commands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FloorAction {
    /// Clicked a card, with Ctrl or Shift held or not.
    Click(NodeId, bool),
    /// Adds a node to the selection, or takes it out.
    Toggle(NodeId),
    /// Selects nothing but the node that has the focus, and lets go of all else.
    LetGo,
    /// Drew a fence around nodes.
    Fence(Rect, Vec<NodeId>),
    /// Pressed a button of the fence's bar.
    Fenced(Verb),
    /// Cuts a bundle of links, or restores it when all of it is cut.
    ToggleBundle(Bundle),
    /// Moves the selection to a rack.
    MoveTo(RackId),
    /// Takes an empty lane away.
    RemoveRack(RackId),
    /// Wants to add a node to a rack.
    Adding(RackId),
    /// Typed the new node's id.
    NewId(Rc<str>),
    /// Wants the new node to stay quiesced, or not.
    NewStays(bool),
    /// Adds the node.
    Add,
}

/// A node that is about to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adding {
    /// To which rack.
    pub rack: RackId,
    /// Its id, as far as it is typed.
    pub id: Rc<str>,
    /// Whether it is quiesced from the start and for good: a tie-breaker.
    pub stay_quiesced: bool,
}

/// What is held on the floor.
#[derive(Clone, Debug, Default)]
pub struct FloorState {
    /// The nodes that are selected together; none while only one is selected.
    pub picked: Vec<NodeId>,
    /// Whether each click on a card adds it or takes it out.
    pub is_selecting: bool,
    /// The fence whose bar is shown.
    pub fence: Option<Rect>,
    /// Lanes that were added and that no node need be on.
    pub lanes: Vec<RackId>,
    /// Lanes that were taken away while they were empty.
    pub hidden: Vec<RackId>,
    /// The node that is about to be added.
    pub adding: Option<Adding>,
    /// Whether the single links of the selected node are shown although links are bundled.
    pub are_links_shown: bool,
}

/// How many links of each bundle are cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BundleCuts {
    /// The racks that have a lane, each with the number of its nodes.
    pub racks: Vec<(RackId, usize)>,
    /// How many links are cut between each two of those racks, by row and column.
    pub cut: Vec<u32>,
}

impl BundleCuts {
    /// How many of a bundle's links are cut, and how many there are.
    #[must_use]
    pub fn of(&self, bundle: Bundle) -> (u32, u32) {
        let place = |rack| self.racks.iter().position(|(other, _)| *other == rack);
        let (Some(a), Some(b)) = (place(bundle.from), place(bundle.to)) else { return (0, 0) };
        let (from, to) = (self.racks[a].1, self.racks[b].1);
        let all = if a == b { from * from.saturating_sub(1) / 2 } else { from * to };
        let cut = self.cut[a.min(b) * self.racks.len() + a.max(b)];
        (cut, convert::count(all))
    }
}
