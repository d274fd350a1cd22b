//! Groups the 4096 partitions by reason: the map in words, for people who use screen readers.
//!
//! Invariant: every partition is in exactly one group, so the sizes add up to 4096. There are at most [`MOST_GROUPS`]
//! groups unless looks and rules alone make more. Not here: the rules' wording (see `rules`).

use rosterlab_engine::order::by_key;
use rosterlab_engine::{
    Cell, ClusterView, Holders, NodeId, PARTITIONS, PartitionId, PlaceSet, Rule,
};

use crate::look::Look;
use crate::rules;
use crate::text::list;

/// The most groups that still are a summary; above this, reasons are told with less detail.
pub const MOST_GROUPS: usize = 16;

/// The most nodes for which reasons say who holds what; larger clusters would have too many different reasons.
pub const MOST_NODES: usize = 32;

/// The most nodes that a reason names; the rest are counted.
const MOST_NAMES: usize = 3;

/// What the partitions of a group have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Their look on the map.
    pub look: Look,
    /// The rule that decided.
    pub rule: Rule,
    /// The nodes that hold their copies, as far as this is part of the reason.
    pub holders: Holders,
}

/// Partitions that the same rule decided, with the copies that matter on the same nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// Their look on the map.
    pub look: Look,
    /// The rule that decided.
    pub rule: Rule,
    /// The nodes that hold their copies, as far as this is part of the reason.
    pub holders: Holders,
    /// The number of partitions.
    pub size: u32,
    /// The first of them.
    pub example: PartitionId,
}

impl Group {
    /// What its partitions have in common.
    #[must_use]
    pub fn reason(&self) -> Reason {
        Reason { look: self.look, rule: self.rule, holders: self.holders }
    }
}

/// All groups, and the group of each partition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grouping {
    /// Worst look first, then largest first.
    pub groups: Vec<Group>,
    /// By partition: the index of its group.
    pub of: Vec<u8>,
}

/// How much a reason says about who holds what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Detail {
    /// Full copies, copies being filled, copies on absent nodes and untrusted copies.
    All,
    /// Full copies and copies on absent nodes.
    Sources,
    /// Nothing.
    None,
}

/// Groups a sub-cluster's partitions by reason, in as much detail as [`MOST_GROUPS`] allows; without holders, by look and
/// rule only.
#[must_use]
pub fn grouping(cells: &[Cell], holders: Option<&[Holders]>) -> Grouping {
    let detailed = holders.and_then(|holders| {
        let gathered = |detail| gathered(cells, holders, detail, MOST_GROUPS);
        gathered(Detail::All).or_else(|| gathered(Detail::Sources))
    });
    let plain = || gathered(cells, &[], Detail::None, usize::from(u8::MAX));
    detailed.or_else(plain).unwrap_or_default()
}

/// The groups at one level of detail; `None` if there are more than `most`.
fn gathered(cells: &[Cell], holders: &[Holders], detail: Detail, most: usize) -> Option<Grouping> {
    let mut found: Vec<Group> = Vec::new();
    let mut of: Vec<u8> = Vec::with_capacity(PARTITIONS);
    for (example, cell) in PartitionId::all().zip(cells.iter().take(PARTITIONS)) {
        let held = holders.get(example.index()).copied().unwrap_or_default();
        let reason = reason(cell, held, detail);
        let place = found.iter().position(|group| group.reason() == reason);
        let place = place.unwrap_or_else(|| {
            let Reason { look, rule, holders } = reason;
            found.push(Group { look, rule, holders, size: 0, example });
            found.len() - 1
        });
        if found.len() > most {
            return None;
        }
        found[place].size += 1;
        of.push(u8::try_from(place).unwrap_or(u8::MAX));
    }
    let sorted: Vec<(usize, Group)> = found.into_iter().enumerate().collect();
    // A size is at most 4096.
    let sorted = by_key(&sorted, |(_, group)| {
        (group.look as u64) << 32 | u64::from(0xFFFF - group.size) << 8 | group.rule as u64
    });
    let mut moved = [0; 256];
    for (to, (from, _)) in sorted.iter().enumerate() {
        moved[*from] = u8::try_from(to).unwrap_or(u8::MAX);
    }
    for place in &mut of {
        *place = moved[usize::from(*place)];
    }
    Some(Grouping { groups: sorted.into_iter().map(|(_, group)| group).collect(), of })
}

/// What explains a partition: the source and target while it is filled; the absent holders if there is no full copy.
fn reason(cell: &Cell, held: Holders, detail: Detail) -> Reason {
    let (look, rule) = (Look::of(cell), cell.verdict.rule);
    let mut holders = Holders::default();
    match (look, rule) {
        _ if detail == Detail::None => {}
        (Look::Filling, _) => {
            holders.full = held.full.minus(held.filling);
            holders.filling = if detail == Detail::All { held.filling } else { PlaceSet::EMPTY };
        }
        (_, Rule::NoFullCopy) => {
            holders.away = held.away;
            holders.untrusted =
                if detail == Detail::All { held.untrusted } else { PlaceSet::EMPTY };
        }
        _ => {}
    }
    Reason { look, rule, holders }
}

/// A group's reason in words, without the rule's number: `no full copy here: it was on A102`.
#[must_use]
pub fn words(group: &Group, view: &ClusterView) -> String {
    let is_active = group.look.is_active();
    let mut words = rules::reason(group.rule, is_active).to_owned();
    let Holders { full, filling, untrusted, away } = group.holders;
    if group.look == Look::Fresh {
        words.push_str(": came up empty");
    }
    if group.look == Look::Filling {
        let parts = [(full, ", ", " full"), (filling, ", filling ", "")];
        for (nodes, before, after) in parts.into_iter().filter(|(nodes, ..)| !nodes.is_empty()) {
            words.extend([before, &names(nodes, view), after]);
        }
        if full.is_empty() && filling.is_empty() {
            words.push_str(", filling");
        }
    }
    if !away.is_empty() {
        let before = if away.len() == 1 { ": it was on " } else { ": they were on " };
        words.extend([before, &names(away, view)]);
    }
    if !untrusted.is_empty() {
        let before = if away.is_empty() { ": untrusted on " } else { ", untrusted on " };
        words.extend([before, &names(untrusted, view)]);
    }
    words
}

/// The nodes of a set by name, highest id last.
fn names(nodes: PlaceSet, view: &ClusterView) -> String {
    let places = (0..view.nodes.len()).rev().filter(|place| nodes.contains(*place));
    let ids: Vec<NodeId> = places.map(|place| view.nodes[place].id).collect();
    if ids.len() <= MOST_NAMES {
        return list(ids);
    }
    let shown = ids[..MOST_NAMES - 1].iter().map(NodeId::to_string);
    list(shown.chain([format!("{} more", ids.len() + 1 - MOST_NAMES)]))
}

#[cfg(test)]
mod tests {
    use rosterlab_engine::{Availability, Cluster, Command, RosterNodes, Shutdown, Until, Verdict};

    use super::*;
    use crate::state::case_study;
    use crate::testing::id;

    fn do_all(commands: &[Command]) -> Cluster {
        let mut cluster = Cluster::new(case_study()).unwrap();
        for command in commands {
            cluster.apply(command).unwrap();
            cluster.advance(Until::Settled);
        }
        cluster
    }

    fn stop(nodes: &[&str], shutdown: Shutdown) -> Command {
        Command::Stop { nodes: nodes.iter().map(|node| id(node)).collect(), shutdown }
    }

    /// The groups of the only sub-cluster, as a person reads them.
    fn told(cluster: &Cluster) -> Vec<String> {
        let view = cluster.view();
        let here = &view.sub_clusters[0];
        let holders = cluster.holders("main", here.principal);
        let found = grouping(&here.namespaces[0].cells, holders.as_deref());
        assert_eq!(found.groups.iter().map(|group| group.size).sum::<u32>(), 4096);
        for (partition, place) in PartitionId::all().zip(&found.of) {
            let group = &found.groups[usize::from(*place)];
            assert_eq!(group.look, Look::of(&here.namespaces[0].cells[partition.index()]));
        }
        found.groups.iter().map(|group| format!("{} {}", group.size, words(group, &view))).collect()
    }

    fn reset_too_early() -> Vec<Command> {
        let (namespace, nodes) = ("main".to_owned(), RosterNodes::Observed);
        vec![
            stop(&["B101", "B102"], Shutdown::Clean),
            Command::RosterSet { namespace, nodes, on: None },
            Command::Recluster { on: None },
            stop(&["A102"], Shutdown::Unclean),
        ]
    }

    #[test]
    fn after_a_roster_reset_too_early_the_reasons_name_the_nodes() {
        let cluster = do_all(&reset_too_early());
        assert_eq!(
            told(&cluster),
            [
                "1381 no full copy here: it was on A102",
                "679 by super-majority, A101 full, filling A103",
                "657 by super-majority, A103 full, filling A101",
                "636 by majority, A103 full, filling A101",
                "596 by majority, A101 full, filling A103",
                "76 all roster-replicas here, A103 full, filling A101",
                "71 all roster-replicas here, A101 full, filling A103",
            ]
        );
    }

    #[test]
    fn a_copy_that_is_back_untrusted_is_told() {
        let mut commands = reset_too_early();
        commands.truncate(1);
        commands.push(stop(&["A102"], Shutdown::Unclean));
        commands.push(Command::Start { nodes: vec![id("A102")] });
        let told = told(&do_all(&commands));
        assert!(told.iter().any(|group| group.contains("untrusted on A102")), "{told:?}");
        assert!(told.len() <= MOST_GROUPS, "{told:?}");
    }

    #[test]
    fn what_is_settled_is_one_group_by_rule() {
        assert_eq!(told(&do_all(&[])), ["4096 by super-majority"]);
    }

    #[test]
    fn partitions_are_gathered_by_reason_worst_first() {
        let cell = |availability, rule, migrating| Cell {
            verdict: Verdict { availability, rule },
            working_master: None,
            migrating,
            fresh: false,
        };
        let settled = cell(Availability::Active, Rule::SuperMajority, false);
        let filling = cell(Availability::Active, Rule::SuperMajority, true);
        let lost = cell(Availability::Unavailable, Rule::NoFullCopy, false);
        let minority = cell(Availability::Unavailable, Rule::NothingElse, false);
        let cells = [settled, lost, minority, filling, minority];
        let found = grouping(&cells, None);
        let groups: Vec<_> = found
            .groups
            .iter()
            .map(|group| (group.look, group.rule, group.size, group.example.get()))
            .collect();
        assert_eq!(
            groups,
            [
                (Look::Unavailable, Rule::NothingElse, 2, 2),
                (Look::Unavailable, Rule::NoFullCopy, 1, 1),
                (Look::Filling, Rule::SuperMajority, 1, 3),
                (Look::Settled, Rule::SuperMajority, 1, 0),
            ]
        );
        assert_eq!(found.of, [3, 1, 0, 2, 0]);
    }

    #[test]
    fn too_many_reasons_are_joined() {
        let verdict = Verdict { availability: Availability::Active, rule: Rule::Majority };
        let cells =
            vec![Cell { verdict, working_master: None, migrating: true, fresh: false }; PARTITIONS];
        let holders = |sources: usize, targets: usize| -> Vec<Holders> {
            let of = |at: usize| Holders {
                full: PlaceSet::of_bits(1 << (at % sources)),
                filling: PlaceSet::of_bits(1 << (20 + at / 16 % targets)),
                ..Holders::default()
            };
            (0..PARTITIONS).map(of).collect()
        };
        let count =
            |sources, targets| grouping(&cells, Some(&holders(sources, targets))).groups.len();
        assert_eq!(count(4, 4), 16);
        assert_eq!(count(5, 4), 5, "only where they are filled from");
        assert_eq!(count(17, 1), 1, "only looks and rules");
    }
}
