//! What happened: one event as a sentence, or several of a kind in one.
//!
//! Invariant: a sentence says only what its events say. Not here: which events are told, and in which order.

use std::rc::Rc;

use rosterlab_engine::{ClusterView, Event, EventKind, Gate, NodeId, Rule, Shutdown, Untrusted};

use super::clients;
use super::cuts::of_members_left;
use super::orphans::of_orphan;
use super::rebalance::{among, of_rebalance};
use super::text::{all_partitions, count, is_are, links, list, nodes, roster};

/// What an event says.
#[must_use]
pub fn of_event(kind: &EventKind) -> String {
    match kind {
        EventKind::NodeStopped { .. }
        | EventKind::NodeStarted { .. }
        | EventKind::ServerChanged { .. }
        | EventKind::RostersForgotten { .. }
        | EventKind::MigrationsNotAwaited { .. }
        | EventKind::SeedsNotFound { .. }
        | EventKind::NodeOrphaned { .. }
        | EventKind::EvadeSet { .. }
        | EventKind::AutoRevived { .. }
        | EventKind::StorageUntrusted { .. }
        | EventKind::DrivesWiped { .. }
        | EventKind::NodeAdded { .. }
        | EventKind::NodeRemoved { .. }
        | EventKind::NodeMoved { .. } => of_node_event(kind),
        EventKind::ProtocolsSwitched => {
            "The protocols are switched: from now on a server before 3.13 cannot join, which makes a way back hard."
                .to_owned()
        }
        EventKind::LinksCut { links: cut } => {
            format!("{} {} cut.", links(cut), is_are(cut.len()))
        }
        EventKind::LinksRestored { links: restored } => {
            format!("{} {} restored.", links(restored), is_are(restored.len()))
        }
        EventKind::ChangeInterrupted { prepared } => {
            format!("A cluster change was interrupted; {} had prepared it.", list(prepared))
        }
        EventKind::MembersLeft { principal, nodes, missing, left } => {
            of_members_left(*principal, *nodes, missing, left)
        }
        EventKind::ClustersUnsettled { nodes: restless } => format!(
            "With these links clustering never settles: {} would go on joining and leaving clusters. Shown is the \
             state with the most nodes in clusters (inferred).",
            nodes(restless)
        ),
        EventKind::ClusterFormed { principal, key, nodes } => match nodes.as_slice() {
            [alone] => format!("{alone} forms a cluster of its own, key {key}."),
            members => format!(
                "{} form a cluster, principal {principal}, key {key}.",
                self::nodes(members)
            ),
        },
        EventKind::Rebalanced { principal, roster_nodes, counts, by_rule, fresh, .. } => {
            // In AP the event has the sub-cluster's nodes twice: there is no roster.
            let is_ap = by_rule.iter().any(|(rule, _)| *rule == Rule::Ap);
            let roster_nodes = if is_ap { (0, 0) } else { *roster_nodes };
            of_rebalance(*principal, roster_nodes, (*counts, *fresh), by_rule)
        }
        EventKind::MigrationsDone { namespace, principal } => {
            format!("The migrations of {namespace} in sub-cluster {principal} are done.")
        }
        EventKind::Wrote { .. } | EventKind::Read { .. } | EventKind::WriteLost { .. } => {
            of_client_event(kind)
        }
        _ => of_roster_event(kind),
    }
}

fn of_node_event(kind: &EventKind) -> String {
    match kind {
        EventKind::NodeStopped { node, shutdown: Shutdown::Unclean, .. } => {
            format!("{node} crashed.")
        }
        EventKind::NodeStopped { node, marked_clean: true, .. } => {
            format!("{node} stopped and marked its storage clean.")
        }
        EventKind::NodeStopped { node, .. } => {
            format!("{node} stopped during start-up, so its storage is not marked clean.")
        }
        EventKind::NodeStarted { node } => format!("{node} started."),
        EventKind::ServerChanged { node, from, to } => {
            format!("{node} runs server {to} now, {from} before.")
        }
        EventKind::RostersForgotten { node } => {
            format!("{node} starts without its roster: {}.", Gate::Metadata)
        }
        EventKind::MigrationsNotAwaited { node } => format!(
            "{node} was stopped while migrations were under way. With the old protocols a rolling restart has to wait \
             for them."
        ),
        EventKind::SeedsNotFound { node, seeds } => format!(
            "{node} reaches none of its seeds ({}), so it finds no other node and stays alone until one answers.",
            list(seeds)
        ),
        EventKind::EvadeSet { node, namespace, why, devices } => {
            let (why, all) = (of_untrusted(*why, devices), all_partitions());
            format!(
                "{node} {why}: its copies of {namespace} and its empty versions, {all} in all, get e: \
                 untrusted."
            )
        }
        EventKind::AutoRevived { node, namespace, devices } => {
            let (why, all) = (of_untrusted(Untrusted::NotClean, devices), all_partitions());
            format!(
                "{node} {why}: its copies of {namespace} and its empty versions, {all} in all, get r, \
                 because of auto-revive."
            )
        }
        EventKind::StorageUntrusted { node, namespace, why, devices } => {
            let why = of_untrusted(*why, devices);
            format!("{node} {why}; in AP {namespace} takes it as it is.")
        }
        EventKind::NodeOrphaned { node, why } => of_orphan(&[*node], Some(*why)),
        EventKind::DrivesWiped { node, device: None } => {
            format!("The drives of {node} are empty.")
        }
        EventKind::DrivesWiped { node, device: Some(device) } => {
            format!("Device {device} of {node} is empty.")
        }
        EventKind::NodeAdded { node, rack } => format!("{node} is new, on rack {rack}."),
        EventKind::NodeRemoved { node } => format!("{node} is gone, and its drives with it."),
        EventKind::NodeMoved { node, from, to } => format!(
            "{node} is configured for rack {to} instead of {from}; in the roster it moves only \
             with roster-set and recluster."
        ),
        _ => String::new(),
    }
}

fn of_untrusted(why: Untrusted, devices: &[u8]) -> String {
    match (why, devices) {
        (Untrusted::NotClean, _) => "has no clean-shutdown mark".to_owned(),
        (Untrusted::EmptyDevice, [device]) => format!("has an empty device ({device})"),
        (Untrusted::EmptyDevice, _) => format!("has empty devices ({})", list(devices)),
    }
}

fn of_roster_event(kind: &EventKind) -> String {
    match kind {
        EventKind::RosterStaged { namespace, roster: staged, .. } => format!(
            "The pending roster of {namespace} is {}; it comes into force at the next cluster \
             change.",
            roster(staged)
        ),
        EventKind::ReclusterAnswered { principal, .. } => {
            format!("{principal}, the principal, took the recluster.")
        }
        EventKind::Revived { node, namespace, partitions } => {
            let versions = count(*partitions, "version");
            format!("{node}: {versions} of {namespace}, empty ones too, have r now.")
        }
        EventKind::QuiesceSet { node, quiesce: true } => {
            format!("{node} quiesces from the next cluster change.")
        }
        EventKind::QuiesceSet { node, quiesce: false } => {
            format!("{node} no longer quiesces from the next cluster change.")
        }
        EventKind::RosterInForce { namespace, principal, roster: entries } => format!(
            "In sub-cluster {principal} the roster of {namespace} is {} now.",
            roster(entries)
        ),
        EventKind::RosterGivenUp { namespace, holder, nodes: losers, generation, wins } => {
            let why = if wins > generation {
                "is newer"
            } else {
                "is the principal’s, and both are equally new"
            };
            format!(
                "{} gave up the roster of {namespace} that they held (generation {generation}): \
                 the one that {holder} held (generation {wins}) {why}.",
                nodes(losers)
            )
        }
        EventKind::RosterProtected { node, namespace, partitions } => format!(
            "{node} marked {} of {namespace} with r: roster-set protection.",
            count(*partitions, "empty version")
        ),
        EventKind::QuiesceIgnored { namespace, principal } => {
            format!(
                "Sub-cluster {principal} cannot quiesce all nodes of {namespace}, and ignores it."
            )
        }
        _ => String::new(),
    }
}

fn of_client_event(kind: &EventKind) -> String {
    match kind {
        EventKind::Wrote { partition, result, .. } => {
            format!("A write to partition {partition}: {}.", clients::result(*result))
        }
        EventKind::Read { partition, mode, result, stale, .. } => {
            let how = clients::read_mode(*mode);
            let stale = if *stale { ", and stale" } else { "" };
            format!("A read ({how}) of partition {partition}: {}{stale}.", clients::result(*result))
        }
        EventKind::WriteLost { write, kept: Some(kept), .. } => {
            format!("Acknowledged write {write} is lost: write {kept} was kept.")
        }
        EventKind::WriteLost { write, kept: None, .. } => {
            format!("Acknowledged write {write} is lost: no node has it any more.")
        }
        _ => String::new(),
    }
}

/// An event, with the namespace's name where there are several.
#[must_use]
pub fn of_event_among(kind: &EventKind, view: &ClusterView) -> String {
    match kind {
        EventKind::Rebalanced { namespace, .. } => among(view, namespace, of_event(kind)),
        _ => of_event(kind),
    }
}

/// Nodes that started together, in one sentence.
#[must_use]
pub fn of_starts(events: &[Rc<Event>]) -> Option<String> {
    let started = |event: &Rc<Event>| match event.kind {
        EventKind::NodeStarted { node } => Some(node),
        _ => None,
    };
    let started: Vec<NodeId> = events.iter().filter_map(started).collect();
    (!started.is_empty()).then(|| format!("{} started.", nodes(&started)))
}

/// A revive that found no `e` on some nodes, in one sentence.
#[must_use]
pub fn of_revives_of_nothing(events: &[Rc<Event>]) -> Option<String> {
    let nothing = |event: &Rc<Event>| match event.kind {
        EventKind::Revived { node, partitions: 0, .. } => Some(node),
        _ => None,
    };
    let unchanged: Vec<NodeId> = events.iter().filter_map(nothing).collect();
    (!unchanged.is_empty()).then(|| format!("Nothing is to be revived on {}.", nodes(&unchanged)))
}

/// Nodes that went down together, in one sentence.
#[must_use]
pub fn of_stops(events: &[Rc<Event>]) -> Option<String> {
    let stopped: Vec<(&NodeId, Shutdown)> = events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::NodeStopped { node, shutdown, .. } => Some((node, *shutdown)),
            _ => None,
        })
        .collect();
    let (_, shutdown) = *stopped.first()?;
    let verb = if shutdown == Shutdown::Clean { "stopped" } else { "crashed" };
    let stopped: Vec<NodeId> = stopped.iter().map(|(node, _)| **node).collect();
    Some(format!("{} {verb}.", nodes(&stopped)))
}

/// Whether two events that follow one another are one sentence of the history.
#[must_use]
pub fn told_together(one: &EventKind, other: &EventKind) -> bool {
    use EventKind::{NodeOrphaned, NodeStarted, NodeStopped, Revived};
    match (one, other) {
        (
            NodeStopped { shutdown, marked_clean, .. },
            NodeStopped { shutdown: way, marked_clean: mark, .. },
        ) => (shutdown, marked_clean) == (way, mark),
        (NodeOrphaned { why, .. }, NodeOrphaned { why: reason, .. }) => why == reason,
        (NodeStarted { .. }, NodeStarted { .. })
        | (Revived { partitions: 0, .. }, Revived { partitions: 0, .. }) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use rosterlab_engine::{Counts, Link, Orphaned, RackId};

    use super::*;
    use crate::testing::{id, ids};

    fn rebalanced(present: u32, counts: Counts, by_rule: Vec<(Rule, u32)>) -> EventKind {
        EventKind::Rebalanced {
            namespace: "main".to_owned(),
            principal: id("A103"),
            regime: (3, 5),
            roster_nodes: (present, 5),
            counts,
            fresh: 0,
            by_rule,
            expected: vec![],
        }
    }

    #[test]
    fn all_active_tells_by_which_rule() {
        let counts = Counts { active: 4096, ..Counts::default() };
        let text = of_event(&rebalanced(3, counts, vec![(Rule::Majority, 4096)]));
        assert_eq!(
            text,
            "Sub-cluster A103 has 3 of 5 roster nodes: all 4,096 partitions are active, because \
             more than half of the roster votes (rule 5)."
        );
    }

    #[test]
    fn clusters_that_never_settle_say_so() {
        let nodes = ids("A3 A2 A1");
        assert_eq!(
            of_event(&EventKind::ClustersUnsettled { nodes }),
            "With these links clustering never settles: A3, A2 and A1 would go on joining and leaving clusters. Shown \
             is the state with the most nodes in clusters (inferred)."
        );
    }

    #[test]
    fn each_reason_of_an_orphan_has_a_sentence() {
        let said = |why| of_event(&EventKind::NodeOrphaned { node: id("A1"), why });
        let tail = "It serves nothing; all partitions are unavailable there.";
        for (why, reason) in [
            (Orphaned::PrincipalGone(id("B2")), "it does not hear its principal B2 any more"),
            (Orphaned::NotTakenIn, "no cluster takes it in"),
            (Orphaned::GivenUp, "most members of its cluster preferred another principal"),
            (Orphaned::TooSmall, "the cluster would be smaller than min-cluster-size"),
        ] {
            assert_eq!(said(why), format!("A1 is an orphan: {reason}. {tail}"));
        }
    }

    #[test]
    fn what_keeps_a_node_out_is_told_with_what_is_needed() {
        let why = Orphaned::StaysOut(Gate::NotSwitched);
        assert_eq!(
            of_event(&EventKind::NodeOrphaned { node: id("A1"), why }),
            "A1 is an orphan: a server of 3.14 or later does not know the cluster’s old protocols; every node has to \
             be at 3.13 first, and then the protocols are switched. It serves nothing; all partitions are unavailable \
             there."
        );
        assert_eq!(
            of_event(&EventKind::RostersForgotten { node: id("A1") }),
            "A1 starts without its roster: a server before 4.5.1 does not read the metadata of later ones."
        );
        let seeds = ids("A2 A3");
        assert_eq!(
            of_event(&EventKind::SeedsNotFound { node: id("A1"), seeds }),
            "A1 reaches none of its seeds (A2 and A3), so it finds no other node and stays alone until one answers."
        );
        let changed = EventKind::ServerChanged {
            node: id("A1"),
            from: "3.12".parse().unwrap(),
            to: "3.13.0.11".parse().unwrap(),
        };
        assert_eq!(of_event(&changed), "A1 runs server 3.13.0.11 now, 3.12 before.");
        assert_eq!(
            of_event(&EventKind::MigrationsNotAwaited { node: id("A1") }),
            "A1 was stopped while migrations were under way. With the old protocols a rolling restart has to wait for \
             them."
        );
        assert!(of_event(&EventKind::ProtocolsSwitched).contains("before 3.13 cannot join"));
    }

    #[test]
    fn a_lost_write_says_what_was_kept_if_anything_was() {
        let lost = |kept| {
            let (namespace, key) = ("main".to_owned(), rosterlab_engine::Digest([0; 20]));
            of_event(&EventKind::WriteLost { namespace, key, write: 3, kept })
        };
        assert_eq!(lost(Some(4)), "Acknowledged write 3 is lost: write 4 was kept.");
        assert_eq!(lost(None), "Acknowledged write 3 is lost: no node has it any more.");
    }

    #[test]
    fn a_part_that_is_dead_is_told_beside_what_stays() {
        let counts = Counts { active: 4095, unavailable: 0, dead: 1 };
        let by_rule = vec![(Rule::NoFullCopy, 1), (Rule::AllReplicas, 4095)];
        assert_eq!(
            of_event(&rebalanced(5, counts, by_rule)),
            "Sub-cluster A103 has 5 of 5 roster nodes: 1 partition is dead, because no full copy is \
             there (rule 3); 4,095 stay active."
        );
    }

    #[test]
    fn links_are_named_or_counted() {
        let links: Vec<Link> = ["A101", "A102", "B101", "B102"]
            .iter()
            .filter_map(|node| Link::new(id(node), id("A103")))
            .collect();
        assert_eq!(of_event(&EventKind::LinksCut { links: links.clone() }), "4 links are cut.");
        assert_eq!(
            of_event(&EventKind::LinksRestored { links: links[..1].to_vec() }),
            "A101–A103 is restored."
        );
    }

    #[test]
    fn a_moved_node_tells_what_is_still_to_do() {
        let rack = |number| RackId::new(number).unwrap();
        let moved = EventKind::NodeMoved { node: id("A103"), from: rack(1), to: rack(2) };
        assert!(of_event(&moved).contains("only with roster-set and recluster"));
    }

    #[test]
    fn a_start_names_the_empty_device() {
        let (node, namespace) = (id("A101"), "main".to_owned());
        let why = Untrusted::EmptyDevice;
        let one = EventKind::StorageUntrusted { node, namespace, why, devices: vec![1] };
        assert_eq!(of_event(&one), "A101 has an empty device (1); in AP main takes it as it is.");
    }

    #[test]
    fn a_wiped_device_is_named() {
        let wiped = |device| of_event(&EventKind::DrivesWiped { node: id("A1"), device });
        assert_eq!(wiped(None), "The drives of A1 are empty.");
        assert_eq!(wiped(Some(1)), "Device 1 of A1 is empty.");
    }
}
