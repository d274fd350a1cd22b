//! What happened, in sentences for a person.
//!
//! Invariant: pure; a sentence says only what its command or event says, and names the rule that decided. Words are the
//! field's own. Not here: the server's log lines, and the rules' own wording (see `rules`).

use std::cmp::Reverse;
use std::rc::Rc;

use rosterlab_engine::{
    Availability, ClientResult, ClusterView, Command, Counts, Event, EventKind, Explanation, Link,
    Mode, NodeId, Orphaned, PARTITIONS, ReadMode, RosterEntry, RosterNodes, Rule, Shutdown,
    StartingRoster, Untrusted, Verdict,
};
use rosterlab_scenario::Entry;
use rosterlab_scenario::share::{Differs, Linked, Served};

use crate::rules;
use crate::text::{clock, count, insert_sorted, is_are, list, thousands};

/// Links that are named one by one; more are counted.
const LINKS_NAMED: usize = 3;
/// Nodes that are named one by one; more are counted.
pub const NODES_NAMED: usize = 6;
/// Events of one step that are told one by one; of more the rest is counted.
const EVENTS_TOLD: usize = 6;

/// Nodes by name, or how many they are.
#[must_use]
pub fn nodes(nodes: &[NodeId]) -> String {
    if nodes.len() > NODES_NAMED { format!("{} nodes", nodes.len()) } else { list(nodes) }
}

/// What a step was, as a title: `Crash A102`.
#[must_use]
pub fn of_entry(entry: &Entry, nodes: usize) -> String {
    match entry {
        Entry::Act { command, .. } => of_command(command, nodes),
        Entry::Pass { ms } => format!("{} of simulated time", clock(*ms)),
        Entry::Migrate { partitions: None } => "Finish migrations".to_owned(),
        Entry::Migrate { partitions: Some(partitions) } => {
            format!("Migrate {}", count(*partitions, "partition"))
        }
    }
}

/// What a person did, as a title; `all` is how many nodes there are.
#[must_use]
pub fn of_command(command: &Command, all: usize) -> String {
    let named = nodes;
    match command {
        Command::Stop { nodes, shutdown: Shutdown::Clean } => format!("Stop {}", named(nodes)),
        Command::Stop { nodes, shutdown: Shutdown::Unclean } => format!("Crash {}", named(nodes)),
        Command::Start { nodes } => format!("Start {}", named(nodes)),
        Command::Wipe { nodes, .. } => format!("Wipe the drives of {}", named(nodes)),
        Command::AddNode { id, rack, stay_quiesced } => {
            let stays = if *stay_quiesced { ", which stays quiesced" } else { "" };
            format!("Add node {id} on rack {rack}{stays}")
        }
        Command::RemoveNode { nodes } => format!("Remove {}", named(nodes)),
        Command::MoveToRack { nodes, rack } => format!("Move {} to rack {rack}", named(nodes)),
        Command::Cut { between } => of_cut(between, all),
        Command::Heal { between: None } => "Heal all links".to_owned(),
        Command::Heal { between: Some(sides) } => match single_link(sides) {
            Some(link) => format!("Restore the link {}", link_name(link)),
            None if sides.len() == 2 => {
                format!("Restore the links from {} to {}", named(&sides[0]), named(&sides[1]))
            }
            None => {
                format!("Restore the links between {}", list(sides.iter().map(|side| named(side))))
            }
        },
        Command::RosterSet { nodes: RosterNodes::Observed, .. } => {
            "Stage the observed nodes as the roster".to_owned()
        }
        Command::RosterSet { nodes: RosterNodes::List(entries), .. } => {
            format!("Stage the roster {}", list(entries))
        }
        Command::Recluster { on: None } => "Recluster".to_owned(),
        Command::Recluster { on: Some(node) } => format!("Recluster on {node}"),
        Command::Revive { namespace, .. } => format!("Revive {namespace}"),
        Command::Quiesce { nodes } => format!("Quiesce {}", named(nodes)),
        Command::QuiesceUndo { nodes } => format!("Take back the quiesce of {}", named(nodes)),
        Command::Write { namespace, .. } => format!("Write a record of {namespace}"),
        Command::Read { namespace, .. } => format!("Read a record of {namespace}"),
    }
}

fn of_cut(sides: &[Vec<NodeId>], all: usize) -> String {
    if let Some(link) = single_link(sides) {
        return format!("Cut the link {}", link_name(link));
    }
    let everyone = sides.iter().map(Vec::len).sum::<usize>() == all;
    match sides {
        [alone, _] if alone.len() == 1 && everyone => format!("Isolate {}", list(alone)),
        // A bundle within a rack.
        _ if sides.len() > 2 && sides.iter().all(|side| side.len() == 1) => {
            format!("Cut every link between {}", nodes(&sides.concat()))
        }
        _ => {
            let sides = sides.iter().map(|side| nodes(side));
            format!("Cut {}", sides.collect::<Vec<_>>().join(" from "))
        }
    }
}

fn single_link(sides: &[Vec<NodeId>]) -> Option<Link> {
    match sides {
        [a, b] => match (a.as_slice(), b.as_slice()) {
            ([a], [b]) => Link::new(*a, *b),
            _ => None,
        },
        _ => None,
    }
}

/// A link for people: `A101–B101`.
#[must_use]
pub fn link_name(link: Link) -> String {
    format!("{}–{}", link.low(), link.high())
}

fn links(links: &[Link]) -> String {
    if links.len() <= LINKS_NAMED {
        list(links.iter().copied().map(link_name))
    } else {
        count(u32::try_from(links.len()).unwrap_or(u32::MAX), "link")
    }
}

fn roster(entries: &[RosterEntry]) -> String {
    entries.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// What following a link in the address has come to.
#[must_use]
pub fn of_link(linked: &Linked) -> String {
    let steps = u32::try_from(linked.timeline.entries().len()).unwrap_or(u32::MAX);
    let came = format!("Followed a link: {}.", count(steps, "step"));
    match &linked.differs {
        None => came,
        Some(differs) => format!("{came} {}", of_difference(differs)),
    }
}

/// What the version that made a link came to, and what this one comes to.
fn of_difference(differs: &Differs) -> String {
    let Differs { made_by, then, now } = differs;
    let all = thousands(all_partitions());
    let outcome = |served: &[Served], verb: &str| {
        let each = |place: usize, one: &Served| {
            let of_all = if place == 0 {
                format!("{} of {all} partitions served", thousands(one.active))
            } else {
                thousands(one.active)
            };
            format!("{of_all} in {}", one.namespace)
        };
        let each = served.iter().enumerate().map(|(place, one)| each(place, one));
        format!("{verb} {}", list(each))
    };
    let now_said = outcome(now, "comes to");
    match then {
        None => format!(
            "It was made with version {made_by} of Rosterlab, which came to another result; what that \
             was is not known any more. This version {now_said}: a rule was corrected since."
        ),
        Some(then) if then == now => format!(
            "Rosterlab {made_by} and this version both {}. Which nodes serve them differs: a rule was \
             corrected.",
            outcome(now, "come to")
        ),
        Some(then) => format!(
            "Rosterlab {made_by} {}; this version {}: a rule was corrected.",
            outcome(then, "came to"),
            outcome_short(now)
        ),
    }
}

/// An outcome beside one that has said what is counted.
fn outcome_short(served: &[Served]) -> String {
    match served {
        [only] => format!("comes to {}", thousands(only.active)),
        several => {
            let each =
                several.iter().map(|one| format!("{} in {}", thousands(one.active), one.namespace));
            format!("comes to {}", list(each))
        }
    }
}

/// What an event says.
#[must_use]
pub fn of_event(kind: &EventKind) -> String {
    match kind {
        EventKind::NodeStopped { .. }
        | EventKind::NodeStarted { .. }
        | EventKind::NodeOrphaned { .. }
        | EventKind::EvadeSet { .. }
        | EventKind::AutoRevived { .. }
        | EventKind::StorageUntrusted { .. }
        | EventKind::DrivesWiped { .. }
        | EventKind::NodeAdded { .. }
        | EventKind::NodeRemoved { .. }
        | EventKind::NodeMoved { .. } => of_node_event(kind),
        EventKind::LinksCut { links: cut } => {
            format!("{} {} cut.", links(cut), is_are(cut.len()))
        }
        EventKind::LinksRestored { links: restored } => {
            format!("{} {} restored.", links(restored), is_are(restored.len()))
        }
        EventKind::ChangeInterrupted { prepared } => {
            format!("A cluster change was interrupted; {} had prepared it.", list(prepared))
        }
        EventKind::ClustersUnsettled { nodes: restless } => format!(
            "With these links no agreement lasts: {} would go on joining and leaving clusters. This is the state in \
             which most nodes are in one (inferred).",
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
        EventKind::EvadeSet { node, namespace, why } => {
            let (why, all) = (of_untrusted(*why), thousands(all_partitions()));
            format!("{node} {why}: all {all} partitions of {namespace} get e there, untrusted.")
        }
        EventKind::AutoRevived { node, namespace } => {
            let (why, all) = (of_untrusted(Untrusted::NotClean), thousands(all_partitions()));
            format!(
                "{node} {why}: all {all} partitions of {namespace} get r there, because of \
                 auto-revive."
            )
        }
        EventKind::StorageUntrusted { node, namespace, why } => {
            format!("{node} {}; in AP {namespace} takes it as it is.", of_untrusted(*why))
        }
        EventKind::NodeOrphaned { node, why } => of_orphan(&[*node], *why),
        EventKind::DrivesWiped { node, .. } => format!("The drives of {node} are empty."),
        EventKind::NodeAdded { node, rack } => format!("{node} is new, on rack {rack}."),
        EventKind::NodeRemoved { node } => format!("{node} is gone, and its drives with it."),
        EventKind::NodeMoved { node, from, to } => format!(
            "{node} is configured for rack {to} instead of {from}; in the roster it moves only \
             with roster-set and recluster."
        ),
        _ => String::new(),
    }
}

fn of_untrusted(why: Untrusted) -> &'static str {
    match why {
        Untrusted::NotClean => "has no clean-shutdown mark",
        Untrusted::EmptyDevice => "has an empty device",
    }
}

fn all_partitions() -> u32 {
    u32::try_from(PARTITIONS).unwrap_or(0)
}

/// That nodes are orphans, and why (docs/domain.md §7).
fn of_orphan(orphans: &[NodeId], why: Orphaned) -> String {
    let who = nodes(orphans);
    let is_one = orphans.len() == 1;
    let (are, it, they) = if is_one {
        ("is an orphan", "it", "It serves")
    } else {
        ("are orphans", "them", "They serve")
    };
    let why = match why {
        Orphaned::Evicted(principal) => format!(
            "the principal {principal} left {it} out, because a link to another member is missing"
        ),
        Orphaned::PrincipalGone(principal) if is_one => {
            format!("it does not hear its principal {principal} any more")
        }
        Orphaned::PrincipalGone(principal) => {
            format!("they do not hear their principal {principal} any more")
        }
        Orphaned::NotTakenIn => format!("no cluster takes {it} in"),
        Orphaned::GivenUp => {
            let its = if is_one { "its" } else { "their" };
            format!("most members of {its} cluster preferred another principal")
        }
        Orphaned::TooSmall => "the cluster would be smaller than min-cluster-size".to_owned(),
    };
    format!("{who} {are}: {why}. {they} nothing; all partitions are unavailable there.")
}

/// The nodes that events made orphans and that are orphans now, together where the reason is the same.
fn of_orphans(events: &[Rc<Event>], view: &ClusterView) -> Vec<String> {
    let mut latest: Vec<(NodeId, Orphaned)> = Vec::new();
    for event in events {
        if let EventKind::NodeOrphaned { node, why } = event.kind {
            latest.retain(|(other, _)| *other != node);
            latest.push((node, why));
        }
    }
    let mut reasons: Vec<(Orphaned, Vec<NodeId>)> = Vec::new();
    for (node, why) in latest.into_iter().filter(|(node, _)| view.orphans.contains(node)) {
        match reasons.iter_mut().find(|(other, _)| *other == why) {
            Some((_, nodes)) => insert_sorted(nodes, node, |node| Reverse(*node)),
            None => reasons.push((why, vec![node])),
        }
    }
    reasons.iter().map(|(why, nodes)| of_orphan(nodes, *why)).collect()
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
            format!("{node}: {} of {namespace} have r now.", count(*partitions, "partition"))
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
        EventKind::RosterProtected { node, namespace, partitions } => format!(
            "{node} marked {} of {namespace} without data with r: roster-set protection.",
            count(*partitions, "partition")
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
    let ended = |result: ClientResult| match result {
        ClientResult::Ok => "done",
        ClientResult::InDoubt => "a timeout, in doubt",
        ClientResult::Unavailable => "error 11, the partition is not active",
        ClientResult::NotFound => "no such record",
        ClientResult::StaleRegime => "rejected, the regime is older than one seen before",
    };
    match kind {
        EventKind::Wrote { partition, result, .. } => {
            format!("A write to partition {partition}: {}.", ended(*result))
        }
        EventKind::Read { partition, mode, result, stale, .. } => {
            let how = match mode {
                ReadMode::Session => "session",
                ReadMode::Linearize => "linearize",
                ReadMode::AllowReplica => "allow-replica",
                ReadMode::AllowUnavailable => "allow-unavailable",
            };
            let stale = if *stale { ", and stale" } else { "" };
            format!("A read ({how}) of partition {partition}: {}{stale}.", ended(*result))
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

fn among(view: &ClusterView, namespace: &str, said: String) -> String {
    if view.namespaces.len() > 1 { format!("{namespace}: {said}") } else { said }
}

/// What a rebalance decided, with the rules that decided.
fn of_rebalance(
    principal: NodeId,
    (present, all): (u32, u32),
    (counts, fresh): (Counts, u32),
    by_rule: &[(Rule, u32)],
) -> String {
    let who = match all {
        // In AP there is no roster (docs/domain.md §3), in SC not before the first.
        0 => format!("Sub-cluster {principal}"),
        _ => format!("Sub-cluster {principal} has {present} of {all} roster nodes"),
    };
    let inactive = counts.unavailable + counts.dead;
    let name = if counts.dead > 0 { Availability::Dead } else { Availability::Unavailable };
    let reasons = of_reasons(by_rule, inactive, name);
    let said = match (counts.active, inactive) {
        (active, 0) => {
            format!("{who}: all {} partitions are active, {reasons}.", thousands(active))
        }
        (0, inactive) => {
            format!("{who}: all {} partitions are {name}, {reasons}.", thousands(inactive))
        }
        (active, inactive) => format!(
            "{who}: {} {} {name}, {reasons}; {} stay active.",
            count(inactive, "partition"),
            if inactive == 1 { "is" } else { "are" },
            thousands(active)
        ),
    };
    match of_fresh(fresh, counts.active) {
        Some(fresh) => format!("{said} {fresh}"),
        None => said,
    }
}

/// That active partitions came up empty: nobody there had their data (docs/domain.md §5.1, §6).
fn of_fresh(fresh: u32, active: u32) -> Option<String> {
    let which = match fresh {
        0 => return None,
        all if all == active => "All of them".to_owned(),
        _ => format!("Of these {}", thousands(fresh)),
    };
    Some(format!("{which} came up empty: no node there had their data."))
}

/// The rules behind the inactive partitions, or behind all when all are active.
fn of_reasons(by_rule: &[(Rule, u32)], inactive: u32, name: Availability) -> String {
    let verdict = |rule: Rule| {
        let active = says_yes(rule) || rule == Rule::NoData && inactive == 0;
        let availability = if active { Availability::Active } else { name };
        Verdict { availability, rule }
    };
    let mut reasons = Vec::new();
    for (rule, partitions) in by_rule {
        let reason = (verdict(*rule), *partitions);
        if reason.0.is_active() == (inactive == 0) {
            insert_sorted(&mut reasons, reason, |(verdict, partitions)| {
                (Reverse(*partitions), verdict.rule)
            });
        }
    }
    let alone = reasons.len() == 1;
    let reasons = reasons.iter().map(|(verdict, partitions)| {
        let (why, rule) = (rules::because(*verdict), rules::label(verdict.rule));
        if alone && verdict.rule == Rule::NoRoster {
            why.to_owned()
        } else if alone {
            format!("{why} ({rule})")
        } else {
            format!("{why} ({}, {rule})", thousands(*partitions))
        }
    });
    format!("because {}", list(reasons))
}

fn says_yes(rule: Rule) -> bool {
    matches!(rule, Rule::SuperMajority | Rule::AllReplicas | Rule::Majority | Rule::Half | Rule::Ap)
}

/// What a step did and what came of it, in as few sentences as tell it: the line above the floor.
#[must_use]
pub fn news(entry: &Entry, events: &[Rc<Event>], view: &ClusterView) -> String {
    // Who was an orphan for a moment only is none to speak of.
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
    // Of several changes in one step the last ones stand, in clusters that are still there.
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
    sentences.extend(latest.iter().map(|(.., kind)| of_event_among(kind, view)));
    let no_cluster = view.sub_clusters.is_empty();
    if no_cluster {
        if kinds().any(|kind| matches!(kind, EventKind::NodeOrphaned { .. })) {
            if let apart @ [_, _, ..] = apart(view).as_slice() {
                sentences.push(format!("They form no cluster: {}.", no_agreement(view, apart)));
            }
            sentences.push("Nothing is served.".to_owned());
        } else {
            sentences.push(standing(view));
        }
    }
    let links = kinds()
        .any(|kind| matches!(kind, EventKind::LinksCut { .. } | EventKind::LinksRestored { .. }));
    let told = kinds()
        .any(|kind| matches!(kind, EventKind::NodeOrphaned { .. } | EventKind::Rebalanced { .. }));
    if links && !told && !no_cluster {
        // What a link changed is nothing that is seen: say who is an orphan as before.
        sentences.extend(orphans(view));
    }
    if sentences.is_empty() {
        let acted = matches!(entry, Entry::Act { .. });
        sentences.push(if acted { "Nothing changed." } else { "Time passed." }.to_owned());
    }
    sentences.join(" ")
}

/// What a cluster begins with.
#[must_use]
pub fn beginning(view: &ClusterView) -> String {
    let without = view.namespaces.iter().filter(|settings| {
        settings.mode == Mode::StrongConsistency && settings.roster == StartingRoster::None
    });
    let without: Vec<&str> = without.map(|settings| settings.name.as_str()).collect();
    match without.as_slice() {
        [] => "Every node is up and in the roster, and every copy is where it belongs.".to_owned(),
        names => format!("Every node is up. No roster was set yet in {}.", list(names)),
    }
}

/// How things stand, whatever led there.
#[must_use]
pub fn standing(view: &ClusterView) -> String {
    let sentences: Vec<String> = view
        .sub_clusters
        .iter()
        .flat_map(|sub_cluster| {
            sub_cluster.namespaces.iter().zip(&view.namespaces).map(|(namespace, settings)| {
                let all = u32::try_from(namespace.roster.len()).unwrap_or(0);
                let present = (namespace.roster_nodes_present, all);
                let principal = sub_cluster.principal;
                let counts = (namespace.counts, namespace.fresh);
                let said = of_rebalance(principal, present, counts, &namespace.by_rule);
                among(view, &settings.name, said)
            })
        })
        .collect();
    let orphans = orphans(view);
    match (sentences.is_empty(), orphans) {
        (true, None) => "No node is up: nothing is served.".to_owned(),
        (true, Some(orphans)) => format!("{orphans} Nothing is served."),
        (false, orphans) => sentences.into_iter().chain(orphans).collect::<Vec<_>>().join(" "),
    }
}

/// Which nodes run and are in no cluster, and why.
#[must_use]
pub fn orphans(view: &ClusterView) -> Option<String> {
    let apart = apart(view);
    let asking: Vec<NodeId> =
        view.orphans.iter().filter(|id| !apart.contains(id)).copied().collect();
    let asking = match asking.as_slice() {
        [] => None,
        [_] => Some(in_no_cluster(&asking, "is an orphan: no cluster takes it in")),
        _ => Some(in_no_cluster(&asking, "are orphans: no cluster takes them in")),
    };
    let apart = match apart.as_slice() {
        [] => None,
        [_] => Some(format!("is an orphan: {}", no_agreement(view, &apart))),
        _ => Some(format!("are orphans and form no cluster: {}", no_agreement(view, &apart))),
    }
    .map(|said| in_no_cluster(&apart, &said));
    let said: Vec<String> = asking.into_iter().chain(apart).collect();
    (!said.is_empty()).then(|| said.join(" "))
}

fn in_no_cluster(orphans: &[NodeId], said: &str) -> String {
    let (who, all) = (nodes(orphans), thousands(all_partitions()));
    let they = if orphans.len() == 1 { "It serves" } else { "They serve" };
    format!("{who} {said}. {they} nothing; all {all} partitions are unavailable there.")
}

/// The orphans that hear nobody in a cluster, and so may form one (docs/domain.md §7).
fn apart(view: &ClusterView) -> Vec<NodeId> {
    let members = || view.nodes.iter().filter(|node| node.sub_cluster.is_some());
    let is_apart = |orphan: &&NodeId| members().all(|node| view.is_cut(node.id, **orphan));
    view.orphans.iter().filter(is_apart).copied().collect()
}

/// Why such orphans form no cluster, without the full stop.
fn no_agreement(view: &ClusterView, apart: &[NodeId]) -> String {
    let min = view.min_cluster_size;
    let too_small = format!("the cluster would be smaller than min-cluster-size, which is {min}");
    let is_any_cut = apart
        .iter()
        .enumerate()
        .any(|(place, one)| apart[place + 1..].iter().any(|other| view.is_cut(*one, *other)));
    match (is_any_cut, min) {
        _ if apart.len() < usize::from(min) => too_small,
        (true, _) => {
            let or = if min > 1 { format!(", or {too_small}") } else { String::new() };
            // With one less they would be too few.
            let stop = if apart.len() > usize::from(min) { ", or stop one of the two" } else { "" };
            format!(
                "they do not agree on who is in it{or}. Restore a link between two of them{stop}"
            )
        }
        (false, 1) if apart.len() == 1 => {
            "it hears only orphans, and some of those ask another cluster".to_owned()
        }
        (false, 1) => "they hear only orphans, and some of those ask another cluster".to_owned(),
        (false, _) => too_small,
    }
}

/// What a partition is and why, in a few words.
#[must_use]
pub fn of_explanation(explanation: &Explanation) -> String {
    let Verdict { availability, rule } = explanation.verdict;
    format!(
        "Partition {}: {availability}, because {} ({}).",
        explanation.partition,
        rules::because(explanation.verdict),
        rules::label(rule)
    )
}

/// How many sentences of one step the history has: while time passes much can happen in one.
const SENTENCES_TOLD: usize = 12;

/// What happened in a step, in order: nodes that went down or started together, or became orphans one after the other for
/// the same reason, are told in one sentence. Of very many sentences the last are told.
#[must_use]
pub fn history(events: &[Rc<Event>], view: &ClusterView) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    let mut rest = events;
    while let Some(first) = rest.first() {
        let with_first = |event: &&Rc<Event>| told_together(&first.kind, &event.kind);
        let same = 1 + rest[1..].iter().take_while(with_first).count();
        let (these, others) = rest.split_at(same);
        told.push(match &first.kind {
            EventKind::NodeStopped { .. } if same > 1 => of_stops(these).unwrap_or_default(),
            EventKind::NodeOrphaned { why, .. } => of_orphan(&orphaned(these), *why),
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
        let earlier = self::count(u32::try_from(untold).unwrap_or(u32::MAX), "earlier sentence");
        told.insert(0, format!("({earlier} left out.)"));
    }
    told
}

/// Nodes that started together, in one sentence.
fn of_starts(events: &[Rc<Event>]) -> Option<String> {
    let started = |event: &Rc<Event>| match event.kind {
        EventKind::NodeStarted { node } => Some(node),
        _ => None,
    };
    let started: Vec<NodeId> = events.iter().filter_map(started).collect();
    (!started.is_empty()).then(|| format!("{} started.", nodes(&started)))
}

/// A revive that found no `e` on some nodes, in one sentence.
fn of_revives_of_nothing(events: &[Rc<Event>]) -> Option<String> {
    let nothing = |event: &Rc<Event>| match event.kind {
        EventKind::Revived { node, partitions: 0, .. } => Some(node),
        _ => None,
    };
    let unchanged: Vec<NodeId> = events.iter().filter_map(nothing).collect();
    (!unchanged.is_empty()).then(|| format!("Nothing is to be revived on {}.", nodes(&unchanged)))
}

/// Nodes that were orphans before a step and are in a cluster after it.
#[must_use]
pub fn taken_in(before: &ClusterView, after: &ClusterView) -> Option<String> {
    let is_in = |node: &&NodeId| after.sub_cluster_of(**node).is_some();
    let taken: Vec<NodeId> = before.orphans.iter().filter(is_in).copied().collect();
    let are = is_are(taken.len());
    (!taken.is_empty()).then(|| format!("{} {are} in a cluster again.", nodes(&taken)))
}

/// Whether two events that follow one another are one sentence of the history.
fn told_together(one: &EventKind, other: &EventKind) -> bool {
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

/// Nodes that became orphans.
fn orphaned(events: &[Rc<Event>]) -> Vec<NodeId> {
    let of = |event: &Rc<Event>| match event.kind {
        EventKind::NodeOrphaned { node, .. } => Some(node),
        _ => None,
    };
    events.iter().filter_map(of).collect()
}

/// Nodes that went down together, in one sentence.
fn of_stops(events: &[Rc<Event>]) -> Option<String> {
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

#[cfg(test)]
mod tests {
    use rosterlab_engine::RackId;
    use rosterlab_scenario::Settle;

    use super::*;
    use crate::state::State;

    fn id(text: &str) -> NodeId {
        text.parse().unwrap()
    }

    fn ids(text: &str) -> Vec<NodeId> {
        text.split_whitespace().map(id).collect()
    }

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
            news(&entry, &events, State::open().view()),
            "A102 crashed. Sub-cluster A103 has 2 of 5 roster nodes: all 4,096 partitions are \
             unavailable, because neither all roster-replicas nor enough votes are there (2,715, \
             rule 7) and no full copy is there (1,381, rule 3)."
        );
    }

    #[test]
    fn all_active_tells_by_which_rule() {
        let counts = Counts { active: 4096, ..Counts::default() };
        let EventKind::Rebalanced { .. } = rebalanced(3, counts, vec![]).kind else {
            unreachable!()
        };
        let text = of_event(&rebalanced(3, counts, vec![(Rule::Majority, 4096)]).kind);
        assert_eq!(
            text,
            "Sub-cluster A103 has 3 of 5 roster nodes: all 4,096 partitions are active, because \
             more than half of the roster votes (rule 5)."
        );
    }

    #[test]
    fn of_several_namespaces_each_is_named_and_ap_has_no_roster() {
        let mut draft = crate::settings::draft::Draft::of(&crate::state::case_study());
        draft.add();
        draft.set(crate::settings::draft::Field::Mode(1), "ap");
        let setup = draft.setup(&crate::state::case_study()).unwrap();
        let timeline = rosterlab_scenario::Timeline::new(setup).unwrap();
        assert_eq!(
            standing(&timeline.cluster().view()),
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
            "A101–A102 is cut. A101 is an orphan: the principal B102 left it out, because a link to \
             another member is missing. It serves nothing; all partitions are unavailable there. \
             Sub-cluster B102 has 4 of 5 roster nodes: all 4,096 partitions are active, because fewer \
             roster nodes than RF are missing or untrusted (rule 2)."
        );
        assert!(standing(&view).ends_with(
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
        (news, history(events, &view).join(" "), standing(&view))
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
            Rc::new(Event { at_ms: n, kind: EventKind::AutoRevived { node, namespace } })
        };
        let events: Vec<Rc<Event>> = (1..=15).map(formed).collect();
        let told = history(&events, State::open().view());
        assert_eq!((told.len(), told[0].as_str()), (13, "(3 earlier sentences left out.)"));
        assert!(told[12].starts_with("F "), "{}", told[12]);
    }

    #[test]
    fn clusters_that_never_settle_say_so() {
        let nodes = ids("A3 A2 A1");
        assert_eq!(
            of_event(&EventKind::ClustersUnsettled { nodes }),
            "With these links no agreement lasts: A3, A2 and A1 would go on joining and leaving clusters. This is the \
             state in which most nodes are in one (inferred)."
        );
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
    fn partitions_that_came_up_empty_are_told_beside_the_active_ones() {
        let told = |fresh, active| of_fresh(fresh, active).unwrap_or_default();
        assert_eq!(told(0, 4096), "");
        assert_eq!(told(376, 4096), "Of these 376 came up empty: no node there had their data.");
        assert_eq!(told(4096, 4096), "All of them came up empty: no node there had their data.");
    }

    #[test]
    fn a_link_that_comes_to_something_else_says_both_outcomes() {
        let served = |active| vec![Served { namespace: "main".to_owned(), active }];
        let said = |then, now| {
            of_difference(&Differs { made_by: "0.1.0".to_owned(), then, now: served(now) })
        };
        assert_eq!(
            said(Some(served(0)), 4096),
            "Rosterlab 0.1.0 came to 0 of 4,096 partitions served in main; this version comes to \
             4,096: a rule was corrected."
        );
        assert!(said(None, 4096).contains("what that was is not known any more"));
        assert!(said(Some(served(4096)), 4096).contains("both come to 4,096 of 4,096"));
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
            of_event(&rebalanced(5, counts, by_rule).kind),
            "Sub-cluster A103 has 5 of 5 roster nodes: 1 partition is dead, because no full copy is \
             there (rule 3); 4,095 stay active."
        );
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
        assert_eq!(news(&entry, &events, State::open().view()), "B101 and B102 stopped.");
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
        assert!(!news(&entry, &events, State::open().view()).contains("unavailable"));
    }

    #[test]
    fn cuts_are_told_by_what_they_part() {
        let cut = |sides: &[&str]| {
            of_command(&Command::Cut { between: sides.iter().map(|side| ids(side)).collect() }, 5)
        };
        assert_eq!(cut(&["B101", "A101"]), "Cut the link A101–B101");
        assert_eq!(cut(&["A103", "A101 A102 B101 B102"]), "Isolate A103");
        assert_eq!(
            cut(&["A101 A102 A103", "B101 B102"]),
            "Cut A101, A102 and A103 from B101 and B102"
        );
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
    fn many_nodes_and_many_events_are_counted() {
        let many: Vec<NodeId> = (1..=64).filter_map(NodeId::new).collect();
        assert_eq!(of_command(&Command::Start { nodes: many.clone() }, 128), "Start 64 nodes");
        let within = many.iter().map(|node| vec![*node]).collect();
        let cut = of_command(&Command::Cut { between: within }, 128);
        assert_eq!(cut, "Cut every link between 64 nodes");
        let sides = vec![many[..32].to_vec(), many[32..].to_vec()];
        assert_eq!(of_command(&Command::Cut { between: sides }, 128), "Cut 32 nodes from 32 nodes");
        let events: Vec<Rc<Event>> =
            many.iter().map(|node| event(EventKind::NodeStarted { node: *node })).collect();
        let start = act(Command::Start { nodes: many.clone() });
        assert_eq!(news(&start, &events, State::open().view()), "64 nodes started.");
        let wiped = |node: &NodeId| event(EventKind::DrivesWiped { node: *node, device: None });
        let events: Vec<Rc<Event>> = many.iter().map(wiped).collect();
        let news = news(&start, &events, State::open().view());
        assert!(
            news.starts_with("The drives of 1 are empty. The drives of 2 are empty."),
            "{news}"
        );
        assert!(news.ends_with("And 58 more such events."), "{news}");
    }
}
