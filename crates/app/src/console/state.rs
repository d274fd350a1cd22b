//! What the console does to the page.
//!
//! Invariant: a link of the console counts only if it is the page's own experiment with one further step. Where the page is
//! attached to a server, links are the server's and lead the page.

use std::rc::Rc;

use rosterlab_scenario::{Entry, Timeline, share};

/// The console.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ConsoleState {
    /// Not to be seen.
    #[default]
    Closed,
    /// At the lower edge of the window.
    Open,
}

impl ConsoleState {
    /// The other state.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Closed => Self::Open,
            Self::Open => Self::Closed,
        }
    }
}

/// Whose cluster the page shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Whose {
    /// Its own, in its own time.
    #[default]
    Own,
    /// That of the server that it is attached to, in the server's time.
    Servers,
    /// Another one, on a page that is attached to a server.
    NotTheServers,
}

/// What a person does with the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConsoleAction {
    /// Typed what leads to this share link; or the server is there, to which the page is attached.
    Typed(Rc<str>),
    /// Closed it; or it could not be opened, and this is why.
    Closed(Rc<str>),
}

/// The further step of a share link, if the rest of it is a timeline up to its position.
#[must_use]
pub fn further_step(link: &str, timeline: &Timeline) -> Option<Entry> {
    let (setup, mut entries) = share::read_entries(link).ok()?;
    let step = entries.pop()?;
    let done = &timeline.entries()[..timeline.position()];
    (setup == *timeline.setup() && entries == done).then_some(step)
}

#[cfg(test)]
mod tests {
    use rosterlab_engine::{ClusterSetup, Command, NodeSetup};
    use rosterlab_scenario::Settle;

    use super::*;
    use crate::state::case_study;

    #[test]
    fn only_a_step_further_on_the_same_experiment_counts() {
        let act = |command| Entry::Act { command, settle: Settle::Fully };
        let step = act(Command::Recluster { on: None });
        let mut timeline = Timeline::new(case_study()).unwrap();
        let link = share::write_before(&timeline, &step).unwrap();
        assert_eq!(further_step(&link, &timeline), Some(step.clone()));
        timeline.perform(act(Command::Start { nodes: vec![] })).unwrap_err();
        timeline.perform(step).unwrap();
        assert_eq!(further_step(&link, &timeline), None);
        let other = NodeSetup::new(timeline.setup().nodes[0].id, timeline.setup().nodes[0].rack);
        let other = Timeline::new(ClusterSetup::of(vec![other], 1)).unwrap();
        assert_eq!(further_step(&link, &other), None);
        assert_eq!(further_step("s1=", &timeline), None);
    }
}
