//! What a node is and holds, in words: its state, its devices' marks, its part in a partition.
//!
//! Invariant: cards, tables, figures and explanations call the same thing by the same name.

use rosterlab_engine::{DeviceMark, NodeState, Role, Seat};

/// A node's state.
#[must_use]
pub fn state(state: NodeState) -> &'static str {
    match state {
        NodeState::Up => "up",
        NodeState::Starting => "starting",
        NodeState::Orphan => "orphan",
        NodeState::DownClean => "stopped cleanly",
        NodeState::DownUnclean => "crashed",
    }
}

/// A device's clean-shutdown mark.
#[must_use]
pub fn device_mark(mark: DeviceMark) -> &'static str {
    match mark {
        DeviceMark::InUse => "in use",
        DeviceMark::Flushed => "flushed",
        DeviceMark::NotFlushed => "not flushed",
        DeviceMark::Empty => "empty",
    }
}

/// A device's clean-shutdown mark as one sign, for places without room for the words.
#[must_use]
pub fn device_sign(mark: DeviceMark) -> &'static str {
    match mark {
        DeviceMark::InUse => "▣",
        DeviceMark::Flushed => "☑",
        DeviceMark::NotFlushed => "☒",
        DeviceMark::Empty => "☐",
    }
}

/// A node's role for a partition; empty for a node without one.
#[must_use]
pub fn role(role: Role) -> &'static str {
    match role {
        Role::RosterMaster => "roster-master",
        Role::RosterReplica => "roster-replica",
        Role::StandIn => "stand-in",
        Role::Other => "",
        Role::NotInRoster => "not in the roster",
    }
}

/// What a node holds of a partition.
#[must_use]
pub fn copy(seat: &Seat) -> &'static str {
    match (seat.present, seat.full, seat.filling) {
        (false, ..) => "absent",
        (_, true, _) => "full",
        (_, _, true) => "filling",
        _ if seat.version.has_data() => "subset",
        _ => "no data",
    }
}
