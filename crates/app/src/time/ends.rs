//! The end of a course as the comparison asks of it: the answer to each question, and the partitions.
//!
//! Invariant: pure. Two ends of one timeline have the same questions in the same order. The margin is missing here, because
//! it is worked out in slices (see `compare_tab`). Not here: how an end is reached (see `state`).

use std::rc::Rc;

use rosterlab_engine::{
    Cell, ClientResult, Cluster, ClusterView, Event, EventKind, Mode, NamespaceBelief, RosterEntry,
    convert,
};
use rosterlab_scenario::Timeline;
use rosterlab_scenario::foresight::ways::Risk;
use rosterlab_scenario::words::served::outcome;
use rosterlab_scenario::words::text;

use crate::text::{count, thousands};
use crate::why::ways::risk as words;

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
    /// The present of a timeline as an end, for the namespace at this place; `risk` is that of what led there, if it was
    /// worked out.
    #[must_use]
    pub fn of(timeline: &Timeline, risk: Option<Risk>, namespace: usize) -> Self {
        let view = timeline.cluster().view();
        let mut answers = Vec::new();
        let mut answer =
            |question: &str, answer: String| answers.push((question.to_owned(), answer));
        let risk = risk.map_or("not worked out: there are too many steps", |risk| words(risk).2);
        answer("Risk of the commands", risk.to_owned());
        for (place, settings) in view.namespaces.iter().enumerate() {
            answer(&format!("Served of {}", settings.name), outcome(view.served(place)));
        }
        if view.namespaces[namespace].mode == Mode::StrongConsistency {
            answer("Roster in force", rosters(&view, namespace, |held| &held.roster));
            answer("Pending roster", rosters(&view, namespace, |held| &held.pending));
        }
        let parts = view.nodes.iter().flat_map(|node| &node.namespaces);
        answer("Copies to fill", thousands(parts.map(|part| part.copies.filling).sum()));
        let events = timeline.events().map(|(_, event)| event);
        answer("Refused to clients", count(refused(events), "operation"));
        let lost = u32::try_from(view.lost_writes).unwrap_or(u32::MAX);
        answer("Acknowledged writes lost", thousands(lost));
        let cells = view.reached(namespace);
        Self { cluster: timeline.cluster().clone(), cells, answers }
    }
}

/// The rosters that nodes hold, each once: what each side has, or, with no node up, what is on the drives.
fn rosters(
    view: &ClusterView,
    namespace: usize,
    which: fn(&NamespaceBelief) -> &Rc<[RosterEntry]>,
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
