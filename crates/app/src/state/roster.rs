//! The roster panel's part of the reducer: what the considered action would do, the question before a documented mistake,
//! and writing a roster.
//!
//! Invariant: a mistake is asked about once: once confirmed for a roster, a warning is not repeated when that roster comes
//! into force. What an action would do is worked out when it is considered, after the page was drawn, and never while it
//! is drawn; whatever changes the cluster makes it stale. Not here: what is a mistake (the scenario crate's `preview`).

use rosterlab_engine::{Command, NodeId, RackId, RosterEntry, RosterNodes};
use rosterlab_scenario::foresight::preview::{Preview, preview, warnings};

use super::{Action, Focus, State};
use crate::page::verbs::Verb;
use crate::roster::draft::RosterDraft;
use crate::roster::state::{Asking, RosterAction};
use crate::roster::words::{Lists, commands};
use crate::text::refusal;

/// Whether a verb is a roster command.
fn is_of_roster(verb: Verb) -> bool {
    matches!(
        verb,
        Verb::StageObserved
            | Verb::StageAndRecluster
            | Verb::SetRoster
            | Verb::SetAndRecluster
            | Verb::Recluster
            | Verb::Revive
    )
}

impl State {
    /// The action to preview: the one pointed at, or else the next one due.
    #[must_use]
    pub fn considered(&self) -> Verb {
        let due = self.shown_namespace().filter(|namespace| namespace.pending != namespace.roster);
        let usual = if self.rosters.draft.is_some() {
            Verb::SetRoster
        } else if due.is_some() {
            Verb::Recluster
        } else {
            Verb::StageObserved
        };
        self.rosters.considered.unwrap_or(usual)
    }

    /// What the considered action would do, if it is known.
    #[must_use]
    pub fn weighed(&self) -> Option<&Result<Preview, String>> {
        let (verb, weighed) = self.rosters.weighed.as_ref()?;
        (*verb == self.considered()).then_some(weighed)
    }

    /// Why the considered action cannot be done.
    #[must_use]
    pub fn considered_refusal(&self) -> Option<String> {
        self.can(self.considered()).err().or_else(|| self.weighed()?.clone().err())
    }

    /// The considered action as commands for a real cluster, each with its tool. An action that cannot be done has none: a
    /// command with an empty list of nodes would be copied as easily as any other.
    #[must_use]
    pub fn roster_commands(&self) -> Option<[(&'static str, String); 2]> {
        let verb = self.considered();
        let can = self.considered_refusal().is_none();
        can.then(|| commands(verb, self.namespace_name(), self.roster_lists()))
    }

    /// The preview to compute next; `None` if none is needed.
    #[must_use]
    pub fn to_weigh(&self) -> Option<(Verb, u32)> {
        let verb = self.considered();
        if self.is_revive_of_orphan(verb) {
            return None;
        }
        let is_wanted = self.rosters.considered.is_some() || verb != Verb::StageObserved;
        (is_wanted && self.weighed().is_none()).then_some((verb, self.rosters.stale))
    }

    /// Whether it is a revive of an orphan, which no recluster makes effective.
    #[must_use]
    pub fn is_revive_of_orphan(&self, verb: Verb) -> bool {
        verb == Verb::Revive && self.shown_orphan().is_some()
    }

    /// The lists that the panel's commands are made of.
    #[must_use]
    pub fn roster_lists(&self) -> Lists<'_> {
        let draft = self.rosters.draft.as_ref().map_or(&[][..], |draft| &draft.entries);
        match self.shown_namespace() {
            Some(here) => Lists { pending: &here.pending, observed: &here.observed, draft },
            None => Lists { draft, ..Lists::default() },
        }
    }

    /// Whether something waits for a recluster: a staged roster, or a revive since the last cluster change.
    #[must_use]
    pub fn awaits_recluster(&self) -> Option<Verb> {
        use rosterlab_engine::EventKind;
        if self.shown_namespace().is_some_and(|here| here.pending != here.roster) {
            return Some(Verb::StageObserved);
        }
        let name = self.namespace_name();
        let mut revived = false;
        for (_, event) in self.timeline.events() {
            match &event.kind {
                EventKind::Revived { namespace, .. } if namespace == name => revived = true,
                EventKind::Rebalanced { namespace, .. } if namespace == name => revived = false,
                _ => {}
            }
        }
        revived.then_some(Verb::Revive)
    }

    /// The command that sets the written roster.
    pub(super) fn set_roster(&self, on: Option<NodeId>) -> Command {
        let entries = self.rosters.draft.as_ref().map(|draft| draft.entries.clone());
        let nodes = RosterNodes::List(entries.unwrap_or_default());
        Command::RosterSet { namespace: self.namespace_name().to_owned(), nodes, on }
    }

    /// Whether the written roster can be set.
    pub(super) fn can_set(&self) -> Result<(), String> {
        match &self.rosters.draft {
            Some(RosterDraft { error: Some(error), .. }) => Err(error.clone()),
            Some(_) => Ok(()),
            None => Err("No roster is being written.".to_owned()),
        }
    }

    /// Opens the editor on what is pending, or closes it.
    pub(super) fn edit_roster(&mut self) {
        let pending = self.shown_namespace().map(|here| here.pending.clone());
        let is_open = self.rosters.draft.is_some();
        self.rosters.close();
        if is_open {
            self.focus.renew(Some(Focus::Button(Verb::EditRoster)));
        } else {
            self.rosters.draft = pending.map(RosterDraft::of);
        }
    }

    /// Asks, where an action is a mistake that nobody has confirmed for this roster; says whether it did.
    pub(super) fn ask_first(&mut self, verb: Verb, commands: &[Command]) -> bool {
        if !is_of_roster(verb) {
            return false;
        }
        // What was asked about would be dropped, and the recluster would not do what the person believes.
        if let Some(asking) = self.rosters.asking.as_ref().filter(|asking| asking.verb != verb) {
            self.refuse(format!(
                "{} waits for an answer: confirm or cancel it first.",
                asking.verb.label()
            ));
            self.focus.renew(Some(Focus::Question));
            return true;
        }
        let name = self.namespace_name();
        let mut found = warnings(self.timeline.cluster(), name, commands);
        let pending = self.shown_namespace().map(|here| &here.pending);
        let accepted = self
            .rosters
            .accepted
            .as_ref()
            .filter(|(roster, _)| verb == Verb::Recluster && pending == Some(roster));
        found.retain(|warning| {
            let known = accepted
                .is_some_and(|(_, known)| known.iter().any(|known| known.is_same_kind(warning)));
            !known && !warning.is_reminder()
        });
        if found.is_empty() {
            return false;
        }
        self.rosters.considered = Some(verb);
        self.rosters.renew();
        self.rosters.asking = Some(Asking { verb, warnings: found });
        self.refusal = None;
        self.focus.renew(Some(Focus::Question));
        true
    }

    /// Does what was asked about.
    fn confirm(&mut self) -> bool {
        let Some(Asking { verb, warnings }) = self.rosters.asking.take() else { return false };
        self.focus.renew(Some(Focus::Back));
        if let Err(why) = self.can(verb) {
            self.refuse(why);
            return true;
        }
        self.perform_verb(verb);
        let pending = self.shown_namespace().map(|here| here.pending.clone());
        self.rosters.accepted = pending.map(|pending| (pending, warnings));
        true
    }

    /// Does the command of a verb that can be done.
    pub(super) fn perform_verb(&mut self, verb: Verb) {
        self.perform_of(&Action::Press(verb));
        let sets_written = matches!(verb, Verb::SetRoster | Verb::SetAndRecluster);
        if sets_written && self.refusal.is_none() {
            self.rosters.close();
            // What had the focus is gone with the editor.
            self.focus.renew(Some(Focus::Button(Verb::EditRoster)));
        }
    }

    /// Works out what the considered action, and the recluster that makes it effective, would do.
    fn weigh(&mut self) -> bool {
        let Some((verb, _)) = self.to_weigh() else { return false };
        let weighed = self.can(verb).and_then(|()| {
            let on = self.shown_from();
            let mut commands = self.commands(verb);
            if !matches!(commands.last(), Some(Command::Recluster { .. })) {
                commands.push(Command::Recluster { on });
            }
            let cluster = self.timeline.cluster();
            preview(cluster, self.namespace_name(), &commands)
                .map_err(|rejection| refusal(&rejection))
        });
        self.rosters.weighed = Some((verb, weighed));
        true
    }

    /// Changes the written roster.
    fn write_roster(&mut self, change: impl FnOnce(&mut RosterDraft, &Self)) -> bool {
        let Some(mut draft) = self.rosters.draft.clone() else { return false };
        change(&mut draft, self);
        self.rosters.forget();
        self.rosters.draft = Some(draft);
        true
    }

    /// Does an action of the roster panel; says whether it may have changed anything.
    pub(super) fn apply_to_roster(&mut self, action: RosterAction) -> bool {
        match action {
            RosterAction::Consider(verb) if self.rosters.considered == Some(verb) => false,
            // While a question is open the panel tells of what it asks about.
            RosterAction::Consider(_) if self.rosters.asking.is_some() => false,
            RosterAction::Consider(verb) => {
                self.rosters.considered = Some(verb);
                true
            }
            RosterAction::Weigh => self.weigh(),
            RosterAction::Confirm => self.confirm(),
            RosterAction::Cancel => {
                let was_open = self.rosters.asking.take().is_some();
                self.refusal = None;
                self.focus.renew(Some(Focus::Back));
                was_open
            }
            RosterAction::Type(text) => self.write_roster(|draft, _| {
                draft.type_in(text);
            }),
            RosterAction::Toggle(node) => self.write_roster(|draft, state| {
                let rack = state.view.node(node).map_or(RackId::NONE, |node| node.rack);
                draft.toggle(RosterEntry { node, rack });
            }),
            RosterAction::PutOnRack(node, rack) => {
                self.write_roster(|draft, _| draft.put_on_rack(node, &rack))
            }
        }
    }
}

#[cfg(test)]
mod tests {

    use rosterlab_scenario::foresight::preview::Warning;
    use yew::Reducible;

    use super::*;
    use crate::state::Action;
    use crate::testing::{id, run};

    fn press(verb: Verb) -> Action {
        Action::Press(verb)
    }

    fn of_roster(action: RosterAction) -> Action {
        Action::Roster(action)
    }

    fn rack_b_stops() -> Vec<Action> {
        ["B101", "B102"]
            .into_iter()
            .flat_map(|node| [Action::Select(id(node)), press(Verb::Stop)])
            .collect()
    }

    fn steps(state: &State) -> usize {
        state.timeline.entries().len()
    }

    #[test]
    fn a_mistake_is_asked_about_and_nothing_is_done_until_it_is_confirmed() {
        let mut actions = rack_b_stops();
        actions.push(press(Verb::StageObserved));
        let asked = run(actions.clone());
        let asking = asked.rosters.asking.as_ref().unwrap();
        assert_eq!((asking.verb, asking.warnings.len()), (Verb::StageObserved, 2));
        assert_eq!(asked.focus.what, Some(Focus::Question));
        assert_eq!(steps(&asked), 2);
        let cancelled = asked.clone().reduce(of_roster(RosterAction::Cancel));
        assert!(cancelled.rosters.asking.as_ref().is_none());
        assert_eq!((steps(&cancelled), cancelled.focus.what), (2, Some(Focus::Back)));
        actions.push(of_roster(RosterAction::Confirm));
        let done = run(actions.clone());
        assert_eq!((steps(&done), done.focus.what), (3, Some(Focus::Back)));
        // It was confirmed for this roster: it comes into force without another question.
        actions.push(press(Verb::Recluster));
        let in_force = run(actions);
        assert_eq!((steps(&in_force), in_force.rosters.asking.as_ref()), (4, None));
        assert_eq!(in_force.shown_namespace().unwrap().roster.len(), 3);
    }

    #[test]
    fn a_question_is_dropped_when_something_else_is_done() {
        let mut actions = rack_b_stops();
        actions.extend([press(Verb::StageObserved), press(Verb::Start)]);
        let refused = run(actions.clone());
        assert!(refused.refusal.as_ref().is_none(), "the last selected node is down and starts");
        assert!(refused.rosters.asking.as_ref().is_none());
        let nothing = run([of_roster(RosterAction::Confirm)]);
        assert_eq!(steps(&nothing), 0);
    }

    #[test]
    fn another_command_of_the_roster_waits_for_the_answer() {
        let mut actions = rack_b_stops();
        actions.extend([press(Verb::StageObserved), press(Verb::Recluster)]);
        let state = run(actions);
        assert_eq!(steps(&state), 2, "nothing was staged, so nothing is reclustered");
        let why = state.refusal.as_deref();
        assert_eq!(why, Some("Stage only waits for an answer: confirm or cancel it first."));
        assert!(state.rosters.asking.is_some());
    }

    #[test]
    fn what_is_no_mistake_is_done_at_once() {
        let state = run([press(Verb::StageObserved), press(Verb::Recluster)]);
        assert_eq!((steps(&state), state.rosters.asking.as_ref()), (2, None));
    }

    #[test]
    fn what_an_action_would_do_is_told_when_it_is_considered_and_then_happens() {
        let opened = State::open();
        assert_eq!((opened.considered(), opened.to_weigh()), (Verb::StageObserved, None));
        let mut actions = rack_b_stops();
        actions.push(of_roster(RosterAction::Consider(Verb::StageObserved)));
        let considered = run(actions.clone());
        assert!(considered.to_weigh().is_some() && considered.weighed().is_none());
        actions.push(of_roster(RosterAction::Weigh));
        let weighed = run(actions.clone());
        assert_eq!(weighed.to_weigh(), None);
        let told = weighed.weighed().unwrap().clone().unwrap();
        assert_eq!(told.leave, [id("B102"), id("B101")]);
        actions.extend([press(Verb::StageObserved), of_roster(RosterAction::Confirm)]);
        let staged = run(actions.clone());
        assert_eq!(staged.considered(), Verb::Recluster, "what is due next");
        assert!(staged.to_weigh().is_some());
        assert_eq!(staged.awaits_recluster(), Some(Verb::StageObserved));
        actions.push(press(Verb::Recluster));
        let done = run(actions);
        assert_eq!(done.shown_namespace().unwrap().counts, told.after);
        assert_eq!(done.awaits_recluster(), None);
    }

    #[test]
    fn a_roster_is_staged_and_put_in_force_with_one_press() {
        let mut actions = rack_b_stops();
        actions.push(press(Verb::StageAndRecluster));
        let asked = run(actions.clone());
        let warnings = &asked.rosters.asking.as_ref().unwrap().warnings;
        assert_eq!(warnings.len(), 2, "{warnings:?}");
        actions.push(of_roster(RosterAction::Confirm));
        let done = run(actions.clone());
        assert_eq!(
            (done.shown_namespace().unwrap().roster.len(), done.awaits_recluster()),
            (3, None)
        );
        actions.pop();
        actions.splice(4.., [of_roster(RosterAction::Consider(Verb::StageAndRecluster))]);
        actions.push(of_roster(RosterAction::Weigh));
        let told = run(actions).weighed().unwrap().clone().unwrap();
        assert_eq!(told.after, done.shown_namespace().unwrap().counts);
        let written = run([
            press(Verb::EditRoster),
            of_roster(RosterAction::Toggle(id("A101"))),
            press(Verb::SetAndRecluster),
        ]);
        assert_eq!(written.shown_namespace().unwrap().roster.len(), 4);
        assert!(written.rosters.draft.is_none(), "the editor is closed");
    }

    #[test]
    fn no_command_has_an_empty_list_of_nodes_and_an_action_that_cannot_be_done_has_none() {
        let all = ["A101", "A102", "A103", "B101", "B102"];
        let stop = |node: &&str| [Action::Select(id(node)), press(Verb::Stop)];
        let down: Vec<Action> = all.iter().flat_map(stop).collect();
        let cut = Action::ToggleLink(rosterlab_engine::Link::new(id("A101"), id("A102")).unwrap());
        let orphan = vec![cut, Action::ShowSubCluster(id("A101"))];
        let emptied = vec![press(Verb::EditRoster), of_roster(RosterAction::Type(String::new()))];
        let verbs = [
            Verb::StageObserved,
            Verb::StageAndRecluster,
            Verb::SetRoster,
            Verb::SetAndRecluster,
            Verb::Recluster,
            Verb::Revive,
        ];
        for (name, actions) in [("up", vec![]), ("down", down), ("orphan", orphan), ("", emptied)] {
            for verb in verbs {
                let consider = of_roster(RosterAction::Consider(verb));
                let state = run(actions.iter().cloned().chain([consider]));
                let shown = state.roster_commands();
                assert_eq!(shown.is_some(), state.can(verb).is_ok(), "{name}: {verb:?}");
                for (_, text) in shown.iter().flatten() {
                    assert!(!text.contains("nodes='") && !text.contains("nodes ns"), "{text}");
                }
                assert!(name != "down" || shown.is_none(), "{verb:?} with no node up");
            }
        }
    }

    #[test]
    fn revive_waits_for_a_recluster_too_and_is_asked_about_when_it_helps_nothing() {
        let asked = run([press(Verb::Revive)]);
        assert_eq!(asked.rosters.asking.as_ref().unwrap().warnings, [Warning::NothingDead]);
        let revived = asked.reduce(of_roster(RosterAction::Confirm));
        assert_eq!(revived.awaits_recluster(), Some(Verb::Revive));
        assert_eq!(revived.reduce(press(Verb::Recluster)).awaits_recluster(), None);
    }

    #[test]
    fn a_roster_is_written_and_set() {
        let edit = [press(Verb::EditRoster), of_roster(RosterAction::Toggle(id("A101")))];
        let state = run(edit.clone());
        assert_eq!(state.rosters.draft.as_ref().unwrap().text, "B102@2,B101@2,A103@1,A102@1");
        assert_eq!(state.considered(), Verb::SetRoster);
        let weighed = state.clone().reduce(of_roster(RosterAction::Weigh));
        assert_eq!(weighed.weighed().unwrap().clone().unwrap().leave, [id("A101")]);
        let set = state.clone().reduce(press(Verb::SetRoster));
        assert_eq!(set.shown_namespace().unwrap().pending.len(), 4);
        assert!(set.rosters.draft.as_ref().is_none());
        assert_eq!(set.focus.what, Some(Focus::Button(Verb::EditRoster)));
        let bad = state.reduce(of_roster(RosterAction::Type("A103@1,XYZ".to_owned())));
        let refused = bad.reduce(press(Verb::SetRoster));
        assert!(
            refused.refusal.as_ref().unwrap().starts_with("Entry 2: "),
            "{:?}",
            refused.refusal.as_ref()
        );
        assert_eq!(refused.rosters.draft.as_ref().unwrap().text, "A103@1,XYZ");
        assert_eq!(steps(&refused), 0);
        let moved =
            run(edit).reduce(of_roster(RosterAction::PutOnRack(id("A103"), "2".to_owned())));
        assert_eq!(moved.rosters.draft.as_ref().unwrap().text, "B102@2,B101@2,A103@2,A102@1");
    }
}
