//! How things stand now, whatever led there.
//!
//! Invariant: everything comes from a view; nothing is asked of the cluster.

use rosterlab_engine::{
    ClusterSetup, ClusterView, Explanation, Mode, NamespaceSettings, StartingRoster, Verdict,
    convert,
};

use super::orphans::orphans;
use super::rebalance::{among, of_rebalance};
use super::rules;
use super::served::of_many_sides;
use super::text::list;

/// The title of a timeline's start, before any step.
#[must_use]
pub fn start(setup: &ClusterSetup) -> &'static str {
    if is_whole(setup) { "The cluster is whole" } else { "The cluster as it was read" }
}

/// Whether nothing of a setup was read from a real cluster: every node is up, and every copy is in its place.
#[must_use]
pub fn is_whole(setup: &ClusterSetup) -> bool {
    let is_read = |settings: &NamespaceSettings| {
        settings.versions.is_some() || matches!(settings.roster, StartingRoster::List(_))
    };
    !setup.namespaces.iter().any(is_read)
        && setup.nodes.iter().all(|node| node.down.is_none() && !node.quiesced)
}

/// How things stand, whatever led there.
#[must_use]
pub fn summary(view: &ClusterView) -> String {
    let each = view.sub_clusters.iter().flat_map(|sub_cluster| {
        sub_cluster.namespaces.iter().zip(&view.namespaces).map(|(namespace, settings)| {
            let all = convert::count(namespace.roster.len());
            let present = (namespace.roster_nodes_present, all);
            let principal = sub_cluster.principal;
            let counts = (namespace.counts, namespace.fresh);
            let said = of_rebalance(principal, present, counts, &namespace.by_rule);
            among(view, &settings.name, said)
        })
    });
    let sentences: Vec<String> = match of_many_sides(view) {
        Some(all) => vec![all],
        None => each.collect(),
    };
    let orphans = orphans(view);
    match (sentences.is_empty(), orphans) {
        (true, None) => "No node is up: nothing is served.".to_owned(),
        (true, Some(orphans)) => format!("{orphans} Nothing is served."),
        (false, orphans) => sentences.into_iter().chain(orphans).collect::<Vec<_>>().join(" "),
    }
}

/// What a cluster begins with.
#[must_use]
pub fn beginning(setup: &ClusterSetup) -> String {
    if !is_whole(setup) {
        return "The nodes begin with the rosters and the copies that were read.".to_owned();
    }
    let without = setup.namespaces.iter().filter(|settings| {
        settings.mode == Mode::StrongConsistency && settings.roster == StartingRoster::None
    });
    let without: Vec<&str> = without.map(|settings| settings.name.as_str()).collect();
    match without.as_slice() {
        [] => "Every node is up and in the roster, and every copy is where it belongs.".to_owned(),
        names => format!("Every node is up. No roster was set yet in {}.", list(names)),
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
