//! The floor: racks as lanes, nodes as cards, links between them, and the fence around what is selected.
//!
//! Invariant: `layout` says where things are, `gesture` what a pointer or key means; the rest shows it.

pub mod card;
pub mod fence;
pub mod gesture;
pub mod layout;
pub mod links;
pub mod node_card;
pub mod panel;
pub mod placed;
pub mod state;
