//! A rolling restart in words: why it cannot be done, and what is so when it ends.
//!
//! Invariant: the end says what is, not what was meant: how many partitions are served and still filling, which nodes are
//! down or quiesced, and whether a roster is staged.

use rosterlab_engine::{ClusterView, Mode, NodeId, NodeView, QuiesceState};

use super::served::outcome;
use super::text::{count, is_are, list, nodes};
use crate::rolling::{Halt, Unfit, staged};

/// Why it cannot be begun, as a sentence.
#[must_use]
pub fn unfit(why: &Unfit) -> String {
    match why {
        Unfit::InNoCluster(node) => format!("{node} is in no cluster."),
        Unfit::Staged(name) => {
            format!("A roster is staged in {name}: the first recluster would bring it into force.")
        }
        Unfit::Paused => "Migrations are paused: migrate-threads is 0.".to_owned(),
    }
}

/// How a rolling restart ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// All nodes were restarted.
    Done,
    /// Something was lost, or would have been.
    Halted(Halt),
    /// A person stopped it.
    Stopped,
}

/// What has come of a rolling restart.
#[must_use]
pub fn ended(end: &End, restarted: &[NodeId], view: &ClusterView) -> String {
    let how = match end {
        End::Done => "Rolling restart done".to_owned(),
        End::Stopped => "Rolling restart stopped".to_owned(),
        End::Halted(Halt { node, namespace, lost, is_foreseen }) => {
            let mut settings = view.namespaces.iter().filter(|one| one.name == *namespace);
            // In AP a partition is always served somewhere, perhaps without its data (domain.md §6).
            let harm = match settings.next().map(|one| one.mode) {
                Some(Mode::Available) => "empty or unserved",
                _ => "served by nobody",
            };
            let partitions = count(*lost, "partition");
            if *is_foreseen {
                format!(
                    "Rolling restart halted before {node} stops: {partitions} of {namespace} would be {harm}"
                )
            } else {
                let are = if *lost == 1 { "is" } else { "are" };
                format!(
                    "Rolling restart halted at {node}: {partitions} of {namespace} {are} now {harm}"
                )
            }
        }
    };
    let were = match restarted {
        [] => "no node was restarted".to_owned(),
        [one] => format!("{one} was restarted"),
        many => format!("{} were restarted", nodes(many)),
    };
    let served = view.namespaces.iter().enumerate();
    let served =
        served.map(|(place, one)| format!("{}: {}", one.name, outcome(view.served(place))));
    let of = |is: fn(&NodeView) -> bool, what: &str| {
        let found = view.nodes.iter().rev().filter(|node| is(node)).map(|node| node.id);
        let found: Vec<NodeId> = found.collect();
        match found.len() {
            0 => format!("no node is {what}"),
            number => format!("{} {} {what}", nodes(&found), is_are(number)),
        }
    };
    let is_quiesced = |node: &NodeView| node.quiesce != QuiesceState::No && !node.stay_quiesced;
    let rosters = match staged(view).as_slice() {
        [] => "no roster is staged".to_owned(),
        names => format!("a roster is staged in {}", list(names)),
    };
    let states = [of(|node| !node.state.is_up(), "down"), of(is_quiesced, "quiesced"), rosters];
    let served: Vec<String> = served.collect();
    format!("{how}; {were}. {}. Now {}.", served.join("; "), states.join(", "))
}
