//! Who left a cluster after a cut, and why (docs/domain.md §7).
//!
//! Invariant: a sentence names what is missing before who left, and the rule that chose them. Not here: what orphans are (see
//! `orphans`).

use rosterlab_engine::{Left, Link, NodeId, convert};

use super::text::{LINKS_NAMED, links, list, nodes, thousands};

/// The most nodes that the principal left out whose reason is told one by one.
const REASONS_TOLD: usize = 2;

/// Why members left a cluster: what was missing, who decided, and the tie-break.
#[must_use]
pub fn of_members_left(
    principal: NodeId,
    of_nodes: u32,
    missing: &[Link],
    left: &[(NodeId, Left)],
) -> String {
    let unheard: Vec<NodeId> =
        left.iter().filter(|(_, why)| *why == Left::Unheard).map(|(node, _)| *node).collect();
    let who = nodes(&unheard);
    let unheard = match unheard.len() {
        0 => None,
        all if convert::count(all + 1) == of_nodes => {
            Some(format!("No other node hears the principal {principal}, so all left it."))
        }
        1 => Some(format!("{who} does not hear its principal {principal}, so it left.")),
        _ => Some(format!("{who} do not hear their principal {principal}, so they left.")),
    };
    let preferred = left.iter().find_map(|(_, why)| match why {
        Left::Preferred(other) => Some(format!(
            "Of the members that still heard {principal}, most preferred {other} as their principal, \
             so the cluster was given up."
        )),
        _ => None,
    });
    let said = [unheard, of_decision(principal, left), preferred];
    let said = said.into_iter().flatten();
    [of_missing(of_nodes, missing)].into_iter().chain(said).collect::<Vec<_>>().join(" ")
}

/// Which pairs are not connected, and the rule that they break.
fn of_missing(of_nodes: u32, missing: &[Link]) -> String {
    let pairs = of_nodes * of_nodes.saturating_sub(1) / 2;
    let which = match missing {
        [one] => list([one.low(), one.high()]),
        few if few.len() <= LINKS_NAMED => links(few),
        many => {
            let missing = thousands(convert::count(many.len()));
            format!("{missing} of {} pairs of nodes", thousands(pairs))
        }
    };
    format!("{which} are not connected, and every pair of a cluster's nodes must be.")
}

/// Whom the principal left out, and by which rule.
fn of_decision(principal: NodeId, left: &[(NodeId, Left)]) -> Option<String> {
    let left_out = left.iter().filter_map(|(node, why)| match why {
        Left::MissedMost { links, tied } => Some((*node, *links, &**tied)),
        _ => None,
    });
    let left_out: Vec<(NodeId, u32, &[NodeId])> = left_out.collect();
    let reason = |(node, links, tied): &(NodeId, u32, &[NodeId])| match tied {
        [] => format!("{node} left, because it missed the most links ({links})"),
        tied => format!(
            "{node} left, because it missed as many links as {} ({links}) and of these the lowest id goes",
            nodes(tied)
        ),
    };
    let what = match left_out.len() {
        0 => return None,
        few if few <= REASONS_TOLD => list(left_out.iter().map(reason)),
        many => format!(
            "{many} nodes left one after the other, each because it missed the most links of those \
             still there, on ties the lowest id"
        ),
    };
    Some(format!("The principal {principal}, the highest id, decided: {what}."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{id, ids};

    /// All links between two sides.
    fn between(one: &str, other: &str) -> Vec<Link> {
        let pairs = |a: NodeId| ids(other).into_iter().filter_map(move |b| Link::new(a, b));
        ids(one).into_iter().flat_map(pairs).collect()
    }

    fn told(of_nodes: u32, missing: &[Link], left: &[(NodeId, Left)]) -> String {
        of_members_left(id("B102"), of_nodes, missing, left)
    }

    #[test]
    fn one_missing_link_names_the_pair_and_the_tie_break() {
        let why = Left::MissedMost { links: 1, tied: ids("A102") };
        assert_eq!(
            told(5, &between("A101", "A102"), &[(id("A101"), why)]),
            "A101 and A102 are not connected, and every pair of a cluster's nodes must be. The \
             principal B102, the highest id, decided: A101 left, because it missed as many links as \
             A102 (1) and of these the lowest id goes."
        );
        let why = Left::MissedMost { links: 2, tied: Vec::new() };
        assert_eq!(
            told(5, &between("A103", "A101 A102"), &[(id("A103"), why)]),
            "A101–A103 and A102–A103 are not connected, and every pair of a cluster's nodes must be. \
             The principal B102, the highest id, decided: A103 left, because it missed the most \
             links (2)."
        );
    }

    #[test]
    fn a_split_is_told_with_counts() {
        let left: Vec<(NodeId, Left)> =
            ids("A103 A102 A101").into_iter().map(|node| (node, Left::Unheard)).collect();
        assert_eq!(
            told(5, &between("A101 A102 A103", "B101 B102"), &left),
            "6 of 10 pairs of nodes are not connected, and every pair of a cluster's nodes must be. \
             A103, A102 and A101 do not hear their principal B102, so they left."
        );
        let twelve: Vec<(NodeId, Left)> =
            (1..=12).filter_map(|n| Some((NodeId::new(n)?, Left::Unheard))).collect();
        let told = told(20, &between("A101 A102 A103", "B101 B102"), &twelve);
        assert!(told.contains("6 of 190 pairs"), "{told}");
        assert!(told.contains("12 nodes do not hear their principal B102"), "{told}");
    }

    #[test]
    fn a_principal_that_is_cut_off_and_one_that_is_given_up_are_told_apart() {
        let all: Vec<(NodeId, Left)> =
            ids("B101 A101").into_iter().map(|node| (node, Left::Unheard)).collect();
        let missing = between("B102", "B101 A101");
        assert!(
            told(3, &missing, &all)
                .ends_with("No other node hears the principal B102, so all left it.")
        );
        let left = [(id("B101"), Left::Preferred(id("B101"))), (id("A101"), Left::Unheard)];
        assert!(told(3, &missing[1..], &left).ends_with(
            "A101 does not hear its principal B102, so it left. Of the members that still heard \
             B102, most preferred B101 as their principal, so the cluster was given up."
        ));
    }

    #[test]
    fn of_many_that_the_principal_left_out_the_rule_is_told_once() {
        let why = || Left::MissedMost { links: 1, tied: Vec::new() };
        let left: Vec<(NodeId, Left)> =
            ids("A101 A102 A103").into_iter().map(|node| (node, why())).collect();
        assert!(told(9, &between("A101", "A102"), &left).ends_with(
            "decided: 3 nodes left one after the other, each because it missed the most links of \
             those still there, on ties the lowest id."
        ));
    }
}
