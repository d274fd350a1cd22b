//! The reducer: what each action makes of the state.
//!
//! Invariant: pure. What cannot be done leaves all as it was and says why. An action that changes nothing gives the same
//! `Rc`, so that nothing is drawn again. Not here: effects (timers, focus, canvas, live region), which components run
//! after a state is shown.

use std::rc::Rc;

use rosterlab_engine::{Command, Link};
use rosterlab_scenario::{Course, Entry, Timeline, fork, share};
use yew::Reducible;

use super::{Action, Focus, Panel, State};
use crate::console::state::{ConsoleAction, ConsoleState, Whose};
use crate::floor::layout::ALL_LINKS_NODES;
use crate::floor::state::FloorAction;
use crate::map::paint::step_from;
use crate::map::picture::Colouring;
use crate::map::state::MapAction;
use crate::margin::words::KnownMargin;
use crate::news;
use crate::page::verbs::Verb;
use crate::text::refusal;
use crate::time::state::{SPEEDS, Tab};
use crate::why::ways::{WaysAction, title};

impl Reducible for State {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut next = Self::clone(&self);
        if next.apply(action) {
            next.revision += 1;
            next.update_time();
            Rc::new(next)
        } else {
            self
        }
    }
}

/// Whether a person did it; the rest is what the page worked out by itself, after it was drawn.
fn is_of_a_person(action: &Action) -> bool {
    use crate::roster::state::RosterAction::Weigh;
    !matches!(
        action,
        Action::Margin(_) | Action::Ways(WaysAction::Found(_)) | Action::Roster(Weigh)
    )
}

impl State {
    /// Does an action to this state; says whether it may have changed anything.
    pub(super) fn apply(&mut self, action: Action) -> bool {
        if is_of_a_person(&action) {
            self.sharing.copied = None;
        }
        match action {
            Action::Press(verb) => self.press(verb),
            Action::Do(_) | Action::ToggleLink(_) | Action::MoveBeside(..) => {
                return self.perform_of(&action);
            }
            Action::Select(node) if self.selected == node => return false,
            Action::Select(node) => {
                self.selected = node;
                self.refusal = None;
                if self.map.colouring == Colouring::Mark {
                    self.draw();
                }
            }
            Action::ReachLink(link) if self.link == Some(link) => return false,
            Action::ReachLink(link) => self.link = Some(link),
            Action::ShowPartition(partition) if self.chosen_partition == Some(partition) => {
                return false;
            }
            Action::ShowPartition(partition) => self.show(partition),
            Action::StepPartition(across, down) => {
                self.show(step_from(self.partition(), across, down));
            }
            Action::ShowSubCluster(node) => {
                self.on = Some(node);
                self.orphan = self.on.filter(|node| self.view.orphans.contains(node));
                self.rosters.close();
                self.derive();
            }
            Action::ShowNamespace(namespace) => {
                self.namespace = namespace.min(self.view.namespaces.len().saturating_sub(1));
                self.rosters.close();
                self.derive();
            }
            Action::Roster(action) => return self.apply_to_roster(action),
            Action::Clients(action) => return self.apply_to_clients(action),
            Action::Tick(_) if !self.is_running() => return false,
            Action::Tick(ms) if self.is_restarting() => self.go_on_restarting(ms),
            Action::Tick(_) => {
                if let Some(entry) = self.entry_of(&action) {
                    self.run(&entry, true);
                }
            }
            Action::Time(action) => return self.on_time(action),
            Action::SystemDark(is_dark) if self.is_system_dark == is_dark => return false,
            Action::SystemDark(is_dark) => self.is_system_dark = is_dark,
            Action::Announce(text) => self.announcement.renew(text),
            Action::Floor(action) => return self.on_floor(action),
            Action::Console(ref done) => return self.on_console(done, &action),
            Action::Escape if self.panel.is_none() && self.is_restarting() => {
                self.toggle_restart();
            }
            Action::Escape if self.panel.is_none() => return self.on_floor(FloorAction::LetGo),
            Action::ClosePanel | Action::Escape => match self.panel {
                Some(panel) => self.toggle_panel(panel),
                None => return false,
            },
            Action::SetLetters(on) => self.are_letters_on = on,
            Action::Follow(link) => self.follow(&link),
            Action::Open(file) => self.open_file(&file),
            // What was worked out for a moment that is gone is of no use.
            Action::Margin(of) if !Rc::ptr_eq(&of.view, &self.view) => return false,
            Action::Margin(of) => {
                self.margin = KnownMargin::new(of.view, of.namespace, of.found);
            }
            Action::Share(action) => self.on_share(action),
            Action::Settings(action) => self.settle(action),
            Action::Map(action) => return self.on_map(action),
            Action::Ways(action) => return self.on_ways(action),
        }
        true
    }

    /// The state after the timeline has changed, and what has to be said of the course that was left.
    pub(super) fn arrive(&mut self, timeline: Timeline, left: Option<Course>) -> Option<String> {
        let view = timeline.cluster().view();
        if view.node(self.selected).is_none()
            && let Some(node) = view.nodes.last()
        {
            self.selected = node.id;
        }
        let kept = self.time.arrive(&timeline, left);
        self.restart = None;
        self.timeline = Rc::new(timeline);
        self.view = Rc::new(view);
        self.refusal = None;
        self.keep_to_nodes_there();
        self.rosters.renew();
        self.ways.forget();
        self.derive();
        kept
    }

    /// Works out what the open tab shows.
    pub(super) fn update_time(&mut self) {
        // Only the comparison asks for the ways out, and looking for them may go through every partition.
        let is_compared = self.time.tab == Tab::Compare;
        let answer = if is_compared { self.whole_answer().cloned() } else { None };
        let Self { time, timeline, namespace, .. } = self;
        time.update(timeline, *namespace, answer.as_ref());
    }

    pub(super) fn tell(&mut self, news: String) {
        self.news = news.into();
        self.announcement.renew(self.news.clone());
    }

    pub(super) fn refuse(&mut self, why: String) {
        self.refusal = Some(why.into());
        // An alert speaks for itself: nothing to announce.
    }

    /// Does an entry and tells what came of it; of time that passes by itself only if something did.
    pub(super) fn run(&mut self, entry: &Entry, by_itself: bool) {
        if let Entry::Act { command: command @ Command::Cut { .. }, .. } = entry
            && let Err(why) = self.can_do(command)
        {
            return self.refuse(why);
        }
        let mut timeline = Timeline::clone(&self.timeline);
        let left = self.leaving();
        // Of an entry that grows only what is new is news.
        let happened = match timeline.perform(entry.clone()) {
            Ok(happened) => happened.to_vec(),
            Err(rejection) => return self.refuse(refusal(&rejection)),
        };
        if !by_itself {
            self.rosters.forget();
        }
        let before = self.view.clone();
        let kept = self.arrive(timeline, left);
        if by_itself && happened.is_empty() && kept.is_none() {
            return;
        }
        let mut news = news::news(entry, &happened, &self.view);
        for more in news::taken_in(&before, &self.view).into_iter().chain(kept) {
            news.push(' ');
            news.push_str(&more);
        }
        self.tell(news);
        match entry {
            // The card is another element on its new lane.
            Entry::Act { command: Command::MoveToRack { nodes, .. }, .. } => {
                self.focus.renew(nodes.first().copied().map(Focus::Card));
            }
            // The card that may have had the focus is gone.
            Entry::Act { command: Command::RemoveNode { .. }, .. } => {
                self.focus.renew(Some(Focus::Card(self.selected)));
            }
            _ => {}
        }
    }

    /// Does an entry and tells what came of it.
    pub(super) fn perform(&mut self, entry: &Entry) {
        self.run(entry, false);
    }

    /// Does the entry of an action; says whether there was one.
    pub(super) fn perform_of(&mut self, action: &Action) -> bool {
        let Some(entry) = self.entry_of(action) else { return false };
        self.perform(&entry);
        true
    }

    /// Goes one step back or on; says whether there was one.
    pub(super) fn travel(&mut self, verb: Verb) {
        let mut timeline = Timeline::clone(&self.timeline);
        let (moved, said, entry) = if verb == Verb::Undo {
            let moved = timeline.undo();
            (moved, "Undone", timeline.position())
        } else {
            let moved = timeline.redo();
            (moved, "Done again", timeline.position().saturating_sub(1))
        };
        let nodes = self.view.nodes.len();
        let title = timeline.entries().get(entry).map(|entry| news::of_entry(entry, nodes));
        if let (true, Some(title)) = (moved, title) {
            let summary = news::summary(&timeline.cluster().view());
            self.rosters.forget();
            self.arrive(timeline, None);
            self.hold_time();
            self.tell(format!("{said}: {title}. {summary}"));
        }
    }

    pub(super) fn press(&mut self, verb: Verb) {
        if let Err(why) = self.can(verb) {
            return self.refuse(why);
        }
        let commands = self.commands(verb);
        if !commands.is_empty() {
            if !self.ask_first(verb, &commands) {
                self.perform_verb(verb);
            }
            return;
        }
        match verb {
            Verb::EditRoster => self.edit_roster(),
            Verb::Undo | Verb::Redo => self.travel(verb),
            Verb::Migrate | Verb::Step => {
                self.perform_of(&Action::Press(verb));
            }
            Verb::Faster => self.speed = self.speed_beside(1),
            Verb::Slower => self.speed = self.speed_beside(SPEEDS.len() - 1),
            Verb::Restart => self.toggle_restart(),
            Verb::Play if self.is_restarting() => self.toggle_restart(),
            Verb::Play => self.is_playing = !self.is_playing,
            Verb::Help => self.toggle_panel(Panel::Keys),
            Verb::Share => self.toggle_panel(Panel::Share),
            Verb::Console => {
                self.console = self.console.other();
                // Open, it takes the focus itself.
                if self.console == ConsoleState::Closed {
                    self.focus.renew(Some(Focus::Button(Verb::Console)));
                }
            }
            Verb::Theme => self.is_dark_chosen = Some(!self.is_dark()),
            Verb::Links => {
                let other = self.view.nodes.iter().rev().find(|node| node.id != self.selected);
                self.link = other.and_then(|other| Link::new(self.selected, other.id));
                if self.view.nodes.len() > ALL_LINKS_NODES {
                    self.show_links();
                }
                self.focus.renew(self.link.map(Focus::Link));
            }
            _ => self.press_floor(verb),
        }
    }

    /// Does what was typed on the console, where the focus stays.
    fn on_console(&mut self, done: &ConsoleAction, action: &Action) -> bool {
        if let ConsoleAction::Closed(why) = done {
            self.press(Verb::Console);
            if why.is_empty() {
                return true;
            }
            self.refuse(format!(
                "The console could not be loaded: {why}. Open it again to try once more."
            ));
            return true;
        }
        let focus = self.focus.clone();
        let is_done = match done {
            ConsoleAction::Typed(link)
                if self.whose != Whose::Own && self.entry_of(action).is_none() =>
            {
                self.go_along(link)
            }
            _ => self.perform_of(action),
        };
        self.focus = focus;
        is_done
    }

    /// Goes to where the server is that the page is attached to; says whether that is elsewhere.
    fn go_along(&mut self, link: &str) -> bool {
        let Ok((setup, entries)) = share::read_entries(link) else { return false };
        if setup != *self.timeline.setup() {
            self.follow(link);
            self.whose = Whose::Servers;
            return true;
        }
        let refusal = self.refusal.clone();
        let mut timeline = Timeline::clone(&self.timeline);
        let new = fork(timeline.entries(), &entries);
        let Ok(happened) = timeline.lead_to(&entries) else { return false };
        self.arrive(timeline, None);
        self.whose = Whose::Servers;
        // It is about what a person did.
        self.refusal = refusal;
        if let (Some(entry), false) = (entries.get(new), happened.is_empty()) {
            self.tell(news::news(entry, &happened, &self.view));
        }
        true
    }

    pub(super) fn toggle_panel(&mut self, panel: Panel) {
        self.panel = (self.panel != Some(panel)).then_some(panel);
        self.focus.renew(Some(match self.panel {
            Some(panel) => Focus::Panel(panel),
            None => Focus::Button(panel.verb()),
        }));
    }

    /// The speed so many places on, around.
    pub(super) fn speed_beside(&self, places: usize) -> u32 {
        let place = SPEEDS.iter().position(|speed| *speed == self.speed).unwrap_or(0);
        SPEEDS[(place + places) % SPEEDS.len()]
    }

    /// Does something on the map's panel.
    pub(super) fn on_map(&mut self, action: MapAction) -> bool {
        match action {
            MapAction::ColourBy(colouring) if self.map.colouring == colouring => return false,
            MapAction::ColourBy(colouring) => {
                self.map.colouring = colouring;
                self.draw();
            }
            MapAction::Pick(place) => {
                if let Some(group) = self.map.pick(place)
                    && self.map.group_of(self.partition().index()) != Some(place)
                {
                    self.show(group.example);
                }
            }
            MapAction::FindSet(set) => self.map.finder.set = set,
            MapAction::FindKey(key) => self.map.finder.key = key,
            MapAction::FindAs(kind) => self.map.finder.kind = kind,
            MapAction::ShowFound => match self.map.finder.found() {
                Some(Ok(found)) => self.show(found.partition),
                Some(Err(why)) => self.announcement.renew(why.into()),
                None => self.announcement.renew("Type a key to find its partition.".into()),
            },
        }
        true
    }

    /// Takes a way out, or keeps what a search has found.
    pub(super) fn on_ways(&mut self, action: WaysAction) -> bool {
        let title = match action {
            WaysAction::Found(answer) => return self.ways.keep(answer),
            WaysAction::Take(quest, place) => {
                let Some(way) = self.way(quest, place) else { return false };
                title(way, &self.view)
            }
            WaysAction::OneSide => {
                let Some(entry) = self.one_side() else { return false };
                news::of_entry(&entry, self.view.nodes.len())
            }
        };
        self.perform_of(&Action::Ways(action));
        if self.refusal.is_some() {
            return true;
        }
        let summary = news::summary(&self.view);
        self.tell(format!("Way out taken: {title}. {summary}"));
        // The way's button is gone; the verdict is in view.
        self.focus.renew(Some(Focus::Verdict));
        true
    }
}
