//! The page's news: what a step did, in the line above the floor and in the history.
//!
//! Invariant: pure; every sentence is one of `rosterlab_scenario::words`, or tells what the page did. Here it is decided
//! which events are told and how many.

use std::rc::Rc;

use rosterlab_engine::{ClusterView, Event, EventKind, NodeId, convert};
use rosterlab_scenario::Entry;
use rosterlab_scenario::share::SharedTimeline;
pub use rosterlab_scenario::words::commands::{of_command, of_entry};
use rosterlab_scenario::words::events::{
    of_event, of_event_among, of_revives_of_nothing, of_starts, of_stops, told_together,
};
use rosterlab_scenario::words::orphans::{apart, no_agreement, of_orphan, of_orphans, orphans};
use rosterlab_scenario::words::served::of_many_sides;
use rosterlab_scenario::words::share_links::of_difference;
pub use rosterlab_scenario::words::summary::{beginning, of_explanation, start, summary};
pub use rosterlab_scenario::words::text::{NODES_NAMED, link_name, nodes};

use crate::text::{count, is_are};

/// Events of one step that are told one by one; of more the rest is counted.
const EVENTS_TOLD: usize = 6;
/// How many sentences of one step the history has: while time passes much can happen in one.
const SENTENCES_TOLD: usize = 12;

/// Rebalances of one step that the history tells one by one; of more their number is told.
const REBALANCES_TOLD: usize = 4;

/// What a step did and what came of it, in as few sentences as tell it: the line above the floor.
#[must_use]
pub fn news(entry: &Entry, events: &[Rc<Event>], view: &ClusterView) -> String {
    // A node that was an orphan only briefly is not mentioned.
    let is_told = |kind: &&EventKind| match kind {
        EventKind::NodeOrphaned { .. } => false,
        kind => is_news(kind),
    };
    let kinds = || events.iter().map(|event| &event.kind);
    let mut sentences: Vec<String> = of_stops(events).into_iter().collect();
    sentences.extend(of_starts(events));
    sentences.extend(of_revives_of_nothing(events));
    sentences.extend(kinds().filter(is_told).take(EVENTS_TOLD).map(of_event));
    let untold = kinds().filter(is_told).count().saturating_sub(EVENTS_TOLD);
    if untold > 0 {
        sentences.push(format!("And {untold} more such events."));
    }
    sentences.extend(of_orphans(events, view));
    // Keep only the last rebalance of each cluster that still exists.
    let mut latest: Vec<(NodeId, &str, &EventKind)> = Vec::new();
    for kind in kinds() {
        match kind {
            EventKind::Rebalanced { namespace, principal, .. } => {
                latest.retain(|(node, name, _)| (node, *name) != (principal, namespace));
                latest.push((*principal, namespace, kind));
            }
            EventKind::ClusterFormed { principal, nodes, .. } => {
                latest.retain(|(node, ..)| node == principal || !nodes.contains(node));
            }
            EventKind::NodeOrphaned { node, .. } => latest.retain(|(other, ..)| other != node),
            _ => {}
        }
    }
    match of_many_sides(view).filter(|_| latest.len() > 1) {
        Some(all) => sentences.push(all),
        None => sentences.extend(latest.iter().map(|(.., kind)| of_event_among(kind, view))),
    }
    let no_cluster = view.sub_clusters.is_empty();
    if no_cluster {
        if kinds().any(|kind| matches!(kind, EventKind::NodeOrphaned { .. })) {
            if let apart @ [_, _, ..] = apart(view).as_slice() {
                sentences.push(format!("They form no cluster: {}.", no_agreement(view, apart)));
            }
            sentences.push("Nothing is served.".to_owned());
        } else {
            sentences.push(summary(view));
        }
    }
    let links = kinds()
        .any(|kind| matches!(kind, EventKind::LinksCut { .. } | EventKind::LinksRestored { .. }));
    let told = kinds()
        .any(|kind| matches!(kind, EventKind::NodeOrphaned { .. } | EventKind::Rebalanced { .. }));
    if links && !told && !no_cluster {
        // The links changed nothing visible: say who is an orphan, as before.
        sentences.extend(orphans(view));
    }
    if sentences.is_empty() {
        let acted = !matches!(entry, Entry::Pass { .. } | Entry::Migrate { .. });
        sentences.push(if acted { "Nothing changed." } else { "Time passed." }.to_owned());
    }
    sentences.join(" ")
}

fn is_news(kind: &EventKind) -> bool {
    !matches!(
        kind,
        EventKind::NodeStopped { .. }
            | EventKind::NodeStarted { .. }
            | EventKind::Revived { partitions: 0, .. }
            | EventKind::ClusterFormed { .. }
            | EventKind::ReclusterAnswered { .. }
            | EventKind::RosterProtected { .. }
            | EventKind::Rebalanced { .. }
    )
}

/// What happened in a step, in order: nodes that went down or started together, or became orphans one after the other for
/// the same reason, are told in one sentence. Of very many sentences the last are told.
#[must_use]
pub fn history(events: &[Rc<Event>], view: &ClusterView) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    let is_rebalance = |event: &&Rc<Event>| matches!(event.kind, EventKind::Rebalanced { .. });
    let rebalances = events.iter().filter(is_rebalance).count();
    if rebalances > REBALANCES_TOLD {
        let others: Vec<Rc<Event>> =
            events.iter().filter(|event| !is_rebalance(event)).cloned().collect();
        told = history(&others, view);
        told.push(format!("{rebalances} rebalances followed, one in each side and namespace."));
        return told;
    }
    let mut rest = events;
    while let Some(first) = rest.first() {
        let with_first = |event: &&Rc<Event>| told_together(&first.kind, &event.kind);
        let same = 1 + rest[1..].iter().take_while(with_first).count();
        let (these, others) = rest.split_at(same);
        told.push(match &first.kind {
            EventKind::NodeStopped { .. } if same > 1 => of_stops(these).unwrap_or_default(),
            EventKind::NodeOrphaned { why, .. } => of_orphan(&orphaned(these), Some(*why)),
            EventKind::NodeStarted { .. } => of_starts(these).unwrap_or_default(),
            EventKind::Revived { partitions: 0, .. } => {
                of_revives_of_nothing(these).unwrap_or_default()
            }
            kind => of_event_among(kind, view),
        });
        rest = others;
    }
    let untold = told.len().saturating_sub(SENTENCES_TOLD);
    if untold > 0 {
        told.drain(..untold);
        let earlier = count(convert::count(untold), "earlier sentence");
        told.insert(0, format!("({earlier} left out.)"));
    }
    told
}

/// Nodes that became orphans.
fn orphaned(events: &[Rc<Event>]) -> Vec<NodeId> {
    let of = |event: &Rc<Event>| match event.kind {
        EventKind::NodeOrphaned { node, .. } => Some(node),
        _ => None,
    };
    events.iter().filter_map(of).collect()
}

/// Nodes that were orphans before a step and are in a cluster after it.
#[must_use]
pub fn taken_in(before: &ClusterView, after: &ClusterView) -> Option<String> {
    let is_in = |node: &&NodeId| after.sub_cluster_of(**node).is_some();
    let taken: Vec<NodeId> = before.orphans.iter().filter(is_in).copied().collect();
    let are = is_are(taken.len());
    (!taken.is_empty()).then(|| format!("{} {are} in a cluster again.", nodes(&taken)))
}

/// What following a share link has come to.
#[must_use]
pub fn of_share_link(shared: &SharedTimeline) -> String {
    let steps = convert::count(shared.timeline.entries().len());
    let came = match steps {
        0 => "Followed a link.".to_owned(),
        _ => format!("Followed a link: {}.", count(steps, "step")),
    };
    match &shared.differs {
        None => came,
        Some(differs) => format!("{came} {}", of_difference(differs)),
    }
}

#[cfg(test)]
mod tests {
    use rosterlab_engine::{Command, Counts, Rule, Shutdown};
    use rosterlab_scenario::Settle;

    use super::*;
    use crate::state::State;
    use crate::testing::{id, ids};

    fn event(kind: EventKind) -> Rc<Event> {
        Rc::new(Event { at_ms: 0, kind })
    }

    fn rebalanced(present: u32, counts: Counts, by_rule: Vec<(Rule, u32)>) -> Rc<Event> {
        event(EventKind::Rebalanced {
            namespace: "main".to_owned(),
            principal: id("A103"),
            regime: (3, 5),
            roster_nodes: (present, 5),
            counts,
            fresh: 0,
            by_rule,
            expected: vec![],
        })
    }

    fn act(command: Command) -> Entry {
        Entry::Act { command, settle: Settle::Fully }
    }

    #[test]
    fn a_crash_tells_what_is_unavailable_and_which_rules_decided() {
        let nodes = vec![id("A102")];
        let entry = act(Command::Stop { nodes, shutdown: Shutdown::Unclean });
        let counts = Counts { active: 0, unavailable: 4096, dead: 0 };
        let by_rule = vec![(Rule::NoFullCopy, 1381), (Rule::NothingElse, 2715)];
        let events = [
            event(EventKind::NodeStopped {
                node: id("A102"),
                shutdown: Shutdown::Unclean,
                marked_clean: false,
            }),
            rebalanced(2, counts, by_rule),
        ];
        assert_eq!(of_entry(&entry, 5), "Crash A102");
        assert_eq!(
            news(&entry, &events, &State::open().view),
            "A102 crashed. Sub-cluster A103 has 2 of 5 roster nodes: all 4,096 partitions are \
             unavailable, because neither all roster-replicas nor enough votes are there (2,715, \
             rule 7) and no full copy is there (1,381, rule 3)."
        );
    }

    #[test]
    fn of_several_namespaces_each_is_named_and_ap_has_no_roster() {
        let mut draft = crate::settings::draft::SettingsDraft::of(&crate::state::case_study());
        draft.add();
        draft.set(crate::settings::draft::Field::Mode(1), "ap");
        let setup = draft.setup(&crate::state::case_study()).unwrap();
        let timeline = rosterlab_scenario::Timeline::new(setup).unwrap();
        assert_eq!(
            summary(&timeline.cluster().view()),
            "main: Sub-cluster B102 has 5 of 5 roster nodes: all 4,096 partitions are active, because \
             fewer roster nodes than RF are missing or untrusted (rule 2). ns2: Sub-cluster B102: all \
             4,096 partitions are active, because the namespace keeps availability (AP)."
        );
    }

    #[test]
    fn one_cut_link_makes_one_orphan_and_the_news_says_who_and_why() {
        let mut timeline = rosterlab_scenario::Timeline::new(crate::state::case_study()).unwrap();
        let between = vec![ids("A101"), ids("A102")];
        let entry = act(Command::Cut { between });
        timeline.perform(entry.clone()).unwrap();
        let view = timeline.cluster().view();
        assert_eq!(view.orphans, ids("A101"));
        assert_eq!(view.sub_clusters.len(), 1);
        let said = news(&entry, timeline.events_of(0), &view);
        assert_eq!(
            said,
            "A101–A102 is cut. A101 and A102 are not connected, and every pair of a cluster's nodes must \
             be. The principal B102, the highest id, decided: A101 left, because it missed as many links \
             as A102 (1) and of these the lowest id goes. A101 is an orphan. It serves nothing; all \
             partitions are unavailable there. \
             Sub-cluster B102 has 4 of 5 roster nodes: all 4,096 partitions are active, because fewer \
             roster nodes than RF are missing or untrusted (rule 2)."
        );
        assert!(summary(&view).ends_with(
            "A101 is an orphan: no cluster takes it in. It serves nothing; all 4,096 partitions are \
             unavailable there."
        ));
    }

    /// What the news and the history say of the last of some cuts, one after the other, and stops.
    fn told(
        setup: rosterlab_engine::ClusterSetup,
        cuts: &[(&str, &str)],
        stop: Option<&str>,
    ) -> (String, String, String) {
        let mut timeline = rosterlab_scenario::Timeline::new(setup).unwrap();
        let cut = |(a, b): &(&str, &str)| Command::Cut { between: vec![ids(a), ids(b)] };
        let stop =
            stop.map(|nodes| Command::Stop { nodes: ids(nodes), shutdown: Shutdown::Unclean });
        let entries: Vec<Entry> = cuts.iter().map(cut).chain(stop).map(act).collect();
        for entry in &entries {
            timeline.perform(entry.clone()).unwrap();
        }
        let view = timeline.cluster().view();
        let events = timeline.events_of(entries.len() - 1);
        let news = news(entries.last().unwrap(), events, &view);
        (news, history(events, &view).join(" "), summary(&view))
    }

    #[test]
    fn a_cluster_that_was_given_up_is_not_called_too_small() {
        let cuts = [("A101", "A102"), ("A101", "A103"), ("A102", "B102"), ("B101", "B102")];
        let (news, history, _) = told(crate::state::case_study(), &cuts, None);
        let why = "B102 is an orphan: most members of its cluster preferred another principal.";
        assert!(news.contains(why) && history.contains(why), "{news}\n{history}");
        assert!(!news.contains("min-cluster-size"), "{news}");
    }

    #[test]
    fn nodes_that_lose_their_principal_and_do_not_agree_are_told_once_and_why() {
        let cuts = [("A101", "A102")];
        let (news, history, standing) = told(crate::state::case_study(), &cuts, Some("B102"));
        let lost = "B101, A103 and A102 are orphans: they do not hear their principal B102 any more. They serve \
                    nothing; all partitions are unavailable there.";
        let why = "they do not agree on who is in it. Restore a link between two of them, or stop one of the two.";
        assert_eq!(
            news,
            format!("B102 crashed. {lost} They form no cluster: {why} Nothing is served.")
        );
        assert_eq!(history, format!("B102 crashed. {lost}"));
        assert!(
            standing.contains(&format!("are orphans and form no cluster: {why}")),
            "{standing}"
        );
    }

    #[test]
    fn with_a_least_size_the_reason_is_the_size() {
        let setup =
            rosterlab_engine::ClusterSetup { min_cluster_size: 3, ..crate::state::case_study() };
        let stopped = "A101 A102 A103";
        let (news, _, standing) = told(setup.clone(), &[], Some(stopped));
        assert!(
            news.contains(
                "B102 and B101 are orphans: the cluster would be smaller than min-cluster-size."
            ),
            "{news}"
        );
        assert!(standing.contains("smaller than min-cluster-size, which is 3."), "{standing}");
        // Beside a cluster that lives on, and when what changes is a link.
        let (_, _, split) = told(setup.clone(), &[("A101 A102 A103", "B101 B102")], None);
        assert!(
            split.contains(
                "B102 and B101 are orphans and form no cluster: the cluster would be smaller"
            ),
            "{split}"
        );
        let mut timeline = rosterlab_scenario::Timeline::new(setup).unwrap();
        let stop = Command::Stop { nodes: ids(stopped), shutdown: Shutdown::Clean };
        let cut = act(Command::Cut { between: vec![ids("A101"), ids("B101")] });
        timeline.perform(act(stop)).unwrap();
        timeline.perform(cut.clone()).unwrap();
        let said = super::news(&cut, timeline.events_of(1), &timeline.cluster().view());
        assert_eq!(said.matches("B102 and B101 are orphans").count(), 1, "{said}");
    }

    #[test]
    fn very_many_sentences_are_cut_at_the_beginning_and_it_is_said() {
        let formed = |n: u64| {
            let (node, namespace) = (NodeId::new(n).unwrap(), "main".to_owned());
            Rc::new(Event {
                at_ms: n,
                kind: EventKind::AutoRevived { node, namespace, devices: vec![0] },
            })
        };
        let events: Vec<Rc<Event>> = (1..=15).map(formed).collect();
        let told = history(&events, &State::open().view);
        assert_eq!((told.len(), told[0].as_str()), (13, "(3 earlier sentences left out.)"));
        assert!(told[12].starts_with("F "), "{}", told[12]);
    }

    #[test]
    fn an_orphan_that_is_taken_in_again_is_told() {
        let cut =
            |between: &str| act(Command::Cut { between: between.split(' ').map(ids).collect() });
        let mut timeline = rosterlab_scenario::Timeline::new(crate::state::case_study()).unwrap();
        timeline.perform(cut("A101 A102")).unwrap();
        let before = timeline.cluster().view();
        timeline.perform(cut("A102 B102")).unwrap();
        let after = timeline.cluster().view();
        assert_eq!(taken_in(&before, &after).as_deref(), Some("A101 is in a cluster again."));
        assert_eq!(taken_in(&after, &after), None);
    }

    #[test]
    fn nodes_that_stop_together_are_told_together() {
        let nodes = ids("B101 B102");
        let entry = act(Command::Stop { nodes: nodes.clone(), shutdown: Shutdown::Clean });
        let events: Vec<Rc<Event>> = nodes
            .into_iter()
            .map(|node| EventKind::NodeStopped {
                node,
                shutdown: Shutdown::Clean,
                marked_clean: true,
            })
            .map(event)
            .collect();
        assert_eq!(news(&entry, &events, &State::open().view), "B101 and B102 stopped.");
        assert_eq!(of_entry(&entry, 5), "Stop B101 and B102");
    }

    #[test]
    fn of_several_changes_in_one_step_the_last_is_told() {
        let entry = act(Command::Recluster { on: None });
        let before = Counts { active: 0, unavailable: 4096, dead: 0 };
        let after = Counts { active: 4096, ..Counts::default() };
        let events = [
            rebalanced(3, before, vec![(Rule::NothingElse, 4096)]),
            rebalanced(3, after, vec![(Rule::Majority, 4096)]),
        ];
        assert!(!news(&entry, &events, &State::open().view).contains("unavailable"));
    }

    #[test]
    fn many_events_are_counted() {
        let many: Vec<NodeId> = (1..=64).filter_map(NodeId::new).collect();
        let events: Vec<Rc<Event>> =
            many.iter().map(|node| event(EventKind::NodeStarted { node: *node })).collect();
        let start = act(Command::Start { nodes: many.clone() });
        assert_eq!(news(&start, &events, &State::open().view), "64 nodes started.");
        let wiped = |node: &NodeId| event(EventKind::DrivesWiped { node: *node, device: None });
        let events: Vec<Rc<Event>> = many.iter().map(wiped).collect();
        let news = news(&start, &events, &State::open().view);
        assert!(
            news.starts_with("The drives of 1 are empty. The drives of 2 are empty."),
            "{news}"
        );
        assert!(news.ends_with("And 58 more such events."), "{news}");
    }
}
