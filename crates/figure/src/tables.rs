//! The parts of a figure in words and numbers: caption, counts, rosters, the reasons of one partition.
//!
//! Invariant: sentences come from the scenario crate's `words`.

use rosterlab_engine::{
    Answer, Availability, Mode, NodeId, PartitionId, RosterEntry, Rule, Verdict,
};
use rosterlab_scenario::look::Look;
use rosterlab_scenario::words::commands::of_entry;
use rosterlab_scenario::words::orphans::orphans as words_of_orphans;
use rosterlab_scenario::words::served::{headline, outcome};
use rosterlab_scenario::words::summary;
use rosterlab_scenario::words::text::{nodes, thousands};
use rosterlab_scenario::words::{marks, rules};

use crate::map::class_of;
use crate::markdown::markdown;
use crate::markup::Markup;
use crate::{Moment, Wanted};

/// The most nodes that a table cell names one by one.
const MOST_NAMED: usize = 6;
/// The verdict of every partition on an orphan.
const NO_CLUSTER: Verdict =
    Verdict { availability: Availability::Unavailable, rule: Rule::NoCluster };

/// The title, the step, and the author's text.
pub fn caption(to: &mut Markup, moment: &Moment<'_>, wanted: &Wanted<'_>) {
    let timeline = moment.timeline;
    to.open("figcaption", &[("class", "rl-caption")]);
    if !wanted.title.is_empty() {
        to.with("b", &[("class", "rl-title")], wanted.title);
        to.text(" ");
    }
    let at = timeline.position();
    let done = at.checked_sub(1).and_then(|index| timeline.entries().get(index));
    let what = done.map_or_else(
        || summary::start(timeline.setup()).replacen('T', "t", 1),
        |entry| of_entry(entry, moment.view.nodes.len()),
    );
    let of = timeline.entries().len();
    let place = if of == 0 { what } else { format!("Step {at} of {of}: {what}") };
    to.with("span", &[("class", "rl-step")], place);
    if let Some(say) = wanted.say {
        markdown(to, "rl-say", say);
    }
    to.close("figcaption");
}

/// What a client of the whole network can reach of the namespace.
pub fn verdict(to: &mut Markup, moment: &Moment<'_>) {
    let served = moment.view.served(moment.namespace);
    let headline = headline(&[served]);
    to.open("p", &[("class", "rl-verdict")]);
    to.open("b", &[("class", &format!("rl-{}", headline.class))]);
    to.with("span", &[("aria-hidden", "true")], headline.glyph);
    to.text(format!(" {}", headline.words));
    to.close("b");
    to.text(format!(": {}", outcome(served)));
    to.close("p");
}

/// The counts of the namespace in each sub-cluster, and the orphans. Partitions that came up empty count as active too.
pub fn counts(to: &mut Markup, moment: &Moment<'_>) {
    let columns =
        ["Sub-cluster", "Nodes", "Active", "Filling", "Unavailable", "Dead", "Fresh", "Regime"];
    to.table("rl-counts", format!("Partitions of {}", moment.name), &columns);
    for (place, sub_cluster) in moment.view.sub_clusters.iter().enumerate() {
        let Some(namespace) = sub_cluster.namespaces.get(moment.namespace) else { continue };
        to.open("tr", &[("class", &format!("rl-sub-{}", place % 4))]);
        to.open("th", &[("scope", "row"), ("class", "rl-id")]);
        to.text(sub_cluster.principal);
        to.close("th");
        to.with("td", &[], some_of(&sub_cluster.nodes));
        let counts = namespace.counts;
        let number = |to: &mut Markup, look: Look, number: u32| {
            let class = if number == 0 { "rl-n".to_owned() } else { class_of(look) };
            to.with("td", &[("class", &format!("rl-n {class}"))], thousands(number));
        };
        number(to, Look::Settled, counts.active);
        number(to, Look::Filling, namespace.filling);
        number(to, Look::Unavailable, counts.unavailable);
        number(to, Look::Dead, counts.dead);
        number(to, Look::Fresh, namespace.fresh);
        to.with("td", &[("class", "rl-n")], namespace.regime);
        to.close("tr");
    }
    to.end_table();
    orphans(to, moment);
}

/// Nodes for a table cell: `A101, A102 and 3 more`.
fn some_of(nodes: &[NodeId]) -> String {
    let named: Vec<String> = nodes.iter().take(MOST_NAMED).map(ToString::to_string).collect();
    let more = nodes.len() - named.len();
    let named = named.join(", ");
    if more == 0 { named } else { format!("{named} and {more} more") }
}

/// Which nodes are orphans, and what that means.
fn orphans(to: &mut Markup, moment: &Moment<'_>) {
    let Some(said) = words_of_orphans(&moment.view) else { return };
    to.with("p", &[("class", "rl-orphans")], said);
}

/// The three rosters of every sub-cluster.
pub fn rosters(to: &mut Markup, moment: &Moment<'_>) {
    let settings = moment.view.namespaces.get(moment.namespace);
    if settings.is_some_and(|settings| settings.mode == Mode::Available) {
        let said = format!("{} is available (AP): it has no roster.", moment.name);
        return to.with("p", &[("class", "rl-none")], said);
    }
    for sub_cluster in &moment.view.sub_clusters {
        let Some(namespace) = sub_cluster.namespaces.get(moment.namespace) else { continue };
        let caption = format!("Roster of {} in sub-cluster {}", moment.name, sub_cluster.principal);
        to.table("rl-roster", caption, &["List", "Nodes"]);
        let lists = [
            ("roster", &namespace.roster),
            ("pending", &namespace.pending),
            ("observed", &namespace.observed),
        ];
        for (name, list) in lists {
            to.open("tr", &[]);
            to.with("th", &[("scope", "row")], name);
            to.open("td", &[("class", "rl-id")]);
            entries(to, list, &namespace.roster);
            to.close("td");
            to.close("tr");
        }
        to.end_table();
    }
}

/// A list, marked with its differences from the roster in force.
fn entries(to: &mut Markup, list: &[RosterEntry], roster: &[RosterEntry]) {
    if list.is_empty() && roster.is_empty() {
        to.text("none");
    }
    for entry in list {
        if roster.contains(entry) {
            to.with("span", &[], entry);
        } else {
            to.with("ins", &[], format!("+{entry}"));
        }
        to.text(" ");
    }
    let is_named = |gone: &RosterEntry| list.iter().any(|entry| entry.node == gone.node);
    for gone in roster.iter().filter(|entry| !is_named(entry)) {
        to.with("del", &[], format!("−{gone}"));
        to.text(" ");
    }
}

/// The partition to explain by default: the lowest of the worst ones.
fn example(moment: &Moment<'_>) -> Option<PartitionId> {
    let mut sub_clusters = moment.view.sub_clusters.iter();
    let namespace = sub_clusters.find_map(|sub| sub.namespaces.get(moment.namespace))?;
    let cells = &*namespace.cells;
    let worst = cells.iter().map(Look::of).min()?;
    let place = cells.iter().position(|cell| Look::of(cell) == worst)?;
    PartitionId::all().nth(place)
}

/// Why one partition is active, unavailable or dead, in every sub-cluster.
pub fn why(to: &mut Markup, moment: &Moment<'_>, partition: Option<PartitionId>) {
    let Some(partition) = partition.or_else(|| example(moment)) else { return };
    for sub_cluster in &moment.view.sub_clusters {
        let on = Some(sub_cluster.principal);
        let Ok(why) = moment.timeline.cluster().explain(&moment.name, partition, on) else {
            continue;
        };
        to.open("div", &[("class", "rl-why")]);
        let rule = why.verdict.rule;
        let cells = sub_cluster.namespaces.get(moment.namespace).map(|here| &here.cells);
        let cell = cells.and_then(|cells| cells.get(partition.index()));
        let empty = if cell.is_some_and(|cell| cell.fresh) {
            " It came up empty: no node there had its data."
        } else {
            ""
        };
        let said = format!(
            "Partition {partition} in sub-cluster {}: {}, because {} ({}).{empty}",
            sub_cluster.principal,
            why.verdict.availability,
            rules::because(why.verdict),
            rules::source(rule).words()
        );
        to.with("p", &[], said);
        if let Some(facts) = &why.facts {
            to.table(
                "rl-rules",
                "Rules, in the order in which they are asked",
                &["Rule", "It saw", "Answer"],
            );
            for (rule, answer) in &why.answers {
                let (class, answer) = match answer {
                    Answer::Passed => ("rl-passed", "passed"),
                    Answer::Decided => ("rl-decided", "decided"),
                    Answer::NotReached => ("rl-not-reached", "not reached"),
                };
                to.open("tr", &[("class", class)]);
                let number = rule.number().map(|number| format!("{number} ")).unwrap_or_default();
                to.with("td", &[], format!("{number}{}", rules::sentence(*rule)));
                to.with("td", &[], rules::counts(*rule, facts, why.profile));
                to.with("td", &[], answer);
                to.close("tr");
            }
            to.end_table();
        }
        seats(to, &why);
        to.close("div");
    }
    if !moment.view.orphans.is_empty() {
        let said = format!(
            "Partition {partition} on {}: unavailable, because {} ({}).",
            nodes(&moment.view.orphans),
            rules::because(NO_CLUSTER),
            rules::source(NO_CLUSTER.rule).words()
        );
        to.open("div", &[("class", "rl-why")]);
        to.with("p", &[], said);
        to.close("div");
    }
}

fn seats(to: &mut Markup, why: &rosterlab_engine::Explanation) {
    to.table("rl-row", marks::ROSTER_ORDER, &["Node", "Role", "Copy", "Version"]);
    for seat in &why.row {
        to.open("tr", &[]);
        to.with("th", &[("scope", "row"), ("class", "rl-id")], seat.node);
        let serves = if seat.working_master { "working master" } else { "" };
        let role = [marks::role(seat.role), serves];
        let role: Vec<&str> = role.into_iter().filter(|part| !part.is_empty()).collect();
        to.with("td", &[], role.join(", "));
        let before = marks::seen_before(seat);
        let before = before.map(|before| format!(" (before this rebalance: {before})"));
        to.with("td", &[], [marks::copy(seat), before.as_deref().unwrap_or_default()].concat());
        to.with("td", &[("class", "rl-id")], seat.version);
        to.close("tr");
    }
    to.end_table();
    if let Some(order) = marks::working_order(why) {
        let order: Vec<String> = order.iter().map(ToString::to_string).collect();
        to.with("p", &[], format!("{}: {}", marks::WORKING_ORDER, order.join(" › ")));
    }
}
