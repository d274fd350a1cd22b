//! The end of a course as the comparison asks of it: the answer to each question, and the partitions.
//!
//! Invariant: pure. Two ends of one timeline have the same questions in the same order. The margin is missing here, because
//! it is worked out in slices (see `compare_tab`). Not here: how an end is reached (see `state`).

use std::rc::Rc;

use rosterlab_engine::{
    Cell, ClientResult, Cluster, ClusterView, Event, EventKind, Mode, RosterEntry, convert,
};
use rosterlab_scenario::words::served::outcome;
use rosterlab_scenario::words::text;

use crate::text::{count, thousands};

/// One end.
#[derive(Clone, Debug)]
pub struct End {
    /// The cluster there.
    pub cluster: Cluster,
    /// The shown namespace's partitions, as a client of the whole network finds them.
    pub cells: Rc<Vec<Cell>>,
    /// Each question with its answer.
    pub answers: Vec<(String, String)>,
}

impl PartialEq for End {
    /// Each end is worked out once, and shared.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl End {
    /// The end where a cluster has come to by these events, for the namespace at this place.
    #[must_use]
    pub fn of<'a>(
        cluster: &Cluster,
        events: impl Iterator<Item = &'a Event>,
        namespace: usize,
    ) -> Rc<Self> {
        let view = cluster.view();
        let served = view.namespaces.iter().enumerate().map(|(place, settings)| {
            (format!("Served of {}", settings.name), outcome(view.served(place)))
        });
        let mut answers: Vec<(String, String)> = served.collect();
        let mut answer =
            |question: &str, answer: String| answers.push((question.to_owned(), answer));
        let is_strong = view.namespaces[namespace].mode == Mode::StrongConsistency;
        if is_strong {
            answer("Roster in force", rosters(&view, namespace, |held| &held.roster));
            answer("Pending roster", rosters(&view, namespace, |held| &held.pending));
        }
        let parts = view.nodes.iter().flat_map(|node| &node.namespaces);
        answer("Copies to fill", thousands(parts.map(|part| part.copies.filling).sum()));
        answer("Refused to clients", count(refused(events), "operation"));
        let lost = u32::try_from(view.lost_writes).unwrap_or(u32::MAX);
        answer("Acknowledged writes lost", thousands(lost));
        Rc::new(Self { cluster: cluster.clone(), cells: view.reached(namespace), answers })
    }
}

/// The rosters that nodes hold, each once: what each side has, or, with no node up, what is on the drives.
fn rosters(
    view: &ClusterView,
    namespace: usize,
    which: fn(&rosterlab_engine::NamespaceBelief) -> &Rc<[RosterEntry]>,
) -> String {
    let is_any_up = view.nodes.iter().any(|node| node.state.is_up());
    let mut held: Vec<&Rc<[RosterEntry]>> = Vec::new();
    for node in view.nodes.iter().filter(|node| node.state.is_up() == is_any_up) {
        let roster = which(&node.belief.namespaces[namespace]);
        if !roster.is_empty() && !held.contains(&roster) {
            held.push(roster);
        }
    }
    match held.as_slice() {
        [] => "none".to_owned(),
        held => held.iter().map(|roster| text::roster(roster)).collect::<Vec<_>>().join(" / "),
    }
}

/// How many operations of clients were refused: the partition was not active, or the regime was older than one that the
/// client had seen (docs/domain.md §9).
fn refused<'a>(events: impl Iterator<Item = &'a Event>) -> u32 {
    let is_refused = |event: &&Event| {
        let (EventKind::Wrote { result, .. } | EventKind::Read { result, .. }) = &event.kind else {
            return false;
        };
        matches!(result, ClientResult::Unavailable | ClientResult::StaleRegime)
    };
    convert::count(events.filter(is_refused).count())
}
