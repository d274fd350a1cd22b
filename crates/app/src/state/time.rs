//! Going along the timeline and between its branches.
//!
//! Invariant: seeking into the past pauses the clock, or the next tick would start a branch.

use rosterlab_engine::{NodeId, PartitionId, Served, convert};
use rosterlab_scenario::words::served::{apart, outcome};
use rosterlab_scenario::{Course, Timeline};

use super::{Focus, State};
use crate::news;
use crate::text::{clock, count};
use crate::time::compare::Side;
use crate::time::state::{CHANGE_MS, STEP_MS, Tab, TimeAction};
use crate::verdict::words::worst;

impl State {
    /// How long a step of time is now.
    #[must_use]
    pub fn step_ms(&self) -> u64 {
        if self.view.changing { CHANGE_MS } else { STEP_MS }
    }

    /// What a position is, in words: `Step 3 of 5, 0:00:04: Crash A102; 4,096 unavailable`.
    #[must_use]
    pub fn place(&self, position: usize) -> String {
        let all = self.timeline.entries().len();
        let what = self.outcome(position);
        let at = clock(self.timeline.at_ms(position));
        format!("Step {position} of {all}, {at}: {}; {what}", self.title(position))
    }

    /// What a client of the whole network can reach now, by namespace.
    #[must_use]
    pub fn served_now(&self) -> &[Served] {
        self.timeline.served(self.timeline.position())
    }

    /// What a client of the whole network can reach at a position, in the namespace that fares worst there.
    #[must_use]
    pub fn served(&self, position: usize) -> Served {
        worst(self.timeline.served(position)).1
    }

    /// What a client of the whole network can reach at a position in the namespace that fares worst, and who is apart there
    /// if that step parted them: `A101 alone; all active`, `ns2 825 unavailable`.
    #[must_use]
    pub fn outcome(&self, position: usize) -> String {
        let all = self.timeline.served(position);
        let (place, served) = worst(all);
        let mut what = outcome(served);
        if all.iter().any(|other| *other != served) {
            what = format!("{} {what}", self.view.namespaces[place].name);
        }
        let apart = position.checked_sub(1).map(|entry| apart(self.timeline.events_of(entry)));
        match apart.unwrap_or_default().as_str() {
            "" => what,
            apart => format!("{apart}; {what}"),
        }
    }

    /// What led to a position: `Crash A102`.
    #[must_use]
    pub fn title(&self, position: usize) -> String {
        let entry = position.checked_sub(1).and_then(|entry| self.timeline.entries().get(entry));
        entry.map_or_else(
            || news::start(self.timeline.setup()).to_owned(),
            |entry| news::of_entry(entry, self.view.nodes.len()),
        )
    }

    /// What acting now would drop: the whole course, if some of it is undone.
    pub(super) fn leaving(&self) -> Option<Course> {
        let is_undone = self.timeline.position() < self.timeline.entries().len();
        is_undone.then(|| self.timeline.course())
    }

    /// Holds time where it would at once replace what is undone.
    pub(super) fn hold_time(&mut self) {
        if self.timeline.position() < self.timeline.entries().len() {
            self.is_playing = false;
        }
    }

    /// Does what a person wants of time; says whether it may have changed anything.
    pub(super) fn on_time(&mut self, action: TimeAction) -> bool {
        self.time.copied = None;
        match action {
            TimeAction::Show(tab) if self.time.tab == tab => return false,
            TimeAction::Show(tab) => self.time.tab = tab,
            TimeAction::GoTo(tab) => {
                self.time.tab = tab;
                self.focus.renew(Some(Focus::On(tab.selector())));
            }
            TimeAction::Seek(position) => return self.seek(position),
            TimeAction::SeekBy(steps) => {
                let last = self.timeline.entries().len();
                return self.seek(self.timeline.position().saturating_add_signed(steps).min(last));
            }
            TimeAction::Switch(number) => return self.switch(number),
            TimeAction::Pin(number) => {
                let Some(pinned) = self.time.branches.toggle_pin(number) else { return false };
                let said =
                    if pinned { "The branch is pinned." } else { "The branch is not pinned." };
                self.announcement.renew(said.into());
            }
            TimeAction::Delete(number) => {
                if self.time.branches.remove(number).is_none() {
                    return false;
                }
                self.announcement.renew("The branch is deleted.".into());
            }
            TimeAction::Compare(side) => {
                self.time.tab = Tab::Compare;
                self.time.sides = (Side::Now, Some(side));
                self.focus.renew(Some(Focus::On(Tab::Compare.selector())));
            }
            TimeAction::Left(side) => self.time.sides.0 = side,
            TimeAction::Right(side) => self.time.sides.1 = Some(side),
            TimeAction::NextDifference(on) => {
                let from = self.partition();
                let next = |to: &std::rc::Rc<crate::time::compare::Comparison>| to.beside(from, on);
                let Some(next) = self.time.comparison().and_then(next) else { return false };
                self.show_difference(next);
            }
            TimeAction::LogOf(node) => self.log_of(node),
            TimeAction::LogLastStep(last_step) => self.time.log.filter.last_step = last_step,
            TimeAction::LogMore => self.time.more_of_log(),
            TimeAction::Copied(copied) => self.on_copied(copied),
        }
        true
    }

    fn on_copied(&mut self, copied: bool) {
        let lines = convert::count(self.time.log.page().lines.len());
        let said: std::rc::Rc<str> = if copied {
            format!("Copied {} of the log.", count(lines, "line")).into()
        } else {
            "The browser does not let this page copy. The lines are selected: Ctrl+C copies them."
                .into()
        };
        self.time.copied = Some(said.clone());
        self.announcement.renew(said);
    }

    fn log_of(&mut self, node: Option<NodeId>) {
        self.time.log.filter.node = node;
        self.time.log.filter.most = crate::time::logbook::LINES;
    }

    fn show_difference(&mut self, partition: PartitionId) {
        self.show(partition);
        let Some(comparison) = self.time.comparison() else { return };
        let look = |cells: &[rosterlab_engine::Cell]| {
            cells.get(partition.index()).map_or("", |cell| crate::look::Look::of(cell).name())
        };
        let (from, to) = (look(&comparison.left.cells), look(&comparison.right.cells));
        self.announcement.renew(format!("Partition {partition}: {from} → {to}.").into());
    }

    /// Goes to a position. The slider says where it is, so there is nothing to announce.
    fn seek(&mut self, position: usize) -> bool {
        if position == self.timeline.position() {
            return false;
        }
        let mut timeline = Timeline::clone(&self.timeline);
        if !timeline.seek(position) {
            return false;
        }
        self.arrive(timeline, None);
        self.hold_time();
        let summary = news::summary(&self.view);
        self.news = format!("{}. {summary}", self.place(position)).into();
        true
    }

    /// Takes a branch; what it replaces becomes one.
    fn switch(&mut self, number: u32) -> bool {
        let Some(branch) = self.time.branches.get(number) else { return false };
        let parting = branch.parting(&self.timeline, self.view.nodes.len());
        let course = branch.course.clone();
        let left = self.timeline.course();
        // Removed first, so that the branch being left has room.
        self.time.branches.remove(number);
        let mut timeline = Timeline::clone(&self.timeline);
        timeline.follow(&course);
        self.is_playing = false;
        self.arrive(timeline, Some(left));
        let summary = news::summary(&self.view);
        self.tell(format!("Now on the branch {}, {}. {summary}", parting.title, parting.instead));
        true
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use yew::Reducible;

    use super::*;
    use crate::page::verbs::Verb;
    use crate::state::Action;
    use crate::time::state::SPEEDS;

    fn run(actions: impl IntoIterator<Item = Action>) -> Rc<State> {
        go(Rc::new(State::open()), actions)
    }

    fn go(state: Rc<State>, actions: impl IntoIterator<Item = Action>) -> Rc<State> {
        actions.into_iter().fold(state, State::reduce)
    }

    fn on(node: &str, verb: Verb) -> [Action; 2] {
        [Action::Select(node.parse().unwrap()), Action::Press(verb)]
    }

    fn undo() -> Action {
        Action::Press(Verb::Undo)
    }

    fn time(action: TimeAction) -> Action {
        Action::Time(action)
    }

    fn branches(state: &State) -> Vec<(u32, usize)> {
        let all = state.time.branches.all().iter();
        all.map(|branch| (branch.number, branch.course.entries().len())).collect()
    }

    /// Rack B is down; then A102 crashes, or that is undone and migrations finish first.
    fn two_ways() -> Rc<State> {
        let first = on("B101", Verb::Stop).into_iter().chain(on("B102", Verb::Stop));
        let bad = first.chain(on("A102", Verb::Crash));
        run(bad.chain([undo(), Action::Press(Verb::Migrate)]))
    }

    #[test]
    fn acting_in_the_past_keeps_the_future_as_a_branch() {
        let state = two_ways();
        assert_eq!(branches(&state), [(1, 3)]);
        assert!(state.news.ends_with("What was undone is kept as a branch."), "{}", &state.news);
        let branch = &state.time.branches.all()[0];
        assert_eq!(branch.course.served()[0].unavailable, 4096);
        assert_eq!(branch.parting(&state.timeline, 5).title, "Crash A102");
        // Doing the same again is no branch.
        let again = go(state, [undo()].into_iter().chain(on("A102", Verb::Crash)));
        assert_eq!(branches(&again), [(2, 3)], "the other way is kept, this one is present");
    }

    #[test]
    fn a_branch_can_be_taken_and_the_present_becomes_one() {
        let before = two_ways();
        let state = go(before.clone(), [time(TimeAction::Switch(1))]);
        assert_eq!(state.timeline.position(), 3);
        assert_eq!(state.view.sub_clusters[0].namespaces[0].counts.unavailable, 4096);
        assert_eq!(branches(&state), [(2, 3)]);
        assert!(state.news.starts_with("Now on the branch Crash A102, instead of Finish"));
        let back = go(state, [time(TimeAction::Switch(2))]);
        assert_eq!(back.view, before.view);
        assert_eq!(branches(&back), [(3, 3)]);
        let none = go(back.clone(), [time(TimeAction::Delete(3)), time(TimeAction::Switch(3))]);
        assert!(branches(&none).is_empty() && none.view == back.view);
    }

    #[test]
    fn seeking_goes_there_without_dropping_anything() {
        let state = go(two_ways(), [time(TimeAction::Seek(1))]);
        assert_eq!((state.timeline.position(), state.timeline.entries().len()), (1, 3));
        assert!(
            state.news.starts_with("Step 1 of 3, 0:00:01: Stop B101; all active, "),
            "{}",
            &state.news
        );
        let same = go(state.clone(), [time(TimeAction::Seek(1)), time(TimeAction::Seek(9))]);
        assert!(Rc::ptr_eq(&same, &state));
        let by = |steps| go(state.clone(), [time(TimeAction::SeekBy(steps))]).timeline.position();
        assert_eq!([by(1), by(10), by(-1), by(-10)], [2, 3, 0, 0]);
        assert_eq!(branches(&state).len(), 1);
    }

    #[test]
    fn time_is_held_where_it_would_replace_what_is_undone() {
        let state = run(on("A102", Verb::Stop)
            .into_iter()
            .chain([Action::Press(Verb::Play)])
            .chain(on("A103", Verb::Stop)));
        assert!(state.is_running());
        let undone = go(state.clone(), [undo()]);
        assert!(!undone.is_playing && undone.view.migrating);
        let sought = go(state, [time(TimeAction::Seek(1))]);
        assert!(!sought.is_playing);
        let played = go(sought, [Action::Press(Verb::Play), Action::Tick(100), Action::Tick(100)]);
        assert_eq!(branches(&played), [(1, 2)], "ticks make one branch");
    }

    #[test]
    fn a_step_of_time_is_a_second_and_tells_only_what_is_new() {
        assert!(State::open().can(Verb::Step).is_err());
        let state = run(on("A102", Verb::Stop));
        let before = state.view.time_ms;
        let state = go(state, [Action::Press(Verb::Step), Action::Press(Verb::Step)]);
        assert_eq!(state.view.time_ms, before + 2 * STEP_MS);
        assert_eq!(state.timeline.entries().len(), 2, "steps are one entry");
        assert_eq!(&*state.news, "Time passed.");
    }

    #[test]
    fn speeds_go_round_both_ways() {
        let speed =
            |verb: Verb, times: usize| run(std::iter::repeat_n(Action::Press(verb), times)).speed;
        assert_eq!(
            (1..=5).map(|n| speed(Verb::Faster, n)).collect::<Vec<_>>(),
            [60, 300, 1000, 1, 10]
        );
        assert_eq!(speed(Verb::Slower, 2), *SPEEDS.last().unwrap());
    }

    #[test]
    fn now_is_compared_with_the_newest_branch_and_with_what_is_chosen() {
        let state = go(two_ways(), [time(TimeAction::Show(Tab::Compare))]);
        assert_eq!(state.time.sides, (Side::Now, Some(Side::Branch(1))));
        let comparison = state.time.comparison().unwrap();
        assert_eq!(comparison.size(), 4096);
        let with_start = go(state.clone(), [time(TimeAction::Right(Side::Start))]);
        assert_eq!(with_start.time.comparison().unwrap().size(), 0);
        let swapped = [TimeAction::Left(Side::Branch(1)), TimeAction::Right(Side::Now)].map(time);
        let swapped = go(state.clone(), swapped);
        let change = swapped.time.comparison().unwrap().changes[0];
        assert_eq!((change.from.name(), change.size), ("unavailable", 4096));
        let next = go(state.clone(), [time(TimeAction::NextDifference(true))]);
        assert!(next.announcement.what.contains(" → unavailable"), "{}", next.announcement.what);
        let deleted = go(state, [time(TimeAction::Delete(1))]);
        assert_eq!(deleted.time.sides, (Side::Now, Some(Side::Start)));
        let closed = go(deleted, [time(TimeAction::Show(Tab::Log))]);
        assert!(closed.time.comparison().is_none());
        assert!(!closed.time.log.page().lines.is_empty());
    }
}
