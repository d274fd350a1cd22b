//! Following share links, opening files, and what the share panel does.
//!
//! Invariant: a link or a file with a mistake in its timeline changes nothing and says where the mistake is. A mistake in what
//! follows the timeline (branches, the view) never loses the timeline: that part is left out, and the news say so.

use std::rc::Rc;

use rosterlab_engine::{ClusterView, NodeId};
use rosterlab_scenario::share;

use super::{FIRST_SELECTED, Focus, Panel, State};
use crate::news;
use crate::page::verbs::Verb;
use crate::share::scenarios::SCENARIOS;
use crate::share::state::ShareAction;
use crate::share::view::{View, left_out, quoted};

/// Said when a text could not be copied.
const NOT_COPIED: &str = "The browser does not let this page write to the clipboard.";

/// The heading of the scenarios in the share panel.
const SCENARIOS_TITLE: &str = "#scenarios-title";

/// The node that is selected while nobody has chosen one: the case study's whose loss matters, else the last.
pub(super) fn usual_node(view: &ClusterView) -> Option<NodeId> {
    let wanted = NodeId::new(FIRST_SELECTED).and_then(|id| view.node(id));
    wanted.or(view.nodes.last()).map(|node| node.id)
}

impl State {
    /// What a person looks at, as links hold it.
    #[must_use]
    pub fn looked_at(&self) -> View {
        View {
            namespace: self.namespace,
            on: self.on.filter(|node| self.view.node(*node).is_some()),
            partition: self.chosen_partition,
            colouring: self.map.colouring,
            tab: self.time.tab,
            selected: Some(self.selected).filter(|node| usual_node(&self.view) != Some(*node)),
            together: self.floor.picked.clone(),
        }
    }

    /// The share link of the experiment and of what is looked at, and how many branches do not fit into it; `None` when the
    /// experiment is too long for a link.
    #[must_use]
    pub fn share_link(&self) -> Option<(String, usize)> {
        let mut link = share::write(&self.timeline)?;
        let (branches, left_out) = if self.sharing.with_branches {
            let undone = self.leaving();
            let kept = self.time.branches.all().iter().map(|branch| &*branch.course);
            let courses: Vec<_> = kept.chain(&undone).collect();
            share::write_branches(&link, &self.timeline, &courses)
        } else {
            (String::new(), 0)
        };
        link.push_str(&self.looked_at().written());
        link.push_str(&branches);
        Some((link, left_out))
    }

    /// Whether another state has the same share link, without writing either.
    #[must_use]
    pub fn is_linked_as(&self, other: &Self) -> bool {
        let branches = |state: &Self| {
            let all = state.time.branches.all().iter().map(|branch| branch.number);
            state.sharing.with_branches.then(|| all.collect::<Vec<_>>())
        };
        Rc::ptr_eq(&self.timeline, &other.timeline)
            && self.looked_at() == other.looked_at()
            && branches(self) == branches(other)
    }

    /// How many branches there are to share: those that are kept, and what is undone.
    #[must_use]
    pub fn shareable_branches(&self) -> usize {
        let is_undone = self.timeline.position() < self.timeline.entries().len();
        self.time.branches.all().len() + usize::from(is_undone)
    }

    /// Does what a person wants to share.
    pub(super) fn on_share(&mut self, action: ShareAction) {
        match action {
            ShareAction::Copied(name, true) => {
                self.sharing.copied = Some(name);
                self.announcement.renew("Copied.".into());
            }
            ShareAction::Copied(_, false) => self.refuse(NOT_COPIED.to_owned()),
            ShareAction::WithBranches(with) => self.sharing.with_branches = with,
            ShareAction::Scenarios => {
                self.panel = Some(Panel::Share);
                self.focus.renew(Some(Focus::On(SCENARIOS_TITLE)));
            }
            ShareAction::Scenario(place) => {
                if let Some((_, link)) = SCENARIOS.get(place) {
                    self.follow(link);
                    self.panel = None;
                    self.focus.renew(Some(Focus::Button(Verb::Share)));
                }
            }
        }
    }

    /// Does what a link tells; one whose timeline cannot be followed changes nothing.
    pub(super) fn follow(&mut self, link: &str) {
        let shared = match share::read(link) {
            Ok(shared) => shared,
            Err(error) => {
                return self
                    .refuse(format!("This link cannot be opened: {error}. Nothing has changed."));
            }
        };
        let told = news::of_share_link(&shared);
        let mut wrong = Vec::new();
        self.chosen_partition = None;
        let mut timeline = shared.timeline;
        timeline.name_nodes(share::read_names(link));
        self.go_over(timeline, None);
        let came = match self.take_branches(link, &mut wrong) {
            0 => String::new(),
            1 => " A branch came with it.".to_owned(),
            many => format!(" {many} branches came with it."),
        };
        if let Some(view) = View::read(share::parts(link).1, &mut wrong) {
            self.look(&view, &mut wrong);
        }
        self.tell(format!("{told}{came} {}{}", news::summary(&self.view), left_out(&wrong)));
    }

    /// Keeps the branches of a link, and says how many there are.
    fn take_branches(&mut self, link: &str, wrong: &mut Vec<String>) -> usize {
        let mut taken = 0;
        for (place, branch) in share::read_branches(link, &self.timeline).into_iter().enumerate() {
            match branch {
                Ok(branch) => {
                    self.time.branches.keep(branch.course(), &self.timeline);
                    taken += 1;
                }
                Err(error) => wrong.push(format!("branch {} ({error})", place + 1)),
            }
        }
        // The address goes on holding what it came with.
        self.sharing.with_branches = taken > 0;
        taken
    }

    /// Looks at what a link's view names, as far as it is there.
    fn look(&mut self, view: &View, wrong: &mut Vec<String>) {
        let mut node = |key: &str, node: Option<NodeId>| {
            let node = node?;
            let is_there = self.view.node(node).is_some();
            if !is_there {
                wrong.push(quoted(&format!("{key}={node}"), "no such node"));
            }
            is_there.then_some(node)
        };
        let on = node("on", view.on);
        let selected = node("sel", view.selected).or_else(|| usual_node(&self.view));
        let together = view.together.iter().filter_map(|one| node("with", Some(*one))).collect();
        if view.namespace < self.view.namespaces.len() {
            self.namespace = view.namespace;
        } else {
            wrong.push(quoted(&format!("ns={}", view.namespace + 1), "no such namespace"));
        }
        self.on = on;
        self.orphan = on.filter(|node| self.view.orphans.contains(node));
        self.selected = selected.unwrap_or(self.selected);
        self.floor.picked = together;
        self.chosen_partition = view.partition;
        self.map.colouring = view.colouring;
        self.time.tab = view.tab;
        self.derive();
    }

    /// Does what a file tells; one with a mistake changes nothing.
    pub(super) fn open_file(&mut self, file: &Result<Rc<str>, Rc<str>>) {
        match file {
            Ok(link) => self.follow(link.trim()),
            Err(why) => self.refuse(why.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use rosterlab_engine::PartitionId;
    use yew::Reducible;

    use super::*;
    use crate::floor::state::FloorAction;
    use crate::map::picture::Colouring;
    use crate::map::state::MapAction;
    use crate::state::Action;
    use crate::testing::{id, run};
    use crate::time::state::{Tab, TimeAction};

    /// A102 has crashed on one branch and A101 on the present one, which is split; much is looked at.
    fn looking_around() -> Vec<Action> {
        vec![
            Action::Press(Verb::Crash),
            Action::Press(Verb::Undo),
            Action::Select(id("A101")),
            Action::Press(Verb::Crash),
            Action::Press(Verb::Split),
            Action::ShowSubCluster(id("A103")),
            Action::ShowPartition(PartitionId::new(42).unwrap()),
            Action::Time(TimeAction::Show(Tab::Compare)),
            Action::Floor(FloorAction::Click(id("B101"), false)),
            Action::Floor(FloorAction::Click(id("B102"), true)),
            Action::Map(MapAction::ColourBy(Colouring::Mark)),
        ]
    }

    #[test]
    fn a_link_opens_on_what_was_looked_at() {
        let shared = run(looking_around());
        let (link, _) = shared.share_link().unwrap();
        assert!(
            link.ends_with("&v=1&on=A103&p=42&by=mark&tab=compare&sel=B102&with=B101.B102"),
            "{link}"
        );
        let opened = State::at(&format!("#{link}"));
        assert_eq!(opened.looked_at(), shared.looked_at());
        assert_eq!(opened.share_link().unwrap().0, link, "a reload changes nothing");
        assert_eq!(opened.shown(), shared.shown());
        assert_eq!(opened.explanation, shared.explanation);
        assert!(opened.map.picture() == shared.map.picture(), "the map is another");
        assert!(opened.time.comparison().is_some(), "the open tab has its contents");
        assert!(!opened.news.contains("Left out"), "{}", opened.news);
    }

    #[test]
    fn branches_come_along_when_they_are_wanted() {
        let mut actions = looking_around();
        actions.push(Action::Share(ShareAction::WithBranches(true)));
        let shared = run(actions);
        let (link, left_out) = shared.share_link().unwrap();
        assert!(link.ends_with("&b=0_c1") && left_out == 0, "{link}");
        let opened = State::at(&link);
        let entries = |state: &State| {
            let all = state.time.branches.all().iter();
            all.map(|branch| branch.course.entries().to_vec()).collect::<Vec<_>>()
        };
        assert_eq!(entries(&opened), entries(&shared));
        assert!(opened.news.contains("A branch came with it."), "{}", opened.news);
        assert_eq!(opened.share_link().unwrap().0, link, "the address goes on holding them");
        // What is undone is one of them.
        let undone = run([
            Action::Press(Verb::Crash),
            Action::Press(Verb::Undo),
            Action::Share(ShareAction::WithBranches(true)),
        ]);
        assert_eq!(undone.shareable_branches(), 1);
        let opened = State::at(&undone.share_link().unwrap().0);
        assert_eq!((opened.timeline.position(), entries(&opened).len()), (0, 1));
    }

    #[test]
    fn a_link_of_the_usual_view_is_the_timelines_alone_and_an_old_one_leaves_the_view_as_it_is() {
        let crashed = run([Action::Press(Verb::Crash)]);
        let link = share::write(&crashed.timeline).unwrap();
        assert_eq!(crashed.share_link(), Some((link.clone(), 0)));
        let by_rule = Action::Map(MapAction::ColourBy(Colouring::Rule));
        let opened = run([by_rule, Action::Follow(link.into())]);
        assert_eq!(opened.map.colouring, Colouring::Rule);
        assert_eq!(opened.timeline, crashed.timeline);
    }

    #[test]
    fn what_is_wrong_after_the_timeline_is_left_out_and_said() {
        let link = run([Action::Press(Verb::Crash)]).share_link().unwrap().0;
        for (rest, said) in [
            ("&v=1&p=4096", "“p=4096” (partitions are 0 to 4095)"),
            ("&v=1&sel=C1&with=A101.C2", "“sel=C1” (no such node), “with=C2” (no such node)"),
            ("&v=1&ns=2", "“ns=2” (no such namespace)"),
            ("&v=9", "“v=9” (this version of Rosterlab reads v=1)"),
            ("&b=0_z", "branch 1 (step 1, character"),
        ] {
            let opened = State::at(&format!("{link}{rest}"));
            assert_eq!(opened.timeline.entries().len(), 1, "{rest}");
            assert!(
                opened.news.contains(&format!("Left out of the link: {said}")),
                "{}",
                opened.news
            );
            assert_eq!(opened.refusal, None, "{rest}");
        }
    }

    #[test]
    fn a_state_has_another_link_when_it_is_looked_at_otherwise() {
        let before = run([]);
        let same = before.clone().reduce(Action::Press(Verb::Theme));
        assert!(before.is_linked_as(&same));
        for action in looking_around() {
            let is_step = matches!(action, Action::Press(_));
            let after = before.clone().reduce(action.clone());
            assert!(is_step || !before.is_linked_as(&after), "{action:?}");
        }
    }

    #[test]
    fn a_scenario_is_opened_by_its_place_and_the_former_cluster_is_kept() {
        let listed = run([Action::Share(ShareAction::Scenarios)]);
        assert_eq!(
            (listed.panel, listed.focus.what),
            (Some(Panel::Share), Some(Focus::On(SCENARIOS_TITLE)))
        );
        let opened = listed.reduce(Action::Share(ShareAction::Scenario(0)));
        assert_eq!((opened.panel, opened.timeline.entries().len()), (None, 7));
        assert!(opened.settings.previous.is_some());
    }
}
