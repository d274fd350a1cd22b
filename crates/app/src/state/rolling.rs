//! A rolling restart's part of the reducer: it plays by the ticks of simulated time, one command or one wait each.
//!
//! Invariant: all of it is one step of the timeline, which grows while it plays; whatever else changes the timeline ends
//! it. Not here: what comes next (the scenario crate's `rolling`).

use rosterlab_engine::NodeId;
use rosterlab_scenario::rolling::{Next, Rolling};
use rosterlab_scenario::words::rolling::{End, ended, unfit};
use rosterlab_scenario::{Entry, Purpose};

use super::State;
use super::command::act;

/// A rolling restart that plays.
#[derive(Clone, Debug)]
pub struct PlayingRestart {
    plan: Rolling,
    /// The position at which it began.
    began: usize,
}

impl State {
    /// Whether a rolling restart plays.
    #[must_use]
    pub fn is_restarting(&self) -> bool {
        self.restart.is_some()
    }

    /// The plan for the selected nodes.
    ///
    /// # Errors
    /// Why they cannot be restarted one after the other, as a sentence.
    pub(super) fn plan_restart(&self) -> Result<Rolling, String> {
        let timeline = &self.timeline;
        let served = timeline.served(timeline.position());
        Rolling::new(timeline.setup(), &self.view, served, &self.selection())
            .map_err(|why| unfit(&why))
    }

    /// Begins a rolling restart of the selected nodes, or stops the one that plays.
    pub(super) fn toggle_restart(&mut self) {
        if self.is_restarting() {
            return self.end_restart(&End::Stopped);
        }
        let began = self.timeline.position();
        self.restart = self.plan_restart().ok().map(|plan| PlayingRestart { plan, began });
    }

    /// What the rolling restart that plays has done so far.
    fn done_of_restart(&self) -> &[Entry] {
        let began = self.restart.as_ref().map_or(0, |restart| restart.began);
        let done = &self.timeline.entries()[..self.timeline.position()];
        done.get(began).map_or(&[], Entry::each)
    }

    /// The step of the rolling restart that plays, as it is after a tick; or how the restart ends.
    pub(super) fn tick_of_restart(&self, ms: u32) -> Option<Result<Entry, End>> {
        let PlayingRestart { plan, .. } = self.restart.as_ref()?;
        let done = self.done_of_restart();
        let mut entries = done.to_vec();
        match (plan.next(done, self.timeline.cluster()), entries.last_mut()) {
            (Next::Done, _) => return Some(Err(End::Done)),
            (Next::Halt(halt), _) => return Some(Err(End::Halted(halt))),
            (Next::Do(command), _) => entries.push(act(command)),
            (Next::Wait, Some(Entry::Pass { ms: waited })) => *waited += u64::from(ms),
            (Next::Wait, _) => entries.push(Entry::Pass { ms: u64::from(ms) }),
        }
        Some(Ok(Entry::Several { purpose: Purpose::RollingRestart, entries }))
    }

    /// Goes on with the rolling restart that plays.
    pub(super) fn go_on_restarting(&mut self, ms: u32) {
        match self.tick_of_restart(ms) {
            None => {}
            Some(Err(end)) => self.end_restart(&end),
            Some(Ok(entry)) => {
                // Whatever changes the timeline ends it, but for itself.
                let restart = self.restart.take();
                self.run(&entry, true);
                if self.refusal.is_none() {
                    self.restart = restart;
                }
            }
        }
    }

    /// Ends the rolling restart that plays, and tells what is so then.
    pub(super) fn end_restart(&mut self, end: &End) {
        let done = self.done_of_restart();
        let plan = self.restart.as_ref().map(|restart| &restart.plan);
        let restarted: Vec<NodeId> = plan.map_or(&[][..], |plan| plan.restarted(done)).to_vec();
        self.restart = None;
        self.tell(ended(end, &restarted, &self.view));
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use yew::Reducible;

    use super::*;
    use crate::floor::state::FloorAction;
    use crate::page::verbs::Verb;
    use crate::state::Action;
    use crate::testing::id;

    fn go(state: Rc<State>, actions: impl IntoIterator<Item = Action>) -> Rc<State> {
        actions.into_iter().fold(state, State::reduce)
    }

    fn select(nodes: &str) -> Vec<Action> {
        let mut nodes = nodes.split(' ').map(id);
        let first = Action::Floor(FloorAction::Click(nodes.next().unwrap(), false));
        let others = nodes.map(|node| Action::Floor(FloorAction::Click(node, true)));
        std::iter::once(first).chain(others).collect()
    }

    fn begun(nodes: &str) -> Rc<State> {
        let begun = go(Rc::new(State::open()), select(nodes));
        begun.reduce(Action::Press(Verb::Restart))
    }

    fn tick(state: Rc<State>, ticks: usize) -> Rc<State> {
        go(state, std::iter::repeat_n(Action::Tick(5_000), ticks))
    }

    fn play(mut state: Rc<State>) -> Rc<State> {
        for _ in 0..2_000 {
            if !state.is_restarting() {
                return state;
            }
            state = tick(state, 1);
        }
        panic!("it has no end");
    }

    #[test]
    fn a_rolling_restart_plays_itself_and_one_undo_takes_all_of_it_back() {
        let begun = begun("A101 A102 B101");
        assert!(begun.is_restarting() && begun.is_running() && begun.timeline.position() == 0);
        let done = play(begun.clone());
        assert!(!done.is_running());
        assert_eq!((done.timeline.position(), done.timeline.entries().len()), (1, 1));
        assert_eq!(done.title(1), "Rolling restart of A101, A102 and B101");
        let said = "Rolling restart done; A101, A102 and B101 were restarted. main: all active";
        assert!(done.news.starts_with(said), "{}", done.news);
        let undone = done.reduce(Action::Press(Verb::Undo));
        assert_eq!((undone.timeline.position(), &undone.view), (0, &begun.view));
    }

    #[test]
    fn a_person_can_stop_it_and_acting_otherwise_ends_it() {
        for stop in [Action::Press(Verb::Restart), Action::Escape, Action::Press(Verb::Play)] {
            let playing = tick(begun("A101"), 2);
            assert!(playing.is_restarting());
            let stopped = playing.reduce(stop.clone());
            assert!(!stopped.is_restarting() && !stopped.is_running(), "{stop:?}");
            let said = "Rolling restart stopped; no node was restarted.";
            assert!(stopped.news.starts_with(said), "{}", stopped.news);
            assert!(stopped.news.contains("A101 is quiesced"), "{}", stopped.news);
        }
        let acted = tick(begun("A101"), 2).reduce(Action::Press(Verb::Split));
        assert!(!acted.is_restarting());
        assert_eq!(acted.timeline.entries().len(), 2, "what it did stays one step");
        let undone = tick(begun("A101"), 2).reduce(Action::Press(Verb::Undo));
        assert!(!undone.is_restarting() && undone.timeline.position() == 0);
        let again = tick(undone.reduce(Action::Press(Verb::Restart)), 1);
        assert_eq!((again.timeline.position(), again.timeline.entries().len()), (1, 1));
    }

    #[test]
    fn it_halts_before_something_is_lost_and_says_what() {
        let down = go(Rc::new(State::open()), select("B101"));
        let down = go(down, [Verb::Stop, Verb::Migrate].map(Action::Press));
        let refused = down.clone().reduce(Action::Press(Verb::Restart));
        assert_eq!(refused.refusal.as_deref(), Some("B101 is in no cluster."));
        let picked = go(down, select("A101"));
        let halted = play(picked.reduce(Action::Press(Verb::Restart)));
        let said = "Rolling restart halted before A101 stops: ";
        assert!(halted.news.starts_with(said), "{}", halted.news);
        assert!(halted.view.node(id("A101")).unwrap().state.is_up());
        assert_eq!(halted.served(halted.timeline.position()).inactive(), 0);
    }
}
